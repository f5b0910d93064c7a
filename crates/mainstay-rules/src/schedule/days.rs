//! On which calendar days a rule falls.

use jiff::civil::{Date, Weekday, date};

use super::{Holidays, LAST, Rule};

/// A Monday, and the first day that this product knows.
const MONDAY: Date = date(1990, 1, 1);

pub(super) fn falls_on(rule: Rule, day: Date, holidays: &Holidays) -> bool {
    match rule {
        Rule::Day => true,
        Rule::Week { on } => on.holds(day.weekday()),
        Rule::MonthDay { day: wanted } => {
            let last = day.days_in_month();
            day.day() == if wanted == LAST { last } else { wanted.min(last) }
        }
        Rule::MonthWeekday { nth, weekday } => day.weekday() == weekday && is_nth_week(day, nth),
        Rule::MonthBusinessDay { nth } => is_business_day(day, holidays) && is_nth_business_day(day, nth, holidays),
        Rule::BusinessDays { count, from } => {
            // How many there are before this one, from the start.
            day >= from
                && is_business_day(day, holidays)
                && (business_days_before(day, holidays) - business_days_before(from, holidays)) % count.max(1) == 0
        }
    }
}

/// Monday to Friday, and no holiday.
pub fn is_business_day(day: Date, holidays: &Holidays) -> bool {
    is_weekday(day) && !holidays.contains(&day)
}

fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn is_nth_week(day: Date, nth: i8) -> bool {
    if nth == LAST { day.day() + 7 > day.days_in_month() } else { (day.day() - 1) / 7 + 1 == nth }
}

fn is_nth_business_day(day: Date, nth: i8, holidays: &Holidays) -> bool {
    let after_month = day.last_of_month().tomorrow().unwrap_or(Date::MAX);
    let is_last = business_days_before(after_month, holidays) - business_days_before(day, holidays) == 1;
    let number = business_days_before(day, holidays) - business_days_before(day.first_of_month(), holidays) + 1;
    if nth == LAST { is_last } else { number == i64::from(nth) || (number < i64::from(nth) && is_last) }
}

/// Business days since the first Monday, without this day itself.
fn business_days_before(day: Date, holidays: &Holidays) -> i64 {
    let days = i64::from((day - MONDAY).get_days());
    let weekdays = days.div_euclid(7) * 5 + days.rem_euclid(7).min(5);
    let off =
        if day > MONDAY { holidays.range(MONDAY..day).filter(|holiday| is_weekday(**holiday)).count() } else { 0 };
    weekdays - i64::try_from(off).unwrap_or(i64::MAX)
}
