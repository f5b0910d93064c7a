//! The JSON shapes of imports.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::import::{Conventions, DateOrder, DecimalMark, EndIs, Field, RowProblem, Severity, column_letters};
use mainstay_rules::limits::IMPORT_PROBLEMS_SHOWN_MAX;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Look;
use super::change::ChangeOut;
use crate::import::store::{Checked, Counts, Found, Import, Settings, Status, UndoSummary, Work};

/// A column of the file and what it holds.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportColumn)]
pub struct ColumnOut {
    #[schema(example = "A")]
    pub letter: String,
    pub header: String,
    /// Of accounts: `name`, `external_id`, `associate`, `end_on`, `type`, a step's key, `overall`, `arr_last_year`,
    /// `arr_delta_target`, `arr_ytd`, `mrr`, `progress`, `industry`, `vertical`, `geography`, `note`, or `field.` and the
    /// key of a field of your own, as in `field.sites`. Of contracts: `name`,
    /// `external_id`, `contract_id`, `contract_name`, `start_on`, `end_on`, `arr`, `mrr`, `currency`, `leave_out`, `note`.
    /// Of scores: `name`, `external_id`, `metric`, `score`, `scored_on`, `note`, `evidence`, `by`. Otherwise `ignore`.
    pub field: String,
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

/// How far the work in the background is.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportProgress)]
pub struct ProgressOut {
    /// `staging`, `checking`, `preparing`, `applying`, `reversing` or `undoing`
    pub stage: &'static str,
    /// Rows; accounts where it is undone or taken back.
    pub done: i64,
    /// 0 while it is not known.
    pub of: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportOut {
    /// Null for a dry run.
    pub id: Option<Uuid>,
    /// `accounts`, `contracts` or `scores`
    pub kind: &'static str,
    /// The saved or ready mapping that recognised the file.
    pub known_as: Option<String>,
    /// What is being done with it, and how far that is; null when nothing is.
    pub progress: Option<ProgressOut>,
    /// Why an import was taken back by itself.
    pub failure: Option<String>,
    /// Why the columns as chosen cannot be read.
    pub mapping_error: Option<String>,
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
    /// What the end date of a contract is: `last_day` or `first_day_without`.
    pub end_is: EndWord,
    /// What must be answered before the file can be applied: `kind`, `mapping`, `decimal`, `dates`.
    pub questions: Vec<&'static str>,
    /// Of accounts; of rows in a file of contracts or scores, where `create` are the rows that say something new.
    pub counts: Counts,
    /// Accounts that the rows are about, as far as it is known.
    pub accounts: usize,
    /// Of them, those that the file makes.
    pub accounts_new: usize,
    /// The earliest and the latest day that contracts start or scores are of.
    #[schema(value_type = Option<String>, format = Date)]
    pub first_on: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub last_on: Option<Date>,
    /// The errors first, at most 200.
    pub problems: Vec<ProblemOut>,
    /// All problems, also those that are not listed.
    pub problem_count: usize,
    /// Associates whom nobody knows yet and who would be added.
    pub new_people: Vec<String>,
    /// What a file about accounts of at most 2,000 rows would change of accounts that are here, while it waits.
    pub changes: Vec<ChangeOut>,
    /// Accounts that change beyond those.
    pub changes_more: usize,
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

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportEnd)]
pub enum EndWord {
    LastDay,
    FirstDayWithout,
}

impl From<EndIs> for EndWord {
    fn from(end: EndIs) -> Self {
        match end {
            EndIs::LastDay => Self::LastDay,
            EndIs::FirstDayWithout => Self::FirstDayWithout,
        }
    }
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
            field: field.key().into_owned(),
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
    pub fn of(look: &Look) -> Self {
        let (import, checked) = (&look.import, look.checked.as_ref());
        let summary = &import.summary;
        let check = summary.check.as_ref();
        let out = Self {
            id: Some(import.id),
            kind: import.kind.key(),
            known_as: import.settings.known_as.clone(),
            progress: import.work.map(|work| ProgressOut {
                stage: work.as_str(),
                done: import.job.done,
                of: import.job.of,
            }),
            failure: summary.failure.clone(),
            mapping_error: None,
            file_name: import.file_name.clone(),
            status: import.status.as_str(),
            created_at: Some(import.created_at),
            created_by: import.created_by,
            applied_at: import.applied_at,
            undone_at: import.undone_at,
            columns: columns(&import.headers, &import.settings.fields),
            decimal: import.settings.decimal.map(Into::into),
            dates: import.settings.dates.map(Into::into),
            end_is: import.settings.end_is.into(),
            questions: Vec::new(),
            counts: summary.counts,
            accounts: check.map_or(0, |check| check.accounts),
            accounts_new: check.map_or(0, |check| check.accounts_new),
            first_on: check.and_then(|check| check.first_on),
            last_on: check.and_then(|check| check.last_on),
            problems: Vec::new(),
            problem_count: 0,
            new_people: Vec::new(),
            changes: look.changes.values.iter().map(|change| ChangeOut::of(change, look.currency)).collect(),
            changes_more: look.changes.more,
            undo: summary.undo.as_ref().map(undo),
            version: import.version,
        };
        match (checked, check) {
            (Some(checked), _) => out.with(checked, &import.settings),
            (None, Some(check)) if import.status == Status::Staged => out.with_found(check, &import.settings),
            _ => out,
        }
    }

