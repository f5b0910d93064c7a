//! The import room's verbs, in the order of use: read the file, stage it, check it, apply it, undo it.

mod apply;
mod check;
mod dump;
mod match_row;
mod money;
pub mod sheet;
mod staged;
mod undo;

pub use apply::apply;
pub use check::{Against, Checked, Counts, Outcome, PlannedRow, check};
pub use dump::{TABLES, dump};
pub use match_row::Who;
pub use sheet::{Cell, Sheet, SheetRow, safe_cell};
pub use staged::{
    Applied, AppliedRow, Before, Import, Settings, Status, Summary, UndoSummary, applied_rows, get, list, refused_rows,
    remembered, rows, save_settings, stage,
};
pub use undo::undo;
