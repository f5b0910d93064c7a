//! Scopes over the wire: the tree of an account, and each of its parts with its owner and its ARR.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, RawPathParams, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::money::Currency;
use mainstay_rules::scope::{ScopeFields, ScopeInput};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::scope_verbs::{add, change, may_add};
use super::{MoneyOut, PersonRef, Tagged, tagged};
use crate::account::store::{self, AccountScope, ScopeArr, ScopeChange};
use crate::account::{Account, Scoped};
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::corridor::verb::By;

/// A division, a region, a product line or a site of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = Scope)]
pub struct ScopeOut {
    pub id: Uuid,
    pub account: Uuid,
    /// The scope it stands under; null stands directly under the account.
    pub parent_id: Option<Uuid>,
    /// `division`, `region`, `product_line` or `site`.
    #[schema(example = "region")]
    pub kind: &'static str,
    pub name: String,
    /// Who answers for it, and may write it and what stands under it.
    pub owner: Option<PersonRef>,
    /// Users or sites to be reached.
    pub expected_users: Option<i64>,
    /// What its contracts and those of the scopes under it bring a year, today.
    pub arr: MoneyOut,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    /// Its own version, also in the entity tag.
    pub version: i64,
}

impl ScopeOut {
    pub fn of(scope: &AccountScope, arr: &ScopeArr, currency: Currency) -> Self {
        Self {
            id: scope.id,
            account: scope.account_id,
            parent_id: scope.parent_id,
            kind: scope.fields.kind.as_str(),
            name: scope.fields.name.clone(),
            owner: scope.owner_id.map(|id| PersonRef { id, name: scope.owner.clone() }),
            expected_users: scope.fields.expected_users,
            arr: MoneyOut::of(arr.of(scope.id), currency),
            archived_at: scope.archived_at,
            version: scope.version,
        }
    }
}

/// What is sent for a scope; what is left out stays as it is, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScopeFields)]
pub struct ScopeIn {
    /// Required for a new scope, unlike its siblings', at most 200 characters.
    #[schema(example = "Nordics")]
    pub name: Option<String>,
    /// `division`, `region`, `product_line` or `site`; required for a new scope.
    #[schema(example = "region")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "said_id")]
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "said_id")]
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "said_count")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub expected_users: Option<String>,
}

#[expect(clippy::option_option, reason = "absent, null and an id are three things")]
fn said_id<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Option<Uuid>>, D::Error> {
    Ok(Some(Option::<Uuid>::deserialize(input)?))
}

fn said_count<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::<i64>::deserialize(input)?.map(|count| count.to_string()).unwrap_or_default()))
}

impl ScopeIn {
    /// The fields as sent, on those that stand.
    pub fn on(&self, before: Option<&ScopeChange>) -> Result<ScopeChange, Fault> {
        let kept = |sent: &Option<String>, kept: Option<String>| sent.clone().or(kept).unwrap_or_default();
        let fields = before.map(|before| &before.fields);
        let input = ScopeInput {
            name: kept(&self.name, fields.map(|f| f.name.clone())),
            kind: kept(&self.kind, fields.map(|f| f.kind.as_str().to_owned())),
            expected_users: kept(
                &self.expected_users,
                fields.and_then(|f| f.expected_users).map(|count| count.to_string()),
            ),
        };
        Ok(ScopeChange {
            fields: ScopeFields::check(&input).map_err(Fault::invalid)?,
            parent_id: self.parent_id.unwrap_or_else(|| before.and_then(|before| before.parent_id)),
            owner_id: self.owner_id.unwrap_or_else(|| before.and_then(|before| before.owner_id)),
        })
    }
}

/// Which scopes.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScopesAsked {
    /// `1`: the archived scopes instead of the others.
    pub archived: Option<String>,
}

/// The account's scopes, by name. There are at most 200, so that one answer holds them all.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/scopes", tag = "accounts",
    params(("account" = Uuid, Path), ScopesAsked), responses((status = 200, body = List<ScopeOut>)))]
pub async fn list_scopes(
    State(app): State<App>,
    account: Readable<Account>,
    Query(asked): Query<ScopesAsked>,
) -> Result<Json<List<ScopeOut>>, Fault> {
    let (workspace, id, today) = (Arc::clone(&account.caller.workspace), account.id, account.caller.today(&app));
    let (scopes, arr) =
        app.db.read(Scope::Workspace(workspace.id), move |tx| with_arr(tx, &workspace, id, today)).await?;
    let (archived, currency) = (asked.archived.as_deref() == Some("1"), account.caller.workspace.currency);
    let wanted = scopes.iter().filter(|scope| scope.is_living() != archived);
    let data = wanted.map(|scope| ScopeOut::of(scope, &arr, currency)).collect();
    Ok(Json(List { data, next_cursor: None }))
}

fn with_arr(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    day: Date,
) -> Result<(Vec<AccountScope>, ScopeArr), Fault> {
    let scopes = store::scopes(tx, workspace.id, account)?;
    let arr = store::scope_arr(tx, workspace, account, &scopes, day)?;
    Ok((scopes, arr))
}

/// Adds a scope to the account, or under a scope that you own.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/scopes", tag = "accounts", params(("account" = Uuid, Path)),
    request_body = ScopeIn, responses((status = 201, body = ScopeOut)))]
pub async fn add_scope(
    State(app): State<App>,
    account: Readable<Account>,
    Sent(sent, care): Sent<ScopeIn>,
) -> Result<Answer, Fault> {
    let (id, caller) = (account.id, account.caller.clone());
    app.commit(&account.caller, care, move |tx, by| {
        let found = may_add(tx, by, &caller, id, sent.parent_id.flatten())?;
        let added = add(tx, by, &found, &sent.on(None)?)?;
        answer(tx, by, id, added, StatusCode::CREATED)
    })
    .await
}

