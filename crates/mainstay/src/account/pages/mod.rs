//! Pages of the account room, and the head and tabs that every page of an account has.

mod archive;
pub mod currencies;
mod details;
mod explain;
pub mod field;
mod field_form;
mod hierarchy;
mod kind;
mod list;
mod merge;
mod money;
mod money_forms;
mod money_movements;
mod scope;

pub use archive::{Nothing, archive, restore};
pub use details::*;
pub use explain::money_explanation;
pub use hierarchy::hierarchy;
pub use kind::{change_kind, kind};
pub use list::*;
pub use merge::{merge_form, merge_now};
pub use money::money;
pub use money_forms::*;
pub use money_movements::kind_tag;
pub use scope::*;

use jiff::civil::Date;
use mainstay_rules::account::AccountType;
use mainstay_rules::money::{exact, short};
use mainstay_rules::progress::{Progress, progress};
use mainstay_rules::score::Mean;
use maud::{Markup, html};

use super::Account;
use super::api::MoneyFigure;
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::frame::{self, Menu};
use crate::text::{account as text, frame as words, signed};

/// The tabs of an account, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Progress,
    Scopes,
    Money,
    Feed,
    Team,
    Details,
}

impl Tab {
    const ALL: [Self; 6] = [Self::Progress, Self::Scopes, Self::Money, Self::Feed, Self::Team, Self::Details];

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Progress => ("", text::progress()),
            Self::Scopes => ("/scopes", crate::text::scope::scopes()),
            Self::Money => ("/money", text::money()),
            Self::Feed => ("/feed", text::feed()),
            Self::Team => ("/team", text::team()),
            Self::Details => ("/edit", text::details()),
        }
    }
}

/// What stands at the head of every page of an account; `app::heading` collects it from the rooms that know it.
pub struct Heading {
    pub today: Date,
    pub owner: Option<String>,
    pub arr_now: i64,
    pub arr_last_year: i64,
    pub delta_target: Option<i64>,
    pub end_on: Option<Date>,
    /// None as long as no step was ever scored.
    pub overall: Option<Mean>,
    /// The overall score of the last months as a picture; empty without a history.
    pub trend: Markup,
    /// It has parts with owners of their own.
    pub has_scopes: bool,
}

/// The path of one of the account's pages.
pub fn path(caller: &Caller, account: &Account, rest: &str) -> String {
    caller.path(&format!("/accounts/{}{rest}", account.id))
}

/// A whole page of an account: frame, head, tabs and what the tab shows.
pub fn frame(caller: &Caller, account: &Account, heading: &Heading, tab: Tab, body: &Markup) -> Markup {
    let title = match tab {
        Tab::Progress => account.name.clone(),
        other => text::tab_title(&account.name, other.words().1),
    };
    frame::page(
        caller,
        Menu::Accounts,
        &title,
        &html! {
            (head(caller, account, heading))
            (tabs(caller, account, heading, tab))
            @if account.archived_at.is_some() { (archived(caller, account)) }
            (body)
        },
    )
}

fn head(caller: &Caller, account: &Account, heading: &Heading) -> Markup {
    html! {
        header.account-head {
            div.stack {
                p.crumbs { a href=(caller.path("/portfolio")) { (words::portfolio()) } " /" }
                div.row { h1 { (account.name) } (type_tag(caller, account)) @if account.confidential { (confidential_tag()) } }
                dl.facts { (facts(caller, account, heading)) }
            }
            div.trend data-live-fragment=(path(caller, account, "/fragment/overall")) data-account=(account.id) {
                (overall(caller, account, heading))
            }
        }
    }
}

/// The overall score and its trend: what a live page fetches again when a score changes.
pub fn overall(caller: &Caller, account: &Account, heading: &Heading) -> Markup {
    let why = path(caller, account, "/explain/overall");
    html! {
        div {
            p.soft { (text::overall()) }
            p {
                @match heading.overall {
                    None => b.score.overall.large.none { "–" },
                    Some(mean) => a.plain href=(why) title=(text::why_overall()) {
                        b class=(format!("score overall large s{}", mean.tenths())) { (mean.one_decimal()) }
                    },
                }
            }
        }
        (heading.trend)
    }
}

/// The type, which opens into its history and its change.
fn type_tag(caller: &Caller, account: &Account) -> Markup {
    let kind = account.account_type;
    html! {
        a.tag href=(path(caller, account, "/type")) title=(kind.meaning()) { (kind.label()) " · " (text::type_words(kind)) }
    }
}

fn confidential_tag() -> Markup {
    html! { span.tag title=(text::confidential_what()) { (text::confidential()) } }
}

fn facts(caller: &Caller, account: &Account, heading: &Heading) -> Markup {
    let currency = caller.workspace.currency;
    let why = |figure: MoneyFigure| path(caller, account, &format!("/explain/{}", figure.word()));
    html! {
        div {
            dt { (text::owner()) }
            dd.nowrap {
                @match &heading.owner {
                    Some(name) => { (frame::face(name)) " " (name) }
                    None => span.soft { (text::nobody_yet()) },
                }
            }
        }
        div { dt { (text::arr()) } dd title=(exact(heading.arr_now, currency)) { a.plain href=(why(MoneyFigure::ArrNow)) { (short(heading.arr_now, currency)) } } }
        div {
            dt { (text::this_year()) }
            dd title=(text::gained_exactly(heading, currency)) {
                a.plain href=(why(MoneyFigure::Progress)) { (signed::in_currency(heading.gained(), currency)) } " "
                small { (text::of_target(heading.delta_target, heading.progress(), currency)) }
            }
        }
        div {
            dt { (text::ends()) }
            dd {
                @match heading.end_on {
                    Some(day) => { a.plain href=(why(MoneyFigure::EndDate)) { time datetime=(day) { (words::day(day)) } } " " small { (text::in_days(heading.today, day)) } }
                    None => span.soft { (text::no_end()) },
                }
            }
        }
    }
}

impl Heading {
    pub fn progress(&self) -> Progress {
        progress(self.arr_now, self.arr_last_year, self.delta_target)
    }

    /// ARR of now less the ARR at the end of last year.
    pub fn gained(&self) -> i64 {
        self.arr_now.saturating_sub(self.arr_last_year)
    }
}

fn tabs(caller: &Caller, account: &Account, heading: &Heading, current: Tab) -> Markup {
    let writable = account.writable(caller);
    let is_shown = |tab: &Tab| match tab {
        Tab::Details => writable,
        // Most accounts have none; those who could divide a large one are shown where.
        Tab::Scopes => {
            heading.has_scopes || (writable && account.account_type <= AccountType::Two) || current == Tab::Scopes
        }
        _ => true,
    };
    html! {
        nav.tabs aria-label=(text::account()) {
            @for tab in Tab::ALL.into_iter().filter(is_shown) {
                @let (rest, words) = tab.words();
                a href=(path(caller, account, rest)) aria-current=[(tab == current).then_some("page")] { (words) }
            }
        }
    }
}

fn archived(caller: &Caller, account: &Account) -> Markup {
    if let Some(into) = account.merged_into {
        let other = caller.path(&format!("/accounts/{into}"));
        return html! {
            div.notice.warn role="status" { p { (text::is_merged()) " " a href=(other) { (text::open_merged()) } } }
        };
    }
    html! {
        div.notice.warn role="status" {
            p { (text::is_archived()) }
            @if account.writable(caller) {
                form method="post" action=(path(caller, account, "/restore")) {
                    (frame::csrf(caller))
                    button.small { (text::restore()) }
                }
            }
        }
    }
}
