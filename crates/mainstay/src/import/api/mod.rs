//! Imports as JSON: a file is staged and checked, looked at, applied and undone.

mod shape;
mod upload;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::import::{Field, guess};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use shape::{ImportBrief, ImportOut, column_names};
pub use upload::{Asked, Upload, UploadIn, read_dates, read_decimal, read_field, settings_of};

use super::store::sheet::{self, Sheet};
use super::store::{self, Against, Checked, Import, Settings, SheetRow, Status, Who};
use crate::app::App;
use crate::corridor::access::{Allowed, Import as MayImport};
use crate::corridor::answer::Answer;
use crate::corridor::caller::{Caller, Workspace};
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::{Bare, Sent, etag};
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

/// A guess for every column; conventions only where they are named or remembered.
pub fn guessed(sheet: &Sheet) -> Vec<Field> {
    let sample: Vec<Vec<String>> = sheet
        .rows
        .iter()
        .take(50)
        .map(|row| row.cells.iter().map(|cell| cell.written(mainstay_rules::import::DecimalMark::Dot)).collect())
        .collect();
    guess(&sheet.headers, &sample).into_iter().map(|guess| guess.field).collect()
}

/// Checks a file that is not kept.
pub fn dry_run(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    who: Who,
    source: &Source,
    sheet: &Sheet,
    settings: &Settings,
) -> Result<(Settings, Checked), Fault> {
    let settings = with_remembered(tx, workspace.id, settings)?;
    let against = Against { workspace, who, at: source.now() };
    let checked = store::check(tx, &against, &sheet.headers, &sheet.rows, &settings)?;
    Ok((settings, checked))
}

/// What people chose the last time stands until they choose otherwise.
pub fn with_remembered(tx: &mut Tx<'_>, workspace: Uuid, settings: &Settings) -> Result<Settings, Fault> {
    let (decimal, dates) = store::remembered(tx, workspace)?;
    Ok(Settings {
        fields: settings.fields.clone(),
        decimal: settings.decimal.or(decimal),
        dates: settings.dates.or(dates),
    })
}

/// An import as it stands.
pub struct Look {
    pub import: Import,
    /// What it would do; none once it was applied.
    pub checked: Option<Checked>,
    /// The rows of a file that waits.
    pub rows: Vec<SheetRow>,
}

/// A staged file as it would be imported now; for one that was applied, what it did.
pub fn looked_at(tx: &mut Tx<'_>, caller: &Caller, source: &Source, id: Uuid) -> Result<Look, Fault> {
    let workspace = &caller.workspace;
    let import = store::get(tx, workspace.id, id)?.ok_or_else(Fault::not_found)?;
    if import.status != Status::Staged {
        return Ok(Look { import, checked: None, rows: Vec::new() });
    }
    let rows = store::rows(tx, workspace.id, id)?;
    let against = Against { workspace, who: Who::of(caller), at: source.now() };
    let checked = store::check(tx, &against, &import.headers, &rows, &import.settings)?;
    Ok(Look { import, checked: Some(checked), rows })
}

fn found(tx: &mut Tx<'_>, caller: &Caller, source: &Source, id: Uuid) -> Result<ImportOut, Fault> {
    let look = looked_at(tx, caller, source, id)?;
    Ok(ImportOut::of(&look.import, look.checked.as_ref()))
}

/// Stages a file: reads and checks it, and keeps it until it is applied. With `dry_run=true` nothing is kept.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports",
    request_body(content = UploadIn, content_type = "multipart/form-data"),
    responses((status = 201, description = "Staged", body = ImportOut),
        (status = 200, description = "Dry run: what would happen", body = ImportOut)))]
pub async fn create(State(app): State<App>, caller: Allowed<MayImport>, upload: Upload) -> Result<Response, Fault> {
    let who = caller.into_caller();
    let care = upload.care.clone();
    let asked = upload.asked()?;
    let sheet = sheet::read(app.reading.clone(), upload.file_name, upload.file).await?;
    let settings = settings_of(&sheet, &asked)?;
    let (source, acting) = (app.source.clone(), who.clone());
    if asked.dry_run {
        let checking = move |tx: &mut Tx<'_>| {
            let (settings, checked) = dry_run(tx, &acting.workspace, Who::of(&acting), &source, &sheet, &settings)?;
            Ok::<_, Fault>(ImportOut::dry(&sheet, &settings, &checked))
        };
        return Ok(Json(app.db.read(Scope::Workspace(who.workspace.id), checking).await?).into_response());
    }
    let staging = move |tx: &mut Tx<'_>, by: &By| {
        let settings = with_remembered(tx, by.workspace.id, &settings)?;
        let id = store::stage(tx, by, &sheet, &settings)?;
        let out = found(tx, &acting, &source, id)?;
        Ok(Answer::created(format!("/api/v1/imports/{id}"), &out)?.version(out.version))
    };
    Ok(app.commit(&who, care, staging).await?.into_response())
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

/// Imports the staged file: all rows or none, visible to everyone at once.
#[utoipa::path(post, path = "/api/v1/imports/{import}/apply", tag = "imports", params(("import" = Uuid, Path)),
    request_body = ApplyIn, responses((status = 200, body = ImportOut)))]
pub async fn apply(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(id): Path<String>,
    Sent(asked, care): Sent<ApplyIn>,
) -> Result<Answer, Fault> {
    let (id, source, who) = (import_id(&id)?, app.source.clone(), caller.into_caller());
    let acting = who.clone();
    app.commit(&who, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        apply_as(tx, by, &source, Who::of(&acting), id, asked.leave_out_refused)?;
        let out = found(tx, &acting, &source, id)?;
        Ok(Answer::ok(&out)?.version(out.version))
    })
    .await
}

fn expect_version(tx: &mut Tx<'_>, by: &By, id: Uuid, care: &crate::corridor::request::Care) -> Result<(), Fault> {
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
    responses((status = 200, body = ImportOut)))]
pub async fn undo(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(id): Path<String>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (id, source, who) = (import_id(&id)?, app.source.clone(), caller.into_caller());
    let acting = who.clone();
    app.commit(&who, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        undo_as(tx, by, &source, id)?;
        let out = found(tx, &acting, &source, id)?;
        Ok(Answer::ok(&out)?.version(out.version))
    })
    .await
}

pub fn undo_as(tx: &mut Tx<'_>, by: &By, source: &Source, id: Uuid) -> Result<(), Fault> {
    let because = By::new(std::sync::Arc::clone(&by.workspace), by.user, source.clone()).because_of(id);
    store::undo(tx, &because, id)?;
    crate::app::project(tx, &because)
}