/// One scope.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/scopes/{scope}", tag = "accounts",
    params(("account" = Uuid, Path), ("scope" = Uuid, Path)), responses((status = 200, body = ScopeOut)))]
pub async fn get_scope(
    State(app): State<App>,
    scope: Readable<Scoped>,
    path: RawPathParams,
) -> Result<Tagged<ScopeOut>, Fault> {
    let account = scope.within(&path)?;
    let (workspace, today) = (Arc::clone(&scope.caller.workspace), scope.caller.today(&app));
    let (_, arr) =
        app.db.read(Scope::Workspace(workspace.id), move |tx| with_arr(tx, &workspace, account, today)).await?;
    Ok(tagged(scope.scope.version, ScopeOut::of(&scope.scope, &arr, scope.caller.workspace.currency)))
}

/// Changes the fields that are sent. Its owner may say what it is; where it stands and who owns it is decided above it.
#[utoipa::path(patch, path = "/api/v1/accounts/{account}/scopes/{scope}", tag = "accounts",
    params(("account" = Uuid, Path), ("scope" = Uuid, Path)), request_body = ScopeIn,
    responses((status = 200, body = ScopeOut)))]
pub async fn change_scope(
    State(app): State<App>,
    scope: Writable<Scoped>,
    path: RawPathParams,
    Sent(sent, care): Sent<ScopeIn>,
) -> Result<Answer, Fault> {
    let (account, id, caller) = (scope.within(&path)?, scope.scope.id, scope.caller.clone());
    app.commit(&scope.caller, care.clone(), move |tx, by| {
        let before = Scoped::locked(tx, &caller, account, id)?;
        care.expect(before.scope.version)?;
        let wanted = sent.on(Some(&before.scope.as_it_is()))?;
        change(tx, by, &caller, &before, &wanted)?;
        answer(tx, by, account, id, StatusCode::OK)
    })
    .await
}

/// Archives the scope: it no longer counts, and its contracts count where it stood. Its history stays.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}/scopes/{scope}", tag = "accounts",
    params(("account" = Uuid, Path), ("scope" = Uuid, Path)), responses((status = 200, body = ScopeOut)))]
pub async fn archive_scope(
    State(app): State<App>,
    scope: Writable<Scoped>,
    path: RawPathParams,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (account, id, caller) = (scope.within(&path)?, scope.scope.id, scope.caller.clone());
    app.commit(&scope.caller, care.clone(), move |tx, by| {
        let before = Scoped::locked(tx, &caller, account, id)?;
        care.expect(before.scope.version)?;
        before.check_steers(&caller)?;
        store::archive_scope(tx, by, &before.scope)?;
        answer(tx, by, account, id, StatusCode::OK)
    })
    .await
}

/// Brings an archived scope back to where it stood.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/scopes/{scope}/restore", tag = "accounts",
    params(("account" = Uuid, Path), ("scope" = Uuid, Path)), responses((status = 200, body = ScopeOut)))]
pub async fn restore_scope(
    State(app): State<App>,
    scope: Writable<Scoped>,
    path: RawPathParams,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (account, id, caller) = (scope.within(&path)?, scope.scope.id, scope.caller.clone());
    app.commit(&scope.caller, care.clone(), move |tx, by| {
        let before = Scoped::locked(tx, &caller, account, id)?;
        care.expect(before.scope.version)?;
        before.check_steers(&caller)?;
        store::restore_scope(tx, by, &before.scope)?;
        answer(tx, by, account, id, StatusCode::OK)
    })
    .await
}

fn answer(tx: &mut Tx<'_>, by: &By, account: Uuid, id: Uuid, status: StatusCode) -> Result<Answer, Fault> {
    let (scopes, arr) = with_arr(tx, &by.workspace, account, by.today())?;
    let scope = scopes.iter().find(|scope| scope.id == id).ok_or_else(Fault::not_found)?;
    let body = ScopeOut::of(scope, &arr, by.workspace.currency);
    let answer = match status {
        StatusCode::CREATED => Answer::created(format!("/api/v1/accounts/{account}/scopes/{id}"), &body)?,
        status => Answer::json(status, &body)?,
    };
    Ok(answer.version(scope.version))
}

/// The scope that a contract belongs to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractScope)]
pub struct ContractScopeIn {
    /// A scope of the same account; null belongs to the account as a whole.
    #[serde(default, deserialize_with = "said_id")]
    #[schema(value_type = Option<Uuid>, required = true)]
    pub scope_id: Option<Option<Uuid>>,
}

/// Says which scope a contract belongs to: the scope's ARR is the sum of its own contracts and of those under it.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/contracts/{contract}/scope", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path)), request_body = ContractScopeIn,
    responses((status = 200, body = super::ContractOut)))]
pub async fn put_contract_scope(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Sent(sent, care): Sent<ContractScopeIn>,
) -> Result<Answer, Fault> {
    let (id, contract) = (account.id, super::named_in(&path, "contract")?);
    let scope = sent.scope_id.ok_or_else(|| Fault::field(required("/scope_id")))?;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        store::expect_version(tx, by, id, &care)?;
        super::scope_verbs::assign(tx, by, id, contract, scope)?;
        let body = super::contract::contract_out(tx, by, id, contract)?;
        Ok(Answer::ok(&body)?.version(super::version_of(tx, by, id)?))
    })
    .await
}

fn required(pointer: &str) -> FieldError {
    FieldError::new(pointer, FieldCode::Required, "Say the id of a scope, or null for the account as a whole.")
}
