//! The fields that a workspace gives its accounts, and the choices that they offer.

use std::collections::HashMap;

use mainstay_db::{Row, Tx, sql};
use mainstay_rules::custom_field::{Choice, Field, Kind as FieldKind, NewField};
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::{CHOICES_EVER_MAX, FIELDS_PER_WORKSPACE_MAX};
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

macro_rules! columns {
    () => {
        "SELECT f.id, f.key, f.kind, f.name, f.help, f.position, f.archived_at IS NOT NULL, f.version FROM account_field f"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Field> {
    let kind: String = row.get(2)?;
    let kind = FieldKind::parse(&kind)
        .ok_or_else(|| mainstay_db::Error::Row { column: 2, problem: format!("{kind} is no kind of field") })?;
    let archived: bool = row.get(6)?;
    Ok(Field {
        id: row.get(0)?,
        key: row.get(1)?,
        kind,
        name: row.get(3)?,
        help: row.get(4)?,
        position: row.get(5)?,
        archived,
        choices: Vec::new(),
        version: row.get(7)?,
    })
}

/// Every field of the workspace in its order, archived ones last.
pub fn own_fields(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Field>, Fault> {
    let mut fields = tx.rows(
        sql!(concat!(
            columns!(),
            " WHERE f.workspace_id = $1
              ORDER BY CASE WHEN f.archived_at IS NULL THEN 0 ELSE 1 END, f.position, f.created_at, f.id"
        )),
        &[&workspace],
        read,
    )?;
    if fields.iter().any(|field| field.kind == FieldKind::Choice) {
        let mut choices = choices(tx, workspace)?;
        for field in &mut fields {
            field.choices = choices.remove(&field.id).unwrap_or_default();
        }
    }
    Ok(fields)
}

fn choices(tx: &mut Tx<'_>, workspace: Uuid) -> Result<HashMap<Uuid, Vec<Choice>>, Fault> {
    let rows = tx.rows(
        sql!(
            "SELECT field_id, key, label, removed_at IS NOT NULL FROM account_field_choice
             WHERE workspace_id = $1
             ORDER BY field_id, CASE WHEN removed_at IS NULL THEN 0 ELSE 1 END, position, key"
        ),
        &[&workspace],
        |row| {
            let removed: bool = row.get(3)?;
            Ok((row.get::<Uuid>(0)?, Choice { key: row.get(1)?, label: row.get(2)?, removed }))
        },
    )?;
    let mut found: HashMap<Uuid, Vec<Choice>> = HashMap::new();
    for (field, choice) in rows {
        found.entry(field).or_default().push(choice);
    }
    Ok(found)
}

/// The fields that are shown and may be filled in.
pub fn live_fields(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Field>, Fault> {
    Ok(own_fields(tx, workspace)?.into_iter().filter(|field| !field.archived).collect())
}

pub fn field(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Field>, Fault> {
    Ok(own_fields(tx, workspace)?.into_iter().find(|field| field.id == id))
}

pub fn add_field(tx: &mut Tx<'_>, by: &By, new: &NewField) -> Result<Uuid, Fault> {
    let workspace = by.workspace.id;
    tx.lock(&[workspace])?;
    let known = own_fields(tx, workspace)?;
    if known.len() >= FIELDS_PER_WORKSPACE_MAX {
        let message = format!("A workspace has at most {FIELDS_PER_WORKSPACE_MAX} fields, archived ones included.");
        return Err(Fault::new(Problem::Conflict, message));
    }
    if known.iter().any(|field| field.key == new.key) {
        let message = format!("Another field has the key {}, perhaps an archived one; choose another key", new.key);
        return Err(Fault::field(FieldError::new("/key", FieldCode::Duplicate, message)));
    }
    let id = by.id();
    let position = known.iter().map(|field| field.position).max().unwrap_or(0).saturating_add(1);
    tx.exec(
        sql!(
            "INSERT INTO account_field (id, workspace_id, key, kind, name, help, position, version, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)"
        ),
        &[&id, &workspace, &new.key, &new.kind.as_str(), &new.name, &new.help, &position, &by.at],
    )?;
    put_choices(tx, by, id, &new.choices)?;
    by.happened(tx, Kind::FieldAdded, ("field", id), json!({ "key": new.key, "kind": new.kind.as_str() }))?;
    Ok(id)
}

/// What a field is to be; its key and kind stay for good.
pub struct FieldChange {
    pub name: String,
    pub help: String,
    pub position: i64,
    pub archived: bool,
    /// The offered choices in their order; what was offered and is not among them is removed.
    pub choices: Vec<Choice>,
}

pub fn change_field(tx: &mut Tx<'_>, by: &By, before: &Field, change: &FieldChange) -> Result<(), Fault> {
    let offered: Vec<&Choice> = before.choices.iter().filter(|choice| !choice.removed).collect();
    let same_choices = offered.iter().copied().eq(change.choices.iter());
    let same = before.name == change.name && before.help == change.help && before.position == change.position;
    if same && same_choices && before.archived == change.archived {
        return Ok(());
    }
    let archived_at = change.archived.then_some(by.at);
    tx.exec(
        sql!(
            "UPDATE account_field SET name = $3, help = $4, position = $5, archived_at = $6, version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &before.id, &change.name, &change.help, &change.position, &archived_at],
    )?;
    if !same_choices {
        by.every_line_changed(by.today());
        retire_choices(tx, by, before, &change.choices)?;
        put_choices(tx, by, before.id, &change.choices)?;
    }
    let kind = match (before.archived, change.archived) {
        (false, true) => Kind::FieldArchived,
        (true, false) => Kind::FieldRestored,
        _ => Kind::FieldChanged,
    };
    by.happened(tx, kind, ("field", before.id), json!({ "key": before.key }))
}

/// A choice that was chosen somewhere is still shown there, so its row stays.
fn retire_choices(tx: &mut Tx<'_>, by: &By, before: &Field, offered: &[Choice]) -> Result<(), Fault> {
    let new = offered.iter().filter(|choice| before.choice(&choice.key).is_none()).count();
    if before.choices.len() + new > CHOICES_EVER_MAX {
        let message = format!("A field remembers at most {CHOICES_EVER_MAX} choices. Add another field.");
        return Err(Fault::new(Problem::Conflict, message));
    }
    for choice in before.choices.iter().filter(|old| offered.iter().all(|choice| choice.key != old.key)) {
        tx.exec(
            sql!(
                "UPDATE account_field_choice SET removed_at = COALESCE(removed_at, $4)
                 WHERE workspace_id = $1 AND field_id = $2 AND key = $3"
            ),
            &[&by.workspace.id, &before.id, &choice.key, &by.at],
        )?;
    }
    Ok(())
}

fn put_choices(tx: &mut Tx<'_>, by: &By, field: Uuid, choices: &[Choice]) -> Result<(), Fault> {
    for (position, choice) in (1_i64..).zip(choices) {
        tx.exec(
            sql!(
                "INSERT INTO account_field_choice (field_id, workspace_id, key, label, position)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (field_id, key) DO UPDATE SET label = $4, position = $5, removed_at = NULL"
            ),
            &[&field, &by.workspace.id, &choice.key, &choice.label, &position],
        )?;
    }
    Ok(())
}

/// In how many accounts each field has a value.
pub fn field_uses(tx: &mut Tx<'_>, workspace: Uuid) -> Result<HashMap<Uuid, i64>, Fault> {
    let rows = tx.rows(
        sql!("SELECT field_id, COUNT(*) FROM account_field_value WHERE workspace_id = $1 GROUP BY field_id"),
        &[&workspace],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}
