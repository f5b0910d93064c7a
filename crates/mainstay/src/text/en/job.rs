//! Words of the job room: jobs, their states, schedules as people say them, holidays.

use jiff::civil::{Date, Weekday};
use mainstay_rules::job::State;
use mainstay_rules::schedule::{Cutoff, LAST, Rule, Schedule};

use crate::text::{frame, texts};

texts! {
    housekeeping = "Forget old finished jobs";
    server_gone = "The server that ran it stopped or gave no sign of life.";
    jobs_head = "What was due";
    jobs_what = "What Mainstay does by itself: when, whether it went well, and why not.";
    schedules = "When things happen";
    schedule_what = "A change counts from now on. What was due before is not done again.";
    filter_label = "Jobs by state";
    all = "All";
    no_jobs = "Nothing was due yet. What comes next stands below.";
    none_in_state = "No job is in this state.";
    what = "What";
    due = "Due";
    state_head = "State";
    why = "How it went";
    actions = "Actions";
    pages = "Pages";
    older = "Older";
    finished = "Done";
    next_try = "tried again";
    retry = "Retry";
    when = "When";
    next = "Next";
    never = "never";
    off = "off";
    edit = "Edit";
    enabled = "Switched on";
    every = "Every";
    on_weekdays = "On";
    day_of_month = "Day of the month";
    which = "Which";
    weekday_label = "Weekday";
    business_day = "Business day of the month";
    count = "Every so many business days";
    from = "Counted from";
    at = "At";
    zone = "Time zone";
    cutoff = "The day it is about";
    save_schedule = "Save schedule";
    holidays = "Holidays";
    holidays_what = "Days on which your company does not work, besides Saturdays and Sundays. Business days leave them out.";
    day = "Day";
    holiday_name = "Name";
    holiday_hint = "For example: Epiphany";
    add_holiday = "Add holiday";
    remove = "Remove";
}

/// The value and words of each rule.
pub const RULES: [(&str, &str); 6] = [
    ("day", "day"),
    ("week", "week, on chosen days"),
    ("month_day", "month, on a day"),
    ("month_weekday", "month, on a weekday"),
    ("month_business_day", "month, on a business day"),
    ("business_days", "so many business days"),
];

pub const CUTOFFS: [(&str, &str); 2] = [("same_day", "The same day"), ("day_before", "The day before")];

pub const NTHS: [(&str, &str); 6] =
    [("1", "First"), ("2", "Second"), ("3", "Third"), ("4", "Fourth"), ("5", "Fifth"), ("-1", "Last")];

pub const WEEKDAYS: [(&str, &str); 7] = [
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];

pub fn weekday(key: &str) -> &'static str {
    WEEKDAYS.into_iter().find(|(known, _)| *known == key).map_or("", |(_, words)| words)
}

pub fn panicked(what: &str) -> String {
    format!("The work ended in a programming error, which is in the log: {what}")
}

pub fn state(state: State) -> &'static str {
    match state {
        State::Due => "Due",
        State::Running => "Running",
        State::Failed => "Failed",
        State::Parked => "Parked",
        State::Done => "Done",
    }
}

/// What a job is about: "for 30 Nov 2026", or a timer's own word.
pub fn about(key: &str) -> String {
    key.parse::<Date>().map_or_else(|_| key.to_owned(), |day| format!("for {}", frame::day(day)))
}

pub fn tries(attempts: i64) -> String {
    if attempts == 1 { "1 try".to_owned() } else { format!("{attempts} tries") }
}

pub fn zone_hint(workspace: &str) -> String {
    format!("Empty: {workspace}")
}

/// "Mon 7 Dec, 07:00" in the workspace's zone; the year stands in the exact value.
pub fn next_moment(at: jiff::Timestamp, zone: &jiff::tz::TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b, %H:%M").to_string()
}

/// 1 to 31, and the last.
pub fn days_of_month() -> Vec<(String, String)> {
    numbered(31, "Last day")
}

/// 1 to 20, and the last.
pub fn business_days_of_month() -> Vec<(String, String)> {
    numbered(20, "Last business day")
}

fn numbered(count: i8, last: &str) -> Vec<(String, String)> {
    let numbers = (1..=count).map(|number| (number.to_string(), ordinal(number)));
    numbers.chain([(LAST.to_string(), last.to_owned())]).collect()
}

/// "1st", "22nd", "last".
fn ordinal(number: i8) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    if number == LAST { "last".to_owned() } else { format!("{number}{ending}") }
}

/// "Every Monday at 07:00, Europe/Madrid, about the day before".
pub fn schedule(schedule: &Schedule, workspace_zone: &str) -> String {
    let at = format!("{:02}:{:02}", schedule.at.hour(), schedule.at.minute());
    let zone = schedule.zone.as_deref().unwrap_or(workspace_zone);
    let about = if schedule.cutoff == Cutoff::DayBefore { ", about the day before" } else { "" };
    format!("{} at {at}, {zone}{about}", rule(schedule.rule))
}

fn rule(rule: Rule) -> String {
    match rule {
        Rule::Day => "Every day".to_owned(),
        Rule::Week { on } => format!("Every {}", listed(&on.iter().map(weekday_name).collect::<Vec<_>>())),
        Rule::MonthDay { day } => format!("On the {} of every month", day_word(day)),
        Rule::MonthWeekday { nth, weekday } => {
            format!("On the {} {} of every month", nth_word(nth), weekday_name(weekday))
        }
        Rule::MonthBusinessDay { nth } => format!("On the {} business day of every month", ordinal(nth)),
        Rule::BusinessDays { count: 1, from } => format!("Every business day from {}", frame::day(from)),
        Rule::BusinessDays { count, from } => format!("Every {count} business days from {}", frame::day(from)),
    }
}

fn day_word(day: i8) -> String {
    if day == LAST { "last day".to_owned() } else { ordinal(day) }
}

fn nth_word(nth: i8) -> String {
    let word = NTHS.into_iter().find(|(value, _)| *value == nth.to_string()).map_or("", |(_, words)| words);
    word.to_lowercase()
}

fn weekday_name(day: Weekday) -> &'static str {
    WEEKDAYS.get(usize::from(day.to_monday_zero_offset().unsigned_abs())).map_or("", |(_, words)| words)
}

/// "Monday, Wednesday and Friday"
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
