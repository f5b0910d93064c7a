//! Who does a job: taken under a lease, renewed, finished, failed, given back, or taken away from a server that is gone.
//!
//! What is due is decided by the injected clock; leases are decided by the database's, so that servers whose clocks
//! differ, and a demo whose clock is simulated, agree on who holds what.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::job::{State, wait_after_failure};
use mainstay_rules::limits::{JOB_KEPT_DAYS, JOB_PROBLEM_CHARS_MAX};
use mainstay_rules::problem::Problem;
use uuid::Uuid;

use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::job::{Held, JobKind, Kinds, LEASE, kind};
use crate::people;
use crate::text::job as text;

/// Leases that one look takes away from servers that are gone.
const TAKEN_BACK_MAX: i64 = 200;
/// Rows that one housekeeping deletes.
const FORGOTTEN_MAX: i64 = 10_000;

/// Takes up to `count` jobs that are due, the same share from each workspace, beginning with the one after `last`.
pub fn claim(tx: &mut Tx<'_>, kinds: Kinds, now: Timestamp, last: Uuid, count: usize) -> Result<Vec<Held>, Fault> {
    let mut waiting = waiting_workspaces(tx, now)?;
    let turn = waiting.partition_point(|workspace| *workspace <= last);
    waiting.rotate_left(turn);
    let share = count.div_ceil(waiting.len().max(1));
    let known: String = kinds.iter().fold(String::from(","), |known, kind| known + kind.name + ",");
    let mut held = Vec::new();
    for workspace in waiting {
        let share = share.min(count - held.len());
        if share == 0 {
            break;
        }
        let Some(workspace) = people::store::workspace(tx, workspace)? else { continue };
        held.extend(take(tx, (kinds, &known), now, &Arc::new(workspace), share)?);
    }
    Ok(held)
}

/// The workspaces in which something is due, in order.
fn waiting_workspaces(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT w.id FROM workspace w WHERE EXISTS (SELECT 1 FROM job j WHERE j.workspace_id = w.id
               AND j.state IN ('due', 'failed') AND j.next_try_at <= $1) ORDER BY w.id"
        ),
        &[&now],
        |row| row.get(0),
    )?)
}

macro_rules! due {
    () => {
        "SELECT id, kind, key, due_on, due_at, attempts, token, payload FROM job
         WHERE workspace_id = $1 AND state IN ('due', 'failed') AND next_try_at <= $2
           AND $3 LIKE '%,' || kind || ',%' ORDER BY next_try_at, id LIMIT $4"
    };
}

/// The oldest due jobs of one workspace, without those that another server is taking at this moment.
fn take(
    tx: &mut Tx<'_>,
    (kinds, known): (Kinds, &str),
    now: Timestamp,
    workspace: &Arc<Workspace>,
    share: usize,
) -> Result<Vec<Held>, Fault> {
    let text = tx.by(sql!(Sqlite, due!()), sql!(Postgres, concat!(due!(), " FOR UPDATE SKIP LOCKED")));
    let limit = i64::try_from(share).unwrap_or(i64::MAX);
    let rows = tx.rows(text, &[&workspace.id, &now, &known, &limit], |row| held(row, kinds, workspace))?;
    let until = tx.now()? + LEASE;
    let taken: Vec<Held> = rows.into_iter().flatten().collect();
    for job in &taken {
        tx.exec(
            sql!(
                "UPDATE job SET state = 'running', attempts = $3, token = $4, lease_until = $5
                 WHERE workspace_id = $1 AND id = $2"
            ),
            &[&workspace.id, &job.id, &job.attempt, &job.token, &until],
        )?;
    }
    Ok(taken)
}

/// As it will be once it is taken.
fn held(row: &Row<'_>, kinds: Kinds, workspace: &Arc<Workspace>) -> mainstay_db::Result<Option<Held>> {
    let name: String = row.get(1)?;
    let Some(kind) = kind(kinds, &name) else { return Ok(None) };
    Ok(Some(Held {
        id: row.get(0)?,
        workspace: Arc::clone(workspace),
        kind: kind.name,
        key: row.get(2)?,
        due_on: row.get(3)?,
        due_at: row.get(4)?,
        attempt: row.get::<i64>(5)? + 1,
        token: row.get::<i64>(6)? + 1,
        payload: row.get(7)?,
    }))
}

impl Held {
    /// Marks the job as done in the transaction of its effect, so that both happen or neither. Refused when the job
    /// is no longer in these hands: the lease ran out and another took it, or its timer was moved or cancelled.
    pub fn finish_in(&self, tx: &mut Tx<'_>, at: Timestamp) -> Result<(), Fault> {
        let done = tx.exec(
            sql!(
                "UPDATE job SET state = 'done', finished_at = $4, lease_until = NULL, problem = NULL
                 WHERE workspace_id = $1 AND id = $2 AND token = $3 AND state = 'running'"
            ),
            &[&self.workspace.id, &self.id, &self.token, &at],
        )?;
        if done == 1 {
            return Ok(());
        }
        Err(Fault::new(Problem::Conflict, "Another server took this job over, or its time was changed."))
    }

    /// Whether its end was written down with its effect.
    pub fn is_finished(&self, tx: &mut Tx<'_>) -> Result<bool, Fault> {
        let found = tx.one(
            sql!("SELECT id FROM job WHERE workspace_id = $1 AND id = $2 AND token = $3 AND state = 'done'"),
            &[&self.workspace.id, &self.id, &self.token],
            |row| row.get::<Uuid>(0),
        )?;
        Ok(found.is_some())
    }
}

