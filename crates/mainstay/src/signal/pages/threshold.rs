//! Levels that are watched: in a sentence each, with the form that adds one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::THRESHOLD_REST_DAYS;
use mainstay_rules::permission::Deed;
use mainstay_rules::problem::Problem;
use mainstay_rules::threshold::{Measure, Side};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::one::{Typed, address, page};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageSignals};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{Field, select};
use crate::corridor::request::Posted;
use crate::job::pages::Nothing;
use crate::people::pages::settings;
use crate::signal::api::threshold::ThresholdIn;
use crate::signal::store::{self, Signal, StoredThreshold};
use crate::text::signal as text;

/// Characters of a number as typed.
const NUMBER_CHARS_MAX: usize = 20;

/// What was typed; which of it counts is decided by the measure.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ThresholdForm {
    signal: String,
    measure: String,
    days: String,
    side: String,
    level: String,
    back_by: String,
    rest_days: String,
    type_1: String,
    type_2: String,
    type_3: String,
    type_4: String,
    fires_at_once: String,
}

impl ThresholdForm {
    fn types(&self) -> [(i64, &str, &str); 4] {
        [
            (1, "type_1", &self.type_1),
            (2, "type_2", &self.type_2),
            (3, "type_3", &self.type_3),
            (4, "type_4", &self.type_4),
        ]
    }

    fn sent(&self) -> Result<ThresholdIn, Fault> {
        let mut errors = Vec::new();
        let mut number = |pointer: &str, text: &str| {
            let text = text.trim();
            if text.is_empty() {
                return None;
            }
            Decimal::parse(text).map_err(|error| errors.push(error.at(pointer))).ok().map(Decimal::as_f64)
        };
        let (level, back_by) = (number("/level", &self.level), number("/back_by", &self.back_by));
        let mut days = |pointer: &str, text: &str| {
            let text = text.trim();
            if text.is_empty() {
                return None;
            }
            let message = "Write a number of days in figures";
            text.parse().map_err(|_| errors.push(FieldError::new(pointer, FieldCode::NotANumber, message))).ok()
        };
        let (window, rest_days) = (days("/days", &self.days), days("/rest_days", &self.rest_days));
        if !errors.is_empty() {
            return Err(Fault::invalid(errors));
        }
        let ticked = self.types().into_iter().filter(|(_, _, value)| !value.is_empty()).map(|(number, _, _)| number);
        Ok(ThresholdIn {
            signal: Some(self.signal.clone()),
            measure: Some(self.measure.clone()),
            days: window,
            side: Some(self.side.clone()),
            level,
            back_by,
            rest_days,
            account_types: Some(ticked.collect()),
            enabled: Some(true),
            fires_at_once: Some(!self.fires_at_once.is_empty()),
        })
    }
}

/// The levels in a table; `named` when they are of several signals.
pub(super) fn table(caller: &Caller, thresholds: &[StoredThreshold], named: bool) -> Markup {
    html! {
        div.table-box tabindex="0" role="group" aria-labelledby="watched-head" { table.table {
            thead { tr {
                @if named { th scope="col" { (text::signal()) } }
                th scope="col" { (text::fires_when()) }
                th scope="col" { (text::armed_again()) }
                th scope="col" { (text::of_types()) }
                th scope="col" { span.sr { (text::actions()) } }
            } }
            tbody { @for one in thresholds { (row(caller, one, named)) } }
        } }
    }
}

fn row(caller: &Caller, one: &StoredThreshold, named: bool) -> Markup {
    let terms = &one.terms;
    let fires = text::fires(terms.what.measure, terms.what.days, terms.rule.side, terms.rule.level);
    html! {
        tr {
            @if named { th.nowrap scope="row" { code { (terms.what.signal) } } }
            td { (fires) @if !terms.enabled { " " span.tag { (text::switched_off()) } } }
            td { (text::armed(terms.rule.back_by, terms.rule.rest_days)) }
            td { (text::types(&terms.types())) }
            td.actions {
                @if caller.may(Deed::ManageSignals) {
                    (settings::row_button(caller, &format!("/settings/thresholds/{}/remove", one.id), "small", text::remove(), &fires))
                }
            }
        }
    }
}

