//! Explaining a number: its inputs with people and times, the one change that would lift it, and what moved it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field;
use mainstay_rules::problem::Problem;
use mainstay_rules::roll_up::Reading;
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::{
    Change, Figure, Latest, Lift, MetricRef, STEPS, Scorecard, Template, evaluate_below, movement, single_change,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::course::course;
use super::end_of;
use super::explain_shape::{CourseOut, ExplainOut, MovementOut};
use crate::account::api::{MoneyExplainOut, MoneyFigure, explain_money};
use crate::account::store as accounts;
use crate::account::{Account, AccountScope};
use crate::app::App;
use crate::corridor::access::Readable;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::scorecard::store::{self, Recorded};
use crate::signal::store::{self as signals, Point};

/// Which number is explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Overall,
    /// The index of the step.
    Step(usize),
    /// The key of the sub-metric.
    Metric(String),
    /// Where to act first.
    Gap,
}

impl What {
    pub fn parse(word: &str, template: &Template) -> Result<Self, Fault> {
        if word == "overall" {
            return Ok(Self::Overall);
        }
        if word == "gap" {
            return Ok(Self::Gap);
        }
        let found = template.metric(word).ok_or_else(|| {
            let words: Vec<&str> = template.steps.iter().map(|step| step.key.as_str()).collect();
            let money = MoneyFigure::ALL.map(MoneyFigure::word);
            let detail = format!(
                "What can be explained is overall, gap, {}, {}, or the key of a sub-metric.",
                words.join(", "),
                money.join(", ")
            );
            Fault::new(Problem::NotFound, detail)
        })?;
        Ok(match found.metric {
            Some(metric) => Self::Metric(metric.key.clone()),
            None => Self::Step(found.step_index),
        })
    }

    /// The number whose movement is asked for; a sub-metric moves with its own history.
    pub fn figure(&self) -> Option<Figure> {
        match self {
            Self::Overall => Some(Figure::Overall),
            Self::Step(index) => Some(Figure::Step(*index)),
            Self::Metric(_) | Self::Gap => None,
        }
    }
}

/// Everything that an explanation is told from.
pub struct Explained {
    pub what: What,
    pub template: Arc<Template>,
    pub card: Scorecard,
    /// Under which score each step is low for this account.
    pub low: [Mean; STEPS],
    pub latest: Vec<Latest>,
    pub newest: Vec<Recorded>,
    pub points: Vec<Point>,
    pub lift: Option<Lift>,
    pub now: Timestamp,
    /// The scopes that the sub-metric is rolled up from; none when it is the account's own.
    pub rolled: Option<Rolled>,
    /// Keys of all metrics that are rolled up from the scopes.
    pub rolled_up: Vec<String>,
}

/// A number of the account that its scopes give.
pub struct Rolled {
    pub reading: Reading,
    pub scopes: Vec<AccountScope>,
}

impl Explained {
    pub fn recorded(&self, key: &str) -> Option<&Recorded> {
        self.newest.iter().find(|score| score.metric == key && score.value.is_some())
    }

    /// The days after which a score of the metric is stale, when it is.
    pub fn stale_after(&self, metric: MetricRef<'_>, score: &Recorded) -> Option<i64> {
        let days = metric.step.refresh_days_of(metric.metric)?;
        let age = self.now.duration_since(score.effective_at).as_hours() / 24;
        (age > days).then_some(days)
    }

    pub fn value(&self) -> Option<Mean> {
        match &self.what {
            What::Metric(key) => self.recorded(key).and_then(|score| score.value).map(Mean::from),
            What::Gap => self.card.gap.as_ref().and_then(|gap| self.card.steps[gap.step].score),
            what => what.figure().and_then(|figure| figure.of(&self.card)),
        }
    }
}

/// Reads what the explanation needs; a few index look-ups, whatever the size of the workspace.
pub fn explain(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    word: &str,
    (now, today): (Timestamp, Date),
) -> Result<Explained, Fault> {
    let id = workspace.id;
    let template = store::template_of(tx, id, account)?;
    let what = What::parse(word, &template)?;
    let latest = store::latest(tx, id, account)?;
    let low = store::low_of(tx, id, account, &template, today)?;
    let card = evaluate_below(&template, &latest, &low);
    let points = if template.points().is_empty() { Vec::new() } else { signals::newest(tx, id, account)? };
    let lift = what.figure().and_then(|figure| single_change(&template, &latest, figure, now));
    let newest = store::newest(tx, id, account)?;
    let rolled = rolled(tx, workspace, account, &what, &template, today)?;
    let rolled_up = store::rolled_up(tx, id, account)?;
    Ok(Explained { what, template, card, low, latest, newest, points, lift, now, rolled, rolled_up })
}