/// A sign of life; false when the job is no longer in these hands.
pub fn renew(tx: &mut Tx<'_>, job: &Held) -> Result<bool, Fault> {
    let until = tx.now()? + LEASE;
    let renewed = tx.exec(
        sql!(
            "UPDATE job SET lease_until = $4 WHERE workspace_id = $1 AND id = $2 AND token = $3 AND state = 'running'"
        ),
        &[&job.workspace.id, &job.id, &job.token, &until],
    )?;
    Ok(renewed == 1)
}

/// After a failure: tried again later, or parked when it was tried often enough.
pub fn fail(
    tx: &mut Tx<'_>,
    job: &Held,
    kind: &JobKind,
    problem: &str,
    (now, chance): (Timestamp, u64),
) -> Result<(), Fault> {
    let wait = wait_after_failure(job.attempt, kind.attempts_max, chance);
    put_back(tx, (job.workspace.id, job.id, job.token), problem, wait.map(|wait| now + wait), now)
}

fn put_back(
    tx: &mut Tx<'_>,
    (workspace, id, token): (Uuid, Uuid, i64),
    problem: &str,
    next_try_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Fault> {
    let state = if next_try_at.is_some() { State::Failed } else { State::Parked };
    let problem: String = problem.chars().take(JOB_PROBLEM_CHARS_MAX).collect();
    tx.exec(
        sql!(
            "UPDATE job SET state = $4, problem = $5, next_try_at = $6, lease_until = NULL, token = token + 1
             WHERE workspace_id = $1 AND id = $2 AND token = $3 AND state = 'running'"
        ),
        &[&workspace, &id, &token, &state.as_str(), &problem, &next_try_at.unwrap_or(now)],
    )?;
    Ok(())
}

/// A server that stops gives back what it had begun, as if it had not been tried.
pub fn give_back(tx: &mut Tx<'_>, job: &Held) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "UPDATE job SET state = 'due', attempts = attempts - 1, lease_until = NULL, token = token + 1
             WHERE workspace_id = $1 AND id = $2 AND token = $3 AND state = 'running'"
        ),
        &[&job.workspace.id, &job.id, &job.token],
    )?;
    Ok(())
}

macro_rules! over {
    () => {
        "SELECT workspace_id, id, token, kind, attempts FROM job
         WHERE state = 'running' AND lease_until < $1 ORDER BY lease_until LIMIT $2"
    };
}

/// Takes jobs from servers that gave no sign of life; they are due at once, unless they ended servers too often.
pub fn take_back(tx: &mut Tx<'_>, kinds: Kinds, now: Timestamp) -> Result<(), Fault> {
    let clock = tx.now()?;
    let oldest = tx.by(sql!(Sqlite, over!()), sql!(Postgres, concat!(over!(), " FOR UPDATE SKIP LOCKED")));
    let over = tx.rows(oldest, &[&clock, &TAKEN_BACK_MAX], |row| {
        let job: (Uuid, Uuid, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((job, row.get::<String>(3)?, row.get::<i64>(4)?))
    })?;
    for (job, name, attempts) in over {
        let may_again = kind(kinds, &name).is_none_or(|kind| attempts < kind.attempts_max);
        put_back(tx, job, text::server_gone(), may_again.then_some(now), now)?;
    }
    Ok(())
}

/// When there is something to do again.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    /// By the injected clock: the next job, or the next look at a schedule.
    pub due_at: Option<Timestamp>,
    /// Until the oldest lease is over, by the database's clock.
    pub lease: Option<SignedDuration>,
}

pub fn wait(tx: &mut Tx<'_>, kinds: Kinds) -> Result<Wait, Fault> {
    let first = |tx: &mut Tx<'_>, text: &str| -> Result<Option<Timestamp>, Fault> {
        Ok(tx.one(text, &[], |row| row.get::<Option<Timestamp>>(0))?.flatten())
    };
    let job = first(tx, sql!("SELECT MIN(next_try_at) FROM job WHERE state IN ('due', 'failed')"))?;
    let looks = tx.rows(sql!("SELECT kind, MIN(next_at) FROM job_schedule GROUP BY kind"), &[], |row| {
        Ok((row.get::<String>(0)?, row.get::<Timestamp>(1)?))
    })?;
    let look = looks.into_iter().filter(|(name, _)| kind(kinds, name).is_some()).map(|(_, at)| at).min();
    let lease = first(tx, sql!("SELECT MIN(lease_until) FROM job WHERE state = 'running'"))?;
    let clock = tx.now()?;
    let due_at = [job, look].into_iter().flatten().min();
    Ok(Wait { due_at, lease: lease.map(|until| until.duration_since(clock)) })
}

/// Deletes jobs of the workspace that were done long ago; says how many.
pub fn forget_finished(tx: &mut Tx<'_>, workspace: Uuid, now: Timestamp) -> Result<u64, Fault> {
    let oldest = now - SignedDuration::from_hours(24 * JOB_KEPT_DAYS);
    Ok(tx.exec(
        sql!(
            "DELETE FROM job WHERE workspace_id = $1 AND id IN (SELECT id FROM job
               WHERE workspace_id = $1 AND state = 'done' AND finished_at < $2 ORDER BY finished_at LIMIT $3)"
        ),
        &[&workspace, &oldest, &FORGOTTEN_MAX],
    )?)
}
