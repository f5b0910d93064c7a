//! The pages of the portfolio, side by side under its heading.

use maud::{Markup, html};

use crate::corridor::caller::Caller;
use crate::text::{portfolio as text, portfolio_view as views};

/// A page of the portfolio; one that does not exist yet has no tab.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Report,
    Call,
    Arr,
    Heat,
    Compare,
    Snapshots,
    Mobility,
}

impl Tab {
    const ALL: &[Self] =
        &[Self::Report, Self::Call, Self::Arr, Self::Heat, Self::Mobility, Self::Compare, Self::Snapshots];

    /// The address below the workspace's, and the word.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Report => ("/portfolio", text::tab_report()),
            Self::Call => ("/portfolio/call", crate::text::task::call()),
            Self::Arr => ("/portfolio/arr", text::tab_arr()),
            Self::Heat => ("/portfolio/heat", views::heat()),
            Self::Compare => ("/portfolio/compare", crate::text::compare::title()),
            Self::Snapshots => ("/portfolio/snapshots", text::snapshots()),
            Self::Mobility => ("/portfolio/mobility", crate::text::portfolio_mobility::title()),
        }
    }
}

pub fn tabs(caller: &Caller, current: Tab) -> Markup {
    html! {
        nav.tabs aria-label=(text::tabs_label()) {
            @for tab in Tab::ALL {
                @let (path, words) = tab.words();
                a href=(caller.path(path)) aria-current=[(*tab == current).then_some("page")] { (words) }
            }
        }
    }
}
