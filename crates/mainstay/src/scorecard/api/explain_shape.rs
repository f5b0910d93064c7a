//! The JSON shapes of an explanation.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{Kind, Lift, MetricRef, STEPS, Source, Step, UnscoredStep};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::course::{Course, Turn, VersionMark};
use super::explain::{Cause, Explained, Moved, What};
use super::scope::RolledUp;
use super::shape::{ScorecardTemplate, StepCoverage};
use crate::scorecard::store::Recorded;
use crate::signal::api::PointOut;
use crate::text::explain as text;

/// One input of a number.
#[derive(Serialize, ToSchema)]
pub struct ExplainInput {
    /// What it is explained by in turn.
    #[schema(example = "launched")]
    pub what: String,
    pub name: String,
    /// 0 to 10; null when it was never scored.
    pub value: Option<f64>,
    pub weight: i64,
    /// Whether it moves the number: it weighs, and no judgement stands over it.
    pub counts: bool,
    /// Who recorded it; null when Mainstay worked it out.
    pub by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub effective_at: Option<Timestamp>,
    pub note: Option<String>,
    pub evidence_url: Option<String>,
    /// Of the steps of a gap: under which score the step is low for this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Older than the days after which such a score is to be looked at again.
    pub stale: bool,
}

/// The single change that would lift the number by one, or by as much as one change can.
#[derive(Serialize, ToSchema)]
pub struct ExplainLift {
    pub metric: String,
    pub name: String,
    pub from: Option<f64>,
    pub to: f64,
    pub by: f64,
    pub result: f64,
    /// Whether it lifts the number by a whole point.
    pub is_a_point: bool,
    #[schema(example = "“Training and validation done” from 3 to 6 lifts Effectively launched by 1.0, to 5.2.")]
    pub sentence: String,
}

#[derive(Serialize, ToSchema)]
pub struct ExplainCause {
    /// `score` or `template`.
    #[schema(example = "score")]
    pub kind: &'static str,
    /// The metric that was scored, or the template with its version.
    pub what: String,
    /// The score from then on; null when it was withdrawn, or for a template.
    pub value: Option<f64>,
    pub by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub note: Option<String>,
    /// What it added to the number, exactly, with six decimals.
    #[schema(example = "-0.400000")]
    pub share: String,
}

/// Why the number moved between the ends of two days.
#[derive(Serialize, ToSchema)]
pub struct MovementOut {
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Exactly, with six decimals.
    pub before: String,
    pub after: String,
    /// In the order in which they happened; their shares add up to the difference exactly.
    pub causes: Vec<ExplainCause>,
}

impl MovementOut {
    pub fn of(moved: &Moved) -> Self {
        Self {
            from: moved.from,
            to: moved.to,
            before: millionths(moved.before.millionths()),
            after: millionths(moved.after.millionths()),
            causes: moved.causes.iter().map(ExplainCause::of).collect(),
        }
    }
}

