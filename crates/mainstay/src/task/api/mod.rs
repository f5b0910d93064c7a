//! Tasks over the wire: the list, one task, its making, its changes and its end.

mod shape;
mod verbs;

pub use shape::{MovedIn, TaskIn, TaskOut};
pub use verbs::{Wish, about_gap, make};

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{FieldCode, FieldError, optional_date};
use mainstay_rules::task::{Status, TaskEdit, Turn};
use serde::Deserialize;
use uuid::Uuid;

use super::store::{self, Place, Task, Wanted, expect_version};
use crate::account::api::{Tagged, tagged};
use crate::app::App;
use crate::corridor::access::{AddTask, Allowed, Read, Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::{Bare, Sent};
use crate::corridor::verb::By;

/// What the list is asked for.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TasksAsked {
    /// A user's id, or `me`.
    #[param(example = "me")]
    pub owner: Option<String>,
    /// An account's id.
    pub account: Option<String>,
    /// `open`, `done` or `dropped`; all of them when left out.
    #[param(example = "open")]
    pub status: Option<String>,
    /// Due earlier than this day.
    #[param(example = "2026-12-04")]
    pub due_before: Option<String>,
    /// How many, 1 to 200.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl TasksAsked {
    fn wanted(&self, caller: &Caller) -> Result<Wanted, Fault> {
        let owner = match self.owner.as_deref() {
            Some("me") => Some(caller.user),
            other => id_of("/owner", other)?,
        };
        let status = self.status.as_deref().map(status_of).transpose()?;
        let due_before: Option<Date> = optional_date("/due_before", self.due_before.as_deref().unwrap_or_default())?;
        Ok(Wanted { owner, account: id_of("/account", self.account.as_deref())?, status, due_before })
    }

    fn paging(&self) -> Paging {
        Paging { limit: self.limit.clone(), cursor: self.cursor.clone() }
    }
}

fn id_of(pointer: &str, text: Option<&str>) -> Result<Option<Uuid>, Fault> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let bad = |_| FieldError::new(pointer, FieldCode::Invalid, "This is not an id; copy it from an answer of the API");
    Ok(Some(Uuid::parse_str(text).map_err(bad)?))
}

fn status_of(word: &str) -> Result<Status, Fault> {
    Status::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
        Fault::field(FieldError::new("/status", FieldCode::Unknown, format!("status is one of {}", words.join(", "))))
    })
}

/// The tasks that you may see, by date; those without a date come last.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "tasks", params(TasksAsked),
    responses((status = 200, body = List<TaskOut>)))]
pub async fn list_tasks(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<TasksAsked>,
) -> Result<Json<List<TaskOut>>, Fault> {
    let (wanted, limit) = (asked.wanted(&caller)?, asked.paging().limit()?);
    let after: Option<Place> = asked.paging().after()?;
    let (workspace, viewer) = (caller.workspace.id, caller.user);
    let found = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            store::list(tx, workspace, viewer, &wanted, after.as_ref(), limit + 1)
        })
        .await?;
    let List { data, next_cursor } = List::page(found, limit, Place::of)?;
    Ok(Json(List { data: data.iter().map(TaskOut::of).collect(), next_cursor }))
}

/// Writes a task down. With `source` `gap` it is about the account's gap, whose step and score are noted.
#[utoipa::path(post, path = "/api/v1/tasks", tag = "tasks", request_body = TaskIn,
    responses((status = 201, body = TaskOut)))]
pub async fn add_task(
    State(app): State<App>,
    caller: Allowed<AddTask>,
    Sent(sent, care): Sent<TaskIn>,
) -> Result<Answer, Fault> {
    let wish = sent.wish()?;
    let who = caller.into_caller();
    let acting = who.clone();
    app.commit(&who, care, move |tx, by| {
        let id = make(tx, by, &acting, &wish)?;
        answer(tx, by, id, StatusCode::CREATED)
    })
    .await
}

/// One task.
#[utoipa::path(get, path = "/api/v1/tasks/{task}", tag = "tasks", params(("task" = Uuid, Path)),
    responses((status = 200, body = TaskOut)))]
