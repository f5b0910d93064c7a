//! An account: its type, and what a new or edited one must satisfy.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::field::{FieldCode, FieldError, keep, note, optional_date, optional_text, text};
use crate::limits::{EXTERNAL_ID_CHARS_MAX, NAME_CHARS_MAX, PARENT_LEVELS_MAX, SEGMENT_CHARS_MAX};

/// What an account is to us, from 1 (strategic agreement) to 4 (maintained).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub enum AccountType {
    One = 1,
    Two = 2,
    Three = 3,
    Four = 4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An account type is 1, 2, 3 or 4")]
pub struct NotAType;

impl AccountType {
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];
    /// For new accounts of a sheet that names no type: modest, and to be watched, until someone
    /// decides.
    pub const WHEN_UNTOLD: Self = Self::Three;

    pub const fn number(self) -> i64 {
        self as i64
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::One => "Type 1",
            Self::Two => "Type 2",
            Self::Three => "Type 3",
            Self::Four => "Type 4",
        }
    }

    pub const fn meaning(self) -> &'static str {
        match self {
            Self::One => "Signed, multi-year strategic agreement",
            Self::Two => "Important to our future; could become a strategic partner",
            Self::Three => "Modest, with upside; watched for upward mobility",
            Self::Four => "Low level; maintained, without financial impact",
        }
    }

    /// `1`, `Type 1` or `T1`, in either case.
    pub fn parse(text: &str) -> Result<Self, NotAType> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        let figure = lower
            .strip_prefix("type")
            .or_else(|| lower.strip_prefix('t'))
            .unwrap_or(&lower)
            .trim_start_matches([' ', '-', '_', '\u{a0}']);
        match figure {
            "1" => Ok(Self::One),
            "2" => Ok(Self::Two),
            "3" => Ok(Self::Three),
            "4" => Ok(Self::Four),
            _ => Err(NotAType),
        }
    }
}

impl TryFrom<i64> for AccountType {
    type Error = NotAType;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|kind| kind.number() == number).ok_or(NotAType)
    }
}

impl From<AccountType> for i64 {
    fn from(kind: AccountType) -> Self {
        kind.number()
    }
}

/// A new account as typed, in a form, a cell or a JSON text; empty means "not said".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewAccountInput {
    pub name: String,
    pub external_id: String,
    pub account_type: String,
    pub industry: String,
    pub vertical: String,
    pub geography: String,
    pub end_on: String,
    pub confidential: bool,
}

/// A new account that satisfies the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub name: String,
    pub external_id: Option<String>,
    pub account_type: AccountType,
    pub industry: Option<String>,
    pub vertical: Option<String>,
    pub geography: Option<String>,
    /// Last day of the agreement with this account, where no contract says it.
    pub end_on: Option<Date>,
    pub confidential: bool,
}

/// Changes to an account as typed: none leaves a field alone, an empty text clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountEditInput {
    pub name: Option<String>,
    pub external_id: Option<String>,
    pub account_type: Option<String>,
    pub industry: Option<String>,
    pub vertical: Option<String>,
    pub geography: Option<String>,
    pub end_on: Option<String>,
    pub confidential: Option<bool>,
}

/// Changes that satisfy the rules: the outer none leaves alone, the inner none clears.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountEdit {
    pub name: Option<String>,
    pub external_id: Option<Option<String>>,
    pub account_type: Option<AccountType>,
    pub industry: Option<Option<String>>,
    pub vertical: Option<Option<String>>,
    pub geography: Option<Option<String>>,
    pub end_on: Option<Option<Date>>,
    pub confidential: Option<bool>,
}

impl NewAccount {
    /// Every error at once, so that a form is mended in one go.
    pub fn check(input: &NewAccountInput) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = keep(text("/name", &input.name, NAME_CHARS_MAX), &mut errors);
        let external_id = keep(external_id(&input.external_id), &mut errors);
        let account_type = keep(account_type(&input.account_type), &mut errors);
        let industry = keep(segment("/industry", &input.industry), &mut errors);
        let vertical = keep(segment("/vertical", &input.vertical), &mut errors);
        let geography = keep(segment("/geography", &input.geography), &mut errors);
        let end_on = keep(optional_date("/end_on", &input.end_on), &mut errors);
        let (Some(name), Some(account_type)) = (name, account_type) else {
            return Err(errors);
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            name,
            external_id: external_id.flatten(),
            account_type,
            industry: industry.flatten(),
            vertical: vertical.flatten(),
            geography: geography.flatten(),
            end_on: end_on.flatten(),
            confidential: input.confidential,
        })
    }
}

