//! One row of a file of scores: on a day, an account had this score on a step or a sub-metric.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::cells::{Cells, cell_error};
use super::conventions::Conventions;
use super::field::{Field, Mapping};
use super::number_cell::parse_score;
use super::problem::{CellError, ProblemCode, RowProblem};
use super::text::{fold, shown};
use crate::field::{note, optional_url};
use crate::limits::{EXTERNAL_ID_CHARS_MAX, NAME_CHARS_MAX};
use crate::scorecard::Template;

/// A score as a row says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreRow {
    pub row: usize,
    pub name: Option<String>,
    pub external_id: Option<String>,
    /// Key of the step or of the sub-metric.
    pub metric: String,
    pub hundredths: i64,
    pub on: Date,
    pub note: String,
    pub evidence_url: String,
    /// Name or e-mail address, as written.
    pub by: Option<String>,
}

/// The steps and sub-metrics under every word that files use for them.
#[derive(Debug, Clone, Default)]
pub struct MetricNames {
    keys: HashMap<String, String>,
    steps: Vec<String>,
}

impl MetricNames {
    /// Words of the first template go before those of the others. A step is `step_1` to `step_5`, whatever its key is.
    pub fn of<'a>(templates: impl Iterator<Item = &'a Template>) -> Self {
        let mut names = Self::default();
        for template in templates {
            names.add(template);
        }
        names
    }

    fn add(&mut self, template: &Template) {
        let is_first = self.steps.is_empty();
        for (index, step) in template.steps.iter().enumerate() {
            if is_first {
                self.steps.push(step.name.clone());
            }
            let key = format!("step_{}", index + 1);
            let number = (index + 1).to_string();
            for word in [&step.key, &step.name, &key, &format!("s{number}"), &number] {
                self.put(word, &key);
            }
        }
        for step in &template.steps {
            for metric in &step.metrics {
                self.put(&metric.key, &metric.key);
                self.put(&metric.name, &metric.key);
                self.put(&format!("{} {}", step.name, metric.name), &metric.key);
            }
        }
    }

    /// The first meaning of a word stays: steps come before their sub-metrics.
    fn put(&mut self, word: &str, key: &str) {
        self.keys.entry(fold(word)).or_insert_with(|| key.to_owned());
    }

    fn find(&self, word: &str) -> Option<&str> {
        self.keys.get(&fold(word)).map(String::as_str)
    }
}

/// Reads one row; none when it stays out: it is empty, has no score, or has an error.
pub fn check_score(
    mapping: &Mapping,
    conventions: Conventions,
    (names, today): (&MetricNames, Date),
    row: usize,
    cells: &[String],
) -> (Option<ScoreRow>, Vec<RowProblem>) {
    let mut cells = Cells::new(mapping, conventions, None, row, cells);
    if cells.is_blank() {
        return (None, cells.problems);
    }
    let read = read(&mut cells, names, today);
    let kept = read.filter(|_| !cells.is_refused());
    (kept, cells.problems)
}

fn read(cells: &mut Cells<'_>, names: &MetricNames, today: Date) -> Option<ScoreRow> {
    let name = cells.line(Field::Name, NAME_CHARS_MAX);
    let external_id = cells.line(Field::ExternalId, EXTERNAL_ID_CHARS_MAX);
    let by = cells.line(Field::By, NAME_CHARS_MAX);
    let metric = metric(cells, names);
    let hundredths = score(cells);
    let on = cells.date(Field::ScoredOn);
    let text = cells.cell(Field::Note).map_or(Ok(None), |cell| note("/note", cell).map_err(cell_error));
    let note = cells.kept(Field::Note, text).flatten().unwrap_or_default();
    let evidence_url = evidence(cells);
    if name.is_none() && external_id.is_none() {
        cells.missing(Field::ExternalId, ProblemCode::AccountMissing, "The row does not say whose score it is");
    }
    let Some(on) = on else {
        cells.missing(Field::ScoredOn, ProblemCode::DateMissing, "The score has no date");
        return None;
    };
    if on > today {
        let message = format!("{on} lies in the future; a score is of today or earlier");
        cells.error(Field::ScoredOn, CellError::new(ProblemCode::InFuture, message));
    }
    Some(ScoreRow {
        row: cells.row,
        name,
        external_id,
        metric: metric?,
        hundredths: hundredths?,
        on,
        note,
        evidence_url,
        by,
    })
}

fn metric(cells: &mut Cells<'_>, names: &MetricNames) -> Option<String> {
    let Some(told) = cells.cell(Field::Metric) else {
        cells.missing(
            Field::Metric,
            ProblemCode::MetricMissing,
            "The row does not say which step or metric was scored",
        );
        return None;
    };
    if let Some(key) = names.find(told) {
        return Some(key.to_owned());
    }
    let message =
        format!("{} is no step or metric of the scorecard; its steps are {}", shown(told), names.steps.join(", "));
    cells.error(Field::Metric, CellError::new(ProblemCode::MetricUnknown, message));
    None
}

/// A blank score says nothing: the row stays out.
fn score(cells: &mut Cells<'_>) -> Option<i64> {
    let cell = cells.cell(Field::Score)?;
    let read = parse_score(cell, cells.conventions.decimal);
    let read = cells.kept(Field::Score, read).flatten()?;
    if read.rounded {
        let message = format!("{} is kept as {}: two decimals", shown(cell), read.score);
        cells.note(Field::Score, CellError::new(ProblemCode::Rounded, message));
    }
    Some(read.score.hundredths())
}

fn evidence(cells: &mut Cells<'_>) -> String {
    let Some(cell) = cells.cell(Field::Evidence) else { return String::new() };
    let read = optional_url("/evidence", cell).map_err(|error| CellError::new(ProblemCode::NotALink, error.message));
    cells.kept(Field::Evidence, read).flatten().unwrap_or_default()
}
