//! Settings, Jobs: what is due, running, failed and parked, when things happen, and the holidays.

pub mod holiday;
pub mod schedule;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use mainstay_db::Scope;
use mainstay_rules::job::State as JobState;
use maud::{Markup, html};
use serde::Deserialize;

use super::api::{self, JobQuery};
use super::store::{self, Holiday, Job, Planned};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageJobs, Readable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::see_other;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::Posted;
use crate::people::pages::settings::{self, Tab};
use crate::text::job as text;

/// Jobs on one page of the list.
const SHOWN: &str = "25";

/// What the page shows.
struct Look {
    jobs: List<Job>,
    counts: Vec<(JobState, i64)>,
    planned: Vec<Planned>,
    holidays: Vec<Holiday>,
    query: JobQuery,
}

async fn look(app: &App, caller: &Caller, query: JobQuery, cursor: Option<String>) -> Result<Look, Fault> {
    let workspace = caller.workspace.id;
    let paging = Paging { limit: Some(SHOWN.to_owned()), cursor };
    Ok(Look {
        jobs: api::page(app, caller, query.filter()?, &paging).await?,
        counts: app.db.read(Scope::Workspace(workspace), move |tx| store::count_by_state(tx, workspace)).await?,
        planned: api::schedule::of_all(app, caller).await?,
        holidays: api::holiday::of_all(app, caller).await?,
        query,
    })
}

#[derive(Deserialize)]
pub struct Nothing {}

/// `GET /w/{workspace}/settings/jobs`
pub async fn show(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Query(query): Query<JobQuery>,
    Query(paging): Query<Paging>,
) -> Result<Response, Fault> {
    let look = look(&app, &caller, query, paging.cursor).await?;
    Ok(page(&app, &caller, &look, &holiday::HolidayForm::default(), None))
}

/// `POST /w/{workspace}/settings/jobs/{job}/retry`
pub async fn retry(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    job: Readable<Job>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = job.id;
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| store::retry(tx, by, id)).await?;
    Ok(see_other(&caller.path("/settings/jobs")))
}

fn page(app: &App, caller: &Caller, look: &Look, form: &holiday::HolidayForm, fault: Option<&Fault>) -> Response {
    let body = html! {
        section.section aria-labelledby="jobs" {
            h2 #jobs { (text::jobs_head()) }
            (filters(caller, look))
            (table(app, caller, look))
        }
        section.section aria-labelledby="schedules" {
            h2 #schedules { (text::schedules()) }
            (schedule::table(app, caller, &look.planned))
        }
        (holiday::section(caller, &look.holidays, form, fault))
    };
    settings::page(caller, Tab::Jobs, text::jobs_what(), fault, &body)
}

fn filters(caller: &Caller, look: &Look) -> Markup {
    let chosen = look.query.state.as_deref().unwrap_or_default();
    let all: i64 = look.counts.iter().map(|(_, count)| count).sum();
    let count = |state| look.counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
    html! {
        nav.filters aria-label=(text::filter_label()) {
            a.chip href=(caller.path("/settings/jobs")) aria-current=[chosen.is_empty().then_some("true")] { (text::all()) " " (all) }
            @for state in JobState::ALL {
                a.chip href=(caller.path(&format!("/settings/jobs?state={}", state.as_str())))
                    aria-current=[(chosen == state.as_str()).then_some("true")] { (text::state(state)) " " (count(state)) }
            }
        }
    }
}

fn table(app: &App, caller: &Caller, look: &Look) -> Markup {
    let is_first = look.query.state.as_deref().unwrap_or_default().is_empty();
    html! {
        @if look.jobs.data.is_empty() { p.soft { @if is_first { (text::no_jobs()) } @else { (text::none_in_state()) } } }
        @else {
            div.table-box { table.table {
                thead { tr {
                    th scope="col" { (text::what()) }
                    th scope="col" { (text::due()) }
                    th scope="col" { (text::state_head()) }
                    th scope="col" { (text::why()) }
                    th scope="col" { span.sr { (text::actions()) } }
                } }
                tbody { @for job in &look.jobs.data { (row(app, caller, job)) } }
            } }
        }
        @if let Some(next) = &look.jobs.next_cursor {
            @let state = look.query.state.as_deref().unwrap_or_default();
            nav.pager aria-label=(text::pages()) {
                a href=(caller.path(&format!("/settings/jobs?state={state}&cursor={next}"))) { (text::older()) }
            }
        }
    }
}

fn row(app: &App, caller: &Caller, job: &Job) -> Markup {
    let title = api::title(app.jobs, &job.kind);
    html! {
        tr {
            th scope="row" { (title) }
            td.nowrap { (settings::moment(caller, job.due_at)) br; span.soft { (text::about(&job.key)) } }
            td.nowrap { span.tag { (text::state(job.state)) } }
            td.why { (how_it_went(caller, job)) }
            td.actions {
                @if job.state.may_retry() {
                    (settings::row_button(caller, &format!("/settings/jobs/{}/retry", job.id), "small", text::retry(), &title))
                }
            }
        }
    }
}

fn how_it_went(caller: &Caller, job: &Job) -> Markup {
    html! {
        @match job.state {
            JobState::Done => @if let Some(at) = job.finished_at { span.soft { (text::finished()) " " (settings::moment(caller, at)) } },
            JobState::Failed => span.soft { (text::tries(job.attempts)) ", " (text::next_try()) " " (settings::moment(caller, job.next_try_at)) },
            _ => @if job.attempts > 0 { span.soft { (text::tries(job.attempts)) } },
        }
        @if let Some(problem) = &job.problem { p { (problem) } }
    }
}