    /// The same of a file that is not kept.
    #[must_use]
    pub fn dry(self) -> Self {
        Self { id: None, status: "dry_run", created_at: None, created_by: None, version: 0, ..self }
    }

    fn with(self, checked: &Checked, settings: &Settings) -> Self {
        let Conventions { decimal, dates } = checked.conventions;
        let (asks_decimal, asks_dates) = (checked.asks_decimal(settings), checked.asks_dates(settings));
        let asked = [
            ("kind", settings.kind_unclear),
            ("mapping", checked.mapping_error.is_some()),
            ("decimal", asks_decimal),
            ("dates", asks_dates),
        ];
        let counts = checked.counts();
        Self {
            decimal: (!asks_decimal).then_some(decimal.into()),
            dates: (!asks_dates).then_some(dates.into()),
            questions: asked.into_iter().filter_map(|(word, asks)| asks.then_some(word)).collect(),
            counts,
            mapping_error: checked.mapping_error.clone(),
            accounts: counts.create + counts.update + counts.unchanged,
            accounts_new: counts.create,
            problems: checked.problems.iter().take(IMPORT_PROBLEMS_SHOWN_MAX).map(problem).collect(),
            problem_count: checked.problems.len(),
            new_people: checked.new_people.values().cloned().collect(),
            ..self
        }
    }

    fn with_found(self, found: &Found, settings: &Settings) -> Self {
        let asks_decimal = found.decimal_unclear && settings.decimal.is_none();
        let asks_dates = found.dates_unclear && settings.dates.is_none();
        let asked = [
            ("kind", settings.kind_unclear),
            ("mapping", found.mapping_error.is_some()),
            ("decimal", asks_decimal),
            ("dates", asks_dates),
        ];
        Self {
            decimal: found.decimal.map(Into::into),
            dates: found.dates.map(Into::into),
            questions: asked.into_iter().filter_map(|(word, asks)| asks.then_some(word)).collect(),
            counts: found.counts,
            mapping_error: found.mapping_error.clone(),
            problems: found.problems.iter().map(problem).collect(),
            problem_count: found.problem_count,
            new_people: found.new_people.clone(),
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
    /// `accounts`, `contracts` or `scores`
    pub kind: &'static str,
    /// What is being done with it in the background: null when nothing is.
    pub stage: Option<&'static str>,
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
            kind: import.kind.key(),
            stage: import.work.map(Work::as_str),
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