impl AccountEdit {
    /// The fields with what is edited put on them.
    #[must_use]
    pub fn put_on(&self, mut fields: NewAccount) -> NewAccount {
        fn put<T: Clone>(field: &mut T, edited: Option<&T>) {
            if let Some(value) = edited {
                field.clone_from(value);
            }
        }
        put(&mut fields.name, self.name.as_ref());
        put(&mut fields.external_id, self.external_id.as_ref());
        put(&mut fields.account_type, self.account_type.as_ref());
        put(&mut fields.industry, self.industry.as_ref());
        put(&mut fields.vertical, self.vertical.as_ref());
        put(&mut fields.geography, self.geography.as_ref());
        put(&mut fields.end_on, self.end_on.as_ref());
        put(&mut fields.confidential, self.confidential.as_ref());
        fields
    }

    /// Every error at once, so that a form is mended in one go.
    pub fn check(input: &AccountEditInput) -> Result<Self, Vec<FieldError>> {
        fn edited<T>(
            value: Option<&String>,
            check: impl Fn(&str) -> Result<T, FieldError>,
            errors: &mut Vec<FieldError>,
        ) -> Option<T> {
            value.and_then(|value| keep(check(value), errors))
        }
        let mut errors = Vec::new();
        let edit = Self {
            name: edited(input.name.as_ref(), |v| text("/name", v, NAME_CHARS_MAX), &mut errors),
            external_id: edited(input.external_id.as_ref(), external_id, &mut errors),
            account_type: edited(input.account_type.as_ref(), account_type, &mut errors),
            industry: edited(input.industry.as_ref(), |v| segment("/industry", v), &mut errors),
            vertical: edited(input.vertical.as_ref(), |v| segment("/vertical", v), &mut errors),
            geography: edited(input.geography.as_ref(), |v| segment("/geography", v), &mut errors),
            end_on: edited(input.end_on.as_ref(), |v| optional_date("/end_on", v), &mut errors),
            confidential: input.confidential,
        };
        if errors.is_empty() { Ok(edit) } else { Err(errors) }
    }

    /// Nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn external_id(value: &str) -> Result<Option<String>, FieldError> {
    optional_text("/external_id", value, EXTERNAL_ID_CHARS_MAX)
}

fn segment(pointer: &str, value: &str) -> Result<Option<String>, FieldError> {
    optional_text(pointer, value, SEGMENT_CHARS_MAX)
}

fn account_type(value: &str) -> Result<AccountType, FieldError> {
    let pointer = "/type";
    if value.trim().is_empty() {
        let message = "The type is missing; choose 1, 2, 3 or 4";
        return Err(FieldError::new(pointer, FieldCode::Required, message));
    }
    AccountType::parse(value).map_err(|error| FieldError::new(pointer, FieldCode::OutOfRange, error.to_string()))
}

/// Why an account has another type from now on; none when it has the same. What an import brings has the import as its
/// reason.
pub fn check_type_change(
    before: AccountType,
    after: AccountType,
    reason: &str,
    imported: bool,
) -> Result<Option<String>, FieldError> {
    if before == after {
        return Ok(None);
    }
    match note("/type_reason", reason)? {
        Some(reason) => Ok(Some(reason)),
        None if imported => Ok(Some(String::new())),
        None => {
            let message = format!(
                "Say why the account is of type {} from now on and no longer of type {}",
                after.number(),
                before.number()
            );
            Err(FieldError::new("/type_reason", FieldCode::Required, message))
        }
    }
}

/// Whether `parent` may stand above `account`. `above` are the ancestors of `parent`, the nearest first, and `below` says
/// how many levels of subsidiaries the account itself has.
pub fn check_parent(account: Uuid, parent: Uuid, above: &[Uuid], below: usize) -> Result<(), FieldError> {
    let refuse = |message: String| Err(FieldError::new("/parent_id", FieldCode::Conflict, message));
    if parent == account || above.contains(&account) {
        return refuse("An account cannot stand above itself; choose another parent".to_owned());
    }
    if above.len() + 2 + below > PARENT_LEVELS_MAX {
        return refuse(format!("Subsidiaries stand under each other in at most {PARENT_LEVELS_MAX} levels"));
    }
    Ok(())
}
