//! One row of the sheet: read by its mapping, checked, with every problem at its place.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::conventions::Conventions;
use super::date_cell::parse_date;
use super::field::{Field, Mapping, column_letters};
use super::number_cell::{parse_money, parse_percent, parse_score};
use super::own::{self, OwnCell, OwnKey, Said};
use super::problem::{CellError, ProblemCode, RowProblem, Severity};
use super::text::{fold, is_blank, shown};
use super::unit::header_power;
use crate::account::AccountType;
use crate::field::{FieldCode, FieldError, note, optional_text};
use crate::limits::{EXTERNAL_ID_CHARS_MAX, IMPORT_CELL_CHARS_MAX, NAME_CHARS_MAX, SEGMENT_CHARS_MAX};
use crate::money::Currency;

/// A row as it will be imported; none means that the sheet says nothing, and nothing is changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedRow {
    /// The row's number as the spreadsheet shows it.
    pub row: usize,
    pub kind: RowKind,
    pub name: Option<String>,
    pub external_id: Option<String>,
    /// Name or e-mail address, as written.
    pub associate: Option<String>,
    /// Last day of the agreement, as the sheet says it.
    pub end_on: Option<Date>,
    pub account_type: Option<AccountType>,
    /// Hundredths, in the order of the five steps.
    pub steps: [Option<i64>; 5],
    /// Hundredths; compared only.
    pub overall: Option<i64>,
    pub arr_last_year_minor: Option<i64>,
    pub arr_delta_target_minor: Option<i64>,
    pub arr_ytd_minor: Option<i64>,
    /// Hundredths of a percent; never stored.
    pub progress: Option<i64>,
    pub industry: Option<String>,
    pub vertical: Option<String>,
    pub geography: Option<String>,
    pub note: Option<String>,
    /// Of the workspace's own fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<OwnCell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    #[default]
    Account,
    /// Nothing in any mapped column; left out.
    Blank,
    /// A line of totals; left out.
    Total,
}

/// Reads and checks one row; never panics, whatever the cells hold.
pub fn check_row(
    mapping: &Mapping,
    conventions: Conventions,
    currency: Currency,
    row_number: usize,
    cells: &[String],
) -> (StagedRow, Vec<RowProblem>) {
    let mut reader = Reader {
        mapping,
        conventions,
        currency,
        staged: StagedRow { row: row_number, ..StagedRow::default() },
        problems: Vec::new(),
    };
    reader.staged.kind = row_kind(mapping, cells);
    if reader.staged.kind != RowKind::Account {
        return (reader.staged, reader.problems);
    }
    for (column, cell) in mapping.columns().iter().zip(cells) {
        reader.read(column.field, cell);
    }
    reader.check_whole(cells);
    (reader.staged, reader.problems)
}

fn row_kind(mapping: &Mapping, cells: &[String]) -> RowKind {
    let filled =
        |field: Field| mapping.column_of(field).and_then(|index| cells.get(index)).filter(|cell| !is_blank(cell));
    let mut mapped = mapping.columns().iter().filter(|column| column.field != Field::Ignore);
    if !mapped.any(|column| filled(column.field).is_some()) {
        return RowKind::Blank;
    }
    // TotalEnergies is a customer too: a line of totals has neither an id, nor a type, nor anyone.
    let named = [Field::ExternalId, Field::Associate, Field::Type, Field::EndOn];
    let anonymous = named.into_iter().all(|field| filled(field).is_none());
    let totals = ["total", "totals", "sum", "grand total", "summe", "gesamt", "totale", "average"];
    let says_total = filled(Field::Name).is_some_and(|name| totals.contains(&fold(name).as_str()));
    if anonymous && says_total { RowKind::Total } else { RowKind::Account }
}

pub(super) struct Reader<'a> {
    pub mapping: &'a Mapping,
    conventions: Conventions,
    currency: Currency,
    pub staged: StagedRow,
    pub problems: Vec<RowProblem>,
}

