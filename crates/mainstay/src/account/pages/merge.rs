//! Merging an account into another: the choice, what it would do, and doing it with a reason.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mainstay_db::Scope;
use mainstay_rules::field::FieldError;
use mainstay_rules::limits::NOTE_CHARS_MAX;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::path;
use crate::account::Account;
use crate::account::api::{MergeIn, MergePlan, merge, merge_plan};
use crate::account::store;
use crate::app::App;
use crate::corridor::access::Writable;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu, see_other};
use crate::corridor::frame_form::{Field, notice_bad, select};
use crate::corridor::request::{Care, Posted};
use crate::text::account_merge as text;
use crate::text::frame as words;

/// Accounts offered to merge into.
const OFFERED: i64 = 1_000;

/// Into which account, and why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MergeForm {
    into: String,
    reason: String,
}

/// What the details say of it, before their end.
pub(super) fn merge_section(caller: &Caller, account: &Account) -> Markup {
    html! {
        section.section aria-labelledby="merge-head" {
            h2 #merge-head { (text::title()) }
            p.soft { (text::what()) }
            a.button href=(path(caller, account, "/merge")) { (text::open()) }
        }
    }
}

/// `GET /w/{workspace}/accounts/{account}/merge`
pub async fn merge_form(
    State(app): State<App>,
    account: Writable<Account>,
    Query(form): Query<MergeForm>,
) -> Result<Markup, Fault> {
    page(&app, &account, &form, &[]).await
}

/// `POST /w/{workspace}/accounts/{account}/merge`
pub async fn merge_now(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(form): Posted<MergeForm>,
) -> Result<Response, Fault> {
    let Ok(into) = Uuid::parse_str(&form.into) else {
        let page = page(&app, &account, &form, &[]).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let (id, acting) = (account.id, account.caller.clone());
    let sent = MergeIn { account: into, reason: form.reason.clone() };
    let verb = app.verb(Arc::clone(&acting.workspace), Some(acting.user), move |tx, by| {
        merge(tx, by, &acting, id, &sent, &Care::default())
    });
    match verb.await {
        Ok(()) => Ok(see_other(&account.caller.path(&format!("/accounts/{into}")))),
        Err(fault) if fault.problem == Problem::Invalid => {
            let page = page(&app, &account, &form, &fault.errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn page(
    app: &App,
    account: &Writable<Account>,
    form: &MergeForm,
    errors: &[FieldError],
) -> Result<Markup, Fault> {
    let (caller, id) = (&account.caller, account.id);
    let (asking, into) = (caller.clone(), Uuid::parse_str(&form.into).ok());
    let read = app.db.read(Scope::Workspace(caller.workspace.id), move |tx| {
        let offered = store::parents_offered(tx, asking.workspace.id, asking.user, OFFERED)?;
        let plan = into.map(|into| merge_plan(tx, &asking, id, into)).transpose()?;
        Ok::<_, Fault>((offered, plan))
    });
    let (offered, plan) = read.await?;
    let body = html! {
        div.page-head { div { h1 { (text::heading(&account.name)) } p { (text::what()) } } }
        (choice(caller, account, &offered, form))
        @if let Some(plan) = &plan { (preview(caller, account, plan, form, errors)) }
    };
    Ok(frame::narrow_page(caller, Menu::Accounts, text::title(), &body))
}

fn choice(caller: &Caller, account: &Account, offered: &[(Uuid, String)], form: &MergeForm) -> Markup {
    let others = offered.iter().filter(|(id, _)| *id != account.id);
    let others: Vec<(String, &str)> = others.map(|(id, name)| (id.to_string(), name.as_str())).collect();
    let mut options = vec![("", text::choose())];
    options.extend(others.iter().map(|(id, name)| (id.as_str(), *name)));
    html! {
        form.form method="get" action=(path(caller, account, "/merge")) {
            (select("into", text::into(), &options, &form.into, &[]))
            div.row {
                button { (text::preview()) }
                a.button.quiet href=(path(caller, account, "/edit")) { (words::cancel()) }
            }
        }
    }
}

fn preview(caller: &Caller, account: &Account, plan: &MergePlan, form: &MergeForm, errors: &[FieldError]) -> Markup {
    let (source, target) = (&plan.source.name, &plan.target.name);
    html! {
        section.section aria-labelledby="preview-head" {
            h2 #preview-head { (text::preview_title(source, target)) }
            @if let Some(refused) = &plan.refused { (notice_bad(&format!("{}.", refused.message.trim_end_matches('.')))) }
            @else {
                ul {
                    li { (text::contracts(plan.taken.contracts, target)) }
                    @if plan.taken.scopes > 0 { li { (text::scopes(plan.taken.scopes, target)) } }
                    @if plan.taken.subsidiaries > 0 { li { (text::subsidiaries(plan.taken.subsidiaries, target)) } }
                    @if plan.open_tasks > 0 { li { (text::open_tasks(plan.open_tasks, target)) } }
                    @if !plan.joining.is_empty() { li { (text::joining(&plan.joining, target)) } }
                    li { (text::stays(source)) }
                    li { (text::leads(source, target)) }
                }
                form.form method="post" action=(path(caller, account, "/merge")) {
                    (frame::csrf(caller))
                    input type="hidden" name="into" value=(form.into);
                    @for error in errors.iter().filter(|error| error.pointer == "/account") { (notice_bad(&error.message)) }
                    (Field::text("reason", text::reason(), &form.reason).required().max(NOTE_CHARS_MAX).hint(text::reason_hint()).show(errors))
                    div.row { button.danger { (text::merge(source, target)) } }
                }
            }
        }
    }
}
