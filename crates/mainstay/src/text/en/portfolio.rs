//! Words of the progress report.

use mainstay_rules::money::{self, Currency};
use mainstay_rules::scorecard::Template;
use maud::{Markup, html};

use crate::portfolio::store::SortKey;
use crate::text::{portfolio_view as view, texts};

texts! {
    why = "Why is it so?";
    title = "Progress report";
    tabs_label = "Portfolio";
    tab_report = "Report";
    tab_arr = "ARR";
    notice_overdue = "notice overdue";
    as_of = "As of";
    compare_head = "Compare";
    compare_with_today = "Compare with today";
    snapshot_weekly = "Keep the report of the week that ended";
    snapshot_monthly = "Keep the report of the month that ended";
    show = "Show";
    snapshot_what = "Later edits do not change it.";
    as_of_what = "By what we know today. Nothing can be edited here.";
    back_to_today = "Back to today";
    nothing_then = "No account had begun by that day.";
    snapshots = "Snapshots";
    snapshots_what = "The report as you knew it then. What is edited later does not change it.";
    no_snapshots = "No snapshots yet. Take one before a meeting, so that you can open the same page again.";
    take_snapshot = "Take snapshot";
    all_snapshots = "All snapshots";
    note = "Note";
    note_example = "Board of July";
    kind = "Kind";
    taken_when = "Taken";
    taken_by = "By";
    weekly = "Weekly";
    monthly = "Monthly";
    by_hand = "By hand";
    by_schedule = "Schedule";
    older = "Older";
    no_accounts = "No accounts yet";
    import = "Import";
    add_account = "Add account";
    import_spreadsheet = "Import a spreadsheet";
    add_an_account = "Add an account";
    empty_title = "One line for every account you cannot afford to lose";
    empty_what = "This report follows each account through five steps, from launched to strategic partner, with last year's ARR, this year's target and how far you are. The gap says where to look first.";
    empty_how = "If you keep such a list in a spreadsheet today, import it: names, dates, types, scores and money are recognised, and nothing is saved before you have seen it.";
    none_match = "No account matches these filters";
    filter_label = "Filter the report";
    account_name = "Account name";
    sales_associate = "Sales associate";
    every_associate = "Every associate";
    with_gap = "With a gap";
    archived = "Archived";
    filter = "Filter";
    clear = "Clear";
    pages = "Pages of the report";
    not_ranked = "not ranked";
    never_scored = "never scored";
    no_target = "no target";
    measured = "measured";
    measured_title = "Measured from its sub-metrics";
    read_only = "Skipped, because worked out or set elsewhere: {n}";
    cleared = "Cleared";
    pasted = "Cells pasted: {n}";
    copied = "Cells copied: {n}";
    undone = "Undone";
    redone = "Redone";
    nothing_to_undo = "Nothing to undo";
    conflict = "Left as they are, because someone else has changed them since: {n}";
    offline = "Not saved: the server does not answer. Your value is kept.";
    retry = "Try again";
    refused_many = "Nothing was saved. Values with a problem, marked: {n}";
    signed_out = "Not saved: you are signed out. Sign in again in another window, then press Enter.";
    fixed = "This column is worked out or set elsewhere";
}

pub fn report_as_of(day: &str) -> String {
    format!("As of {day}.")
}

pub fn snapshot_of(day: &str) -> String {
    format!("Snapshot of {day}.")
}

pub fn taken(moment: &str, name: &str) -> String {
    if name.is_empty() {
        format!("Taken on {moment} by the schedule.")
    } else {
        format!("Taken on {moment} by {name}.")
    }
}

pub fn summary(accounts_count: i64, arr: &str, overall: &str, gaps: i64, day: &str) -> String {
    format!("{} · {arr} · average {overall} · {} · {day}", accounts(accounts_count), so_many_gaps(gaps))
}

pub fn accounts(count: i64) -> String {
    if count == 1 { "1 account".to_owned() } else { format!("{count} accounts") }
}

pub fn so_many_match(count: i64, all: i64) -> String {
    format!("{count} of {} match", accounts(all))
}

pub fn show_all(all: i64) -> String {
    format!("Show all {}", accounts(all))
}

pub fn so_many_gaps(count: i64) -> String {
    format!("{count} with a gap")
}

pub fn name_contains(part: &str) -> String {
    format!("name with “{part}”")
}

pub fn type_chip(number: &str) -> String {
    format!("Type {number}")
}

pub fn typed_on(day: &str) -> String {
    format!("Typed {day}")
}

/// "1.3M", the currency standing in the column's head.
pub fn short_amount(minor: i64, currency: Currency) -> String {
    let short = money::short(minor, currency);
    short.replace(currency.code(), "").trim().to_owned()
}

pub fn column(key: SortKey, heads: &Template) -> &str {
    match key {
        SortKey::Name => "Account",
        SortKey::Associate => sales_associate(),
        SortKey::EndOn => "End date",
        SortKey::Type => "Type",
        SortKey::Step(index) => heads.steps.get(usize::from(index)).map_or("", |step| step.name.as_str()),
        SortKey::Overall => "Overall",
        SortKey::ArrLastYear => "Last‑year ARR",
        SortKey::ArrDeltaTarget => "Delta target",
        SortKey::ArrYtd => "YTD ARR",
        SortKey::Progress => "Progress",
        SortKey::Gap => "Gap",
        SortKey::ExternalId => view::external_id(),
        SortKey::Industry => view::industry(),
        SortKey::Vertical => view::vertical(),
        SortKey::Geography => view::geography(),
        SortKey::Since => view::since(),
        SortKey::OwnText(_) | SortKey::OwnNumber(_) | SortKey::Attention(_) => "",
    }
}

/// The line below the sheet that teaches its keys and marks.
pub fn hints() -> Markup {
    html! {
        div.hint-line.keys {
            span { kbd { "↑ ↓ ← →" } " move" }
            span { kbd { "Enter" } " or type to edit" }
            span { kbd { "Shift" } " + arrows select" }
            span { kbd { "Ctrl C" } " " kbd { "Ctrl V" } " to and from a spreadsheet" }
            span { kbd { "Ctrl Z" } " undo" }
            span { kbd { "?" } " why it is so" }
        }
        div.hint-line {
            span { b.score.typed { "6.1" } " typed, beside it what the sub-metrics measure" }
            span { "– never scored, counts as no progress" }
            span { "The tick on a progress bar is today's pace" }
        }
    }
}

/// "EUR 1,900,000.00 at stake; notice by 13 Jan 2027"
pub fn at_stake(amount: &str, notice: Option<&str>) -> String {
    match notice {
        Some(notice) => format!("{amount} at stake; {notice}"),
        None => format!("{amount} at stake"),
    }
}
