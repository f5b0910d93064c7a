//! The cells of one row by their fields, read with every problem at its place.

use jiff::civil::Date;

use super::conventions::Conventions;
use super::date_cell::parse_date;
use super::field::{Field, Mapping};
use super::number_cell::parse_money;
use super::problem::{CellError, ProblemCode, RowProblem, Severity};
use super::text::{fold, is_blank, shown};
use super::unit::header_power;
use crate::field::{FieldCode, FieldError, optional_text};
use crate::limits::IMPORT_CELL_CHARS_MAX;
use crate::money::Currency;

/// Yes or no, as exports write it; none when it is neither, and blank is no.
pub fn parse_truth(cell: &str) -> Option<bool> {
    if is_blank(cell) {
        return Some(false);
    }
    match fold(cell).as_str() {
        "true" | "yes" | "y" | "1" | "t" | "x" | "ja" | "si" | "oui" | "wahr" | "vrai" => Some(true),
        "false" | "no" | "n" | "0" | "f" | "nein" | "non" | "falsch" | "faux" => Some(false),
        _ => None,
    }
}

/// One row while it is read.
pub(super) struct Cells<'a> {
    pub mapping: &'a Mapping,
    pub conventions: Conventions,
    /// None in a file without amounts.
    pub currency: Option<Currency>,
    pub row: usize,
    pub texts: &'a [String],
    pub problems: Vec<RowProblem>,
}

impl<'a> Cells<'a> {
    pub fn new(
        mapping: &'a Mapping,
        conventions: Conventions,
        currency: Option<Currency>,
        row: usize,
        cells: &'a [String],
    ) -> Self {
        Self { mapping, conventions, currency, row, texts: cells, problems: Vec::new() }
    }

    pub fn is_refused(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Nothing stands in any column that is read.
    pub fn is_blank(&self) -> bool {
        let read = self.mapping.columns().iter().zip(self.texts);
        read.filter(|(column, _)| column.field != Field::Ignore).all(|(_, cell)| is_blank(cell))
    }

    /// The cell of a field; none when there is no such column, or nothing in it.
    pub fn cell(&self, field: Field) -> Option<&'a str> {
        let cell = self.texts.get(self.mapping.column_of(field)?)?;
        (!cell.trim().is_empty()).then_some(cell.as_str())
    }

    /// A line of text; line breaks inside of a cell are spaces, as in a narrow column.
    pub fn line(&mut self, field: Field, max: usize) -> Option<String> {
        let cell = self.cell(field)?;
        // A customer may be called NA; nobody's id is.
        if field != Field::Name && is_blank(cell) {
            return None;
        }
        let count = cell.chars().count();
        if count > IMPORT_CELL_CHARS_MAX {
            let message = format!("The cell has {count} characters; at most {IMPORT_CELL_CHARS_MAX} are read");
            self.error(field, CellError::new(ProblemCode::TooLong, message));
            return None;
        }
        let read = optional_text("", &cell.replace(['\r', '\n', '\t'], " "), max);
        self.kept(field, read.map_err(cell_error)).flatten()
    }

    pub fn date(&mut self, field: Field) -> Option<Date> {
        let cell = self.cell(field)?;
        self.kept(field, parse_date(cell, self.conventions.dates)).flatten()
    }

    /// An amount that cannot be negative.
    pub fn balance(&mut self, field: Field) -> Option<i64> {
        let (cell, currency) = (self.cell(field)?, self.currency?);
        let column = self.mapping.column_of(field);
        let power = column.map_or(0, |index| header_power(&self.mapping.columns()[index].header));
        let amount = self.kept(field, parse_money(cell, self.conventions.decimal, currency, power)).flatten()?;
        if amount.rounded {
            let kept = crate::money::exact(amount.minor, currency);
            self.note(field, CellError::new(ProblemCode::Rounded, format!("{} is kept as {kept}", shown(cell))));
        }
        if amount.minor >= 0 {
            return Some(amount.minor);
        }
        let message = format!("{} is negative; an ARR is 0 or more", shown(cell));
        self.error(field, CellError::new(ProblemCode::OutOfRange, message));
        None
    }

    pub fn truth(&mut self, field: Field) -> bool {
        let Some(cell) = self.cell(field) else { return false };
        parse_truth(cell).unwrap_or_else(|| {
            let message = format!("{} is neither true nor false", shown(cell));
            self.error(field, CellError::new(ProblemCode::NotATruth, message));
            false
        })
    }

    pub fn kept<T>(&mut self, field: Field, read: Result<T, CellError>) -> Option<T> {
        read.map_err(|error| self.error(field, error)).ok()
    }

    pub fn error(&mut self, field: Field, error: CellError) {
        self.problems.push(RowProblem::at(self.mapping, self.row, field, Severity::Error, error));
    }

    pub fn note(&mut self, field: Field, error: CellError) {
        self.problems.push(RowProblem::at(self.mapping, self.row, field, Severity::Warning, error));
    }

    /// Something that has to stand in the row and does not; said once, where nothing worse was said of the cell.
    pub fn missing(&mut self, field: Field, code: ProblemCode, message: &str) {
        if !self.is_refused() {
            self.error(field, CellError::new(code, message));
        }
    }
}

pub(super) fn cell_error(error: FieldError) -> CellError {
    let code = match error.code {
        FieldCode::ControlCharacter => ProblemCode::ControlCharacter,
        _ => ProblemCode::TooLong,
    };
    CellError::new(code, error.message)
}
