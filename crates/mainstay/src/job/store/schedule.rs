//! When each kind happens in a workspace, as administrators see and change it.

use jiff::Timestamp;
use mainstay_db::{Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::schedule::{Due, Schedule, ScheduleText, next_after};
use serde_json::{Value, json};
use uuid::Uuid;

use super::holidays;
use super::plan::{read, zone_of};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::job::{JobKind, Kinds, kind};

/// A schedule of the workspace, and when it is due next.
#[derive(Clone, Debug)]
pub struct Planned {
    pub kind: &'static str,
    pub schedule: Schedule,
    pub enabled: bool,
    pub version: i64,
    /// None when it is switched off, or its calendar has no further day.
    pub next: Option<Due>,
}

/// Every kind that happens by the calendar, in the order of the list.
pub fn schedules(tx: &mut Tx<'_>, kinds: Kinds, workspace: &Workspace, now: Timestamp) -> Result<Vec<Planned>, Fault> {
    let free_days = holidays(tx, workspace.id)?;
    let rows = tx.rows(
        sql!("SELECT kind, schedule, enabled, version, planned_until FROM job_schedule WHERE workspace_id = $1 ORDER BY kind"),
        &[&workspace.id],
        |row| {
            let found: (String, Value, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((found, row.get::<i64>(3)?, row.get::<Timestamp>(4)?))
        },
    )?;
    let planned = kinds.iter().filter_map(|kind| {
        let default = kind.schedule.as_ref()?;
        let row = rows.iter().find(|((name, _, _), _, _)| name == kind.name);
        // Until the first look of the runner the workspace has no row of its own.
        let (schedule, enabled, version, until) = match row {
            Some(((_, text, enabled), version, until)) => (read(text)?, *enabled, *version, *until),
            None => (default.clone(), true, 0, now),
        };
        let next = if enabled {
            next_after(&schedule, &free_days, &zone_of(&schedule, workspace), until.max(now))
        } else {
            None
        };
        Some(Planned { kind: kind.name, schedule, enabled, version, next })
    });
    Ok(planned.collect())
}

/// One of them; none when no such kind happens by the calendar.
pub fn schedule(
    tx: &mut Tx<'_>,
    kinds: Kinds,
    workspace: &Workspace,
    name: &str,
    now: Timestamp,
) -> Result<Option<Planned>, Fault> {
    let Some(kind) = kind(kinds, name) else { return Ok(None) };
    Ok(schedules(tx, kinds, workspace, now)?.into_iter().find(|planned| planned.kind == kind.name))
}

/// From now on by other times; what the old ones had not made due yet is left out.
pub fn set_schedule(tx: &mut Tx<'_>, by: &By, kind: &JobKind, schedule: &Schedule, enabled: bool) -> Result<(), Fault> {
    let workspace: Uuid = by.workspace.id;
    tx.lock(&[workspace])?;
    tx.exec(
        sql!(
            "INSERT INTO job_schedule (workspace_id, kind, schedule, enabled, since, planned_until, next_at, version)
             VALUES ($1, $2, $3, $4, $5, $5, $5, 1)
             ON CONFLICT (workspace_id, kind) DO UPDATE SET schedule = excluded.schedule, enabled = excluded.enabled,
               since = excluded.since, planned_until = excluded.planned_until, next_at = excluded.next_at,
               version = job_schedule.version + 1"
        ),
        &[&workspace, &kind.name, &json!(ScheduleText::from(schedule)), &enabled, &by.at],
    )?;
    by.happened(
        tx,
        Kind::JobScheduleChanged,
        ("workspace", workspace),
        json!({ "kind": kind.name, "enabled": enabled }),
    )
}
