//! Import: a progress report from a spreadsheet, checked whole, applied at once, and undone as a whole.

pub mod api;
pub mod pages;
pub mod store;
