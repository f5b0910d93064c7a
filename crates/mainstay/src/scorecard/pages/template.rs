//! Settings, Scorecards: the templates of the workspace; one as text to edit, to try on an account, to publish.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::field;
use mainstay_rules::limits::NOTE_CHARS_MAX;
use mainstay_rules::permission::Deed;
use mainstay_rules::problem::Problem;
use mainstay_rules::score::Mean;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::chip;
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Allowed, ManageScorecards, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::request::Posted;
use crate::people::api::workspace::refresh_numbers;
use crate::people::pages::settings::{self, Tab};
use crate::scorecard::api::template::{self as api, Tested};
use crate::scorecard::api::{TemplateOut, TemplateWhole};
use crate::scorecard::store;
use crate::text::{frame as words, template as text};

/// Accounts that a test offers by name.
const ACCOUNTS_OFFERED: usize = 500;
/// Lines of the editor that are seen at once.
const EDITOR_ROWS: usize = 28;

/// `GET /w/{workspace}/settings/scorecards`
pub async fn list(State(app): State<App>, caller: Allowed<Read>) -> Result<Response, Fault> {
    let workspace = caller.workspace.id;
    let all = app.db.read(Scope::Workspace(workspace), move |tx| api::summaries(tx, workspace)).await?;
    let body = html! {
        div.table-box {
            table.table {
                thead { tr {
                    th scope="col" { (text::name()) } th.number scope="col" { (text::version()) } th scope="col" { (text::state()) }
                } }
                tbody { @for template in &all { (row(&caller, template)) } }
            }
        }
        @if caller.may(Deed::ManageScorecards) {
            div.row { a.button href=(caller.path("/settings/scorecards/new")) { (text::add()) } }
        }
    };
    Ok(settings::page(&caller, Tab::Scorecards, text::what(), None, &body))
}

fn row(caller: &Caller, template: &TemplateOut) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(caller.path(&format!("/settings/scorecards/{}", template.key))) { (template.name) } " " code { (template.key) } }
            td.number { @if template.version > 0 { (template.version) } @else { "–" } }
            td {
                @if template.is_default { span.tag { (text::default()) } " " }
                @if template.has_draft { span.tag { (text::has_draft()) } }
            }
        }
    }
}

#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct TemplateForm {
    text: String,
    note: String,
    default: String,
    account: String,
}

/// What the page of one template shows.
struct Shown {
    whole: TemplateWhole,
    /// The draft, or the newest version where there is none.
    text: String,
    accounts: Vec<(Uuid, String)>,
}

fn read(tx: &mut Tx<'_>, caller: &Caller, key: &str) -> Result<Shown, Fault> {
    let workspace = caller.workspace.id;
    let template = store::stored(tx, workspace, key)?.ok_or_else(Fault::not_found)?;
    let whole = api::whole(tx, workspace, &template)?;
    let published = store::text_of(tx, workspace, &template, template.version)?;
    let text = template.draft.or(published).unwrap_or_default();
    let accounts = accounts::readable_names(tx, workspace, caller.user, ACCOUNTS_OFFERED)?;
    Ok(Shown { whole, text, accounts })
}

async fn shown(app: &App, caller: &Caller, key: &str) -> Result<Shown, Fault> {
    let (asking, key) = (caller.clone(), key.to_owned());
    app.db.read(Scope::Workspace(caller.workspace.id), move |tx| read(tx, &asking, &key)).await
}

