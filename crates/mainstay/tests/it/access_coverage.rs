//! Access.
