//! What leaves: the report's lines in the reader's order, as columns of typed cells, written as CSV or as a workbook.

mod columns;
mod csv;
mod dump;
mod own;
mod xlsx;

pub use self::columns::{Cell, Column};
pub use self::csv::csv;
pub use self::dump::{TABLES, dump};
pub use self::xlsx::xlsx;

use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::EXPORT_ROWS_MAX;
use mainstay_rules::money::Currency;
use uuid::Uuid;

use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::portfolio::api::{Columns, Courses, Heads};
use crate::portfolio::store::{self as portfolio, Filter, Frame, Line, Sort, Totals};
use crate::text::{export as text, frame as words};

/// A report as it leaves: its lines, and what is said about it.
pub struct Report {
    pub lines: Vec<Line>,
    pub totals: Totals,
    pub heads: Heads,
    /// What the reader sees of each account; a file has every column.
    pub columns: Columns,
    /// What other days say beside the lines; a file leaves it out.
    pub courses: Courses,
    pub currency: Currency,
    /// Of which day it is.
    pub day: Date,
    /// What it is and for whom, a sentence each; for people who find the file later.
    pub about: Vec<String>,
}

/// Every line that matches and that the viewer may see, in the wanted order.
pub fn lines(tx: &mut Tx<'_>, report: (Uuid, Frame), filter: &Filter, sort: Sort) -> Result<Vec<Line>, Fault> {
    let lines = portfolio::page(tx, report, filter, sort, None, EXPORT_ROWS_MAX + 1)?;
    if i64::try_from(lines.len()).is_ok_and(|count| count <= EXPORT_ROWS_MAX) {
        return Ok(lines);
    }
    let message = format!("One file holds {EXPORT_ROWS_MAX} accounts. Narrow the filter and export in parts.");
    Err(Fault::field(FieldError::new("/filter", FieldCode::OutOfRange, message)))
}

/// What is said beside the figures, for whoever finds the file later.
pub fn about(workspace: &Workspace, day: Date, exported: Option<(&str, Timestamp)>) -> Vec<String> {
    let mut about = vec![text::of_whom(&workspace.name, &words::long_day(day))];
    if let Some((name, at)) = exported {
        about.push(text::exported_by(name, &words::moment(at, &workspace.zone)));
        about.push(text::rights().to_owned());
    }
    about.push(text::in_currency(workspace.currency.code()));
    about.extend([text::formula_overall(), text::formula_progress()].map(str::to_owned));
    about
}

fn not_written(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}
