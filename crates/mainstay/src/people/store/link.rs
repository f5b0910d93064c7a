//! Links that work once: the first set-up and invitations.

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::user::user;
use crate::corridor::caller::hash_secret;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

pub const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24 * 14);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    Setup,
    Invitation,
}

impl LinkKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invitation => "invitation",
        }
    }
}

pub struct Link {
    pub workspace_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
}

/// Keeps the link's hash; links made before for the same purpose stop working.
pub fn create_link(
    tx: &mut Tx<'_>,
    kind: LinkKind,
    secret: &str,
    workspace: Option<Uuid>,
    user: Option<Uuid>,
    at: Timestamp,
) -> Result<(), Fault> {
    match user {
        Some(user) => withdraw_links(tx, user)?,
        None => {
            tx.exec(sql!("DELETE FROM one_time_link WHERE kind = $1 AND user_id IS NULL"), &[&kind.as_str()])?;
        }
    }
    let until = at + LINK_LASTS;
    tx.exec(
        sql!(
            "INSERT INTO one_time_link (hash, kind, workspace_id, user_id, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        &[&hash_secret(secret), &kind.as_str(), &workspace, &user, &at, &until],
    )?;
    Ok(())
}

/// No link of this user works any more.
pub fn withdraw_links(tx: &mut Tx<'_>, user: Uuid) -> Result<(), Fault> {
    tx.exec(sql!("DELETE FROM one_time_link WHERE user_id = $1"), &[&user])?;
    Ok(())
}

/// An invitation as it is handed out: its secret is known only now.
pub struct NewInvitation {
    pub secret: String,
    pub valid_until: Timestamp,
}

/// Makes the link by which a user joins, or chooses a new password after forgetting it.
pub fn invite_user(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<NewInvitation, Fault> {
    tx.lock(&[by.workspace.id])?;
    let invited = user(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
    if invited.email.is_none() {
        let message = "An invitation needs the e-mail that the person will sign in with; fill it in first";
        return Err(Fault::field(FieldError::new("/email", FieldCode::Required, message)));
    }
    if !invited.active {
        let detail = format!("{} is deactivated. Reactivate the user, then make the link.", invited.name);
        return Err(Fault::new(Problem::Conflict, detail));
    }
    if let Some(identity) = invited.identity {
        refuse_shared(tx, identity, &invited.name)?;
    }
    let secret = by.secret();
    create_link(tx, LinkKind::Invitation, &secret, Some(by.workspace.id), Some(id), by.at)?;
    by.happened(tx, Kind::UserInvited, ("user", id), json!({}))?;
    Ok(NewInvitation { secret, valid_until: by.at + LINK_LASTS })
}

/// One workspace's administrator must not be able to choose the password that opens another workspace.
pub fn refuse_shared(tx: &mut Tx<'_>, identity: Uuid, name: &str) -> Result<(), Fault> {
    let places = tx.one(sql!("SELECT COUNT(*) FROM workspace_user WHERE identity_id = $1"), &[&identity], |row| {
        row.get::<i64>(0)
    })?;
    if places.unwrap_or(0) <= 1 {
        return Ok(());
    }
    let detail = format!(
        "{name} signs in to other workspaces with the same password, so no link of this one may change it. \
         Whoever runs the server can: mainstay user password."
    );
    Err(Fault::new(Problem::Conflict, detail))
}

pub fn find_link(tx: &mut Tx<'_>, kind: LinkKind, secret: &str, now: Timestamp) -> Result<Option<Link>, Fault> {
    Ok(tx.one(
        sql!(
            "SELECT workspace_id, user_id FROM one_time_link
             WHERE hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3"
        ),
        &[&hash_secret(secret), &kind.as_str(), &now],
        |row| Ok(Link { workspace_id: row.get(0)?, user_id: row.get(1)? }),
    )?)
}

/// Uses the link up; false when somebody was faster.
pub fn use_link(tx: &mut Tx<'_>, secret: &str, now: Timestamp) -> Result<bool, Fault> {
    let used = tx.exec(
        sql!("UPDATE one_time_link SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2"),
        &[&hash_secret(secret), &now],
    )?;
    Ok(used == 1)
}
