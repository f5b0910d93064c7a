//! Fields that a workspace gives its accounts: their kinds, their choices, and the values that they hold.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::field::{self, FieldCode, FieldError, keep};
use crate::limits::{
    CHOICES_PER_FIELD_MAX, FIELD_KEY_CHARS_MAX, FIELD_NAME_CHARS_MAX, FIELD_NUMBER_MAX, FIELD_TEXT_CHARS_MAX,
    METRIC_HELP_CHARS_MAX,
};
use crate::money::{self, Currency};

/// Decimals of a number; it is kept as whole millionths.
const DECIMALS: usize = 6;
const MILLION: i64 = 1_000_000;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    Number,
    Date,
    Choice,
    Person,
    Money,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Text, Self::Number, Self::Date, Self::Choice, Self::Person, Self::Money];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice => "choice",
            Self::Person => "person",
            Self::Money => "money",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Ordered by size, not by letters.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Money)
    }
}

/// One of the values that a choice offers; a removed one is still shown where it was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub key: String,
    pub label: String,
    pub removed: bool,
}

/// A field of a workspace's accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub id: Uuid,
    /// Unique in the workspace, never used again.
    pub key: String,
    pub kind: Kind,
    pub name: String,
    pub help: String,
    pub position: i64,
    pub archived: bool,
    /// In their order.
    pub choices: Vec<Choice>,
    pub version: i64,
}

impl Field {
    pub fn choice(&self, key: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.key == key)
    }

    /// The field's name among those of the report: `field.sites`.
    pub fn word(&self) -> String {
        format!("field.{}", self.key)
    }
}

/// What an account has in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Text(String),
    /// Millionths.
    Number(i64),
    Date(Date),
    /// Key of the choice.
    Choice(String),
    Person {
        id: Uuid,
        name: String,
    },
    /// Minor units of the workspace's currency.
    Money(i64),
}

/// A value as it was typed: a person is a name, an id or an address until somebody is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    Value(Value),
    Person(String),
}

/// What is asked of a new or changed field.
#[derive(Clone, Debug, Default)]
pub struct FieldInput {
    pub key: String,
    pub kind: String,
    pub name: String,
    pub help: String,
    /// Key and label; a new choice may leave its key to its label.
    pub choices: Vec<(String, String)>,
}

/// A checked field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewField {
    pub key: String,
    pub kind: Kind,
    pub name: String,
    pub help: String,
    pub choices: Vec<Choice>,
}

impl NewField {
    pub fn check(input: &FieldInput) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = keep(field::text("/name", &input.name, FIELD_NAME_CHARS_MAX), &mut errors);
        let help = keep(field::optional_text("/help", &input.help, METRIC_HELP_CHARS_MAX), &mut errors);
        let kind = Kind::parse(input.kind.trim()).ok_or_else(|| {
            let words = Kind::ALL.map(Kind::as_str).join(", ");
            FieldError::new("/kind", FieldCode::Unknown, format!("The kind is one of {words}"))
        });
        let kind = keep(kind, &mut errors);
        let key = match input.key.trim() {
            "" => key_of(&input.name),
            key => key.to_owned(),
        };
        let key = if name.is_some() { keep(check_key("/key", &key), &mut errors) } else { None };
        let choices = match kind {
            Some(Kind::Choice) => keep(check_choices(&input.choices), &mut errors),
            Some(_) if !input.choices.is_empty() => {
                let message = "Only a field of the kind choice has choices";
                errors.push(FieldError::new("/choices", FieldCode::Invalid, message));
                None
            }
            _ => Some(Vec::new()),
        };
        match (key, kind, name, help, choices) {
            (Some(key), Some(kind), Some(name), Some(help), Some(choices)) if errors.is_empty() => {
                Ok(Self { key, kind, name, help: help.unwrap_or_default(), choices })
            }
            _ => Err(errors),
        }
    }
}

/// `Contract signed` is `contract_signed`; letters that no key has are left out.
pub fn key_of(name: &str) -> String {
    let mut key = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
    }
    key.truncate(FIELD_KEY_CHARS_MAX);
    key.trim_end_matches('_').to_owned()
}

/// A key that addresses, files and formulas can carry: small letters, digits and `_`, a letter first.
pub fn check_key(pointer: &str, key: &str) -> Result<String, FieldError> {
    let plain = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain && key.len() <= FIELD_KEY_CHARS_MAX {
        return Ok(key.to_owned());
    }
    let message = format!(
        "A key has small letters, digits and _, a letter first, at most {FIELD_KEY_CHARS_MAX}; for example contract_signed"
    );
    Err(FieldError::new(pointer, FieldCode::Invalid, message))
}

