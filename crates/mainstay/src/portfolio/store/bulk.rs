//! Changes of one field of many accounts at once, with what each account had before.

use jiff::Timestamp;
use mainstay_db::{Row, Tx, sql};
use uuid::Uuid;

use super::filter::visible;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Changes that a list shows.
const LISTED: i64 = 20;

/// A change of many accounts.
#[derive(Clone, Debug)]
pub struct BulkEdit {
    pub id: Uuid,
    /// The field's word, as the report calls it.
    pub field: String,
    /// What they got, as people read it; empty when the field was cleared.
    pub value: String,
    pub reason: String,
    pub created_at: Timestamp,
    pub created_by: Uuid,
    pub by: String,
    pub undone_at: Option<Timestamp>,
    pub undone_by: String,
}

/// One account of it.
#[derive(Clone, Debug)]
pub struct BulkRow {
    pub account: Uuid,
    pub name: String,
    /// What it had, for the undo.
    pub before: String,
    /// The same as people read it.
    pub before_words: String,
    /// The account's version after the change: any other one means that somebody changed it since.
    pub version: i64,
    pub undone: bool,
}

macro_rules! edits {
    () => {
        "SELECT b.id, b.field, b.value, b.reason, b.created_at, b.created_by, COALESCE(u.name, ''), b.undone_at,
           COALESCE(w.name, '')
         FROM bulk_edit b LEFT JOIN workspace_user u ON u.id = b.created_by
         LEFT JOIN workspace_user w ON w.id = b.undone_by "
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<BulkEdit> {
    Ok(BulkEdit {
        id: row.get(0)?,
        field: row.get(1)?,
        value: row.get(2)?,
        reason: row.get(3)?,
        created_at: row.get(4)?,
        created_by: row.get(5)?,
        by: row.get(6)?,
        undone_at: row.get(7)?,
        undone_by: row.get(8)?,
    })
}

/// The newest changes of the workspace.
pub fn bulk_edits(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<BulkEdit>, Fault> {
    Ok(tx.rows(
        sql!(concat!(edits!(), "WHERE b.workspace_id = $1 ORDER BY b.created_at DESC, b.id DESC LIMIT $2")),
        &[&workspace, &LISTED],
        read,
    )?)
}

pub fn bulk_edit(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<BulkEdit>, Fault> {
    Ok(tx.one(sql!(concat!(edits!(), "WHERE b.workspace_id = $1 AND b.id = $2")), &[&workspace, &id], read)?)
}

/// Its accounts that the viewer may see, by name.
pub fn bulk_rows(tx: &mut Tx<'_>, workspace: Uuid, edit: Uuid, viewer: Uuid) -> Result<Vec<BulkRow>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT r.account_id, l.name, r.before_value, r.before_words, r.version, r.undone
             FROM bulk_edit_row r JOIN portfolio_line l ON l.account_id = r.account_id
             WHERE r.workspace_id = $1 AND r.bulk_edit_id = $2 AND ",
            visible!("$3"),
            " ORDER BY l.name_key, l.account_id"
        )),
        &[&workspace, &edit, &viewer],
        |row| {
            Ok(BulkRow {
                account: row.get(0)?,
                name: row.get(1)?,
                before: row.get(2)?,
                before_words: row.get(3)?,
                version: row.get(4)?,
                undone: row.get(5)?,
            })
        },
    )?)
}

pub fn add_bulk_edit(tx: &mut Tx<'_>, by: &By, field: &str, value: &str, reason: &str) -> Result<Uuid, Fault> {
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO bulk_edit (id, workspace_id, field, value, reason, created_at, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        &[&id, &by.workspace.id, &field, &value, &reason, &by.at, &by.user],
    )?;
    Ok(id)
}

pub fn add_bulk_row(tx: &mut Tx<'_>, by: &By, edit: Uuid, row: &BulkRow) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "INSERT INTO bulk_edit_row (bulk_edit_id, workspace_id, account_id, before_value, before_words, version, undone)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        &[&edit, &by.workspace.id, &row.account, &row.before, &row.before_words, &row.version, &row.undone],
    )?;
    Ok(())
}

/// These accounts of the change have what they had before.
pub fn mark_undone(tx: &mut Tx<'_>, by: &By, edit: Uuid, accounts: &[Uuid]) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE bulk_edit SET undone_at = $3, undone_by = $4 WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &edit, &by.at, &by.user],
    )?;
    for account in accounts {
        tx.exec(
            sql!(
                "UPDATE bulk_edit_row SET undone = TRUE WHERE workspace_id = $1 AND bulk_edit_id = $2 AND account_id = $3"
            ),
            &[&by.workspace.id, &edit, account],
        )?;
    }
    Ok(())
}
