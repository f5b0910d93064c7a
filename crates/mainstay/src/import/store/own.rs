//! Cells for the workspace's own fields against what an account has in them: what changes, and what is refused.

use mainstay_db::Tx;
use mainstay_rules::custom_field::{Field as OwnField, Value};
use mainstay_rules::field;
use mainstay_rules::import::{CellError, Field, ProblemCode, Said, StagedRow, choice_said};
use uuid::Uuid;

use super::match_row::Remark;
use super::model::Before;
use super::people::People;
use crate::account::store::{self as accounts, FieldValues};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people::store::User;

/// A field of an account that gets another value.
#[derive(Clone)]
pub struct OwnChange {
    pub field: OwnField,
    pub before: Option<Value>,
    pub after: Value,
}

/// Compares a row with what its account has; a cell that the field does not take is refused.
pub fn compare(people: &People, held: &FieldValues, row: &StagedRow) -> (Vec<OwnChange>, Vec<Remark>) {
    let (mut changes, mut refused) = (Vec::new(), Vec::new());
    for cell in &row.own {
        let Some(field) = people.own.iter().find(|field| field.key == cell.key.as_str()) else {
            let message = format!("The field {} was archived; leave the column out", cell.key.as_str());
            refused.push((Field::Own(cell.key), CellError::new(ProblemCode::NotAChoice, message)));
            continue;
        };
        let before = held.get(&field.key);
        match meant(people, field, &cell.said, before) {
            Ok(after) if before == Some(&after) => {}
            Ok(after) => changes.push(OwnChange { field: field.clone(), before: before.cloned(), after }),
            Err(error) => refused.push((Field::Own(cell.key), error)),
        }
    }
    (changes, refused)
}

fn meant(people: &People, field: &OwnField, said: &Said, held: Option<&Value>) -> Result<Value, CellError> {
    match (said, held) {
        (Said::Value(value), _) => Ok(value.clone()),
        (Said::Words(words), _) if field.choices.is_empty() => person(people, words, held),
        (Said::Words(words), held) => choice_said(field, words, held),
    }
}

/// One of our people by name, e-mail address or id. Whoever is there already stays, although they have gone since or
/// share their name.
fn person(people: &People, words: &str, held: Option<&Value>) -> Result<Value, CellError> {
    let named = named(people, words);
    let value = |user: &User| Value::Person { id: user.id, name: user.name.clone() };
    if let Some(Value::Person { id, .. }) = held
        && let Some(same) = named.iter().find(|user| user.id == *id)
    {
        return Ok(value(same));
    }
    let mut active = named.into_iter().filter(|user| user.active);
    match (active.next(), active.next()) {
        (Some(user), None) => Ok(value(user)),
        (Some(_), Some(_)) => {
            let message = format!("Several people are called “{words}”; write the e-mail address");
            Err(CellError::new(ProblemCode::AmbiguousPerson, message))
        }
        (None, _) => {
            let short: String = words.chars().take(40).collect();
            let message = format!(
                "Nobody here is called “{short}”; add the person under Settings, People, or write another name"
            );
            Err(CellError::new(ProblemCode::PersonUnknown, message))
        }
    }
}

fn named<'a>(people: &'a People, words: &str) -> Vec<&'a User> {
    if let Ok(id) = Uuid::parse_str(words) {
        return people.user(id).into_iter().collect();
    }
    match field::email("", words) {
        Ok(email) => people.with_email(&email).into_iter().collect(),
        Err(_) => people.called(words).collect(),
    }
}

/// Writes what changes; gives what was there before, for undo.
pub fn write(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    changes: &[OwnChange],
) -> Result<Vec<(String, Option<Value>)>, Fault> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let before = changes.iter().map(|change| (change.field.key.clone(), change.before.clone())).collect();
    let wanted: Vec<_> = changes.iter().map(|change| (change.field.clone(), Some(change.after.clone()))).collect();
    accounts::put_fields(tx, by, account, &wanted)?;
    Ok(before)
}

/// Gives the fields that an import changed their earlier values, archived ones too.
pub fn restore(tx: &mut Tx<'_>, by: &By, account: Uuid, before: &Before) -> Result<(), Fault> {
    if before.own.is_empty() {
        return Ok(());
    }
    let mut wanted = Vec::new();
    for field in accounts::own_fields(tx, by.workspace.id)? {
        if let Some((_, value)) = before.own.iter().find(|(key, _)| *key == field.key) {
            wanted.push((field, value.clone()));
        }
    }
    accounts::put_fields(tx, by, account, &wanted)?;
    Ok(())
}
