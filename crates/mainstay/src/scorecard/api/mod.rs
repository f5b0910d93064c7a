//! Scorecards as JSON: reading one, recording and withdrawing scores, and the history of a metric.

pub mod activity;
mod course;
pub mod explain;
pub mod explain_shape;
pub mod scope;
mod shape;
pub mod template;
mod template_shape;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::METRIC_KEY_CHARS_MAX;
use mainstay_rules::problem::Problem;
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::{MetricRef, Scorecard, Template, evaluate_below};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use activity::{ActivityPut, StepAddress, tick};
pub use course::{Course, Turn, VersionMark, course};
pub use explain_shape::{ExplainInput, ExplainOut, millionths};
pub use shape::{MetricAnswer, ScoreOut, ScorecardOut};
pub use template_shape::{TemplateOut, TemplateWhole};

use super::store::{self, Recorded, ScoreIn};
use crate::account::Account;
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::{Bare, Sent, etag};
use crate::corridor::verb::By;

/// A score to record.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScorePut)]
pub struct ScorePut {
    /// 0 to 10 with at most two decimals; null withdraws the score.
    #[serde(default, deserialize_with = "stated")]
    #[expect(clippy::option_option, reason = "absent and null mean different things")]
    #[schema(value_type = Option<f64>, required = true, example = 6.5, minimum = 0, maximum = 10)]
    value: Option<Option<f64>>,
    #[schema(max_length = 4000)]
    note: Option<String>,
    /// An http or https link.
    #[schema(max_length = 2000)]
    evidence_url: Option<String>,
    /// When it was so: a day (its end, in the workspace's zone) or an instant as RFC 3339; not in the future. Now when left out.
    #[schema(example = "2026-11-18")]
    effective_at: Option<String>,
}

/// A value that is there, null included; a body without it withdraws nothing.
#[expect(clippy::option_option, reason = "absent and null mean different things")]
fn stated<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::<f64>::deserialize(from).map(Some)
}

impl ScorePut {
    /// The checked score; every field that is wrong is named.
    fn check(&self, metric: MetricRef<'_>, zone: &TimeZone, now: Timestamp) -> Result<ScoreIn, Fault> {
        let mut errors = Vec::new();
        let value = field::keep(self.score(), &mut errors).flatten();
        let typed = Typed {
            note: self.note.clone().unwrap_or_default(),
            evidence_url: self.evidence_url.clone().unwrap_or_default(),
            effective_at: self.effective_at.clone().unwrap_or_default(),
        };
        typed.check(metric, value, errors, zone, now)
    }

    fn score(&self) -> Result<Option<Score>, FieldError> {
        let Some(value) = self.value else {
            let message = "Say the value: a number from 0 to 10, or null to withdraw the score.";
            return Err(FieldError::new("/value", FieldCode::Required, message));
        };
        value.map(|number| Score::from_json(number).map_err(|error| error.at("/value"))).transpose()
    }
}

/// What stands beside a score's value, as a person or a program wrote it.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub note: String,
    pub evidence_url: String,
    pub effective_at: String,
}

impl Typed {
    /// The checked score; `errors` holds what is wrong with its value.
    pub fn check(
        &self,
        metric: MetricRef<'_>,
        value: Option<Score>,
        mut errors: Vec<FieldError>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<ScoreIn, Fault> {
        let note = field::keep(field::note("/note", &self.note), &mut errors).flatten();
        let evidence_url = field::keep(field::optional_url("/evidence_url", &self.evidence_url), &mut errors).flatten();
        let effective_at = field::keep(moment(&self.effective_at, zone, now), &mut errors).flatten();
        if !errors.is_empty() {
            return Err(Fault::invalid(errors));
        }
        Ok(ScoreIn {
            metric: metric.key().to_owned(),
            value,
            note: note.unwrap_or_default(),
            evidence_url: evidence_url.unwrap_or_default(),
            effective_at,
            // Somebody looked at this one metric and says so, be it the same value.
            confirms: true,
        })
    }
}

/// When a score was so. A day means its end, so that it stands above what was recorded during that day; today means now.
fn moment(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Option<Timestamp>, FieldError> {
    const POINTER: &str = "/effective_at";
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return future(instant > now).map(|()| Some(instant));
    }
    let not_a_date = |error: FieldError| {
        let message = "Write a day as 2026-11-18 or an instant as 2026-11-18T14:05:00Z.";
        if error.code == FieldCode::NotADate { FieldError::new(POINTER, error.code, message) } else { error }
    };
    let Some(day) = field::optional_date(POINTER, text).map_err(not_a_date)? else { return Ok(None) };
    let today = now.to_zoned(zone.clone()).date();
    future(day > today)?;
    if day == today { Ok(None) } else { Ok(Some(end_of(day, zone))) }
}

fn future(is_future: bool) -> Result<(), FieldError> {
    if is_future {
        let message = "A score cannot lie in the future; give today or an earlier day.";
        return Err(FieldError::new("/effective_at", FieldCode::OutOfRange, message));
    }
    Ok(())
}

/// The last microsecond of a day in a zone.
pub fn end_of(day: Date, zone: &TimeZone) -> Timestamp {
    let next = day.tomorrow().unwrap_or(day);
    let midnight = zone.to_ambiguous_timestamp(next.at(0, 0, 0, 0)).compatible();
    midnight.map_or(Timestamp::MAX, |at| at - SignedDuration::from_micros(1))
}

/// The account and what is scored on it.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct Address {
    pub account: Uuid,
    /// The key of a sub-metric, or of a step for the judgement of the whole step.
    #[param(example = "launched.expected_users_active")]
    pub metric: String,
}

