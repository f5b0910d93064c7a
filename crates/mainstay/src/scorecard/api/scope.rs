//! Scores of an account's scopes as JSON: a scope's scorecard, and recording on it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawPathParams, State};
use mainstay_db::{Scope, Tx};
use mainstay_rules::roll_up::{Basis, Reading};
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::{MetricRef, Step};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::shape::{ScorecardTemplate, StepCoverage};
use super::{Address, ScoreOut, ScorePut, withdrawal};
use crate::account::Scoped;
use crate::account::store::{self as accounts, AccountScope};
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::request::{Bare, Sent};
use crate::scorecard::store::{self, ScopeCard, ScopeCards};

/// The account, its scope, and what is scored on it.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ScopeAddress {
    pub account: Uuid,
    pub scope: Uuid,
    /// The key of a sub-metric, or of a step for the judgement of the whole step.
    #[param(example = "launched.expected_users_active")]
    pub metric: String,
}

/// A scope that goes into a number, with its weight among its neighbours.
#[derive(Clone, Serialize, ToSchema)]
pub struct RolledPart {
    pub scope: Uuid,
    pub name: String,
    /// 0 to 10.
    pub value: f64,
    /// ARR in minor units, or expected users; 1 each where there is neither.
    pub weight: i64,
    /// Of all the weights together, in percent with one decimal.
    #[schema(example = "24.1")]
    pub share: String,
    #[serde(skip)]
    exact: Mean,
}

impl RolledPart {
    pub fn mean(&self) -> Mean {
        self.exact
    }
}

/// What a number is rolled up from.
#[derive(Clone, Serialize, ToSchema)]
pub struct RolledUp {
    /// `arr`, `expected_users` or `equal`.
    #[schema(example = "arr")]
    pub weighed_by: &'static str,
    /// The scopes right under it that are scored, the weakest first.
    pub parts: Vec<RolledPart>,
}

impl RolledUp {
    /// None for a score of the scope's own.
    pub fn of(reading: &Reading, scopes: &[AccountScope]) -> Option<Self> {
        let name = |id: Uuid| scopes.iter().find(|scope| scope.id == id).map_or("", |scope| &scope.fields.name);
        let whole: i128 = reading.parts.iter().map(|part| i128::from(part.weight)).sum();
        let mut parts: Vec<RolledPart> = reading
            .parts
            .iter()
            .map(|part| RolledPart {
                scope: part.scope,
                name: name(part.scope).to_owned(),
                value: part.value.two_decimals(),
                weight: part.weight,
                share: share_of(part.weight, whole),
                exact: part.value,
            })
            .collect();
        parts.sort_by(|a, b| a.exact.cmp(&b.exact).then_with(|| a.name.cmp(&b.name)));
        Some(Self { weighed_by: basis_word(reading.basis?), parts })
    }
}

/// Percent with one decimal; the whole is never zero where there are parts.
fn share_of(weight: i64, whole: i128) -> String {
    let tenths = (i128::from(weight) * 2_000 + whole) / (whole * 2).max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn basis_word(basis: Basis) -> &'static str {
    match basis {
        Basis::Arr => "arr",
        Basis::ExpectedUsers => "expected_users",
        Basis::Equal => "equal",
    }
}

/// A sub-metric, or the typed judgement of a step, as a scope reads it.
#[derive(Serialize, ToSchema)]
pub struct ScopeMetric {
    pub key: String,
    pub name: String,
    /// 0 to 10; null when neither it nor a scope under it is scored.
    pub value: Option<f64>,
    /// Null for a score of its own.
    pub rolled_up: Option<RolledUp>,
    /// The newest score of its own, also where those of the scopes under it count instead.
    pub latest: Option<ScoreOut>,
}

/// One of the five steps as a scope reads it.
#[derive(Serialize, ToSchema)]
pub struct ScopeStep {
    pub key: String,
    pub name: String,
    pub score: Option<f64>,
    pub coverage: StepCoverage,
    pub judgement: ScopeMetric,
    pub metrics: Vec<ScopeMetric>,
}

/// A scope's scorecard.
#[derive(Serialize, ToSchema)]
#[schema(as = ScopeScorecard)]
pub struct ScopeCardOut {
    pub account: Uuid,
    pub scope: Uuid,
    pub template: ScorecardTemplate,
    pub steps: Vec<ScopeStep>,
    /// Null as long as nothing is scored.
    pub overall: Option<f64>,
    pub scored_steps: usize,
}

/// What a scope's scorecard is told from.
pub struct Shown {
    pub scopes: Vec<AccountScope>,
    pub cards: ScopeCards,
}

pub fn read_scope_cards(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    today: jiff::civil::Date,
) -> Result<Shown, Fault> {
    let cards = store::scope_cards(tx, workspace, account, today)?;
    Ok(Shown { scopes: accounts::scopes(tx, workspace.id, account)?, cards })
}

