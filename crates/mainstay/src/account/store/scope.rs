//! Scopes: the divisions, regions, product lines and sites of an account, each with an owner, as a tree.

use jiff::Timestamp;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::problem::Problem;
use mainstay_rules::scope::{self, Parents, ScopeFields, ScopeKind};
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A part of an account.
#[derive(Clone, Debug)]
pub struct AccountScope {
    pub id: Uuid,
    pub account_id: Uuid,
    /// None stands directly under the account.
    pub parent_id: Option<Uuid>,
    pub fields: ScopeFields,
    pub owner_id: Option<Uuid>,
    /// Empty without an owner.
    pub owner: String,
    pub version: i64,
    pub archived_at: Option<Timestamp>,
}

/// A scope's new fields, whole: what is not to change comes as it was.
#[derive(Clone, Debug)]
pub struct ScopeChange {
    pub fields: ScopeFields,
    pub parent_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
}

impl AccountScope {
    pub fn is_living(&self) -> bool {
        self.archived_at.is_none()
    }

    pub fn as_it_is(&self) -> ScopeChange {
        ScopeChange { fields: self.fields.clone(), parent_id: self.parent_id, owner_id: self.owner_id }
    }
}

macro_rules! columns {
    () => {
        "s.id, s.account_id, s.parent_id, s.kind, s.name, s.expected_users, s.owner_id, COALESCE(u.name, ''), s.version,
         s.archived_at FROM scope s LEFT JOIN workspace_user u ON u.id = s.owner_id"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<AccountScope> {
    let kind: String = row.get(3)?;
    Ok(AccountScope {
        id: row.get(0)?,
        account_id: row.get(1)?,
        parent_id: row.get(2)?,
        fields: ScopeFields {
            // The column's check admits the known kinds only.
            kind: ScopeKind::parse(&kind).unwrap_or(ScopeKind::Division),
            name: row.get(4)?,
            expected_users: row.get(5)?,
        },
        owner_id: row.get(6)?,
        owner: row.get(7)?,
        version: row.get(8)?,
        archived_at: row.get(9)?,
    })
}

/// Every scope of the account, archived ones included, by name; their number is limited.
pub fn scopes(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<AccountScope>, Fault> {
    Ok(tx.rows(
        sql!(concat!("SELECT ", columns!(), " WHERE s.workspace_id = $1 AND s.account_id = $2 ORDER BY s.name, s.id")),
        &[&workspace, &account],
        read,
    )?)
}

pub fn scope(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<AccountScope>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE s.workspace_id = $1 AND s.id = $2")),
        &[&workspace, &id],
        read,
    )?)
}

/// What each scope stands under, archived ones included.
pub fn parents(scopes: &[AccountScope]) -> Parents {
    scopes.iter().map(|scope| (scope.id, scope.parent_id)).collect()
}

/// The same of those that count.
pub fn living_parents(scopes: &[AccountScope]) -> Parents {
    scopes.iter().filter(|scope| scope.is_living()).map(|scope| (scope.id, scope.parent_id)).collect()
}

/// Adds a scope to the account, which is locked; gives its id.
pub fn add_scope(tx: &mut Tx<'_>, by: &By, account: Uuid, new: &ScopeChange) -> Result<Uuid, Fault> {
    let all = scopes(tx, by.workspace.id, account)?;
    let id = by.id();
    scope::check_room(all.len())?;
    check_place(&all, id, new)?;
    tx.exec(
        sql!(
            "INSERT INTO scope (id, workspace_id, account_id, parent_id, kind, name, owner_id, expected_users, version,
               created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)"
        ),
        &[
            &id,
            &by.workspace.id,
            &account,
            &new.parent_id,
            &new.fields.kind.as_str(),
            &new.fields.name,
            &new.owner_id,
            &new.fields.expected_users,
            &by.at,
        ],
    )?;
    let data = json!({ "kind": new.fields.kind.as_str(), "parent_id": new.parent_id, "owner_id": new.owner_id });
    by.happened_to(tx, account, Kind::ScopeAdded, ("scope", id), data)?;
    Ok(id)
}

