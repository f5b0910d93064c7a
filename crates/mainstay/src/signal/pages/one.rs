//! One signal: what it is called, its levels that are watched, and the form that watches another.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use mainstay_db::Scope;
use mainstay_rules::limits::{NAME_CHARS_MAX, SIGNAL_UNIT_CHARS_MAX};
use mainstay_rules::problem::Problem;
use mainstay_rules::signal::Direction;
use maud::{Markup, html};
use serde::Deserialize;

use super::threshold::{self, ThresholdForm};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageSignals};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{Field, select};
use crate::corridor::request::Posted;
use crate::people::pages::settings::{self, Tab};
use crate::signal::api::series::{SignalPatch, recent};
use crate::signal::store::{self, Signal};
use crate::text::signal as text;

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignalForm {
    title: String,
    unit: String,
    direction: String,
}

/// What is shown again, and why.
#[derive(Default)]
pub(super) struct Typed<'a> {
    pub signal: Option<&'a SignalForm>,
    pub threshold: Option<&'a ThresholdForm>,
    pub fault: Option<&'a Fault>,
}

/// `GET /w/{workspace}/settings/signals/{signal}`
pub async fn show(
    State(app): State<App>,
    caller: Allowed<ManageSignals>,
    Path((_, name)): Path<(String, String)>,
) -> Result<Response, Fault> {
    page(&app, &caller, &name, &Typed::default()).await
}

/// The address of a signal's page.
pub(super) fn address(name: &str) -> String {
    format!("/settings/signals/{name}")
}

pub(super) async fn page(app: &App, caller: &Caller, name: &str, typed: &Typed<'_>) -> Result<Response, Fault> {
    let (workspace, since, asked) = (caller.workspace.id, recent(caller.today(app)), name.to_owned());
    let (found, mut thresholds) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok::<_, Fault>((store::signal(tx, workspace, &asked, since)?, store::thresholds(tx, workspace)?))
        })
        .await?;
    let signal = found.ok_or_else(Fault::not_found)?;
    thresholds.retain(|one| one.terms.what.signal == signal.name);
    let body = html! {
        p { a href=(caller.path("/settings/signals")) { (text::back_to_signals()) } }
        h2 { code { (signal.name) } }
        (words_form(caller, &signal, typed))
        section.section aria-labelledby="watched-head" {
            h2 #watched-head { (text::watched()) }
            @if thresholds.is_empty() { p.soft { (text::nothing_watched_of_it()) } }
            @else { (threshold::table(caller, &thresholds, false)) }
        }
        (threshold::form(caller, &signal, typed))
    };
    Ok(settings::page(caller, Tab::Signals, text::signals_what(), typed.fault, &body))
}

fn words_form(caller: &Caller, signal: &Signal, typed: &Typed<'_>) -> Markup {
    let stored = SignalForm {
        title: signal.title.clone(),
        unit: signal.unit.clone(),
        direction: signal.direction.as_str().to_owned(),
    };
    let form = typed.signal.unwrap_or(&stored);
    let errors = typed.fault.filter(|_| typed.signal.is_some()).map_or(&[][..], |fault| &fault.errors);
    let directions: Vec<(&str, &str)> =
        Direction::ALL.iter().map(|one| (one.as_str(), text::direction(*one))).collect();
    html! {
        form.form method="post" action=(caller.path(&address(&signal.name))) {
            (frame::csrf(caller))
            div.pair {
                (Field::text("title", text::title_head(), &form.title).max(NAME_CHARS_MAX).hint(text::title_hint()).show(errors))
                (Field::text("unit", text::unit(), &form.unit).max(SIGNAL_UNIT_CHARS_MAX).hint(text::unit_hint()).show(errors))
            }
            (select("direction", text::direction_head(), &directions, &form.direction, errors))
            div.row { button { (text::save()) } }
        }
    }
}

/// `POST /w/{workspace}/settings/signals/{signal}`
pub async fn change(
    State(app): State<App>,
    caller: Allowed<ManageSignals>,
    Path((_, name)): Path<(String, String)>,
    Posted(form): Posted<SignalForm>,
) -> Result<Response, Fault> {
    let sent = SignalPatch {
        title: Some(form.title.clone()),
        unit: Some(form.unit.clone()),
        direction: Some(form.direction.clone()),
    };
    let named = name.clone();
    let changed = match sent.check() {
        Ok(change) => {
            app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
                let (workspace, since) = (by.workspace.id, recent(by.today()));
                store::signal(tx, workspace, &named, since)?.ok_or_else(Fault::not_found)?;
                store::change_signal(tx, by, &named, &change)
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    match changed {
        Ok(()) => Ok(see_other(&caller.path(&address(&name)))),
        Err(fault) if fault.problem == Problem::Invalid => {
            page(&app, &caller, &name, &Typed { signal: Some(&form), threshold: None, fault: Some(&fault) }).await
        }
        Err(fault) => Err(fault),
    }
}
