//! Mainstay: the system of record for the accounts a company cannot afford to lose.

pub mod account;
pub mod app;
pub mod cli;
pub mod config;
pub mod corridor;
pub mod export;
pub mod import;
pub mod job;
pub mod migrations;
pub mod openapi;
pub mod people;
pub mod pod;
pub mod portfolio;
pub mod routes;
pub mod scorecard;
pub mod signal;
pub mod task;
pub mod text;
pub mod timeline;
