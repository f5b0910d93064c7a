//! The timeline as JSON: an account's, the workspace's from a cursor on, and the same as a stream.

mod follow;
mod shape;
pub mod stream;

use axum::Json;
use axum::extract::{Query, State};
use mainstay_db::Scope;
use mainstay_db::events::Cursor;
use mainstay_rules::problem::Problem;
use serde::Deserialize;

pub use follow::{Follower, Heard, last_event_id, streamed};
pub use shape::{EntryOut, EventOut, EventsOut};

use super::store;
use crate::account::Account;
use crate::app::App;
use crate::corridor::access::{Allowed, Read, Readable};
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging, open_cursor};

/// A cursor as an earlier answer gave it.
pub fn parse_cursor(text: &str) -> Result<Cursor, Fault> {
    let bad = |_| Fault::new(Problem::BadCursor, "Use a cursor that an earlier answer gave, or leave it out.");
    text.parse().map_err(bad)
}

/// What happened to an account, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/timeline", tag = "timeline",
    params(("account" = uuid::Uuid, Path), Paging),
    responses((status = 200, body = List<EntryOut>)))]
pub async fn of_account(
    State(app): State<App>,
    account: Readable<Account>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<EntryOut>>, Fault> {
    let (workspace, id, limit) = (account.caller.workspace.id, account.id, paging.limit()?);
    let before: Option<String> = paging.cursor.as_deref().map(open_cursor).transpose()?;
    let before = before.as_deref().map(parse_cursor).transpose()?;
    let entries = app
        .db
        .read(Scope::Workspace(workspace), move |tx| store::of_account(tx, workspace, id, before, limit + 1))
        .await?;
    let entries = entries.into_iter().map(EntryOut::of).collect();
    Ok(Json(List::page(entries, limit, EntryOut::place)?))
}

/// Where to go on in the list of events.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// `next_cursor` of the answer before, or the `cursor` of an event; without it the list begins at its first event.
    pub after: Option<String>,
    /// How many, 1 to 200.
    #[param(example = 50, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
}

/// The workspace's events in the order of reading, each account's in its own order; only what you may see.
///
/// `next_cursor` is always the place to go on from. An answer can be empty and still have moved on, when all that
/// happened is hidden from you: ask again until it stays the same.
#[utoipa::path(get, path = "/api/v1/events", tag = "timeline", params(After), responses((status = 200, body = EventsOut)))]
pub async fn list(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<After>,
) -> Result<Json<EventsOut>, Fault> {
    let limit = Paging { limit: asked.limit.clone(), cursor: None }.limit()?;
    let after = asked.after.as_deref().map_or(Ok(Cursor::START), parse_cursor)?;
    let caller = caller.into_caller();
    let (events, reached) =
        app.db.read(Scope::Workspace(caller.workspace.id), move |tx| store::after(tx, &caller, after, limit)).await?;
    Ok(Json(EventsOut { data: events.into_iter().map(EventOut::of).collect(), next_cursor: reached.to_string() }))
}
