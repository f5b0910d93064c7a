//! Identities, their passwords, sessions and the count of failed sign-ins.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Tx, sql};
use mainstay_rules::limits::SESSIONS_PER_IDENTITY_MAX;
use mainstay_rules::permission::Role;
use mainstay_rules::problem::Problem;
use uuid::Uuid;

use super::workspace::{columns, read};
use crate::corridor::caller::{Caller, Via, Workspace};
use crate::corridor::fault::Fault;

/// A session not used for this long is over.
pub const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Last use is written at most this often.
const NOTE_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Failed sign-ins are counted over this long.
pub const FAILURE_WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// The use of a session or token, to be written down.
pub struct Used {
    pub session: Option<String>,
    pub token: Option<Uuid>,
    pub last: Option<Timestamp>,
    pub now: Timestamp,
}

impl Used {
    pub fn of(found: &super::token::TokenFound, now: Timestamp) -> Self {
        Self { session: None, token: Some(found.token), last: found.last_used_at, now }
    }

    pub fn is_due(&self) -> bool {
        self.last.is_none_or(|last| self.now.duration_since(last) > NOTE_EVERY)
    }
}

pub fn note_use(tx: &mut Tx<'_>, used: &Used) -> Result<(), Fault> {
    if let Some(hash) = &used.session {
        let until = used.now + SESSION_LASTS;
        tx.exec(sql!("UPDATE session SET seen_at = $2, expires_at = $3 WHERE hash = $1"), &[hash, &used.now, &until])?;
    }
    if let Some(token) = used.token {
        tx.exec(sql!("UPDATE token SET last_used_at = $2 WHERE id = $1"), &[&token, &used.now])?;
    }
    Ok(())
}

pub struct SessionFound {
    pub callers: Vec<Caller>,
    pub used: Option<Used>,
}

/// The session's callers, one for each workspace (or the one that is wanted); None when the session is over.
pub fn session_callers(
    tx: &mut Tx<'_>,
    hash: &str,
    now: Timestamp,
    wanted: Option<&str>,
) -> Result<Option<SessionFound>, Fault> {
    let rows = tx.rows(
        sql!(concat!(
            "SELECT s.csrf, s.identity_id, s.seen_at, u.id, u.name, u.role, ",
            columns!(),
            " FROM session s
              LEFT JOIN workspace_user u ON u.identity_id = s.identity_id AND u.active
              LEFT JOIN workspace w ON w.id = u.workspace_id
              WHERE s.hash = $1 AND s.expires_at > $2 ORDER BY w.created_at DESC"
        )),
        &[&hash, &now],
        |row| {
            let (csrf, identity, seen): (String, Uuid, Timestamp) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let user: Option<Uuid> = row.get(3)?;
            let member = match user {
                Some(user) => Some((user, row.get::<String>(4)?, row.get::<String>(5)?, read(row, 6)?)),
                None => None,
            };
            Ok((csrf, identity, seen, member))
        },
    )?;
    let Some((_, _, seen, _)) = rows.first() else { return Ok(None) };
    let used = Used { session: Some(hash.to_owned()), token: None, last: Some(*seen), now };
    let callers = rows
        .into_iter()
        .filter_map(|(csrf, identity, _, member)| {
            let (id, name, role, workspace) = member?;
            if wanted.is_some_and(|slug| slug != workspace.slug) {
                return None;
            }
            let via = Via::Session { hash: hash.to_owned(), csrf, identity };
            Some(caller(id, name, &role, workspace, via))
        })
        .collect();
    Ok(Some(SessionFound { callers, used: Some(used) }))
}

pub(super) fn caller(user: Uuid, name: String, role: &str, workspace: Workspace, via: Via) -> Caller {
    // The column's check admits only known roles; the least one is the safe reading of anything else.
    let role = Role::parse(role).unwrap_or(Role::Member);
    Caller { workspace: Arc::new(workspace), user, name, role, via }
}

pub fn identity_exists(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(tx.one(sql!("SELECT id FROM identity LIMIT 1"), &[], |row| row.get::<Uuid>(0))?.is_some())
}