impl Address {
    /// The metric in the template that governs the account.
    pub fn metric<'a>(&self, template: &'a Template) -> Result<MetricRef<'a>, Fault> {
        template.metric(&self.metric).ok_or_else(|| {
            let key: String = self.metric.chars().take(METRIC_KEY_CHARS_MAX).collect();
            Fault::new(
                Problem::NotFound,
                format!("This scorecard has no “{key}”; choose one of its steps or sub-metrics."),
            )
        })
    }
}

impl Address {
    /// The key under which its scores are kept: also of a metric that an older template had.
    pub fn key(&self, tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, template: &Template) -> Result<String, Fault> {
        match self.metric(template) {
            Ok(metric) => Ok(metric.key().to_owned()),
            Err(_) if store::is_scored(tx, workspace, account, &self.metric)? => Ok(self.metric.clone()),
            Err(fault) => Err(fault),
        }
    }
}

/// What the newest scores are and what they add up to.
pub struct Card {
    pub template: Arc<Template>,
    pub result: Scorecard,
    pub newest: Vec<Recorded>,
    /// Keys of the metrics that are rolled up from the account's scopes.
    pub rolled_up: Vec<String>,
}

pub fn read_card(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, today: Date) -> Result<Card, Fault> {
    let template = store::template_of(tx, workspace, account)?;
    let latest = store::latest(tx, workspace, account)?;
    let low = store::low_of(tx, workspace, account, &template, today)?;
    let (result, newest) = (evaluate_below(&template, &latest, &low), store::newest(tx, workspace, account)?);
    Ok(Card { template, result, newest, rolled_up: store::rolled_up(tx, workspace, account)? })
}

/// The account's scorecard: the five steps, their sub-metrics with the newest scores, the overall score and the gap.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/scorecard", tag = "scorecard",
    params(("account" = Uuid, Path)),
    responses((status = 200, body = ScorecardOut, headers(("ETag" = String, description = "The account's version")))))]
pub async fn show(State(app): State<App>, account: Readable<Account>) -> Result<Response, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let today = account.caller.today(&app);
    let card = app.db.read(Scope::Workspace(workspace), move |tx| read_card(tx, workspace, id, today)).await?;
    let body = ScorecardOut::of(&account, &card);
    Ok(([(header::ETAG, etag(account.version))], Json(body)).into_response())
}

/// Records a score on a sub-metric, or on a step as a whole (a judgement that stands beside the measured value).
#[utoipa::path(put, path = "/api/v1/accounts/{account}/scores/{metric}", tag = "scorecard", request_body = ScorePut,
    params(Address),
    responses((status = 200, body = MetricAnswer, headers(("ETag" = String, description = "The account's version")))))]
pub async fn record(
    State(app): State<App>,
    account: Writable<Account>,
    Path(address): Path<Address>,
    Sent(put, care): Sent<ScorePut>,
) -> Result<Answer, Fault> {
    let id = account.id;
    let if_match = care.clone();
    app.commit(&account.caller, care, move |tx, by| {
        let template = store::template_of(tx, by.workspace.id, id)?;
        let metric = address.metric(&template)?;
        accounts::expect_version(tx, by, id, &if_match)?;
        store::record(tx, by, id, &put.check(metric, &by.workspace.zone, by.at)?)?;
        answer(tx, by, id, metric)
    })
    .await
}

/// Withdraws the score: from now on the metric counts as not scored. Its history stays.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}/scores/{metric}", tag = "scorecard",
    params(Address),
    responses((status = 200, body = MetricAnswer, headers(("ETag" = String, description = "The account's version")))))]
pub async fn withdraw(
    State(app): State<App>,
    account: Writable<Account>,
    Path(address): Path<Address>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let id = account.id;
    let if_match = care.clone();
    app.commit(&account.caller, care, move |tx, by| {
        let template = store::template_of(tx, by.workspace.id, id)?;
        let metric = address.metric(&template)?;
        accounts::expect_version(tx, by, id, &if_match)?;
        store::record(tx, by, id, &withdrawal(metric))?;
        answer(tx, by, id, metric)
    })
    .await
}

pub fn withdrawal(metric: MetricRef<'_>) -> ScoreIn {
    ScoreIn {
        metric: metric.key().to_owned(),
        value: None,
        note: String::new(),
        evidence_url: String::new(),
        effective_at: None,
        confirms: true,
    }
}

fn answer(tx: &mut Tx<'_>, by: &By, id: Uuid, metric: MetricRef<'_>) -> Result<Answer, Fault> {
    let user = by.user.unwrap_or_else(Uuid::nil);
    let account = accounts::account(tx, by.workspace.id, id, user)?.ok_or_else(Fault::not_found)?;
    let card = read_card(tx, by.workspace.id, id, by.today())?;
    Ok(Answer::ok(&MetricAnswer::of(&account, &card, metric))?.version(account.version))
}

/// Every score that was ever recorded on a metric, newest first; a null value is a withdrawal.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/scores/{metric}", tag = "scorecard",
    params(Address, Paging),
    responses((status = 200, body = List<ScoreOut>)))]
pub async fn history(
    State(app): State<App>,
    account: Readable<Account>,
    Path(address): Path<Address>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ScoreOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let (limit, before) = (paging.limit()?, paging.after::<(Timestamp, Uuid)>()?);
    let scores = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let template = store::template_of(tx, workspace, id)?;
            let key = address.key(tx, workspace, id, &template)?;
            store::history(tx, workspace, id, &key, before, limit + 1)
        })
        .await?;
    let scores = scores.iter().map(ScoreOut::of).collect();
    Ok(Json(List::page(scores, limit, |score: &ScoreOut| (score.effective_at, score.id))?))
}
