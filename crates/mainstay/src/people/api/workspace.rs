//! The workspace over the wire.

use axum::extract::State;
use mainstay_db::{Scope, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::input::WorkspaceChange;
use crate::app::{self, App};
use crate::corridor::access::{Allowed, ManageWorkspace, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::request::{Care, Sent};
use crate::corridor::verb::By;
use crate::people::store;

#[derive(Serialize, ToSchema)]
#[schema(as = Workspace)]
pub struct WorkspaceOut {
    pub id: Uuid,
    /// Its part of the addresses of pages.
    pub slug: String,
    pub name: String,
    /// All money of the workspace is in it; it cannot be changed.
    #[schema(example = "EUR")]
    pub currency: &'static str,
    /// Days begin and end by it.
    #[schema(example = "Europe/Madrid")]
    pub zone: String,
    pub fiscal_year_start_month: i8,
}

impl WorkspaceOut {
    pub fn of(workspace: &Workspace) -> Self {
        Self {
            id: workspace.id,
            slug: workspace.slug.clone(),
            name: workspace.name.clone(),
            currency: workspace.currency.code(),
            zone: workspace.zone_name.clone(),
            fiscal_year_start_month: workspace.fiscal_year_start_month,
        }
    }
}

/// The workspace of the token, or the one that the mainstay-workspace header names.
#[utoipa::path(get, path = "/api/v1/workspace", tag = "workspace", responses((status = 200, body = WorkspaceOut)))]
pub async fn show(State(app): State<App>, caller: Allowed<Read>) -> Result<Answer, Fault> {
    let id = caller.workspace.id;
    let found = app.db.read(Scope::Workspace(id), move |tx| store::workspace(tx, id)).await?;
    let workspace = found.ok_or_else(Fault::not_found)?;
    Ok(Answer::ok(&WorkspaceOut::of(&workspace))?.version(workspace.version))
}

/// What is not named stays as it is.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WorkspaceChange)]
pub struct WorkspaceIn {
    pub name: Option<String>,
    #[schema(example = "Europe/Madrid")]
    pub zone: Option<String>,
    /// 1 to 12.
    pub fiscal_year_start_month: Option<i64>,
}

/// The one way to change the workspace, for the API and the page.
pub fn change_workspace(tx: &mut Tx<'_>, by: &By, change: &WorkspaceChange, care: &Care) -> Result<Workspace, Fault> {
    tx.lock(&[by.workspace.id])?;
    let now = store::workspace(tx, by.workspace.id)?.ok_or_else(Fault::not_found)?;
    care.expect(now.version)?;
    store::change_workspace(tx, by, &change.check(&now)?)
}

/// Numbers that depend on days and fiscal years are worked out anew at once, beside the answer.
pub fn refresh_numbers(app: &App) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(fault) = app::housekeep(&app).await {
            tracing::warn!(%fault, "the numbers of the new calendar come with the next housekeeping");
        }
    });
}

/// Changes name, time zone or the start of the fiscal year.
#[utoipa::path(patch, path = "/api/v1/workspace", tag = "workspace", request_body = WorkspaceIn,
    responses((status = 200, body = WorkspaceOut)))]
pub async fn change(
    State(app): State<App>,
    caller: Allowed<ManageWorkspace>,
    Sent(sent, care): Sent<WorkspaceIn>,
) -> Result<Answer, Fault> {
    let month = sent.fiscal_year_start_month.map(|month| month.to_string());
    let change = WorkspaceChange { name: sent.name, zone: sent.zone, fiscal_year_start_month: month };
    let known = care.clone();
    let answer = app
        .commit(&caller, care, move |tx, by| {
            let workspace = change_workspace(tx, by, &change, &known)?;
            Ok(Answer::ok(&WorkspaceOut::of(&workspace))?.version(workspace.version))
        })
        .await?;
    refresh_numbers(&app);
    Ok(answer)
}
