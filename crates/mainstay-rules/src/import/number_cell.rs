//! Numbers, amounts and scores as spreadsheets and people write them; exact, never a float.

use super::conventions::DecimalMark;
use super::problem::{CellError, ProblemCode};
use super::text::{is_blank, shown};
use super::unit::magnitude;
use crate::limits::{FIELD_NUMBER_MAX, MONEY_MINOR_MAX};
use crate::money::{Currency, exact};
use crate::rounding::half_away;
use crate::score::{NotAScore, Score};

/// Characters of a number; a longer cell is a sentence.
const NUMBER_CHARS_MAX: usize = 60;
/// Figures that are kept exactly; beyond, there is no such amount of money.
const FIGURES_MAX: usize = 24;
/// Largest power of ten of a number in scientific notation (1.25E+06).
const POWER_MAX: i32 = 12;

/// An amount in minor units, and whether decimals had to be rounded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    pub minor: i64,
    pub rounded: bool,
}

/// A score, and whether decimals had to be rounded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreCell {
    pub score: Score,
    pub rounded: bool,
}

/// An exact number: `figures x 10^power`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number<'a> {
    figures: i128,
    power: i32,
    percent: bool,
    /// The cell itself says thousands or millions.
    suffixed: bool,
    currency: Option<&'a str>,
}

impl Number<'_> {
    /// In units of `10^-decimals`, rounded half away from zero; and whether that lost something.
    fn in_units(self, decimals: i32) -> Option<(i128, bool)> {
        let shift = self.power.checked_add(decimals)?;
        if shift >= 0 {
            let factor = 10_i128.checked_pow(u32::try_from(shift).ok()?)?;
            return self.figures.checked_mul(factor).map(|units| (units, false));
        }
        // Beyond this many places nothing is left of any number that is read here.
        let divisor = 10_i128.checked_pow(shift.unsigned_abs()).unwrap_or(i128::MAX);
        Some((half_away(self.figures, divisor), self.figures % divisor != 0))
    }
}

/// An amount of money: thousands grouped, a currency before or behind, `k` and `M`, a minus or
/// parentheses when negative; blank is none.
///
/// `header_power` is the power of ten that the column's header names ([`header_power`](super::header_power)); a suffix
/// in the cell itself goes before it.
pub fn parse_money(
    cell: &str,
    decimal: DecimalMark,
    currency: Currency,
    header_power: i32,
) -> Result<Option<Amount>, CellError> {
    let Some(mut number) = parse_number(cell, decimal)? else {
        return Ok(None);
    };
    if !number.suffixed {
        number.power += header_power.clamp(0, POWER_MAX);
    }
    if number.percent {
        return Err(not_a_number(cell, decimal));
    }
    if let Some(mark) = number.currency.filter(|mark| !may_mean(mark, currency)) {
        let message = format!("The amount is in {mark}, but this import is in {currency}");
        return Err(CellError::new(ProblemCode::OtherCurrency, message));
    }
    let places = i32::try_from(currency.exponent()).unwrap_or(0);
    let inside = number
        .in_units(places)
        .and_then(|(units, rounded)| Some((i64::try_from(units).ok()?, rounded)))
        .filter(|(minor, _)| minor.unsigned_abs() <= MONEY_MINOR_MAX.unsigned_abs());
    let Some((minor, rounded)) = inside else {
        let message = format!("The amount is too large; the largest is {}", exact(MONEY_MINOR_MAX, currency));
        return Err(CellError::new(ProblemCode::OutOfRange, message));
    };
    Ok(Some(Amount { minor, rounded }))
}

/// A number without a unit in millionths, and whether decimals had to be rounded away; blank is none.
pub(super) fn parse_quantity(cell: &str, decimal: DecimalMark) -> Result<Option<(i64, bool)>, CellError> {
    let Some(number) = parse_number(cell, decimal)? else {
        return Ok(None);
    };
    if number.percent || number.currency.is_some() {
        return Err(not_a_number(cell, decimal));
    }
    let largest = i128::from(FIELD_NUMBER_MAX) * 1_000_000;
    let inside = number.in_units(6).filter(|(millionths, _)| millionths.abs() <= largest);
    let read = inside.and_then(|(millionths, rounded)| Some((i64::try_from(millionths).ok()?, rounded)));
    read.map(Some).ok_or_else(|| {
        let message = format!("{} is too large; the largest number is {FIELD_NUMBER_MAX}", shown(cell));
        CellError::new(ProblemCode::OutOfRange, message)
    })
}

