//! Events that a consumer gave up on: kept, shown, and tried again when a person asks for it.

use jiff::Timestamp;
use uuid::Uuid;

use super::consumer::shortened;
use super::{Consumer, Cursor, Event, after};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::transaction::Tx;
use crate::{Scope, sql};

/// Parked events that one call answers at most.
const MAX_PARKED: i64 = 1_000;

/// One event that waits for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Parked {
    pub consumer: String,
    pub workspace: Uuid,
    pub event: Uuid,
    pub cursor: Cursor,
    pub attempts: i64,
    pub problem: String,
    pub parked_at: Timestamp,
}

/// The parked events of a workspace, oldest first.
pub fn parked(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Parked>> {
    let sql = sql!(
        "SELECT consumer, event_id, x, seq, attempts, problem, parked_at FROM event_parked
         WHERE workspace_id = $1 ORDER BY x, seq, consumer LIMIT $2"
    );
    tx.rows(sql, &[&workspace, &MAX_PARKED], |row| {
        Ok(Parked {
            consumer: row.get(0)?,
            workspace,
            event: row.get(1)?,
            cursor: Cursor { x: row.get(2)?, seq: row.get(3)? },
            attempts: row.get(4)?,
            problem: row.get(5)?,
            parked_at: row.get(6)?,
        })
    })
}

/// Tries one parked event again: true when it worked and is no longer parked. Otherwise its new problem is kept.
pub async fn retry_parked(db: &Db, consumer: &Consumer, workspace: Uuid, event: Uuid) -> Result<bool> {
    let consumer = consumer.clone();
    db.write(Scope::Workspace(workspace), move |tx| {
        let waiting = parked(tx, workspace)?;
        let this = waiting.into_iter().find(|one| one.event == event && one.consumer == consumer.name());
        let this = this.ok_or_else(|| Error::other(format!("event {event} is not parked for {}", consumer.name())))?;
        let just_before = Cursor { x: this.cursor.x, seq: this.cursor.seq - 1 };
        let found = after(tx, Some(workspace), just_before, 1)?.into_iter().find(|one| one.id == event);
        let found = found.ok_or_else(|| Error::other(format!("event {event} is parked but no longer stored")))?;
        tx.lock(&consumer.locks_of(&found))?;
        match consumer.attempt(tx, &found)? {
            Ok(()) => {
                let sql = sql!("DELETE FROM event_parked WHERE consumer = $1 AND workspace_id = $2 AND event_id = $3");
                Ok(tx.exec(sql, &[&consumer.name(), &workspace, &event])? == 1)
            }
            Err(problem) => {
                let sql = sql!(
                    "UPDATE event_parked SET attempts = attempts + 1, problem = $4
                     WHERE consumer = $1 AND workspace_id = $2 AND event_id = $3"
                );
                tx.exec(sql, &[&consumer.name(), &workspace, &event, &shortened(&problem)])?;
                Ok(false)
            }
        }
    })
    .await
}

pub(super) fn park(tx: &mut Tx<'_>, consumer: &str, event: &Event, attempts: i64, problem: &str) -> Result<()> {
    let sql = sql!(
        "INSERT INTO event_parked (consumer, workspace_id, event_id, x, seq, attempts, problem, parked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    );
    let Cursor { x, seq } = event.cursor;
    let now = tx.now()?;
    tx.exec(sql, &[&consumer, &event.workspace, &event.id, &x, &seq, &attempts, &problem, &now]).map(drop)
}
