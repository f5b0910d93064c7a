//! The import room's tables: files that came in, their rows as they stood, and what applying them did.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Param, Row, Tx, sql};
use mainstay_rules::import::{DateOrder, DecimalMark, Field, RowProblem};
use mainstay_rules::limits::IMPORT_STAGED_DAYS_MAX;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::check::Counts;
use super::sheet::{Cell, Sheet, SheetRow};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Staged,
    Applied,
    Undone,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Applied => "applied",
            Self::Undone => "undone",
        }
    }
}

/// What people chose: a field for each column; the conventions only where they were asked for or named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub fields: Vec<Field>,
    pub decimal: Option<DecimalMark>,
    pub dates: Option<DateOrder>,
}

/// What applying and undoing did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    pub counts: Counts,
    /// Why rows stayed out, as far as a preview shows it.
    #[serde(default)]
    pub refused: Vec<RowProblem>,
    #[serde(default)]
    pub undo: Option<UndoSummary>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct UndoSummary {
    pub removed: usize,
    pub restored: usize,
    /// Accounts that were edited since and stay as they are.
    pub left: Vec<Uuid>,
}

/// A file that came in.
#[derive(Clone, Debug)]
pub struct Import {
    pub id: Uuid,
    pub file_name: String,
    pub status: Status,
    pub headers: Vec<String>,
    pub settings: Settings,
    pub row_count: i64,
    pub summary: Summary,
    pub created_at: Timestamp,
    pub created_by: Option<Uuid>,
    pub created_by_name: String,
    pub applied_at: Option<Timestamp>,
    pub undone_at: Option<Timestamp>,
    pub version: i64,
}

macro_rules! columns {
    () => {
        "i.id, i.file_name, i.status, i.headers, i.settings, i.row_count, i.summary, i.created_at, i.created_by,
         COALESCE(u.name, ''), i.applied_at, i.undone_at, i.version
         FROM import i LEFT JOIN workspace_user u ON u.id = i.created_by"
    };
}

fn json_at<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> mainstay_db::Result<T> {
    let value: Value = row.get(column)?;
    serde_json::from_value(value).map_err(|e| mainstay_db::Error::Row { column, problem: e.to_string() })
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Import> {
    let status: String = row.get(2)?;
    Ok(Import {
        id: row.get(0)?,
        file_name: row.get(1)?,
        // The column's check admits these three only.
        status: [Status::Applied, Status::Undone].into_iter().find(|s| s.as_str() == status).unwrap_or(Status::Staged),
        headers: json_at(row, 3)?,
        settings: json_at(row, 4)?,
        row_count: row.get(5)?,
        summary: json_at(row, 6)?,
        created_at: row.get(7)?,
        created_by: row.get(8)?,
        created_by_name: row.get(9)?,
        applied_at: row.get(10)?,
        undone_at: row.get(11)?,
        version: row.get(12)?,
    })
}

/// Keeps a file's rows until they are applied; files that were never applied go after a while.
pub fn stage(tx: &mut Tx<'_>, by: &By, sheet: &Sheet, settings: &Settings) -> Result<Uuid, Fault> {
    forget(tx, by)?;
    let id = by.id();
    let row_count = i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX);
    tx.exec(
        sql!(
            "INSERT INTO import (id, workspace_id, file_name, status, headers, settings, row_count, summary, created_at,
               created_by, version)
             VALUES ($1, $2, $3, 'staged', $4, $5, $6, $7, $8, $9, 1)"
        ),
        &[
            &id,
            &by.workspace.id,
            &sheet.file_name,
            &as_json(&sheet.headers)?,
            &as_json(settings)?,
            &row_count,
            &as_json(&Summary::default())?,
            &by.at,
            &by.user,
        ],
    )?;
    let cells: Vec<(i64, Value)> = sheet.rows.iter().map(row_values).collect::<Result<_, Fault>>()?;
    let rows: Vec<Vec<&dyn Param>> =
        cells.iter().map(|(number, cells)| vec![&id as &dyn Param, &by.workspace.id, number, cells]).collect();
    tx.insert_many("INSERT INTO import_row (import_id, workspace_id, number, cells)", "", &rows)?;
    Ok(id)
}

fn row_values(row: &SheetRow) -> Result<(i64, Value), Fault> {
    Ok((i64::try_from(row.number).unwrap_or(i64::MAX), as_json(&row.cells)?))
}

fn as_json(value: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(value).map_err(Fault::internal)
}

fn forget(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    let oldest = by.at - SignedDuration::from_hours(24 * IMPORT_STAGED_DAYS_MAX);
    let old: [&dyn Param; 2] = [&by.workspace.id, &oldest];
    tx.exec(
        sql!(
            "DELETE FROM import_row WHERE workspace_id = $1 AND import_id IN
               (SELECT id FROM import WHERE workspace_id = $1 AND status = 'staged' AND created_at < $2)"
        ),
        &old,
    )?;
    tx.exec(sql!("DELETE FROM import WHERE workspace_id = $1 AND status = 'staged' AND created_at < $2"), &old)?;
    Ok(())
}

pub fn get(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Import>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE i.workspace_id = $1 AND i.id = $2")),
        &[&workspace, &id],
        read,
    )?)
}

