//! Guessing which field a column holds, from its header and a sample of its cells.

use super::cells::parse_truth;
use super::conventions::{Conventions, DateOrder, DecimalMark};
use super::date_cell::parse_date;
use super::field::{Field, header_text};
use super::kind::SheetKind;
use super::number_cell::{parse_number, parse_score};
use super::own::{self, OwnKey};
use super::spellings::spellings;
use super::text::{fold, is_blank};
use super::unit::unit_power;
use crate::account::AccountType;
use crate::custom_field::Field as OwnField;
use crate::money::Currency;

/// What a column seems to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    pub field: Field,
    /// 0 (nothing was recognised) to 100 (the header is one of the usual ones).
    pub confidence: u8,
}

const EXACT: u8 = 100;
/// A header that only holds a usual word, for example "Renewal date (contract)".
const HOLDS: u8 = 70;
/// Taken off when most of the sample's cells cannot be read as this field.
const UNFIT: u8 = 45;
/// Below this a column is left out rather than guessed.
const LEAST: u8 = 50;
/// A cell of the sample may be written either way.
const EITHER: [Conventions; 2] = [
    Conventions { decimal: DecimalMark::Dot, dates: DateOrder::DayFirst },
    Conventions { decimal: DecimalMark::Comma, dates: DateOrder::MonthFirst },
];
/// Rows of the sample that are looked at.
const SAMPLE_ROWS_MAX: usize = 50;

/// What the file is about, where its headers tell: the fields of one kind are all there.
///
/// A sheet of accounts may have an ARR and dates too; it is one of contracts only when they start on a day.
pub fn guess_kind(headers: &[String], sample: &[Vec<String>]) -> Option<SheetKind> {
    let fits = |kind: SheetKind| {
        let fields: Vec<Field> = guess(kind, headers, sample, &[]).into_iter().map(|guess| guess.field).collect();
        kind.missing(&fields).is_none().then_some(fields)
    };
    let report = fits(SheetKind::Accounts);
    let steps = report.as_ref().map_or(0, |fields| fields.iter().filter(|field| Field::STEPS.contains(field)).count());
    if steps >= 2 {
        return report.map(|_| SheetKind::Accounts);
    }
    match (fits(SheetKind::Scores), fits(SheetKind::Contracts)) {
        (Some(_), Some(_)) => None,
        (Some(_), None) => Some(SheetKind::Scores),
        (None, Some(_)) => Some(SheetKind::Contracts),
        (None, None) => report.map(|_| SheetKind::Accounts),
    }
}

/// One guess per header; each field is given to at most one column, the likeliest. `own` are the workspace's fields.
pub fn guess(kind: SheetKind, headers: &[String], sample: &[Vec<String>], own: &[OwnField]) -> Vec<Guess> {
    let folded: Vec<String> = headers.iter().map(|header| fold(&header_text(header))).collect();
    let years = arr_years(&folded);
    let mut candidates: Vec<(u8, usize, Field)> = Vec::new();
    for (index, header) in folded.iter().enumerate() {
        for field in kind.fields() {
            let by_header = likeness(kind, *field, header)
                .max(likeness(kind, *field, &bare(header)))
                .max(by_year(*field, header, years));
            if by_header > 0 {
                let off = if fits(index, sample, &|cell| reads_as(*field, cell)) { 0 } else { UNFIT };
                candidates.push((by_header.saturating_sub(off), index, *field));
            }
        }
        for (field, own) in named_own(kind, own, header) {
            let reads = |cell: &str| EITHER.into_iter().any(|either| own::reads_as(own, cell, either));
            let off = if fits(index, sample, &reads) { 0 } else { UNFIT };
            candidates.push((EXACT.saturating_sub(off), index, field));
        }
    }
    candidates.retain(|(confidence, ..)| *confidence >= LEAST);
    candidates
        .sort_by_key(|(confidence, index, field)| (100 - confidence, *index, rank(*field, &folded[*index]), *field));
    let mut guesses = vec![Guess { field: Field::Ignore, confidence: 0 }; headers.len()];
    for (confidence, index, field) in candidates {
        let taken = guesses.iter().any(|guess| guess.field == field);
        if !taken && guesses[index].field == Field::Ignore {
            guesses[index] = Guess { field, confidence };
        }
    }
    guesses
}

/// The workspace's own fields that a header names.
fn named_own<'a>(kind: SheetKind, own: &'a [OwnField], header: &str) -> impl Iterator<Item = (Field, &'a OwnField)> {
    let named = own.iter().filter(move |field| kind.takes_own() && own::is_named(field, header));
    named.filter_map(|field| Some((Field::Own(OwnKey::parse(&field.key)?), field)))
}

