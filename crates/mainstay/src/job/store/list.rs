//! Jobs as administrators look at them, and the one thing they do to them: have them tried again.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::job::State;
use mainstay_rules::permission::Deed;
use mainstay_rules::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

#[derive(Clone, Debug)]
pub struct Job {
    pub id: Uuid,
    pub kind: String,
    pub key: String,
    pub due_on: Date,
    pub due_at: Timestamp,
    pub state: State,
    pub attempts: i64,
    pub next_try_at: Timestamp,
    pub problem: Option<String>,
    pub finished_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, kind, key, due_on, due_at, state, attempts, next_try_at, problem, finished_at"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Job> {
    let state: String = row.get(5)?;
    let unknown = || mainstay_db::Error::Row { column: 5, problem: format!("{state} is no state of a job") };
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        due_on: row.get(3)?,
        due_at: row.get(4)?,
        state: State::parse(&state).ok_or_else(unknown)?,
        attempts: row.get(6)?,
        next_try_at: row.get(7)?,
        problem: row.get(8)?,
        finished_at: row.get(9)?,
    })
}

/// Whoever runs the workspace sees its machine work.
impl Guarded for Job {
    const PARAMETER: &'static str = "job";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        job(tx, caller.workspace.id, id)
    }

    fn readable(&self, caller: &Caller) -> bool {
        caller.may(Deed::ManageJobs)
    }

    fn writable(&self, caller: &Caller) -> bool {
        self.readable(caller)
    }
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    pub state: Option<State>,
    pub kind: Option<String>,
}

/// Where a page ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Place {
    pub due_at: Timestamp,
    pub id: Uuid,
}

/// The newest first; one more than asked for when there is a next page.
pub fn list_jobs(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    filter: &JobFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Job>, Fault> {
    let (state, kind) = (filter.state.map(State::as_str), filter.kind.as_deref());
    let (due_at, id) = after.map_or((Timestamp::MAX, Uuid::max()), |place| (place.due_at, place.id));
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " FROM job WHERE workspace_id = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2)
              AND (CAST($3 AS TEXT) IS NULL OR kind = $3) AND (due_at < $4 OR (due_at = $4 AND id < $5))
              ORDER BY due_at DESC, id DESC LIMIT $6"
        )),
        &[&workspace, &state, &kind, &due_at, &id, &(limit + 1)],
        read,
    )?)
}

pub fn job(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Job>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " FROM job WHERE workspace_id = $1 AND id = $2")),
        &[&workspace, &id],
        read,
    )?)
}

/// How many there are in each state that has any.
pub fn count_by_state(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<(State, i64)>, Fault> {
    let counts: Vec<(String, i64)> = tx.rows(
        sql!("SELECT state, CAST(COUNT(*) AS BIGINT) FROM job WHERE workspace_id = $1 GROUP BY state ORDER BY state"),
        &[&workspace],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(counts.into_iter().filter_map(|(word, count)| Some((State::parse(&word)?, count))).collect())
}

/// Has a failed or parked job tried at once, with all its tries anew.
pub fn retry(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<Job, Fault> {
    let workspace = by.workspace.id;
    tx.lock(&[workspace])?;
    let before = job(tx, workspace, id)?.ok_or_else(Fault::not_found)?;
    let retried = tx.exec(
        sql!(
            "UPDATE job SET state = 'due', attempts = 0, next_try_at = $3, token = token + 1
             WHERE workspace_id = $1 AND id = $2 AND state IN ('failed', 'parked')"
        ),
        &[&workspace, &id, &by.at],
    )?;
    if retried == 0 {
        let message = format!("This job is {}; only failed and parked ones are tried again.", before.state.as_str());
        return Err(Fault::new(Problem::Conflict, message));
    }
    by.happened(tx, Kind::JobRetried, ("job", id), json!({ "kind": before.kind }))?;
    job(tx, workspace, id)?.ok_or_else(Fault::not_found)
}
