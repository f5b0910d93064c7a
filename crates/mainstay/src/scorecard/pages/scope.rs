//! A scope's scorecard: what it reads of each metric, from which scopes, and one form that records what was typed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawPathParams, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::FieldError;
use mainstay_rules::problem::Problem;
use mainstay_rules::scorecard::Template;
use maud::Markup;

use super::form::ScoreForm;
use super::scope_view::View;
use crate::account::Scoped;
use crate::account::pages::{self as account_pages, Heading, Nothing, Tab, path};
use crate::app::{self, App};
use crate::corridor::access::{Readable, Writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::see_other;
use crate::corridor::request::Posted;
use crate::corridor::verb::By;
use crate::scorecard::api::scope::{ScopeAddress, Shown, read_scope_cards};
use crate::scorecard::api::withdrawal;
use crate::scorecard::store::{self, ScoreIn};

/// Before the key of a metric in the form.
pub const PREFIX: &str = "score.";

/// What was typed, by the name of the field.
pub type TypedScores = BTreeMap<String, String>;

/// `GET /w/{workspace}/accounts/{account}/scopes/{scope}/scores`
pub async fn scope_scores(
    State(app): State<App>,
    scope: Readable<Scoped>,
    names: RawPathParams,
) -> Result<Markup, Fault> {
    scope.within(&names)?;
    page(&app, &scope.caller, &scope, &TypedScores::new(), &[]).await
}

async fn page(
    app: &App,
    caller: &Caller,
    scope: &Scoped,
    typed: &TypedScores,
    errors: &[FieldError],
) -> Result<Markup, Fault> {
    let (shown, heading) = read(app, caller, scope).await?;
    let view = View { caller, scope, shown: &shown, today: heading.today, typed, errors };
    Ok(account_pages::frame(caller, &scope.account, &heading, Tab::Scopes, &view.page()))
}

async fn read(app: &App, caller: &Caller, scope: &Scoped) -> Result<(Shown, Heading), Fault> {
    let (id, today, workspace) = (scope.account.id, caller.today(app), Arc::clone(&caller.workspace));
    app.db
        .read(Scope::Workspace(workspace.id), move |tx| {
            let shown = read_scope_cards(tx, &workspace, id, today)?;
            Ok((shown, app::heading(tx, workspace.id, id, today)?))
        })
        .await
}

/// `POST /w/{workspace}/accounts/{account}/scopes/{scope}/scores`
pub async fn record_scope_scores(
    State(app): State<App>,
    scope: Writable<Scoped>,
    names: RawPathParams,
    Posted(typed): Posted<TypedScores>,
) -> Result<Response, Fault> {
    let (account, id, caller) = (scope.within(&names)?, scope.scope.id, scope.caller.clone());
    let sent = typed.clone();
    let done = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            let found = Scoped::locked(tx, &caller, account, id)?;
            record_all(tx, by, &found, &sent)
        })
        .await;
    match done {
        Ok(()) => Ok(see_other(&scores_path(&scope.caller, &scope))),
        Err(fault) if fault.problem == Problem::Invalid => {
            let page = page(&app, &scope.caller, &scope, &typed, &fault.errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// All that was typed, or nothing: every value that is wrong is named with its field.
fn record_all(tx: &mut Tx<'_>, by: &By, found: &Scoped, typed: &TypedScores) -> Result<(), Fault> {
    let template = store::template_of(tx, by.workspace.id, found.account.id)?;
    let (mut scores, mut errors) = (Vec::new(), Vec::new());
    for (name, checked) in checked(by, &template, typed) {
        match checked {
            Ok(score) => scores.push((name, score)),
            Err(fault) => errors.extend(at_field(&name, fault)?),
        }
    }
    for (name, score) in scores {
        if let Err(fault) = store::record_on_scope(tx, by, &found.scope, &score) {
            errors.extend(at_field(&name, fault)?);
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Fault::invalid(errors)) }
}

/// What stands in the fields that are not empty.
fn checked(by: &By, template: &Template, typed: &TypedScores) -> Vec<(String, Result<ScoreIn, Fault>)> {
    let word = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let filled = typed.iter().filter(|(name, value)| name.starts_with(PREFIX) && !value.trim().is_empty());
    let check = |(name, value): (&String, &String)| {
        let metric = template.metric(name.strip_prefix(PREFIX)?)?;
        let form = ScoreForm {
            value: value.clone(),
            note: word("note"),
            evidence_url: word("evidence_url"),
            effective_at: word("effective_at"),
        };
        Some((name.clone(), form.check(metric, &by.workspace.zone, by.at)))
    };
    filled.filter_map(check).collect()
}

/// The errors of one value at its own field; note, day and evidence are those of the whole form.
fn at_field(name: &str, fault: Fault) -> Result<Vec<FieldError>, Fault> {
    if fault.problem != Problem::Invalid {
        return Err(fault);
    }
    let place = |error: FieldError| {
        let is_own = error.pointer == "/value";
        FieldError { pointer: if is_own { format!("/{name}") } else { error.pointer.clone() }, ..error }
    };
    Ok(fault.errors.into_iter().map(place).collect())
}

/// `POST /w/{workspace}/accounts/{account}/scopes/{scope}/scores/{metric}/withdraw`
pub async fn withdraw_scope_score(
    State(app): State<App>,
    scope: Writable<Scoped>,
    names: RawPathParams,
    Path(address): Path<ScopeWithdrawn>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let (account, caller) = (scope.within(&names)?, scope.caller.clone());
    let address = ScopeAddress { account, scope: scope.scope.id, metric: address.metric };
    app.verb(Arc::clone(&scope.caller.workspace), Some(scope.caller.user), move |tx, by| {
        let found = Scoped::locked(tx, &caller, account, address.scope)?;
        let template = store::template_of(tx, by.workspace.id, account)?;
        store::record_on_scope(tx, by, &found.scope, &withdrawal(address.metric().metric(&template)?))
    })
    .await?;
    Ok(see_other(&scores_path(&scope.caller, &scope)))
}

/// What of the address is not the scope's own.
#[derive(serde::Deserialize)]
pub struct ScopeWithdrawn {
    metric: String,
}

pub fn scores_path(caller: &Caller, scope: &Scoped) -> String {
    path(caller, &scope.account, &format!("/scopes/{}/scores", scope.scope.id))
}
