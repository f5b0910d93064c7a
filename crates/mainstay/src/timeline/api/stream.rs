//! `GET /api/v1/events/stream`: the workspace's events as server-sent events, from a cursor on and for as long as one listens.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::response::sse::Event;
use futures_util::stream;
use mainstay_db::Scope;
use mainstay_db::events::Cursor;
use serde::Deserialize;

use super::follow::{Follower, Heard, last_event_id, streamed};
use super::{EventOut, parse_cursor};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::fault::Fault;
use crate::timeline::store;

/// Events read at once.
const BATCH_EVENTS: i64 = 100;

#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct From {
    /// The place to go on from; the header `Last-Event-ID` wins over it. Without both the stream begins now.
    pub after: Option<String>,
}

/// The same list as server-sent events: `id:` is the cursor, `event: event`, `data:` the event as JSON.
///
/// Silence is broken by a comment every 15 seconds. After a break send `Last-Event-ID`, as browsers do: nothing is lost.
#[utoipa::path(get, path = "/api/v1/events/stream", tag = "timeline", params(From),
    responses((status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String)))]
pub async fn show(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(from): Query<From>,
    request: Parts,
) -> Result<Response, Fault> {
    let given = match last_event_id(&request.headers)? {
        Some(cursor) => Some(cursor),
        None => from.after.as_deref().map(parse_cursor).transpose()?,
    };
    // Listening begins before the first read, so that nothing falls between the two.
    let follower = Follower::new(&app, caller.into_caller(), request)?;
    let workspace = follower.caller.workspace.id;
    let cursor = match given {
        Some(cursor) => cursor,
        None => app.db.read(Scope::Workspace(workspace), move |tx| store::head(tx, workspace)).await?,
    };
    let replay = Replay { follower, cursor, ready: VecDeque::new(), caught_up: false };
    Ok(streamed(stream::unfold(replay, |mut replay| async move {
        let event = replay.next().await?;
        Some((Ok::<_, Infallible>(event), replay))
    })))
}

/// The list being read, then waited on.
struct Replay {
    follower: Follower,
    cursor: Cursor,
    ready: VecDeque<Event>,
    caught_up: bool,
}

impl Replay {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.follower.is_over() {
                return None;
            }
            if self.caught_up {
                self.wait().await?;
            }
            if let Err(fault) = self.read().await {
                // The client comes back with its last place; that is the retry.
                tracing::warn!(%fault, "a stream of events ended early");
                return None;
            }
        }
    }

    /// Until there is something behind the cursor.
    async fn wait(&mut self) -> Option<()> {
        loop {
            match self.follower.hear().await? {
                Heard::Changed(changed) if changed.cursor <= self.cursor => {}
                Heard::Changed(_) | Heard::Missed => return Some(()),
            }
        }
    }

    async fn read(&mut self) -> Result<(), Fault> {
        let (caller, cursor) = (self.follower.caller.clone(), self.cursor);
        let scope = Scope::Workspace(caller.workspace.id);
        let read = move |tx: &mut mainstay_db::Tx<'_>| store::after(tx, &caller, cursor, BATCH_EVENTS);
        let (events, reached) = self.follower.app.db.read(scope, read).await?;
        self.caught_up = reached == self.cursor;
        self.cursor = reached;
        for event in events {
            self.ready.push_back(written(EventOut::of(event))?);
        }
        Ok(())
    }
}

fn written(event: EventOut) -> Result<Event, Fault> {
    let text = serde_json::to_string(&event).map_err(Fault::internal)?;
    Ok(Event::default().id(event.cursor).event("event").data(text))
}
