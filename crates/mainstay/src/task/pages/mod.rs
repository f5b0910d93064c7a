//! Pages of tasks: a person's day, a new task, one task, and the forms that turn it.

mod form;
mod question;
mod row;
mod today;

pub use form::{TaskForm, add, new, save, show};
pub use question::{MovedForm, moved};
pub use row::{Beside, Row, row, type_tag};
pub use today::{LIVE_KINDS, fragment, tasks_of, today, with_steps};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mainstay_rules::task::Turn;
use maud::{Markup, html};
use serde::Deserialize;

use super::store::{self, Task, expect_version};
use crate::app::App;
use crate::corridor::access::Writable;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, own_path};
use crate::corridor::request::{CSRF_HEADER, Care, Posted};

/// Where a form came from: the browser goes back there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    pub back: String,
}

/// The field that says where a form came from.
fn back_field(back: &str) -> Markup {
    html! { input type="hidden" name="back" value=(back); }
}

/// After a form was done: scripts renew what they show, browsers read the page anew.
fn done_with(caller: &Caller, headers: &HeaderMap, back: &str) -> Response {
    if headers.contains_key(CSRF_HEADER) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let back = own_path(back);
    frame::see_other(&if back == "/" { caller.path("/today") } else { back.to_owned() })
}

async fn turned(app: &App, task: &Writable<Task>, turn: Turn) -> Result<(), Fault> {
    let (id, caller) = (task.id, &task.caller);
    app.verb(caller.workspace.clone(), Some(caller.user), move |tx, by| {
        let before = expect_version(tx, by, id, &Care::default())?;
        store::turn(tx, by, &before, turn)
    })
    .await
}

/// `POST /w/{workspace}/tasks/{task}/done`
pub async fn done(
    State(app): State<App>,
    task: Writable<Task>,
    headers: HeaderMap,
    Posted(form): Posted<Back>,
) -> Result<Response, Fault> {
    turned(&app, &task, Turn::Done).await?;
    Ok(done_with(&task.caller, &headers, &form.back))
}

/// `POST /w/{workspace}/tasks/{task}/drop`
pub async fn drop_task(
    State(app): State<App>,
    task: Writable<Task>,
    headers: HeaderMap,
    Posted(form): Posted<Back>,
) -> Result<Response, Fault> {
    turned(&app, &task, Turn::Drop).await?;
    Ok(done_with(&task.caller, &headers, &form.back))
}

/// `POST /w/{workspace}/tasks/{task}/reopen`
pub async fn reopen(
    State(app): State<App>,
    task: Writable<Task>,
    headers: HeaderMap,
    Posted(form): Posted<Back>,
) -> Result<Response, Fault> {
    turned(&app, &task, Turn::Reopen).await?;
    Ok(done_with(&task.caller, &headers, &form.back))
}
