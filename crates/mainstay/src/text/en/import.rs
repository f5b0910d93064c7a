//! Words of the import room.

use mainstay_rules::limits::{IMPORT_BYTES_MAX, IMPORT_ROWS_MAX};

use crate::text::texts;

texts! {
    title = "Import";
    every_file = "Every file that came in, newest first";
    none_yet = "No file came in yet";
    bring = "Bring the spreadsheet you use today";
    bring_what = "Its columns are recognised, every problem is shown by row and column, and an import can be undone as a whole.";
    import_a_spreadsheet = "Import a spreadsheet";
    file = "File";
    when = "When";
    who = "Who";
    new = "New";
    updated = "Updated";
    refused = "Refused";
    state = "State";
    applied = "applied";
    undone = "undone";
    not_applied_yet = "not applied yet";
    someone = "the system";
    nothing = "–";
    older = "Older files";
    drop = "Drop the file here, or choose it";
    drop_hint = ".csv or .xlsx, with column names in the first rows";
    read_the_file = "Read the file";
    recognises = "What it recognises";
    recognises_what = "Account, external id, sales associate, end date, type, the five steps, last-year ARR, delta target, YTD ARR, industry, vertical and geography, under most of the names people give them. Rows with an external id or a known name update that account, so the same file can be imported again. An empty cell changes nothing.";
    check_title = "Check the import";
    new_accounts = "new accounts";
    counted_updated = "updated";
    unchanged = "unchanged";
    refused_rows = "refused rows";
    refused_head = "Refused rows";
    conventions = "How numbers and dates are written";
    two_ways = "The file can be read in two ways. Your choice is remembered for the next file.";
    dates = "Dates";
    day_first = "Day first: 4/5 is 4 May";
    month_first = "Month first: 4/5 is 5 April";
    decimals = "Decimals";
    dot = "1,250.5 with a point";
    comma = "1.250,5 with a comma";
    columns = "What each column is";
    columns_what = "Guessed from the headings. The first rows of your file stand below each column; marked cells have a problem.";
    columns_label = "Columns of the file";
    ignore = "Ignore this column";
    check_again = "Check again with these choices";
    problems = "Problems";
    problems_label = "List of problems";
    no_problems = "No problem was found.";
    row = "Row";
    column = "Column";
    value = "Value";
    what_is_wrong = "What is wrong";
    then = "Then";
    row_refused = "row refused";
    worth_a_look = "worth a look";
    people_added = "People who will be added without sign-in";
    cancel = "Cancel";
    unchanged_all = "Nothing in this file differs from what is here.";
    done_title = "Import done";
    undo_this = "Undo this import";
    nothing_changed = "The file said nothing new. Nothing was changed.";
    download_refused = "Download as CSV";
    refused_label = "List of refused rows";
    account = "Account";
    open_report = "Open the progress report";
    all_imports = "All imports";
    undone_title = "Import undone";
    problem_header = "Problem";
    answer_first = "Choose how the file is to be read, then import it.";
}

pub fn limits() -> String {
    format!(
        "CSV or Excel, up to {} MiB and {} rows. You see everything before anything is saved.",
        IMPORT_BYTES_MAX >> 20,
        thousands(IMPORT_ROWS_MAX)
    )
}

fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

pub fn rows_and_columns(file: &str, rows: usize, columns: usize) -> String {
    format!("{file} · {}, {}", counted(rows, "row", "rows"), counted(columns, "column", "columns"))
}

pub fn column_is(letter: &str) -> String {
    format!("Column {letter} is")
}

pub fn more_problems(number: usize) -> String {
    format!("{} more. Mend these first, then check again.", thousands(number))
}

pub fn import_rows(number: usize) -> String {
    format!("Import {}", counted(number, "row", "rows"))
}

pub fn leave_out(number: usize) -> String {
    match number {
        1 => "Leave out the row that has an error".to_owned(),
        many => format!("Leave out the {} rows that have errors", thousands(many)),
    }
}

pub fn left_out(number: usize) -> String {
    format!("{} of totals or without content stay out.", counted(number, "line", "lines"))
}

/// "board.csv · 21 Nov 2026, 10:42 · by Henrik Aas"
pub fn file_when_who(file: &str, when: &str, who: &str) -> String {
    format!("{file} · {when} · by {who}")
}

pub fn in_the_report(number: usize) -> String {
    match number {
        1 => "1 row is in the report. Everyone sees it now.".to_owned(),
        many => format!("{} rows are in the report. Everyone sees them now.", thousands(many)),
    }
}

pub fn as_before(number: usize) -> String {
    match number {
        1 => "1 row is as it was before.".to_owned(),
        many => format!("{} rows are as they were before.", thousands(many)),
    }
}

pub fn edited_since(number: usize) -> String {
    match number {
        1 => "1 account was edited since and was left as it is".to_owned(),
        many => format!("{} accounts were edited since and were left as they are", thousands(many)),
    }
}
