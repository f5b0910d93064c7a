//! Scores from 0 to 10 in hundredths, and means that are rounded once.

use std::fmt;

use crate::field::{FieldCode, FieldError};
use crate::rounding::{half_away, saturate};

/// A score from 0 to 10, kept in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Score(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A score is a number from 0 to 10 with at most two decimals")]
pub struct NotAScore {
    /// Whether it was a number, but not one from 0 to 10.
    pub out_of_range: bool,
}

impl NotAScore {
    pub fn code(self) -> FieldCode {
        if self.out_of_range { FieldCode::OutOfRange } else { FieldCode::NotANumber }
    }

    pub fn at(self, pointer: &str) -> FieldError {
        FieldError::new(pointer, self.code(), self.to_string())
    }
}

const NOT_A_NUMBER: NotAScore = NotAScore { out_of_range: false };
const OUT_OF_RANGE: NotAScore = NotAScore { out_of_range: true };
/// Hundredths of the highest score.
const HIGHEST: i64 = 1_000;
/// Characters of a typed score; nobody means more by it.
const SCORE_CHARS_MAX: usize = 12;

impl Score {
    pub const ZERO: Self = Self(0);
    pub const TEN: Self = Self(HIGHEST);

    pub fn from_hundredths(hundredths: i64) -> Result<Self, NotAScore> {
        if (0..=HIGHEST).contains(&hundredths) { Ok(Self(hundredths)) } else { Err(OUT_OF_RANGE) }
    }

    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// What a person types: `6`, `6.5` or `6,5`, at most two decimals.
    pub fn parse(text: &str) -> Result<Self, NotAScore> {
        let text = text.trim();
        if text.is_empty() || text.len() > SCORE_CHARS_MAX {
            return Err(NOT_A_NUMBER);
        }
        let (negative, figures) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = match figures.split_once(['.', ',']) {
            Some((_, "")) => return Err(NOT_A_NUMBER),
            Some(parts) => parts,
            None => (figures, ""),
        };
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let empty = whole.is_empty() && decimals.is_empty();
        if empty || decimals.len() > 2 || !plain(whole) || !plain(decimals) {
            return Err(NOT_A_NUMBER);
        }
        // At most fourteen figures are left here, far inside of an i64.
        let hundredths: i64 = format!("{whole}{decimals:0<2}").parse().map_err(|_| NOT_A_NUMBER)?;
        Self::from_hundredths(if negative { -hundredths } else { hundredths })
    }

    /// What a script sends; a number that is not exactly some hundredths is refused.
    pub fn from_json(number: f64) -> Result<Self, NotAScore> {
        if !number.is_finite() {
            return Err(NOT_A_NUMBER);
        }
        if !(0.0..=10.0).contains(&number) {
            return Err(OUT_OF_RANGE);
        }
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1000 here")]
        let hundredths = (number * 100.0).round() as i64;
        let score = Self::from_hundredths(hundredths)?;
        // The nearest float to n/100 is unique, so what was typed with two decimals comes back.
        if (score.as_f64() - number).abs() > f64::EPSILON * 10.0 {
            return Err(NOT_A_NUMBER);
        }
        Ok(score)
    }

    /// The number for JSON.
    pub fn as_f64(self) -> f64 {
        hundredths_as_f64(self.0)
    }
}

/// As short as it can be: `6`, `6.5`, `6.25`.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", rest / 10),
            _ => write!(f, "{whole}.{rest:02}"),
        }
    }
}

/// A mean of scores in millionths of a point, rounded once from the exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mean(i64);

impl Mean {
    pub const ZERO: Self = Self(0);

    /// For reading back what was stored.
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// Rounded to tenths, for colour classes and for sorting as shown.
    pub fn tenths(self) -> i64 {
        saturate(half_away(i128::from(self.0), 100_000))
    }

    /// Rounded to hundredths.
    pub fn hundredths(self) -> i64 {
        saturate(half_away(i128::from(self.0), 10_000))
    }

    /// For pages: `6.3`.
    pub fn one_decimal(self) -> String {
        let tenths = self.tenths();
        let sign = if tenths < 0 { "-" } else { "" };
        format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
    }

    /// For explanations: `6.33`.
    pub fn two_places(self) -> String {
        let hundredths = self.hundredths();
        let sign = if hundredths < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
    }

    /// For JSON and spreadsheets: 6.33.
    pub fn two_decimals(self) -> f64 {
        hundredths_as_f64(self.hundredths())
    }
}

impl From<Score> for Mean {
    fn from(score: Score) -> Self {
        Self(score.0 * 10_000)
    }
}

/// An exact fraction of hundredths; the mean of five steps stays exact until it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hundredths {
    numerator: i128,
    denominator: i128,
}

impl Hundredths {
    pub(crate) const ZERO: Self = Self { numerator: 0, denominator: 1 };

    pub(crate) fn of(score: Score) -> Self {
        Self { numerator: i128::from(score.0), denominator: 1 }
    }

    /// `sum / weight`, or none when nothing weighs.
    pub(crate) fn weighted(sum: i64, weight: i64) -> Option<Self> {
        (weight > 0).then(|| Self { numerator: i128::from(sum), denominator: i128::from(weight) })
    }

    /// Weights are limited (20 sub-metrics of 1,000), so five steps stay below 10^26.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            numerator: self.numerator * other.denominator + other.numerator * self.denominator,
            denominator: self.denominator * other.denominator,
        }
    }

    pub(crate) fn divided_by(self, count: usize) -> Option<Self> {
        let count = i128::try_from(count).ok().filter(|count| *count > 0)?;
        Some(Self { numerator: self.numerator, denominator: self.denominator * count })
    }

    pub(crate) fn mean(self) -> Mean {
        Mean(saturate(half_away(self.numerator * 10_000, self.denominator)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "hundredths of a score fit a float exactly")]
fn hundredths_as_f64(hundredths: i64) -> f64 {
    hundredths as f64 / 100.0
}
