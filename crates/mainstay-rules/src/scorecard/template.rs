//! A scorecard template: five steps, their sub-metrics, and how each is scored.

use crate::account::AccountType;
use crate::decimal::Decimal;
use crate::formula::Formula;
use crate::score::{Mean, Score};
use jiff::civil::Date;
use jiff::{Span, Unit};
use serde::{Deserialize, Serialize};

use super::choice::AppliesTo;
use super::evaluate::LOW;

pub use super::template_file::{Mistake, TemplateError};

/// Steps on the way from a launched customer to a strategic partner.
pub const STEPS: usize = 5;

#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// A short key, for example `software`.
    pub key: String,
    pub name: String,
    pub version: u32,
    /// How a step in which nothing was ever scored counts in the Overall.
    pub unscored_step: UnscoredStep,
    /// The accounts that it is for.
    pub applies_to: AppliesTo,
    /// What counts as low, by type and tenure; the first that fits counts.
    pub bands: Vec<LowBand>,
    pub steps: [Step; STEPS],
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub key: String,
    pub name: String,
    pub help: Option<String>,
    /// Days after which a score of this step is stale; none: it keeps itself up to date.
    pub refresh_days: Option<i64>,
    /// What is to be done before moving on to the next step.
    pub activities: Vec<String>,
    pub metrics: Vec<Metric>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// The whole key with its step, for example `launched.expected_users_active`.
    pub key: String,
    pub name: String,
    pub help: Option<String>,
    /// Weight within the step; 0 is recorded and shown, but counts for nothing.
    pub weight: i64,
    pub kind: Kind,
    /// Who sees to it: one of `permission::FUNCTIONS`.
    pub owner_function: Option<String>,
    /// A score without a link to its evidence is refused.
    pub evidence_required: bool,
    /// Days after which its score is stale, where they differ from the step's.
    pub refresh_days: Option<i64>,
}

/// How a sub-metric is scored.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A person types it.
    Manual,
    /// 10 x clamp(data point / target, 0, 1)
    Ratio {
        point: String,
        target: Target,
    },
    /// The score of the band that the data point lies in.
    Banded {
        point: String,
        bands: Vec<Band>,
    },
    Formula(Formula),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Number(Decimal),
    Point(String),
}

/// Values from `from` on, inclusive, up to the next band's `from`, exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    pub from: Decimal,
    pub score: Score,
}

/// Below these scores a step of such an account is low.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowBand {
    /// Empty: of every type.
    pub types: Vec<AccountType>,
    /// Accounts that are clients for less than so many months; none: for however long.
    pub months_under: Option<i64>,
    pub low: [Mean; STEPS],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnscoredStep {
    /// "Zero means no progress has been made."
    #[default]
    Zero,
    /// Left out: the Overall is the mean of the scored steps.
    Exclude,
}

/// What a score can be recorded on: a sub-metric, or a whole step (a typed judgement).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricRef<'a> {
    pub step_index: usize,
    pub step: &'a Step,
    /// None: the judgement of the step itself.
    pub metric: Option<&'a Metric>,
}

impl<'a> MetricRef<'a> {
    pub fn key(self) -> &'a str {
        self.metric.map_or(&self.step.key, |metric| &metric.key)
    }

    pub fn name(self) -> &'a str {
        self.metric.map_or(&self.step.name, |metric| &metric.name)
    }

    /// Whether a number alone says it: a step, or a sub-metric that is not worked out and needs no evidence.
    pub fn is_typed(self) -> bool {
        self.metric.is_none_or(|metric| !metric.is_automatic() && !metric.evidence_required)
    }
}

impl Metric {
    pub fn is_automatic(&self) -> bool {
        self.kind != Kind::Manual
    }

    /// The score that the data points give; none when one is missing.
    pub fn computed(&self, mut value: impl FnMut(&str) -> Option<Decimal>) -> Option<Score> {
        match &self.kind {
            Kind::Manual => None,
            Kind::Ratio { point, target } => {
                let target = match target {
                    Target::Number(number) => *number,
                    Target::Point(name) => value(name)?,
                };
                Score::from_hundredths(value(point)?.share_of(target)?).ok()
            }
            Kind::Banded { point, bands } => {
                let value = value(point)?;
                let band = bands.iter().rev().find(|band| band.from <= value).or_else(|| bands.first());
                band.map(|band| band.score)
            }
            Kind::Formula(formula) => formula.score(value),
        }
    }

