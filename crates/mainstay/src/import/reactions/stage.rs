//! A file comes in: what it is about is told from its head, its rows are kept chunk by chunk, and it is checked.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use mainstay_db::{Scope, Tx};
use mainstay_rules::import::SheetKind;
use mainstay_rules::limits::IMPORT_ROWS_AT_ONCE_MAX;
use uuid::Uuid;

use super::finish_work;
use crate::app::App;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::import::api::with_remembered;
use crate::import::store::sheet::{self, Sheet};
use crate::import::store::{self, Asked, CHUNK_ROWS, Known, Settings, SheetRow, Work};

/// Longer than any file takes to come in.
pub const TIME_MAX: SignedDuration = SignedDuration::from_hours(1);

/// A file on this machine, with what its sender says about it.
pub struct Incoming {
    pub file_name: String,
    pub path: PathBuf,
    pub asked: Asked,
}

/// Keeps a file; gives the import, checked when it is small, and otherwise being checked.
pub async fn stage(
    app: &App,
    workspace: &Arc<Workspace>,
    user: Option<Uuid>,
    incoming: Incoming,
) -> Result<Uuid, Fault> {
    let mut sheet = sheet::open(Arc::clone(&app.reading), &incoming.file_name, incoming.path).await?;
    let head = head(app, workspace, &sheet, &incoming.asked).await?;
    let mut rows = Vec::new();
    let mut more = None;
    while let Some(some) = sheet.next().await? {
        if rows.len() + some.len() > IMPORT_ROWS_AT_ONCE_MAX {
            more = Some(some);
            break;
        }
        rows.extend(some);
    }
    let Some(more) = more else { return stage_small(app, workspace, user, head, rows).await };
    rows.extend(more);
    let (id, count) = stage_large(app, workspace, user, head, rows, sheet).await?;
    tracing::debug!(import = %id, rows = count, "a large file came in");
    Ok(id)
}

/// What is known of a file before its rows are kept.
#[derive(Clone)]
struct Head {
    file_name: String,
    headers: Vec<String>,
    kind: SheetKind,
    settings: Settings,
}

async fn head(app: &App, workspace: &Arc<Workspace>, sheet: &Sheet, asked: &Asked) -> Result<Head, Fault> {
    let id = workspace.id;
    let known = app.db.read(Scope::Workspace(id), move |tx| Known::load(tx, id)).await?;
    let (kind, settings) = store::recognise(&sheet.headers, &sheet.first, &known, asked)?;
    let settings = app.db.read(Scope::Workspace(id), move |tx| with_remembered(tx, id, &settings)).await?;
    Ok(Head { file_name: sheet.file_name.clone(), headers: sheet.headers.clone(), kind, settings })
}

async fn stage_small(
    app: &App,
    workspace: &Arc<Workspace>,
    user: Option<Uuid>,
    head: Head,
    rows: Vec<SheetRow>,
) -> Result<Uuid, Fault> {
    let is_checked = head.kind != SheetKind::Accounts;
    let id = app
        .verb(Arc::clone(workspace), user, move |tx: &mut Tx<'_>, by: &By| {
            let work = is_checked.then_some(Work::Checking);
            let named = (head.file_name.as_str(), head.headers.as_slice());
            let id = store::begin(tx, by, named, head.kind, &head.settings, work)?;
            for (number, rows) in (0..).zip(rows.chunks(CHUNK_ROWS)) {
                store::put_chunk(tx, by.workspace.id, id, number, rows)?;
            }
            store::set_row_count(tx, by.workspace.id, id, rows.len())?;
            Ok(id)
        })
        .await?;
    if is_checked {
        finish_work(app, workspace, id).await?;
    }
    Ok(id)
}

async fn stage_large(
    app: &App,
    workspace: &Arc<Workspace>,
    user: Option<Uuid>,
    head: Head,
    mut rows: Vec<SheetRow>,
    mut sheet: Sheet,
) -> Result<(Uuid, usize), Fault> {
    let id = app
        .verb(Arc::clone(workspace), user, move |tx: &mut Tx<'_>, by: &By| {
            let named = (head.file_name.as_str(), head.headers.as_slice());
            store::begin(tx, by, named, head.kind, &head.settings, Some(Work::Staging))
        })
        .await?;
    let (mut number, mut count) = (0, 0);
    let kept: Result<(), Fault> = async {
        loop {
            while rows.len() >= CHUNK_ROWS {
                let rest = rows.split_off(CHUNK_ROWS);
                count += rows.len();
                put(app, workspace, id, number, std::mem::replace(&mut rows, rest)).await?;
                number += 1;
            }
            match sheet.next().await? {
                Some(more) => rows.extend(more),
                None => break,
            }
        }
        if !rows.is_empty() {
            count += rows.len();
            put(app, workspace, id, number, std::mem::take(&mut rows)).await?;
        }
        Ok(())
    }
    .await;
    let workspace_id = workspace.id;
    if let Err(fault) = kept {
        // What is wrong further down is wrong with the whole file.
        app.db.write_bulk(Scope::Workspace(workspace_id), move |tx| store::discard(tx, workspace_id, id)).await?;
        return Err(fault);
    }
    app.db
        .write_bulk(Scope::Workspace(workspace_id), move |tx| {
            store::set_row_count(tx, workspace_id, id, count)?;
            let import = store::get(tx, workspace_id, id)?.ok_or_else(Fault::not_found)?;
            store::set_work(tx, workspace_id, id, Some(Work::Checking), &import.job)
        })
        .await?;
    app.imports.notify_one();
    Ok((id, count))
}

async fn put(
    app: &App,
    workspace: &Arc<Workspace>,
    import: Uuid,
    number: i64,
    rows: Vec<SheetRow>,
) -> Result<(), Fault> {
    let workspace = workspace.id;
    app.db
        .write_bulk(Scope::Workspace(workspace), move |tx| store::put_chunk(tx, workspace, import, number, &rows))
        .await
}