/// `GET /w/{workspace}/settings/scorecards/{template}`
pub async fn show(
    State(app): State<App>,
    caller: Allowed<Read>,
    Path((_, key)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let shown = shown(&app, &caller, &key).await?;
    Ok(View { caller: &caller, shown: &shown }.page(&shown.text, None, &html! {}))
}

/// `GET /w/{workspace}/settings/scorecards/new`
pub async fn new(caller: Allowed<ManageScorecards>) -> Response {
    let text = crate::scorecard::shipped()[1].text.replacen("key = \"services\"", "key = \"\"", 1);
    settings::page(&caller, Tab::Scorecards, text::new_what(), None, &new_form(&caller, &text, None))
}

fn new_form(caller: &Caller, text: &str, fault: Option<&Fault>) -> Markup {
    html! {
        form.form method="post" action=(caller.path("/settings/scorecards")) {
            (frame::csrf(caller))
            (editor(text, fault))
            div.row { button.primary { (text::save_draft()) } a.button href=(caller.path("/settings/scorecards")) { (text::back()) } }
        }
    }
}

/// The text with its mistakes, each with its line.
fn editor(text: &str, fault: Option<&Fault>) -> Markup {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    html! {
        div.field {
            label for="template-text" { (text::text_label()) }
            @if !errors.is_empty() {
                ul.error #template-errors role="alert" { @for error in errors { li { (error.message) } } }
            }
            textarea.code #template-text name="text" rows=(EDITOR_ROWS) spellcheck="false" required
                aria-describedby=[(!errors.is_empty()).then_some("template-errors")]
                aria-invalid=[(!errors.is_empty()).then_some("true")] { "\n" (text) }
        }
    }
}

/// `POST /w/{workspace}/settings/scorecards`
pub async fn create(
    State(app): State<App>,
    caller: Allowed<ManageScorecards>,
    Posted(form): Posted<TemplateForm>,
) -> Result<Response, Fault> {
    let text = unix(&form.text);
    let sent = text.clone();
    let done = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| store::draft(tx, by, None, &sent))
        .await;
    match done {
        Ok(template) => Ok(see_other(&caller.path(&format!("/settings/scorecards/{}", template.key)))),
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::AlreadyExists) => {
            let body = new_form(&caller, &text, Some(&fault));
            Ok(settings::page(&caller, Tab::Scorecards, text::new_what(), Some(&fault), &body))
        }
        Err(fault) => Err(fault),
    }
}

/// Browsers send the lines of a form with both characters.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// `POST /w/{workspace}/settings/scorecards/{template}/draft`
pub async fn draft(
    State(app): State<App>,
    caller: Allowed<ManageScorecards>,
    Path((_, key)): Path<(String, String)>,
    Posted(form): Posted<TemplateForm>,
) -> Result<Response, Fault> {
    let text = unix(&form.text);
    let (sent, wanted) = (text.clone(), key.clone());
    let done = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            store::stored(tx, by.workspace.id, &wanted)?.ok_or_else(Fault::not_found)?;
            store::draft(tx, by, Some(&wanted), &sent)
        })
        .await;
    match done {
        Ok(_) => Ok(see_other(&caller.path(&format!("/settings/scorecards/{key}")))),
        Err(fault) if fault.problem == Problem::Invalid => {
            let shown = shown(&app, &caller, &key).await?;
            Ok(View { caller: &caller, shown: &shown }.page(&text, Some(&fault), &html! {}))
        }
        Err(fault) => Err(fault),
    }
}

/// `POST /w/{workspace}/settings/scorecards/{template}/test`
pub async fn test(
    State(app): State<App>,
    caller: Allowed<ManageScorecards>,
    Path((_, key)): Path<(String, String)>,
    Posted(form): Posted<TemplateForm>,
) -> Result<Response, Fault> {
    let asking = caller.into_caller();
    let account = Uuid::parse_str(&form.account).map_err(|_| Fault::not_found())?;
    let who = asking.clone();
    let read = app.db.read(Scope::Workspace(asking.workspace.id), move |tx| {
        let shown = read(tx, &who, &key)?;
        let tested = api::test(tx, &who, &shown.text, account)?;
        Ok::<_, Fault>((shown, tested))
    });
    let (shown, tested) = read.await?;
    let name = shown.accounts.iter().find(|(id, _)| *id == account).map_or("", |(_, name)| name.as_str());
    let result = outcome(name, &tested);
    Ok(View { caller: &asking, shown: &shown }.page(&shown.text, None, &result))
}

fn outcome(account: &str, tested: &Tested) -> Markup {
    let ((old, before), (new, after)) = (&tested.before, &tested.after);
    html! {
        div.panel role="status" #test-result {
            h3 { (text::tested(account)) }
            p.soft { (text::compared(&old.name, old.version)) }
            div.table-box.bare {
                table.table {
                    thead { tr { th scope="col" { (text::step()) } th.number scope="col" { (text::before()) } th.number scope="col" { (text::after()) } } }
                    tbody {
                        @for (index, step) in new.steps.iter().enumerate() {
                            tr {
                                th scope="row" { (step.name) }
                                td.number { (chip(before.steps[index].score, false)) }
                                td.number { (chip(after.steps[index].score, false)) }
                            }
                        }
                        tr {
                            th scope="row" { b { (crate::text::explain::overall()) } }
                            td.number { (chip(Some(before.overall), false)) }
                            td.number title=(text::moves_by(&Mean::from_millionths(after.overall.millionths() - before.overall.millionths()).two_places())) { (chip(Some(after.overall), false)) }
                        }
                    }
                }
            }
        }
    }
}