    /// The data points that it is worked out from.
    pub fn points(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Manual => Vec::new(),
            Kind::Ratio { point, target: Target::Point(target) } => vec![point, target],
            Kind::Ratio { point, .. } | Kind::Banded { point, .. } => vec![point],
            Kind::Formula(formula) => formula.points().iter().map(String::as_str).collect(),
        }
    }
}

impl Step {
    /// Days after which the score of one of its sub-metrics is stale.
    pub fn refresh_days_of(&self, metric: Option<&Metric>) -> Option<i64> {
        match metric {
            Some(metric) if metric.is_automatic() && metric.refresh_days.is_none() => None,
            Some(metric) => metric.refresh_days.or(self.refresh_days),
            None => self.refresh_days,
        }
    }
}

impl Template {
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Self::check(text).map_err(|mistakes| {
            let first = mistakes.into_iter().next();
            first.map_or_else(|| TemplateError::Syntax(String::new()), |mistake| mistake.error)
        })
    }

    /// Finds a step (`launched`, or `step_1` whatever its key is) or a sub-metric
    /// (`launched.expected_users_active`).
    pub fn metric(&self, key: &str) -> Option<MetricRef<'_>> {
        if let Some(step_index) = step_number(key) {
            return Some(MetricRef { step_index, step: &self.steps[step_index], metric: None });
        }
        self.steps.iter().enumerate().find_map(|(step_index, step)| {
            if step.key == key {
                return Some(MetricRef { step_index, step, metric: None });
            }
            let metric = step.metrics.iter().find(|metric| metric.key == key)?;
            Some(MetricRef { step_index, step, metric: Some(metric) })
        })
    }

    /// Below which score each step is low, for an account of this type that is a client for so many months.
    pub fn low(&self, account_type: AccountType, months: i64) -> [Mean; STEPS] {
        let fits = |band: &&LowBand| {
            (band.types.is_empty() || band.types.contains(&account_type))
                && band.months_under.is_none_or(|under| months < under)
        };
        self.bands.iter().find(fits).map_or([LOW; STEPS], |band| band.low)
    }

    /// The same on a day; an account that is no client yet is a new one.
    pub fn low_on(&self, account_type: AccountType, client_since: Option<Date>, day: Date) -> [Mean; STEPS] {
        self.low(account_type, client_since.map_or(0, |since| months_between(since, day)))
    }

    /// The days on which a client grows out of a band.
    pub fn band_turns(&self, client_since: Date) -> impl Iterator<Item = Date> + '_ {
        let months = self.bands.iter().filter_map(|band| band.months_under);
        months.map(move |months| client_since.saturating_add(Span::new().months(months)))
    }

    /// The sub-metrics that are worked out from data points.
    pub fn automatic(&self) -> impl Iterator<Item = &Metric> {
        self.steps.iter().flat_map(|step| &step.metrics).filter(|metric| metric.is_automatic())
    }

    /// The data points that its sub-metrics use, each once, in the template's order.
    pub fn points(&self) -> Vec<&str> {
        let mut points = Vec::new();
        for name in self.automatic().flat_map(Metric::points) {
            if !points.contains(&name) {
                points.push(name);
            }
        }
        points
    }
}

/// Whole months; a client that is still to come has none.
fn months_between(since: Date, day: Date) -> i64 {
    let span = since.until((Unit::Month, day)).ok();
    span.map_or(0, |span| i64::from(span.get_months())).max(0)
}

/// The index of the step that `step_1` to `step_5` means in every template.
pub fn step_number(key: &str) -> Option<usize> {
    let number: usize = key.strip_prefix("step_")?.parse().ok()?;
    number.checked_sub(1).filter(|index| *index < STEPS && key.len() == "step_1".len())
}
