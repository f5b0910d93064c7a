//! Thresholds on signals: an edge, not a level. It fires once when a number gets beyond its level, and is armed again
//! when the number is back by a margin and some days have passed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;

/// What of a signal is compared with the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The newest number.
    Last,
    /// Of the last `days` days, today included.
    Sum,
    Mean,
    /// How many numbers arrived.
    Count,
    /// How many people (or other actors) they came from.
    Distinct,
    /// The newest number less the newest one of `days` days ago.
    Change,
}

impl Measure {
    pub const ALL: [Self; 6] = [Self::Last, Self::Sum, Self::Mean, Self::Count, Self::Distinct, Self::Change];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Count => "count",
            Self::Distinct => "distinct",
            Self::Change => "change",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == text)
    }

    /// Whether it reads otherwise when a day passes without a number.
    pub fn moves_by_itself(self) -> bool {
        self != Self::Last
    }
}

/// On which side of the level it fires; the level itself is beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    AtLeast,
    AtMost,
}

impl Side {
    pub const ALL: [Self; 2] = [Self::AtLeast, Self::AtMost];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.as_str() == text)
    }
}

/// When a threshold fires and when it is armed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    pub side: Side,
    pub level: Decimal,
    /// How far back from the level the number must be; never negative.
    pub back_by: Decimal,
    /// Days after it fired before it may fire again.
    pub rest_days: i64,
}

/// Where one account stands to a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub armed: bool,
    /// The day on which it fired last.
    pub fired_on: Option<Date>,
}

impl Default for Standing {
    fn default() -> Self {
        Self { armed: true, fired_on: None }
    }
}

/// What a number does to the standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Stays,
    Fires,
    Rearms,
}

/// How far back a number must be unless somebody says otherwise: a twentieth of the level.
pub fn usual_margin(level: Decimal) -> Decimal {
    Decimal::from_millionths(level.millionths().saturating_abs() / 20)
}

impl Threshold {
    pub fn is_beyond(&self, value: Decimal) -> bool {
        match self.side {
            Side::AtLeast => value >= self.level,
            Side::AtMost => value <= self.level,
        }
    }

    /// Far enough on the other side: on it at least, by the margin when there is one.
    fn is_back(&self, value: Decimal) -> bool {
        let margin = self.back_by.millionths();
        let level = self.level.millionths();
        let back = match self.side {
            Side::AtLeast => value.millionths() <= level.saturating_sub(margin),
            Side::AtMost => value.millionths() >= level.saturating_add(margin),
        };
        back && !self.is_beyond(value)
    }

    pub fn step(&self, standing: Standing, value: Decimal, today: Date) -> Step {
        if standing.armed {
            return if self.is_beyond(value) { Step::Fires } else { Step::Stays };
        }
        let rested = standing.fired_on.is_none_or(|day| days_between(day, today) >= self.rest_days);
        if rested && self.is_back(value) { Step::Rearms } else { Step::Stays }
    }

    /// The standing of an account that is beyond the level already when the threshold is made: it does not fire.
    pub fn standing_at_first(&self, value: Decimal, today: Date) -> Standing {
        if self.is_beyond(value) { Standing { armed: false, fired_on: Some(today) } } else { Standing::default() }
    }
}

impl Standing {
    #[must_use]
    pub fn after(self, step: Step, today: Date) -> Self {
        match step {
            Step::Stays => self,
            Step::Fires => Self { armed: false, fired_on: Some(today) },
            Step::Rearms => Self { armed: true, ..self },
        }
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
