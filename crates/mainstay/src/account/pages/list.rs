//! The list of accounts, where the search of every page arrives.

use axum::extract::{Query, State};
use mainstay_db::{Scope, Tx};
use mainstay_rules::money;
use mainstay_rules::permission::Deed;
use maud::{Markup, html};
use uuid::Uuid;

use crate::account::Account;
use crate::account::api::AccountsAsked;
use crate::account::store::{self, Listed, Order, Place, Wanted};
use crate::app::App;
use crate::corridor::access::{Allowed, Guarded, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::list::List;
use crate::text::{account as text, frame as words};

/// Rows of one page of the list.
const PAGE_ROWS: i64 = 100;

/// What the list shows.
struct Found {
    page: List<Listed>,
    count: i64,
    /// Just archived: the way back is offered.
    archived_now: Option<Account>,
}

/// `GET /w/{workspace}/accounts`
pub async fn list(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<AccountsAsked>,
    Query(words): Query<Vec<(String, String)>>,
) -> Result<Markup, Fault> {
    let wanted = asked.wanted(&caller)?;
    let after: Option<Place> = asked.paging().after()?;
    let archived_now =
        words.iter().find(|(name, _)| name == "archived_now").and_then(|(_, id)| Uuid::parse_str(id).ok());
    let who = caller.into_caller();
    let asking = who.clone();
    let found = app
        .db
        .read(Scope::Workspace(who.workspace.id), move |tx| find(tx, &asking, &wanted, after.as_ref(), archived_now))
        .await?;
    Ok(frame::page(&who, Menu::Accounts, text::accounts(), &show(&who, &asked, &found)))
}

fn find(
    tx: &mut Tx<'_>,
    caller: &Caller,
    wanted: &Wanted,
    after: Option<&Place>,
    archived_now: Option<Uuid>,
) -> Result<Found, Fault> {
    let workspace = caller.workspace.id;
    let rows = store::page(tx, workspace, wanted, (Order::Name, false), after, PAGE_ROWS + 1)?;
    let archived_now = match archived_now {
        Some(id) => store::account(tx, workspace, id, caller.user)?
            .filter(|account| account.readable(caller) && account.archived_at.is_some()),
        None => None,
    };
    Ok(Found {
        page: List::page(rows, PAGE_ROWS, |listed| listed.place.clone())?,
        count: store::count(tx, workspace, wanted)?,
        archived_now,
    })
}

fn show(caller: &Caller, asked: &AccountsAsked, found: &Found) -> Markup {
    let archived = asked.archived.as_deref() == Some("1");
    let searched = asked.q.as_deref().unwrap_or_default().trim();
    html! {
        div.page-head {
            div { h1 { (text::accounts()) } p { (text::list_summary(found.count, archived, searched)) } }
            div.row {
                a.button href=(caller.path("/accounts/hierarchy")) { (crate::text::hierarchy::hierarchy()) }
                @if caller.may(Deed::Import) { a.button href=(caller.path("/import/new")) { (text::import()) } }
                @if found.count > 0 && !archived {
                    a.button href=(bulk(caller, searched)) { (crate::text::bulk::open()) }
                }
                a.button.primary href=(caller.path("/accounts/new")) { (text::add_account()) }
            }
        }
        @if let Some(account) = &found.archived_now { (archived_notice(caller, account)) }
        (filters(caller, searched, archived))
        @if found.page.data.is_empty() { (nothing(caller, searched, archived)) }
        @else {
            (table(caller, &found.page.data, archived))
            (pager(caller, asked, found))
        }
    }
}

/// The same search, where several accounts are changed at once.
fn bulk(caller: &Caller, searched: &str) -> String {
    let query = serde_urlencoded::to_string([("q", searched)]).unwrap_or_default();
    caller.path(&if searched.is_empty() { "/portfolio/bulk".to_owned() } else { format!("/portfolio/bulk?{query}") })
}

fn archived_notice(caller: &Caller, account: &Account) -> Markup {
    html! {
        div.notice.good role="status" {
            p { (text::is_now_archived(&account.name)) }
            @if account.writable(caller) {
                form method="post" action=(super::path(caller, account, "/restore")) {
                    (frame::csrf(caller))
                    button.small { (text::undo()) }
                }
            }
        }
    }
}

fn filters(caller: &Caller, searched: &str, archived: bool) -> Markup {
    html! {
        form.filters method="get" action=(caller.path("/accounts")) data-autosubmit aria-label=(text::filter_label()) {
            label.sr for="list-q" { (text::search_label()) }
            input #list-q type="search" name="q" placeholder=(text::search_words()) value=(searched);
            label.chip { input type="checkbox" name="archived" value="1" checked[archived]; (text::archived_chip()) }
            button { (text::filter()) }
        }
    }
}

fn nothing(caller: &Caller, searched: &str, archived: bool) -> Markup {
    html! {
        section.empty aria-labelledby="none-head" {
            @if !searched.is_empty() {
                h2 #none-head { (text::none_match()) }
                a.button href=(caller.path("/accounts")) { (text::show_all()) }
            } @else if archived {
                h2 #none-head { (text::none_archived()) }
                a.button href=(caller.path("/accounts")) { (text::show_all()) }
            } @else {
                h2 #none-head { (text::empty_title()) }
                p { (text::empty_what()) }
            }
        }
    }
}

fn table(caller: &Caller, rows: &[Listed], archived: bool) -> Markup {
    let currency = caller.workspace.currency;
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::accounts()) {
            table.table {
                thead { tr {
                    th scope="col" { (text::account()) }
                    th scope="col" { (text::kind()) }
                    th scope="col" { (text::sales_associate()) }
                    th scope="col" { (text::end_date()) }
                    th.number scope="col" { (text::arr_in(currency)) }
                    @if archived {
                        th scope="col" { (text::state()) }
                        th scope="col" { span.sr { (text::actions()) } }
                    }
                } }
                tbody { @for listed in rows { (row(caller, listed)) } }
            }
        }
    }
}

