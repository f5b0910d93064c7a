//! Pages of the timeline: an account's feed, and the stream by which open pages stay live.

mod live;
mod sentence;

pub use live::live;

use axum::extract::{Query, State};
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_db::events::Cursor;
use maud::{Markup, html};
use serde::Deserialize;

use super::api::parse_cursor;
use super::store::{self, Entry};
use crate::account::Account;
use crate::account::pages::{self as account_pages, Heading, Tab, path};
use crate::app::{self, App};
use crate::corridor::access::Readable;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
use crate::text::{frame as words, timeline as text};

/// Events of one page of the feed.
const PAGE_EVENTS: usize = 50;
/// The same, with one more that says whether there are older ones.
const READ_EVENTS: i64 = 51;

#[derive(Deserialize)]
pub struct Before {
    before: Option<String>,
}

async fn read(app: &App, account: &Readable<Account>, before: Option<Cursor>) -> Result<(Heading, Vec<Entry>), Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let today = account.caller.today(app);
    app.db
        .read(Scope::Workspace(workspace), move |tx| {
            let entries = store::of_account(tx, workspace, id, before, READ_EVENTS)?;
            Ok((app::heading(tx, workspace, id, today)?, entries))
        })
        .await
}

/// `GET /w/{workspace}/accounts/{account}/feed`
pub async fn feed(
    State(app): State<App>,
    account: Readable<Account>,
    Query(asked): Query<Before>,
) -> Result<Markup, Fault> {
    let before = asked.before.as_deref().map(parse_cursor).transpose()?;
    let (heading, entries) = read(&app, &account, before).await?;
    let view = View { caller: &account.caller, account: &account, today: heading.today };
    // Only the newest page follows what happens: an older one does not change.
    let live = before.is_none().then(|| path(&account.caller, &account, "/fragment/feed"));
    let body = html! {
        section.feed aria-labelledby="feed-head" data-live-fragment=[live] data-account=(account.id) {
            (view.fragment(&entries, before.is_some()))
        }
    };
    Ok(account_pages::frame(&account.caller, &account, &heading, Tab::Feed, &body))
}

/// `GET /w/{workspace}/accounts/{account}/fragment/feed`
pub async fn fragment(State(app): State<App>, account: Readable<Account>) -> Result<Markup, Fault> {
    let (heading, entries) = read(&app, &account, None).await?;
    let view = View { caller: &account.caller, account: &account, today: heading.today };
    Ok(view.fragment(&entries, false))
}

/// Who looks at which account's feed.
struct View<'a> {
    caller: &'a Caller,
    account: &'a Account,
    today: Date,
}

impl View<'_> {
    fn fragment(&self, entries: &[Entry], is_older: bool) -> Markup {
        let shown = entries.get(..PAGE_EVENTS).unwrap_or(entries);
        let day = |entry: &Entry| self.caller.workspace.day_of(entry.event.recorded_at);
        html! {
            h2 #feed-head .sr { (text::feed()) }
            @if shown.is_empty() { p.soft { (text::nothing_yet()) } }
            @for of_one_day in shown.chunk_by(|one, next| day(one) == day(next)) {
                @if let Some(first) = of_one_day.first() {
                    h3 { time datetime=(day(first)) title=(words::long_day(day(first))) { (text::day_head(day(first), self.today)) } }
                }
                ol { @for entry in of_one_day { (self.entry(entry)) } }
            }
            (self.pager(entries, is_older))
        }
    }

    fn entry(&self, entry: &Entry) -> Markup {
        let actor = if entry.actor.is_empty() { text::the_system() } else { &entry.actor };
        let zone = &self.caller.workspace.zone;
        let at = entry.event.recorded_at;
        html! {
            li {
                time datetime=(at) title=(words::moment(at, zone)) { (at.to_zoned(zone.clone()).strftime("%H:%M")) }
                (frame::face(actor))
                div {
                    p { b { (actor) } " " (self.sentence(entry)) }
                    @if !entry.note.is_empty() { blockquote { (entry.note) } }
                    @if !entry.evidence_url.is_empty() { p { a href=(entry.evidence_url) rel="noreferrer" { (text::evidence()) } } }
                }
            }
        }
    }

    fn pager(&self, entries: &[Entry], is_older: bool) -> Markup {
        let here = path(self.caller, self.account, "/feed");
        let last = entries.get(PAGE_EVENTS - 1).filter(|_| entries.len() > PAGE_EVENTS);
        html! {
            @if last.is_some() || is_older {
                nav.pager aria-label=(text::feed()) {
                    @if is_older { a.button rel="first" href=(here) { (text::newest()) } }
                    @if let Some(last) = last {
                        a.button rel="next" href=(format!("{here}?before={}", last.event.cursor)) { (text::older()) }
                    }
                }
            }
        }
    }
}
