//! The portfolio room's read model: written by its projector, read by the report.

mod arr;
mod cached;
mod facets;
mod filter;
mod frame;
mod gaps;
mod group;
mod line;
mod order;
mod own;
mod page;
mod project;
mod term;
mod totals;
mod view;

pub use arr::{Arr, Named, Span};
pub use cached::KeptTotals;
pub use filter::Filter;
pub use frame::Frame;
pub use gaps::gaps_of;
pub use group::{GROUPS_MAX, Group, GroupBy, TENURE_MONTHS, groups};
pub use line::{Line, LineDetails, LineStep, line, lines};
pub use order::{Place, Sort, SortKey};
pub use own::{Facet, folded};
pub use page::page;
pub use project::{due_lines, make_due, project, project_name, remove_line};
pub use term::{TERMS_MAX, Term, Test};
pub use totals::{Totals, totals};
pub use view::{SavedView, ViewChange, add_view, change_view, delete_view, view, views};
