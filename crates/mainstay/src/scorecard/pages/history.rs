//! The history of one metric: every score, who recorded it and why, newest first.

use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use mainstay_db::Scope;
use mainstay_rules::scorecard::Template;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::card::value_of;
use crate::account::Account;
use crate::account::pages::{self as account_pages, Tab, path};
use crate::app::{self, App};
use crate::corridor::access::Readable;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::{open_cursor, seal_cursor};
use crate::scorecard::api::Address;
use crate::scorecard::store::{self, Recorded};
use crate::text::{frame as words, scorecard as text};

/// Scores of one page.
const PAGE_SCORES: usize = 50;
/// The same, with one more that says what came before the last.
const READ_SCORES: i64 = 51;

#[derive(Deserialize)]
pub struct Before {
    before: Option<String>,
}

/// Whose history it is. A metric that the template no longer has keeps its past, under its key.
struct Shown {
    key: String,
    name: String,
    step: String,
}

impl Shown {
    fn of(template: &Template, key: String) -> Self {
        let known = template.metric(&key).map(|metric| (metric.name().to_owned(), metric.step.key.clone()));
        let (name, step) = known.unwrap_or_else(|| (key.clone(), "main".to_owned()));
        Self { key, name, step }
    }
}

/// `GET /w/{workspace}/accounts/{account}/scores/{metric}`
pub async fn history(
    State(app): State<App>,
    account: Readable<Account>,
    Path(address): Path<Address>,
    Query(asked): Query<Before>,
) -> Result<Markup, Fault> {
    let (caller, id) = (&account.caller, account.id);
    let before: Option<(Timestamp, Uuid)> = asked.before.as_deref().map(open_cursor).transpose()?;
    let (workspace, today) = (caller.workspace.id, caller.today(&app));
    let (heading, shown, scores) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let template = store::template_of(tx, workspace, id)?;
            let key = address.key(tx, workspace, id, &template)?;
            let scores = store::history(tx, workspace, id, &key, before, READ_SCORES)?;
            Ok::<_, Fault>((app::heading(tx, workspace, id, today)?, Shown::of(&template, key), scores))
        })
        .await?;
    let body = page(caller, &account, &shown, &scores, before.is_some())?;
    Ok(account_pages::frame(caller, &account, &heading, Tab::Progress, &body))
}

fn page(
    caller: &Caller,
    account: &Account,
    shown: &Shown,
    scores: &[Recorded],
    is_later: bool,
) -> Result<Markup, Fault> {
    let title = text::history_of(&shown.name);
    let back = path(caller, account, &format!("#{}", shown.step));
    Ok(html! {
        section.stack aria-labelledby="history-head" {
            div.row.between { h2 #history-head { (title) } a href=(back) { (text::back()) } }
            @if scores.is_empty() { p.soft { (text::no_history()) } }
            @else {
                div.table-box tabindex="0" role="group" aria-label=(title) {
                    table.table {
                        thead { tr {
                            th scope="col" { (text::when()) }
                            th.number scope="col" { (text::score()) }
                            th.number scope="col" { (text::before()) }
                            th scope="col" { (text::who()) }
                            th scope="col" { (text::note()) }
                            th scope="col" { (text::evidence()) }
                        } }
                        tbody {
                            @for (index, score) in scores.iter().take(PAGE_SCORES).enumerate() {
                                (row(caller, score, scores.get(index + 1)))
                            }
                        }
                    }
                }
            }
            (pager(caller, account, &shown.key, scores, is_later)?)
        }
    })
}

fn row(caller: &Caller, score: &Recorded, older: Option<&Recorded>) -> Markup {
    let zone = &caller.workspace.zone;
    html! {
        tr {
            td.nowrap {
                time datetime=(score.effective_at) title=(words::moment(score.effective_at, zone)) {
                    (words::day(caller.workspace.day_of(score.effective_at)))
                }
            }
            td.number { (value_of(score)) }
            td.number { @if let Some(older) = older { (value_of(older)) } }
            td { (if score.by.is_empty() { text::the_system() } else { &score.by }) }
            td.words { (score.note) }
            td { @if !score.evidence_url.is_empty() { a href=(score.evidence_url) rel="noreferrer" { (score.evidence_url) } } }
        }
    }
}

fn pager(caller: &Caller, account: &Account, key: &str, scores: &[Recorded], is_later: bool) -> Result<Markup, Fault> {
    let here = path(caller, account, &format!("/scores/{key}"));
    let last = scores.get(PAGE_SCORES - 1).filter(|_| scores.len() > PAGE_SCORES);
    let older = last.map(|last| seal_cursor(&(last.effective_at, last.id))).transpose()?;
    Ok(html! {
        @if older.is_some() || is_later {
            nav.pager aria-label=(text::pages()) {
                @if is_later { a.button rel="first" href=(here) { (text::newest()) } }
                @if let Some(cursor) = older { a.button rel="next" href=(format!("{here}?before={cursor}")) { (text::older()) } }
            }
        }
    })
}
