//! A score as a coloured number, on every page alike.

use mainstay_rules::score::Mean;
use maud::{Markup, html};

use crate::text::scorecard as text;

/// A score in one of 101 colours; never scored is a dash.
pub fn chip(score: Option<Mean>, typed: bool) -> Markup {
    html! {
        @match score {
            None => b.score.none { "–" span.sr { " " (text::never_scored()) } },
            Some(mean) => b class=(chip_class(mean, typed)) { (mean.one_decimal()) },
        }
    }
}

pub fn chip_class(mean: Mean, typed: bool) -> String {
    format!("score s{}{}", mean.tenths(), if typed { " typed" } else { "" })
}
