//! The holidays of the workspace: a list, a form to add one, a button to take one away.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;

use super::{Nothing, look, page};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageJobs};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::Field;
use crate::corridor::request::Posted;
use crate::job::api::JobQuery;
use crate::job::api::holiday::{check, day_of};
use crate::job::store::{self, Holiday};
use crate::people::pages::settings;
use crate::text::{frame as words, job as text};

#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct HolidayForm {
    day: String,
    name: String,
}

pub(super) fn section(caller: &Caller, holidays: &[Holiday], form: &HolidayForm, fault: Option<&Fault>) -> Markup {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    html! {
        section.section aria-labelledby="holidays" {
            h2 #holidays { (text::holidays()) }
            p.soft { (text::holidays_what()) }
            @if !holidays.is_empty() {
                div.table-box { table.table {
                    thead { tr {
                        th scope="col" { (text::day()) }
                        th scope="col" { (text::holiday_name()) }
                        th scope="col" { span.sr { (text::actions()) } }
                    } }
                    tbody { @for holiday in holidays { tr {
                        th.nowrap scope="row" { time datetime=(holiday.day) title=(words::long_day(holiday.day)) { (words::day(holiday.day)) } }
                        td { (holiday.name) }
                        td.actions {
                            (settings::row_button(caller, &format!("/settings/jobs/holidays/{}/remove", holiday.day), "small", text::remove(), &holiday.name))
                        }
                    } } }
                } }
            }
            form.form method="post" action=(caller.path("/settings/jobs/holidays")) {
                (frame::csrf(caller))
                div.pair {
                    (Field::text("day", text::day(), &form.day).kind("date", "off").required().show(errors))
                    (Field::text("name", text::holiday_name(), &form.name).required().hint(text::holiday_hint()).show(errors))
                }
                div.row { button { (text::add_holiday()) } }
            }
        }
    }
}

/// `POST /w/{workspace}/settings/jobs/holidays`
pub async fn add(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Posted(form): Posted<HolidayForm>,
) -> Result<Response, Fault> {
    match keep(&app, &caller, &form).await {
        Ok(()) => Ok(see_other(&caller.path("/settings/jobs#holidays"))),
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::Conflict) => {
            let look = look(&app, &caller, JobQuery::default(), None).await?;
            Ok(page(&app, &caller, &look, &form, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

async fn keep(app: &App, caller: &Caller, form: &HolidayForm) -> Result<(), Fault> {
    let holiday = check(&form.day, &form.name)?;
    let user = Some(caller.user);
    app.verb(Arc::clone(&caller.workspace), user, move |tx, by| store::add_holiday(tx, by, &holiday)).await
}

/// `POST /w/{workspace}/settings/jobs/holidays/{day}/remove`
pub async fn remove(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Path((_, day)): Path<(String, String)>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let day = day_of(&day)?;
    let user = Some(caller.user);
    app.verb(Arc::clone(&caller.workspace), user, move |tx, by| store::remove_holiday(tx, by, day)).await?;
    Ok(see_other(&caller.path("/settings/jobs#holidays")))
}
