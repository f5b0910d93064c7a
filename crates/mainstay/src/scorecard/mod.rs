//! The scorecard: five steps, their sub-metrics, the templates that say what they are, and the scores on them.

pub mod api;
pub mod pages;
pub mod reactions;
pub mod store;

use std::sync::{Arc, LazyLock};

use mainstay_rules::scorecard::Template;

/// The texts that ship. A released one is never edited: it is version 1 of its template in every workspace.
const TEXTS: [&str; 2] = [include_str!("../../templates/software.toml"), include_str!("../../templates/services.toml")];

static SHIPPED: LazyLock<[Shipped; 2]> = LazyLock::new(|| {
    TEXTS.map(|text| {
        // The texts are part of the binary and a test parses them.
        let template = Template::parse(text).expect("a shipped template is valid");
        Shipped { template: Arc::new(template), text }
    })
});

/// A template that is in every workspace from the first day.
pub struct Shipped {
    pub template: Arc<Template>,
    pub text: &'static str,
}

/// The templates that ship; the first is the default until another is made it.
pub fn shipped() -> &'static [Shipped; 2] {
    &SHIPPED
}