impl Reader<'_> {
    fn read(&mut self, field: Field, cell: &str) {
        let count = cell.chars().count();
        if field != Field::Ignore && count > IMPORT_CELL_CHARS_MAX {
            let message = format!("The cell has {count} characters; at most {IMPORT_CELL_CHARS_MAX} are read");
            self.error(field, CellError::new(ProblemCode::TooLong, message));
            return;
        }
        match field {
            Field::Mrr => {
                let months = self.balance(field, cell);
                self.staged.arr_ytd_minor = self.staged.arr_ytd_minor.or(months.map(|minor| minor.saturating_mul(12)));
            }
            Field::Name => self.staged.name = self.line(field, cell, NAME_CHARS_MAX),
            Field::ExternalId => {
                self.staged.external_id = self.line(field, cell, EXTERNAL_ID_CHARS_MAX);
            }
            Field::Associate => self.staged.associate = self.line(field, cell, NAME_CHARS_MAX),
            Field::Industry => self.staged.industry = self.line(field, cell, SEGMENT_CHARS_MAX),
            Field::Vertical => self.staged.vertical = self.line(field, cell, SEGMENT_CHARS_MAX),
            Field::Geography => self.staged.geography = self.line(field, cell, SEGMENT_CHARS_MAX),
            Field::Note => {
                let read = note("/note", cell).map_err(cell_error);
                self.staged.note = self.kept(field, read).flatten();
            }
            Field::EndOn => {
                let read = parse_date(cell, self.conventions.dates);
                self.staged.end_on = self.kept(field, read).flatten();
            }
            Field::Type => self.staged.account_type = self.account_type(cell),
            Field::Overall => self.staged.overall = self.score(field, cell),
            Field::ArrLastYear => self.staged.arr_last_year_minor = self.balance(field, cell),
            Field::ArrYtd => self.staged.arr_ytd_minor = self.balance(field, cell).or(self.staged.arr_ytd_minor),
            Field::ArrDeltaTarget => self.staged.arr_delta_target_minor = self.money(field, cell),
            Field::Progress => {
                // Never stored, so a wrong cell is no reason to refuse the row.
                match parse_percent(cell, self.conventions.decimal) {
                    Ok(progress) => self.staged.progress = progress,
                    Err(error) => self.warning(field, error),
                }
            }
            Field::Launched
            | Field::RoiGenerated
            | Field::RoiRecognized
            | Field::Monetizes
            | Field::StrategicPartner => {
                let score = self.score(field, cell);
                if let Some(index) = Field::STEPS.iter().position(|step| *step == field) {
                    self.staged.steps[index] = score;
                }
            }
            Field::Own(key) => self.own(field, key, cell),
            // Left out, or of another kind of file.
            _ => {}
        }
    }

    /// A line of text; line breaks inside of a cell are spaces here, as in a narrow column.
    fn line(&mut self, field: Field, cell: &str, max: usize) -> Option<String> {
        let joined = cell.replace(['\r', '\n', '\t'], " ");
        // A customer may be called NA; nobody's industry is.
        if field != Field::Name && is_blank(&joined) {
            return None;
        }
        let read = optional_text("", &joined, max).map_err(cell_error);
        self.kept(field, read).flatten()
    }

    fn account_type(&mut self, cell: &str) -> Option<AccountType> {
        if is_blank(cell) {
            return None;
        }
        // A sheet that stores numbers as floats writes 1.0.
        let whole = cell.trim().strip_suffix(".0").unwrap_or(cell);
        let read = AccountType::parse(whole)
            .map_err(|error| CellError::new(ProblemCode::NotAType, format!("{}: {error}", shown(cell))));
        self.kept(Field::Type, read)
    }

    fn score(&mut self, field: Field, cell: &str) -> Option<i64> {
        let read = parse_score(cell, self.conventions.decimal);
        // The Overall is only compared, so a wrong one is no reason to refuse the row.
        let read = match read {
            Err(error) if field == Field::Overall => {
                self.warning(field, error);
                return None;
            }
            read => self.kept(field, read).flatten()?,
        };
        if read.rounded && field != Field::Overall {
            let message = format!("{} is kept as {}: two decimals", shown(cell), read.score);
            self.warning(field, CellError::new(ProblemCode::Rounded, message));
        }
        Some(read.score.hundredths())
    }

    fn money(&mut self, field: Field, cell: &str) -> Option<i64> {
        let read = parse_money(cell, self.conventions.decimal, self.currency, self.header_power(field));
        let amount = self.kept(field, read).flatten()?;
        if amount.rounded {
            let kept = crate::money::exact(amount.minor, self.currency);
            let message = format!("{} is kept as {kept}", shown(cell));
            self.warning(field, CellError::new(ProblemCode::Rounded, message));
        }
        Some(amount.minor)
    }

    fn own(&mut self, field: Field, key: OwnKey, cell: &str) {
        let Some(own) = self.mapping.own(field) else { return };
        // A field that is called "Budget in k" has the amounts that its cells show.
        let is_own_name =
            self.mapping.column_of(field).is_some_and(|at| own::is_named(own, &self.mapping.columns()[at].header));
        let power = if is_own_name { 0 } else { self.header_power(field) };
        let read = own::read(own, cell, self.conventions, (self.currency, power));
        let Some((said, rounded)) = self.kept(field, read).flatten() else { return };
        if let (true, Said::Value(value)) = (rounded, &said) {
            let message = format!("{} is kept as {}", shown(cell), value.raw(self.currency));
            self.warning(field, CellError::new(ProblemCode::Rounded, message));
        }
        self.staged.own.push(OwnCell { key, said });
    }

    fn header_power(&self, field: Field) -> i32 {
        self.mapping.column_of(field).map_or(0, |index| header_power(&self.mapping.columns()[index].header))
    }

    /// An ARR: an amount that cannot be negative.
    fn balance(&mut self, field: Field, cell: &str) -> Option<i64> {
        let minor = self.money(field, cell)?;
        if minor >= 0 {
            return Some(minor);
        }
        let message = format!("{} is negative; an ARR is 0 or more", shown(cell));
        self.error(field, CellError::new(ProblemCode::OutOfRange, message));
        None
    }

    pub fn has_problem_at(&self, field: Field) -> bool {
        let letter = self.mapping.column_of(field).map(column_letters);
        self.problems.iter().any(|p| p.column.as_ref().map(|c| &c.letter) == letter.as_ref())
    }

    fn kept<T>(&mut self, field: Field, read: Result<T, CellError>) -> Option<T> {
        read.map_err(|error| self.error(field, error)).ok()
    }

    pub fn error(&mut self, field: Field, error: CellError) {
        self.push(field, Severity::Error, error);
    }

    pub fn warning(&mut self, field: Field, error: CellError) {
        self.push(field, Severity::Warning, error);
    }

    fn push(&mut self, field: Field, severity: Severity, error: CellError) {
        self.problems.push(RowProblem::at(self.mapping, self.staged.row, field, severity, error));
    }
}

fn cell_error(error: FieldError) -> CellError {
    let code = match error.code {
        FieldCode::ControlCharacter => ProblemCode::ControlCharacter,
        _ => ProblemCode::TooLong,
    };
    CellError::new(code, error.message)
}
