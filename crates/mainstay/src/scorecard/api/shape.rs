//! The scorecard's JSON shapes.

use jiff::Timestamp;
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{Gap, GapReason, Metric, MetricRef, Source, Step, StepResult, Template};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Card;
use crate::account::Account;
use crate::scorecard::store::Recorded;

/// A score as somebody recorded it.
#[derive(Serialize, ToSchema)]
#[schema(as = Score)]
pub struct ScoreOut {
    pub id: Uuid,
    #[schema(example = "launched.expected_users_active")]
    pub metric: String,
    /// 0 to 10; null when the score was withdrawn.
    pub value: Option<f64>,
    pub note: Option<String>,
    pub evidence_url: Option<String>,
    /// When it was so.
    #[schema(value_type = String, format = DateTime)]
    pub effective_at: Timestamp,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    pub by: Option<ScoredBy>,
}

/// Who recorded a score.
#[derive(Serialize, ToSchema)]
pub struct ScoredBy {
    pub id: Uuid,
    pub name: String,
}

impl ScoreOut {
    pub fn of(score: &Recorded) -> Self {
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            id: score.id,
            metric: score.metric.clone(),
            value: score.value.map(Score::as_f64),
            note: filled(&score.note),
            evidence_url: filled(&score.evidence_url),
            effective_at: score.effective_at,
            recorded_at: score.recorded_at,
            by: score.by_id.map(|id| ScoredBy { id, name: score.by.clone() }),
        }
    }
}

/// Of so many sub-metrics that weigh, so many are scored.
#[derive(Serialize, ToSchema)]
pub struct StepCoverage {
    pub scored: usize,
    pub of: usize,
}

#[derive(Serialize, ToSchema)]
pub struct ScorecardMetric {
    #[schema(example = "launched.expected_users_active")]
    pub key: String,
    pub name: String,
    pub help: Option<String>,
    /// Weight within the step; 0 is shown, but counts for nothing.
    pub weight: i64,
    /// The newest score; null when there never was one.
    pub latest: Option<ScoreOut>,
}

impl ScorecardMetric {
    fn of(metric: &Metric, newest: &[Recorded]) -> Self {
        Self {
            key: metric.key.clone(),
            name: metric.name.clone(),
            help: metric.help.clone(),
            weight: metric.weight,
            latest: latest_of(&metric.key, newest),
        }
    }
}

fn latest_of(key: &str, newest: &[Recorded]) -> Option<ScoreOut> {
    newest.iter().find(|score| score.metric == key).map(ScoreOut::of)
}

/// One of the five steps.
#[derive(Serialize, ToSchema)]
pub struct ScorecardStep {
    #[schema(example = "launched")]
    pub key: String,
    pub name: String,
    pub help: Option<String>,
    /// What counts: 0 to 10, null when the step was never scored.
    pub score: Option<f64>,
    /// What counts comes from: `measured`, `judged` or `none`.
    #[schema(example = "measured")]
    pub source: &'static str,
    /// The weighted mean of the scored sub-metrics.
    pub measured: Option<f64>,
    /// The score that somebody typed for the step as a whole.
    pub judged: Option<f64>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub judged_at: Option<Timestamp>,
    pub coverage: StepCoverage,
    /// When the youngest score that counts was given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub newest_at: Option<Timestamp>,
    /// The newest judgement of the whole step with its note and evidence.
    pub latest: Option<ScoreOut>,
    pub metrics: Vec<ScorecardMetric>,
}

impl ScorecardStep {
    fn of(step: &Step, result: &StepResult, newest: &[Recorded]) -> Self {
        Self {
            key: step.key.clone(),
            name: step.name.clone(),
            help: step.help.clone(),
            score: result.score.map(Mean::two_decimals),
            source: source_word(result.source),
            measured: result.measured.map(Mean::two_decimals),
            judged: result.judged.map(|(score, _)| score.as_f64()),
            judged_at: result.judged.map(|(_, at)| at),
            coverage: StepCoverage { scored: result.scored, of: result.of },
            newest_at: result.newest_at,
            latest: latest_of(&step.key, newest),
            metrics: step.metrics.iter().map(|metric| ScorecardMetric::of(metric, newest)).collect(),
        }
    }
}

fn source_word(source: Source) -> &'static str {
    match source {
        Source::Measured => "measured",
        Source::Judged => "judged",
        Source::None => "none",
    }
}

#[derive(Serialize, ToSchema)]
pub struct ScorecardTemplate {
    #[schema(example = "software")]
    pub key: String,
    pub version: u32,
    pub name: String,
}

/// Where to act first: the step furthest to the left that is under 4, and its sub-metric that costs most.
#[derive(Serialize, ToSchema)]
pub struct ScorecardGap {
    pub step: String,
    pub metric: Option<String>,
    /// `low` or `never_scored`.
    #[schema(example = "low")]
    pub reason: &'static str,
}

impl ScorecardGap {
    fn of(gap: &Gap, template: &Template) -> Option<Self> {
        let step = template.steps.get(gap.step)?;
        let reason = match gap.reason {
            GapReason::Low => "low",
            GapReason::NeverScored => "never_scored",
        };
        Some(Self { step: step.key.clone(), metric: gap.metric.clone(), reason })
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Scorecard)]
pub struct ScorecardOut {
    pub account: Uuid,
    pub template: ScorecardTemplate,
    pub steps: Vec<ScorecardStep>,
    /// The mean of the five steps; a step never scored counts 0.
    pub overall: f64,
    pub scored_steps: usize,
    /// At least four of the five steps are scored.
    pub ranked: bool,
    pub gap: Option<ScorecardGap>,
    /// The account's version, as the entity tag says it.
    pub version: i64,
}

impl ScorecardOut {
    pub fn of(account: &Account, card: &Card) -> Self {
        let template = &card.template;
        let steps = template.steps.iter().zip(&card.result.steps);
        Self {
            account: account.id,
            template: ScorecardTemplate {
                key: template.key.clone(),
                version: template.version,
                name: template.name.clone(),
            },
            steps: steps.map(|(step, result)| ScorecardStep::of(step, result, &card.newest)).collect(),
            overall: card.result.overall.two_decimals(),
            scored_steps: card.result.scored_steps,
            ranked: card.result.ranked,
            gap: card.result.gap.as_ref().and_then(|gap| ScorecardGap::of(gap, &card.template)),
            version: account.version,
        }
    }
}

/// What a recorded or withdrawn score led to.
#[derive(Serialize, ToSchema)]
#[schema(as = ScoreRecorded)]
pub struct MetricAnswer {
    pub account: Uuid,
    pub metric: String,
    /// The newest score of the metric: another than the one sent when that one was backdated.
    pub latest: Option<ScoreOut>,
    /// Its step, as it counts now.
    pub step: ScorecardStep,
    pub overall: f64,
    pub ranked: bool,
    pub gap: Option<ScorecardGap>,
    pub version: i64,
}

impl MetricAnswer {
    pub fn of(account: &Account, card: &Card, metric: MetricRef<'_>) -> Self {
        let key = metric.key();
        Self {
            account: account.id,
            metric: key.to_owned(),
            latest: latest_of(key, &card.newest),
            step: ScorecardStep::of(metric.step, &card.result.steps[metric.step_index], &card.newest),
            overall: card.result.overall.two_decimals(),
            ranked: card.result.ranked,
            gap: card.result.gap.as_ref().and_then(|gap| ScorecardGap::of(gap, &card.template)),
            version: account.version,
        }
    }
}
