//! The settings of the workspace: administrators change them, everybody reads them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;

use super::settings::{self, Tab};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageWorkspace, Read};
use crate::corridor::caller::{Caller, Workspace};
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{Field, select};
use crate::corridor::request::{Care, Posted};
use crate::people::api::input::WorkspaceChange;
use crate::people::api::workspace::{change_workspace, refresh_numbers};
use crate::text::people as text;
use mainstay_rules::permission::Deed;

#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct WorkspaceForm {
    name: String,
    zone: String,
    fiscal_year_start_month: String,
}

impl WorkspaceForm {
    fn of(workspace: &Workspace) -> Self {
        Self {
            name: workspace.name.clone(),
            zone: workspace.zone_name.clone(),
            fiscal_year_start_month: workspace.fiscal_year_start_month.to_string(),
        }
    }

    fn change(&self) -> WorkspaceChange {
        WorkspaceChange {
            name: Some(self.name.clone()),
            zone: Some(self.zone.clone()),
            fiscal_year_start_month: Some(self.fiscal_year_start_month.clone()),
        }
    }
}

/// `GET /w/{workspace}/settings`
pub async fn show(caller: Allowed<Read>) -> Response {
    if !caller.may(Deed::ManageWorkspace) {
        return settings::page(&caller, Tab::Workspace, text::workspace_closed(), None, &facts(&caller.workspace));
    }
    page(&caller, &WorkspaceForm::of(&caller.workspace), None)
}

fn page(caller: &Caller, form: &WorkspaceForm, fault: Option<&Fault>) -> Response {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let body = html! {
        form.form method="post" action=(caller.path("/settings")) {
            (frame::csrf(caller))
            (Field::text("name", text::workspace_name(), &form.name).kind("text", "organization").required()
                .hint(text::workspace_name_hint()).show(errors))
            div.pair {
                (Field::text("currency", text::currency(), caller.workspace.currency.code()).readonly()
                    .hint(text::currency_fixed()).show(&[]))
                (Field::text("zone", text::zone(), &form.zone).required().list("zones").show(errors))
                (select("fiscal_year_start_month", text::fiscal_year(), &text::months(), &form.fiscal_year_start_month, errors))
            }
            (text::zones())
            div.row { button.primary { (text::save_workspace()) } }
        }
    };
    settings::page(caller, Tab::Workspace, text::workspace_what(), fault, &body)
}

/// For those who may only read: no field that looks as if it could be changed.
fn facts(workspace: &Workspace) -> Markup {
    let number = workspace.fiscal_year_start_month.to_string();
    let month = text::months().into_iter().find(|(value, _)| *value == number).map_or("", |(_, words)| words);
    html! {
        dl.facts {
            div { dt { (text::workspace_name()) } dd { (workspace.name) } }
            div { dt { (text::currency()) } dd { (workspace.currency.code()) } }
            div { dt { (text::zone()) } dd { (workspace.zone_name) } }
            div { dt { (text::fiscal_year()) } dd { (month) } }
        }
    }
}

/// `POST /w/{workspace}/settings`
pub async fn save(
    State(app): State<App>,
    caller: Allowed<ManageWorkspace>,
    Posted(form): Posted<WorkspaceForm>,
) -> Result<Response, Fault> {
    let change = form.change();
    let done = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            change_workspace(tx, by, &change, &Care::default())
        })
        .await;
    match done {
        Ok(_) => {
            refresh_numbers(&app);
            Ok(see_other(&caller.path("/settings")))
        }
        Err(fault) if fault.problem == Problem::Invalid => Ok(page(&caller, &form, Some(&fault))),
        Err(fault) => Err(fault),
    }
}
