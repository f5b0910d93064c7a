//! Our people: identities that sign in, users of a workspace, their sessions and API tokens.

pub mod api;
pub mod pages;
pub mod store;
