//! Signals: what programs and people measured of an account, as series with roll-ups, and the levels that are watched.

pub mod api;
pub mod pages;
pub mod reactions;
pub mod store;
