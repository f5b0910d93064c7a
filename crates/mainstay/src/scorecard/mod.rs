//! The scorecard: five steps, their sub-metrics, and the scores that people record on them.

pub mod api;
pub mod pages;
pub mod store;

use std::sync::LazyLock;

use mainstay_rules::scorecard::Template;

/// The template that ships; workspaces get their own in a later release.
pub static SOFTWARE: LazyLock<Template> = LazyLock::new(|| {
    // The text is part of the binary and a test parses it.
    Template::parse(include_str!("../../templates/software.toml")).expect("the shipped template is valid")
});
