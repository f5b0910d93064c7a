//! What the pages of the settings share: their own menu, a secret that is shown once, a moment in time.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mainstay_rules::permission::Deed;
use maud::{Markup, html};

use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::frame_form::notice_bad;
use crate::text::{frame as words, people as text};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Workspace,
    People,
    Scorecards,
    Currencies,
    Fields,
    Signals,
    Tokens,
    Jobs,
    Me,
}

impl Tab {
    const ALL: [Self; 9] = [
        Self::Workspace,
        Self::People,
        Self::Fields,
        Self::Scorecards,
        Self::Currencies,
        Self::Signals,
        Self::Tokens,
        Self::Jobs,
        Self::Me,
    ];

    /// Who may not do it is not led to it.
    fn is_open_to(self, caller: &Caller) -> bool {
        self != Self::Jobs || caller.may(Deed::ManageJobs)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Workspace => ("/settings", text::workspace()),
            Self::People => ("/settings/people", text::people()),
            Self::Currencies => ("/settings/currencies", text::currencies()),
            Self::Scorecards => ("/settings/scorecards", crate::text::template::scorecards()),
            Self::Fields => ("/settings/fields", text::fields()),
            Self::Signals => ("/settings/signals", crate::text::signal::signals()),
            Self::Tokens => ("/settings/tokens", text::tokens()),
            Self::Jobs => ("/settings/jobs", text::jobs()),
            Self::Me => ("/settings/me", text::my_account()),
        }
    }
}

/// A page of the settings: its heading with a line below, what went wrong as a whole, and the body.
pub fn page(caller: &Caller, tab: Tab, below: &str, fault: Option<&Fault>, body: &Markup) -> Response {
    let (_, title) = tab.words();
    let page = frame::page(
        caller,
        Menu::Settings,
        title,
        &html! {
            div.settings {
                nav.side aria-label=(text::settings_label()) {
                    @for entry in Tab::ALL.into_iter().filter(|entry| entry.is_open_to(caller)) {
                        @let (path, words) = entry.words();
                        a href=(caller.path(path)) aria-current=[(entry == tab).then_some("page")] { (words) }
                    }
                }
                div.stack {
                    div.page-head { div { h1 { (title) } p { (below) } } }
                    @if let Some(fault) = fault.filter(|fault| fault.errors.is_empty()) { (notice_bad(&fault.detail)) }
                    (body)
                }
            }
        },
    );
    (fault.map_or(StatusCode::OK, Fault::status), page).into_response()
}

/// A link or token, shown once.
pub fn secret(title: &str, what: &str, value: &str) -> Markup {
    html! {
        div.panel role="status" {
            h2 { (title) }
            p { (what) }
            div.secret {
                label.sr for="secret" { (title) }
                input #secret readonly value=(value);
                button type="button" data-copy="secret" data-text-copied=(text::copied()) { (text::copy()) }
            }
        }
    }
}

/// A button in a row: for those who only hear it, it names the row.
pub fn row_button(caller: &Caller, path: &str, class: &str, label: &str, whom: &str) -> Markup {
    html! {
        form method="post" action=(caller.path(path)) {
            (frame::csrf(caller))
            button class=(class) { (label) span.sr { (text::of_whom(whom)) } }
        }
    }
}

/// A moment in the workspace's zone; scripts make it "3 hours ago".
pub fn moment(caller: &Caller, at: Timestamp) -> Markup {
    let exact = words::moment(at, &caller.workspace.zone);
    html! { time datetime=(at) data-relative title=(exact) { (exact) } }
}
