//! Users: an identity's membership in a workspace, or a person known by name who has not signed in yet.

use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::permission::{Deed, Role};
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::link::withdraw_links;
use super::session::end_lonely_sessions;
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

#[derive(Clone, Debug)]
pub struct User {
    pub id: Uuid,
    pub name: String,
    pub email: Option<String>,
    pub role: String,
    pub function: String,
    pub active: bool,
    /// Who signs in; None until the person accepts an invitation.
    pub identity: Option<Uuid>,
    pub version: i64,
}

#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    pub email: Option<String>,
    pub identity: Option<Uuid>,
    pub role: Role,
    pub function: String,
}

#[derive(Clone, Debug)]
pub struct UserEdit {
    pub name: String,
    /// Fixed from the moment the person has signed in.
    pub email: Option<String>,
    pub role: Role,
    pub function: String,
}

impl User {
    /// Has signed in at least once.
    pub fn joined(&self) -> bool {
        self.identity.is_some()
    }
}

impl Guarded for User {
    const PARAMETER: &'static str = "user";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        user(tx, caller.workspace.id, id)
    }

    /// Colleagues see one another.
    fn readable(&self, _: &Caller) -> bool {
        true
    }

    fn writable(&self, caller: &Caller) -> bool {
        caller.may(Deed::ManagePeople)
    }
}

macro_rules! columns {
    () => {
        "u.id, u.name, u.email, u.role, u.function, u.active, u.identity_id, u.version"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<User> {
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        role: row.get(3)?,
        function: row.get(4)?,
        active: row.get(5)?,
        identity: row.get(6)?,
        version: row.get(7)?,
    })
}

/// Everybody, by name; `after` is the name and id where the page before ended.
pub fn list_users(tx: &mut Tx<'_>, workspace: Uuid, after: (&str, Uuid), limit: i64) -> Result<Vec<User>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " FROM workspace_user u WHERE u.workspace_id = $1 AND (u.name, u.id) > ($2, $3) ORDER BY u.name, u.id LIMIT $4"
        )),
        &[&workspace, &after.0, &after.1, &limit],
        read,
    )?)
}

pub fn user(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<User>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " FROM workspace_user u WHERE u.workspace_id = $1 AND u.id = $2")),
        &[&workspace, &id],
        read,
    )?)
}

pub fn user_by_email(tx: &mut Tx<'_>, workspace: Uuid, email: &str) -> Result<Option<User>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " FROM workspace_user u WHERE u.workspace_id = $1 AND u.email = $2")),
        &[&workspace, &email],
        read,
    )?)
}

/// The person of this name, when there is exactly one active; names compare without regard to case.
pub fn user_by_name(tx: &mut Tx<'_>, workspace: Uuid, name: &str) -> Result<Option<User>, Fault> {
    let mut found = tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " FROM workspace_user u WHERE u.workspace_id = $1 AND lower(u.name) = lower($2) AND u.active LIMIT 2"
        )),
        &[&workspace, &name],
        read,
    )?;
    if found.len() > 1 {
        return Ok(None);
    }
    Ok(found.pop())
}

pub fn add_user(tx: &mut Tx<'_>, by: &By, new: &NewUser) -> Result<User, Fault> {
    tx.lock(&[by.workspace.id])?;
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO workspace_user (id, workspace_id, identity_id, name, email, role, function, active, version, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)"
        ),
        &[&id, &by.workspace.id, &new.identity, &new.name, &new.email, &new.role.as_str(), &new.function, &true, &by.at],
    )
    .map_err(|error| taken(error, new.email.as_deref()))?;
    by.happened(tx, Kind::UserAdded, ("user", id), json!({ "role": new.role.as_str(), "function": new.function }))?;
    user(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)
}

fn taken(error: mainstay_db::Error, email: Option<&str>) -> Fault {
    if error.is_unique("email") || error.is_unique("identity_id") {
        let who = email.unwrap_or_default();
        return Fault::new(Problem::AlreadyExists, format!("{who} is already a user of this workspace."));
    }
    error.into()
}

