//! The scopes of an account: the tree as a table, a page for each, and the forms that add, change and archive them.

mod form;
mod one;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{RawPathParams, State};
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::FieldError;
use mainstay_rules::problem::Problem;
use mainstay_rules::score::Mean;
use maud::Markup;
use uuid::Uuid;

pub use form::{ContractScopeForm, ScopeForm, scope_names};

use super::{Heading, Nothing, Tab, frame as account_frame, path};
use crate::account::api::{assign_contract, change_scope_fields, may_add_scope, named_in, open_scope};
use crate::account::store::{self, AccountScope, Contract, ScopeArr, expect_version};
use crate::account::{Account, Scoped};
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::see_other;
use crate::corridor::request::{Care, Posted};
use crate::corridor::verb::By;
use crate::people;

/// People offered as owners.
const PEOPLE_OFFERED: i64 = 500;

/// What both pages show.
pub(super) struct Shown {
    account: Account,
    heading: Heading,
    scopes: Vec<AccountScope>,
    arr: ScopeArr,
    /// Ids and names of active people.
    people: Vec<(String, String)>,
    contracts: Vec<Contract>,
    scores: ScopeScores,
}

/// What the account and its scopes are scored; `app::scope_scores` collects it from the room that knows it.
#[derive(Default)]
pub struct ScopeScores {
    pub step_names: Vec<String>,
    pub account: Scored,
    pub of: BTreeMap<Uuid, Scored>,
}

#[derive(Clone, Default)]
pub struct Scored {
    pub steps: Vec<Option<Mean>>,
    /// None as long as nothing is scored.
    pub overall: Option<Mean>,
}

impl ScopeScores {
    pub(super) fn any(&self) -> bool {
        self.of.values().any(|scored| scored.overall.is_some())
    }
}

/// A form as typed, and what is wrong with it.
pub(super) struct Typed<'a> {
    form: &'a ScopeForm,
    errors: &'a [FieldError],
}

fn find(tx: &mut Tx<'_>, caller: &Caller, id: Uuid, today: jiff::civil::Date) -> Result<Shown, Fault> {
    let workspace = caller.workspace.id;
    let scopes = store::scopes(tx, workspace, id)?;
    let users = people::store::list_users(tx, workspace, ("", Uuid::nil()), PEOPLE_OFFERED)?;
    Ok(Shown {
        account: store::account(tx, workspace, id, caller.user)?.ok_or_else(Fault::not_found)?,
        heading: crate::app::heading(tx, workspace, id, today)?,
        arr: store::scope_arr(tx, &caller.workspace, id, &scopes, today)?,
        scopes,
        people: users.into_iter().filter(|user| user.active).map(|user| (user.id.to_string(), user.name)).collect(),
        contracts: store::contracts(tx, workspace, id)?,
        scores: crate::app::scope_scores(tx, &caller.workspace, id, today)?,
    })
}

async fn read(app: &App, caller: &Caller, id: Uuid) -> Result<Shown, Fault> {
    let (asking, today) = (caller.clone(), caller.today(app));
    app.db.read(Scope::Workspace(caller.workspace.id), move |tx| find(tx, &asking, id, today)).await
}

/// `GET /w/{workspace}/accounts/{account}/scopes`
pub async fn scopes(State(app): State<App>, account: Readable<Account>) -> Result<Markup, Fault> {
    let typed = Typed { form: &ScopeForm::default(), errors: &[] };
    tree_page(&app, &account.caller, account.id, &typed).await
}

async fn tree_page(app: &App, caller: &Caller, id: Uuid, typed: &Typed<'_>) -> Result<Markup, Fault> {
    let shown = read(app, caller, id).await?;
    let body = tree::page(caller, &shown, typed);
    Ok(account_frame(caller, &shown.account, &shown.heading, Tab::Scopes, &body))
}

