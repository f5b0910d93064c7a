//! Answers kept for repeated requests.

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Tx, sql};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::fault::Fault;

/// How long an answer is kept: the promise is 24 hours.
pub const KEPT: SignedDuration = SignedDuration::from_hours(48);

pub struct Kept {
    pub fingerprint: String,
    pub answer: Option<String>,
}

/// Takes the key for this transaction; false when another one holds it now.
pub fn begin(tx: &mut Tx<'_>, workspace: Uuid, caller: &str, key: &str) -> Result<bool, Fault> {
    let digest = Sha256::digest(format!("{workspace}/{caller}/{key}").as_bytes());
    let mut id = [0_u8; 16];
    id.copy_from_slice(&digest[..16]);
    Ok(tx.try_lock(Uuid::from_bytes(id))?)
}

pub fn find(tx: &mut Tx<'_>, workspace: Uuid, caller: &str, key: &str) -> Result<Option<Kept>, Fault> {
    Ok(tx.one(
        sql!("SELECT fingerprint, answer FROM idempotency WHERE workspace_id = $1 AND caller = $2 AND key = $3"),
        &[&workspace, &caller, &key],
        |row| Ok(Kept { fingerprint: row.get(0)?, answer: row.get(1)? }),
    )?)
}

pub fn keep(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    caller: &str,
    key: &str,
    fingerprint: &str,
    answer: Option<&str>,
    at: Timestamp,
) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "INSERT INTO idempotency (workspace_id, caller, key, fingerprint, answer, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        &[&workspace, &caller, &key, &fingerprint, &answer, &at],
    )?;
    Ok(())
}

/// Forgets answers past their time, in all workspaces.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Fault> {
    let oldest = now - KEPT;
    Ok(tx.exec(sql!("DELETE FROM idempotency WHERE created_at < $1"), &[&oldest])?)
}
