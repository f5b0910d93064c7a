//! Constant currency: one rate for a whole fiscal year, so that exchange rates never look like growth or churn.

use jiff::civil::Date;

use crate::currency::Currency;
use crate::field::{FieldCode, FieldError};
use crate::limits::RATE_MILLIONTHS_MAX;
use crate::rounding::{half_away, saturate};

/// Decimals of a rate.
const RATE_PLACES: usize = 6;
const MILLION: i128 = 1_000_000;

/// What one whole unit of a currency is worth in the workspace's, in millionths of its whole unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub from: Currency,
    pub to: Currency,
    pub millionths: i64,
}

impl Rate {
    /// The same currency on both sides.
    pub fn one(currency: Currency) -> Self {
        Self { from: currency, to: currency, millionths: 1_000_000 }
    }

    /// Minor units of one currency as minor units of the other; each amount is rounded once, half away from zero.
    pub fn convert(self, minor: i64) -> i64 {
        if self.from == self.to {
            return minor;
        }
        let whole = |exponent: u32| 10_i128.pow(exponent);
        let value = i128::from(minor) * i128::from(self.millionths) * whole(self.to.exponent());
        saturate(half_away(value, whole(self.from.exponent()) * MILLION))
    }

    /// The rate as people write it: `0.92`, without zeros at the end.
    pub fn decimal(self) -> String {
        let text = format!("{}.{:06}", self.millionths / 1_000_000, self.millionths % 1_000_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    #[error("The rate is missing; write it in figures, for example 0.92")]
    Missing,
    #[error("A rate is figures with a point and at most six decimals, for example 0.92")]
    NotANumber,
    #[error("A rate is more than 0 and at most 1000000")]
    OutOfRange,
}

impl RateError {
    pub fn at(self, pointer: &str) -> FieldError {
        let code = match self {
            Self::Missing => FieldCode::Required,
            Self::NotANumber => FieldCode::NotANumber,
            Self::OutOfRange => FieldCode::OutOfRange,
        };
        FieldError::new(pointer, code, self.to_string())
    }
}

/// Reads `0.92` as 920,000 millionths.
pub fn parse_rate(text: &str) -> Result<i64, RateError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(RateError::Missing);
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let decimals = if decimals.len() > RATE_PLACES { decimals.trim_end_matches('0') } else { decimals };
    let decimals = if decimals.is_empty() && text.contains('.') { "0" } else { decimals };
    if !plain(whole) || !plain(decimals) || decimals.len() > RATE_PLACES || text.ends_with('.') {
        return Err(RateError::NotANumber);
    }
    let padded = decimals.bytes().chain(std::iter::repeat(b'0')).take(RATE_PLACES);
    let millionths = whole.bytes().chain(padded).try_fold(0_i64, |sum, figure| {
        let sum = sum.checked_mul(10)?.checked_add(i64::from(figure - b'0'))?;
        (sum <= RATE_MILLIONTHS_MAX).then_some(sum)
    });
    millionths.filter(|rate| *rate > 0).ok_or(RateError::OutOfRange)
}

/// The sum of the last three full months before `today`, times four; none when no month of the three is known.
pub fn run_rate(months: &[(Date, i64)], today: Date) -> Option<i64> {
    let first = today.first_of_month();
    let oldest = first.checked_sub(jiff::Span::new().months(3)).ok()?;
    let known: Vec<i64> =
        months.iter().filter(|(month, _)| *month >= oldest && *month < first).map(|(_, minor)| *minor).collect();
    if known.is_empty() {
        return None;
    }
    Some(saturate(known.into_iter().map(i128::from).sum::<i128>() * 4))
}
