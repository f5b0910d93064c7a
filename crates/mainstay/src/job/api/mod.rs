//! Machine work over the wire: what is due, running, failed or parked, and why; administrators have it tried again.

pub mod holiday;
pub mod schedule;

use axum::extract::{Query, State};
use mainstay_db::Scope;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::job::State as JobState;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store::{self, Job, JobFilter, Place};
use super::{Kinds, kind};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageJobs, Readable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::Bare;

#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobOut {
    pub id: Uuid,
    #[schema(example = "housekeeping")]
    pub kind: String,
    /// What the kind does, in words.
    pub title: String,
    /// The cut-off of a scheduled job, or the word by which a timer was set.
    #[schema(example = "2026-11-30")]
    pub key: String,
    /// The day that the work is about, however late it is done.
    #[schema(value_type = String, format = Date)]
    pub due_on: jiff::civil::Date,
    /// Not before this.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: jiff::Timestamp,
    /// `due`, `running`, `failed` (is tried again by itself), `parked` (waits for a person) or `done`.
    #[schema(example = "parked")]
    pub state: &'static str,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried again; null unless it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_try_at: Option<jiff::Timestamp>,
    /// Why the last try failed.
    pub problem: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<jiff::Timestamp>,
}

impl JobOut {
    pub fn of(job: &Job, kinds: Kinds) -> Self {
        let waits = matches!(job.state, JobState::Due | JobState::Failed);
        Self {
            id: job.id,
            kind: job.kind.clone(),
            title: title(kinds, &job.kind),
            key: job.key.clone(),
            due_on: job.due_on,
            due_at: job.due_at,
            state: job.state.as_str(),
            attempts: job.attempts,
            next_try_at: waits.then_some(job.next_try_at),
            problem: job.problem.clone(),
            finished_at: job.finished_at,
        }
    }
}

/// A kind that this version does not know has its name only.
pub fn title(kinds: Kinds, name: &str) -> String {
    kind(kinds, name).map_or_else(|| name.to_owned(), |kind| (kind.title)().to_owned())
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// `due`, `running`, `failed`, `parked` or `done`.
    #[param(example = "parked")]
    pub state: Option<String>,
    pub kind: Option<String>,
}

impl JobQuery {
    pub fn filter(&self) -> Result<JobFilter, Fault> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let state = given(&self.state).map(|word| {
            let message = "The state is one of due, running, failed, parked, done";
            JobState::parse(&word).ok_or_else(|| FieldError::new("/state", FieldCode::Unknown, message))
        });
        Ok(JobFilter { state: state.transpose()?, kind: given(&self.kind) })
    }
}

/// One page of the jobs that the query asks for.
pub async fn page(app: &App, caller: &Caller, filter: JobFilter, paging: &Paging) -> Result<List<Job>, Fault> {
    let (workspace, limit, after) = (caller.workspace.id, paging.limit()?, paging.after::<Place>()?);
    let read = move |tx: &mut mainstay_db::Tx<'_>| store::list_jobs(tx, workspace, &filter, after, limit);
    let jobs = app.db.read(Scope::Workspace(workspace), read).await?;
    List::page(jobs, limit, |job: &Job| Place { due_at: job.due_at, id: job.id })
}

/// The workspace's jobs, the newest due time first. What was done is kept for 90 days.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "job", params(JobQuery, Paging),
    responses((status = 200, body = List<JobOut>)))]
pub async fn list(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Query(query): Query<JobQuery>,
    Query(paging): Query<Paging>,
) -> Result<Answer, Fault> {
    let List { data, next_cursor } = page(&app, &caller, query.filter()?, &paging).await?;
    Answer::ok(&List { data: data.iter().map(|job| JobOut::of(job, app.jobs)).collect(), next_cursor })
}

/// One job.
#[utoipa::path(get, path = "/api/v1/jobs/{job}", tag = "job", params(("job" = Uuid, Path)),
    responses((status = 200, body = JobOut)))]
pub async fn show(State(app): State<App>, _: Allowed<ManageJobs>, job: Readable<Job>) -> Result<Answer, Fault> {
    Answer::ok(&JobOut::of(&job, app.jobs))
}

/// Has a failed or parked job tried at once, with all its tries anew.
#[utoipa::path(post, path = "/api/v1/jobs/{job}/retry", tag = "job", params(("job" = Uuid, Path)),
    responses((status = 200, body = JobOut)))]
pub async fn retry(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    job: Readable<Job>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (id, kinds) = (job.id, app.jobs);
    app.commit(&caller, care, move |tx, by| Answer::ok(&JobOut::of(&store::retry(tx, by, id)?, kinds))).await
}
