//! Dates as spreadsheets and people write them.

use jiff::civil::Date;

use super::conventions::{DateOrder, figure_pair};
use super::problem::{CellError, ProblemCode};
use super::text::{is_blank, month, shown};
use crate::limits::{YEAR_MAX, YEAR_MIN};

/// Characters of a date; a longer cell is a sentence.
const DATE_CHARS_MAX: usize = 60;

/// Reads a date cell; blank or an open end ("open", "evergreen") is none.
///
/// A month without a day (`Dec-26`, `Dec 2026`, `12/2026`, `2026-12`) is its last day, a quarter
/// (`Q4 2026`) the last of it: the cell says until when something runs. Two figures of a year are
/// of this century.
pub fn parse_date(cell: &str, order: DateOrder) -> Result<Option<Date>, CellError> {
    if is_blank(cell) || is_open(cell) {
        return Ok(None);
    }
    let refused = || {
        let example = "write it as YYYY-MM-DD, for example 2026-12-31";
        CellError::new(ProblemCode::NotADate, format!("{} is not a date; {example}", shown(cell)))
    };
    if cell.len() > DATE_CHARS_MAX {
        return Err(refused());
    }
    if order == DateOrder::Iso && is_ambiguous(cell) {
        let message = format!("{} can be two days; write it as YYYY-MM-DD", shown(cell));
        return Err(CellError::new(ProblemCode::AmbiguousDate, message));
    }
    let words = words(cell);
    let parts: Vec<Part<'_>> = words.iter().map(|word| part(word)).collect();
    let date = read(&parts, cell, order).ok_or_else(refused)?;
    if (YEAR_MIN..=YEAR_MAX).contains(&date.year()) {
        return Ok(Some(date));
    }
    let message = format!("The year {} is not between {YEAR_MIN} and {YEAR_MAX}", date.year());
    Err(CellError::new(ProblemCode::OutOfRange, message))
}

fn is_open(cell: &str) -> bool {
    let cell = cell.trim();
    ["open", "open end", "open-ended", "open ended", "evergreen", "unlimited", "unbefristet"]
        .iter()
        .any(|word| cell.eq_ignore_ascii_case(word))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    /// A number, and how many figures it was written with.
    Number(i16, usize),
    Month(i8),
    Word(&'a str),
}

fn part(word: &str) -> Part<'_> {
    if let Ok(number) = word.parse::<i16>() {
        return Part::Number(number, word.len());
    }
    month(word).map_or(Part::Word(word), Part::Month)
}

/// Runs of figures and runs of letters, without a time of day behind and without ordinals.
fn words(cell: &str) -> Vec<&str> {
    let cell = cell.trim();
    let date = match cell.as_bytes().iter().position(|b| *b == b':') {
        // The hour stands right before the colon, behind a T or a space.
        Some(colon) => {
            let before = &cell[..colon];
            before.rfind([' ', 'T', 't']).map_or(before, |at| &before[..at])
        }
        None => cell.strip_suffix('Z').unwrap_or(cell),
    };
    let mut words = Vec::new();
    let mut rest = date;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        rest = &rest[start..];
        let figures = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = rest.find(|c: char| !c.is_alphanumeric() || c.is_ascii_digit() != figures).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let filler = ["st", "nd", "rd", "th", "de", "of", "del"];
        if !filler.iter().any(|filler| word.eq_ignore_ascii_case(filler)) {
            words.push(word);
        }
        rest = after;
    }
    words
}

fn read(parts: &[Part<'_>], cell: &str, order: DateOrder) -> Option<Date> {
    use Part::{Month, Number, Word};
    match *parts {
        [Number(year, 4), Number(month, _), Number(day, _)] => date(year, month, day),
        [Number(first, 1..=2), Number(second, 1..=2), Number(y, digits @ (2 | 4))] => {
            let day_first = match order {
                DateOrder::DayFirst => true,
                DateOrder::MonthFirst => false,
                DateOrder::Iso => is_day_first(cell)?,
            };
            let (day, month) = if day_first { (first, second) } else { (second, first) };
            date(year(y, digits)?, month, day)
        }
        [Number(day, 1..=2), Month(month), Number(y, digits)]
        | [Month(month), Number(day, 1..=2), Number(y, digits)] => date(year(y, digits)?, i16::from(month), day),
        [Number(year, 4), Month(month), Number(day, 1..=2)] => date(year, i16::from(month), day),
        [Month(month), Number(y, digits)] => last_day(year(y, digits)?, i16::from(month)),
        [Number(year, 4), Month(month)] => last_day(year, i16::from(month)),
        [Number(year, 4), Number(month, 1..=2)] | [Number(month, 1..=2), Number(year, 4)] => last_day(year, month),
        [Word(q), Number(quarter @ 1..=4, 1), Number(y, digits)] if q.eq_ignore_ascii_case("q") => {
            last_day(year(y, digits)?, quarter * 3)
        }
        _ => None,
    }
}

/// In figures, under [`DateOrder::Iso`]: which of the two numbers must be the day.
fn is_day_first(cell: &str) -> Option<bool> {
    let (first, second, dotted) = figure_pair(cell)?;
    Some(dotted || first > 12 || (second <= 12 && first == second))
}

fn is_ambiguous(cell: &str) -> bool {
    figure_pair(cell).is_some_and(|(first, second, dotted)| {
        !dotted && first != second && (1..=12).contains(&first) && (1..=12).contains(&second)
    })
}

fn year(number: i16, digits: usize) -> Option<i16> {
    match digits {
        2 => Some(2_000 + number),
        4 => Some(number),
        _ => None,
    }
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn last_day(year: i16, month: i16) -> Option<Date> {
    date(year, month, 1).map(Date::last_of_month)
}