/// The form that watches another level of a signal.
pub(super) fn form(caller: &Caller, signal: &Signal, typed: &Typed<'_>) -> Markup {
    let fresh = ThresholdForm {
        measure: Measure::Last.as_str().to_owned(),
        side: Side::AtLeast.as_str().to_owned(),
        rest_days: THRESHOLD_REST_DAYS.to_string(),
        ..ThresholdForm::default()
    };
    let form = typed.threshold.unwrap_or(&fresh);
    let errors = typed.fault.filter(|_| typed.threshold.is_some()).map_or(&[][..], |fault| &fault.errors);
    let measures: Vec<(&str, &str)> = Measure::ALL.iter().map(|one| (one.as_str(), text::measure(*one))).collect();
    let sides: Vec<(&str, &str)> = Side::ALL.iter().map(|one| (one.as_str(), text::side(*one))).collect();
    html! {
        section.section aria-labelledby="watch-head" {
            h2 #watch-head { (text::watch()) }
            form.form method="post" action=(caller.path("/settings/thresholds")) {
                (frame::csrf(caller))
                input type="hidden" name="signal" value=(signal.name);
                div.pair {
                    (select("measure", text::measure_head(), &measures, &form.measure, errors))
                    (Field::text("days", text::days(), &form.days).max(NUMBER_CHARS_MAX).hint(text::days_hint()).show(errors))
                }
                div.pair {
                    (select("side", text::side_head(), &sides, &form.side, errors))
                    (Field::text("level", &text::level(&signal.unit), &form.level).required().max(NUMBER_CHARS_MAX).show(errors))
                }
                div.pair {
                    (Field::text("back_by", text::back_by(), &form.back_by).max(NUMBER_CHARS_MAX).hint(text::back_by_hint()).show(errors))
                    (Field::text("rest_days", text::rest_days(), &form.rest_days).max(NUMBER_CHARS_MAX).show(errors))
                }
                fieldset.checks { legend { (text::of_types()) }
                    @for (number, name, value) in form.types() {
                        label.check { input type="checkbox" name=(name) value="1" checked[!value.is_empty()]; (text::account_type(number)) }
                    }
                    p.hint { (text::types_hint()) }
                }
                label.check { input type="checkbox" name="fires_at_once" value="1" checked[!form.fires_at_once.is_empty()]; (text::fires_at_once()) }
                div.row { button.primary { (text::watch_now()) } }
            }
        }
    }
}

/// `POST /w/{workspace}/settings/thresholds`
pub async fn add_threshold(
    State(app): State<App>,
    caller: Allowed<ManageSignals>,
    Posted(form): Posted<ThresholdForm>,
) -> Result<Response, Fault> {
    let checked = form.sent().and_then(|sent| Ok((sent.check(None)?, sent.fires_at_once.unwrap_or(false))));
    let added = match checked {
        Ok((terms, at_once)) => {
            app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
                store::add_threshold(tx, by, &terms, at_once).map(drop)
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    match added {
        Ok(()) => {
            app.thresholds.notify_one();
            Ok(see_other(&caller.path(&address(&form.signal))))
        }
        Err(fault) if fault.problem == Problem::Invalid => {
            let typed = Typed { signal: None, threshold: Some(&form), fault: Some(&fault) };
            page(&app, &caller, &form.signal, &typed).await
        }
        Err(fault) => Err(fault),
    }
}

/// `POST /w/{workspace}/settings/thresholds/{threshold}/remove`
pub async fn remove_threshold(
    State(app): State<App>,
    caller: Allowed<ManageSignals>,
    Path((_, id)): Path<(String, Uuid)>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let removing = app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let before = store::threshold(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
        store::remove_threshold(tx, by, &before)?;
        Ok(before.terms.what.signal)
    });
    Ok(see_other(&caller.path(&address(&removing.await?))))
}
