//! Imports as JSON: a file is staged and checked, looked at, applied and undone.

mod change;
mod shape;
mod upload;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::custom_field::Field as OwnField;
use mainstay_rules::money::Currency;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use shape::{ImportBrief, ImportOut, column_names};
pub use upload::{Upload, UploadIn, read_dates, read_decimal, read_end, read_field, read_kind};

use super::reactions::{self, Incoming};
use super::store::{self, Against, Changes, Checked, Import, Settings, SheetRow, Status, Who};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Allowed, Import as MayImport};
use crate::corridor::answer::Answer;
use crate::corridor::caller::{Caller, Workspace};
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::{Bare, Care, Sent, etag};
use crate::corridor::source::Source;
use crate::corridor::verb::By;

/// What happens with rows that have errors.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportApply)]
pub struct ApplyIn {
    /// Import the other rows and leave these out; without it, a file with errors is not applied.
    #[serde(default)]
    pub leave_out_refused: bool,
}

impl Who {
    pub fn of(caller: &Caller) -> Self {
        Self { user: caller.user, role: caller.role }
    }
}

/// What people chose the last time stands until they choose otherwise.
pub fn with_remembered(tx: &mut Tx<'_>, workspace: Uuid, settings: &Settings) -> Result<Settings, Fault> {
    let (decimal, dates) = store::remembered(tx, workspace)?;
    let (decimal, dates) = (settings.decimal.or(decimal), settings.dates.or(dates));
    Ok(Settings { decimal, dates, ..settings.clone() })
}

/// An import as it stands.
pub struct Look {
    pub import: Import,
    /// What it would do; none once it was applied, and where what was found is kept with the import.
    pub checked: Option<Checked>,
    /// The rows of a file that waits.
    pub rows: Vec<SheetRow>,
    /// What it would change, where `checked` tells it.
    pub changes: Changes,
    pub currency: Currency,
    /// The fields of the workspace's own that a column of it can hold.
    pub own: Vec<OwnField>,
}

/// A staged file as it would be imported now; for one that was applied, what it did.
pub fn looked_at(tx: &mut Tx<'_>, caller: &Caller, source: &Source, id: Uuid) -> Result<Look, Fault> {
    looked_at_as(tx, &caller.workspace, Who::of(caller), source, id)
}

pub fn looked_at_as(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    who: Who,
    source: &Source,
    id: Uuid,
) -> Result<Look, Fault> {
    let import = store::get(tx, workspace.id, id)?.ok_or_else(Fault::not_found)?;
    if import.status != Status::Staged || import.work.is_some() || !store::is_compared_live(&import) {
        let waits = import.status == Status::Staged && import.kind.takes_own();
        let own = if waits { accounts::live_fields(tx, workspace.id)? } else { Vec::new() };
        let (rows, changes, currency) = (Vec::new(), Changes::default(), workspace.currency);
        return Ok(Look { import, checked: None, rows, changes, currency, own });
    }
    let rows = store::rows(tx, workspace.id, id)?;
    let against = Against { workspace, who, at: source.now() };
    let checked = store::check(tx, &against, &import.headers, &rows, &import.settings)?;
    let own = accounts::live_fields(tx, workspace.id)?;
    let changes = store::changes(tx, workspace, source.now(), &checked)?;
    Ok(Look { import, checked: Some(checked), rows, changes, currency: workspace.currency, own })
}

fn found(tx: &mut Tx<'_>, caller: &Caller, source: &Source, id: Uuid) -> Result<ImportOut, Fault> {
    Ok(ImportOut::of(&looked_at(tx, caller, source, id)?))
}

/// Stages a file: reads and checks it, and keeps it until it is applied. With `dry_run=true` nothing is kept.
///
/// A file of more than 2,000 rows is checked in the background: `progress` says how far, until it is null.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports",
    request_body(content = UploadIn, content_type = "multipart/form-data"),
    responses((status = 201, description = "Staged", body = ImportOut),
        (status = 200, description = "Dry run: what would happen", body = ImportOut)))]
pub async fn create(State(app): State<App>, caller: Allowed<MayImport>, upload: Upload) -> Result<Response, Fault> {
    let who = caller.into_caller();
    let (care, asked) = (upload.care.clone(), upload.asked()?);
    let is_dry = asked.dry_run;
    let incoming = Incoming { file_name: upload.file_name.clone(), path: upload.file.path.clone(), asked };
    let id = reactions::stage(&app, &who.workspace, Some(who.user), incoming).await?;
    let (acting, source) = (who.clone(), app.source.clone());
    if is_dry {
        reactions::finish_work(&app, &who.workspace, id).await?;
        let scope = Scope::Workspace(who.workspace.id);
        let out = app.db.read(scope, move |tx| found(tx, &acting, &source, id)).await?;
        discard(&app, &who, id).await?;
        return Ok(Json(out.dry()).into_response());
    }
    let place = format!("/api/v1/imports/{id}");
    let at = place.clone();
    let answer = app
        .commit(&who, care, move |tx: &mut Tx<'_>, _: &By| {
            let out = found(tx, &acting, &source, id)?;
            Ok(Answer::created(at.clone(), &out)?.version(out.version))
        })
        .await?;
    if answer.location() != Some(place.as_str()) {
        // The same request was answered before: its file is kept already.
        discard(&app, &who, id).await?;
    }
    Ok(answer.into_response())
}

