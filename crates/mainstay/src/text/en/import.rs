//! Words of the import room.

use jiff::civil::Date;
use mainstay_rules::import::SheetKind;
use mainstay_rules::limits::{IMPORT_BYTES_MAX, IMPORT_ROWS_MAX, IMPORT_WORKBOOK_BYTES_MAX};

use super::frame::day;
use crate::text::texts;

texts! {
    title = "Import";
    every_file = "Every file that came in, newest first";
    none_yet = "No file came in yet";
    bring = "Bring the spreadsheet you use today";
    bring_what = "Accounts, contracts or scores. Its columns are recognised, every problem is shown by row and column, and an import can be undone as a whole.";
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
    recognises_contracts = "Contracts: the account, the contract's id or name, start, end, ARR or MRR, currency. One row is one amendment: from its start on, the contract is worth so much.";
    recognises_scores = "Scores with their history: the account, the step or sub-metric, the score, its date, note, evidence and who scored.";
    recognises_known = "The exports of Salesforce (accounts, contracts, opportunities), HubSpot (companies) and Vitally (accounts) are known by their column names, and so are files whose choices you kept.";
    recognises_what = "Account, external id, sales associate, end date, type, the five steps, last-year ARR, delta target, YTD ARR, industry, vertical and geography, under most of the names people give them; your own fields under theirs. Rows with an external id or a known name update that account, so the same file can be imported again. An empty cell changes nothing.";
    check_title = "Check the import";
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
    your_fields = "Your fields";
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
    changes = "What changes";
    changes_label = "List of changes";
    account = "Account";
    field = "Field";
    now = "Now";
    becomes = "Will be";
    people_added = "People who will be added without sign-in";
    cancel = "Cancel";
    discard = "Discard this file";
    at_work = "at work";
    about_what = "About";
    about = "What the file is about";
    each_row_is = "Each row is";
    end_is = "The end date of a contract is";
    end_last_day = "the last day with it";
    end_first_day_without = "the first day without it";
    say_the_kind = "It is not clear what the file is about. Say below what each row is, then check again.";
    save_mapping = "Keep these choices for files like this";
    save_mapping_what = "Under a name. A file with the same column names is then read the same way; you can also choose the name when you bring another file.";
    save_as = "Name of the mapping";
    saved_mapping = "Read it as";
    as_recognised = "What its column names say";
    how_far = "How far it is";
    beginning = "Beginning.";
    may_be_left = "You can leave this page and come back; the work goes on. Nobody else has to wait for it.";
    shown_one_by_one = "Accounts appear one after the other, each of them whole. Until the last one is written, totals hold some of the file and not yet the rest.";
    left_out_rows = "left out";
    unchanged_all = "Nothing in this file differs from what is here.";
    done_title = "Import done";
    undo_this = "Undo this import";
    nothing_changed = "The file said nothing new. Nothing was changed.";
    download_refused = "Download as CSV";
    refused_label = "List of refused rows";
    open_report = "Open the progress report";
    all_imports = "All imports";
    undone_title = "Import undone";
    problem_header = "Problem";
}

pub fn limits() -> String {
    format!(
        "CSV up to {} MiB or Excel up to {} MiB, at most {} rows. You see everything before anything is saved.",
        IMPORT_BYTES_MAX >> 20,
        IMPORT_WORKBOOK_BYTES_MAX >> 20,
        thousands(IMPORT_ROWS_MAX)
    )
}

/// "1,250,000"
pub fn thousands(number: usize) -> String {
    let figures = number.to_string();
    let mut text = String::new();
    for (place, figure) in figures.chars().enumerate() {
        if place > 0 && (figures.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(figure);
    }
    text
}

pub fn kind(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Accounts => "an account",
        SheetKind::Contracts => "a contract",
        SheetKind::Scores => "a score",
    }
}

pub fn kinds(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Accounts => "accounts",
        SheetKind::Contracts => "contracts",
        SheetKind::Scores => "scores",
    }
}

