//! The portfolio room's read model: written by its projector, read by the report.

mod arr;
mod cached;
mod facets;
mod filter;
mod frame;
mod gaps;
mod line;
mod order;
mod page;
mod project;
mod totals;

pub use arr::{Arr, Named, Span};
pub use cached::KeptTotals;
pub use filter::Filter;
pub use frame::Frame;
pub use gaps::gaps_of;
pub use line::{Line, LineDetails, LineStep, line, lines};
pub use order::{Place, Sort, SortKey};
pub use page::page;
pub use project::{due_lines, make_due, project, project_name, remove_line};
pub use totals::{Totals, totals};
