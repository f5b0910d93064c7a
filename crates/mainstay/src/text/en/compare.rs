//! Words of the comparison of two reports.

use crate::text::texts;

texts! {
    title = "Compare";
    compare = "Compare";
    from_snapshot = "From a snapshot";
    since_last_week = "Since last week";
    since_last_month = "Since last month’s end";
    since_year_start = "This fiscal year";
    totals = "Both reports";
    report = "Report of";
    accounts_head = "Accounts";
    with_gap = "With a gap";
    overall = "Overall";
    arr = "ARR";
    change = "Change";
    snapshot = "snapshot";
    moved = "What moved";
    nothing_moved = "No account reads otherwise.";
    account = "Account";
    score = "Overall";
    why = "Why";
    came = "came";
    went = "went";
    entered_later = "entered or corrected after the snapshot";
    other_rates = "exchange rates of another fiscal year";
}

pub fn summary(from: &str, to: &str, moved: i64) -> String {
    let accounts = if moved == 1 { "1 account".to_owned() } else { format!("{moved} accounts") };
    format!("{from} to {to} · {accounts} moved")
}

pub fn other_type(before: i64, after: i64) -> String {
    format!("type {before} → {after}")
}

pub fn other_associate(before: &str, after: &str) -> String {
    let name = |name: &str| if name.is_empty() { "nobody".to_owned() } else { name.to_owned() };
    format!("{} → {}", name(before), name(after))
}

pub fn now(amount: &str) -> String {
    format!("now {amount}")
}

pub fn more(count: usize) -> String {
    if count == 1 { "1 more".to_owned() } else { format!("{count} more") }
}