pub async fn get_task(task: Readable<Task>) -> Result<Tagged<TaskOut>, Fault> {
    Ok(tagged(task.version, TaskOut::of(&task)))
}

/// Changes the fields that are sent. What a task is about does not change.
#[utoipa::path(patch, path = "/api/v1/tasks/{task}", tag = "tasks", params(("task" = Uuid, Path)),
    request_body = TaskIn, responses((status = 200, body = TaskOut)))]
pub async fn edit_task(
    State(app): State<App>,
    task: Writable<Task>,
    Sent(sent, care): Sent<TaskIn>,
) -> Result<Answer, Fault> {
    let (id, owner) = (task.id, sent.owner);
    let edit = TaskEdit::check(&sent.edit_input()?).map_err(shape::on_the_wire)?;
    app.commit(&task.caller, care.clone(), move |tx, by| {
        let before = expect_version(tx, by, id, &care)?;
        store::edit(tx, by, &before, &edit, owner)?;
        answer(tx, by, id, StatusCode::OK)
    })
    .await
}

/// Says that it is done and, when it was to lift a score, whether the score has moved. Sent again, it adds the answer.
#[utoipa::path(post, path = "/api/v1/tasks/{task}/done", tag = "tasks", params(("task" = Uuid, Path)),
    request_body = MovedIn, responses((status = 200, body = TaskOut)))]
pub async fn post_done(
    State(app): State<App>,
    task: Writable<Task>,
    Sent(sent, care): Sent<MovedIn>,
) -> Result<Answer, Fault> {
    let id = task.id;
    app.commit(&task.caller, care.clone(), move |tx, by| {
        let before = expect_version(tx, by, id, &care)?;
        store::turn(tx, by, &before, Turn::Done)?;
        if let Some(moved) = sent.moved {
            let now = crate::app::step_now(tx, by.workspace.id, &before)?.and_then(|step| step.score);
            store::answer_moved(tx, by, id, moved, now)?;
        }
        answer(tx, by, id, StatusCode::OK)
    })
    .await
}

/// Gives it up without doing it.
#[utoipa::path(post, path = "/api/v1/tasks/{task}/drop", tag = "tasks", params(("task" = Uuid, Path)),
    responses((status = 200, body = TaskOut)))]
pub async fn post_drop(State(app): State<App>, task: Writable<Task>, Bare(care): Bare) -> Result<Answer, Fault> {
    let id = task.id;
    app.commit(&task.caller, care.clone(), move |tx, by| {
        let before = expect_version(tx, by, id, &care)?;
        store::turn(tx, by, &before, Turn::Drop)?;
        answer(tx, by, id, StatusCode::OK)
    })
    .await
}

/// Opens it again.
#[utoipa::path(post, path = "/api/v1/tasks/{task}/reopen", tag = "tasks", params(("task" = Uuid, Path)),
    responses((status = 200, body = TaskOut)))]
pub async fn post_reopen(State(app): State<App>, task: Writable<Task>, Bare(care): Bare) -> Result<Answer, Fault> {
    let id = task.id;
    app.commit(&task.caller, care.clone(), move |tx, by| {
        let before = expect_version(tx, by, id, &care)?;
        store::turn(tx, by, &before, Turn::Reopen)?;
        answer(tx, by, id, StatusCode::OK)
    })
    .await
}

/// The task as it is after the change.
fn answer(tx: &mut Tx<'_>, by: &By, id: Uuid, status: StatusCode) -> Result<Answer, Fault> {
    let user = by.user.unwrap_or_else(Uuid::nil);
    let task = store::task(tx, by.workspace.id, id, user)?.ok_or_else(Fault::not_found)?;
    let body = TaskOut::of(&task);
    let answer = match status {
        StatusCode::CREATED => Answer::created(format!("/api/v1/tasks/{id}"), &body)?,
        status => Answer::json(status, &body)?,
    };
    Ok(answer.version(task.version))
}