/// The offered choices in their order, each with a key and a label of its own.
pub fn check_choices(wanted: &[(String, String)]) -> Result<Vec<Choice>, FieldError> {
    let refuse = |code, message: String| Err(FieldError::new("/choices", code, message));
    if wanted.is_empty() {
        return refuse(FieldCode::Required, "Name at least one choice".to_owned());
    }
    if wanted.len() > CHOICES_PER_FIELD_MAX {
        return refuse(FieldCode::TooMany, format!("A field has at most {CHOICES_PER_FIELD_MAX} choices"));
    }
    let mut choices: Vec<Choice> = Vec::with_capacity(wanted.len());
    for (key, label) in wanted {
        let label = field::text("/choices/label", label, FIELD_NAME_CHARS_MAX)
            .map_err(|error| FieldError { pointer: "/choices".to_owned(), ..error })?;
        let key = if key.trim().is_empty() { key_of(&label) } else { key.trim().to_owned() };
        // "2026" is a good label and no key.
        let key = if key.starts_with(|c: char| c.is_ascii_digit()) { format!("c_{key}") } else { key };
        let key = check_key("/choices", &key)?;
        if choices.iter().any(|known| known.key == key || known.label.to_lowercase() == label.to_lowercase()) {
            return refuse(FieldCode::Duplicate, format!("The choice “{label}” stands there twice"));
        }
        choices.push(Choice { key, label, removed: false });
    }
    Ok(choices)
}

/// Reads what was typed, sent or imported for a field; empty is none.
pub fn parse(field: &Field, text: &str, currency: Currency) -> Result<Option<Typed>, FieldError> {
    let pointer = format!("/fields/{}", field.key);
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = match field.kind {
        Kind::Text => {
            return Ok(
                field::optional_text(&pointer, text, FIELD_TEXT_CHARS_MAX)?.map(|text| Typed::Value(Value::Text(text)))
            );
        }
        Kind::Number => Value::Number(parse_number(&pointer, text)?),
        Kind::Date => Value::Date(field::date(&pointer, text)?),
        Kind::Money => Value::Money(money::parse_amount(text, currency).map_err(|error| error.at(&pointer))?),
        Kind::Choice => Value::Choice(parse_choice(field, &pointer, text)?),
        Kind::Person => return Ok(Some(Typed::Person(field::text(&pointer, text, FIELD_TEXT_CHARS_MAX)?))),
    };
    Ok(Some(Typed::Value(value)))
}

/// The key of the offered choice that has this key or label.
pub fn parse_choice(field: &Field, pointer: &str, text: &str) -> Result<String, FieldError> {
    let folded = text.to_lowercase();
    let said = |choice: &&Choice| choice.key == text || choice.label.to_lowercase() == folded;
    if let Some(choice) = field.choices.iter().filter(|choice| !choice.removed).find(said) {
        return Ok(choice.key.clone());
    }
    let offered: Vec<&str> = field.choices.iter().filter(|c| !c.removed).map(|c| c.label.as_str()).collect();
    let short: String = text.chars().take(40).collect();
    let what =
        if field.choices.iter().any(|choice| said(&choice)) { "is not offered any more" } else { "is no choice" };
    let message = format!("“{short}” {what} of {}; choose {}", field.name, offered.join(", "));
    Err(FieldError::new(pointer, FieldCode::Unknown, message))
}

/// Millionths of an exact decimal: a minus, figures, a point or comma, at most six decimals.
pub fn parse_number(pointer: &str, text: &str) -> Result<i64, FieldError> {
    let bad = |message: String| Err(FieldError::new(pointer, FieldCode::NotANumber, message));
    let (negative, figures) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, decimals) = figures.split_once(['.', ',']).unwrap_or((figures, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let lonely = figures.contains(['.', ',']) && decimals.is_empty();
    if whole.is_empty() || lonely || !plain(whole) || !plain(decimals) {
        return bad("This is not a number; write figures with a point, for example 12.5".to_owned());
    }
    if decimals.trim_end_matches('0').len() > DECIMALS {
        return bad(format!("A number has at most {DECIMALS} decimals"));
    }
    let padded = decimals.bytes().chain(std::iter::repeat(b'0')).take(DECIMALS);
    let largest = FIELD_NUMBER_MAX * MILLION;
    let value = whole.bytes().chain(padded).try_fold(0_i64, |sum, figure| {
        let sum = sum.checked_mul(10)?.checked_add(i64::from(figure - b'0'))?;
        (sum <= largest).then_some(sum)
    });
    match value {
        Some(value) => Ok(if negative { -value } else { value }),
        None => {
            Err(FieldError::new(pointer, FieldCode::OutOfRange, format!("The largest number is {FIELD_NUMBER_MAX}")))
        }
    }
}

/// The shortest exact form: `12.5`.
pub fn format_number(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, rest) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{}", format!("{rest:06}").trim_end_matches('0'))
}

impl Value {
    /// As it is typed, so that typing it again gives the same value.
    pub fn raw(&self, currency: Currency) -> String {
        match self {
            Self::Text(text) | Self::Choice(text) => text.clone(),
            Self::Number(millionths) => format_number(*millionths),
            Self::Date(day) => day.to_string(),
            Self::Person { name, .. } => name.clone(),
            Self::Money(minor) => money::format_amount(*minor, currency),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Number(_) => Kind::Number,
            Self::Date(_) => Kind::Date,
            Self::Choice(_) => Kind::Choice,
            Self::Person { .. } => Kind::Person,
            Self::Money(_) => Kind::Money,
        }
    }
}
