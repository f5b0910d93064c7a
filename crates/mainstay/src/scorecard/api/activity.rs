//! The checklist of a step as JSON: what is to be done before moving on, and what was.

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::problem::Problem;
use mainstay_rules::scorecard::Template;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::account::Account;
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::Sent;
use crate::corridor::verb::By;
use crate::scorecard::store::{self, Ticked};

/// An activity to tick.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityPut {
    /// The activity in the words of the template.
    #[schema(example = "Train the front desk")]
    pub activity: String,
    /// Whether it was done.
    pub done: bool,
}

/// The account and the step.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct StepAddress {
    pub account: Uuid,
    /// `step_1` to `step_5` or a step's key.
    #[param(example = "launched")]
    pub step: String,
}

/// One activity of a step.
#[derive(Serialize, ToSchema)]
#[schema(as = Activity)]
pub struct ActivityOut {
    pub step: String,
    pub activity: String,
    pub done: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    pub done_by: Option<String>,
}

fn out(template: &Template, ticked: &[Ticked]) -> List<ActivityOut> {
    let activities = template.steps.iter().flat_map(|step| step.activities.iter().map(move |words| (step, words)));
    let data = activities.map(|(step, words)| {
        let found = ticked.iter().find(|tick| tick.step == step.key && tick.activity == *words);
        ActivityOut {
            step: step.key.clone(),
            activity: words.clone(),
            done: found.is_some(),
            done_at: found.map(|tick| tick.done_at),
            done_by: found.map(|tick| tick.done_by.clone()).filter(|name| !name.is_empty()),
        }
    });
    List { data: data.collect(), next_cursor: None }
}

/// The activities of the account's scorecard, step by step.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/activities", tag = "scorecard",
    params(("account" = Uuid, Path)), responses((status = 200, body = List<ActivityOut>)))]
pub async fn list(State(app): State<App>, account: Readable<Account>) -> Result<Json<List<ActivityOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let read = app.db.read(Scope::Workspace(workspace), move |tx| {
        let template = store::template_of(tx, workspace, id)?;
        Ok::<_, Fault>(out(&template, &store::ticked(tx, workspace, id)?))
    });
    Ok(Json(read.await?))
}

/// Ticks an activity of a step, or takes the tick back.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/activities/{step}", tag = "scorecard", params(StepAddress),
    request_body = ActivityPut, responses((status = 200, body = List<ActivityOut>)))]
pub async fn put(
    State(app): State<App>,
    account: Writable<Account>,
    Path(address): Path<StepAddress>,
    Sent(sent, care): Sent<ActivityPut>,
) -> Result<Answer, Fault> {
    let id = account.id;
    let if_match = care.clone();
    app.commit(&account.caller, care, move |tx, by| {
        accounts::expect_version(tx, by, id, &if_match)?;
        tick(tx, by, id, &address.step, &sent)?;
        let template = store::template_of(tx, by.workspace.id, id)?;
        Answer::ok(&out(&template, &store::ticked(tx, by.workspace.id, id)?))
    })
    .await
}

/// What the page and the API do alike; the account is locked.
pub fn tick(tx: &mut Tx<'_>, by: &By, account: Uuid, step: &str, put: &ActivityPut) -> Result<(), Fault> {
    let template = store::template_of(tx, by.workspace.id, account)?;
    let found = template.metric(step).filter(|found| found.metric.is_none());
    let step = found.map(|found| found.step).ok_or_else(|| {
        let keys: Vec<&str> = template.steps.iter().map(|step| step.key.as_str()).collect();
        Fault::new(Problem::NotFound, format!("The steps of this account are {}.", keys.join(", ")))
    })?;
    if !step.activities.contains(&put.activity) {
        let message = format!("{} has no such activity; take its words from the scorecard's list", step.name);
        return Err(Fault::field(FieldError::new("/activity", FieldCode::Unknown, message)));
    }
    store::tick(tx, by, account, step, &put.activity, put.done)
}
