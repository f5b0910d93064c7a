//! A schedule as it is written: the same fields in JSON, in TOML and in a form.
//!
//! ```toml
//! every = "week"               # day, week, month_day, month_weekday, month_business_day, business_days
//! weekdays = ["monday"]        # week: one or more; month_weekday: exactly one
//! # day = 31                   # month_day: 1 to 31, or -1 for the last
//! # nth = 2                    # month_weekday: 1 to 5; month_business_day: 1 to 20; -1 for the last
//! # count = 10                 # business_days: 1 to 260
//! # from = "2026-01-05"        # business_days: counted from here
//! at = "07:00"
//! zone = "Europe/Madrid"       # left out: the workspace's
//! cutoff = "day_before"        # the day that it is about; left out: same_day
//! ```

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use super::{Cutoff, LAST, Rule, Schedule, Weekdays};
use crate::field::{self, FieldCode, FieldError};
use crate::limits::{BUSINESS_DAYS_MAX, ZONE_CHARS_MAX};

pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The fields; which of them belong to which `every` is checked by [`ScheduleText::check`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleText {
    pub every: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutoff: Option<String>,
}

impl ScheduleText {
    /// Every error at once. Whether the zone is known is asked of whoever has the list of zones.
    pub fn check(&self, knows_zone: impl Fn(&str) -> bool) -> Result<Schedule, Vec<FieldError>> {
        let mut errors = Vec::new();
        let rule = self.rule(&mut errors);
        let at = field::keep(time("/at", &self.at), &mut errors);
        let zone = field::keep(self.zone(knows_zone), &mut errors);
        let cutoff = field::keep(self.cutoff(), &mut errors);
        match (rule, at, zone, cutoff) {
            (Some(rule), Some(at), Some(zone), Some(cutoff)) if errors.is_empty() => {
                Ok(Schedule { rule, at, zone, cutoff })
            }
            _ => Err(errors),
        }
    }

    fn rule(&self, errors: &mut Vec<FieldError>) -> Option<Rule> {
        let fields: &[&str] = match self.every.as_str() {
            "day" => &[],
            "week" => &["/weekdays"],
            "month_day" => &["/day"],
            "month_weekday" => &["/nth", "/weekdays"],
            "month_business_day" => &["/nth"],
            "business_days" => &["/count", "/from"],
            _ => {
                let message = "Choose one of day, week, month_day, month_weekday, month_business_day, business_days";
                errors.push(FieldError::new("/every", FieldCode::Unknown, message));
                return None;
            }
        };
        let given = [
            ("/weekdays", !self.weekdays.is_empty()),
            ("/day", self.day.is_some()),
            ("/nth", self.nth.is_some()),
            ("/count", self.count.is_some()),
            ("/from", self.from.is_some()),
        ];
        for (pointer, _) in given.into_iter().filter(|(pointer, is_given)| *is_given && !fields.contains(pointer)) {
            let message = format!("Leave this out: it says nothing about every {}", self.every.replace('_', " "));
            errors.push(FieldError::new(pointer, FieldCode::Unknown, message));
        }
        match self.every.as_str() {
            "day" => Some(Rule::Day),
            "week" => field::keep(self.weekdays(), errors).map(|on| Rule::Week { on }),
            "month_day" => field::keep(number("/day", self.day, 31), errors).map(|day| Rule::MonthDay { day }),
            "month_weekday" => {
                let nth = field::keep(number("/nth", self.nth, 5), errors);
                let weekday = field::keep(self.one_weekday(), errors);
                nth.zip(weekday).map(|(nth, weekday)| Rule::MonthWeekday { nth, weekday })
            }
            "month_business_day" => {
                field::keep(number("/nth", self.nth, 20), errors).map(|nth| Rule::MonthBusinessDay { nth })
            }
            _ => {
                let count = field::keep(self.count(), errors);
                let from = field::keep(field::date("/from", self.from.as_deref().unwrap_or_default()), errors);
                count.zip(from).map(|(count, from)| Rule::BusinessDays { count, from })
            }
        }
    }

    fn weekdays(&self) -> Result<Weekdays, FieldError> {
        let mut on = Weekdays::NONE;
        for word in &self.weekdays {
            let Some((_, day)) = WEEKDAYS.into_iter().find(|(known, _)| known == word) else {
                let message = "A weekday is one of monday, tuesday, wednesday, thursday, friday, saturday, sunday";
                return Err(FieldError::new("/weekdays", FieldCode::Unknown, message));
            };
            on = on.and(day);
        }
        if on.is_empty() {
            return Err(FieldError::new("/weekdays", FieldCode::Required, "Choose at least one weekday"));
        }
        Ok(on)
    }

    fn one_weekday(&self) -> Result<Weekday, FieldError> {
        let mut days = self.weekdays()?.iter();
        match (days.next(), days.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(FieldError::new("/weekdays", FieldCode::TooMany, "Choose exactly one weekday")),
        }
    }

    fn count(&self) -> Result<i64, FieldError> {
        match self.count {
            Some(count) if (1..=BUSINESS_DAYS_MAX).contains(&count) => Ok(count),
            _ => {
                let message = format!("The number of business days is from 1 to {BUSINESS_DAYS_MAX}");
                Err(FieldError::new("/count", FieldCode::OutOfRange, message))
            }
        }
    }

    fn zone(&self, knows_zone: impl Fn(&str) -> bool) -> Result<Option<String>, FieldError> {
        let Some(zone) = field::optional_text("/zone", self.zone.as_deref().unwrap_or_default(), ZONE_CHARS_MAX)?
        else {
            return Ok(None);
        };
        if knows_zone(&zone) {
            return Ok(Some(zone));
        }
        let message = "This time zone is not known; write it as in Europe/Madrid";
        Err(FieldError::new("/zone", FieldCode::Unknown, message))
    }

    fn cutoff(&self) -> Result<Cutoff, FieldError> {
        match self.cutoff.as_deref() {
            None | Some("" | "same_day") => Ok(Cutoff::SameDay),
            Some("day_before") => Ok(Cutoff::DayBefore),
            Some(_) => {
                let message = "The day that it is about is same_day or day_before";
                Err(FieldError::new("/cutoff", FieldCode::Unknown, message))
            }
        }
    }
}

/// 1 to `max`, or -1 for the last.
fn number(pointer: &str, value: Option<i64>, max: i8) -> Result<i8, FieldError> {
    let number = value.and_then(|value| i8::try_from(value).ok());
    number.filter(|number| *number == LAST || (1..=max).contains(number)).ok_or_else(|| {
        FieldError::new(pointer, FieldCode::OutOfRange, format!("Give a number from 1 to {max}, or -1 for the last"))
    })
}

/// Exactly `HH:MM`.
fn time(pointer: &str, value: &str) -> Result<Time, FieldError> {
    let two = |text: &str| -> Option<i8> {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
    };
    let time = value.trim().split_once(':').and_then(|(hour, minute)| Time::new(two(hour)?, two(minute)?, 0, 0).ok());
    time.ok_or_else(|| {
        FieldError::new(pointer, FieldCode::Invalid, "This is not a time of day; write it as HH:MM, for example 07:00")
    })
}

impl From<&Schedule> for ScheduleText {
    fn from(schedule: &Schedule) -> Self {
        let at = format!("{:02}:{:02}", schedule.at.hour(), schedule.at.minute());
        let cutoff = (schedule.cutoff == Cutoff::DayBefore).then(|| "day_before".to_owned());
        let empty = Self { at, zone: schedule.zone.clone(), cutoff, ..Self::default() };
        let every = |word: &str| word.to_owned();
        match schedule.rule {
            Rule::Day => Self { every: every("day"), ..empty },
            Rule::Week { on } => Self { every: every("week"), weekdays: on.iter().map(word_of).collect(), ..empty },
            Rule::MonthDay { day } => Self { every: every("month_day"), day: Some(i64::from(day)), ..empty },
            Rule::MonthWeekday { nth, weekday } => Self {
                every: every("month_weekday"),
                nth: Some(i64::from(nth)),
                weekdays: vec![word_of(weekday)],
                ..empty
            },
            Rule::MonthBusinessDay { nth } => {
                Self { every: every("month_business_day"), nth: Some(i64::from(nth)), ..empty }
            }
            Rule::BusinessDays { count, from } => {
                Self { every: every("business_days"), count: Some(count), from: Some(day_text(from)), ..empty }
            }
        }
    }
}

fn day_text(day: Date) -> String {
    day.to_string()
}

fn word_of(day: Weekday) -> String {
    WEEKDAYS.into_iter().find(|(_, known)| *known == day).map_or("", |(word, _)| word).to_owned()
}
