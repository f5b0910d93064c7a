//! The import pages: the list, the drop zone, the check before applying, and what came of it.

mod changes;
mod preview;
mod progress;
mod result;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::import::{Field, SheetKind};
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use uuid::Uuid;

use super::api::{self, Upload, import_id};
use super::reactions::{self, Incoming};
use super::store::{self, Import, Settings, Status, Who, Work};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Allowed, Import as MayImport};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu, see_other};
use crate::corridor::frame_form::notice_bad;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::Posted;
use crate::corridor::verb::By;
use crate::portfolio;
use crate::portfolio::store::Frame;
use crate::text::{frame as words, import as text};

/// Files of one page of the list.
const PAGE_FILES: i64 = 50;

/// The form's fields: `column_0`, `column_1`, … and the conventions.
type Fields = HashMap<String, String>;

/// `GET /w/{workspace}/import`
pub async fn list(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Query(paging): Query<Paging>,
) -> Result<Markup, Fault> {
    let (after, workspace) = (paging.after()?, caller.workspace.id);
    let imports =
        app.db.read(Scope::Workspace(workspace), move |tx| store::list(tx, workspace, after, PAGE_FILES + 1)).await?;
    let page = List::page(imports, PAGE_FILES, |import: &Import| (import.created_at, import.id))?;
    Ok(frame::page(&caller, Menu::Import, text::title(), &list_body(&caller, &page)))
}

