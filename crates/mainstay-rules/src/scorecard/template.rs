//! A scorecard template: five steps and their sub-metrics, read from a TOML text.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::choice::AppliesTo;
use crate::account::AccountType;
use crate::field::{self, FieldError};
use crate::limits::{
    APPLIES_TO_MAX, METRIC_HELP_CHARS_MAX, METRIC_KEY_CHARS_MAX, METRIC_WEIGHT_MAX, METRICS_PER_STEP_MAX,
    NAME_CHARS_MAX, SEGMENT_CHARS_MAX, TEMPLATE_BYTES_MAX,
};

/// Steps on the way from a launched customer to a strategic partner.
pub const STEPS: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// A short key, for example `software`.
    pub key: String,
    pub name: String,
    pub version: u32,
    /// How a step in which nothing was ever scored counts in the Overall.
    pub unscored_step: UnscoredStep,
    /// The accounts that it is for.
    pub applies_to: AppliesTo,
    pub steps: [Step; STEPS],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub key: String,
    pub name: String,
    pub help: Option<String>,
    pub metrics: Vec<Metric>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// The whole key with its step, for example `launched.expected_users_active`.
    pub key: String,
    pub name: String,
    pub help: Option<String>,
    /// Weight within the step; 0 is recorded and shown, but counts for nothing.
    pub weight: i64,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("The template is larger than {TEMPLATE_BYTES_MAX} bytes; shorten it")]
    TooLarge,
    #[error("The template is not readable TOML: {0}")]
    Syntax(String),
    #[error("A scorecard has {STEPS} steps; this template has {0}")]
    Steps(usize),
    #[error("The step “{step}” has {count} sub-metrics; it needs 1 to {METRICS_PER_STEP_MAX}")]
    Metrics { step: String, count: usize },
    #[error("“{0}” is not a key; use lower-case letters, figures and _, a letter first")]
    Key(String),
    #[error("The key “{0}” means the step of that number in every template; choose another")]
    Reserved(String),
    #[error("The key “{0}” is used twice; give each step and sub-metric its own")]
    Duplicate(String),
    #[error("“{key}” has the weight {weight}; a weight is a number from 0 to {METRIC_WEIGHT_MAX}")]
    Weight { key: String, weight: i64 },
    #[error("In the step “{0}” nothing weighs; give one sub-metric a weight above 0")]
    Weightless(String),
    #[error("In “{key}”: {error}")]
    Text { key: String, error: FieldError },
    #[error("“{0}” in applies_to.types is no account type; write 1, 2, 3 or 4")]
    Type(i64),
    #[error("applies_to names {0} values; at most {APPLIES_TO_MAX} are allowed")]
    AppliesTo(usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateFile {
    key: String,
    name: String,
    /// Which version the text was written as; publishing gives the next number, whatever stands here.
    #[serde(default = "first")]
    version: u32,
    #[serde(default)]
    unscored_step: UnscoredStep,
    #[serde(default)]
    applies_to: AppliesToFile,
    steps: Vec<StepFile>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct AppliesToFile {
    types: Vec<i64>,
    industries: Vec<String>,
    verticals: Vec<String>,
    geographies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    key: String,
    name: String,
    help: Option<String>,
    metrics: Vec<MetricFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricFile {
    key: String,
    name: String,
    help: Option<String>,
    #[serde(default = "one")]
    weight: i64,
    /// Said in the file so that later kinds (ratio, banded, formula) need no new format.
    #[serde(rename = "kind")]
    _kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Manual,
}

fn one() -> i64 {
    1
}

fn first() -> u32 {
    1
}

impl Template {
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(TemplateError::TooLarge);
        }
        let file: TemplateFile = toml::from_str(text).map_err(|e| TemplateError::Syntax(e.to_string()))?;
        check_key(&file.key)?;
        let steps = file.steps.into_iter().map(step).collect::<Result<Vec<_>, _>>()?;
        let mut seen = BTreeSet::new();
        for step in &steps {
            for key in std::iter::once(&step.key).chain(step.metrics.iter().map(|m| &m.key)) {
                if !seen.insert(key.as_str()) {
                    return Err(TemplateError::Duplicate(key.clone()));
                }
            }
        }
        let name = line(&file.key, "/name", &file.name, NAME_CHARS_MAX)?;
        let steps: [Step; STEPS] = steps.try_into().map_err(|steps: Vec<Step>| TemplateError::Steps(steps.len()))?;
        let (key, version, unscored_step) = (file.key, file.version, file.unscored_step);
        let applies_to = applies_to(file.applies_to)?;
        Ok(Self { key, name, version, unscored_step, applies_to, steps })
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
}

/// The index of the step that `step_1` to `step_5` means in every template.
pub fn step_number(key: &str) -> Option<usize> {
    let number: usize = key.strip_prefix("step_")?.parse().ok()?;
    number.checked_sub(1).filter(|index| *index < STEPS && key.len() == "step_1".len())
}

fn applies_to(file: AppliesToFile) -> Result<AppliesTo, TemplateError> {
    let count = file.types.len() + file.industries.len() + file.verticals.len() + file.geographies.len();
    if count > APPLIES_TO_MAX {
        return Err(TemplateError::AppliesTo(count));
    }
    let types = file
        .types
        .into_iter()
        .map(|number| AccountType::parse(&number.to_string()).map_err(|_| TemplateError::Type(number)));
    let words = |pointer: &str, list: Vec<String>| -> Result<Vec<String>, TemplateError> {
        list.iter().map(|value| line("applies_to", pointer, value, SEGMENT_CHARS_MAX)).collect()
    };
    Ok(AppliesTo {
        types: types.collect::<Result<_, _>>()?,
        industries: words("/industries", file.industries)?,
        verticals: words("/verticals", file.verticals)?,
        geographies: words("/geographies", file.geographies)?,
    })
}

fn step(file: StepFile) -> Result<Step, TemplateError> {
    check_key(&file.key)?;
    let count = file.metrics.len();
    if count == 0 || count > METRICS_PER_STEP_MAX {
        return Err(TemplateError::Metrics { step: file.key, count });
    }
    let metrics =
        file.metrics.iter().map(|metric_file| metric(&file.key, metric_file)).collect::<Result<Vec<_>, _>>()?;
    if metrics.iter().all(|metric| metric.weight == 0) {
        return Err(TemplateError::Weightless(file.key));
    }
    let name = line(&file.key, "/name", &file.name, NAME_CHARS_MAX)?;
    let help = help(&file.key, file.help.as_deref())?;
    Ok(Step { key: file.key, name, help, metrics })
}

fn metric(step_key: &str, file: &MetricFile) -> Result<Metric, TemplateError> {
    check_key(&file.key)?;
    let key = format!("{step_key}.{}", file.key);
    if !(0..=METRIC_WEIGHT_MAX).contains(&file.weight) {
        return Err(TemplateError::Weight { key, weight: file.weight });
    }
    let name = line(&key, "/name", &file.name, NAME_CHARS_MAX)?;
    let help = help(&key, file.help.as_deref())?;
    Ok(Metric { key, name, help, weight: file.weight })
}

fn check_key(key: &str) -> Result<(), TemplateError> {
    if step_number(key).is_some() {
        return Err(TemplateError::Reserved(key.to_owned()));
    }
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let well_formed = key.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && key.len() <= METRIC_KEY_CHARS_MAX
        && key.bytes().all(letters);
    if well_formed { Ok(()) } else { Err(TemplateError::Key(key.chars().take(80).collect())) }
}

fn line(key: &str, pointer: &str, value: &str, max: usize) -> Result<String, TemplateError> {
    field::text(pointer, value, max).map_err(|error| TemplateError::Text { key: key.to_owned(), error })
}

fn help(key: &str, value: Option<&str>) -> Result<Option<String>, TemplateError> {
    value.map(|value| line(key, "/help", value, METRIC_HELP_CHARS_MAX)).transpose()
}
