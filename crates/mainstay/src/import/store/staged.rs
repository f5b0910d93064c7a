//! The import room's tables: files that came in, their rows as they stood, and what applying them did.

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Param, Row, Tx, sql};
use mainstay_rules::import::{DateOrder, DecimalMark, SheetKind};
use mainstay_rules::limits::IMPORT_STAGED_DAYS_MAX;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Applied, AppliedRow, Import, Job, Settings, Status, Summary, Work};
use super::sheet::{Cell, SheetRow};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

macro_rules! columns {
    () => {
        "i.id, i.file_name, i.status, i.headers, i.settings, i.row_count, i.summary, i.created_at, i.created_by,
         COALESCE(u.name, ''), i.applied_at, i.undone_at, i.version, i.kind, i.work, i.job
         FROM import i LEFT JOIN workspace_user u ON u.id = i.created_by"
    };
}

pub(super) fn json_at<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> mainstay_db::Result<T> {
    let value: Value = row.get(column)?;
    serde_json::from_value(value).map_err(|e| mainstay_db::Error::Row { column, problem: e.to_string() })
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Import> {
    let status: String = row.get(2)?;
    let (kind, work): (String, Option<String>) = (row.get(13)?, row.get(14)?);
    Ok(Import {
        id: row.get(0)?,
        kind: SheetKind::parse(&kind).unwrap_or_default(),
        work: Work::ALL.into_iter().find(|known| Some(known.as_str()) == work.as_deref()),
        job: json_at(row, 15)?,
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

/// The import without its rows. Files that were never applied go after a while.
pub fn begin(
    tx: &mut Tx<'_>,
    by: &By,
    (file_name, headers): (&str, &[String]),
    kind: SheetKind,
    settings: &Settings,
    work: Option<Work>,
) -> Result<Uuid, Fault> {
    forget(tx, by)?;
    let id = by.id();
    let job = Job { user: by.user.unwrap_or_else(Uuid::nil), ..Job::default() };
    tx.exec(
        sql!(
            "INSERT INTO import (id, workspace_id, file_name, status, headers, settings, row_count, summary, created_at,
               created_by, version, kind, work, job)
             VALUES ($1, $2, $3, 'staged', $4, $5, 0, $6, $7, $8, 1, $9, $10, $11)"
        ),
        &[
            &id,
            &by.workspace.id,
            &file_name,
            &as_json(&headers)?,
            &as_json(settings)?,
            &as_json(&Summary::default())?,
            &by.at,
            &by.user,
            &kind.key(),
            &work.map(Work::as_str),
            &as_json(&job)?,
        ],
    )?;
    Ok(id)
}

pub fn set_row_count(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, rows: usize) -> Result<(), Fault> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    tx.exec(
        sql!("UPDATE import SET row_count = $3 WHERE workspace_id = $1 AND id = $2"),
        &[&workspace, &import, &rows],
    )?;
    Ok(())
}

/// Writes how far the work is, or that there is none any more.
pub fn set_work(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, work: Option<Work>, job: &Job) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE import SET work = $3, job = $4, version = version + 1 WHERE workspace_id = $1 AND id = $2"),
        &[&workspace, &import, &work.map(Work::as_str), &as_json(job)?],
    )?;
    Ok(())
}

pub fn set_summary(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, summary: &Summary) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE import SET summary = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2"),
        &[&workspace, &import, &as_json(summary)?],
    )?;
    Ok(())
}

/// Imports of the workspace that something is to be done with, oldest first.
pub fn at_work(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Import>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " WHERE i.workspace_id = $1 AND i.work IS NOT NULL ORDER BY i.created_at, i.id LIMIT 100"
        )),
        &[&workspace],
        read,
    )?)
}

/// Whether a file is being read, checked, written or taken back.
pub fn is_any_at_work(tx: &mut Tx<'_>, workspace: Uuid) -> Result<bool, Fault> {
    let found = tx.one(
        sql!("SELECT 1 FROM import WHERE workspace_id = $1 AND work IS NOT NULL LIMIT 1"),
        &[&workspace],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

pub(super) fn as_json(value: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(value).map_err(Fault::internal)
}

fn forget(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    /// In one go; the next file that comes in takes more away.
    const FORGOTTEN_AT_ONCE: i64 = 5;
    let oldest = by.at - SignedDuration::from_hours(24 * IMPORT_STAGED_DAYS_MAX);
    let old = tx.rows(
        sql!(
            "SELECT id FROM import WHERE workspace_id = $1 AND status = 'staged' AND work IS NULL AND created_at < $2
             ORDER BY created_at LIMIT $3"
        ),
        &[&by.workspace.id, &oldest, &FORGOTTEN_AT_ONCE],
        |row| row.get::<Uuid>(0),
    )?;
    for import in old {
        discard(tx, by.workspace.id, import)?;
    }
    Ok(())
}

/// Takes away a file that was never applied, with its rows.
pub fn discard(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid) -> Result<(), Fault> {
    let of: [&dyn Param; 2] = [&workspace, &import];
    tx.exec(sql!("DELETE FROM import_row WHERE workspace_id = $1 AND import_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM import_chunk WHERE workspace_id = $1 AND import_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM import_fact WHERE workspace_id = $1 AND import_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM import_account WHERE workspace_id = $1 AND import_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM import WHERE workspace_id = $1 AND id = $2"), &of)?;
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

/// The rows of a small file.
pub fn rows(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid) -> Result<Vec<SheetRow>, Fault> {
    /// More than a file has.
    const ALL: i64 = 1_000_000;
    let rows = super::chunk::chunks(tx, workspace, import, 0, ALL)?;
    if !rows.is_empty() {
        return Ok(rows);
    }
    // Files that came in before there were chunks.
    Ok(tx.rows(
        sql!("SELECT number, cells FROM import_row WHERE workspace_id = $1 AND import_id = $2 ORDER BY number"),
        &[&workspace, &import],
        read_row,
    )?)
}

/// A row for each row of the file, so that what it does can be noted beside it.
pub(super) fn put_rows(tx: &mut Tx<'_>, workspace: Uuid, import: Uuid, rows: &[SheetRow]) -> Result<(), Fault> {
    let cells: Vec<(i64, Value)> = rows
        .iter()
        .map(|row| Ok((i64::try_from(row.number).unwrap_or(i64::MAX), as_json(&row.cells)?)))
        .collect::<Result<_, Fault>>()?;
    let rows: Vec<Vec<&dyn Param>> =
        cells.iter().map(|(number, cells)| vec![&import as &dyn Param, &workspace, number, cells]).collect();
    Ok(tx.insert_many(
        "INSERT INTO import_row (import_id, workspace_id, number, cells)",
        "ON CONFLICT (import_id, number) DO NOTHING",
        &rows,
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

/// Says whether anything is other than before.
pub fn save_settings(
    tx: &mut Tx<'_>,
    by: &By,
    import: &Import,
    kind: SheetKind,
    settings: &Settings,
) -> Result<bool, Fault> {
    if import.settings == *settings && import.kind == kind {
        return Ok(false);
    }
    tx.exec(
        sql!("UPDATE import SET settings = $3, kind = $4, version = version + 1 WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &import.id, &as_json(settings)?, &kind.key()],
    )?;
    Ok(true)
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