/// `POST /w/{workspace}/accounts/{account}/scopes`
pub async fn add_scope(
    State(app): State<App>,
    account: Readable<Account>,
    Posted(form): Posted<ScopeForm>,
) -> Result<Response, Fault> {
    let (id, caller, typed) = (account.id, account.caller.clone(), form.clone());
    let acting = caller.clone();
    let added = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            let found = may_add_scope(tx, by, &acting, id, typed.parent())?;
            open_scope(tx, by, &found, &typed.check()?)
        })
        .await;
    match added {
        Ok(scope) => Ok(see_other(&path(&caller, &account, &format!("/scopes#scope-{scope}")))),
        Err(fault) if fault.problem == Problem::Invalid => {
            let typed = Typed { form: &form, errors: &fault.errors };
            Ok((fault.status(), tree_page(&app, &caller, id, &typed).await?).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// `GET /w/{workspace}/accounts/{account}/scopes/{scope}`
pub async fn scope(State(app): State<App>, scope: Readable<Scoped>, names: RawPathParams) -> Result<Markup, Fault> {
    scope.within(&names)?;
    let form = ScopeForm::of(&scope.scope);
    one_page(&app, &scope.caller, &scope, &Typed { form: &form, errors: &[] }).await
}

async fn one_page(app: &App, caller: &Caller, scope: &Scoped, typed: &Typed<'_>) -> Result<Markup, Fault> {
    let shown = read(app, caller, scope.account.id).await?;
    let body = one::page(caller, &shown, scope, typed);
    Ok(account_frame(caller, &shown.account, &shown.heading, Tab::Scopes, &body))
}

/// `POST /w/{workspace}/accounts/{account}/scopes/{scope}`
pub async fn change_scope(
    State(app): State<App>,
    scope: Writable<Scoped>,
    names: RawPathParams,
    Posted(form): Posted<ScopeForm>,
) -> Result<Response, Fault> {
    scope.within(&names)?;
    match save(&app, &scope, &form).await {
        Ok(()) => Ok(see_other(&of_scope(&scope.caller, &scope, ""))),
        Err(fault) if fault.problem == Problem::Invalid => {
            // Saving again is then a decision: it carries the version that is shown.
            let form = ScopeForm { version: scope.scope.version.to_string(), ..form };
            let page = one_page(&app, &scope.caller, &scope, &Typed { form: &form, errors: &fault.errors }).await?;
            Ok((fault.status(), page).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn save(app: &App, scope: &Writable<Scoped>, form: &ScopeForm) -> Result<(), Fault> {
    let (wanted, known) = (form.check()?, form.version.parse::<i64>().ok());
    do_locked(app, scope, move |tx, by, caller, before| {
        if known.is_some_and(|known| known != before.scope.version) {
            return Err(Fault::field(form::changed_meanwhile()));
        }
        // Whoever may not say who owns it sends no owner.
        let wanted = if before.steered_by(caller) {
            wanted.clone()
        } else {
            store::ScopeChange { fields: wanted.fields.clone(), ..before.scope.as_it_is() }
        };
        change_scope_fields(tx, by, caller, before, &wanted)
    })
    .await
}

/// Does a verb on the scope as it is under its account's lock.
async fn do_locked(
    app: &App,
    scope: &Writable<Scoped>,
    verb: impl Fn(&mut Tx<'_>, &By, &Caller, &Scoped) -> Result<(), Fault> + Send + 'static,
) -> Result<(), Fault> {
    let (account, id, caller) = (scope.account.id, scope.scope.id, scope.caller.clone());
    app.verb(Arc::clone(&scope.caller.workspace), Some(scope.caller.user), move |tx, by| {
        let before = Scoped::locked(tx, &caller, account, id)?;
        verb(tx, by, &caller, &before)
    })
    .await
}

/// `POST /w/{workspace}/accounts/{account}/scopes/{scope}/archive`
pub async fn archive_scope(
    State(app): State<App>,
    scope: Writable<Scoped>,
    names: RawPathParams,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    scope.within(&names)?;
    do_locked(&app, &scope, |tx, by, caller, before| {
        before.check_steers(caller)?;
        store::archive_scope(tx, by, &before.scope)
    })
    .await?;
    Ok(see_other(&path(&scope.caller, &scope.account, "/scopes")))
}

/// `POST /w/{workspace}/accounts/{account}/scopes/{scope}/restore`
pub async fn restore_scope(
    State(app): State<App>,
    scope: Writable<Scoped>,
    names: RawPathParams,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    scope.within(&names)?;
    do_locked(&app, &scope, |tx, by, caller, before| {
        before.check_steers(caller)?;
        store::restore_scope(tx, by, &before.scope)
    })
    .await?;
    Ok(see_other(&of_scope(&scope.caller, &scope, "")))
}

/// `POST /w/{workspace}/accounts/{account}/contracts/{contract}/scope`
pub async fn set_contract_scope(
    State(app): State<App>,
    account: Writable<Account>,
    names: RawPathParams,
    Posted(form): Posted<ContractScopeForm>,
) -> Result<Response, Fault> {
    let (id, contract, caller) = (account.id, named_in(&names, "contract")?, &account.caller);
    let scope = form.check()?;
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        expect_version(tx, by, id, &Care::default())?;
        assign_contract(tx, by, id, contract, scope)
    })
    .await?;
    Ok(see_other(&path(caller, &account, &format!("/money#contract-{contract}"))))
}

/// The path of one of the scope's pages.
fn of_scope(caller: &Caller, scope: &Scoped, rest: &str) -> String {
    path(caller, &scope.account, &format!("/scopes/{}{rest}", scope.scope.id))
}