impl ScopeCardOut {
    pub fn of(account: Uuid, scope: Uuid, shown: &Shown) -> Self {
        let (template, card) = (&shown.cards.template, shown.cards.card(scope));
        let step = |(index, step): (usize, &Step)| {
            let result = &card.result.steps[index];
            let metric = |metric| ScopeMetric::of(MetricRef { step_index: index, step, metric }, scope, shown, &card);
            ScopeStep {
                key: step.key.clone(),
                name: step.name.clone(),
                score: result.score.map(Mean::two_decimals),
                coverage: StepCoverage { scored: result.scored, of: result.of },
                judgement: metric(None),
                metrics: step.metrics.iter().map(|one| metric(Some(one))).collect(),
            }
        };
        Self {
            account,
            scope,
            template: ScorecardTemplate {
                key: template.key.clone(),
                version: template.version,
                name: template.name.clone(),
            },
            steps: template.steps.iter().enumerate().map(step).collect(),
            overall: (card.result.scored_steps > 0).then(|| card.result.overall.two_decimals()),
            scored_steps: card.result.scored_steps,
        }
    }
}

impl ScopeMetric {
    fn of(metric: MetricRef<'_>, scope: Uuid, shown: &Shown, card: &ScopeCard) -> Self {
        let reading = card.readings.get(metric.key());
        Self {
            key: metric.key().to_owned(),
            name: metric.name().to_owned(),
            value: reading.map(|reading| reading.mean().two_decimals()),
            rolled_up: reading.and_then(|reading| RolledUp::of(reading, &shown.scopes)),
            latest: shown.cards.own(metric.key(), scope).map(ScoreOut::of),
        }
    }
}

/// A scope's scorecard: its own scores, and those of the scopes under it rolled up by ARR (the first step by expected
/// users where they are known).
#[utoipa::path(get, path = "/api/v1/accounts/{account}/scopes/{scope}/scorecard", tag = "scorecard",
    params(("account" = Uuid, Path), ("scope" = Uuid, Path)), responses((status = 200, body = ScopeCardOut)))]
pub async fn show_scope(
    State(app): State<App>,
    scope: Readable<Scoped>,
    path: RawPathParams,
) -> Result<Json<ScopeCardOut>, Fault> {
    let (account, id) = (scope.within(&path)?, scope.scope.id);
    let (workspace, today) = (Arc::clone(&scope.caller.workspace), scope.caller.today(&app));
    let shown =
        app.db.read(Scope::Workspace(workspace.id), move |tx| read_scope_cards(tx, &workspace, account, today)).await?;
    Ok(Json(ScopeCardOut::of(account, id, &shown)))
}

/// Records a score on a scope. The account's own score follows from those of its scopes.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/scopes/{scope}/scores/{metric}", tag = "scorecard",
    request_body = ScorePut, params(ScopeAddress), responses((status = 200, body = ScopeCardOut)))]
pub async fn record_scope(
    State(app): State<App>,
    scope: Writable<Scoped>,
    path: RawPathParams,
    Path(address): Path<ScopeAddress>,
    Sent(put, care): Sent<ScorePut>,
) -> Result<Answer, Fault> {
    let (account, caller) = (scope.within(&path)?, scope.caller.clone());
    app.commit(&scope.caller, care, move |tx, by| {
        let found = Scoped::locked(tx, &caller, account, address.scope)?;
        let template = store::template_of(tx, by.workspace.id, account)?;
        let metric = address.metric().metric(&template)?;
        store::record_on_scope(tx, by, &found.scope, &put.check(metric, &by.workspace.zone, by.at)?)?;
        answer_scope(tx, &by.workspace, &found, by.today())
    })
    .await
}

/// Withdraws a score of a scope: from now on it counts as not scored there. Its history stays.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}/scopes/{scope}/scores/{metric}", tag = "scorecard",
    params(ScopeAddress), responses((status = 200, body = ScopeCardOut)))]
pub async fn withdraw_scope(
    State(app): State<App>,
    scope: Writable<Scoped>,
    path: RawPathParams,
    Path(address): Path<ScopeAddress>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (account, caller) = (scope.within(&path)?, scope.caller.clone());
    app.commit(&scope.caller, care, move |tx, by| {
        let found = Scoped::locked(tx, &caller, account, address.scope)?;
        let template = store::template_of(tx, by.workspace.id, account)?;
        let metric = address.metric().metric(&template)?;
        store::record_on_scope(tx, by, &found.scope, &withdrawal(metric))?;
        answer_scope(tx, &by.workspace, &found, by.today())
    })
    .await
}

impl ScopeAddress {
    pub fn metric(&self) -> Address {
        Address { account: self.account, metric: self.metric.clone() }
    }
}

fn answer_scope(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    found: &Scoped,
    today: jiff::civil::Date,
) -> Result<Answer, Fault> {
    let shown = read_scope_cards(tx, workspace, found.account.id, today)?;
    Answer::ok(&ScopeCardOut::of(found.account.id, found.scope.id, &shown))
}