/// A percentage in hundredths of a percent: `70 %` is 7,000; without the sign, `0.7` is meant as a
/// share, as spreadsheets store it. Blank is none.
pub fn parse_percent(cell: &str, decimal: DecimalMark) -> Result<Option<i64>, CellError> {
    let Some(number) = parse_number(cell, decimal)? else {
        return Ok(None);
    };
    let units = number.in_units(if number.percent { 2 } else { 4 });
    let percent = units.and_then(|(units, _)| i64::try_from(units).ok());
    percent.map(Some).ok_or_else(|| not_a_number(cell, decimal))
}

/// A score: `7`, `7.5`, `7/10`, `70 %`; blank, a dash or "n/a" is not scored.
pub fn parse_score(cell: &str, decimal: DecimalMark) -> Result<Option<ScoreCell>, CellError> {
    let refused = |code| {
        let advice = NotAScore { out_of_range: false };
        CellError::new(code, format!("{}: {advice}", shown(cell)))
    };
    let (points, out_of) = match cell.split_once('/') {
        // "n/a" has the same sign in it.
        Some((points, out_of)) if !is_blank(cell) => (points, Some(out_of)),
        _ => (cell, None),
    };
    if out_of.is_some_and(|out_of| out_of.trim() != "10") {
        let message = format!("{} is not out of 10; convert it", shown(cell));
        return Err(CellError::new(ProblemCode::NotAScore, message));
    }
    let not_a_score = |_| refused(ProblemCode::NotAScore);
    let Some(number) = parse_number(points, decimal).map_err(not_a_score)? else {
        return if out_of.is_some() { Err(refused(ProblemCode::NotAScore)) } else { Ok(None) };
    };
    if number.currency.is_some() {
        return Err(refused(ProblemCode::NotAScore));
    }
    // 70 % is 7: a tenth of the percentage.
    let units = number.in_units(if number.percent { 1 } else { 2 });
    let score = units.and_then(|(units, rounded)| {
        let score = Score::from_hundredths(i64::try_from(units).ok()?).ok()?;
        Some(ScoreCell { score, rounded })
    });
    score.map(Some).ok_or_else(|| refused(ProblemCode::OutOfRange))
}

/// Any number of a cell, with what stood around it.
pub(super) fn parse_number(cell: &str, decimal: DecimalMark) -> Result<Option<Number<'_>>, CellError> {
    if is_blank(cell) {
        return Ok(None);
    }
    let refused = || not_a_number(cell, decimal);
    if cell.len() > NUMBER_CHARS_MAX {
        return Err(refused());
    }
    let (negative, rest, currency) = unwrapped(cell).ok_or_else(refused)?;
    let (rest, percent) = match rest.strip_suffix('%') {
        Some(rest) => (rest.trim_end(), true),
        None => (rest, false),
    };
    let (rest, magnitude) = magnitude(rest);
    if percent && magnitude != 0 {
        return Err(refused());
    }
    let (figures, power) = figures(rest, decimal).ok_or_else(refused)?;
    let figures = if negative { -figures } else { figures };
    let (power, suffixed) = (power + magnitude, magnitude != 0);
    Ok(Some(Number { figures, power, percent, suffixed, currency }))
}

fn not_a_number(cell: &str, decimal: DecimalMark) -> CellError {
    let example = match decimal {
        DecimalMark::Dot => "1,250.50 (point before the decimals)",
        DecimalMark::Comma => "1.250,50 (comma before the decimals)",
    };
    let message = format!("{} is not a number like {example}", shown(cell));
    CellError::new(ProblemCode::NotANumber, message)
}

