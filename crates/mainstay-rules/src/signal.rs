//! Signals: what a series of measured numbers is called, and what the numbers of one day add up to.

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::field::{FieldCode, FieldError};
use crate::limits::{METRIC_KEY_CHARS_MAX, SIGNAL_SUM_MAX};

/// A name like those that templates use: `seats_used`.
pub fn name(pointer: &str, name: &str) -> Result<String, FieldError> {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let well_formed = name.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && name.len() <= METRIC_KEY_CHARS_MAX
        && name.bytes().all(letters);
    if well_formed {
        return Ok(name.to_owned());
    }
    let message = "A data point's name has lower-case letters, figures and _, a letter first; for example seats_used.";
    Err(FieldError::new(pointer, FieldCode::Invalid, message))
}

/// The name that a program's own words become: "Report Exported" is `report_exported`; none when nothing is left.
pub fn name_of(words: &str) -> Option<String> {
    let mut name = String::new();
    for c in words.chars().take(WORDS_CHARS_MAX) {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let name = &name[..name.len().min(METRIC_KEY_CHARS_MAX)];
    let name = name.trim_end_matches('_');
    (!name.is_empty()).then(|| name.to_owned())
}

/// Characters of a program's words that are looked at.
const WORDS_CHARS_MAX: usize = 400;

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    HigherIsBetter,
    LowerIsBetter,
    Neither,
}

impl Direction {
    pub const ALL: [Self; 3] = [Self::HigherIsBetter, Self::LowerIsBetter, Self::Neither];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::HigherIsBetter => "higher_is_better",
            Self::LowerIsBetter => "lower_is_better",
            Self::Neither => "neither",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.as_str() == text)
    }
}

/// What the numbers of one day, or of several, add up to. `T` is when one was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rolled<T> {
    pub points: i64,
    /// Millionths; it stops at [`SIGNAL_SUM_MAX`].
    pub total: i64,
    pub least: Decimal,
    pub most: Decimal,
    pub last: Decimal,
    pub last_at: T,
}

impl<T: Copy + Ord> Rolled<T> {
    pub fn of(value: Decimal, at: T) -> Self {
        Self { points: 1, total: value.millionths(), least: value, most: value, last: value, last_at: at }
    }

    /// Of two numbers at the same time the one that arrived later is the last.
    pub fn add(&mut self, value: Decimal, at: T) {
        self.join(&Self::of(value, at));
    }

    pub fn join(&mut self, later: &Self) {
        self.points += later.points;
        self.total = self.total.saturating_add(later.total).clamp(-SIGNAL_SUM_MAX, SIGNAL_SUM_MAX);
        self.least = self.least.min(later.least);
        self.most = self.most.max(later.most);
        if later.last_at >= self.last_at {
            (self.last, self.last_at) = (later.last, later.last_at);
        }
    }

    /// Rounded to a millionth, half away from zero.
    pub fn mean(&self) -> Decimal {
        let mean = crate::rounding::half_away(i128::from(self.total), i128::from(self.points.max(1)));
        Decimal::from_millionths(crate::rounding::saturate(mean))
    }
}