async fn discard(app: &App, who: &Caller, id: Uuid) -> Result<(), Fault> {
    let workspace = who.workspace.id;
    app.db.write_bulk(Scope::Workspace(workspace), move |tx| store::discard(tx, workspace, id)).await
}

/// The files that came in, newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", params(Paging),
    responses((status = 200, body = List<ImportBrief>)))]
pub async fn list(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ImportBrief>>, Fault> {
    let (limit, after, workspace) = (paging.limit()?, paging.after()?, caller.workspace.id);
    let imports =
        app.db.read(Scope::Workspace(workspace), move |tx| store::list(tx, workspace, after, limit + 1)).await?;
    let rows = imports.iter().map(ImportBrief::of).collect();
    Ok(Json(List::page(rows, limit, |row: &ImportBrief| (row.created_at, row.id))?))
}

/// An import: while it waits, every problem and what each row would do; afterwards, what it did.
#[utoipa::path(get, path = "/api/v1/imports/{import}", tag = "imports", params(("import" = Uuid, Path)),
    responses((status = 200, body = ImportOut)))]
pub async fn show(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let (id, source, who) = (import_id(&id)?, app.source.clone(), caller.into_caller());
    let scope = Scope::Workspace(who.workspace.id);
    let out = app.db.read(scope, move |tx| found(tx, &who, &source, id)).await?;
    Ok((StatusCode::OK, [(header::ETAG, etag(out.version))], Json(out)).into_response())
}

/// What does not read as an id does not exist.
pub fn import_id(text: &str) -> Result<Uuid, Fault> {
    Uuid::parse_str(text).map_err(|_| Fault::not_found())
}

/// Imports the staged file: all rows or none.
///
/// A file of more than 2,000 rows is imported in the background, account by account; `progress` says how far. When it
/// cannot be finished it is taken back as a whole.
#[utoipa::path(post, path = "/api/v1/imports/{import}/apply", tag = "imports", params(("import" = Uuid, Path)),
    request_body = ApplyIn, responses((status = 200, description = "Imported", body = ImportOut),
        (status = 202, description = "Begun; see progress", body = ImportOut)))]
pub async fn apply(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(id): Path<String>,
    Sent(asked, care): Sent<ApplyIn>,
) -> Result<Answer, Fault> {
    let (source, who) = (app.source.clone(), Who::of(&caller));
    changed(&app, caller, (&id, care), move |tx, by, id| {
        apply_as(tx, by, &source, who, id, asked.leave_out_refused)?;
        Ok(true)
    })
    .await
}

/// Does something with an import of the version that the caller has seen; the verb says whether it is still there.
async fn changed(
    app: &App,
    caller: Allowed<MayImport>,
    (id, care): (&str, Care),
    verb: impl Fn(&mut Tx<'_>, &By, Uuid) -> Result<bool, Fault> + Send + 'static,
) -> Result<Answer, Fault> {
    let (id, source, who) = (import_id(id)?, app.source.clone(), caller.into_caller());
    let acting = who.clone();
    let answer = app
        .commit(&who, care.clone(), move |tx, by| {
            expect_version(tx, by, id, &care)?;
            if verb(tx, by, id)? { answered(&found(tx, &acting, &source, id)?) } else { Ok(Answer::empty()) }
        })
        .await?;
    app.imports.notify_one();
    Ok(answer)
}

/// What goes on in the background is accepted, not done.
fn answered(out: &ImportOut) -> Result<Answer, Fault> {
    let status = if out.progress.is_some() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok(Answer::json(status, out)?.version(out.version))
}

fn expect_version(tx: &mut Tx<'_>, by: &By, id: Uuid, care: &Care) -> Result<(), Fault> {
    tx.lock(&[by.workspace.id])?;
    care.expect(store::get(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?.version)
}

/// Applies with the import as the cause of every event, so that readers of events see one import.
pub fn apply_as(
    tx: &mut Tx<'_>,
    by: &By,
    source: &Source,
    who: Who,
    id: Uuid,
    leave_out_refused: bool,
) -> Result<(), Fault> {
    let because = By::new(std::sync::Arc::clone(&by.workspace), by.user, source.clone()).because_of(id);
    store::apply(tx, &because, who, id, leave_out_refused)?;
    crate::app::project(tx, &because)
}

/// Takes an import back; accounts that were edited since stay as they are and are listed.
#[utoipa::path(post, path = "/api/v1/imports/{import}/undo", tag = "imports", params(("import" = Uuid, Path)),
    responses((status = 200, description = "Undone", body = ImportOut),
        (status = 202, description = "Begun; see progress", body = ImportOut)))]
pub async fn undo(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(id): Path<String>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let source = app.source.clone();
    changed(&app, caller, (&id, care), move |tx, by, id| {
        undo_as(tx, by, &source, id)?;
        Ok(true)
    })
    .await
}

/// Takes away a file that was not imported; one that is being imported is taken back first.
#[utoipa::path(delete, path = "/api/v1/imports/{import}", tag = "imports", params(("import" = Uuid, Path)),
    responses((status = 204, description = "It is gone"), (status = 202, description = "It is being taken back", body = ImportOut)))]
pub async fn cancel(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(id): Path<String>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    changed(&app, caller, (&id, care), store::cancel).await
}

pub fn undo_as(tx: &mut Tx<'_>, by: &By, source: &Source, id: Uuid) -> Result<(), Fault> {
    let because = By::new(std::sync::Arc::clone(&by.workspace), by.user, source.clone()).because_of(id);
    store::undo(tx, &because, id)?;
    crate::app::project(tx, &because)
}