pub fn new_of(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Accounts => "new accounts",
        SheetKind::Contracts => "amendments",
        SheetKind::Scores => "scores",
    }
}

pub fn recognised_as(name: &str) -> String {
    format!("Recognised: {name}")
}

pub fn taken_back(why: &str) -> String {
    format!("The import could not be finished, so all of it was taken back. {why}")
}

pub fn happens_accounts(new: usize, known: usize) -> String {
    let are = |number: usize| if number == 1 { "is" } else { "are" };
    let made = format!("{} {} made", counted(new, "account", "accounts"), are(new));
    format!("{made}, {} {} brought up to date.", thousands(known), are(known))
}

fn between(days: Option<(Date, Date)>) -> String {
    days.map(|(first, last)| format!(", from {} to {}", day(first), day(last))).unwrap_or_default()
}

pub fn happens_contracts(rows: usize, accounts: usize, new: usize, days: Option<(Date, Date)>) -> String {
    let made = if new > 0 { format!(", {} of them new", thousands(new)) } else { String::new() };
    let rows = counted(rows, "amendment", "amendments");
    format!(
        "{rows} for {}{made}, starting{}.",
        counted(accounts, "account", "accounts"),
        between(days).trim_start_matches(',')
    )
}

pub fn happens_scores(rows: usize, accounts: usize, days: Option<(Date, Date)>) -> String {
    let rows = counted(rows, "score", "scores");
    format!(
        "{rows} of {}{}. What is here already stays as it is.",
        counted(accounts, "account", "accounts"),
        between(days)
    )
}

pub fn done_contracts(rows: usize, accounts: usize) -> String {
    let rows = counted(rows, "amendment", "amendments");
    format!("{rows} of contracts came in, for {}.", counted(accounts, "account", "accounts"))
}

pub fn done_scores(rows: usize, accounts: usize) -> String {
    format!("{} came in, for {}.", counted(rows, "score", "scores"), counted(accounts, "account", "accounts"))
}

/// The heading of a page about work in the background.
pub fn working(stage: &str) -> &'static str {
    match stage {
        "staging" => "Receiving the file",
        "checking" => "Checking the file",
        "preparing" => "Sorting the rows by account",
        "applying" => "Importing",
        "reversing" => "Taking the import back",
        _ => "Undoing the import",
    }
}

pub fn far(stage: &str, done: i64, of: i64) -> String {
    let number = |n: i64| thousands(usize::try_from(n).unwrap_or(0));
    let what = if matches!(stage, "reversing" | "undoing") { "accounts" } else { "rows" };
    format!("{} of {} {what}.", number(done), number(of))
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

pub fn more_changes(accounts: usize) -> String {
    match accounts {
        1 => "1 account more changes.".to_owned(),
        many => format!("{} accounts more change.", thousands(many)),
    }
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

pub fn left_out(kind: SheetKind, number: usize) -> String {
    let why = match kind {
        SheetKind::Accounts => "of totals or without content",
        SheetKind::Contracts => "that are empty, marked to be left out or over before they begin",
        SheetKind::Scores => "that are empty or have no score",
    };
    let stays = if number == 1 { "stays" } else { "stay" };
    format!("{} {why} {stays} out.", counted(number, "line", "lines"))
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

pub fn as_before(of_rows: bool, number: usize) -> String {
    match (of_rows, number) {
        (true, 1) => "1 row is as it was before.".to_owned(),
        (true, many) => format!("{} rows are as they were before.", thousands(many)),
        (false, 1) => "1 account is as it was before.".to_owned(),
        (false, many) => format!("{} accounts are as they were before.", thousands(many)),
    }
}

pub fn edited_since(number: usize) -> String {
    match number {
        1 => "1 account was edited since and was left as it is".to_owned(),
        many => format!("{} accounts were edited since and were left as they are", thousands(many)),
    }
}
