//! Contracts over the wire: dated amendments, from which the ARR is derived.

use axum::Json;
use axum::extract::{RawPathParams, State};
use axum::http::StatusCode;
use mainstay_db::{Scope, Tx};
use mainstay_rules::currency::Currency;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::AMENDMENTS_PER_ACCOUNT_MAX;
use uuid::Uuid;

use super::contract_shape::{AmendmentIn, ContractEditIn, ContractIn, ContractOut};
use super::{Tagged, tagged, version_of};
use crate::account::Account;
use crate::account::store::{self, expect_version};
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::corridor::verb::By;

/// Refuses when the account's ledger is full.
pub fn check_room(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let count = store::amendment_count(tx, by.workspace.id, account)?;
    if usize::try_from(count).is_ok_and(|count| count < AMENDMENTS_PER_ACCOUNT_MAX) {
        return Ok(());
    }
    let message =
        format!("An account has at most {AMENDMENTS_PER_ACCOUNT_MAX} contract amendments, and this one has them all.");
    Err(Fault::field(FieldError::new("", FieldCode::TooMany, message)))
}

/// An id in the address; what is no id names nothing.
pub fn named_in(path: &RawPathParams, parameter: &str) -> Result<Uuid, Fault> {
    let text = path.iter().find(|(name, _)| *name == parameter).map(|(_, value)| value);
    text.and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(Fault::not_found)
}

pub(super) fn contract_out(tx: &mut Tx<'_>, by: &By, account: Uuid, id: Uuid) -> Result<ContractOut, Fault> {
    let contract = store::contract(tx, by.workspace.id, account, id)?.ok_or_else(Fault::not_found)?;
    let stored = store::amendments(tx, by.workspace.id, account)?;
    Ok(ContractOut::of(&contract, &stored, by.today(), by.workspace.currency))
}

/// The account's contracts, oldest first.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/contracts", tag = "accounts", params(("account" = Uuid, Path)),
    responses((status = 200, body = List<ContractOut>)))]
pub async fn list_contracts(
    State(app): State<App>,
    account: Readable<Account>,
) -> Result<Json<List<ContractOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let (contracts, stored) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok::<_, Fault>((store::contracts(tx, workspace, id)?, store::amendments(tx, workspace, id)?))
        })
        .await?;
    let (today, currency) = (account.caller.today(&app), account.caller.workspace.currency);
    let data = contracts.iter().map(|contract| ContractOut::of(contract, &stored, today, currency)).collect();
    Ok(Json(List { data, next_cursor: None }))
}

/// One contract; its version is the account's.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/contracts/{contract}", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path)), responses((status = 200, body = ContractOut)))]
pub async fn get_contract(
    State(app): State<App>,
    account: Readable<Account>,
    path: RawPathParams,
) -> Result<Tagged<ContractOut>, Fault> {
    let (workspace, id, wanted) = (account.caller.workspace.id, account.id, named_in(&path, "contract")?);
    let (contract, stored) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let contract = store::contract(tx, workspace, id, wanted)?.ok_or_else(Fault::not_found)?;
            Ok::<_, Fault>((contract, store::amendments(tx, workspace, id)?))
        })
        .await?;
    let (today, currency) = (account.caller.today(&app), account.caller.workspace.currency);
    Ok(tagged(account.version, ContractOut::of(&contract, &stored, today, currency)))
}

/// Adds a contract with its first amendment.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/contracts", tag = "accounts", params(("account" = Uuid, Path)),
    request_body = ContractIn, responses((status = 201, body = ContractOut)))]
pub async fn add_contract(
    State(app): State<App>,
    account: Writable<Account>,
    Sent(sent, care): Sent<ContractIn>,
) -> Result<Answer, Fault> {
    let (contract, first) = sent.check(account.caller.workspace.currency)?;
    let id = account.id;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        check_room(tx, by, id)?;
        let (added, _) = store::add_contract(tx, by, id, &contract, &first)?;
        let body = contract_out(tx, by, id, added)?;
        let place = format!("/api/v1/accounts/{id}/contracts/{added}");
        Ok(Answer::created(place, &body)?.version(version_of(tx, by, id)?))
    })
    .await
}

/// Adds an amendment: from its first day on, it takes the place of the one before as a whole, its end included.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/contracts/{contract}/amendments", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path)), request_body = AmendmentIn,
    responses((status = 201, description = "The contract as amended", body = ContractOut)))]
pub async fn amend_contract(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Sent(sent, care): Sent<AmendmentIn>,
) -> Result<Answer, Fault> {
    let (id, contract) = (account.id, named_in(&path, "contract")?);
    let usual = usual_currency(&app, &account.caller, contract).await?;
    let amendment = sent.check(usual).map_err(Fault::invalid)?;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        store::contract(tx, by.workspace.id, id, contract)?.ok_or_else(Fault::not_found)?;
        check_room(tx, by, id)?;
        store::amend_contract(tx, by, id, contract, &amendment)?;
        let body = contract_out(tx, by, id, contract)?;
        Ok(Answer::json(StatusCode::CREATED, &body)?.version(version_of(tx, by, id)?))
    })
    .await
}

/// The currency in which amounts of a contract are read where none is named.
pub async fn usual_currency(app: &App, caller: &Caller, contract: Uuid) -> Result<Currency, Fault> {
    let workspace = caller.workspace.id;
    let own =
        app.db.read(Scope::Workspace(workspace), move |tx| store::contract_currency(tx, workspace, contract)).await?;
    Ok(own.unwrap_or(caller.workspace.currency))
}

/// Changes name, notice or renewal of a contract; its worth changes by amendments alone.
#[utoipa::path(patch, path = "/api/v1/accounts/{account}/contracts/{contract}", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path)), request_body = ContractEditIn,
    responses((status = 200, body = ContractOut)))]
pub async fn edit_contract(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Sent(sent, care): Sent<ContractEditIn>,
) -> Result<Answer, Fault> {
    let (id, contract) = (account.id, named_in(&path, "contract")?);
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        let before = store::contract(tx, by.workspace.id, id, contract)?.ok_or_else(Fault::not_found)?;
        store::edit_contract(tx, by, &before, &sent.check(&before).map_err(Fault::invalid)?)?;
        let body = contract_out(tx, by, id, contract)?;
        Ok(Answer::ok(&body)?.version(version_of(tx, by, id)?))
    })
    .await
}

/// Takes an amendment back, as if it had never been signed.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}/contracts/{contract}/amendments/{amendment}", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path), ("amendment" = Uuid, Path)),
    responses((status = 200, description = "The contract without it", body = ContractOut)))]
pub async fn withdraw_amendment(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (contract, amendment) = (named_in(&path, "contract")?, named_in(&path, "amendment")?);
    let id = account.id;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        store::withdraw_amendment(tx, by, id, contract, amendment)?;
        let body = contract_out(tx, by, id, contract)?;
        Ok(Answer::ok(&body)?.version(version_of(tx, by, id)?))
    })
    .await
}
