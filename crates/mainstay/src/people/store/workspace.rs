//! Workspaces: one company's accounts, people and numbers.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::money::Currency;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

pub struct NewWorkspace {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub currency: Currency,
    pub zone: String,
    pub fiscal_year_start_month: i8,
}

#[derive(Clone, Debug)]
pub struct WorkspaceEdit {
    pub name: String,
    pub zone: String,
    pub fiscal_year_start_month: i8,
}

/// What `read` expects, in its order.
macro_rules! columns {
    () => {
        "w.id, w.slug, w.name, w.currency, w.zone, w.fiscal_year_start_month, w.version"
    };
}
pub(super) use columns;

pub(super) fn read(row: &Row<'_>, from: usize) -> mainstay_db::Result<Workspace> {
    let currency: String = row.get(from + 3)?;
    let zone_name: String = row.get(from + 4)?;
    let month: i64 = row.get(from + 5)?;
    Ok(Workspace {
        id: row.get(from)?,
        slug: row.get(from + 1)?,
        name: row.get(from + 2)?,
        currency: Currency::parse(&currency)
            .map_err(|e| mainstay_db::Error::Row { column: from + 3, problem: e.to_string() })?,
        zone: TimeZone::get(&zone_name).unwrap_or(TimeZone::UTC),
        zone_name,
        fiscal_year_start_month: i8::try_from(month).unwrap_or(1),
        version: row.get(from + 6)?,
    })
}

pub fn create_workspace(tx: &mut Tx<'_>, new: &NewWorkspace, at: Timestamp) -> Result<Workspace, Fault> {
    tx.exec(
        sql!(
            "INSERT INTO workspace (id, slug, name, currency, zone, fiscal_year_start_month, version, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7)"
        ),
        &[&new.id, &new.slug, &new.name, &new.currency.code(), &new.zone, &i64::from(new.fiscal_year_start_month), &at],
    )
    .map_err(|error| {
        if error.is_unique("slug") {
            let message = format!("Another workspace has the address {}. Choose another name.", new.slug);
            return Fault::new(Problem::AlreadyExists, message);
        }
        error.into()
    })?;
    workspace(tx, new.id)?.ok_or_else(|| Fault::internal("the new workspace is not there"))
}

pub fn workspace(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Workspace>, Fault> {
    Ok(tx.one(sql!(concat!("SELECT ", columns!(), " FROM workspace w WHERE w.id = $1")), &[&id], |row| read(row, 0))?)
}

/// All workspaces, oldest first; only the system scope sees more than its own.
pub fn workspaces(tx: &mut Tx<'_>) -> Result<Vec<Workspace>, Fault> {
    Ok(tx.rows(sql!(concat!("SELECT ", columns!(), " FROM workspace w ORDER BY w.created_at, w.id")), &[], |row| {
        read(row, 0)
    })?)
}

pub fn change_workspace(tx: &mut Tx<'_>, by: &By, edit: &WorkspaceEdit) -> Result<Workspace, Fault> {
    let id = by.workspace.id;
    tx.lock(&[id])?;
    let before = workspace(tx, id)?.ok_or_else(Fault::not_found)?;
    let same_calendar = before.zone_name == edit.zone && before.fiscal_year_start_month == edit.fiscal_year_start_month;
    if same_calendar && before.name == edit.name {
        return Ok(before);
    }
    if !same_calendar {
        // Days and fiscal years of the past begin at other times too.
        by.every_line_changed(Date::MIN);
    }
    tx.exec(
        sql!("UPDATE workspace SET name = $2, zone = $3, fiscal_year_start_month = $4, version = version + 1 WHERE id = $1"),
        &[&id, &edit.name, &edit.zone, &i64::from(edit.fiscal_year_start_month)],
    )?;
    by.happened(
        tx,
        Kind::WorkspaceChanged,
        ("workspace", id),
        json!({ "zone": edit.zone, "fiscal_year_start_month": edit.fiscal_year_start_month }),
    )?;
    workspace(tx, id)?.ok_or_else(Fault::not_found)
}
