//! `GET /w/{workspace}/live`: tells open pages what changed; each fetches its fragment again with its own rights.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;
use axum::response::sse::Event;
use futures_util::stream;
use mainstay_db::events::Cursor;
use mainstay_db::{Scope, Tx};
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::timeline::api::{Follower, Heard, last_event_id, streamed};
use crate::timeline::store;

/// Events told one by one to a page that comes back; after more it loads everything again.
const REPLAY_EVENTS_MAX: i64 = 200;

/// What a page needs to know.
#[derive(Serialize)]
struct Message<'a> {
    account: Option<Uuid>,
    version: i64,
    kind: &'a str,
}

/// `GET /w/{workspace}/live`
pub async fn live(State(app): State<App>, caller: Allowed<Read>, request: Parts) -> Result<Response, Fault> {
    // A place that cannot be read is one of another installation: the page begins anew.
    let last = last_event_id(&request.headers).unwrap_or_default();
    let follower = Follower::new(&app, caller.into_caller(), request)?;
    let caller = follower.caller.clone();
    let scope = Scope::Workspace(caller.workspace.id);
    let ready = app.db.read(scope, move |tx| first(tx, &caller, last)).await?;
    Ok(streamed(stream::unfold((follower, ready), |(mut follower, mut ready)| async move {
        let event = match ready.pop_front() {
            Some(event) => event,
            None => told(follower.hear().await?),
        };
        Some((Ok::<_, Infallible>(event), (follower, ready)))
    })))
}

/// What a page is told at once: where the stream begins, or what it missed since its last place.
fn first(tx: &mut Tx<'_>, caller: &Caller, last: Option<Cursor>) -> Result<VecDeque<Event>, Fault> {
    let head = store::head(tx, caller.workspace.id)?;
    let Some(last) = last else { return Ok(VecDeque::from([place(head)])) };
    let (events, reached) = store::after(tx, caller, last, REPLAY_EVENTS_MAX)?;
    if reached < head {
        return Ok(VecDeque::from([Event::default().id(head.to_string()).event("resync").data("{}")]));
    }
    let missed = events
        .iter()
        .map(|event| changed(event.cursor, event.account, event.account_version.unwrap_or(0), &event.kind));
    Ok(std::iter::once(place(last)).chain(missed).collect())
}

/// Only an id, so that a page whose stream breaks before anything happened can say where it was.
fn place(cursor: Cursor) -> Event {
    Event::default().id(cursor.to_string())
}

fn told(heard: Heard) -> Event {
    match heard {
        Heard::Changed(message) => changed(message.cursor, message.account, message.version, &message.kind),
        Heard::Missed => Event::default().event("resync").data("{}"),
    }
}

fn changed(cursor: Cursor, account: Option<Uuid>, version: i64, kind: &str) -> Event {
    // Ids, a number and a word of a closed list: writing them as JSON cannot fail.
    let text = serde_json::to_string(&Message { account, version, kind }).unwrap_or_default();
    Event::default().id(cursor.to_string()).event("changed").data(text)
}