/// Newest first; `before` is the time and id where the page before ended.
pub fn list(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Import>, Fault> {
    /// Later than any import, and a time for both databases.
    const LATEST: Timestamp = Timestamp::constant(7_258_118_400, 0);
    let (at, id) = before.unwrap_or((LATEST, Uuid::max()));
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " WHERE i.workspace_id = $1 AND (i.created_at, i.id) < ($2, $3)
              ORDER BY i.created_at DESC, i.id DESC LIMIT $4"
        )),
        &[&workspace, &at, &id, &limit],
        read,
    )?)
}

/// The conventions that people chose the last time they were asked.
pub fn remembered(tx: &mut Tx<'_>, workspace: Uuid) -> Result<(Option<DecimalMark>, Option<DateOrder>), Fault> {
    const LOOKED_AT: i64 = 20;
    let newest = list(tx, workspace, None, LOOKED_AT)?;
    let applied = || newest.iter().filter(|import| import.status != Status::Staged).map(|import| &import.settings);
    Ok((applied().find_map(|s| s.decimal), applied().find_map(|s| s.dates)))
}

pub fn rows(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid) -> Result<Vec<SheetRow>, Fault> {
    Ok(tx.rows(
        sql!("SELECT number, cells FROM import_row WHERE workspace_id = $1 AND import_id = $2 ORDER BY number"),
        &[&workspace, &import],
        read_row,
    )?)
}

/// The rows that stayed out, to be mended and imported again.
pub fn refused_rows(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid) -> Result<Vec<SheetRow>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT number, cells FROM import_row
             WHERE workspace_id = $1 AND import_id = $2 AND outcome = 'refused' ORDER BY number"
        ),
        &[&workspace, &import],
        read_row,
    )?)
}

fn read_row(row: &Row<'_>) -> mainstay_db::Result<SheetRow> {
    let number: i64 = row.get(0)?;
    Ok(SheetRow { number: usize::try_from(number).unwrap_or(0), cells: json_at::<Vec<Cell>>(row, 1)? })
}

pub fn save_settings(tx: &mut Tx<'_>, by: &By, import: &Import, settings: &Settings) -> Result<(), Fault> {
    if import.settings == *settings {
        return Ok(());
    }
    tx.exec(
        sql!("UPDATE import SET settings = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &import.id, &as_json(settings)?],
    )?;
    Ok(())
}

/// An account as it was before a row changed it; what the row left alone is none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Before {
    pub name: String,
    pub external_id: Option<String>,
    pub account_type: i64,
    pub associate_id: Option<Uuid>,
    pub industry: Option<String>,
    pub vertical: Option<String>,
    pub geography: Option<String>,
    pub end_on: Option<Date>,
    /// Steps that got a score, with the hundredths that had been typed for them.
    pub scores: Vec<(String, Option<i64>)>,
    /// Contracts and the amendments that the row put on them.
    pub amendments: Vec<(Uuid, Uuid)>,
    /// Fiscal year and target, where the row set one.
    pub target: Option<(i64, Option<i64>)>,
    /// Whoever came into the pod's team as the new associate.
    pub joined: Option<Uuid>,
}

/// What one row did.
pub struct Applied {
    pub number: usize,
    pub outcome: &'static str,
    pub account: Option<(Uuid, i64)>,
    pub before: Option<Before>,
}

pub(super) fn mark_row(tx: &mut Tx<'_>, by: &By, import: Uuid, done: &Applied) -> Result<(), Fault> {
    let before = done.before.as_ref().map(as_json).transpose()?;
    tx.exec(
        sql!(
            "UPDATE import_row SET outcome = $4, account_id = $5, account_version = $6, before = $7
             WHERE workspace_id = $1 AND import_id = $2 AND number = $3"
        ),
        &[
            &by.workspace.id,
            &import,
            &i64::try_from(done.number).unwrap_or(0),
            &done.outcome,
            &done.account.map(|(id, _)| id),
            &done.account.map(|(_, version)| version),
            &before,
        ],
    )?;
    Ok(())
}

pub(super) fn mark_applied(tx: &mut Tx<'_>, by: &By, import: Uuid, summary: &Summary) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "UPDATE import SET status = 'applied', applied_at = $3, summary = $4, version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &import, &by.at, &as_json(summary)?],
    )?;
    Ok(())
}

pub(super) fn mark_undone(tx: &mut Tx<'_>, by: &By, import: Uuid, summary: &Summary) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "UPDATE import SET status = 'undone', undone_at = $3, summary = $4, version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &import, &by.at, &as_json(summary)?],
    )?;
    Ok(())
}

/// A row that changed something, as undo needs it.
pub struct AppliedRow {
    pub number: i64,
    pub account: Uuid,
    pub version: i64,
    /// None: the row created the account.
    pub before: Option<Before>,
}

pub fn applied_rows(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid) -> Result<Vec<AppliedRow>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT number, account_id, account_version, before FROM import_row
             WHERE workspace_id = $1 AND import_id = $2 AND outcome IN ('create', 'update') ORDER BY number"
        ),
        &[&workspace, &import],
        |row| {
            let before: Option<Value> = row.get(3)?;
            let before = before.map(serde_json::from_value).transpose();
            Ok(AppliedRow {
                number: row.get(0)?,
                account: row.get(1)?,
                version: row.get(2)?,
                before: before.map_err(|e| mainstay_db::Error::Row { column: 3, problem: e.to_string() })?,
            })
        },
    )?)
}
