//! The story's days, counted from today, as dates and instants of the workspace.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mainstay_rules::progress::{fiscal_year, year_start};

/// A year and a day before today lies in last year's books, whatever day today is.
const SURELY_LAST_YEAR: i32 = -366;
/// Targets are set when the next year is planned.
const PLANNED_BEFORE_YEAR: i32 = 20;
/// Figures of a month come in the second half of it or in the first of the next.
const HALF_MONTH: i32 = 15;

pub struct Calendar {
    pub today: Date,
    zone: TimeZone,
    year_start: Date,
    pub fiscal_year: i64,
}

impl Calendar {
    pub fn new(today: Date, zone: TimeZone, fiscal_year_start_month: i8) -> Self {
        let year_start = year_start(today, fiscal_year_start_month);
        Self { today, zone, year_start, fiscal_year: i64::from(fiscal_year(today, fiscal_year_start_month)) }
    }

    pub fn date(&self, day: i32) -> Date {
        self.today.saturating_add(day.days())
    }

    /// The day that a date is in the story.
    fn day(&self, date: Date) -> i32 {
        (date - self.today).get_days()
    }

    pub fn instant(&self, day: i32, minute: i32) -> Result<Timestamp, String> {
        self.date(day)
            .at(0, 0, 0, 0)
            .saturating_add(minute.minutes())
            .to_zoned(self.zone.clone())
            .map(|at| at.timestamp())
            .map_err(|e| format!("the story's day {day} is no day: {e}"))
    }

    /// The first day of a contract's step. What was won this year counts this year, also when the year is young:
    /// it was signed then, and begins with the year.
    pub fn contract_start(&self, day: i32) -> Date {
        let date = self.date(day);
        if day > SURELY_LAST_YEAR { date.max(self.year_start) } else { date }
    }

    /// The day on which the current year's targets were decided.
    pub fn planning_day(&self) -> i32 {
        self.day(self.year_start) - PLANNED_BEFORE_YEAR
    }

    pub fn is_monday(&self, day: i32) -> bool {
        self.date(day).weekday() == Weekday::Monday
    }

    /// The days whose work is done on this one: on Fridays the weekend's too, on the weekend none.
    pub fn falls_due_on(&self, day: i32) -> std::ops::Range<i32> {
        match self.date(day).weekday() {
            Weekday::Friday => day..day + 3,
            Weekday::Saturday | Weekday::Sunday => day..day,
            _ => day..day + 1,
        }
    }

    /// The name of the month that figures given on this day are about.
    pub fn month(&self, day: i32) -> String {
        self.date(day - HALF_MONTH).strftime("%B").to_string()
    }
}
