//! Signals: series of numbers that were measured of an account, from which automatic sub-metrics are worked out.

pub mod api;
pub mod pages;
pub mod store;