/// The identity behind an invited user signs in for the first time.
pub fn join(tx: &mut Tx<'_>, by: &By, id: Uuid, identity: Uuid, name: &str) -> Result<(), Fault> {
    tx.lock(&[by.workspace.id])?;
    tx.exec(
        sql!(
            "UPDATE workspace_user SET identity_id = $3, name = $4, version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &id, &identity, &name],
    )?;
    by.happened(tx, Kind::UserJoined, ("user", id), json!({}))?;
    by.renamed(id);
    Ok(())
}

/// Changes a user; a changed e-mail ends the invitation that was sent to the old one.
pub fn change_user(tx: &mut Tx<'_>, by: &By, id: Uuid, edit: &UserEdit) -> Result<User, Fault> {
    keep_an_admin(tx, by, id, edit.role == Role::Admin)?;
    let before = user(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
    if before.is_as(edit) {
        return Ok(before);
    }
    if before.email != edit.email {
        if before.joined() {
            let message = "The e-mail is what this person signs in with and stays as it is";
            return Err(Fault::field(FieldError::new("/email", FieldCode::ReadOnly, message)));
        }
        withdraw_links(tx, id)?;
    }
    tx.exec(
        sql!(
            "UPDATE workspace_user SET name = $3, email = $4, role = $5, function = $6, version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &id, &edit.name, &edit.email, &edit.role.as_str(), &edit.function],
    )
    .map_err(|error| taken(error, edit.email.as_deref()))?;
    by.happened(tx, Kind::UserChanged, ("user", id), json!({ "role": edit.role.as_str(), "function": edit.function }))?;
    by.renamed(id);
    user(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)
}

impl User {
    fn is_as(&self, edit: &UserEdit) -> bool {
        self.name == edit.name
            && self.email == edit.email
            && self.role == edit.role.as_str()
            && self.function == edit.function
    }
}

/// Ends the user's access; who belongs to no other workspace is signed out.
pub fn deactivate_user(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<User, Fault> {
    keep_an_admin(tx, by, id, false)?;
    let user = set_active(tx, by, id, false, Kind::UserDeactivated)?;
    if let Some(identity) = user.identity {
        end_lonely_sessions(tx, identity)?;
    }
    Ok(user)
}

pub fn reactivate_user(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<User, Fault> {
    set_active(tx, by, id, true, Kind::UserReactivated)
}

fn set_active(tx: &mut Tx<'_>, by: &By, id: Uuid, active: bool, kind: Kind) -> Result<User, Fault> {
    tx.lock(&[by.workspace.id])?;
    let changed = tx.exec(
        sql!(
            "UPDATE workspace_user SET active = $3, version = version + 1
             WHERE workspace_id = $1 AND id = $2 AND active <> $3"
        ),
        &[&by.workspace.id, &id, &active],
    )?;
    // Asked twice, it happens once.
    if changed > 0 {
        by.happened(tx, kind, ("user", id), json!({}))?;
    }
    user(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)
}

/// A workspace without an administrator could never get one again.
fn keep_an_admin(tx: &mut Tx<'_>, by: &By, id: Uuid, stays_admin: bool) -> Result<(), Fault> {
    // Two administrators who demote each other at once must not both succeed.
    tx.lock(&[by.workspace.id])?;
    let others = tx.one(
        sql!(
            "SELECT COUNT(*) FROM workspace_user
             WHERE workspace_id = $1 AND id <> $2 AND role = 'admin' AND active AND identity_id IS NOT NULL"
        ),
        &[&by.workspace.id, &id],
        |row| row.get::<i64>(0),
    )?;
    if stays_admin || others.unwrap_or(0) > 0 {
        return Ok(());
    }
    let is_admin = user(tx, by.workspace.id, id)?.is_some_and(|user| user.role == Role::Admin.as_str() && user.active);
    if is_admin {
        return Err(Fault::new(
            Problem::Conflict,
            "This is the last administrator. Make somebody else administrator first.",
        ));
    }
    Ok(())
}

/// The workspaces an identity belongs to: slug and name, oldest first.
pub fn workspaces_of(tx: &mut Tx<'_>, identity: Uuid) -> Result<Vec<(String, String)>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT w.slug, w.name FROM workspace_user u JOIN workspace w ON w.id = u.workspace_id
             WHERE u.identity_id = $1 AND u.active ORDER BY w.created_at, w.id"
        ),
        &[&identity],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}
