//! Checks of one typed field; each answers with the value or with a plain error at its pointer.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::limits::{
    EMAIL_CHARS_MAX, EMAIL_LOCAL_CHARS_MAX, NOTE_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, URL_CHARS_MAX,
    YEAR_MAX, YEAR_MIN,
};

/// What is wrong with one field, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{pointer}: {message}")]
pub struct FieldError {
    /// JSON pointer to the field, for example `/external_id`.
    pub pointer: String,
    pub code: FieldCode,
    /// One sentence for a person: what happened, and what to do.
    pub message: String,
}

/// The closed list of what can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    Required,
    TooLong,
    TooShort,
    TooMany,
    OutOfRange,
    NotANumber,
    NotADate,
    UnknownCurrency,
    ControlCharacter,
    Invalid,
    Unknown,
    Duplicate,
    Conflict,
    ReadOnly,
}

impl FieldCode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::TooShort => "too_short",
            Self::TooMany => "too_many",
            Self::OutOfRange => "out_of_range",
            Self::NotANumber => "not_a_number",
            Self::NotADate => "not_a_date",
            Self::UnknownCurrency => "unknown_currency",
            Self::ControlCharacter => "control_character",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::ReadOnly => "read_only",
        }
    }
}

impl FieldError {
    pub fn new(pointer: &str, code: FieldCode, message: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), code, message: message.into() }
    }
}

/// A required line of text: trimmed, without control characters, at most `max` characters.
pub fn text(pointer: &str, value: &str, max: usize) -> Result<String, FieldError> {
    optional_text(pointer, value, max)?.ok_or_else(|| required(pointer))
}

/// A line of text that may be left empty.
pub fn optional_text(pointer: &str, value: &str, max: usize) -> Result<Option<String>, FieldError> {
    cleaned(pointer, value, max, false)
}

/// A note: like a text, but line breaks and tabs may stay; empty is none.
pub fn note(pointer: &str, value: &str) -> Result<Option<String>, FieldError> {
    cleaned(pointer, &value.replace("\r\n", "\n"), NOTE_CHARS_MAX, true)
}

/// An e-mail address, in lower case: people type the same address in different cases.
pub fn email(pointer: &str, value: &str) -> Result<String, FieldError> {
    let address = text(pointer, value, EMAIL_CHARS_MAX)?.to_lowercase();
    let well_formed = address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.chars().count() <= EMAIL_LOCAL_CHARS_MAX
            && !domain.is_empty()
            && domain.split('.').all(|part| !part.is_empty())
            && domain.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-')
            && !local.contains(|c: char| c.is_whitespace() || "\"(),:;<>[\\]".contains(c))
    });
    if well_formed {
        return Ok(address);
    }
    let message = "This is not an e-mail address; write it as name@example.com";
    Err(FieldError::new(pointer, FieldCode::Invalid, message))
}

/// A link; only http and https, so that no `javascript:` is ever clicked, and no password in it.
pub fn url(pointer: &str, value: &str) -> Result<String, FieldError> {
    let link = text(pointer, value, URL_CHARS_MAX)?;
    let rest = strip_scheme(&link, "https://").or_else(|| strip_scheme(&link, "http://"));
    let Some(rest) = rest else {
        let message = "A link starts with http:// or https://";
        return Err(FieldError::new(pointer, FieldCode::Invalid, message));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        let message = "This link holds a user name; leave out what stands before the @";
        return Err(FieldError::new(pointer, FieldCode::Invalid, message));
    }
    let odd = |c: char| c.is_whitespace() || "\"<>\\^`{|}".contains(c);
    if host.is_empty() || host.starts_with([':', '.']) || link.contains(odd) {
        let message = "This is not a complete link; copy it from the browser's address line";
        return Err(FieldError::new(pointer, FieldCode::Invalid, message));
    }
    Ok(link)
}

/// A link that may be left empty.
pub fn optional_url(pointer: &str, value: &str) -> Result<Option<String>, FieldError> {
    if value.trim().is_empty() { Ok(None) } else { url(pointer, value).map(Some) }
}