fn row(caller: &Caller, listed: &Listed) -> Markup {
    let (account, currency) = (&listed.account, caller.workspace.currency);
    html! {
        tr {
            th scope="row" { a href=(super::path(caller, account, "")) { (account.name) } }
            td title=(account.account_type.meaning()) { (account.account_type.number()) }
            td { (account.associate) }
            td.nowrap { @if let Some(day) = listed.ends_on { time datetime=(day) { (words::day(day)) } } }
            td.number title=(money::exact(listed.arr_now, currency)) { (text::short_amount(listed.arr_now, currency)) }
            @if let Some(at) = account.archived_at {
                td.soft { (text::archived_on(&words::day(caller.workspace.day_of(at)))) }
                td.actions {
                    @if account.writable(caller) {
                        form method="post" action=(super::path(caller, account, "/restore")) {
                            (frame::csrf(caller))
                            button.small { (text::restore()) span.sr { " " (account.name) } }
                        }
                    }
                }
            }
        }
    }
}

fn pager(caller: &Caller, asked: &AccountsAsked, found: &Found) -> Markup {
    let address = |cursor: Option<&str>| {
        let words = [("q", asked.q.as_deref()), ("archived", asked.archived.as_deref()), ("cursor", cursor)];
        let said: Vec<(&str, &str)> = words.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        caller.path(&format!("/accounts?{}", serde_urlencoded::to_string(said).unwrap_or_default()))
    };
    html! {
        @if asked.cursor.is_some() || found.page.next_cursor.is_some() {
            nav.pager aria-label=(text::pages()) {
                @if asked.cursor.is_some() { a.button rel="first" href=(address(None)) { (words::previous()) } }
                @if let Some(cursor) = &found.page.next_cursor {
                    a.button rel="next" href=(address(Some(cursor))) { (words::next()) }
                }
            }
        }
    }
}
