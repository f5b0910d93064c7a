//! The JSON shapes of imports.

use jiff::Timestamp;
use mainstay_rules::import::{Conventions, DateOrder, DecimalMark, Field, RowProblem, Severity, column_letters};
use mainstay_rules::limits::IMPORT_PROBLEMS_SHOWN_MAX;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::import::store::{Checked, Counts, Import, Settings, Sheet, UndoSummary};

/// A column of the file and what it holds.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportColumn)]
pub struct ColumnOut {
    #[schema(example = "A")]
    pub letter: String,
    pub header: String,
    /// `name`, `external_id`, `associate`, `end_on`, `type`, a step's key, `overall`, `arr_last_year`, `arr_delta_target`,
    /// `arr_ytd`, `progress`, `industry`, `vertical`, `geography`, `note` or `ignore`.
    pub field: &'static str,
}

/// A problem and its place.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportProblem)]
pub struct ProblemOut {
    /// The row's number as the spreadsheet shows it.
    pub row: usize,
    pub column: Option<PlaceOut>,
    /// `error` keeps the row out, `warning` does not.
    pub severity: &'static str,
    #[schema(example = "not_a_date")]
    pub code: &'static str,
    pub message: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImportPlace)]
pub struct PlaceOut {
    pub letter: String,
    pub header: String,
}

/// What undoing did.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportUndo)]
pub struct UndoOut {
    pub removed: usize,
    pub restored: usize,
    /// Accounts that were edited since and stay as they are.
    pub left: Vec<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportOut {
    /// Null for a dry run.
    pub id: Option<Uuid>,
    pub kind: &'static str,
    pub file_name: String,
    /// `staged`, `applied` or `undone`; `dry_run` when nothing was kept.
    pub status: &'static str,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub created_at: Option<Timestamp>,
    pub created_by: Option<Uuid>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub applied_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Timestamp>,
    pub columns: Vec<ColumnOut>,
    /// `dot` or `comma`: how decimals are read.
    pub decimal: Option<DecimalWord>,
    pub dates: Option<DateWord>,
    /// What must be answered before the file can be applied: `mapping`, `decimal`, `dates`.
    pub questions: Vec<&'static str>,
    pub counts: Counts,
    /// The errors first, at most 200.
    pub problems: Vec<ProblemOut>,
    /// All problems, also those that are not listed.
    pub problem_count: usize,
    /// Associates whom nobody knows yet and who would be added.
    pub new_people: Vec<String>,
    pub undo: Option<UndoOut>,
    pub version: i64,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportDecimal)]
pub enum DecimalWord {
    Dot,
    Comma,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportDates)]
pub enum DateWord {
    DayFirst,
    MonthFirst,
    Iso,
}

impl From<DecimalMark> for DecimalWord {
    fn from(mark: DecimalMark) -> Self {
        match mark {
            DecimalMark::Dot => Self::Dot,
            DecimalMark::Comma => Self::Comma,
        }
    }
}

impl From<DateOrder> for DateWord {
    fn from(order: DateOrder) -> Self {
        match order {
            DateOrder::DayFirst => Self::DayFirst,
            DateOrder::MonthFirst => Self::MonthFirst,
            DateOrder::Iso => Self::Iso,
        }
    }
}

fn columns(headers: &[String], fields: &[Field]) -> Vec<ColumnOut> {
    let fields = fields.iter().copied().chain(std::iter::repeat(Field::Ignore));
    let numbered = headers.iter().zip(fields).enumerate();
    numbered
        .map(|(index, (header, field))| ColumnOut {
            letter: column_letters(index),
            header: header.clone(),
            field: field.key(),
        })
        .collect()
}

/// "A · Customer": a column as people and problems name it.
pub fn column_names(headers: &[String]) -> Vec<String> {
    let name = |(index, header): (usize, &String)| {
        let letters = column_letters(index);
        if header.is_empty() { letters } else { format!("{letters} · {header}") }
    };
    headers.iter().enumerate().map(name).collect()
}

fn problem(problem: &RowProblem) -> ProblemOut {
    ProblemOut {
        row: problem.row,
        column: problem.column.as_ref().map(|c| PlaceOut { letter: c.letter.clone(), header: c.header.clone() }),
        severity: if problem.severity == Severity::Error { "error" } else { "warning" },
        code: problem.code.as_str(),
        message: problem.message.clone(),
    }
}

impl ImportOut {
    pub fn of(import: &Import, checked: Option<&Checked>) -> Self {
        let out = Self {
            id: Some(import.id),
            status: import.status.as_str(),
            created_at: Some(import.created_at),
            created_by: import.created_by,
            applied_at: import.applied_at,
            undone_at: import.undone_at,
            counts: import.summary.counts,
            undo: import.summary.undo.as_ref().map(undo),
            version: import.version,
            ..Self::empty(import.file_name.clone(), columns(&import.headers, &import.settings.fields), &import.settings)
        };
        match checked {
            Some(checked) => out.with(checked, &import.settings),
            None => out,
        }
    }

    pub fn dry(sheet: &Sheet, settings: &Settings, checked: &Checked) -> Self {
        Self::empty(sheet.file_name.clone(), columns(&sheet.headers, &settings.fields), settings)
            .with(checked, settings)
    }

    fn empty(file_name: String, columns: Vec<ColumnOut>, settings: &Settings) -> Self {
        Self {
            id: None,
            kind: "progress_report",
            file_name,
            status: "dry_run",
            created_at: None,
            created_by: None,
            applied_at: None,
            undone_at: None,
            columns,
            decimal: settings.decimal.map(Into::into),
            dates: settings.dates.map(Into::into),
            questions: Vec::new(),
            counts: Counts::default(),
            problems: Vec::new(),
            problem_count: 0,
            new_people: Vec::new(),
            undo: None,
            version: 0,
        }
    }

    fn with(self, checked: &Checked, settings: &Settings) -> Self {
        let Conventions { decimal, dates } = checked.conventions;
        let (asks_decimal, asks_dates) = (checked.asks_decimal(settings), checked.asks_dates(settings));
        let asked = [("mapping", checked.mapping_error.is_some()), ("decimal", asks_decimal), ("dates", asks_dates)];
        Self {
            decimal: (!asks_decimal).then_some(decimal.into()),
            dates: (!asks_dates).then_some(dates.into()),
            questions: asked.into_iter().filter_map(|(word, asks)| asks.then_some(word)).collect(),
            counts: checked.counts(),
            problems: checked.problems.iter().take(IMPORT_PROBLEMS_SHOWN_MAX).map(problem).collect(),
            problem_count: checked.problems.len(),
            new_people: checked.new_people.values().cloned().collect(),
            ..self
        }
    }
}

fn undo(undo: &UndoSummary) -> UndoOut {
    UndoOut { removed: undo.removed, restored: undo.restored, left: undo.left.clone() }
}

/// An import as a list shows it.
#[derive(Serialize, ToSchema)]
pub struct ImportBrief {
    pub id: Uuid,
    pub file_name: String,
    /// `staged`, `applied` or `undone`
    pub status: &'static str,
    pub rows: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub created_by: Option<Uuid>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub applied_at: Option<Timestamp>,
    pub counts: Counts,
}

impl ImportBrief {
    pub fn of(import: &Import) -> Self {
        Self {
            id: import.id,
            file_name: import.file_name.clone(),
            status: import.status.as_str(),
            rows: import.row_count,
            created_at: import.created_at,
            created_by: import.created_by,
            applied_at: import.applied_at,
            counts: import.summary.counts,
        }
    }
}
