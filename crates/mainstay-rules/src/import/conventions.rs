//! How a sheet writes decimals and dates, told from its cells; what stays ambiguous is asked.

use serde::{Deserialize, Serialize};

use super::field::Mapping;

/// How numbers and dates of a sheet are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conventions {
    pub decimal: DecimalMark,
    pub dates: DateOrder,
}

/// The sign before the decimals; the other one groups thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    Dot,
    Comma,
}

impl DecimalMark {
    pub(super) const fn sign(self) -> char {
        match self {
            Self::Dot => '.',
            Self::Comma => ',',
        }
    }

    pub(super) const fn grouping(self) -> char {
        match self {
            Self::Dot => ',',
            Self::Comma => '.',
        }
    }
}

/// The order of a date that is written in figures, as in 03/04/2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
    /// Year, month, day; other dates in figures are only read where they can mean one day.
    Iso,
}

/// What a contract's end date says: the last day with it, or the first day without it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndIs {
    #[default]
    LastDay,
    FirstDayWithout,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    pub decimal: Detection<DecimalMark>,
    pub dates: Detection<DateOrder>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detection<T> {
    /// The cells tell, or no cell depends on it.
    Certain(T),
    /// Some cell could mean two things, or cells contradict one another: ask.
    Ambiguous,
}

impl<T> Detection<T> {
    pub fn certain(self) -> Option<T> {
        match self {
            Self::Certain(found) => Some(found),
            Self::Ambiguous => None,
        }
    }
}

/// What cells tell about one question with two answers.
#[derive(Debug, Clone, Copy, Default)]
struct Evidence {
    first: bool,
    second: bool,
    either: bool,
}

impl Evidence {
    fn decide<T>(self, first: T, second: T, unconcerned: T) -> Detection<T> {
        match (self.first, self.second, self.either) {
            (true, true, _) | (false, false, true) => Detection::Ambiguous,
            (true, false, _) => Detection::Certain(first),
            (false, true, _) => Detection::Certain(second),
            (false, false, false) => Detection::Certain(unconcerned),
        }
    }
}

/// Detects from any cells, whatever their column.
pub fn detect<'a>(cells: impl IntoIterator<Item = &'a str>) -> Detected {
    let (mut decimal, mut dates) = (Evidence::default(), Evidence::default());
    for cell in cells {
        weigh_decimal(cell, &mut decimal);
        weigh_date(cell, &mut dates);
    }
    decided(decimal, dates)
}

/// Detects from the columns that hold numbers and dates, so that no other text misleads; looks at one row after the other.
#[derive(Debug, Default)]
pub struct Detector {
    decimal: Evidence,
    dates: Evidence,
}

impl Detector {
    pub fn look(&mut self, mapping: &Mapping, row: &[String]) {
        for (column, cell) in mapping.columns().iter().zip(row) {
            if mapping.is_date(column.field) {
                weigh_date(cell, &mut self.dates);
            } else if mapping.is_number(column.field) {
                weigh_decimal(cell, &mut self.decimal);
            }
        }
    }

    pub fn detected(&self) -> Detected {
        decided(self.decimal, self.dates)
    }
}

/// All rows at once, see [`Detector`].
pub fn detect_mapped(mapping: &Mapping, rows: &[Vec<String>]) -> Detected {
    let mut detector = Detector::default();
    for row in rows {
        detector.look(mapping, row);
    }
    detector.detected()
}

fn decided(decimal: Evidence, dates: Evidence) -> Detected {
    Detected {
        decimal: decimal.decide(DecimalMark::Dot, DecimalMark::Comma, DecimalMark::Dot),
        dates: dates.decide(DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::Iso),
    }
}

/// A single sign before exactly three figures can be decimals or thousands; all else tells.
fn weigh_decimal(cell: &str, evidence: &mut Evidence) {
    let Some(figures) = figures(cell) else {
        return;
    };
    let signs: Vec<char> = figures.chars().filter(|c| matches!(c, '.' | ',')).collect();
    let Some(last) = signs.last() else {
        return;
    };
    let decimals = figures.rsplit(['.', ',']).next().map_or(0, str::len);
    let whole = figures.split(['.', ',']).next().unwrap_or_default();
    let repeated = signs.len() > 1 && signs.iter().all(|sign| sign == last);
    if repeated {
        // 1.250.000: the sign groups, so the other one is before the decimals.
        note_decimal(evidence, if *last == '.' { ',' } else { '.' });
    } else if signs.len() == 1 && decimals == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
        evidence.either = true;
    } else {
        note_decimal(evidence, *last);
    }
}

fn note_decimal(evidence: &mut Evidence, sign: char) {
    if sign == '.' {
        evidence.first = true;
    } else {
        evidence.second = true;
    }
}

/// The figures of a cell that is a number, with their points and commas; none for other text.
fn figures(cell: &str) -> Option<String> {
    // 7.5/10 is a score; 03/04/2026 has two strokes and is none of ours.
    let cell = cell.trim();
    let cell = cell.strip_suffix("10").and_then(|c| c.trim_end().strip_suffix('/')).unwrap_or(cell);
    let mut figures = String::new();
    let mut letters = 0;
    for c in cell.chars().take(60) {
        match c {
            '0'..='9' | '.' | ',' => figures.push(c),
            '/' | ':' => return None,
            _ if c.is_alphabetic() => letters += 1,
            _ => {}
        }
    }
    let figures = figures.trim_matches(['.', ',']);
    // A currency code and a suffix have few letters; more of them is a sentence.
    if letters > 6 || figures.is_empty() || looks_like_date(figures) {
        return None;
    }
    Some(figures.to_owned())
}

/// 31.12.2026 or 01.02.26: two points, and groups that are no thousands.
fn looks_like_date(figures: &str) -> bool {
    let groups: Vec<&str> = figures.split('.').collect();
    groups.len() == 3 && groups[1..].iter().any(|group| group.len() != 3) && !figures.contains(',')
}

fn weigh_date(cell: &str, evidence: &mut Evidence) {
    let Some((first, second, dotted)) = figure_pair(cell) else {
        return;
    };
    let possible = |month: u16, day: u16| (1..=12).contains(&month) && (1..=31).contains(&day);
    match (possible(second, first), possible(first, second)) {
        (true, true) if first == second => {}
        // Nobody writes the month first and dots between.
        (true, _) if dotted => evidence.first = true,
        (true, true) => evidence.either = true,
        (true, false) => evidence.first = true,
        (false, true) => evidence.second = true,
        (false, false) => {}
    }
}

/// The first two numbers of a date in three numbers that does not begin with its year, and whether
/// dots stand between.
pub(super) fn figure_pair(cell: &str) -> Option<(u16, u16, bool)> {
    let cell = cell.trim();
    if cell.len() > 40 {
        return None;
    }
    // A time may follow the date.
    let date = cell.split([' ', 'T']).next()?;
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    let [first, second, year] = parts.as_slice() else {
        return None;
    };
    let plain = |part: &str, digits: &[usize]| digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(first, &[1, 2]) || !plain(second, &[1, 2]) || !plain(year, &[2, 4]) {
        return None;
    }
    Some((first.parse().ok()?, second.parse().ok()?, date.contains('.')))
}