/// Takes off signs, parentheses and a currency, each at most once, in whatever order.
fn unwrapped(cell: &str) -> Option<(bool, &str, Option<&str>)> {
    let mut rest = cell.trim();
    let (mut signed, mut negative, mut currency) = (false, false, None);
    loop {
        let minus = |c| matches!(c, '-' | '−' | '–');
        let stripped = if let Some(inner) = rest.strip_prefix('(') {
            Some((inner.strip_suffix(')')?, true))
        } else if let Some(inner) = rest.strip_prefix(minus).or_else(|| rest.strip_suffix(minus)) {
            Some((inner, true))
        } else {
            rest.strip_prefix('+').map(|inner| (inner, false))
        };
        if let Some((inner, is_negative)) = stripped {
            if signed {
                return None;
            }
            (signed, negative, rest) = (true, is_negative, inner.trim());
        } else if let Some((mark, inner)) = currency_mark(rest) {
            if currency.is_some() {
                return None;
            }
            (currency, rest) = (Some(mark), inner.trim());
        } else {
            return Some((negative, rest, currency));
        }
    }
}

/// Signs that stand for currencies, with those they can stand for.
const SIGNS: [(&str, &[&str]); 10] = [
    ("US$", &["USD"]),
    ("€", &["EUR"]),
    ("£", &["GBP", "EGP", "GIP", "FKP", "SHP", "LBP", "SYP"]),
    ("¥", &["JPY", "CNY"]),
    ("$", &["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP", "UYU"]),
    ("₹", &["INR"]),
    ("₩", &["KRW"]),
    ("zł", &["PLN"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("Fr.", &["CHF"]),
];

/// A currency's sign or code at either end of the text, and what is left.
fn currency_mark(text: &str) -> Option<(&str, &str)> {
    for (sign, _) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign) {
            return Some((&text[..sign.len()], rest));
        }
        if let Some(rest) = text.strip_suffix(sign) {
            return Some((&text[rest.len()..], rest));
        }
    }
    let is_code = |code: &&str| Currency::parse(code).is_ok() && code.len() == 3;
    let code = text.get(..3).filter(is_code);
    if let Some(code) = code.filter(|_| !text[3..].starts_with(char::is_alphabetic)) {
        return Some((code, &text[3..]));
    }
    let (rest, code) = text.split_at_checked(text.len().checked_sub(3)?)?;
    (is_code(&code) && !rest.is_empty()).then_some((code, rest))
}

fn may_mean(mark: &str, currency: Currency) -> bool {
    let by_sign = SIGNS.iter().find(|(sign, _)| *sign == mark);
    match by_sign {
        Some((_, codes)) => codes.contains(&currency.code()),
        None => mark.eq_ignore_ascii_case(currency.code()),
    }
}

/// The figures without their signs, and the power of ten of the last one.
fn figures(text: &str, decimal: DecimalMark) -> Option<(i128, i32)> {
    let (text, power) = match text.split_once(['e', 'E']) {
        Some((text, power)) => (text, power.parse::<i32>().ok()?),
        None => (text, 0),
    };
    if power.abs() > POWER_MAX {
        return None;
    }
    let (whole, decimals) = text.split_once(decimal.sign()).unwrap_or((text, ""));
    let whole = ungrouped(whole, decimal)?;
    let decimals = decimals.trim_end_matches('0');
    let all = format!("{whole}{decimals}");
    let lonely = whole.is_empty() && !text.contains(|c: char| c.is_ascii_digit());
    if lonely || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Decimals beyond what is kept cannot move an amount by a minor unit.
    let kept = &all[..all.len().min(FIGURES_MAX)];
    if whole.len() > FIGURES_MAX {
        return None;
    }
    let places = i32::try_from(kept.len().saturating_sub(whole.len())).ok()?;
    let figures = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    Some((figures, power - places))
}

/// Whole figures without the signs that group them; groups after the first have three figures, so
/// that "6,5" never becomes 65.
fn ungrouped(whole: &str, decimal: DecimalMark) -> Option<String> {
    let is_group_sign =
        |c: char| c == decimal.grouping() || matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’' | '_');
    let groups: Vec<&str> = whole.split(is_group_sign).collect();
    let well_formed = match groups.as_slice() {
        [_] => true,
        [first, others @ ..] => (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3),
        [] => false,
    };
    let signs: Vec<char> = whole.chars().filter(|c| is_group_sign(*c)).collect();
    let same = signs.windows(2).all(|pair| pair[0] == pair[1]);
    (well_formed && same).then(|| groups.concat())
}
