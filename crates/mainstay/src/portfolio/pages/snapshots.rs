//! The snapshots of the report: the list, and the button that takes one.

use axum::extract::{Query, State};
use axum::response::Response;
use mainstay_db::Scope;
use mainstay_rules::limits::NOTE_CHARS_MAX;
use mainstay_rules::permission::Deed;
use maud::{Markup, html};
use serde::Deserialize;

use super::tabs::{Tab, tabs};
use crate::app::App;
use crate::corridor::access::{Allowed, Read, TakeSnapshot};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu, see_other};
use crate::corridor::list::{List, Paging};
use crate::corridor::request::Posted;
use crate::portfolio::api::{SnapshotIn, take};
use crate::portfolio::store::{self, Snapshot, SnapshotKind};
use crate::text::{frame as words, portfolio as text};

/// Snapshots of one page of the list.
const PAGE_SNAPSHOTS: i64 = 50;

/// `GET /w/{workspace}/portfolio/snapshots`
pub async fn list(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(paging): Query<Paging>,
) -> Result<Markup, Fault> {
    let (after, workspace) = (paging.after()?, caller.workspace.id);
    let found =
        app.db.read(Scope::Workspace(workspace), move |tx| store::snapshots(tx, workspace, after, PAGE_SNAPSHOTS + 1));
    let page = List::page(found.await?, PAGE_SNAPSHOTS, |last: &Snapshot| (last.as_of, last.taken_at, last.id))?;
    Ok(frame::page(&caller, Menu::Portfolio, text::snapshots(), &body(&caller, &page)))
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SnapshotForm {
    note: String,
}

/// `POST /w/{workspace}/portfolio/snapshots`
pub async fn take_snapshot(
    State(app): State<App>,
    caller: Allowed<TakeSnapshot>,
    Posted(form): Posted<SnapshotForm>,
) -> Result<Response, Fault> {
    let (user, new) = (Some(caller.user), SnapshotIn { note: form.note });
    let taken = app.verb(std::sync::Arc::clone(&caller.workspace), user, move |tx, by| take(tx, by, &new)).await?;
    Ok(see_other(&caller.path(&format!("/portfolio?snapshot={}", taken.id))))
}

fn body(caller: &Caller, page: &List<Snapshot>) -> Markup {
    html! {
        div.page-head { div { h1 { (text::snapshots()) } p { (text::snapshots_what()) } } }
        (tabs(caller, Tab::Snapshots))
        @if caller.may(Deed::TakeSnapshot) { (take_form(caller)) }
        @if page.data.is_empty() { p.empty { (text::no_snapshots()) } }
        @else {
            div.table-box { table.table {
                thead { tr {
                    th scope="col" { (text::as_of()) } th scope="col" { (text::kind()) } th scope="col" { (text::note()) }
                    th scope="col" { (text::taken_when()) } th scope="col" { (text::taken_by()) } th scope="col" { span.sr { (text::compare_head()) } }
                } }
                tbody { @for snapshot in &page.data { (list_row(caller, snapshot)) } }
            } }
        }
        @if let Some(cursor) = &page.next_cursor { p { a.button href=(format!("?cursor={cursor}")) { (text::older()) } } }
    }
}

fn take_form(caller: &Caller) -> Markup {
    html! {
        form.filters method="post" action=(caller.path("/portfolio/snapshots")) {
            (frame::csrf(caller))
            label for="note" { (text::note()) }
            input #note name="note" maxlength=(NOTE_CHARS_MAX) placeholder=(text::note_example());
            button.primary { (text::take_snapshot()) }
        }
    }
}

fn list_row(caller: &Caller, snapshot: &Snapshot) -> Markup {
    let page = caller.path(&format!("/portfolio?snapshot={}", snapshot.id));
    let kind = match snapshot.kind {
        SnapshotKind::Weekly => text::weekly(),
        SnapshotKind::Monthly => text::monthly(),
        SnapshotKind::Manual => text::by_hand(),
    };
    html! {
        tr {
            th.nowrap scope="row" { a href=(page) { (words::day(snapshot.as_of)) } }
            td { (kind) }
            td { (snapshot.note) }
            td.nowrap { time datetime=(snapshot.taken_at) { (words::moment(snapshot.taken_at, &caller.workspace.zone)) } }
            td { @if snapshot.taken_by.is_empty() { (text::by_schedule()) } @else { (snapshot.taken_by) } }
            td.nowrap { a href=(caller.path(&format!("/portfolio/compare?from={}", snapshot.id))) { (text::compare_with_today()) } }
        }
    }
}
