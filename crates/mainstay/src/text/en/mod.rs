//! English.

pub mod account;
pub mod frame;
pub mod people;
pub mod portfolio;
