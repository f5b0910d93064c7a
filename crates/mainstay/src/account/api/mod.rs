//! Accounts over the wire: the list, one account, its making, its details and its archive.

mod contract;
mod contract_shape;
mod explain;
mod explain_shape;
mod field;
mod field_value;
mod hierarchy;
mod merge;
mod movement;
mod rate;
mod read;
mod scope;
mod scope_verbs;
mod shape;
mod target;
mod usage;
mod verbs;
mod write;

use axum::http::StatusCode;
use axum::http::header::{ETAG, HeaderName};
use mainstay_db::Tx;
use uuid::Uuid;

pub use contract::*;
pub use contract_shape::*;
pub use explain::{MoneyExplained, MoneyFigure, MoneyPart, MoneyValue, explain_money};
pub use explain_shape::MoneyExplainOut;
pub use field::*;
pub use field_value::{fields_in, fields_out, typed, typed_in};
pub use hierarchy::*;
pub use merge::*;
pub use movement::*;
pub use rate::*;
pub use read::*;
pub use scope::*;
pub use scope_verbs::{
    add as open_scope, assign as assign_contract, change as change_scope_fields, may_add as may_add_scope,
};
pub use shape::{AccountIn, AccountName, AccountOut, MoneyOut, PersonRef, said};
pub use target::*;
pub use usage::*;
pub use verbs::{change, check_secrecy, open};
pub use write::*;

use super::store;
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::request::etag;
use crate::corridor::verb::By;

/// One account with its version in the header, as a read answers.
pub type Tagged<T> = ([(HeaderName, String); 1], axum::Json<T>);

pub fn tagged<T>(version: i64, body: T) -> Tagged<T> {
    ([(ETAG, etag(version))], axum::Json(body))
}

/// The account as it is after the change, its figures brought up to date first.
fn answer(tx: &mut Tx<'_>, by: &By, id: Uuid, status: StatusCode) -> Result<Answer, Fault> {
    crate::app::project(tx, by)?;
    let user = by.user.unwrap_or_else(Uuid::nil);
    let listed = store::listed(tx, by.workspace.id, id, user)?.ok_or_else(Fault::not_found)?;
    let fields = store::live_fields(tx, by.workspace.id)?;
    let body = AccountOut::of(&listed, &fields, by.workspace.currency);
    let answer = match status {
        StatusCode::CREATED => Answer::created(format!("/api/v1/accounts/{id}"), &body)?,
        status => Answer::json(status, &body)?,
    };
    Ok(answer.version(listed.account.version))
}

/// The account's version now, for answers about its parts.
fn version_of(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<i64, Fault> {
    let account = store::account(tx, by.workspace.id, id, Uuid::nil())?.ok_or_else(Fault::not_found)?;
    Ok(account.version)
}
