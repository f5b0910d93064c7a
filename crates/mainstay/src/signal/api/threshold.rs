//! Thresholds as JSON: which levels of signals are watched.

use axum::Json;
use axum::extract::{Path, State};
use mainstay_db::Scope;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::field::{FieldCode, FieldError, keep};
use mainstay_rules::limits::{SIGNAL_WINDOW_DAYS_MAX, THRESHOLD_REST_DAYS, THRESHOLD_REST_DAYS_MAX};
use mainstay_rules::signal;
use mainstay_rules::threshold::{Measure, Side, Threshold, usual_margin};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::corridor::access::{Allowed, ManageSignals, Read, Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::signal::store::{self, StoredThreshold, ThresholdTerms, Windowed};

/// A level that is watched.
#[derive(Serialize, ToSchema)]
#[schema(as = Threshold)]
pub struct ThresholdOut {
    pub id: Uuid,
    pub signal: String,
    /// `last`, `sum`, `mean`, `count`, `distinct` or `change`.
    #[schema(example = "last")]
    pub measure: &'static str,
    /// How many days up to today are measured.
    pub days: i64,
    /// `at_least` or `at_most`.
    #[schema(example = "at_least")]
    pub side: &'static str,
    pub level: f64,
    /// How far back the number must be to be armed again.
    pub back_by: f64,
    /// Days after a crossing before there may be another.
    pub rest_days: i64,
    /// Empty: of accounts of every type.
    pub account_types: Vec<i64>,
    pub enabled: bool,
}

impl ThresholdOut {
    pub fn of(stored: &StoredThreshold) -> Self {
        let ThresholdTerms { what, rule, enabled, .. } = &stored.terms;
        Self {
            id: stored.id,
            signal: what.signal.clone(),
            measure: what.measure.as_str(),
            days: what.days,
            side: rule.side.as_str(),
            level: rule.level.as_f64(),
            back_by: rule.back_by.as_f64(),
            rest_days: rule.rest_days,
            account_types: stored.terms.types(),
            enabled: *enabled,
        }
    }
}

/// A threshold as it is sent. When it is changed, what is not named stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = NewThreshold)]
pub struct ThresholdIn {
    /// The name of the signal; it cannot be changed.
    #[schema(example = "seats_used")]
    pub signal: Option<String>,
    /// `last`, `sum`, `mean`, `count`, `distinct` or `change`.
    #[schema(example = "last")]
    pub measure: Option<String>,
    /// 1 to 400; 1 when left out. The newest number does not look at it.
    pub days: Option<i64>,
    /// `at_least` or `at_most`.
    #[schema(example = "at_least")]
    pub side: Option<String>,
    #[schema(example = 85)]
    pub level: Option<f64>,
    /// A twentieth of the level when left out.
    pub back_by: Option<f64>,
    /// 30 when left out.
    pub rest_days: Option<i64>,
    /// 1 to 4; left out or empty: all.
    pub account_types: Option<Vec<i64>>,
    pub enabled: Option<bool>,
    /// Only when it is made: also for accounts that are beyond the level already.
    pub fires_at_once: Option<bool>,
}

impl ThresholdIn {
    /// What it becomes of what is there; of nothing when it is made.
    pub fn check(&self, before: Option<&ThresholdTerms>) -> Result<ThresholdTerms, Fault> {
        let mut errors = Vec::new();
        let signal = keep(self.signal_of(before), &mut errors);
        let measure = keep(
            word("/measure", self.measure.as_deref(), before.map(|old| old.what.measure), Measure::parse),
            &mut errors,
        );
        let side = keep(word("/side", self.side.as_deref(), before.map(|old| old.rule.side), Side::parse), &mut errors);
        let level = keep(number("/level", self.level, before.map(|old| old.rule.level)), &mut errors);
        let usual = before.map(|old| old.rule.back_by).or_else(|| level.map(usual_margin));
        let back_by = match (self.back_by, usual) {
            // It follows the level, of which is said already what is wrong.
            (None, None) => None,
            (sent, usual) => keep(number("/back_by", sent, usual), &mut errors),
        };
        let old_days = before.map_or(1, |old| old.what.days);
        let days = keep(within("/days", self.days.unwrap_or(old_days), (1, SIGNAL_WINDOW_DAYS_MAX)), &mut errors);
        let old_rest = before.map_or(THRESHOLD_REST_DAYS, |old| old.rule.rest_days);
        let rest = self.rest_days.unwrap_or(old_rest);
        let rest_days = keep(within("/rest_days", rest, (0, THRESHOLD_REST_DAYS_MAX)), &mut errors);
        let types = keep(self.types(before.map_or(0, |old| old.account_types)), &mut errors);
        if back_by.is_some_and(|back_by| back_by < Decimal::ZERO) {
            errors.push(FieldError::new("/back_by", FieldCode::OutOfRange, "It is a distance: 0 or more"));
        }
        match (signal, measure, side, level, back_by, days, rest_days, types) {
            (
                Some(signal),
                Some(measure),
                Some(side),
                Some(level),
                Some(back_by),
                Some(days),
                Some(rest_days),
                Some(types),
            ) if errors.is_empty() => Ok(ThresholdTerms {
                what: Windowed { signal, measure, days },
                rule: Threshold { side, level, back_by, rest_days },
                account_types: types,
                enabled: self.enabled.unwrap_or_else(|| before.is_none_or(|old| old.enabled)),
            }),
            _ => Err(Fault::invalid(errors)),
        }
    }

    fn signal_of(&self, before: Option<&ThresholdTerms>) -> Result<String, FieldError> {
        match (before, &self.signal) {
            (Some(old), None) => Ok(old.what.signal.clone()),
            (Some(old), Some(name)) if *name == old.what.signal => Ok(name.clone()),
            (Some(_), Some(_)) => {
                let message = "The signal of a threshold stays; make another threshold";
                Err(FieldError::new("/signal", FieldCode::ReadOnly, message))
            }
            (None, Some(name)) => signal::name("/signal", name),
            (None, None) => Err(FieldError::new("/signal", FieldCode::Required, "Name the signal")),
        }
    }

    fn types(&self, before: i64) -> Result<i64, FieldError> {
        let Some(types) = &self.account_types else { return Ok(before) };
        if types.iter().any(|number| !(1..=4).contains(number)) {
            return Err(FieldError::new("/account_types", FieldCode::OutOfRange, "A type is a number from 1 to 4"));
        }
        Ok(types.iter().fold(0, |bits, number| bits | (1 << number)))
    }
}

fn word<T>(
    pointer: &str,
    sent: Option<&str>,
    before: Option<T>,
    parse: fn(&str) -> Option<T>,
) -> Result<T, FieldError> {
    match (sent, before) {
        (Some(text), _) => {
            parse(text).ok_or_else(|| FieldError::new(pointer, FieldCode::Invalid, "This word is not one of those"))
        }
        (None, Some(before)) => Ok(before),
        (None, None) => Err(FieldError::new(pointer, FieldCode::Required, "Say which")),
    }
}

fn number(pointer: &str, sent: Option<f64>, before: Option<Decimal>) -> Result<Decimal, FieldError> {
    match (sent, before) {
        (Some(number), _) => Decimal::from_f64(number).map_err(|error| error.at(pointer)),
        (None, Some(before)) => Ok(before),
        (None, None) => Err(FieldError::new(pointer, FieldCode::Required, "Write a number")),
    }
}

fn within(pointer: &str, number: i64, (least, most): (i64, i64)) -> Result<i64, FieldError> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(FieldError::new(pointer, FieldCode::OutOfRange, format!("It is a number from {least} to {most}")))
}

