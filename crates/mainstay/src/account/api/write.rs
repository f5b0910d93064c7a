//! Making an account, changing its details, putting it away and back.

use axum::extract::State;
use axum::extract::path::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use mainstay_db::Tx;
use mainstay_rules::account::{AccountEdit, NewAccount};
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::EXTERNAL_ID_CHARS_MAX;
use mainstay_rules::problem::Problem;
use uuid::Uuid;

use super::shape::on_the_wire;
use super::{AccountIn, AccountOut, answer, change, fields_in, open};
use crate::account::Account;
use crate::account::store::{self, AccountChange, expect_version};
use crate::app::App;
use crate::corridor::access::{Allowed, CreateAccount, Guarded, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::request::{Bare, Care, Sent};
use crate::corridor::verb::By;

/// Makes an account and its client pod, owned by the associate, else by you.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", request_body = AccountIn,
    responses((status = 201, body = AccountOut)))]
pub async fn create_account(
    State(app): State<App>,
    caller: Allowed<CreateAccount>,
    Sent(sent, care): Sent<AccountIn>,
) -> Result<Answer, Fault> {
    let fields = NewAccount::check(&sent.new_input()).map_err(on_the_wire)?;
    let (associate_id, parent_id) = (sent.associate_id.flatten(), sent.parent_id.flatten());
    let new = AccountChange { associate_id, parent_id, ..AccountChange::new(fields) };
    let who = caller.into_caller();
    let acting = who.clone();
    app.commit(&who, care, move |tx, by| {
        let id = open(tx, by, &acting, &new)?;
        put_values(tx, by, id, &sent)?;
        answer(tx, by, id, StatusCode::CREATED)
    })
    .await
}

/// Changes the fields that are sent.
#[utoipa::path(patch, path = "/api/v1/accounts/{account}", tag = "accounts", params(("account" = Uuid, Path)),
    request_body = AccountIn, responses((status = 200, body = AccountOut)))]
pub async fn edit_account(
    State(app): State<App>,
    account: Writable<Account>,
    Sent(sent, care): Sent<AccountIn>,
) -> Result<Answer, Fault> {
    let edit = AccountEdit::check(&sent.edit_input()).map_err(on_the_wire)?;
    let (id, acting) = (account.id, account.caller.clone());
    app.commit(&account.caller, care.clone(), move |tx, by| {
        let before = expect_version(tx, by, id, &care)?;
        put_edit(tx, by, &acting, &before, &edit, &sent)?;
        answer(tx, by, id, StatusCode::OK)
    })
    .await
}

/// What was sent for the workspace's own fields.
fn put_values(tx: &mut Tx<'_>, by: &By, account: Uuid, sent: &AccountIn) -> Result<(), Fault> {
    let wanted = fields_in(tx, by, &sent.fields)?;
    store::put_fields(tx, by, account, &wanted)?;
    Ok(())
}

fn put_edit(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    before: &Account,
    edit: &AccountEdit,
    sent: &AccountIn,
) -> Result<(), Fault> {
    let reason = sent.type_reason.as_deref().unwrap_or_default();
    let mut wanted = AccountChange::of(before).with(edit).because(reason);
    if let Some(associate) = sent.associate_id {
        wanted.associate_id = associate;
    }
    if let Some(parent) = sent.parent_id {
        wanted.parent_id = parent;
    }
    change(tx, by, caller, before, &wanted)?;
    put_values(tx, by, before.id, sent)
}

/// Makes the account with this external id, or changes the fields that are sent of the one that has it.
#[utoipa::path(put, path = "/api/v1/accounts/by-external-id/{external_id}", tag = "accounts",
    params(("external_id" = String, Path)), request_body = AccountIn,
    responses((status = 200, body = AccountOut), (status = 201, body = AccountOut)))]
pub async fn put_account(
    State(app): State<App>,
    caller: Allowed<CreateAccount>,
    path: Result<Path<String>, PathRejection>,
    Sent(sent, care): Sent<AccountIn>,
) -> Result<Answer, Fault> {
    let Path(external_id) = path.map_err(|e| Fault::new(Problem::Malformed, e.body_text()))?;
    let sent = named(sent, &external_id)?;
    let edit = AccountEdit::check(&sent.edit_input()).map_err(on_the_wire)?;
    let who = caller.into_caller();
    let acting = who.clone();
    app.commit(&who, care.clone(), move |tx, by| upsert(tx, by, &acting, &sent, &edit, &care)).await
}

/// The address names the external id; a body that names one too must agree.
fn named(sent: AccountIn, external_id: &str) -> Result<AccountIn, Fault> {
    let pointer = "/external_id";
    let external_id = field::text(pointer, external_id, EXTERNAL_ID_CHARS_MAX)?;
    if sent.external_id.as_ref().is_some_and(|other| other.trim() != external_id) {
        let message = format!("The address says {external_id}. Leave external_id out, or send the same.");
        return Err(Fault::field(FieldError::new(pointer, FieldCode::Conflict, message)));
    }
    Ok(AccountIn { external_id: Some(external_id), ..sent })
}

fn upsert(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    sent: &AccountIn,
    edit: &AccountEdit,
    care: &Care,
) -> Result<Answer, Fault> {
    // Two requests with the same new external id: the second one finds what the first one made.
    tx.lock(&[by.workspace.id])?;
    let external_id = sent.external_id.as_deref().unwrap_or_default();
    let Some(found) = store::account_by_external_id(tx, by.workspace.id, external_id, caller.user)? else {
        if care.if_match.is_some() {
            return Err(Fault::new(Problem::Changed, format!("No account has the external id {external_id}.")));
        }
        let fields = NewAccount::check(&sent.new_input()).map_err(on_the_wire)?;
        let (associate_id, parent_id) = (sent.associate_id.flatten(), sent.parent_id.flatten());
        let id = open(tx, by, caller, &AccountChange { associate_id, parent_id, ..AccountChange::new(fields) })?;
        put_values(tx, by, id, sent)?;
        return answer(tx, by, id, StatusCode::CREATED);
    };
    let before = expect_version(tx, by, found.id, care)?;
    if !before.readable(caller) {
        return Err(Fault::not_found());
    }
    if !before.writable(caller) {
        return Err(Fault::not_allowed(format!(
            "Only the pod of {}, leaders and administrators change it.",
            before.name
        )));
    }
    let mut edit = edit.clone();
    if before.external_id.as_deref() != Some(external_id) {
        // The id of an account that was merged into this one, which keeps its own.
        edit.external_id = None;
    }
    put_edit(tx, by, caller, &before, &edit, sent)?;
    answer(tx, by, before.id, StatusCode::OK)
}

/// Archives the account: it leaves the report and the lists, nothing is deleted.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}", tag = "accounts", params(("account" = Uuid, Path)),
    responses((status = 200, description = "The archived account", body = AccountOut)))]
pub async fn archive_account(
    State(app): State<App>,
    account: Writable<Account>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let id = account.id;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        let before = expect_version(tx, by, id, &care)?;
        store::archive_account(tx, by, &before)?;
        answer(tx, by, id, StatusCode::OK)
    })
    .await
}

/// Brings an archived account back.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/restore", tag = "accounts", params(("account" = Uuid, Path)),
    responses((status = 200, body = AccountOut)))]
pub async fn restore_account(
    State(app): State<App>,
    account: Writable<Account>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let id = account.id;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        let before = expect_version(tx, by, id, &care)?;
        store::restore_account(tx, by, &before)?;
        answer(tx, by, id, StatusCode::OK)
    })
    .await
}
