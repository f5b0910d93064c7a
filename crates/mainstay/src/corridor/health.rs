//! Whether the process lives, and whether it is ready to serve.

use std::path::Path;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::App;
use crate::migrations;

/// Below this much free space the server says that it is not ready.
pub const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;

/// `GET /healthz`
pub async fn healthz() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Readiness {
    #[serde(rename = "ready")]
    is_ready: bool,
    database: &'static str,
    migrations: &'static str,
    disk: &'static str,
}

/// `GET /readyz`: 200 when everything that a request needs is there, else 503 and which part is not.
pub async fn readyz(State(app): State<App>) -> Response {
    let word = |well: bool| if well { "ok" } else { "failing" };
    let database = app.db.health().await.is_ok_and(|health| health.is_well());
    let migrated = database && app.db.pending(migrations::SET).await.is_ok_and(|pending| pending.is_empty());
    let disk = app.folder.as_deref().is_none_or(has_space);
    let ready = database && migrated && disk;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = Readiness { is_ready: ready, database: word(database), migrations: word(migrated), disk: word(disk) };
    (status, Json(body)).into_response()
}

fn has_space(folder: &Path) -> bool {
    fs4::available_space(folder).is_ok_and(|bytes| bytes >= FREE_BYTES_MIN)
}
