//! Portfolio.
