//! Reading a template's text: every mistake with its line and what to do.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::choice::AppliesTo;
use super::template::{Band, Kind, LowBand, Metric, STEPS, Step, Target, Template, UnscoredStep, step_number};
use crate::account::AccountType;
use crate::decimal::Decimal;
use crate::field::{self, FieldError};
use crate::formula::{Formula, FormulaError};
use crate::limits::{
    ACTIVITIES_PER_STEP_MAX, APPLIES_TO_MAX, BANDS_MAX, METRIC_HELP_CHARS_MAX, METRIC_KEY_CHARS_MAX, METRIC_WEIGHT_MAX,
    METRICS_PER_STEP_MAX, NAME_CHARS_MAX, REFRESH_DAYS_MAX, SEGMENT_CHARS_MAX, TEMPLATE_BYTES_MAX,
};
use crate::permission::FUNCTIONS;
use crate::score::{Mean, Score};

/// Days after which a step's scores are stale when the template does not say; 0: they keep themselves up to date.
const REFRESH_DAYS: [i64; STEPS] = [35, 100, 100, 0, 190];
/// Mistakes that are told at once.
const MISTAKES_MAX: usize = 20;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The first line is 1.
    pub line: usize,
    pub error: TemplateError,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("The template is larger than {TEMPLATE_BYTES_MAX} bytes; shorten it")]
    TooLarge,
    #[error("This cannot be read: {0}")]
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
    #[error("“{0}” is no account type; write 1, 2, 3 or 4")]
    Type(i64),
    #[error("applies_to names {0} values; at most {APPLIES_TO_MAX} are allowed")]
    AppliesTo(usize),
    #[error("“{key}” is of the kind {kind} and lacks {wanted}; add it")]
    Lacks { key: String, kind: &'static str, wanted: &'static str },
    #[error("“{key}” is of the kind {kind}, which does not use {given}; take it out")]
    Unused { key: String, kind: &'static str, given: &'static str },
    #[error("The target of “{0}” must be above 0")]
    Target(String),
    #[error("The bands of “{0}” must rise: each `from` above the one before, 2 to {BANDS_MAX} of them")]
    Bands(String),
    #[error("In “{key}”: {error}")]
    Formula { key: String, error: FormulaError },
    #[error("“{key}” names the function “{function}”; use one of account_manager, customer_success, operations, …")]
    Function { key: String, function: String },
    #[error("“{0}” is worked out from data points, which are its evidence; take evidence_required out")]
    Evidence(String),
    #[error("In “{key}”: refresh_days is {days}; write 0 (automatic) to {REFRESH_DAYS_MAX}")]
    Refresh { key: String, days: i64 },
    #[error("The step “{step}” has {count} activities; at most {ACTIVITIES_PER_STEP_MAX} are allowed")]
    Activities { step: String, count: usize },
    #[error("A band's `low` has five scores from 0 to 10, one for each step, and months_under is above 0")]
    Low,
    #[error("The number {0} is not a score from 0 to 10 with at most two decimals")]
    Score(String),
    #[error("The number {0} is too large or has too many decimals")]
    Number(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateFile {
    key: Spanned<String>,
    name: String,
    /// Which version the text was written as; publishing gives the next number, whatever stands here.
    #[serde(default = "first")]
    version: u32,
    #[serde(default)]
    unscored_step: UnscoredStep,
    applies_to: Option<Spanned<AppliesToFile>>,
    #[serde(default)]
    bands: Vec<Spanned<LowFile>>,
    #[serde(default)]
    steps: Vec<Spanned<StepFile>>,
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
struct LowFile {
    #[serde(default)]
    types: Vec<i64>,
    months_under: Option<i64>,
    low: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    key: Spanned<String>,
    name: String,
    help: Option<String>,
    refresh_days: Option<i64>,
    #[serde(default)]
    activities: Vec<String>,
    #[serde(default)]
    metrics: Vec<Spanned<MetricFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricFile {
    key: Spanned<String>,
    name: String,
    help: Option<String>,
    #[serde(default = "one")]
    weight: i64,
    kind: KindWord,
    data_point: Option<String>,
    target: Option<TargetFile>,
    bands: Option<Vec<BandFile>>,
    formula: Option<Spanned<String>>,
    owner_function: Option<String>,
    #[serde(default)]
    evidence_required: bool,
    refresh_days: Option<i64>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum KindWord {
    Manual,
    Ratio,
    Banded,
    Formula,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TargetFile {
    Number(f64),
    Point(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BandFile {
    from: f64,
    score: f64,
}

fn one() -> i64 {
    1
}

fn first() -> u32 {
    1
}

impl Template {
    /// Reads a text; every mistake is told, in the order of the lines.
    pub fn check(text: &str) -> Result<Self, Vec<Mistake>> {
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(vec![Mistake { line: 1, error: TemplateError::TooLarge }]);
        }
        let file: TemplateFile = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![Mistake { line: line_of(text, at), error: TemplateError::Syntax(error.message().to_owned()) }]
        })?;
        let mut reader = Reader { text, mistakes: Vec::new(), seen: BTreeSet::new() };
        let template = reader.template(file);
        reader.mistakes.sort_by_key(|mistake| mistake.line);
        reader.mistakes.truncate(MISTAKES_MAX);
        match template {
            Some(template) if reader.mistakes.is_empty() => Ok(template),
            _ => Err(reader.mistakes),
        }
    }
}

/// The line of a byte, the first being 1.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at.min(text.len())).unwrap_or_default();
    before.split(|byte| *byte == b'\n').count()
}

struct Reader<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
    seen: BTreeSet<String>,
}

impl Reader<'_> {
    /// The value, or a mistake put down at its place.
    fn keep<T>(&mut self, at: usize, result: Result<T, TemplateError>) -> Option<T> {
        result.map_err(|error| self.mistakes.push(Mistake { line: line_of(self.text, at), error })).ok()
    }

    fn template(&mut self, file: TemplateFile) -> Option<Template> {
        let at = file.key.span().start;
        let key = file.key.into_inner();
        self.keep(at, check_key(&key));
        let name = self.keep(at, line(&key, "/name", &file.name, NAME_CHARS_MAX));
        let count = file.steps.len();
        let steps: Vec<Option<Step>> =
            file.steps.into_iter().enumerate().map(|(place, file)| self.step(place, file)).collect();
        if count != STEPS {
            self.keep::<()>(at, Err(TemplateError::Steps(count)));
        }
        let applies_to = match file.applies_to {
            None => Some(AppliesTo::default()),
            Some(file) => {
                let at = file.span().start;
                let read = applies_to(file.into_inner());
                self.keep(at, read)
            }
        };
        let mut bands = Vec::new();
        for band in file.bands {
            let at = band.span().start;
            let read = low(&band.into_inner());
            bands.extend(self.keep(at, read));
        }
        let steps: [Step; STEPS] = steps.into_iter().collect::<Option<Vec<_>>>()?.try_into().ok()?;
        let (version, unscored_step) = (file.version, file.unscored_step);
        Some(Template { key, name: name?, version, unscored_step, applies_to: applies_to?, bands, steps })
    }

    fn unique(&mut self, at: usize, key: &str) {
        if !self.seen.insert(key.to_owned()) {
            self.keep::<()>(at, Err(TemplateError::Duplicate(key.to_owned())));
        }
    }

    fn step(&mut self, place: usize, file: Spanned<StepFile>) -> Option<Step> {
        let file = file.into_inner();
        let at = file.key.span().start;
        let key = file.key.into_inner();
        self.keep(at, check_key(&key))?;
        self.unique(at, &key);
        let count = file.metrics.len();
        if count == 0 || count > METRICS_PER_STEP_MAX {
            self.keep::<()>(at, Err(TemplateError::Metrics { step: key.clone(), count }));
        }
        let metrics: Vec<Option<Metric>> = file.metrics.into_iter().map(|metric| self.metric(&key, metric)).collect();
        let weighs = |metric: &Option<Metric>| metric.as_ref().is_none_or(|metric| metric.weight > 0);
        if count > 0 && !metrics.iter().any(weighs) {
            self.keep::<()>(at, Err(TemplateError::Weightless(key.clone())));
        }
        let name = self.keep(at, line(&key, "/name", &file.name, NAME_CHARS_MAX));
        let help = self.keep(at, help(&key, file.help.as_deref()));
        let usual = REFRESH_DAYS.get(place).copied().unwrap_or(0);
        let refresh_days = self.keep(at, refresh(&key, file.refresh_days.unwrap_or(usual)));
        let activities = self.keep(at, activities(&key, &file.activities));
        let metrics = metrics.into_iter().collect::<Option<Vec<_>>>()?;
        let (name, help, refresh_days) = (name?, help?, refresh_days?.filter(|days| *days > 0));
        Some(Step { key, name, help, refresh_days, activities: activities?, metrics })
    }

    fn metric(&mut self, step: &str, file: Spanned<MetricFile>) -> Option<Metric> {
        let file = file.into_inner();
        let at = file.key.span().start;
        self.keep(at, check_key(file.key.get_ref()))?;
        let key = format!("{step}.{}", file.key.get_ref());
        self.unique(at, &key);
        if !(0..=METRIC_WEIGHT_MAX).contains(&file.weight) {
            self.keep::<()>(at, Err(TemplateError::Weight { key: key.clone(), weight: file.weight }));
        }
        let formula_at = file.formula.as_ref().map_or(at, |formula| formula.span().start);
        let kind = self.keep(if file.kind == KindWord::Formula { formula_at } else { at }, kind(&key, &file));
        let function = file.owner_function.clone();
        if let Some(function) = function.as_ref().filter(|function| !FUNCTIONS.contains(&function.as_str())) {
            self.keep::<()>(at, Err(TemplateError::Function { key: key.clone(), function: function.clone() }));
        }
        if file.evidence_required && file.kind != KindWord::Manual {
            self.keep::<()>(at, Err(TemplateError::Evidence(key.clone())));
        }
        let name = self.keep(at, line(&key, "/name", &file.name, NAME_CHARS_MAX));
        let help = self.keep(at, help(&key, file.help.as_deref()));
        let refresh_days = match file.refresh_days {
            None => Some(None),
            Some(days) => self.keep(at, refresh(&key, days)),
        };
        Some(Metric {
            key,
            name: name?,
            help: help?,
            weight: file.weight,
            kind: kind?,
            owner_function: function,
            evidence_required: file.evidence_required,
            refresh_days: refresh_days?,
        })
    }
}

fn kind(key: &str, file: &MetricFile) -> Result<Kind, TemplateError> {
    let word = match file.kind {
        KindWord::Manual => "manual",
        KindWord::Ratio => "ratio",
        KindWord::Banded => "banded",
        KindWord::Formula => "formula",
    };
    let lacks = |wanted| TemplateError::Lacks { key: key.to_owned(), kind: word, wanted };
    let (ratio, banded) = (file.kind == KindWord::Ratio, file.kind == KindWord::Banded);
    let given = [
        ("data_point", file.data_point.is_some(), ratio || banded),
        ("target", file.target.is_some(), ratio),
        ("bands", file.bands.is_some(), banded),
        ("formula", file.formula.is_some(), file.kind == KindWord::Formula),
    ];
    if let Some((given, _, _)) = given.iter().find(|(_, is_given, is_used)| *is_given && !is_used) {
        return Err(TemplateError::Unused { key: key.to_owned(), kind: word, given });
    }
    let point = || file.data_point.as_deref().ok_or_else(|| lacks("data_point")).and_then(point_name);
    match file.kind {
        KindWord::Manual => Ok(Kind::Manual),
        KindWord::Ratio => {
            let target = match file.target.as_ref().ok_or_else(|| lacks("target"))? {
                TargetFile::Number(number) => Target::Number(number_of(*number)?),
                TargetFile::Point(name) => Target::Point(point_name(name)?),
            };
            if matches!(target, Target::Number(number) if number <= Decimal::ZERO) {
                return Err(TemplateError::Target(key.to_owned()));
            }
            Ok(Kind::Ratio { point: point()?, target })
        }
        KindWord::Banded => {
            let bands = file.bands.as_ref().ok_or_else(|| lacks("bands"))?;
            Ok(Kind::Banded { point: point()?, bands: bands_of(key, bands)? })
        }
        KindWord::Formula => {
            let text = file.formula.as_ref().ok_or_else(|| lacks("formula"))?.get_ref();
            let wrong = |error| TemplateError::Formula { key: key.to_owned(), error };
            let formula = Formula::parse(text).map_err(wrong)?;
            formula.points().iter().try_for_each(|name| check_key(name))?;
            Ok(Kind::Formula(formula))
        }
    }
}

fn bands_of(key: &str, files: &[BandFile]) -> Result<Vec<Band>, TemplateError> {
    let bands: Vec<Band> = files
        .iter()
        .map(|band| Ok(Band { from: number_of(band.from)?, score: score_of(band.score)? }))
        .collect::<Result<_, TemplateError>>()?;
    let rises = bands.windows(2).all(|pair| pair[0].from < pair[1].from);
    if rises && (2..=BANDS_MAX).contains(&bands.len()) { Ok(bands) } else { Err(TemplateError::Bands(key.to_owned())) }
}

fn number_of(number: f64) -> Result<Decimal, TemplateError> {
    Decimal::from_f64(number).map_err(|_| TemplateError::Number(number.to_string()))
}

fn score_of(number: f64) -> Result<Score, TemplateError> {
    Score::from_json(number).map_err(|_| TemplateError::Score(number.to_string()))
}

fn point_name(name: &str) -> Result<String, TemplateError> {
    check_key(name).map(|()| name.to_owned())
}

fn types_of(numbers: &[i64]) -> Result<Vec<AccountType>, TemplateError> {
    let one = |number: &i64| AccountType::parse(&number.to_string()).map_err(|_| TemplateError::Type(*number));
    numbers.iter().map(one).collect()
}

fn low(file: &LowFile) -> Result<LowBand, TemplateError> {
    let scores = file.low.iter().map(|number| score_of(*number).map(Mean::from)).collect::<Result<Vec<_>, _>>()?;
    let low: [Mean; STEPS] = scores.try_into().map_err(|_| TemplateError::Low)?;
    if file.months_under.is_some_and(|months| !(1..=1_200).contains(&months)) {
        return Err(TemplateError::Low);
    }
    Ok(LowBand { types: types_of(&file.types)?, months_under: file.months_under, low })
}

fn applies_to(file: AppliesToFile) -> Result<AppliesTo, TemplateError> {
    let count = file.types.len() + file.industries.len() + file.verticals.len() + file.geographies.len();
    if count > APPLIES_TO_MAX {
        return Err(TemplateError::AppliesTo(count));
    }
    let words = |pointer: &str, list: Vec<String>| -> Result<Vec<String>, TemplateError> {
        list.iter().map(|value| line("applies_to", pointer, value, SEGMENT_CHARS_MAX)).collect()
    };
    Ok(AppliesTo {
        types: types_of(&file.types)?,
        industries: words("/industries", file.industries)?,
        verticals: words("/verticals", file.verticals)?,
        geographies: words("/geographies", file.geographies)?,
    })
}

fn activities(key: &str, lines: &[String]) -> Result<Vec<String>, TemplateError> {
    if lines.len() > ACTIVITIES_PER_STEP_MAX {
        return Err(TemplateError::Activities { step: key.to_owned(), count: lines.len() });
    }
    lines.iter().map(|text| line(key, "/activity", text, NAME_CHARS_MAX)).collect()
}

/// 0 means that nothing grows stale.
fn refresh(key: &str, days: i64) -> Result<Option<i64>, TemplateError> {
    if (0..=REFRESH_DAYS_MAX).contains(&days) {
        return Ok(Some(days));
    }
    Err(TemplateError::Refresh { key: key.to_owned(), days })
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