/// `POST /w/{workspace}/settings/scorecards/{template}/publish`
pub async fn publish(
    State(app): State<App>,
    caller: Allowed<ManageScorecards>,
    Path((_, key)): Path<(String, String)>,
    Posted(form): Posted<TemplateForm>,
) -> Result<Response, Fault> {
    let (wanted, default) = (key.clone(), !form.default.is_empty());
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let note = field::note("/note", &form.note)?.unwrap_or_default();
        store::publish(tx, by, &wanted, &note, default)
    })
    .await?;
    refresh_numbers(&app);
    Ok(see_other(&caller.path(&format!("/settings/scorecards/{key}"))))
}

/// `GET /w/{workspace}/settings/scorecards/{template}/versions/{version}`
pub async fn version(
    State(app): State<App>,
    caller: Allowed<Read>,
    Path((_, key, number)): Path<(String, String, i64)>,
) -> Result<Response, Fault> {
    let (file, text) = api::version_file(&app, caller.workspace.id, key, number).await?;
    Ok((api::as_file(&file), text).into_response())
}

struct View<'a> {
    caller: &'a Caller,
    shown: &'a Shown,
}

impl View<'_> {
    fn page(&self, text: &str, fault: Option<&Fault>, result: &Markup) -> Response {
        let whole = &self.shown.whole;
        let may = self.caller.may(Deed::ManageScorecards);
        let body = html! {
            div.row.between {
                h2 { (whole.name) " " code { (whole.key) } }
                a href=(self.caller.path("/settings/scorecards")) { (text::back()) }
            }
            (result)
            @if may {
                form.form method="post" action=(self.path("/draft")) {
                    (frame::csrf(self.caller))
                    (editor(text, fault))
                    div.row { button.primary { (text::save_draft()) } }
                }
                @if fault.is_none() { (self.try_it()) }
                @if fault.is_none() && whole.draft.is_some() { (self.publication()) }
            } @else {
                pre.code tabindex="0" { (text) }
            }
            (self.history())
        };
        settings::page(self.caller, Tab::Scorecards, text::one_what(), fault, &body)
    }

    fn path(&self, rest: &str) -> String {
        self.caller.path(&format!("/settings/scorecards/{}{rest}", self.shown.whole.key))
    }

    fn try_it(&self) -> Markup {
        html! {
            @if !self.shown.accounts.is_empty() {
                form.form method="post" action=(self.path("/test")) {
                    h3 { (text::try_head()) }
                    (frame::csrf(self.caller))
                    div.field {
                        label for="test-account" { (text::account()) }
                        select #test-account name="account" {
                            @for (id, name) in &self.shown.accounts { option value=(id) { (name) } }
                        }
                    }
                    div.row { button { (text::test()) } }
                }
            }
        }
    }

    fn publication(&self) -> Markup {
        html! {
            form.form method="post" action=(self.path("/publish")) {
                h3 { (text::publish_head(self.shown.whole.version + 1)) }
                (frame::csrf(self.caller))
                div.field {
                    label for="publish-note" { (text::note()) }
                    textarea #publish-note name="note" rows="3" required maxlength=(NOTE_CHARS_MAX) {}
                }
                @if !self.shown.whole.is_default {
                    label.chip { input type="checkbox" name="default" value="1"; (text::make_default()) }
                }
                div.row { button.primary { (text::publish()) } }
            }
        }
    }

    fn history(&self) -> Markup {
        html! {
            section aria-labelledby="versions-head" {
                h3 #versions-head { (text::versions()) }
                @if self.shown.whole.versions.is_empty() { p.soft { (text::never_published()) } }
                @else {
                    div.table-box tabindex="0" role="group" aria-labelledby="versions-head" {
                        table.table {
                            thead { tr {
                                th.number scope="col" { (text::version()) } th scope="col" { (text::published()) }
                                th scope="col" { (text::note()) } th scope="col" { (text::text_label()) }
                            } }
                            tbody { @for version in &self.shown.whole.versions { tr {
                                td.number { (version.number) }
                                td.nowrap { @match version.published_at {
                                    Some(at) => { (words::day(self.caller.workspace.day_of(at))) " · " (version.published_by.as_deref().unwrap_or_default()) }
                                    None => (text::shipped()),
                                } }
                                td.words { (version.note) }
                                td { a href=(self.path(&format!("/versions/{}", version.number))) { (text::download()) span.sr { " " (version.number) } } }
                            } } }
                        }
                    }
                }
            }
        }
    }
}