/// Of two fields that a header names: what exports call so goes before an own field, and that before what others may
/// call so. An account's name is needed, so no own field takes it away.
fn rank(field: Field, header: &str) -> u8 {
    match field {
        Field::Own(_) => 1,
        Field::Name => 0,
        field if fold(field.label()) == header => 0,
        _ => 2,
    }
}

/// Gives columns that hold nothing yet to the own fields that their headers name.
pub fn guess_own(kind: SheetKind, headers: &[String], own: &[OwnField], fields: &mut [Field]) {
    for (index, header) in headers.iter().enumerate() {
        let free = named_own(kind, own, header).map(|(field, _)| field).find(|field| !fields.contains(field));
        if let (Some(field), Some(place @ Field::Ignore)) = (free, fields.get_mut(index)) {
            *place = field;
        }
    }
}

/// Without what people put around a step's name or an amount: "1. Effectively launched",
/// "Step 1: …", "… score", "ARR (EUR)", "ARR in k€".
fn bare(header: &str) -> String {
    let mut words: Vec<&str> = header.split(' ').collect();
    let numbered = |word: &str| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
    if words.len() > 2 && words[0] == "step" && numbered(words[1]) {
        words.drain(..2);
    } else if words.len() > 1 && numbered(words[0]) {
        words.remove(0);
    }
    let around = |word: &str| matches!(word, "score" | "10" | "in" | "0") || unit_power(word) > 0 || is_currency(word);
    while words.len() > 1 && words.last().is_some_and(|word| around(word)) {
        words.pop();
    }
    words.join(" ")
}

fn is_currency(word: &str) -> bool {
    Currency::parse(word).is_ok()
}

fn likeness(kind: SheetKind, field: Field, header: &str) -> u8 {
    let (exact, held) = spellings(kind, field);
    if exact.split('|').any(|spelling| spelling == header) {
        return EXACT;
    }
    let padded = format!(" {header} ");
    let holds = |phrase: &str| !phrase.is_empty() && padded.contains(&format!(" {phrase} "));
    if held.split('|').any(holds) { HOLDS } else { 0 }
}

/// The earliest and the latest year that stand in a header beside "ARR".
fn arr_years(headers: &[String]) -> Option<(u32, u32)> {
    let years: Vec<u32> = headers.iter().filter_map(|header| arr_year(header)).collect();
    Some((*years.iter().min()?, *years.iter().max()?))
}

/// "2025 arr", "arr fy25", "fy 2025 arr": the year.
fn arr_year(header: &str) -> Option<u32> {
    let words: Vec<&str> = header.split(' ').collect();
    let about_more = words.iter().any(|w| matches!(*w, "delta" | "target" | "increase" | "ytd"));
    if about_more || !words.contains(&"arr") {
        return None;
    }
    words.iter().find_map(|word| {
        let figures = word.trim_start_matches("fy");
        let short = figures.len() == 2 && figures.len() < word.len();
        if figures.len() != 4 && !short {
            return None;
        }
        let year: u32 = figures.parse().ok()?;
        if short { Some(2_000 + year) } else { (1_990..=2_200).contains(&year).then_some(year) }
    })
}

/// Of years beside "ARR" the earliest is last year's, a later one the current.
fn by_year(field: Field, header: &str, years: Option<(u32, u32)>) -> u8 {
    let (Some(year), Some((earliest, latest))) = (arr_year(header), years) else {
        return 0;
    };
    let fits = match field {
        Field::ArrLastYear => year == earliest,
        Field::ArrYtd => year == latest && latest > earliest,
        _ => false,
    };
    if fits { 90 } else { 0 }
}

/// Whether at least half of the sample's filled cells can be read as the field.
fn fits(index: usize, sample: &[Vec<String>], reads: &dyn Fn(&str) -> bool) -> bool {
    let filled = sample.iter().take(SAMPLE_ROWS_MAX).filter_map(|row| row.get(index));
    let filled: Vec<&str> = filled.map(String::as_str).filter(|cell| !is_blank(cell)).collect();
    let readable = filled.iter().filter(|cell| reads(cell)).count();
    readable * 2 >= filled.len()
}

fn reads_as(field: Field, cell: &str) -> bool {
    let any = |reads: &dyn Fn(Conventions) -> bool| EITHER.into_iter().any(reads);
    match field {
        Field::Type => AccountType::parse(cell).is_ok(),
        field if field.is_date() => any(&|c| parse_date(cell, c.dates).is_ok()),
        Field::ArrLastYear | Field::ArrDeltaTarget | Field::ArrYtd | Field::Progress | Field::Arr | Field::Mrr => {
            any(&|c| parse_number(cell, c.decimal).is_ok())
        }
        Field::LeaveOut => parse_truth(cell).is_some(),
        _ if field.is_score() => any(&|c| parse_score(cell, c.decimal).is_ok()),
        _ => true,
    }
}
