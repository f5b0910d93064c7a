//! Links that work once: the first set-up and invitations.

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Tx, sql};
use uuid::Uuid;

use crate::corridor::caller::hash_secret;
use crate::corridor::fault::Fault;

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
        Some(user) => tx.exec(sql!("DELETE FROM one_time_link WHERE user_id = $1"), &[&user])?,
        None => tx.exec(sql!("DELETE FROM one_time_link WHERE kind = $1 AND user_id IS NULL"), &[&kind.as_str()])?,
    };
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