impl ExplainCause {
    pub fn of(cause: &Cause) -> Self {
        let template = cause.template.as_ref().map(|(key, version)| format!("{key} {version}"));
        Self {
            kind: if cause.score.is_some() { "score" } else { "template" },
            what: cause.score.as_ref().map(|score| score.metric.clone()).or(template).unwrap_or_default(),
            value: cause.score.as_ref().and_then(|score| score.value).map(Score::as_f64),
            by: filled(&cause.by),
            at: cause.at,
            note: filled(&cause.note),
            share: millionths(cause.share),
        }
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub fn millionths(value: i64) -> String {
    let (sign, size) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

/// A number of the scorecard, opened.
#[derive(Serialize, ToSchema)]
pub struct ExplainOut {
    pub account: Uuid,
    #[schema(example = "overall")]
    pub what: String,
    pub name: String,
    /// As it is shown; null when nothing was scored.
    pub value: Option<f64>,
    /// How it is worked out, in words.
    pub formula: String,
    pub template: ScorecardTemplate,
    pub coverage: StepCoverage,
    pub inputs: Vec<ExplainInput>,
    /// The scopes that a sub-metric is rolled up from; null when it is the account's own.
    pub scopes: Option<RolledUp>,
    /// The data points of an automatic sub-metric.
    pub data_points: Vec<PointOut>,
    /// Null when no single change lifts it.
    pub lift: Option<ExplainLift>,
    /// Asked for with `from` and `to`.
    pub movement: Option<MovementOut>,
    /// How the number went between the two days; asked for with `from` and `to`.
    pub course: Option<CourseOut>,
}

/// How a number went, with the days on which its template became another version.
#[derive(Serialize, ToSchema)]
pub struct CourseOut {
    pub turns: Vec<TurnOut>,
    pub versions: Vec<VersionMarkOut>,
}

/// From the end of this day on the number reads so; null when nothing is scored.
#[derive(Serialize, ToSchema)]
pub struct TurnOut {
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    pub value: Option<f64>,
}

#[derive(Serialize, ToSchema)]
pub struct VersionMarkOut {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub template: String,
    pub version: u32,
    pub by: Option<String>,
    pub note: Option<String>,
}

impl CourseOut {
    pub fn of(course: &Course) -> Self {
        let turn = |turn: &Turn| TurnOut { on: turn.on, value: turn.value.map(Mean::two_decimals) };
        let version = |mark: &VersionMark| VersionMarkOut {
            at: mark.at,
            template: mark.template.clone(),
            version: mark.version,
            by: filled(&mark.by),
            note: filled(&mark.note),
        };
        Self { turns: course.turns.iter().map(turn).collect(), versions: course.versions.iter().map(version).collect() }
    }
}

impl ExplainOut {
    pub fn of(account: Uuid, explained: &Explained) -> Self {
        let template = &explained.template;
        let key = match &explained.what {
            What::Overall => "overall".to_owned(),
            What::Step(index) => template.steps[*index].key.clone(),
            What::Metric(key) => key.clone(),
            What::Gap => "gap".to_owned(),
        };
        Self {
            account,
            what: key,
            name: explained.name(),
            value: explained.value().map(Mean::two_decimals),
            formula: explained.formula(),
            template: ScorecardTemplate {
                key: template.key.clone(),
                version: template.version,
                name: template.name.clone(),
            },
            coverage: explained.coverage(),
            inputs: explained.inputs(),
            scopes: explained.rolled.as_ref().and_then(|rolled| RolledUp::of(&rolled.reading, &rolled.scopes)),
            data_points: explained.points_used().iter().map(|point| PointOut::of(point)).collect(),
            lift: explained.lift.as_ref().map(|lift| explained.lift_out(lift)),
            movement: None,
            course: None,
        }
    }
}

impl Explained {
    pub fn name(&self) -> String {
        match &self.what {
            What::Overall => text::overall().to_owned(),
            What::Step(index) => self.template.steps[*index].name.clone(),
            What::Metric(key) => self.template.metric(key).map_or_else(|| key.clone(), |found| found.name().to_owned()),
            What::Gap => text::gap().to_owned(),
        }
    }

    /// How the number is worked out, with its own figures.
    pub fn formula(&self) -> String {
        match &self.what {
            What::Overall => {
                let steps: Vec<Option<Mean>> = self.card.steps.iter().map(|step| step.score).collect();
                let zero = self.template.unscored_step == UnscoredStep::Zero;
                text::mean_of_steps(&steps, zero, if zero { STEPS } else { self.card.scored_steps }, self.value())
            }
            What::Step(index) => self.step_formula(*index),
            What::Gap => self.gap_formula(),
            What::Metric(_) if self.rolled.is_some() => {
                let parts = self.rolled.as_ref().map_or(0, |rolled| rolled.reading.parts.len());
                text::rolled_up(parts)
            }
            What::Metric(key) => self.template.metric(key).and_then(|found| found.metric).map_or_else(
                String::new,
                |metric| match &metric.kind {
                    Kind::Manual => text::typed_by_people().to_owned(),
                    Kind::Ratio { point, target } => text::ratio(point, target),
                    Kind::Banded { point, bands } => text::banded(point, bands),
                    Kind::Formula(formula) => text::formula(formula.text()),
                },
            ),
        }
    }

    /// Which step is the gap, why, and which sub-metric of it costs most.
    fn gap_formula(&self) -> String {
        let Some(gap) = &self.card.gap else {
            let scored = self.card.steps.iter().any(|step| step.score.is_some());
            return if scored { text::no_gap().to_owned() } else { text::no_scorecard_yet().to_owned() };
        };
        let (step, result) = (&self.template.steps[gap.step], &self.card.steps[gap.step]);
        let costly = gap.metric.as_deref().and_then(|key| self.template.metric(key)).and_then(|found| found.metric);
        let costly = costly.map(|metric| {
            let score = self.recorded(&metric.key).and_then(|score| score.value);
            (metric.name.as_str(), score, metric.weight)
        });
        text::gap_is(&step.name, result.score, self.low[gap.step], costly)
    }

    fn step_formula(&self, index: usize) -> String {
        let (step, result) = (&self.template.steps[index], &self.card.steps[index]);
        match result.source {
            Source::None => text::never_scored_step(self.template.unscored_step),
            Source::Judged if self.rolled.is_some() => text::judged_by_scopes(result.measured),
            Source::Judged => text::judged(result.measured),
            Source::Measured => {
                let parts: Vec<(Score, i64)> = step
                    .metrics
                    .iter()
                    .filter(|metric| metric.weight > 0)
                    .filter_map(|metric| Some((self.recorded(&metric.key)?.value?, metric.weight)))
                    .collect();
                text::weighted_mean(&parts, result.of - result.scored, result.score)
            }
        }
    }

    pub fn coverage(&self) -> StepCoverage {
        let sum = |steps: &[mainstay_rules::scorecard::StepResult]| {
            steps.iter().fold((0, 0), |sum, step| (sum.0 + step.scored, sum.1 + step.of))
        };
        let (scored, of) = match &self.what {
            What::Overall | What::Gap => sum(&self.card.steps),
            What::Step(index) => sum(&self.card.steps[*index..=*index]),
            What::Metric(key) => (usize::from(self.recorded(key).is_some()), 1),
        };
        StepCoverage { scored, of }
    }

    pub fn inputs(&self) -> Vec<ExplainInput> {
        match &self.what {
            What::Overall | What::Gap => {
                self.template.steps.iter().enumerate().map(|(index, step)| self.step_input(index, step)).collect()
            }
            What::Step(index) => {
                let (step, result) = (&self.template.steps[*index], &self.card.steps[*index]);
                let judged = result.source == Source::Judged;
                let mut inputs = Vec::new();
                if result.judged.is_some() {
                    let whole = MetricRef { step_index: *index, step, metric: None };
                    inputs.push(self.input(whole, 1, judged));
                }
                for metric in &step.metrics {
                    let found = MetricRef { step_index: *index, step, metric: Some(metric) };
                    inputs.push(self.input(found, metric.weight, !judged && metric.weight > 0));
                }
                inputs
            }
            What::Metric(key) => {
                self.template.metric(key).map(|found| self.input(found, 1, true)).into_iter().collect()
            }
        }
    }

    fn step_input(&self, index: usize, step: &Step) -> ExplainInput {
        let result = &self.card.steps[index];
        let parts = step.metrics.iter().map(Some).chain([None]);
        let stale = parts
            .map(|metric| MetricRef { step_index: index, step, metric })
            .filter(|found| found.metric.is_none() == (result.source == Source::Judged))
            .any(|found| self.recorded(found.key()).is_some_and(|score| self.stale_after(found, score).is_some()));
        ExplainInput {
            what: step.key.clone(),
            name: step.name.clone(),
            value: result.score.map(Mean::two_decimals),
            weight: 1,
            counts: result.score.is_some() || self.template.unscored_step == UnscoredStep::Zero,
            by: None,
            effective_at: result.newest_at,
            note: None,
            evidence_url: None,
            low: (self.what == What::Gap).then(|| self.low[index].two_decimals()),
            stale,
        }
    }

    fn input(&self, found: MetricRef<'_>, weight: i64, counts: bool) -> ExplainInput {
        let score = self.recorded(found.key());
        let is_rolled_up = self.rolled_up.iter().any(|key| key == found.key());
        let automatic = is_rolled_up || found.metric.is_some_and(mainstay_rules::scorecard::Metric::is_automatic);
        let words = |of: fn(&Recorded) -> &str| score.and_then(|score| filled(of(score)));
        ExplainInput {
            what: found.key().to_owned(),
            name: if found.metric.is_none() { text::whole_step().to_owned() } else { found.name().to_owned() },
            value: score.and_then(|score| score.value).map(Score::as_f64),
            weight,
            counts: counts && score.is_some(),
            by: if automatic { None } else { words(|score| score.by.as_str()) },
            effective_at: score.map(|score| score.effective_at),
            note: words(|score| score.note.as_str()),
            evidence_url: words(|score| score.evidence_url.as_str()),
            low: None,
            stale: score.is_some_and(|score| self.stale_after(found, score).is_some()),
        }
    }

    /// The data points of the sub-metric that is explained.
    pub fn points_used(&self) -> Vec<&crate::signal::store::Point> {
        let What::Metric(key) = &self.what else { return Vec::new() };
        let names = self.template.metric(key).and_then(|found| found.metric).map(|metric| metric.points());
        let names = names.unwrap_or_default();
        self.points.iter().filter(|point| names.contains(&point.name.as_str())).collect()
    }

    pub fn lift_out(&self, lift: &Lift) -> ExplainLift {
        let name =
            self.template.metric(&lift.metric).map_or_else(|| lift.metric.clone(), |found| found.name().to_owned());
        ExplainLift {
            sentence: text::lift(&name, lift, &self.name()),
            metric: lift.metric.clone(),
            name,
            from: lift.from.map(Score::as_f64),
            to: lift.to.as_f64(),
            by: Mean::from_millionths(lift.by).two_decimals(),
            result: lift.result.two_decimals(),
            is_a_point: lift.is_a_point,
        }
    }
}
