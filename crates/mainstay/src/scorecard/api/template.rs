//! Scorecard templates as JSON and as text: reading, drafting, trying on an account, publishing.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::field;
use mainstay_rules::permission::reads_account;
use mainstay_rules::scorecard::{Scorecard, Template, evaluate};
use uuid::Uuid;

use super::template_shape::{
    TemplateOut, TemplatePublication, TemplateTest, TemplateTestOut, TemplateText, TemplateWhole, VersionOut, filled,
};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Allowed, ManageScorecards, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::Sent;
use crate::people::api::workspace::refresh_numbers;
use crate::scorecard::store::{self, Stored};

/// What a test compares: the account under the template that governs it, and under the draft.
pub struct Tested {
    pub before: (std::sync::Arc<Template>, Scorecard),
    pub after: (Template, Scorecard),
}

/// Tries a text on an account that the caller may see; nothing is written.
pub fn test(tx: &mut Tx<'_>, caller: &Caller, text: &str, account: Uuid) -> Result<Tested, Fault> {
    let workspace = caller.workspace.id;
    let found = accounts::account(tx, workspace, account, caller.user)?;
    let found = found.filter(|found| reads_account(found.facts())).ok_or_else(Fault::not_found)?;
    let template = store::checked(text)?;
    let latest = store::latest(tx, workspace, found.id)?;
    let now = store::template_of(tx, workspace, found.id)?;
    let (before, after) = (evaluate(&now, &latest), evaluate(&template, &latest));
    Ok(Tested { before: (now, before), after: (template, after) })
}

/// A template's name is in its text: the published one, else the draft's.
pub fn name_of(tx: &mut Tx<'_>, workspace: Uuid, template: &Stored) -> Result<String, Fault> {
    let published = store::text_of(tx, workspace, template, template.version)?;
    let text = published.as_ref().or(template.draft.as_ref());
    Ok(text.and_then(|text| Template::parse(text).ok()).map_or_else(|| template.key.clone(), |parsed| parsed.name))
}

pub fn whole(tx: &mut Tx<'_>, workspace: Uuid, template: &Stored) -> Result<TemplateWhole, Fault> {
    Ok(TemplateWhole {
        key: template.key.clone(),
        name: name_of(tx, workspace, template)?,
        version: template.version,
        is_default: template.is_default,
        draft: template.draft.clone(),
        draft_at: template.draft_at,
        draft_by: filled(&template.draft_by),
        versions: store::versions(tx, workspace, template)?.iter().map(VersionOut::of).collect(),
    })
}

pub fn summaries(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<TemplateOut>, Fault> {
    let all = store::all_stored(tx, workspace)?;
    let summary = |tx: &mut Tx<'_>, template: &Stored| {
        Ok(TemplateOut {
            key: template.key.clone(),
            name: name_of(tx, workspace, template)?,
            version: template.version,
            is_default: template.is_default,
            has_draft: template.draft.is_some(),
        })
    };
    all.iter().map(|template| summary(tx, template)).collect()
}

/// The templates of the workspace, by key.
#[utoipa::path(get, path = "/api/v1/scorecard-templates", tag = "scorecard",
    responses((status = 200, body = List<TemplateOut>)))]
pub async fn list(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<List<TemplateOut>>, Fault> {
    let workspace = caller.workspace.id;
    let data = app.db.read(Scope::Workspace(workspace), move |tx| summaries(tx, workspace)).await?;
    Ok(Json(List { data, next_cursor: None }))
}

/// Adds a template: its text is the first draft, and its key must be new.
#[utoipa::path(post, path = "/api/v1/scorecard-templates", tag = "scorecard", request_body = TemplateText,
    responses((status = 201, body = TemplateWhole)))]
pub async fn create(
    State(app): State<App>,
    caller: Allowed<ManageScorecards>,
    Sent(sent, care): Sent<TemplateText>,
) -> Result<Answer, Fault> {
    app.commit(&caller, care, move |tx, by| {
        let template = store::draft(tx, by, None, &sent.text)?;
        Answer::created(
            format!("/api/v1/scorecard-templates/{}", template.key),
            &whole(tx, by.workspace.id, &template)?,
        )
    })
    .await
}

/// One template with its draft and its versions.
#[utoipa::path(get, path = "/api/v1/scorecard-templates/{template}", tag = "scorecard",
    params(("template" = String, Path, example = "software")),
    responses((status = 200, body = TemplateWhole)))]
