//! Who was seen when and whose invitation is open: from rows that belong to no workspace, so only the system scope sees them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mainstay_db::{Tx, sql};
use uuid::Uuid;

use crate::corridor::fault::Fault;

/// What is known of a user beside the user's own row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Presence {
    /// The last use of a browser that is still signed in.
    pub seen_at: Option<Timestamp>,
    /// An invitation link works until then.
    pub invited_until: Option<Timestamp>,
}

/// The presence of each user of a workspace who has one.
pub fn presences(tx: &mut Tx<'_>, workspace: Uuid, now: Timestamp) -> Result<BTreeMap<Uuid, Presence>, Fault> {
    let mut found: BTreeMap<Uuid, Presence> = BTreeMap::new();
    let seen: Vec<(Uuid, Timestamp)> = tx.rows(
        sql!(
            "SELECT u.id, MAX(s.seen_at) FROM workspace_user u JOIN session s ON s.identity_id = u.identity_id
             WHERE u.workspace_id = $1 AND s.expires_at > $2 GROUP BY u.id"
        ),
        &[&workspace, &now],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let invited: Vec<(Uuid, Timestamp)> = tx.rows(
        sql!(
            "SELECT l.user_id, MAX(l.expires_at) FROM one_time_link l
             WHERE l.workspace_id = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND l.user_id IS NOT NULL
             GROUP BY l.user_id"
        ),
        &[&workspace, &now],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (user, at) in seen {
        found.entry(user).or_default().seen_at = Some(at);
    }
    for (user, until) in invited {
        found.entry(user).or_default().invited_until = Some(until);
    }
    Ok(found)
}