/// Writes a scope's new fields; says which changed. Nothing changed, nothing happens. The account is locked.
pub fn change_scope(tx: &mut Tx<'_>, by: &By, before: &AccountScope, new: &ScopeChange) -> Result<(), Fault> {
    let changed = changed_fields(before, new);
    if changed.is_empty() {
        return Ok(());
    }
    let all = scopes(tx, by.workspace.id, before.account_id)?;
    check_place(&all, before.id, new)?;
    tx.exec(
        sql!(
            "UPDATE scope SET parent_id = $3, kind = $4, name = $5, owner_id = $6, expected_users = $7,
               version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[
            &by.workspace.id,
            &before.id,
            &new.parent_id,
            &new.fields.kind.as_str(),
            &new.fields.name,
            &new.owner_id,
            &new.fields.expected_users,
        ],
    )?;
    let data = json!({
        "fields": changed, "kind": new.fields.kind.as_str(), "parent_id": new.parent_id, "owner_id": new.owner_id,
        "expected_users": new.fields.expected_users,
    });
    by.happened_to(tx, before.account_id, Kind::ScopeChanged, ("scope", before.id), data)?;
    Ok(())
}

fn changed_fields(before: &AccountScope, new: &ScopeChange) -> Vec<&'static str> {
    [
        ("name", before.fields.name != new.fields.name),
        ("kind", before.fields.kind != new.fields.kind),
        ("parent", before.parent_id != new.parent_id),
        ("owner", before.owner_id != new.owner_id),
        ("expected_users", before.fields.expected_users != new.fields.expected_users),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

/// Refuses a circle, a tree too deep, an archived parent, and a name that a sibling has.
fn check_place(all: &[AccountScope], id: Uuid, new: &ScopeChange) -> Result<(), Fault> {
    scope::check_place(&parents(all), id, new.parent_id)?;
    let above = all.iter().find(|scope| Some(scope.id) == new.parent_id);
    if above.is_some_and(|scope| !scope.is_living()) {
        let message = "That scope is archived. Restore it first, or choose another one.";
        return Err(Fault::field(FieldError::new("/parent_id", FieldCode::Conflict, message)));
    }
    let siblings = all.iter().filter(|scope| scope.parent_id == new.parent_id && scope.id != id && scope.is_living());
    let name = new.fields.name.to_lowercase();
    if siblings.into_iter().any(|scope| scope.fields.name.to_lowercase() == name) {
        let message = format!("{} is there already. Give this scope another name.", new.fields.name);
        return Err(Fault::field(FieldError::new("/name", FieldCode::Duplicate, message)));
    }
    Ok(())
}

/// Puts a scope away: it and its scores no longer count, its contracts count where it stood. Its history stays.
pub fn archive_scope(tx: &mut Tx<'_>, by: &By, before: &AccountScope) -> Result<(), Fault> {
    if !before.is_living() {
        return Ok(());
    }
    let all = scopes(tx, by.workspace.id, before.account_id)?;
    if all.iter().any(|scope| scope.parent_id == Some(before.id) && scope.is_living()) {
        let message = "Other scopes stand under it. Move or archive them first.";
        return Err(Fault::new(Problem::Conflict, message));
    }
    set_archived(tx, by, before, Some(by.at), Kind::ScopeRemoved)
}

/// Brings an archived scope back to where it stood.
pub fn restore_scope(tx: &mut Tx<'_>, by: &By, before: &AccountScope) -> Result<(), Fault> {
    if before.is_living() {
        return Ok(());
    }
    let all = scopes(tx, by.workspace.id, before.account_id)?;
    check_place(&all, before.id, &before.as_it_is())?;
    set_archived(tx, by, before, None, Kind::ScopeRestored)
}

fn set_archived(
    tx: &mut Tx<'_>,
    by: &By,
    before: &AccountScope,
    at: Option<Timestamp>,
    kind: Kind,
) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE scope SET archived_at = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &before.id, &at],
    )?;
    by.happened_to(tx, before.account_id, kind, ("scope", before.id), json!({}))?;
    Ok(())
}
