//! The way out: the progress report as CSV, as a workbook and on paper.

pub mod api;
pub mod pages;
pub mod store;
