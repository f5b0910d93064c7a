//! Saved views of the report: a name for the words of an address, one's own or shared with the workspace.

use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::limits::VIEWS_PER_USER_MAX;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub id: Uuid,
    pub owner_id: Uuid,
    pub owner: String,
    pub name: String,
    /// Which accounts, columns, order and groups, as an address says them.
    pub query: String,
    pub shared: bool,
    pub position: i64,
    pub version: i64,
}

/// What a view is to be.
#[derive(Clone, Debug)]
pub struct ViewChange {
    pub name: String,
    pub query: String,
    pub shared: bool,
    pub position: i64,
}

macro_rules! columns {
    () => {
        "SELECT v.id, v.owner_id, u.name, v.name, v.query, v.shared, v.position, v.version
         FROM portfolio_view v JOIN workspace_user u ON u.id = v.owner_id"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<SavedView> {
    Ok(SavedView {
        id: row.get(0)?,
        owner_id: row.get(1)?,
        owner: row.get(2)?,
        name: row.get(3)?,
        query: row.get(4)?,
        shared: row.get(5)?,
        position: row.get(6)?,
        version: row.get(7)?,
    })
}

/// The views that a person sees: their own, and those that are shared.
pub fn views(tx: &mut Tx<'_>, workspace: Uuid, viewer: Uuid) -> Result<Vec<SavedView>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            columns!(),
            " WHERE v.workspace_id = $1 AND (v.shared OR v.owner_id = $2)
              ORDER BY v.position, lower(v.name), v.id"
        )),
        &[&workspace, &viewer],
        read,
    )?)
}

/// A view, whoever asks: whether they may see it is asked of the row.
pub fn view(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<SavedView>, Fault> {
    Ok(tx.one(sql!(concat!(columns!(), " WHERE v.workspace_id = $1 AND v.id = $2")), &[&workspace, &id], read)?)
}

pub fn add_view(tx: &mut Tx<'_>, by: &By, owner: Uuid, new: &ViewChange) -> Result<Uuid, Fault> {
    let workspace = by.workspace.id;
    tx.lock(&[workspace])?;
    let own = views(tx, workspace, owner)?.iter().filter(|view| view.owner_id == owner).count();
    if own >= VIEWS_PER_USER_MAX {
        let message =
            format!("One person keeps at most {VIEWS_PER_USER_MAX} views. Delete one that you no longer use.");
        return Err(Fault::new(Problem::Conflict, message));
    }
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO portfolio_view (id, workspace_id, owner_id, name, query, shared, position, version, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)"
        ),
        &[&id, &workspace, &owner, &new.name, &new.query, &new.shared, &new.position, &by.at],
    )?;
    tell(tx, by, Kind::ViewAdded, id, new.shared)?;
    Ok(id)
}

pub fn change_view(tx: &mut Tx<'_>, by: &By, before: &SavedView, change: &ViewChange) -> Result<(), Fault> {
    let same = before.name == change.name && before.query == change.query;
    if same && before.shared == change.shared && before.position == change.position {
        return Ok(());
    }
    tx.exec(
        sql!(
            "UPDATE portfolio_view SET name = $3, query = $4, shared = $5, position = $6, version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &before.id, &change.name, &change.query, &change.shared, &change.position],
    )?;
    tell(tx, by, Kind::ViewChanged, before.id, before.shared || change.shared)
}

pub fn delete_view(tx: &mut Tx<'_>, by: &By, view: &SavedView) -> Result<(), Fault> {
    tx.exec(sql!("DELETE FROM portfolio_view WHERE workspace_id = $1 AND id = $2"), &[&by.workspace.id, &view.id])?;
    tell(tx, by, Kind::ViewDeleted, view.id, view.shared)
}

/// What one keeps for oneself is nobody else's event.
fn tell(tx: &mut Tx<'_>, by: &By, kind: Kind, view: Uuid, shared: bool) -> Result<(), Fault> {
    if shared { by.happened(tx, kind, ("view", view), json!({})) } else { Ok(()) }
}
