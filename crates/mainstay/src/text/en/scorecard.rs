//! Words of the scorecard: an account's Progress tab and the history of a metric.

use jiff::civil::Date;
use mainstay_rules::scorecard::GapReason;

use super::frame::day;
use crate::text::texts;

texts! {
    scorecard = "Scorecard";
    record = "Record";
    record_score = "Record score";
    withdraw = "Withdraw";
    withdraw_what = "From now on it counts as not scored. Its history stays";
    value_label = "Score, 0 to 10";
    day_label = "Valid from";
    note_label = "Note";
    evidence_label = "Evidence, a link";
    optional = "optional";
    type_whole_step = "Type a score for the whole step";
    whole_step_what = "A dated judgement that stands beside the measured value and counts until a sub-metric is scored again.";
    history = "History";
    when = "When";
    what = "What";
    score = "Score";
    before = "Before";
    who = "Who";
    note = "Note";
    evidence = "Evidence";
    withdrawn = "withdrawn";
    never_scored = "never scored";
    worked_out = "worked out";
    rolled_up = "rolled up from scopes";
    activities = "To complete before moving on";
    weighs_nothing = "weighs nothing";
    gap = "Gap";
    costs_most = "costs most";
    older = "Older";
    newest = "Newest";
    pages = "Pages of the history";
    no_history = "Nobody has scored it yet.";
    back = "Back to the scorecard";
    value_missing = "Type a number from 0 to 10, with at most two decimals.";
    month = "Month";
    overall = "Overall";
    trend_table = "Overall score by month";
    the_system = "Mainstay";
}

pub fn coverage(scored: usize, of: usize, template: &str, version: u32) -> String {
    format!("{scored} of {of} sub-metrics scored · template {template} {version}")
}

pub fn step_title(number: usize, name: &str) -> String {
    format!("{number}. {name}")
}

pub fn scored_of(scored: usize, of: usize) -> String {
    format!("{scored}/{of} scored")
}

pub fn measured_from(scored: usize, of: usize) -> String {
    format!("measured from {scored} of {of} sub-metrics")
}

/// An older judgement that a measurement has overtaken.
pub fn typed_before(score: &str, on: Date) -> String {
    format!("; {score} was typed on {}", day(on))
}

pub fn typed_by(who: &str, on: Date) -> String {
    if who.is_empty() { format!("typed on {}", day(on)) } else { format!("typed by {who} on {}", day(on)) }
}

pub fn sub_metrics_measure(score: &str) -> String {
    format!("; sub-metrics measure {score}")
}

pub fn nothing_measured() -> &'static str {
    "; no sub-metric is scored"
}

/// "is under 4"; the step's name stands before it.
pub fn gap_reason(reason: GapReason) -> &'static str {
    match reason {
        GapReason::Low => "is under 4",
        GapReason::NeverScored => "was never scored",
    }
}

pub fn start_with(metric: &str) -> String {
    format!("Start with “{metric}”.")
}

pub fn history_of(name: &str) -> String {
    format!("History of {name}")
}

/// What a link or button is for, said to screen readers behind its word.
pub fn of(name: &str) -> String {
    format!(" of {name}")
}

pub fn evidence_for(name: &str) -> String {
    format!(" for {name}")
}

/// "12 months: from 6.2 to 6.4, highest 7.2"
pub fn trend(months: usize, first: &str, last: &str, highest: &str) -> String {
    let span = if months == 1 { "1 month".to_owned() } else { format!("{months} months") };
    format!("{span}: from {first} to {last}, highest {highest}")
}

/// "2 of 5 done"
pub fn activities_done(done: usize, of: usize) -> String {
    format!("{done} of {of} done")
}

pub fn tick(activity: &str) -> String {
    format!("Mark as done: {activity}")
}

pub fn untick(activity: &str) -> String {
    format!("Not done after all: {activity}")
}

/// "8 Nov 2026, Jonas Weber"
pub fn ticked_by(day: &str, name: &str) -> String {
    if name.is_empty() { day.to_owned() } else { format!("{day}, {name}") }
}
