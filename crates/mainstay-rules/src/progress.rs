//! Progress of the year: ARR gained against the wanted increase, and the pace of it.

use jiff::civil::Date;

use crate::rounding::{half_away, saturate};

/// Hundredths of a percent in one whole.
const WHOLE: i128 = 10_000;
/// A wanted increase under one twentieth (5 %) of the ARR says nothing as a percentage.
const SMALL_SHARE: i128 = 20;

/// How far the year's target is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There is no target.
    None,
    /// Hundredths of a percent of the wanted increase.
    Percent(i64),
    /// The increase in minor units: the target is negative, or too small for a percentage.
    Money(i64),
}

/// Day on which the fiscal year of `today` began; months outside of 1..=12 count as the nearest.
pub fn year_start(today: Date, fiscal_year_start_month: i8) -> Date {
    let month = fiscal_year_start_month.clamp(1, 12);
    let year = if today.month() >= month { today.year() } else { today.year() - 1 };
    // The first of a month exists in every year but the one before jiff's earliest.
    Date::new(year, month, 1).unwrap_or(Date::MIN)
}

/// The fiscal year of `today`, named after the calendar year in which it ends.
pub fn fiscal_year(today: Date, fiscal_year_start_month: i8) -> i16 {
    let start = year_start(today, fiscal_year_start_month);
    if start.month() == 1 { start.year() } else { start.year() + 1 }
}

/// The day whose ARR is "last year's": the last before the fiscal year began.
pub fn last_year_end(today: Date, fiscal_year_start_month: i8) -> Date {
    let start = year_start(today, fiscal_year_start_month);
    start.yesterday().unwrap_or(start)
}

/// (ARR now - ARR of last year) / wanted increase; for a total, give the three sums, new accounts
/// included.
pub fn progress(arr_now: i64, arr_last_year: i64, delta_target: Option<i64>) -> Progress {
    let Some(target) = delta_target.map(i128::from) else {
        return Progress::None;
    };
    let gained = i128::from(arr_now) - i128::from(arr_last_year);
    if target <= 0 || target * SMALL_SHARE < i128::from(arr_last_year) {
        return Progress::Money(saturate(gained));
    }
    Progress::Percent(saturate(half_away(gained * WHOLE, target)))
}

/// Sums of a list of accounts, from which its progress follows (sum / sum).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub arr_now: i64,
    pub arr_last_year: i64,
    /// None as long as no account has a target.
    pub delta_target: Option<i64>,
}

impl Totals {
    /// Adds an account; one without a target still adds what it gained, new ones included.
    pub fn add(&mut self, arr_now: i64, arr_last_year: i64, delta_target: Option<i64>) {
        self.arr_now = self.arr_now.saturating_add(arr_now);
        self.arr_last_year = self.arr_last_year.saturating_add(arr_last_year);
        if let Some(target) = delta_target {
            self.delta_target = Some(self.delta_target.unwrap_or(0).saturating_add(target));
        }
    }

    pub fn progress(self) -> Progress {
        progress(self.arr_now, self.arr_last_year, self.delta_target)
    }
}

/// Progress / share of the year that has passed (today included), in hundredths of a percent:
/// 10,000 is exactly on time. None unless progress is a percentage.
pub fn pace(progress: Progress, today: Date, fiscal_year_start_month: i8) -> Option<i64> {
    let Progress::Percent(reached) = progress else {
        return None;
    };
    let start = year_start(today, fiscal_year_start_month);
    let end = Date::new(start.year().checked_add(1)?, start.month(), 1).ok()?;
    let days = |from: Date, to: Date| i128::from((to - from).get_days());
    let (passed, whole) = (days(start, today) + 1, days(start, end));
    Some(saturate(half_away(i128::from(reached) * whole, passed)))
}
