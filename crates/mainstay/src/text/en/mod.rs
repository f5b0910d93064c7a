//! English.

pub mod account;
pub mod account_explain;
pub mod account_merge;
pub mod account_type;
pub mod api;
pub mod arr;
pub mod bulk;
pub mod compare;
pub mod currency;
pub mod explain;
pub mod export;
pub mod field;
pub mod frame;
pub mod import;
pub mod job;
pub mod people;
pub mod pod;
pub mod portfolio;
pub mod portfolio_mobility;
pub mod portfolio_view;
pub mod scope;
pub mod scorecard;
pub mod signal;
pub mod task;
pub mod template;
pub mod timeline;
