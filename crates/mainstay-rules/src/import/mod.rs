//! Importing a progress report: from the text of cells to checked rows, with every problem named.
//!
//! The order of use: [`guess`] the mapping, [`detect`] the conventions, [`check_row`] every row, then
//! [`check_all`] rows together. A blank cell says nothing: importing never clears a value.

mod conventions;
mod date_cell;
mod field;
mod guess;
mod number_cell;
mod problem;
mod row;
mod spellings;
mod text;
mod whole;

pub use conventions::{Conventions, DateOrder, DecimalMark, Detected, Detection, detect, detect_mapped};
pub use date_cell::parse_date;
pub use field::{Field, Mapping, MappingColumn, MappingError, column_letters};
pub use guess::{Guess, guess};
pub use number_cell::{Amount, ScoreCell, header_power, parse_money, parse_percent, parse_score};
pub use problem::{CellError, ProblemCode, ProblemColumn, RowProblem, Severity};
pub use row::{OVERALL_TOLERANCE_HUNDREDTHS, RowKind, StagedRow, check_row};
pub use text::is_blank;
pub use whole::check_all;
