//! One field of many accounts at once: what all of them get, what each had, and what the change does to one of them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{AccountEdit, AccountType, NewAccount, check_type_change};
use crate::custom_field::{Field, Value};
use crate::field::FieldError;

/// The value that all get, checked once.
#[derive(Clone, Debug)]
pub enum Wanted {
    Associate(Option<Uuid>),
    Edit(AccountEdit),
    Own(Field, Option<Value>),
}

/// What an account has in the field, as it is kept for an undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Had {
    Associate(Option<Uuid>),
    Type(AccountType),
    Segment(Option<String>),
    Own(Option<Value>),
}

/// What the change does to one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Change,
    /// It has the value already.
    Same,
    /// Why it cannot be changed.
    Refused(String),
}

impl Had {
    /// Of an account with these fields and this associate; `own` is what it has in the field of the workspace's own.
    pub fn of(wanted: &Wanted, word: &str, fields: &NewAccount, associate: Option<Uuid>, own: Option<&Value>) -> Self {
        match (wanted, word) {
            (Wanted::Associate(_), _) => Self::Associate(associate),
            (Wanted::Own(..), _) => Self::Own(own.cloned()),
            (Wanted::Edit(_), "type") => Self::Type(fields.account_type),
            (Wanted::Edit(_), "industry") => Self::Segment(fields.industry.clone()),
            (Wanted::Edit(_), "vertical") => Self::Segment(fields.vertical.clone()),
            (Wanted::Edit(_), _) => Self::Segment(fields.geography.clone()),
        }
    }

    /// What gives it back; none when the field of the workspace's own is there no longer.
    pub fn given_back(self, word: &str, own: Option<Field>) -> Option<Wanted> {
        let edit = AccountEdit::default();
        Some(match (self, word) {
            (Self::Associate(id), _) => Wanted::Associate(id),
            (Self::Own(value), _) => Wanted::Own(own?, value),
            (Self::Type(kind), _) => Wanted::Edit(AccountEdit { account_type: Some(kind), ..edit }),
            (Self::Segment(text), "industry") => Wanted::Edit(AccountEdit { industry: Some(text), ..edit }),
            (Self::Segment(text), "vertical") => Wanted::Edit(AccountEdit { vertical: Some(text), ..edit }),
            (Self::Segment(text), _) => Wanted::Edit(AccountEdit { geography: Some(text), ..edit }),
        })
    }
}

/// What the change does to an account with these fields. `barred` says why this person may not change it so. An error
/// is about the reason, which is the same for all of them and is asked for once.
pub fn outcome(
    wanted: &Wanted,
    had: &Had,
    fields: &NewAccount,
    reason: &str,
    barred: Option<String>,
) -> Result<Outcome, FieldError> {
    if is_same(wanted, had, fields) {
        return Ok(Outcome::Same);
    }
    if let Some(why) = barred {
        return Ok(Outcome::Refused(why));
    }
    if let Wanted::Edit(AccountEdit { account_type: Some(after), .. }) = wanted {
        let at_reason = |error: FieldError| FieldError { pointer: "/reason".to_owned(), ..error };
        check_type_change(fields.account_type, *after, reason, false).map_err(at_reason)?;
    }
    Ok(Outcome::Change)
}

fn is_same(wanted: &Wanted, had: &Had, fields: &NewAccount) -> bool {
    match (wanted, had) {
        (Wanted::Own(_, wanted), Had::Own(had)) => wanted == had,
        (Wanted::Associate(wanted), Had::Associate(had)) => wanted == had,
        (Wanted::Edit(edit), _) => edit.put_on(fields.clone()) == *fields,
        _ => false,
    }
}
