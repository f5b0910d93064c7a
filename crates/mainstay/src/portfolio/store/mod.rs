//! The portfolio room's read model: written by its projector, read by the report.

mod cached;
mod project;
mod read;

pub use cached::KeptTotals;
pub use project::{due_lines, make_due, project, project_name, remove_line};
pub use read::{Filter, Line, LineStep, Place, Sort, SortKey, Totals, line, lines, page, totals};
