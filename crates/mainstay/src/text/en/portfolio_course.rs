//! Words of the report's columns that tell of other days.

use crate::portfolio::api::Course;
use crate::text::texts;

texts! {
    never_scored = "never scored";
}

/// What stands above the column.
pub fn head(course: Course) -> &'static str {
    match course {
        Course::Trend => "12 weeks",
    }
}

/// What it is called where it is chosen.
pub fn column(course: Course) -> &'static str {
    match course {
        Course::Trend => "Overall, last 12 weeks",
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