pub async fn show(
    State(app): State<App>,
    caller: Allowed<Read>,
    Path(key): Path<String>,
) -> Result<Json<TemplateWhole>, Fault> {
    let workspace = caller.workspace.id;
    let found = app.db.read(Scope::Workspace(workspace), move |tx| {
        let template = store::stored(tx, workspace, &key)?.ok_or_else(Fault::not_found)?;
        whole(tx, workspace, &template)
    });
    Ok(Json(found.await?))
}

/// Saves the draft; a text with an error is refused with the place of the error.
#[utoipa::path(put, path = "/api/v1/scorecard-templates/{template}/draft", tag = "scorecard",
    params(("template" = String, Path, example = "software")), request_body = TemplateText,
    responses((status = 200, body = TemplateWhole)))]
pub async fn draft(
    State(app): State<App>,
    caller: Allowed<ManageScorecards>,
    Path(key): Path<String>,
    Sent(sent, care): Sent<TemplateText>,
) -> Result<Answer, Fault> {
    app.commit(&caller, care, move |tx, by| {
        store::stored(tx, by.workspace.id, &key)?.ok_or_else(Fault::not_found)?;
        let template = store::draft(tx, by, Some(&key), &sent.text)?;
        Answer::ok(&whole(tx, by.workspace.id, &template)?)
    })
    .await
}

/// The text of a published version, as a file.
#[utoipa::path(get, path = "/api/v1/scorecard-templates/{template}/versions/{version}", tag = "scorecard",
    params(("template" = String, Path, example = "software"), ("version" = i64, Path)),
    responses((status = 200, description = "The template's text", body = String, content_type = "application/toml")))]
pub async fn version(
    State(app): State<App>,
    caller: Allowed<Read>,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Response, Fault> {
    let (file, text) = version_file(&app, caller.workspace.id, key, number).await?;
    Ok((as_file(&file), text).into_response())
}

/// The file's name and text of a published version.
pub async fn version_file(app: &App, workspace: Uuid, key: String, number: i64) -> Result<(String, String), Fault> {
    let found = app.db.read(Scope::Workspace(workspace), move |tx| {
        let template = store::stored(tx, workspace, &key)?.ok_or_else(Fault::not_found)?;
        let text = store::text_of(tx, workspace, &template, number)?.ok_or_else(Fault::not_found)?;
        Ok((format!("{}-{number}.toml", template.key), text))
    });
    found.await
}

/// The headers by which a browser saves a text under a name.
pub fn as_file(name: &str) -> [(header::HeaderName, String); 2] {
    [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ]
}

/// Tries the draft on one account: each step before and after. Nothing is written.
#[utoipa::path(post, path = "/api/v1/scorecard-templates/{template}/test", tag = "scorecard",
    params(("template" = String, Path, example = "software")), request_body = TemplateTest,
    responses((status = 200, body = TemplateTestOut)))]
pub async fn test_draft(
    State(app): State<App>,
    caller: Allowed<ManageScorecards>,
    Path(key): Path<String>,
    Sent(sent, _): Sent<TemplateTest>,
) -> Result<Json<TemplateTestOut>, Fault> {
    let (workspace, asking) = (caller.workspace.id, caller.into_caller());
    let tested = app.db.read(Scope::Workspace(workspace), move |tx| {
        let template = store::stored(tx, workspace, &key)?.ok_or_else(Fault::not_found)?;
        let published = store::text_of(tx, workspace, &template, template.version)?;
        let text = template.draft.or(published).ok_or_else(Fault::not_found)?;
        test(tx, &asking, &text, sent.account)
    });
    Ok(Json(TemplateTestOut::of(sent.account, &tested.await?)))
}

/// Publishes the draft as the next version. A published version never changes; the accounts' lines are written anew.
#[utoipa::path(post, path = "/api/v1/scorecard-templates/{template}/publish", tag = "scorecard",
    params(("template" = String, Path, example = "software")), request_body = TemplatePublication,
    responses((status = 200, body = TemplateWhole)))]
pub async fn publish(
    State(app): State<App>,
    caller: Allowed<ManageScorecards>,
    Path(key): Path<String>,
    Sent(sent, care): Sent<TemplatePublication>,
) -> Result<Answer, Fault> {
    let answer = app
        .commit(&caller, care, move |tx, by| {
            let note = field::note("/note", &sent.note)?.unwrap_or_default();
            let template = store::publish(tx, by, &key, &note, sent.default)?;
            Answer::ok(&whole(tx, by.workspace.id, &template)?)
        })
        .await?;
    refresh_numbers(&app);
    Ok(answer)
}
