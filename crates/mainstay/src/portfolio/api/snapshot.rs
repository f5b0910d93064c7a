//! Snapshots of the report: taken by hand, listed, looked up. Their rows are read by `GET /api/v1/portfolio?snapshot=`.

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::NOTE_CHARS_MAX;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::corridor::access::{Allowed, Read, TakeSnapshot};
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::Sent;
use crate::corridor::verb::By;
use crate::portfolio::store::{self, Snapshot, SnapshotKind};

/// Why the report is kept.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSnapshot)]
pub struct SnapshotIn {
    #[serde(default)]
    #[schema(example = "Board of July")]
    pub note: String,
}

/// The report as we knew it then.
#[derive(Serialize, ToSchema)]
#[schema(as = Snapshot)]
pub struct SnapshotOut {
    pub id: Uuid,
    /// `weekly`, `monthly` or `manual`.
    pub kind: &'static str,
    /// The day at whose end it shows the accounts.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    #[schema(value_type = String, format = DateTime)]
    pub taken_at: Timestamp,
    /// Null when the schedule took it.
    pub taken_by: Option<String>,
    pub note: String,
}

impl SnapshotOut {
    fn of(snapshot: &Snapshot) -> Self {
        Self {
            id: snapshot.id,
            kind: snapshot.kind.as_str(),
            as_of: snapshot.as_of,
            taken_at: snapshot.taken_at,
            taken_by: Some(snapshot.taken_by.clone()).filter(|name| !name.is_empty()),
            note: snapshot.note.clone(),
        }
    }
}

/// Keeps the report of today by hand.
pub fn take(tx: &mut Tx<'_>, by: &By, new: &SnapshotIn) -> Result<Snapshot, Fault> {
    let note = new.note.trim();
    if note.chars().count() > NOTE_CHARS_MAX {
        let message = format!("A note has at most {NOTE_CHARS_MAX} characters.");
        return Err(Fault::field(FieldError::new("/note", FieldCode::TooLong, message)));
    }
    let id = store::take_snapshot(tx, by, SnapshotKind::Manual, by.today(), note)?;
    store::snapshot(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)
}

/// The snapshots of the report, the newest day first.
#[utoipa::path(get, path = "/api/v1/snapshots", tag = "portfolio", params(Paging),
    responses((status = 200, body = List<SnapshotOut>)))]
pub async fn list_snapshots(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<SnapshotOut>>, Fault> {
    let (workspace, after, limit) = (caller.workspace.id, paging.after()?, paging.limit()?);
    let found =
        app.db.read(Scope::Workspace(workspace), move |tx| store::snapshots(tx, workspace, after, limit + 1)).await?;
    let page = List::page(found, limit, |last: &Snapshot| (last.as_of, last.taken_at, last.id))?;
    Ok(Json(List { data: page.data.iter().map(SnapshotOut::of).collect(), next_cursor: page.next_cursor }))
}

/// Keeps the report of today as it reads now.
#[utoipa::path(post, path = "/api/v1/snapshots", tag = "portfolio", request_body = SnapshotIn,
    responses((status = 201, body = SnapshotOut)))]
pub async fn create_snapshot(
    State(app): State<App>,
    caller: Allowed<TakeSnapshot>,
    Sent(new, care): Sent<SnapshotIn>,
) -> Result<Answer, Fault> {
    app.commit(&caller, care, move |tx, by| {
        let taken = take(tx, by, &new)?;
        Answer::created(format!("/api/v1/snapshots/{}", taken.id), &SnapshotOut::of(&taken))
    })
    .await
}

/// One snapshot; its rows are at `/api/v1/portfolio?snapshot=`.
#[utoipa::path(get, path = "/api/v1/snapshots/{snapshot}", tag = "portfolio", params(("snapshot" = Uuid, Path)),
    responses((status = 200, body = SnapshotOut)))]
pub async fn get_snapshot(
    State(app): State<App>,
    caller: Allowed<Read>,
    Path(id): Path<String>,
) -> Result<Json<SnapshotOut>, Fault> {
    let (workspace, id) = (caller.workspace.id, Uuid::parse_str(&id).map_err(|_| Fault::not_found())?);
    let found = app.db.read(Scope::Workspace(workspace), move |tx| store::snapshot(tx, workspace, id)).await?;
    Ok(Json(SnapshotOut::of(&found.ok_or_else(Fault::not_found)?)))
}
