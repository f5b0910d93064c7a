//! What whoever has done an action on a score is asked: has the score moved?

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mainstay_db::Tx;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::permission::writes_account;
use mainstay_rules::problem::Problem;
use mainstay_rules::score::Score;
use mainstay_rules::task::Question;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::row::Row;
use super::{back_field, done_with};
use crate::app::{self, App};
use crate::corridor::access::Writable;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
use crate::corridor::request::{Care, Posted};
use crate::corridor::verb::By;
use crate::task::StepNow;
use crate::task::store::{self, Task, expect_version};
use crate::text::task as text;

/// Characters of a score as a person types it.
const VALUE_CHARS_MAX: usize = 6;

/// The answer as a form sends it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MovedForm {
    moved: String,
    /// The new score; empty when it is recorded elsewhere, or by whoever may.
    value: String,
    back: String,
}

/// The question under a done task, for whoever may answer it.
pub fn question(view: &Row<'_>, task: &Task, now: &StepNow) -> Markup {
    let asked = Question { before: task.score, now: now.score };
    let scores = task.account.as_ref().is_some_and(|account| writes_account(view.caller.role, account.facts));
    let id = format!("moved-{}", task.id);
    html! {
        form.question method="post" action=(view.path(task, "/moved")) data-quiet {
            (frame::csrf(view.caller)) (back_field(view.back))
            p { (text::has_it_moved(&now.name, asked)) }
            div.row {
                @if scores && !asked.reads_otherwise() {
                    label.sr for=(id) { (text::new_score_of(&now.metric_name)) }
                    input id=(id) name="value" inputmode="decimal" autocomplete="off" required maxlength=(VALUE_CHARS_MAX) size="5"
                        placeholder="0–10" title=(text::new_score_of(&now.metric_name));
                    button.small.primary name="moved" value="yes" { (text::record_new()) span.sr { " " (text::about(&task.title)) } }
                } @else {
                    button.small name="moved" value="yes" { (text::has_moved()) span.sr { " " (text::about(&task.title)) } }
                }
                button.small.quiet name="moved" value="no" formnovalidate {
                    (if asked.reads_otherwise() { text::has_not_moved() } else { text::no_change() })
                    span.sr { " " (text::about(&task.title)) }
                }
            }
        }
    }
}

/// `POST /w/{workspace}/tasks/{task}/moved`
pub async fn moved(
    State(app): State<App>,
    task: Writable<Task>,
    headers: HeaderMap,
    Posted(form): Posted<MovedForm>,
) -> Result<Response, Fault> {
    let (has_moved, value) = form.check()?;
    let (id, acting) = (task.id, task.caller.clone());
    app.verb(task.caller.workspace.clone(), Some(task.caller.user), move |tx, by| {
        answer(tx, by, &acting, id, has_moved, value)
    })
    .await?;
    Ok(done_with(&task.caller, &headers, &form.back))
}

impl MovedForm {
    fn check(&self) -> Result<(bool, Option<Score>), Fault> {
        let has_moved = match self.moved.as_str() {
            "yes" => true,
            "no" => false,
            _ => {
                let message = "Say whether the score has moved: yes or no";
                return Err(Fault::field(FieldError::new("/moved", FieldCode::Required, message)));
            }
        };
        let value = Some(self.value.trim()).filter(|value| !value.is_empty() && has_moved);
        Ok((has_moved, value.map(Score::parse).transpose().map_err(|error| Fault::field(error.at("/value")))?))
    }
}

/// Keeps the answer; the new score that comes with it is recorded first, so that the answer's event tells both.
fn answer(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    id: Uuid,
    has_moved: bool,
    value: Option<Score>,
) -> Result<(), Fault> {
    let task = expect_version(tx, by, id, &Care::default())?;
    if let (Some(value), Some(account)) = (value, &task.account) {
        if !writes_account(caller.role, account.facts) {
            return Err(Fault::not_allowed("Only the account's pod, leaders and administrators record its scores."));
        }
        let step = app::step_now(tx, by.workspace.id, &task)?.ok_or_else(|| {
            Fault::new(Problem::Conflict, "The scorecard no longer has this step. Say only whether it has moved.")
        })?;
        app::record_score(tx, by, account.id, &step.metric, value)?;
        app::project(tx, by)?;
    }
    let now = app::step_now(tx, by.workspace.id, &task)?.and_then(|step| step.score);
    store::answer_moved(tx, by, id, has_moved, now)
}
