//! Import: accounts, contracts and scores from a file, checked whole, applied as one, and undone as a whole.

pub mod api;
pub mod pages;
pub mod reactions;
pub mod store;
