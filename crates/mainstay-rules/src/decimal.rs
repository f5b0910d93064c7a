//! Exact decimal numbers of data points, in millionths.

use std::fmt;

use crate::field::{FieldCode, FieldError};
use crate::rounding::saturate;

/// A number with at most six decimals, kept in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A value is a number with at most six decimals, up to a billion")]
pub struct NotADecimal;

impl NotADecimal {
    pub fn at(self, pointer: &str) -> FieldError {
        FieldError::new(pointer, FieldCode::NotANumber, self.to_string())
    }
}

const ONE: i64 = 1_000_000;
/// A billion: sums of a thousand of them still fit.
const LARGEST: i64 = ONE * 1_000_000_000;
/// Characters of a typed number; nobody means more by it.
const CHARS_MAX: usize = 24;

impl Decimal {
    pub const ZERO: Self = Self(0);

    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// What a person types: `85`, `0.85` or `0,85`.
    pub fn parse(text: &str) -> Result<Self, NotADecimal> {
        let text = text.trim();
        if text.is_empty() || text.len() > CHARS_MAX {
            return Err(NotADecimal);
        }
        let (negative, figures) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = figures.split_once(['.', ',']).unwrap_or((figures, ""));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || decimals.len() > 6 || !plain(whole) || !plain(decimals) {
            return Err(NotADecimal);
        }
        let millionths: i64 = format!("{whole}{decimals:0<6}").parse().map_err(|_| NotADecimal)?;
        Self::bounded(if negative { -millionths } else { millionths })
    }

    /// What a script or a template writes as a number; more than six decimals are rounded.
    pub fn from_f64(number: f64) -> Result<Self, NotADecimal> {
        #[expect(clippy::cast_precision_loss, reason = "the bound is a round number")]
        let bound = LARGEST as f64;
        let millionths = number * 1_000_000.0;
        if !(-bound..=bound).contains(&millionths) {
            return Err(NotADecimal);
        }
        #[expect(clippy::cast_possible_truncation, reason = "it was compared with the bound")]
        Self::bounded(millionths.round() as i64)
    }

    fn bounded(millionths: i64) -> Result<Self, NotADecimal> {
        if (-LARGEST..=LARGEST).contains(&millionths) { Ok(Self(millionths)) } else { Err(NotADecimal) }
    }

    #[expect(clippy::cast_precision_loss, reason = "up to a billion it is exact, beyond nobody sees the difference")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1_000_000.0
    }

    /// `10 x clamp(self / target, 0, 1)` in hundredths of a score, exactly; none when there is no target to reach.
    pub(crate) fn share_of(self, target: Self) -> Option<i64> {
        (target.0 > 0).then(|| {
            let reached = i128::from(self.0.clamp(0, target.0)) * 1_000;
            saturate(crate::rounding::half_away(reached, i128::from(target.0)))
        })
    }
}

/// As short as it can be: `85`, `0.85`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, rest) = (size / 1_000_000, size % 1_000_000);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:06}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}
