//! What an account has in the fields of its workspace.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use mainstay_db::{Row, Tx, id_places, sql, statements};
use mainstay_rules::custom_field::{Field, Kind as FieldKind, Value};
use mainstay_rules::event::Kind;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Values by the key of their field.
pub type FieldValues = BTreeMap<String, Value>;

fn read(row: &Row<'_>) -> mainstay_db::Result<Option<(String, Value)>> {
    let (key, kind): (String, String) = (row.get(0)?, row.get(1)?);
    let value = match FieldKind::parse(&kind) {
        Some(FieldKind::Text) => row.get::<Option<String>>(2)?.map(Value::Text),
        Some(FieldKind::Number) => row.get::<Option<i64>>(3)?.map(Value::Number),
        Some(FieldKind::Money) => row.get::<Option<i64>>(3)?.map(Value::Money),
        Some(FieldKind::Date) => row.get::<Option<Date>>(4)?.map(Value::Date),
        Some(FieldKind::Choice) => row.get::<Option<String>>(5)?.map(Value::Choice),
        Some(FieldKind::Person) => {
            let name: String = row.get(7)?;
            row.get::<Option<Uuid>>(6)?.map(|id| Value::Person { id, name })
        }
        None => None,
    };
    Ok(value.map(|value| (key, value)))
}

/// Every value of the account, those of archived fields too.
pub fn field_values(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<FieldValues, Fault> {
    Ok(field_values_each(tx, workspace, &[account])?.remove(&account).unwrap_or_default())
}

fn each_statement() -> String {
    format!(
        "SELECT f.key, f.kind, v.words, v.number, v.day, v.choice, v.person_id, COALESCE(u.name, ''), v.account_id
         FROM account_field_value v
         JOIN account_field f ON f.id = v.field_id
         LEFT JOIN workspace_user u ON u.id = v.person_id
         WHERE v.workspace_id = $1 AND v.account_id IN ({})",
        id_places(2)
    )
}

fn composed() -> Vec<String> {
    vec![each_statement()]
}

statements!(composed);

/// The values of each of these accounts that has any.
pub fn field_values_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, FieldValues>, Fault> {
    let each = tx.rows_each(&each_statement(), &[&workspace], accounts, |row| Ok((row.get(8)?, read(row)?)))?;
    Ok(each.into_iter().map(|(account, values)| (account, values.into_iter().flatten().collect())).collect())
}

/// Values of accounts that typing their words again may not give: people, and choices that are offered no longer.
pub fn lasting_values(tx: &mut Tx<'_>, workspace: Uuid) -> Result<HashMap<Uuid, FieldValues>, Fault> {
    let rows = tx.rows(
        sql!(
            "SELECT f.key, f.kind, v.words, v.number, v.day, v.choice, v.person_id, COALESCE(u.name, ''), v.account_id
             FROM account_field_value v
             JOIN account_field f ON f.id = v.field_id
             LEFT JOIN account_field_choice c ON c.field_id = v.field_id AND c.key = v.choice
             LEFT JOIN workspace_user u ON u.id = v.person_id
             WHERE v.workspace_id = $1 AND f.archived_at IS NULL
               AND (v.person_id IS NOT NULL OR c.removed_at IS NOT NULL)"
        ),
        &[&workspace],
        |row| Ok((row.get::<Uuid>(8)?, read(row)?)),
    )?;
    let mut held: HashMap<Uuid, FieldValues> = HashMap::new();
    for (account, value) in rows {
        held.entry(account).or_default().extend(value);
    }
    Ok(held)
}

/// The place of each choice among those of its field, by the field's key and the choice's.
pub fn choice_places(tx: &mut Tx<'_>, workspace: Uuid) -> Result<HashMap<(String, String), i64>, Fault> {
    let rows = tx.rows(
        sql!(
            "SELECT f.key, c.key, c.position FROM account_field_choice c JOIN account_field f ON f.id = c.field_id
             WHERE f.workspace_id = $1"
        ),
        &[&workspace],
        |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// Writes these fields of an account whose lock is held; says which changed. Nothing changed, nothing happens.
pub fn put_fields(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    wanted: &[(Field, Option<Value>)],
) -> Result<Vec<String>, Fault> {
    let before = field_values(tx, by.workspace.id, account)?;
    let mut changed = Vec::new();
    for (field, value) in wanted.iter().filter(|(field, value)| before.get(&field.key) != value.as_ref()) {
        match value {
            Some(value) => put(tx, by, account, field.id, value)?,
            None => {
                tx.exec(
                    sql!(
                        "DELETE FROM account_field_value WHERE workspace_id = $1 AND account_id = $2 AND field_id = $3"
                    ),
                    &[&by.workspace.id, &account, &field.id],
                )?;
            }
        }
        changed.push(field.word());
    }
    if !changed.is_empty() {
        // Names of fields only: what stands in them may be about people.
        by.happened_to(tx, account, Kind::AccountEdited, ("account", account), json!({ "fields": changed }))?;
    }
    Ok(changed)
}

fn put(tx: &mut Tx<'_>, by: &By, account: Uuid, field: Uuid, value: &Value) -> Result<(), Fault> {
    let words = if let Value::Text(text) = value { Some(text.as_str()) } else { None };
    let number = if let Value::Number(number) | Value::Money(number) = value { Some(*number) } else { None };
    let day = if let Value::Date(day) = value { Some(*day) } else { None };
    let choice = if let Value::Choice(key) = value { Some(key.as_str()) } else { None };
    let person = if let Value::Person { id, .. } = value { Some(*id) } else { None };
    tx.exec(
        sql!(
            "INSERT INTO account_field_value (account_id, field_id, workspace_id, words, number, day, choice, person_id,
               recorded_at, recorded_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (account_id, field_id) DO UPDATE SET words = $4, number = $5, day = $6, choice = $7,
               person_id = $8, recorded_at = $9, recorded_by = $10"
        ),
        &[&account, &field, &by.workspace.id, &words, &number, &day, &choice, &person, &by.at, &by.user],
    )?;
    Ok(())
}

/// Takes the values of an account away whose import is undone.
pub fn remove_field_values(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("DELETE FROM account_field_value WHERE workspace_id = $1 AND account_id = $2"),
        &[&by.workspace.id, &account],
    )?;
    Ok(())
}

/// Accounts that name this person in a field.
pub fn accounts_naming(tx: &mut Tx<'_>, workspace: Uuid, person: Uuid) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(
        sql!("SELECT DISTINCT account_id FROM account_field_value WHERE workspace_id = $1 AND person_id = $2"),
        &[&workspace, &person],
        |row| row.get(0),
    )?)
}
