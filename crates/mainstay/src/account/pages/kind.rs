//! The type of an account: another one with its reason, and every change before.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mainstay_db::Scope;
use mainstay_rules::account::{AccountEdit, AccountEditInput, AccountType};
use mainstay_rules::field::FieldError;
use mainstay_rules::limits::NOTE_CHARS_MAX;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;

use super::path;
use crate::account::Account;
use crate::account::store::{self, AccountChange, TypeChange, expect_version};
use crate::app::App;
use crate::corridor::access::{Guarded, Readable, Writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu, see_other};
use crate::corridor::request::{CSRF_HEADER, Care, Posted};
use crate::text::account_type as text;
use crate::text::{account as account_text, frame as words};

/// Another type as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypeForm {
    r#type: String,
    type_reason: String,
}

/// `GET /w/{workspace}/accounts/{account}/type`
pub async fn kind(State(app): State<App>, account: Readable<Account>) -> Result<Markup, Fault> {
    let form = TypeForm { r#type: account.account_type.number().to_string(), ..TypeForm::default() };
    page(&app, &account.caller, &account, &form, &[]).await
}

/// `POST /w/{workspace}/accounts/{account}/type`
pub async fn change_kind(
    State(app): State<App>,
    account: Writable<Account>,
    headers: HeaderMap,
    Posted(form): Posted<TypeForm>,
) -> Result<Response, Fault> {
    match write(&app, &account, &form).await {
        Ok(()) if headers.contains_key(CSRF_HEADER) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(()) => Ok(see_other(&path(&account.caller, &account, ""))),
        Err(fault) if fault.problem == Problem::Invalid => {
            let page = page(&app, &account.caller, &account, &form, &fault.errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn write(app: &App, account: &Writable<Account>, form: &TypeForm) -> Result<(), Fault> {
    let input = AccountEditInput { account_type: Some(form.r#type.clone()), ..AccountEditInput::default() };
    let edit = AccountEdit::check(&input).map_err(Fault::invalid)?;
    let (id, reason, caller) = (account.id, form.type_reason.clone(), &account.caller);
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let before = expect_version(tx, by, id, &Care::default())?;
        store::edit_account(tx, by, &before, &AccountChange::of(&before).with(&edit).because(&reason))
    })
    .await
}

async fn page(
    app: &App,
    caller: &Caller,
    account: &Account,
    form: &TypeForm,
    errors: &[FieldError],
) -> Result<Markup, Fault> {
    let (workspace, id) = (caller.workspace.id, account.id);
    let changes = app.db.read(Scope::Workspace(workspace), move |tx| store::type_changes(tx, workspace, id)).await?;
    let body = html! {
        div.page-head { div {
            h1 { (text::title()) }
            p { a href=(path(caller, account, "")) { (account.name) } ", " (account.account_type.label()) ": " (account.account_type.meaning()) }
        } }
        @if account.writable(caller) { (form_of(caller, account, form, errors)) }
        (history(caller, &changes))
    };
    Ok(frame::narrow_page(caller, Menu::Accounts, text::title(), &body))
}

fn form_of(caller: &Caller, account: &Account, form: &TypeForm, errors: &[FieldError]) -> Markup {
    let error = |pointer: &str| errors.iter().find(|error| error.pointer == pointer);
    let reason = error("/type_reason");
    html! {
        form.form method="post" action=(path(caller, account, "/type")) data-quiet {
            (frame::csrf(caller))
            // For the sheet, which reads this account's row again.
            input type="hidden" name="account" value=(account.id);
            fieldset.field {
                legend.sr { (account_text::kind()) }
                @for kind in AccountType::ALL {
                    @let number = kind.number().to_string();
                    label.check {
                        input type="radio" name="type" value=(number) checked[number == form.r#type];
                        span { b { (kind.label()) } " " span.soft { (kind.meaning()) } }
                    }
                }
                @if let Some(error) = error("/type") { p.error { (error.message) } }
            }
            div.field {
                label for="type-reason" { (account_text::type_reason()) }
                textarea #type-reason name="type_reason" rows="3" maxlength=(NOTE_CHARS_MAX) required
                    aria-describedby="type-reason-hint" aria-invalid=[reason.map(|_| "true")] { (form.type_reason) }
                @match reason {
                    Some(error) => p.error #type-reason-hint { (error.message) },
                    None => p.hint #type-reason-hint { (text::reason_hint()) },
                }
            }
            div.row {
                button.primary { (text::change()) }
                a.button.quiet data-close href=(path(caller, account, "")) { (words::cancel()) }
            }
        }
    }
}

fn history(caller: &Caller, changes: &[TypeChange]) -> Markup {
    html! {
        @if !changes.is_empty() {
            section.section aria-labelledby="type-history" {
                h2 #type-history { (text::history()) }
                div.table-box tabindex="0" role="group" aria-labelledby="type-history" {
                    table.table {
                        thead { tr {
                            th scope="col" { (text::when()) }
                            th scope="col" { (account_text::kind()) }
                            th scope="col" { (text::who()) }
                            th scope="col" { (text::why()) }
                        } }
                        tbody { @for change in changes { (change_row(caller, change)) } }
                    }
                }
            }
        }
    }
}

fn change_row(caller: &Caller, change: &TypeChange) -> Markup {
    html! {
        tr {
            th.nowrap scope="row" {
                time datetime=(change.changed_at) title=(words::moment(change.changed_at, &caller.workspace.zone)) {
                    (words::day(caller.workspace.day_of(change.changed_at)))
                }
            }
            td.nowrap { (change.before.number()) " → " b { (change.after.number()) } }
            td { (change.changed_by) }
            td.words { @if change.reason.is_empty() { span.soft { (text::by_import()) } } @else { (change.reason) } }
        }
    }
}
