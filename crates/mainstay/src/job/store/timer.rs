//! Timers for any room: "at this time, unless cancelled", in the transaction of the thing that they watch.

use jiff::Timestamp;
use mainstay_db::{Tx, sql};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::JOB_KEY_CHARS_MAX;
use serde_json::Value;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::job::JobKind;

/// Sets the timer of this key, or moves it; one that went off, or runs at this moment, is set anew.
/// The payload holds ids and numbers, never names or texts.
pub fn set_timer(
    tx: &mut Tx<'_>,
    by: &By,
    kind: &JobKind,
    key: &str,
    at: Timestamp,
    payload: &Value,
) -> Result<(), Fault> {
    if key.is_empty() || key.chars().count() > JOB_KEY_CHARS_MAX {
        let message = format!("The key of a timer has 1 to {JOB_KEY_CHARS_MAX} characters");
        return Err(Fault::field(FieldError::new("/key", FieldCode::OutOfRange, message)));
    }
    let (id, day) = (by.id(), by.workspace.day_of(at));
    tx.exec(
        sql!(
            "INSERT INTO job (id, workspace_id, kind, key, due_on, due_at, state, attempts, next_try_at, token, payload,
               created_at) VALUES ($1, $2, $3, $4, $5, $6, 'due', 0, $6, 0, $7, $8)
             ON CONFLICT (workspace_id, kind, key) DO UPDATE SET due_on = excluded.due_on, due_at = excluded.due_at,
               state = 'due', attempts = 0, next_try_at = excluded.next_try_at, lease_until = NULL,
               token = job.token + 1, problem = NULL, payload = excluded.payload, created_at = excluded.created_at,
               finished_at = NULL"
        ),
        &[&id, &by.workspace.id, &kind.name, &key, &day, &at, payload, &by.at],
    )?;
    Ok(())
}

/// Takes the timer back unless it has gone off; says whether there was one. Work that runs at this moment cannot
/// finish any more.
pub fn cancel_timer(tx: &mut Tx<'_>, by: &By, kind: &JobKind, key: &str) -> Result<bool, Fault> {
    let cancelled = tx.exec(
        sql!("DELETE FROM job WHERE workspace_id = $1 AND kind = $2 AND key = $3 AND state <> 'done'"),
        &[&by.workspace.id, &kind.name, &key],
    )?;
    Ok(cancelled == 1)
}
