//! Columns that hold fields of the workspace's own: their names, and what a cell says of one.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::conventions::Conventions;
use super::date_cell::parse_date;
use super::number_cell::{parse_money, parse_number, parse_quantity};
use super::problem::{CellError, ProblemCode};
use super::text::{fold, is_blank};
use crate::custom_field::{self, Choice, Field as OwnField, Kind, Typed, Value};
use crate::field::{FieldCode, FieldError};
use crate::limits::FIELD_KEY_CHARS_MAX;
use crate::money::Currency;

/// What stands before the key of an own field: `field.sites`.
pub(super) const PREFIX: &str = "field.";

/// The key of an own field, short enough to be copied like the other fields.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OwnKey([u8; FIELD_KEY_CHARS_MAX]);

impl OwnKey {
    /// None where no field can have such a key.
    pub fn parse(key: &str) -> Option<Self> {
        let key = custom_field::check_key("", key).ok()?;
        let mut bytes = [0; FIELD_KEY_CHARS_MAX];
        bytes.get_mut(..key.len())?.copy_from_slice(key.as_bytes());
        Some(Self(bytes))
    }

    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(FIELD_KEY_CHARS_MAX);
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<OwnKey> for String {
    fn from(key: OwnKey) -> Self {
        key.as_str().to_owned()
    }
}

impl TryFrom<String> for OwnKey {
    type Error = String;

    fn try_from(key: String) -> Result<Self, String> {
        Self::parse(&key).ok_or_else(|| format!("{key} is no key of a field"))
    }
}

/// What a cell says of an own field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnCell {
    pub key: OwnKey,
    pub said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Value(Value),
    /// A choice or a person: what it means depends on what the account has.
    Words(String),
}

/// Reads a cell, and says whether decimals had to be rounded away; blank is none.
pub(super) fn read(
    field: &OwnField,
    cell: &str,
    conventions: Conventions,
    (currency, header_power): (Currency, i32),
) -> Result<Option<(Said, bool)>, CellError> {
    let exactly = |value: Value| Ok(Some((Said::Value(value), false)));
    match field.kind {
        Kind::Number => {
            let read = parse_quantity(cell, conventions.decimal)?;
            Ok(read.map(|(millionths, rounded)| (Said::Value(Value::Number(millionths)), rounded)))
        }
        Kind::Money => {
            let read = parse_money(cell, conventions.decimal, currency, header_power)?;
            Ok(read.map(|amount| (Said::Value(Value::Money(amount.minor)), amount.rounded)))
        }
        Kind::Date => match parse_date(cell, conventions.dates)? {
            Some(day) => exactly(Value::Date(day)),
            None => Ok(None),
        },
        Kind::Text | Kind::Person if is_blank(cell) => Ok(None),
        Kind::Text => match custom_field::parse(field, &line(cell), currency).map_err(cell_error)? {
            Some(Typed::Value(value)) => exactly(value),
            _ => Ok(None),
        },
        // A choice may be called "none".
        Kind::Choice if is_blank(cell) && !field.choices.iter().any(|choice| is_said(choice, cell.trim())) => Ok(None),
        Kind::Choice | Kind::Person => Ok(Some((Said::Words(line(cell)), false))),
    }
}

/// Whether a header says the name or the key of the field.
pub(super) fn is_named(field: &OwnField, header: &str) -> bool {
    let header = fold(header);
    !header.is_empty() && [fold(&field.name), fold(&field.key), fold(&field.word())].contains(&header)
}

/// Whether a cell can be read as what the field holds.
pub(super) fn reads_as(field: &OwnField, cell: &str, conventions: Conventions) -> bool {
    match field.kind {
        Kind::Number | Kind::Money => parse_number(cell, conventions.decimal).is_ok(),
        Kind::Date => parse_date(cell, conventions.dates).is_ok(),
        Kind::Choice => field.choices.iter().any(|choice| is_said(choice, cell.trim())),
        Kind::Text | Kind::Person => true,
    }
}

/// Line breaks inside of a cell are spaces, as in a narrow column.
fn line(cell: &str) -> String {
    cell.replace(['\r', '\n', '\t'], " ").trim().to_owned()
}

/// The choice that a cell names. One that is offered no longer stays where it was chosen.
pub fn choice_said(field: &OwnField, words: &str, held: Option<&Value>) -> Result<Value, CellError> {
    if let Some(Value::Choice(key)) = held
        && field.choice(key).is_some_and(|choice| choice.removed && is_said(choice, words))
    {
        return Ok(Value::Choice(key.clone()));
    }
    custom_field::parse_choice(field, "", words).map(Value::Choice).map_err(cell_error)
}

fn is_said(choice: &Choice, words: &str) -> bool {
    choice.key == words || choice.label.to_lowercase() == words.to_lowercase()
}

fn cell_error(error: FieldError) -> CellError {
    let code = match error.code {
        FieldCode::ControlCharacter => ProblemCode::ControlCharacter,
        FieldCode::Unknown => ProblemCode::NotAChoice,
        _ => ProblemCode::TooLong,
    };
    CellError::new(code, error.message)
}
