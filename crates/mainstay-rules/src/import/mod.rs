//! Importing a file: from the text of cells to checked rows, with every problem named.
//!
//! The order of use: [`guess_kind`], [`guess`] the mapping (or find a [`ready`] one), [`detect`] the conventions, check
//! every row ([`check_row`], [`check_contract`], [`check_score`]), then rows of accounts [`Together`]. A blank cell says nothing: importing never clears a value.

mod cells;
mod contract_row;
mod conventions;
mod date_cell;
mod field;
mod guess;
mod kind;
mod number_cell;
mod own;
mod problem;
mod ready;
mod row;
mod row_whole;
mod score_row;
mod spellings;
mod text;
mod unit;
mod whole;

pub use cells::parse_truth;
pub use contract_row::{ContractRow, Told, check_contract};
pub use conventions::{
    Conventions, DateOrder, DecimalMark, Detected, Detection, Detector, EndIs, detect, detect_mapped,
};
pub use date_cell::parse_date;
pub use field::{Field, Mapping, MappingColumn, MappingError, column_letters};
pub use guess::{Guess, guess, guess_kind, guess_own};
pub use kind::SheetKind;
pub use number_cell::{Amount, ScoreCell, parse_money, parse_percent, parse_score};
pub use own::{OwnCell, OwnKey, Said, choice_said};
pub use problem::{CellError, ProblemCode, ProblemColumn, RowProblem, Severity};
pub use ready::{READY, Ready, ready};
pub use row::{RowKind, StagedRow, check_row};
pub use row_whole::OVERALL_TOLERANCE_HUNDREDTHS;
pub use score_row::{MetricNames, ScoreRow, check_score};
pub use text::{is_blank, same_headers};
pub use unit::header_power;
pub use whole::{Together, check_all};