/// The scopes behind a sub-metric, or behind a step that was typed on them.
fn rolled(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    what: &What,
    template: &Template,
    today: Date,
) -> Result<Option<Rolled>, Fault> {
    let key = match what {
        What::Overall | What::Gap => return Ok(None),
        What::Step(index) => &template.steps[*index].key,
        What::Metric(key) => key,
    };
    let cards = store::scope_cards(tx, workspace, account, today)?;
    let Some(reading) = cards.reading(key, None) else { return Ok(None) };
    Ok(Some(Rolled { reading, scopes: accounts::scopes(tx, workspace.id, account)? }))
}

/// Something that happened between the two days, with who did it.
pub struct Cause {
    /// None: another version of the template.
    pub score: Option<Recorded>,
    pub template: Option<(String, i64)>,
    pub by: String,
    pub at: Timestamp,
    pub note: String,
    /// Millionths that it moved the number by.
    pub share: i64,
}

/// From what to what a number moved between the ends of two days, and what moved it.
pub struct Moved {
    pub from: Date,
    pub to: Date,
    pub before: Mean,
    pub after: Mean,
    pub causes: Vec<Cause>,
}

/// When something changed and what: a score by its place among the scores, a version among the versions.
type Mark<'a> = (Timestamp, Change<'a>, Option<usize>, Option<usize>);

/// Why a number moved: every score and template version in between, each with its share; together they are the
/// difference exactly.
pub fn moved(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    figure: Figure,
    (from, to): (Date, Date),
) -> Result<Moved, Fault> {
    let times = (end_of(from, &workspace.zone), end_of(to, &workspace.zone));
    moved_between(tx, workspace, account, figure, times)
}

/// The same between two moments.
pub fn moved_between(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    figure: Figure,
    times: (Timestamp, Timestamp),
) -> Result<Moved, Fault> {
    let governing = store::template_of(tx, workspace.id, account)?;
    let mut moved = moved_each(tx, workspace, &[(account, governing)], figure, times)?;
    moved.remove(&account).ok_or_else(|| Fault::internal("an account without its movement"))
}

/// The same of each of these accounts, with the templates that govern them.
pub fn moved_each(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    accounts: &[(Uuid, Arc<Template>)],
    figure: Figure,
    (start, end): (Timestamp, Timestamp),
) -> Result<HashMap<Uuid, Moved>, Fault> {
    let ids: Vec<Uuid> = accounts.iter().map(|(account, _)| *account).collect();
    let mut facts = store::as_of_each(tx, workspace.id, &ids, start)?;
    let mut scores = store::recorded_between_each(tx, workspace.id, &ids, (start, end))?;
    let mut known: HashMap<&str, store::Between> = HashMap::new();
    let days = (workspace.day_of(start), workspace.day_of(end));
    let mut moved = HashMap::with_capacity(accounts.len());
    for (account, governing) in accounts {
        let versions = match known.entry(&governing.key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(store::versions_between(tx, workspace.id, governing, start, end)?),
        };
        let first = versions.before.as_ref().unwrap_or(governing);
        let facts = facts.remove(account).unwrap_or_default();
        let scores = scores.remove(account).unwrap_or_default();
        moved.insert(*account, moved_by((first, facts), &scores, versions, figure, days));
    }
    Ok(moved)
}

/// What scores and versions in between did to a number.
fn moved_by(
    (first, facts): (&Arc<Template>, Vec<Latest>),
    scores: &[Recorded],
    versions: &store::Between,
    figure: Figure,
    (from, to): (Date, Date),
) -> Moved {
    let latest: Vec<Latest> = scores
        .iter()
        .map(|score| Latest { metric: score.metric.clone(), value: score.value, effective_at: score.effective_at })
        .collect();
    let mut marks: Vec<Mark<'_>> = Vec::new();
    for (place, fact) in latest.iter().enumerate() {
        marks.push((fact.effective_at, Change::Scored(fact), Some(place), None));
    }
    for (place, version) in versions.after.iter().enumerate() {
        marks.push((version.at, Change::Template(&version.template), None, Some(place)));
    }
    marks.sort_by_key(|(at, ..)| *at);
    let changes: Vec<Change<'_>> = marks.iter().map(|(_, change, ..)| change.clone()).collect();
    let (before, after, shares) = movement((first.as_ref(), facts), &changes, figure);
    let cause = |(mark, share): (&Mark<'_>, i64)| match (mark.2, mark.3) {
        (Some(place), _) => scores.get(place).map(|score| Cause {
            score: Some(score.clone()),
            template: None,
            by: score.by.clone(),
            at: mark.0,
            note: score.note.clone(),
            share,
        }),
        (None, Some(place)) => versions.after.get(place).map(|version| Cause {
            score: None,
            template: Some((version.template.key.clone(), i64::from(version.template.version))),
            by: version.by.clone(),
            at: mark.0,
            note: version.note.clone(),
            share,
        }),
        (None, None) => None,
    };
    let causes = marks.iter().zip(shares).filter(|(_, share)| *share != 0).filter_map(cause).collect();
    Moved { from, to, before, after, causes }
}