/// A new password: never trimmed, never repeated in a message.
pub fn password(pointer: &str, value: &str) -> Result<String, FieldError> {
    let count = value.chars().count();
    if count < PASSWORD_CHARS_MIN {
        let message = format!("A password has at least {PASSWORD_CHARS_MIN} characters");
        return Err(FieldError::new(pointer, FieldCode::TooShort, message));
    }
    if count > PASSWORD_CHARS_MAX {
        let message = format!("A password has at most {PASSWORD_CHARS_MAX} characters");
        return Err(FieldError::new(pointer, FieldCode::TooLong, message));
    }
    if value.contains(char::is_control) {
        let message = "A password holds no control characters; type it again";
        return Err(FieldError::new(pointer, FieldCode::ControlCharacter, message));
    }
    Ok(value.to_owned())
}

/// A required calendar date as `YYYY-MM-DD`, in a year that a contract can have.
pub fn date(pointer: &str, value: &str) -> Result<Date, FieldError> {
    optional_date(pointer, value)?.ok_or_else(|| required(pointer))
}

/// A calendar date that may be left empty.
pub fn optional_date(pointer: &str, value: &str) -> Result<Option<Date>, FieldError> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    let Some(date) = iso_date(value) else {
        let message = "This is not a date; write it as YYYY-MM-DD, for example 2026-12-31";
        return Err(FieldError::new(pointer, FieldCode::NotADate, message));
    };
    year_in_range(pointer, date).map(Some)
}

/// Refuses a date outside of the years that this product keeps.
pub fn year_in_range(pointer: &str, date: Date) -> Result<Date, FieldError> {
    if (YEAR_MIN..=YEAR_MAX).contains(&date.year()) {
        return Ok(date);
    }
    let message = format!("The year {} is not between {YEAR_MIN} and {YEAR_MAX}", date.year());
    Err(FieldError::new(pointer, FieldCode::OutOfRange, message))
}

/// Exactly `YYYY-MM-DD`; jiff alone would take times and zones behind it.
pub(crate) fn iso_date(value: &str) -> Option<Date> {
    let mut parts = value.split('-');
    let mut number = |digits: usize| -> Option<i16> {
        let part = parts.next()?;
        let plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        if plain { part.parse().ok() } else { None }
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Puts `error` aside and answers with none, so that a caller can collect every error of a form.
pub fn keep<T, E>(result: Result<T, E>, errors: &mut Vec<E>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

fn cleaned(pointer: &str, value: &str, max: usize, lines: bool) -> Result<Option<String>, FieldError> {
    let value = value.trim();
    let forbidden = |c: char| is_forbidden(c) && !(lines && (c == '\n' || c == '\t'));
    if let Some(found) = value.chars().find(|c| forbidden(*c)) {
        let message =
            format!("The {} holds the control character U+{:04X}; remove it", label(pointer), u32::from(found));
        return Err(FieldError::new(pointer, FieldCode::ControlCharacter, message));
    }
    let count = value.chars().count();
    if count > max {
        let message = format!("The {} has {count} characters; at most {max} are allowed", label(pointer));
        return Err(FieldError::new(pointer, FieldCode::TooLong, message));
    }
    let visible = value.chars().any(|c| !is_invisible(c));
    Ok(visible.then(|| value.to_owned()))
}

fn required(pointer: &str) -> FieldError {
    let message = format!("The {} is missing; fill it in", label(pointer));
    FieldError::new(pointer, FieldCode::Required, message)
}

/// Control characters, and the marks that turn the direction of text: both can fake what is shown.
fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// The field's name in words, taken from the last part of its pointer.
fn label(pointer: &str) -> String {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    if last.is_empty() || last.bytes().all(|b| b.is_ascii_digit()) {
        return "text".to_owned();
    }
    last.replace('_', " ")
}

fn strip_scheme<'a>(link: &'a str, scheme: &str) -> Option<&'a str> {
    let head = link.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| &link[scheme.len()..])
}
