//! One row of a file of contracts: from a day on, a contract of an account is worth so much a year, until an end.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::cells::{Cells, cell_error};
use super::conventions::{Conventions, EndIs};
use super::field::{Field, Mapping};
use super::problem::{CellError, ProblemCode, RowProblem};
use super::text::shown;
use crate::field::note;
use crate::ledger::check_amendment;
use crate::limits::{EXTERNAL_ID_CHARS_MAX, NAME_CHARS_MAX};
use crate::money::Currency;

/// Months of a year: what an MRR is multiplied by.
const MONTHS: i64 = 12;

/// An amendment as a row says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRow {
    pub row: usize,
    pub name: Option<String>,
    pub external_id: Option<String>,
    pub contract_id: Option<String>,
    pub contract_name: Option<String>,
    pub start_on: Date,
    /// First day on which the ARR no longer counts.
    pub end_on: Option<Date>,
    /// Minor units of the currency.
    pub arr_minor: i64,
    pub currency: Currency,
    pub note: String,
}

/// What the rows of a file are read against.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// Of the workspace; amounts without another one are in it.
    pub currency: Currency,
    /// Other currencies whose worth somebody has said.
    pub rated: &'a [Currency],
    pub end_is: EndIs,
}

/// Reads one row; none when it stays out: it is empty, marked, worth nothing on any day, or has an error.
pub fn check_contract(
    mapping: &Mapping,
    conventions: Conventions,
    told: &Told<'_>,
    row: usize,
    cells: &[String],
) -> (Option<ContractRow>, Vec<RowProblem>) {
    let mut cells = Cells::new(mapping, conventions, Some(told.currency), row, cells);
    if cells.is_blank() || cells.truth(Field::LeaveOut) {
        return (None, cells.problems);
    }
    read_currency(&mut cells, told);
    let read = read(&mut cells, told.end_is);
    let kept = read.filter(|_| !cells.is_refused());
    (kept, cells.problems)
}

/// The amounts of the row are read in the currency that it names.
fn read_currency(cells: &mut Cells<'_>, told: &Told<'_>) {
    let Some(code) = cells.cell(Field::Currency) else { return };
    let named = Currency::parse(code.trim()).ok();
    if let Some(known) = named.filter(|named| *named == told.currency || told.rated.contains(named)) {
        cells.currency = Some(known);
        return;
    }
    let message = match named {
        Some(other) => format!(
            "There is no exchange rate from {other} to {}; set one under Settings, Currencies, and check again",
            told.currency
        ),
        None => format!("{} is no currency; write its code, for example {}", shown(code), told.currency),
    };
    cells.error(Field::Currency, CellError::new(ProblemCode::OtherCurrency, message));
}

fn read(cells: &mut Cells<'_>, end_is: EndIs) -> Option<ContractRow> {
    let name = cells.line(Field::Name, NAME_CHARS_MAX);
    let external_id = cells.line(Field::ExternalId, EXTERNAL_ID_CHARS_MAX);
    let contract_id = cells.line(Field::ContractId, EXTERNAL_ID_CHARS_MAX);
    let contract_name = cells.line(Field::ContractName, NAME_CHARS_MAX);
    let start_on = cells.date(Field::StartOn);
    let end_told = cells.date(Field::EndOn);
    let months = cells.balance(Field::Mrr);
    let arr = cells.balance(Field::Arr).or(months.map(|minor| minor.saturating_mul(MONTHS)));
    let note = cells.cell(Field::Note).map_or(Ok(None), |cell| note("/note", cell).map_err(cell_error));
    let note = cells.kept(Field::Note, note).flatten().unwrap_or_default();
    if name.is_none() && external_id.is_none() {
        cells.missing(Field::ExternalId, ProblemCode::AccountMissing, "The row does not say whose contract it is");
    }
    if contract_id.is_none() && contract_name.is_none() {
        cells.missing(Field::ContractId, ProblemCode::ContractMissing, "The row does not say which contract it is");
    }
    let Some(start_on) = start_on else {
        cells.missing(Field::StartOn, ProblemCode::DateMissing, "The contract has no start date");
        return None;
    };
    let Some(arr_minor) = arr else {
        cells.missing(
            Field::Arr,
            ProblemCode::AmountMissing,
            "The row has no amount; write 0 when it is worth nothing",
        );
        return None;
    };
    let end_on = match end_is {
        EndIs::LastDay => end_told.and_then(|end| end.tomorrow().ok()),
        EndIs::FirstDayWithout => end_told,
    };
    if end_on.is_some_and(|end| end <= start_on) {
        let message = "It ends before it has begun, so it is worth nothing on any day and stays out";
        cells.note(Field::EndOn, CellError::new(ProblemCode::NoDays, message));
        return None;
    }
    if let Err(errors) = check_amendment(start_on, end_on, arr_minor) {
        for error in errors {
            let field = if error.pointer == "/arr" { Field::Arr } else { Field::StartOn };
            cells.error(field, CellError::new(ProblemCode::OutOfRange, error.message));
        }
    }
    Some(ContractRow {
        row: cells.row,
        name,
        external_id,
        contract_id,
        contract_name,
        start_on,
        end_on,
        arr_minor,
        currency: cells.currency?,
        note,
    })
}
