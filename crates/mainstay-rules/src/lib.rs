//! What the trade of key account management says: pure rules, without clock, randomness or I/O.

pub mod account;
pub mod bulk;
pub mod csv_cell;
pub mod currency;
pub mod custom_field;
pub mod decimal;
pub mod event;
pub mod field;
pub mod formula;
pub mod hierarchy;
pub mod import;
pub mod job;
pub mod ledger;
pub mod limits;
pub mod merge;
pub mod mobility;
pub mod money;
pub mod permission;
pub mod problem;
pub mod progress;
pub mod roll_up;
mod rounding;
pub mod schedule;
pub mod scope;
pub mod score;
pub mod scorecard;
pub mod task;
