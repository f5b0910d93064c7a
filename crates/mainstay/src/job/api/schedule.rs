//! When each kind of machine work happens, over the wire.

use axum::extract::{Path, State};
use jiff::tz::TimeZone;
use mainstay_db::Scope;
use mainstay_rules::schedule::{Schedule, ScheduleText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::title;
use crate::app::App;
use crate::corridor::access::{Allowed, ManageJobs};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::Sent;
use crate::job::store::{self, Planned};
use crate::job::{Kinds, kind};

/// Which fields belong to which `every` says `docs/how-to/add-a-job.md`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Schedule)]
pub struct ScheduleBody {
    /// `day`, `week`, `month_day`, `month_weekday`, `month_business_day` or `business_days`.
    #[schema(example = "week")]
    pub every: String,
    /// For `week` one or more, for `month_weekday` exactly one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["monday"]))]
    pub weekdays: Vec<String>,
    /// For `month_day`: 1 to 31, or -1 for the last. A month without that day takes its last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<i64>,
    /// For `month_weekday` 1 to 5, for `month_business_day` 1 to 20, or -1 for the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<i64>,
    /// For `business_days`: every so many, 1 to 260.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// For `business_days`: counted from the first one on or after this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The time of day, `HH:MM`.
    #[schema(example = "07:00")]
    pub at: String,
    /// Left out: the workspace's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Madrid")]
    pub zone: Option<String>,
    /// The day that the work is about: `same_day` (also when left out) or `day_before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutoff: Option<String>,
}

impl ScheduleBody {
    fn of(schedule: &Schedule) -> Self {
        let ScheduleText { every, weekdays, day, nth, count, from, at, zone, cutoff } = schedule.into();
        Self { every, weekdays, day, nth, count, from, at, zone, cutoff }
    }

    pub fn text(self) -> ScheduleText {
        let Self { every, weekdays, day, nth, count, from, at, zone, cutoff } = self;
        ScheduleText { every, weekdays, day, nth, count, from, at, zone, cutoff }
    }
}

/// A schedule that this server can keep: its zone is known here.
pub fn check(text: &ScheduleText) -> Result<Schedule, Fault> {
    text.check(|zone| TimeZone::get(zone).is_ok()).map_err(Fault::invalid)
}

#[derive(Serialize, ToSchema)]
#[schema(as = NextDue)]
pub struct NextOut {
    /// The day that it will be about.
    #[schema(value_type = String, format = Date)]
    pub on: jiff::civil::Date,
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JobSchedule)]
pub struct ScheduleOut {
    #[schema(example = "housekeeping")]
    pub kind: &'static str,
    /// What the kind does, in words.
    pub title: String,
    pub enabled: bool,
    pub schedule: ScheduleBody,
    /// Null when it is switched off, or its calendar has no further day.
    pub next: Option<NextOut>,
}

impl ScheduleOut {
    fn of(planned: &Planned, kinds: Kinds) -> Self {
        Self {
            kind: planned.kind,
            title: title(kinds, planned.kind),
            enabled: planned.enabled,
            schedule: ScheduleBody::of(&planned.schedule),
            next: planned.next.map(|due| NextOut { on: due.on, at: due.at }),
        }
    }
}

/// The schedule of one kind, as it is in the caller's workspace.
pub async fn of_kind(app: &App, caller: &Caller, name: String) -> Result<Planned, Fault> {
    let (workspace, kinds, now) = (caller.workspace.clone(), app.jobs, app.source.now());
    let scope = Scope::Workspace(workspace.id);
    let found = app.db.read(scope, move |tx| store::schedule(tx, kinds, &workspace, &name, now)).await?;
    found.ok_or_else(Fault::not_found)
}

/// All of them.
pub async fn of_all(app: &App, caller: &Caller) -> Result<Vec<Planned>, Fault> {
    let (workspace, kinds, now) = (caller.workspace.clone(), app.jobs, app.source.now());
    app.db.read(Scope::Workspace(workspace.id), move |tx| store::schedules(tx, kinds, &workspace, now)).await
}

/// When each kind of machine work happens in the workspace; all of them fit one page.
#[utoipa::path(get, path = "/api/v1/job-schedules", tag = "job", responses((status = 200, body = List<ScheduleOut>)))]
pub async fn list(State(app): State<App>, caller: Allowed<ManageJobs>) -> Result<Answer, Fault> {
    let planned = of_all(&app, &caller).await?;
    let data = planned.iter().map(|planned| ScheduleOut::of(planned, app.jobs)).collect();
    Answer::ok(&List { data, next_cursor: None })
}

/// When one kind of machine work happens.
#[utoipa::path(get, path = "/api/v1/job-schedules/{kind}", tag = "job", params(("kind" = String, Path)),
    responses((status = 200, body = ScheduleOut)))]
pub async fn show(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Path(name): Path<String>,
) -> Result<Answer, Fault> {
    let planned = of_kind(&app, &caller, name).await?;
    Ok(Answer::ok(&ScheduleOut::of(&planned, app.jobs))?.version(planned.version))
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewJobSchedule)]
pub struct ScheduleIn {
    /// Left out: true.
    pub enabled: Option<bool>,
    pub schedule: ScheduleBody,
}

/// From now on by other times; what the old ones had not made due yet is left out.
#[utoipa::path(put, path = "/api/v1/job-schedules/{kind}", tag = "job", params(("kind" = String, Path)),
    request_body = ScheduleIn, responses((status = 200, body = ScheduleOut)))]
pub async fn put(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Path(name): Path<String>,
    Sent(sent, care): Sent<ScheduleIn>,
) -> Result<Answer, Fault> {
    let kind = kind(app.jobs, &name).filter(|kind| kind.schedule.is_some()).ok_or_else(Fault::not_found)?;
    let schedule = check(&sent.schedule.text()).map_err(|fault| fault.below("/schedule"))?;
    let (enabled, kinds, known) = (sent.enabled.unwrap_or(true), app.jobs, care.clone());
    app.commit(&caller, care, move |tx, by| {
        tx.lock(&[by.workspace.id])?;
        let read =
            |tx: &mut _| store::schedule(tx, kinds, &by.workspace, kind.name, by.at)?.ok_or_else(Fault::not_found);
        known.expect(read(tx)?.version)?;
        store::set_schedule(tx, by, kind, &schedule, enabled)?;
        let planned = read(tx)?;
        Ok(Answer::ok(&ScheduleOut::of(&planned, kinds))?.version(planned.version))
    })
    .await
}
