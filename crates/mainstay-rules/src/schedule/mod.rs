//! Civil-time schedules: when something is due next, by the calendar of a zone and the holidays of a workspace.
//!
//! A schedule says days and a time of day, as people do. What summer time does to it is decided here, once:
//! a time that the clocks leap over is due at the first moment after the leap, a time that comes twice is due the
//! first time only, and a whole day that a zone left out (Samoa, 30 December 2011) has nothing due.

mod days;
mod moment;
mod text;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

pub use days::is_business_day;
pub use moment::instant;
pub use text::ScheduleText;

use crate::limits::JOBS_CAUGHT_UP_MAX;

/// "The last one" where a number counts from the start of a month.
pub const LAST: i8 = -1;

/// Days looked ahead for the next due day: the rarest rule (the fifth weekday of a month) comes within months,
/// so whoever finds nothing in this time has a calendar of nothing but holidays.
const HORIZON_DAYS: usize = 1_500;

/// The days on which a company does not work, besides Saturdays and Sundays.
pub type Holidays = BTreeSet<Date>;

/// When something happens again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub rule: Rule,
    /// The time of day, to the minute.
    pub at: Time,
    /// Its own zone; none is the workspace's.
    pub zone: Option<String>,
    pub cutoff: Cutoff,
}

/// On which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Day,
    Week {
        on: Weekdays,
    },
    /// Day 1-31 of the month, or its last; a month without that day takes its last one.
    MonthDay {
        day: i8,
    },
    /// The first to fifth, or last, such weekday of the month; a month without a fifth has none.
    MonthWeekday {
        nth: i8,
        weekday: Weekday,
    },
    /// The first to twentieth, or last, business day of the month; a month with fewer takes its last one.
    MonthBusinessDay {
        nth: i8,
    },
    /// Every so many business days, counted from the first one on or after a day.
    BusinessDays {
        count: i64,
        from: Date,
    },
}

/// A set of weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    pub const NONE: Self = Self(0);

    pub const fn only(day: Weekday) -> Self {
        Self::NONE.and(day)
    }

    #[must_use]
    pub const fn and(self, day: Weekday) -> Self {
        Self(self.0 | (1 << day as u8))
    }

    pub const fn holds(self, day: Weekday) -> bool {
        self.0 & (1 << day as u8) != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Monday first.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        text::WEEKDAYS.into_iter().map(|(_, day)| day).filter(move |day| self.holds(*day))
    }
}

/// Which day the work is about: what is done on the first of a month often closes the month before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cutoff {
    SameDay,
    DayBefore,
}

/// One time at which a schedule is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The intended cut-off: the day that the work is about, however late it is done.
    pub on: Date,
    /// Not before this.
    pub at: Timestamp,
}

/// What becomes of periods that passed while nobody worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// The newest is done, at its own cut-off; the older ones are left out.
    Latest,
    /// Each is done, oldest first; only the newest so many of a long time.
    Every,
}

/// The first time after this instant; none when the calendar has no such day within years.
pub fn next_after(schedule: &Schedule, holidays: &Holidays, zone: &TimeZone, after: Timestamp) -> Option<Due> {
    // A day earlier: a time that the clocks leapt over may be due on the morning after its day.
    let mut day = after.to_zoned(zone.clone()).date().yesterday().ok()?;
    if let Rule::BusinessDays { from, .. } = schedule.rule {
        day = day.max(from);
    }
    for _ in 0..HORIZON_DAYS {
        if days::falls_on(schedule.rule, day, holidays)
            && let Some(at) = instant(day, schedule.at, zone)
            && at > after
        {
            return Some(Due { on: schedule.cutoff.of(day)?, at });
        }
        day = day.tomorrow().ok()?;
    }
    None
}

/// What is due after one instant and not after another, as far as it is to be caught up, oldest first.
pub fn due_between(
    schedule: &Schedule,
    holidays: &Holidays,
    zone: &TimeZone,
    (after, until): (Timestamp, Timestamp),
    catch_up: CatchUp,
) -> Vec<Due> {
    let kept = match catch_up {
        CatchUp::Latest => 1,
        CatchUp::Every => JOBS_CAUGHT_UP_MAX,
    };
    let mut dues = std::collections::VecDeque::new();
    let mut next = next_after(schedule, holidays, zone, after);
    while let Some(due) = next.filter(|due| due.at <= until) {
        if dues.len() == kept {
            dues.pop_front();
        }
        dues.push_back(due);
        next = next_after(schedule, holidays, zone, due.at);
    }
    dues.into()
}

impl Cutoff {
    fn of(self, day: Date) -> Option<Date> {
        match self {
            Self::SameDay => Some(day),
            Self::DayBefore => day.yesterday().ok(),
        }
    }
}