fn list_body(caller: &Caller, page: &List<Import>) -> Markup {
    let button = html! { a.button.primary href=(caller.path("/import/new")) { (text::import_a_spreadsheet()) } };
    if page.data.is_empty() {
        return html! {
            div.page-head { div { h1 { (text::title()) } p { (text::none_yet()) } } }
            section.empty aria-labelledby="e" { h2 #e { (text::bring()) } p { (text::bring_what()) } (button) }
        };
    }
    html! {
        div.page-head { div { h1 { (text::title()) } p { (text::every_file()) } } div.row { (button) } }
        div.table-box { table.table {
            thead { tr {
                th scope="col" { (text::file()) } th scope="col" { (text::about_what()) } th scope="col" { (text::when()) } th scope="col" { (text::who()) }
                th.number scope="col" { (text::new()) } th.number scope="col" { (text::updated()) }
                th.number scope="col" { (text::refused()) } th scope="col" { (text::state()) }
            } }
            tbody { @for import in &page.data { (list_row(caller, import)) } }
        } }
        @if let Some(cursor) = &page.next_cursor {
            p { a.button href=(format!("?cursor={cursor}")) { (text::older()) } }
        }
    }
}

fn list_row(caller: &Caller, import: &Import) -> Markup {
    let counts = import.summary.counts;
    let number =
        |n: usize| if import.status == Status::Staged { text::nothing().to_owned() } else { text::thousands(n) };
    html! {
        tr {
            th scope="row" { a href=(path_of(caller, import.id)) { (import.file_name) } }
            td { (text::kinds(import.kind)) }
            td.nowrap { time datetime=(import.created_at) { (words::moment(import.created_at, &caller.workspace.zone)) } }
            td { (who(import)) }
            td.number { (number(counts.create)) } td.number { (number(counts.update)) } td.number { (number(counts.refused)) }
            td { @match import.status {
                _ if import.work.is_some() => span.tag.warn { (text::at_work()) },
                Status::Staged => span.tag.warn { (text::not_applied_yet()) },
                Status::Applied => span.tag.good { (text::applied()) },
                Status::Undone => span.tag { (text::undone()) },
            } }
        }
    }
}

fn who(import: &Import) -> &str {
    if import.created_by_name.is_empty() { text::someone() } else { &import.created_by_name }
}

fn path_of(caller: &Caller, import: Uuid) -> String {
    caller.path(&format!("/import/{import}"))
}

/// `GET /w/{workspace}/import/new`
pub async fn new(State(app): State<App>, caller: Allowed<MayImport>) -> Result<Markup, Fault> {
    new_page(&app, &caller, None).await
}

async fn new_page(app: &App, caller: &Caller, error: Option<&str>) -> Result<Markup, Fault> {
    let id = caller.workspace.id;
    let saved = app.db.read(Scope::Workspace(id), move |tx| store::mappings(tx, id)).await?;
    let body = html! {
        div.page-head { div { h1 { (text::import_a_spreadsheet()) } p { (text::limits()) } } }
        @if let Some(error) = error { (notice_bad(error)) }
        form.form method="post" action=(caller.path("/import")) enctype="multipart/form-data" {
            (frame::csrf(caller))
            label.drop for="file" {
                b { (text::drop()) } span.soft { (text::drop_hint()) }
                input #file type="file" name="file" required
                    accept=".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            }
            @if !saved.is_empty() {
                label.field { span { (text::saved_mapping()) }
                    select name="saved" {
                        option value="" { (text::as_recognised()) }
                        @for mapping in &saved { option value=(mapping.name) { (mapping.name) } }
                    }
                }
            }
            div.row { button.primary { (text::read_the_file()) } }
        }
        section.section aria-labelledby="what" {
            h2 #what { (text::recognises()) }
            p { (text::recognises_what()) } p { (text::recognises_contracts()) }
            p { (text::recognises_scores()) } p { (text::recognises_known()) }
        }
    };
    Ok(frame::page(caller, Menu::Import, text::import_a_spreadsheet(), &body))
}

/// `POST /w/{workspace}/import`
pub async fn upload(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    upload: Result<Upload, Fault>,
) -> Result<Response, Fault> {
    let who = caller.into_caller();
    match stage(&app, &who, upload).await {
        Ok(id) => Ok(see_other(&path_of(&who, id))),
        // What is wrong with the file is said where another one can be chosen.
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::TooLarge | Problem::Malformed) => {
            Ok((fault.status(), new_page(&app, &who, Some(&fault.detail)).await?).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn stage(app: &App, who: &Caller, upload: Result<Upload, Fault>) -> Result<Uuid, Fault> {
    let upload = upload?;
    let asked = upload.asked()?;
    let incoming = Incoming { file_name: upload.file_name.clone(), path: upload.file.path.clone(), asked };
    reactions::stage(app, &who.workspace, Some(who.user), incoming).await
}

/// `GET /w/{workspace}/import/{import}`
pub async fn show(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(path): Path<Fields>,
) -> Result<Response, Fault> {
    show_as(&app, &caller, id_in(&path)?, None).await
}

fn id_in(path: &Fields) -> Result<Uuid, Fault> {
    import_id(path.get("import").map_or("", String::as_str))
}

/// A page about work in the background is asked for again after so many seconds.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("2");

async fn show_as(app: &App, caller: &Caller, id: Uuid, error: Option<&Fault>) -> Result<Response, Fault> {
    let (source, asking) = (app.source.clone(), caller.clone());
    let (look, left) = app
        .db
        .read(Scope::Workspace(caller.workspace.id), move |tx| {
            let look = api::looked_at(tx, &asking, &source, id)?;
            let left = look.import.summary.undo.as_ref().map_or(&[][..], |undo| &undo.left);
            let left = portfolio::store::lines(tx, (asking.workspace.id, Frame::Now), asking.user, left)?;
            Ok::<_, Fault>((look, left))
        })
        .await?;
    if let Some(work) = look.import.work {
        let body = progress::body(caller, &look.import, work);
        let page = frame::page(caller, Menu::Import, text::working(work.as_str()), &body);
        return Ok(([(header::REFRESH, LOOK_AGAIN)], page).into_response());
    }
    let (title, body) = match look.import.status {
        Status::Staged => (text::check_title(), preview::body(caller, &look, error)),
        Status::Applied => (text::done_title(), result::applied(caller, &look.import, error)),
        Status::Undone => (text::undone_title(), result::undone(caller, &look.import, &left)),
    };
    Ok(frame::page(caller, Menu::Import, title, &body).into_response())
}

/// What the form says, put over what was chosen before. A file that is about something else is guessed anew.
fn chosen(tx: &mut Tx<'_>, workspace: Uuid, import: &Import, form: &Fields) -> Result<(SheetKind, Settings), Fault> {
    let mut settings = import.settings.clone();
    let word = |name: &str| form.get(name).map_or("", String::as_str);
    let kind = api::read_kind(word("kind"))?;
    settings.decimal = api::read_decimal(word("decimal"))?.or(settings.decimal);
    settings.dates = api::read_dates(word("dates"))?.or(settings.dates);
    settings.end_is = api::read_end(word("end_is"))?.unwrap_or(settings.end_is);
    settings.kind_unclear &= kind.is_none();
    let kind = kind.unwrap_or(import.kind);
    let own = accounts::live_fields(tx, workspace)?;
    if kind != import.kind {
        let rows = store::chunks(tx, workspace, import.id, 0, 1)?;
        settings.fields = store::guess_again(kind, &import.headers, &rows, &own);
        settings.known_as = None;
        return Ok((kind, settings));
    }
    settings.fields.resize(import.headers.len(), Field::Ignore);
    for (index, field) in settings.fields.iter_mut().enumerate() {
        if let Some(key) = form.get(&format!("column_{index}")) {
            *field = api::read_field(key)?;
            store::expect_field(*field, &own)?;
        }
    }
    if settings.fields != import.settings.fields {
        settings.known_as = None;
    }
    settings.kind_unclear &= kind.missing(&settings.fields).is_some();
    Ok((kind, settings))
}

/// Keeps the choice; says whether the file is to be checked anew.
fn save_choice(tx: &mut Tx<'_>, by: &By, id: Uuid, form: &Fields) -> Result<bool, Fault> {
    tx.lock(&[by.workspace.id])?;
    let import = store::get(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
    if import.status != Status::Staged || import.work.is_some() {
        return Err(Fault::new(Problem::Conflict, "The file was imported already. Open it again to see what it did."));
    }
    let (kind, settings) = chosen(tx, by.workspace.id, &import, form)?;
    let changed = store::save_settings(tx, by, &import, kind, &settings)?;
    let import = store::get(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
    if let Some(name) = form.get("save_as").filter(|name| !name.trim().is_empty()) {
        store::save_mapping(tx, by, &import, name)?;
    }
    let again = changed && !store::is_compared_live(&import);
    if again {
        store::set_work(tx, by.workspace.id, id, Some(Work::Checking), &import.job)?;
    }
    Ok(again)
}

/// A small file is checked before the answer, a large one in the background.
async fn choose(app: &App, caller: &Caller, id: Uuid, form: Fields) -> Result<bool, Fault> {
    let workspace = Arc::clone(&caller.workspace);
    let verb = move |tx: &mut Tx<'_>, by: &By| save_choice(tx, by, id, &form);
    let again = app.verb(Arc::clone(&workspace), Some(caller.user), verb).await?;
    if again {
        let scope = Scope::Workspace(workspace.id);
        let import = app.db.read(scope, move |tx| store::get(tx, workspace.id, id)).await?;
        if import.as_ref().is_some_and(store::is_small) {
            reactions::finish_work(app, &caller.workspace, id).await?;
        } else {
            app.imports.notify_one();
        }
    }
    Ok(again)
}

/// `POST /w/{workspace}/import/{import}/mapping`
pub async fn map(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(path): Path<Fields>,
    Posted(form): Posted<Fields>,
) -> Result<Response, Fault> {
    let id = id_in(&path)?;
    choose(&app, &caller, id, form).await?;
    Ok(see_other(&path_of(&caller, id)))
}

/// `POST /w/{workspace}/import/{import}/apply`
pub async fn apply(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(path): Path<Fields>,
    Posted(form): Posted<Fields>,
) -> Result<Response, Fault> {
    let (id, workspace, user) = (id_in(&path)?, Arc::clone(&caller.workspace), Some(caller.user));
    let leave_out = form.get("leave_out").is_some_and(|value| value == "1");
    // Kept by itself, so that the choices are still there when the import is refused.
    choose(&app, &caller, id, form).await?;
    let (who, source) = (Who::of(&caller), app.source.clone());
    let applied = app.verb(workspace, user, move |tx, by| api::apply_as(tx, by, &source, who, id, leave_out)).await;
    app.imports.notify_one();
    match applied {
        Ok(()) => Ok(see_other(&path_of(&caller, id))),
        Err(fault) => shown_again(&app, &caller, id, fault).await,
    }
}

/// `POST /w/{workspace}/import/{import}/cancel`
pub async fn cancel(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(path): Path<Fields>,
    Posted(_): Posted<Fields>,
) -> Result<Response, Fault> {
    let id = id_in(&path)?;
    let workspace = Arc::clone(&caller.workspace);
    let stays = app.verb(workspace, Some(caller.user), move |tx, by| store::cancel(tx, by, id)).await?;
    app.imports.notify_one();
    Ok(see_other(&if stays { path_of(&caller, id) } else { caller.path("/import") }))
}

async fn shown_again(app: &App, caller: &Caller, id: Uuid, fault: Fault) -> Result<Response, Fault> {
    if !matches!(fault.problem, Problem::Invalid | Problem::Conflict | Problem::AlreadyExists) {
        return Err(fault);
    }
    let mut page = show_as(app, caller, id, Some(&fault)).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

/// `POST /w/{workspace}/import/{import}/undo`
pub async fn undo(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(path): Path<Fields>,
    Posted(_): Posted<Fields>,
) -> Result<Response, Fault> {
    let (id, source) = (id_in(&path)?, app.source.clone());
    let undone = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| api::undo_as(tx, by, &source, id))
        .await;
    app.imports.notify_one();
    match undone {
        Ok(()) => Ok(see_other(&path_of(&caller, id))),
        Err(fault) => shown_again(&app, &caller, id, fault).await,
    }
}

/// `GET /w/{workspace}/import/{import}/refused.csv`
pub async fn refused(
    State(app): State<App>,
    caller: Allowed<MayImport>,
    Path(path): Path<Fields>,
) -> Result<Response, Fault> {
    let (id, workspace) = (id_in(&path)?, caller.workspace.id);
    let (import, rows) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let import = store::get(tx, workspace, id)?.ok_or_else(Fault::not_found)?;
            Ok::<_, Fault>((import, store::refused_rows(tx, workspace, id)?))
        })
        .await?;
    let csv = result::refused_csv(&import, &rows)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"refused.csv\""),
    ];
    Ok((headers, csv).into_response())
}

/// How many of the four things the rows do.
fn counts(kind: SheetKind, counts: store::Counts) -> Markup {
    let is_report = kind == SheetKind::Accounts;
    let numbers = [
        (text::new_of(kind), Some(counts.create)),
        (text::counted_updated(), is_report.then_some(counts.update)),
        (text::unchanged(), Some(counts.unchanged)),
        (text::left_out_rows(), (!is_report).then_some(counts.left_out)),
        (text::refused_rows(), Some(counts.refused)),
    ];
    html! {
        dl.counts { @for (label, number) in numbers {
            @if let Some(number) = number { div { dt { (label) } dd { (text::thousands(number)) } } }
        } }
    }
}