/// Every level that is watched, by signal; all of them fit one page.
#[utoipa::path(get, path = "/api/v1/thresholds", tag = "signal", responses((status = 200, body = List<ThresholdOut>)))]
pub async fn list_thresholds(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<List<ThresholdOut>>, Fault> {
    let workspace = caller.workspace.id;
    let found = app.db.read(Scope::Workspace(workspace), move |tx| store::thresholds(tx, workspace)).await?;
    Ok(Json(List { data: found.iter().map(ThresholdOut::of).collect(), next_cursor: None }))
}

/// Watches a level from now on.
#[utoipa::path(post, path = "/api/v1/thresholds", tag = "signal", request_body = ThresholdIn,
    responses((status = 201, body = ThresholdOut)))]
pub async fn add_threshold(
    State(app): State<App>,
    caller: Allowed<ManageSignals>,
    Sent(sent, care): Sent<ThresholdIn>,
) -> Result<Answer, Fault> {
    let terms = sent.check(None)?;
    let answer = app
        .commit(&caller, care, move |tx, by| {
            let made = store::add_threshold(tx, by, &terms, sent.fires_at_once.unwrap_or(false))?;
            let place = format!("/api/v1/thresholds/{}", made.id);
            Ok(Answer::created(place, &ThresholdOut::of(&made))?.version(made.version))
        })
        .await?;
    app.thresholds.notify_one();
    Ok(answer)
}

/// One threshold.
#[utoipa::path(get, path = "/api/v1/thresholds/{threshold}", tag = "signal", params(("threshold" = Uuid, Path)),
    responses((status = 200, body = ThresholdOut)))]
pub async fn get_threshold(threshold: Readable<StoredThreshold>) -> Result<Answer, Fault> {
    Ok(Answer::ok(&ThresholdOut::of(&threshold))?.version(threshold.version))
}

/// Changes a threshold. With another number, side or level, where accounts stand begins anew: those beyond do not fire.
#[utoipa::path(patch, path = "/api/v1/thresholds/{threshold}", tag = "signal", params(("threshold" = Uuid, Path)),
    request_body = ThresholdIn, responses((status = 200, body = ThresholdOut)))]
pub async fn change_threshold(
    State(app): State<App>,
    threshold: Writable<StoredThreshold>,
    Sent(sent, care): Sent<ThresholdIn>,
) -> Result<Answer, Fault> {
    let (id, known) = (threshold.id, care.clone());
    app.commit(&threshold.caller, care, move |tx, by| {
        tx.lock(&[by.workspace.id])?;
        let before = store::threshold(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
        known.expect(before.version)?;
        let after = store::change_threshold(tx, by, &before, &sent.check(Some(&before.terms))?)?;
        Ok(Answer::ok(&ThresholdOut::of(&after))?.version(after.version))
    })
    .await
}

/// Watches it no longer; crossings that happened stay in the timelines.
#[utoipa::path(delete, path = "/api/v1/thresholds/{threshold}", tag = "signal", params(("threshold" = Uuid, Path)),
    responses((status = 204)))]
pub async fn remove_threshold(
    State(app): State<App>,
    caller: Allowed<ManageSignals>,
    Path(id): Path<Uuid>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let known = care.clone();
    app.commit(&caller, care, move |tx, by| {
        tx.lock(&[by.workspace.id])?;
        let before = store::threshold(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
        known.expect(before.version)?;
        store::remove_threshold(tx, by, &before)?;
        Ok(Answer::empty())
    })
    .await
}
