//! From the course of a step to what people recorded: measured sub-metrics, calls, typed judgements.

use mainstay_rules::score::Score;
use mainstay_rules::scorecard::{Metric, Step};

use super::calendar::Calendar;
use super::story::{Account, Point};

/// A score as somebody recorded it on a day of the story.
pub struct Said {
    pub day: i32,
    pub occasion: Occasion,
    pub metric: String,
    pub value: Score,
    pub note: String,
    pub by: Option<String>,
}

/// When on that day, and by whom if nobody is named.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// The weekly call on Monday morning.
    Call,
    /// Something happened and was written down.
    Typed,
    /// The figures of the month or quarter.
    Measured,
}

/// In the weekly call a step is typed anew when it moved by so many tenths.
const CALL_MOVES: i64 = 4;
/// Days between the measurements of each step for types 1 and 2: usage monthly, the rest as it changes.
const MEASURED_EVERY: [i32; 5] = [30, 90, 90, 90, 180];
/// Types 3 and 4 need no more than five numbers a quarter.
const QUARTER: i32 = 90;
/// Accounts are not all measured on one day.
const SPREAD: i32 = 20;
/// How far the sub-metrics of a step lie from its mean, in tenths.
const OFFSETS: [i64; 10] = [6, -4, 3, -7, 2, 5, -3, 1, -6, 4];
/// Four offsets may add up to so much; near 0 and 10 they shrink so that the fifth still fits.
const OFFSETS_SUM: i64 = 24;

/// Everything that was recorded on one step of an account, oldest first.
pub fn said(
    step: &Step,
    index: usize,
    course: &[Point],
    account: &Account,
    seat: usize,
    calendar: &Calendar,
) -> Vec<Said> {
    let Some(first) = course.first().map(Point::day) else { return Vec::new() };
    let mut found = Vec::new();
    let mut last = None;
    for day in first..account.archived.unwrap_or(0) {
        if let Some(point) = course.iter().find(|point| point.day() == day) {
            last = Some(point.tenths());
            found.extend(typed(step, point));
            continue;
        }
        let level = level(course, day);
        if is_measured(index, account, seat, day, calendar) {
            last = Some(level);
            found.extend(measured(step, level, seat, day, calendar));
        } else if is_called(account, seat, day, calendar) && last.is_some_and(|last| moved(account, last, level)) {
            last = Some(level);
            found.extend(score(level).map(|value| Said {
                day,
                occasion: Occasion::Call,
                metric: step.key.clone(),
                value,
                note: String::new(),
                by: None,
            }));
        }
    }
    found
}

fn typed(step: &Step, point: &Point) -> Option<Said> {
    score(point.tenths()).map(|value| Said {
        day: point.day(),
        occasion: Occasion::Typed,
        metric: step.key.clone(),
        value,
        note: point.note().to_owned(),
        by: point.by().map(str::to_owned),
    })
}

fn score(tenths: i64) -> Option<Score> {
    Score::from_hundredths(tenths * 10).ok()
}

/// Figures that fall due on a weekend are given on the Friday before it.
fn is_measured(index: usize, account: &Account, seat: usize, day: i32, calendar: &Calendar) -> bool {
    let every = MEASURED_EVERY.get(index).copied().unwrap_or(QUARTER);
    account.is_key() && calendar.falls_due_on(day).any(|due| due.rem_euclid(every) == spread(seat))
}

fn is_called(account: &Account, seat: usize, day: i32, calendar: &Calendar) -> bool {
    if account.is_key() { calendar.is_monday(day) } else { day.rem_euclid(QUARTER) == spread(seat) }
}

fn moved(account: &Account, last: i64, level: i64) -> bool {
    let threshold = if account.is_key() { CALL_MOVES } else { 1 };
    (level - last).abs() >= threshold
}

fn spread(seat: usize) -> i32 {
    i32::try_from(seat).unwrap_or(0) % SPREAD
}

/// The step's score in tenths on a day: on the straight line between two points.
fn level(course: &[Point], day: i32) -> i64 {
    let before = course.iter().rev().find(|point| point.day() <= day);
    let after = course.iter().find(|point| point.day() > day);
    match (before, after) {
        (Some(before), Some(after)) => {
            let (passed, whole) = (i64::from(day - before.day()), i64::from(after.day() - before.day()));
            before.tenths() + (after.tenths() - before.tenths()) * passed / whole.max(1)
        }
        (Some(point), None) | (None, Some(point)) => point.tenths(),
        (None, None) => 0,
    }
}

/// Sub-metrics around the level, whose mean is exactly the level. One of many is left unscored, as in life.
fn measured(step: &Step, level: i64, seat: usize, day: i32, calendar: &Calendar) -> Vec<Said> {
    let weighing: Vec<(usize, &Metric)> = step
        .metrics
        .iter()
        .enumerate()
        .filter(|(place, metric)| metric.weight > 0 && (step.metrics.len() < 4 || (place + seat) % 6 != 5))
        .collect();
    let mut rest = level * i64::try_from(weighing.len()).unwrap_or(0);
    let mut found = Vec::new();
    for (nth, (place, metric)) in weighing.iter().enumerate() {
        let tenths = if nth + 1 == weighing.len() { rest } else { level + offset(level, seat, *place) };
        rest -= tenths;
        let note = note(&metric.key, tenths, day, calendar);
        found.extend(score(tenths).map(|value| Said {
            day,
            occasion: Occasion::Measured,
            metric: metric.key.clone(),
            value,
            note,
            by: None,
        }));
    }
    found
}

fn offset(level: i64, seat: usize, place: usize) -> i64 {
    let room = level.min(100 - level).clamp(0, OFFSETS_SUM);
    OFFSETS[(seat * 7 + place * 3) % OFFSETS.len()] * room / OFFSETS_SUM
}

/// What the figure itself says, where the template defines it.
fn note(metric: &str, tenths: i64, day: i32, calendar: &Calendar) -> String {
    match metric {
        "launched.expected_users_active" => {
            format!("{tenths} % of the expected users ordered in {}", calendar.month(day))
        }
        "monetizes.funded_of_target" => format!("They fund {tenths} % of where the investment should be"),
        // Equal to the cost is 0, five times the cost is 10.
        "roi_generated.return_over_cost" => {
            let hundredths = 100 + tenths * 4;
            format!("Value {}.{:02} times the price", hundredths / 100, hundredths % 100)
        }
        _ => String::new(),
    }
}

/// The hundredths of a measurement on some day.
#[cfg(test)]
pub fn measured_for_test(step: &Step, level: i64, seat: usize) -> Vec<i64> {
    let calendar = Calendar::new(jiff::civil::date(2027, 6, 1), jiff::tz::TimeZone::UTC, 1);
    measured(step, level, seat, -1, &calendar).iter().map(|said| said.value.hundredths()).collect()
}
