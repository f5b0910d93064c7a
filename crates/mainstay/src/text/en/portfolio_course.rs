//! Words of the report's columns that tell of other days.

use jiff::civil::Date;
use mainstay_rules::attention::Reason;
use mainstay_rules::score::Mean;

use crate::portfolio::api::Course;
use crate::text::{frame, texts};

texts! {
    never_scored = "never scored";
    came = "new";
    no_change = "no change";
    what_moved = "What moved";
    no_snapshot = "No snapshot yet to compare with.";
    take_one = "Take a snapshot";
}

/// What stands above the column.
pub fn head(course: Course) -> &'static str {
    match course {
        Course::Trend => "12 weeks",
        Course::Since => "Since last snapshot",
    }
}

/// What it is called where it is chosen.
pub fn column(course: Course) -> &'static str {
    match course {
        Course::Trend => "Overall, last 12 weeks",
        Course::Since => "Change since the last snapshot: Overall and ARR",
    }
}

const WEEKS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// "7.1 twelve weeks ago, 7.8 now"; of a past day "7.1 twelve weeks before, 7.8 then".
pub fn trend(weeks: usize, first: &str, now: &str, is_past: bool) -> String {
    let (ago, at_last) = if is_past { ("before", "then") } else { ("ago", "now") };
    let Some(count) = weeks.checked_sub(1) else { return format!("{now} {at_last}, nothing earlier") };
    let count = WEEKS.get(count).map_or_else(|| weeks.to_string(), |&count| count.to_owned());
    let unit = if weeks == 1 { "week" } else { "weeks" };
    format!("{first} {count} {unit} {ago}, {now} {at_last}")
}

/// "Since 31 Oct 2026"
pub fn since(day: &str) -> String {
    format!("Since {day}")
}

/// "Overall 7.10 → 7.80, ARR EUR 120,000.00 → EUR 130,000.00"
pub fn then_and_now(overall: (&str, &str), arr: (&str, &str)) -> String {
    format!("Overall {} → {}, ARR {} → {}", overall.0, overall.1, arr.0, arr.1)
}

/// "Since the snapshot of 31 Oct 2026: average +0.12, ARR +EUR 1.2M, 2 accounts more."
pub fn since_then(day: &str, overall: &str, arr: &str, accounts: i64) -> String {
    let count = accounts.abs();
    let word = if count == 1 { "account" } else { "accounts" };
    let accounts = match accounts {
        0 => String::new(),
        more if more > 0 => format!(", {count} {word} more"),
        _ => format!(", {count} {word} fewer"),
    };
    format!("Since the snapshot of {day}: average {overall}, ARR {arr}{accounts}.")
}

/// In which order the weekly call goes through the accounts.
pub fn call_order(until: &str, is_past: bool) -> String {
    let late = if is_past { "" } else { "; then late actions on a gap" };
    format!(
        "First what fell in the last 7 days, by how far; then notice and ends until {until}{late}; then the others by name."
    )
}

/// Why the weekly call speaks about an account.
pub fn reason(reason: Reason, never_scored: bool, day: Date) -> String {
    match reason {
        Reason::Fell(millionths) => format!("fell {} in a week", Mean::from_millionths(millionths).one_decimal()),
        Reason::Notice(by) if by < day => format!("notice overdue, {}", frame::day(by)),
        Reason::Notice(by) => format!("notice by {}", frame::day(by)),
        Reason::End(on) if on < day => format!("ended {}", frame::day(on)),
        Reason::End(on) => format!("ends {}", frame::day(on)),
        Reason::Late(due) => format!("action late, {}", frame::day(due)),
        Reason::Low if never_scored => "never scored".to_owned(),
        Reason::Low => "under 4".to_owned(),
    }
}
