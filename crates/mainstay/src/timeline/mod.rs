//! The timeline: every change of state, in order, for people, programs and live pages.

pub mod api;
pub mod pages;
pub mod reactions;
pub mod store;
