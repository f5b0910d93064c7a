//! The import room's verbs, in the order of use: read the file, stage it, check it, apply it, undo it.

mod apply;
mod changes;
mod check;
mod chunk;
mod facts;
mod fresh;
mod index;
mod large;
mod mapping;
mod match_row;
mod model;
mod money;
mod own;
mod people;
pub mod sheet;
mod staged;
mod undo;
mod walk;

pub use apply::apply;
pub use changes::{Changes, ValueChange, changes};
pub use check::{Against, Checked, Counts, Outcome, PlannedRow, check};
pub use chunk::{CHUNK_ROWS, chunks, forget_facts, put_chunk, put_facts, put_refused, sweep};
pub use index::Index;
pub use large::{
    apply_at_once, apply_step, as_rows, check_at_once, chunk_count, conventions, expect_answers, expect_applied,
    is_compared_live, is_small, look, mapping_of, undo_at_once, undo_step, with_conventions, with_people,
    written_count,
};
pub use mapping::{Asked, Known, Saved, expect_field, guess_again, mappings, recognise, save_mapping};
pub use match_row::Who;
pub use model::{Applied, AppliedRow, Before, Found, Import, Job, Settings, Status, Summary, UndoSummary, Work};
pub use sheet::{Cell, SheetRow};
pub use staged::{
    applied_rows, at_work, begin, discard, get, is_any_at_work, list, refused_rows, remembered, rows, save_settings,
    set_row_count, set_summary, set_work,
};
pub use undo::{cancel, undo};
pub use walk::Walker;
