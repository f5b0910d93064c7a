//! Money as whole minor units of its currency; never a float.

use serde::{Deserialize, Serialize};

pub use crate::currency::{Currency, UnknownCurrency};
use crate::field::{FieldCode, FieldError};
use crate::limits::MONEY_MINOR_MAX;
use crate::rounding::half_away;

/// An amount: `minor` units of `currency`, for example 125 and EUR are EUR 1.25.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("The amount is missing; write it in figures, for example 1250000.00")]
    Missing,
    #[error("This is not an amount; write figures with a point, for example 1250000.00")]
    NotANumber,
    #[error("{code} has {exponent} decimals; this amount has more")]
    TooManyDecimals { code: &'static str, exponent: u32 },
    #[error("The amount is too large; the largest is {}", exact(MONEY_MINOR_MAX, *.0))]
    OutOfRange(Currency),
}

impl AmountError {
    pub fn code(&self) -> FieldCode {
        match self {
            Self::Missing => FieldCode::Required,
            Self::NotANumber => FieldCode::NotANumber,
            Self::TooManyDecimals { .. } => FieldCode::Invalid,
            Self::OutOfRange(_) => FieldCode::OutOfRange,
        }
    }

    pub fn at(&self, pointer: &str) -> FieldError {
        FieldError::new(pointer, self.code(), self.to_string())
    }
}

/// Reads the wire form `1250000.00`: figures, at most one point, a minus in front if negative.
pub fn parse_amount(text: &str, currency: Currency) -> Result<i64, AmountError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AmountError::Missing);
    }
    let (negative, figures) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, decimals) = figures.split_once('.').unwrap_or((figures, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let lonely_point = figures.contains('.') && decimals.is_empty();
    if whole.is_empty() || lonely_point || !plain(whole) || !plain(decimals) {
        return Err(AmountError::NotANumber);
    }
    let exponent = currency.exponent();
    let places = exponent as usize;
    if decimals.len() > places && decimals[places..].bytes().any(|b| b != b'0') {
        return Err(AmountError::TooManyDecimals { code: currency.code(), exponent });
    }
    let padded = decimals.bytes().chain(std::iter::repeat(b'0')).take(places);
    let minor = whole.bytes().chain(padded).try_fold(0_i64, |sum, figure| {
        let sum = sum.checked_mul(10)?.checked_add(i64::from(figure - b'0'))?;
        (sum <= MONEY_MINOR_MAX).then_some(sum)
    });
    let minor = minor.ok_or(AmountError::OutOfRange(currency))?;
    Ok(if negative { -minor } else { minor })
}

/// The wire form: `1250000.00`.
pub fn format_amount(minor: i64, currency: Currency) -> String {
    let (sign, whole, decimals) = parts(minor, currency);
    format!("{sign}{whole}{decimals}")
}

/// For reading exactly: `EUR 1,250,000.00`.
pub fn exact(minor: i64, currency: Currency) -> String {
    let (sign, whole, decimals) = parts(minor, currency);
    format!("{currency} {sign}{}{decimals}", grouped(&whole))
}

/// For reading at a glance: `EUR 1.3M`, `EUR 350k`, `EUR 900`.
pub fn short(minor: i64, currency: Currency) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let value = i128::from(minor).abs();
    let unit = 10_i128.pow(currency.exponent());
    let units = half_away(value, unit);
    if units < 1_000 {
        let sign = if units == 0 { "" } else { sign };
        return format!("{currency} {sign}{units}");
    }
    let thousands = half_away(value, unit * 1_000);
    if thousands < 1_000 {
        return format!("{currency} {sign}{thousands}k");
    }
    let (tenths, letter) = match half_away(value, unit * 100_000) {
        tenths if tenths < 10_000 => (tenths, 'M'),
        _ => (half_away(value, unit * 100_000_000), 'B'),
    };
    format!("{currency} {sign}{}.{}{letter}", grouped(&(tenths / 10).to_string()), tenths % 10)
}

/// Sign, whole units, and the decimals with their point.
fn parts(minor: i64, currency: Currency) -> (&'static str, String, String) {
    let sign = if minor < 0 { "-" } else { "" };
    let value = minor.unsigned_abs();
    let places = currency.exponent() as usize;
    let unit = 10_u64.pow(currency.exponent());
    let decimals = if places == 0 { String::new() } else { format!(".{:0places$}", value % unit) };
    (sign, (value / unit).to_string(), decimals)
}

/// Figures in groups of three: `1250000` is `1,250,000`.
fn grouped(figures: &str) -> String {
    let mut text = String::with_capacity(figures.len() + figures.len() / 3);
    for (index, figure) in figures.chars().enumerate() {
        if index > 0 && (figures.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(figure);
    }
    text
}