pub fn identity_by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<(Uuid, Option<String>)>, Fault> {
    Ok(tx.one(sql!("SELECT id, password_hash FROM identity WHERE email = $1"), &[&email], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?)
}

pub fn create_identity(
    tx: &mut Tx<'_>,
    id: Uuid,
    email: &str,
    password_hash: Option<&str>,
    at: Timestamp,
) -> Result<(), Fault> {
    tx.exec(
        sql!("INSERT INTO identity (id, email, password_hash, created_at) VALUES ($1, $2, $3, $4)"),
        &[&id, &email, &password_hash, &at],
    )
    .map_err(|error| {
        if error.is_unique("email") {
            let detail = format!("{email} has a password here already. Join by an invitation link and give that one.");
            return Fault::new(Problem::Conflict, detail);
        }
        error.into()
    })?;
    Ok(())
}

/// The identity behind a user and the e-mail it signs in with.
pub fn identity_of(tx: &mut Tx<'_>, user: Uuid) -> Result<Option<(Uuid, String)>, Fault> {
    Ok(tx.one(
        sql!("SELECT i.id, i.email FROM workspace_user u JOIN identity i ON i.id = u.identity_id WHERE u.id = $1"),
        &[&user],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// The identity signs in with this password from now on, and is signed out everywhere but in the session that is kept.
pub fn set_password(tx: &mut Tx<'_>, identity: Uuid, hash: &str, kept_session: &str) -> Result<(), Fault> {
    tx.exec(sql!("UPDATE identity SET password_hash = $2 WHERE id = $1"), &[&identity, &hash])?;
    end_other_sessions(tx, identity, kept_session)?;
    Ok(())
}

pub struct NewSession {
    pub hash: String,
    pub identity: Uuid,
    pub csrf: String,
    pub user_agent: String,
}

pub fn create_session(tx: &mut Tx<'_>, new: &NewSession, at: Timestamp) -> Result<(), Fault> {
    let until = at + SESSION_LASTS;
    tx.exec(
        sql!(
            "INSERT INTO session (hash, identity_id, csrf, user_agent, created_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $5, $6)"
        ),
        &[&new.hash, &new.identity, &new.csrf, &new.user_agent, &at, &until],
    )?;
    tx.exec(
        sql!(
            "DELETE FROM session WHERE identity_id = $1 AND hash NOT IN
               (SELECT hash FROM session WHERE identity_id = $1 ORDER BY seen_at DESC, hash LIMIT $2)"
        ),
        &[&new.identity, &SESSIONS_PER_IDENTITY_MAX],
    )?;
    Ok(())
}

pub fn end_session(tx: &mut Tx<'_>, hash: &str) -> Result<(), Fault> {
    tx.exec(sql!("DELETE FROM session WHERE hash = $1"), &[&hash])?;
    Ok(())
}

pub fn end_other_sessions(tx: &mut Tx<'_>, identity: Uuid, keep: &str) -> Result<u64, Fault> {
    Ok(tx.exec(sql!("DELETE FROM session WHERE identity_id = $1 AND hash <> $2"), &[&identity, &keep])?)
}

/// Ends the sessions of an identity that belongs to no workspace any more.
pub fn end_lonely_sessions(tx: &mut Tx<'_>, identity: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "DELETE FROM session WHERE identity_id = $1
             AND NOT EXISTS (SELECT 1 FROM workspace_user u WHERE u.identity_id = $1 AND u.active)"
        ),
        &[&identity],
    )?;
    Ok(())
}

/// Ends one session by the part of its hash that names it to its owner; false when it is over already.
pub fn end_session_named(tx: &mut Tx<'_>, identity: Uuid, name: &str) -> Result<bool, Fault> {
    let ended =
        tx.exec(sql!("DELETE FROM session WHERE identity_id = $1 AND substr(hash, 1, 16) = $2"), &[&identity, &name])?;
    Ok(ended > 0)
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct Session {
    pub hash: String,
    pub user_agent: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
}

impl Session {
    /// Names it to its owner. Part of the hash of 256 random bits: it opens nothing.
    pub fn name(&self) -> &str {
        self.hash.get(..16).unwrap_or(&self.hash)
    }
}

pub fn sessions_of(tx: &mut Tx<'_>, identity: Uuid, now: Timestamp) -> Result<Vec<Session>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT hash, user_agent, created_at, seen_at FROM session
             WHERE identity_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, hash LIMIT $3"
        ),
        &[&identity, &now, &SESSIONS_PER_IDENTITY_MAX],
        |row| Ok(Session { hash: row.get(0)?, user_agent: row.get(1)?, created_at: row.get(2)?, seen_at: row.get(3)? }),
    )?)
}

/// Failed sign-ins under a key (an e-mail or an address) in the current window, and when the window began.
pub fn failures(tx: &mut Tx<'_>, key: &str, now: Timestamp) -> Result<(i64, Timestamp), Fault> {
    let since = now - FAILURE_WINDOW;
    let found = tx.one(
        sql!("SELECT failures, first_at FROM sign_in_attempt WHERE key = $1 AND first_at > $2"),
        &[&key, &since],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(found.unwrap_or((0, now)))
}

pub fn note_failure(tx: &mut Tx<'_>, key: &str, now: Timestamp) -> Result<(), Fault> {
    let since = now - FAILURE_WINDOW;
    tx.exec(
        sql!(
            "INSERT INTO sign_in_attempt (key, failures, first_at) VALUES ($1, 1, $2)
             ON CONFLICT (key) DO UPDATE SET
               failures = CASE WHEN sign_in_attempt.first_at > $3 THEN sign_in_attempt.failures + 1 ELSE 1 END,
               first_at = CASE WHEN sign_in_attempt.first_at > $3 THEN sign_in_attempt.first_at ELSE $2 END"
        ),
        &[&key, &now, &since],
    )?;
    Ok(())
}

pub fn clear_failures(tx: &mut Tx<'_>, key: &str) -> Result<(), Fault> {
    tx.exec(sql!("DELETE FROM sign_in_attempt WHERE key = $1"), &[&key])?;
    Ok(())
}

/// Sweeps sessions, counts and links that are past their time.
pub fn forget_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Fault> {
    let since = now - FAILURE_WINDOW;
    tx.exec(sql!("DELETE FROM session WHERE expires_at <= $1"), &[&now])?;
    tx.exec(sql!("DELETE FROM sign_in_attempt WHERE first_at <= $1"), &[&since])?;
    tx.exec(sql!("DELETE FROM one_time_link WHERE expires_at <= $1"), &[&now])?;
    Ok(())
}
