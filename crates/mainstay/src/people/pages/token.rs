//! One's API tokens: make one, see it once, see its last use, revoke it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mainstay_rules::permission::TokenScope;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;

use super::settings::{self, Tab};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageOwn, Readable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::Field;
use crate::corridor::request::Posted;
use crate::people::api::token::{NewToken, own};
use crate::people::store::{self, Token};
use crate::text::{frame as words, people as text};

#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct TokenForm {
    name: String,
    scope: String,
}

/// `GET /w/{workspace}/settings/tokens`
pub async fn show(State(app): State<App>, caller: Allowed<ManageOwn>) -> Result<Response, Fault> {
    page(&app, &caller, &TokenForm::default(), None, None).await
}

async fn page(
    app: &App,
    caller: &Caller,
    form: &TokenForm,
    fault: Option<&Fault>,
    made: Option<(&Token, &str)>,
) -> Result<Response, Fault> {
    let tokens = own(app, caller).await?;
    let body = html! {
        @if let Some((token, secret)) = made { (settings::secret(&text::token_head(&token.name), text::token_once(), secret)) }
        details.fold #new-token open[fault.is_some() || tokens.is_empty()] {
            summary { (text::create_token_head()) }
            (form_of(caller, form, fault))
        }
        (table(caller, &tokens))
        p.soft { (text::how_to_use()) " " a href="/api/docs" { (text::api_reference()) } "." }
    };
    Ok(settings::page(caller, Tab::Tokens, text::tokens_what(), fault, &body))
}

fn scope_words(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Read => text::scope_read(),
        TokenScope::Write => text::scope_write(),
        TokenScope::Admin => text::scope_admin(),
    }
}

fn form_of(caller: &Caller, form: &TokenForm, fault: Option<&Fault>) -> Markup {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let chosen = TokenScope::parse(&form.scope).unwrap_or(TokenScope::Read);
    html! {
        form.form method="post" action=(caller.path("/settings/tokens")) {
            (frame::csrf(caller))
            (Field::text("name", text::token_name(), &form.name).required().hint(text::token_name_hint()).show(errors))
            fieldset.field {
                legend { (text::scope()) }
                @for scope in TokenScope::ALL.into_iter().filter(|scope| *scope <= caller.scope()) {
                    label.check {
                        input type="radio" name="scope" value=(scope.as_str()) checked[scope == chosen];
                        span { code { (scope.as_str()) } " " (scope_words(scope)) }
                    }
                }
            }
            div.row { button.primary { (text::create_token()) } }
        }
    }
}

fn table(caller: &Caller, tokens: &[Token]) -> Markup {
    html! {
        @if tokens.is_empty() { p.soft { (text::no_tokens()) } }
        @else {
            div.table-box { table.table {
                thead { tr {
                    th scope="col" { (text::token()) }
                    th scope="col" { (text::scope()) }
                    th scope="col" { (text::created()) }
                    th scope="col" { (text::last_use()) }
                    th scope="col" { span.sr { (text::actions()) } }
                } }
                tbody { @for token in tokens { tr {
                    th scope="row" { (token.name) }
                    td { (token.scope) }
                    td.nowrap { (words::day(caller.workspace.day_of(token.created_at))) }
                    td.nowrap.soft[token.last_used_at.is_none()] {
                        @match token.last_used_at { Some(at) => (settings::moment(caller, at)), None => (text::never()) }
                    }
                    td.actions {
                        (settings::row_button(caller, &format!("/settings/tokens/{}/revoke", token.id), "small danger", text::revoke(), &token.name))
                    }
                } } }
            } }
        }
    }
}

/// `POST /w/{workspace}/settings/tokens`
pub async fn create(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    Posted(form): Posted<TokenForm>,
) -> Result<Response, Fault> {
    match make(&app, &caller, &form).await {
        Ok((token, secret)) => page(&app, &caller, &TokenForm::default(), None, Some((&token, &secret))).await,
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::Conflict) => {
            page(&app, &caller, &form, Some(&fault), None).await
        }
        Err(fault) => Err(fault),
    }
}

async fn make(app: &App, caller: &Caller, form: &TokenForm) -> Result<(Token, String), Fault> {
    let new = NewToken::check(&form.name, &form.scope, caller.scope())?;
    let user = caller.user;
    app.verb(Arc::clone(&caller.workspace), Some(user), move |tx, by| new.create(tx, by, user)).await
}

#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /w/{workspace}/settings/tokens/{token}/revoke`
pub async fn revoke(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    token: Readable<Token>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let (id, user) = (token.id, caller.user);
    app.verb(Arc::clone(&caller.workspace), Some(user), move |tx, by| store::revoke_token(tx, by, user, id)).await?;
    Ok(see_other(&caller.path("/settings/tokens")))
}
