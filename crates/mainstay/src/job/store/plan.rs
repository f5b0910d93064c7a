//! From schedules to jobs: what became due since the last look is made a job, once, at its intended cut-off.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Tx, sql};
use mainstay_rules::schedule::{Due, Holidays, Schedule, ScheduleText, due_between, next_after};
use serde_json::{Value, json};
use uuid::Uuid;

use super::holidays;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::source::Source;
use crate::job::{JobKind, Kinds, kind};

/// When a schedule that has no further time, or cannot be read, is looked at again.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// The workspaces that have something to plan: a time that came, or a kind that is new to them.
pub fn to_plan(tx: &mut Tx<'_>, kinds: Kinds, now: Timestamp) -> Result<Vec<Uuid>, Fault> {
    let due = tx.rows(sql!("SELECT workspace_id, kind FROM job_schedule WHERE next_at <= $1"), &[&now], |row| {
        Ok((row.get::<Uuid>(0)?, row.get::<String>(1)?))
    })?;
    // A kind that this version does not know (a newer one made its row) has nobody to plan it: left alone, not spun on.
    let known = due.into_iter().filter(|(_, name)| kind(kinds, name).is_some());
    let mut found: Vec<Uuid> = known.map(|(workspace, _)| workspace).collect();
    for new in kinds.iter().filter(|kind| kind.schedule.is_some()) {
        found.extend(tx.rows(
            sql!(
                "SELECT w.id FROM workspace w WHERE NOT EXISTS (SELECT 1 FROM job_schedule s
                   WHERE s.workspace_id = w.id AND s.kind = $1) ORDER BY w.id"
            ),
            &[&new.name],
            |row| row.get::<Uuid>(0),
        )?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// One schedule as its row holds it.
struct Planning {
    schedule: Value,
    enabled: bool,
    planned_until: Timestamp,
}

/// Makes the jobs of one workspace that became due. Two servers that plan at once make each job once.
pub fn plan(
    tx: &mut Tx<'_>,
    kinds: Kinds,
    workspace: &Workspace,
    source: &Source,
    now: Timestamp,
) -> Result<(), Fault> {
    let free_days = holidays(tx, workspace.id)?;
    for kind in kinds {
        let Some(default) = &kind.schedule else { continue };
        begin(tx, workspace.id, kind.name, default, now)?;
        let Some(found) = planning(tx, workspace.id, kind.name)? else { continue };
        let Some(schedule) = read(&found.schedule) else {
            tracing::error!(kind = kind.name, workspace = %workspace.id, "a schedule cannot be read");
            look_at(tx, workspace.id, kind.name, found.planned_until, now + LOOK_AGAIN)?;
            continue;
        };
        let zone = zone_of(&schedule, workspace);
        let mut until = found.planned_until;
        if found.enabled {
            for due in due_between(&schedule, &free_days, &zone, (until, now), kind.catch_up) {
                make(tx, workspace.id, kind, due, source.id(), now)?;
                until = until.max(due.at);
            }
        }
        let next = next_due(&schedule, &free_days, &zone, until.max(now), found.enabled);
        look_at(tx, workspace.id, kind.name, until, next.map_or(now + LOOK_AGAIN, |due| due.at))?;
    }
    Ok(())
}

fn next_due(
    schedule: &Schedule,
    free_days: &Holidays,
    zone: &TimeZone,
    after: Timestamp,
    enabled: bool,
) -> Option<Due> {
    if enabled { next_after(schedule, free_days, zone, after) } else { None }
}

/// Looks at every schedule of the workspace again: its zone or its holidays changed.
pub fn replan(tx: &mut Tx<'_>, workspace: Uuid, now: Timestamp) -> Result<(), Fault> {
    tx.exec(sql!("UPDATE job_schedule SET next_at = $2 WHERE workspace_id = $1"), &[&workspace, &now])?;
    Ok(())
}

/// From when a kind is new to a workspace, it happens by its default schedule; what was before is not caught up.
fn begin(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    kind: &'static str,
    default: &Schedule,
    now: Timestamp,
) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "INSERT INTO job_schedule (workspace_id, kind, schedule, enabled, since, planned_until, next_at, version)
             VALUES ($1, $2, $3, $4, $5, $5, $5, 1) ON CONFLICT (workspace_id, kind) DO NOTHING"
        ),
        &[&workspace, &kind, &json!(ScheduleText::from(default)), &true, &now],
    )?;
    Ok(())
}

macro_rules! planning {
    () => {
        "SELECT schedule, enabled, planned_until FROM job_schedule WHERE workspace_id = $1 AND kind = $2"
    };
}

/// Locked, so that a schedule which is being changed is not planned by its old times.
fn planning(tx: &mut Tx<'_>, workspace: Uuid, kind: &'static str) -> Result<Option<Planning>, Fault> {
    let text = tx.by(sql!(Sqlite, planning!()), sql!(Postgres, concat!(planning!(), " FOR UPDATE")));
    Ok(tx.one(text, &[&workspace, &kind], |row| {
        Ok(Planning { schedule: row.get(0)?, enabled: row.get(1)?, planned_until: row.get(2)? })
    })?)
}

fn look_at(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    kind: &'static str,
    planned_until: Timestamp,
    next_at: Timestamp,
) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE job_schedule SET planned_until = $3, next_at = $4 WHERE workspace_id = $1 AND kind = $2"),
        &[&workspace, &kind, &planned_until, &next_at],
    )?;
    Ok(())
}

fn make(tx: &mut Tx<'_>, workspace: Uuid, kind: &JobKind, due: Due, id: Uuid, now: Timestamp) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "INSERT INTO job (id, workspace_id, kind, key, due_on, due_at, state, attempts, next_try_at, token, payload,
               created_at) VALUES ($1, $2, $3, $4, $5, $6, 'due', 0, $6, 0, $7, $8)
             ON CONFLICT (workspace_id, kind, key) DO NOTHING"
        ),
        &[&id, &workspace, &kind.name, &due.on.to_string(), &due.on, &due.at, &json!({}), &now],
    )?;
    Ok(())
}

pub(super) fn read(schedule: &Value) -> Option<Schedule> {
    serde_json::from_value::<ScheduleText>(schedule.clone()).ok()?.check(|_| true).ok()
}

/// The schedule's own zone, or the workspace's.
pub(super) fn zone_of(schedule: &Schedule, workspace: &Workspace) -> TimeZone {
    let own = schedule.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    own.unwrap_or_else(|| workspace.zone.clone())
}
