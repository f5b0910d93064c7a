//! How the type of an account changed: from what to what, when, by whom and why.

use std::collections::HashMap;

use jiff::Timestamp;
use mainstay_db::{Row, Tx, id_places, sql, statements};
use mainstay_rules::account::AccountType;
use mainstay_rules::event::Kind;
use serde_json::json;
use uuid::Uuid;

use super::{Account, read_type};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Changes that a page shows; nobody changes the type of a client more often.
const CHANGES_SHOWN: i64 = 100;

/// A change of type, with what was said about it.
#[derive(Clone, Debug)]
pub struct TypeChange {
    pub id: Uuid,
    pub before: AccountType,
    pub after: AccountType,
    /// Empty when an import changed it.
    pub reason: String,
    pub changed_at: Timestamp,
    /// The name of who changed it; empty when the system did.
    pub changed_by: String,
}

macro_rules! columns {
    () => {
        "t.id, t.type_before, t.type_after, t.reason, t.changed_at, COALESCE(u.name, ''), t.account_id
         FROM account_type_change t LEFT JOIN workspace_user u ON u.id = t.changed_by"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<TypeChange> {
    Ok(TypeChange {
        id: row.get(0)?,
        before: read_type(row, 1)?,
        after: read_type(row, 2)?,
        reason: row.get(3)?,
        changed_at: row.get(4)?,
        changed_by: row.get(5)?,
    })
}

/// The changes of an account's type, newest first.
pub fn type_changes(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<TypeChange>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " WHERE t.workspace_id = $1 AND t.account_id = $2 ORDER BY t.changed_at DESC, t.id DESC LIMIT $3"
        )),
        &[&workspace, &account, &CHANGES_SHOWN],
        read,
    )?)
}

/// The changes of these accounts' types between two times, oldest first.
pub fn type_changes_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
    (after, until): (Timestamp, Timestamp),
) -> Result<HashMap<Uuid, Vec<TypeChange>>, Fault> {
    Ok(tx.rows_each(&between_statement(), &[&workspace, &after, &until], accounts, |row| {
        Ok((row.get(6)?, read(row)?))
    })?)
}

fn between_statement() -> String {
    format!(
        concat!(
            "SELECT ",
            columns!(),
            " WHERE t.workspace_id = $1 AND t.changed_at > $2 AND t.changed_at <= $3 AND t.account_id IN ({})
              ORDER BY t.changed_at, t.id"
        ),
        id_places(4)
    )
}

fn statements_of_many() -> Vec<String> {
    vec![between_statement()]
}

statements!(statements_of_many);

/// One change, for the timeline.
pub fn type_change(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<TypeChange>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE t.workspace_id = $1 AND t.id = $2")),
        &[&workspace, &id],
        read,
    )?)
}

/// Writes the change down; the account's row has the new type already.
pub(super) fn record_type(
    tx: &mut Tx<'_>,
    by: &By,
    before: &Account,
    after: AccountType,
    reason: &str,
) -> Result<(), Fault> {
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO account_type_change (id, workspace_id, account_id, type_before, type_after, reason, changed_at,
               changed_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        &[&id, &by.workspace.id, &before.id, &before.account_type.number(), &after.number(), &reason, &by.at, &by.user],
    )?;
    let data = json!({ "before": before.account_type.number(), "after": after.number() });
    by.happened_to(tx, before.id, Kind::AccountTypeChanged, ("type_change", id), data)?;
    Ok(())
}

/// Takes the changes away of an account whose import is undone.
pub(super) fn remove_type_changes(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("DELETE FROM account_type_change WHERE workspace_id = $1 AND account_id = $2"),
        &[&by.workspace.id, &account],
    )?;
    Ok(())
}