/// The account and the number.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ExplainAddress {
    pub account: Uuid,
    /// `overall`, `gap`, `step_1` to `step_5` or a step's key, the key of a sub-metric, or a column about money:
    /// `arr_ytd`, `arr_last_year`, `arr_delta_target`, `progress`, `end_date`.
    #[param(example = "overall")]
    pub what: String,
}

/// Between which days.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Between {
    /// A day; the movement from its end on is told. With `to` only.
    #[param(example = "2026-09-30")]
    pub from: Option<String>,
    /// A day; today when left out.
    #[param(example = "2026-10-31")]
    pub to: Option<String>,
}

impl Between {
    /// None when no movement is asked for.
    pub fn days(&self, today: Date) -> Result<Option<(Date, Date)>, Fault> {
        let Some(from) = self.from.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let from = field::date("/from", from)?;
        let to = field::optional_date("/to", self.to.as_deref().unwrap_or_default())?.unwrap_or(today);
        if from > to {
            let message = "The first day lies behind the second; turn them round.";
            return Err(Fault::field(field::FieldError::new("/from", field::FieldCode::OutOfRange, message)));
        }
        Ok(Some((from, to)))
    }
}

/// A number that was opened: of the scorecard, or about money.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ExplanationOfNumber)]
pub enum ExplainAnswer {
    Score(Box<ExplainOut>),
    Money(Box<MoneyExplainOut>),
}

/// Opens a number into its inputs: scores, weights, people, times, evidence, and the single change that would lift it; of
/// money the contracts, rates and targets.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/explain/{what}", tag = "scorecard",
    params(ExplainAddress, Between), responses((status = 200, body = ExplainAnswer)))]
pub async fn show(
    State(app): State<App>,
    account: Readable<Account>,
    Path(address): Path<ExplainAddress>,
    Query(between): Query<Between>,
) -> Result<Json<ExplainAnswer>, Fault> {
    let (id, now) = (account.id, app.source.now());
    let workspace = Arc::clone(&account.caller.workspace);
    let today = workspace.day_of(now);
    if let Some(figure) = MoneyFigure::parse(&address.what) {
        return money(&app, &account, figure, today).await;
    }
    let days = between.days(today)?;
    let read = app.db.read(Scope::Workspace(workspace.id), move |tx| {
        let explained = explain(tx, &workspace, id, &address.what, (now, today))?;
        let moved = match (explained.what.figure(), days) {
            (Some(figure), Some(days)) => Some(moved(tx, &workspace, id, figure, days)?),
            _ => None,
        };
        let went = match days.filter(|_| explained.what != What::Gap) {
            Some(days) => Some(course(tx, &workspace, id, &explained.what, days)?),
            None => None,
        };
        Ok::<_, Fault>(ExplainOut {
            movement: moved.as_ref().map(MovementOut::of),
            course: went.as_ref().map(CourseOut::of),
            ..ExplainOut::of(id, &explained)
        })
    });
    let told = read.await?;
    Ok(Json(ExplainAnswer::Score(Box::new(told))))
}

async fn money(
    app: &App,
    account: &Readable<Account>,
    figure: MoneyFigure,
    today: Date,
) -> Result<Json<ExplainAnswer>, Fault> {
    let (workspace, of) = (Arc::clone(&account.caller.workspace), Account::clone(account));
    let read = app.db.read(Scope::Workspace(workspace.id), move |tx| {
        let explained = explain_money(tx, &workspace, &of, figure, today)?;
        Ok::<_, Fault>(MoneyExplainOut::of(of.id, &explained, workspace.currency))
    });
    Ok(Json(ExplainAnswer::Money(Box::new(read.await?))))
}
