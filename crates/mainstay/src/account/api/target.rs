//! The wanted increase of ARR over the wire.

use axum::extract::State;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::{YEAR_MAX, YEAR_MIN};
use mainstay_rules::progress::fiscal_year;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{MoneyOut, amount_of, version_of};
use crate::account::Account;
use crate::account::store::{self, expect_version};
use crate::app::App;
use crate::corridor::access::Writable;
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::request::Sent;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTarget)]
pub struct TargetIn {
    /// The calendar year in which the fiscal year ends; this fiscal year when left out.
    #[schema(example = 2026)]
    pub fiscal_year: Option<i64>,
    /// Money, or an exact decimal text; may be negative; null clears the target.
    #[schema(value_type = Option<Object>, example = json!({"amount": "250000.00", "currency": "EUR"}))]
    pub delta: Value,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Target)]
pub struct TargetOut {
    pub fiscal_year: i64,
    pub delta: Option<MoneyOut>,
}

/// Sets or clears the wanted increase of ARR in a fiscal year.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/target", tag = "accounts", params(("account" = Uuid, Path)),
    request_body = TargetIn, responses((status = 200, body = TargetOut)))]
pub async fn put_target(
    State(app): State<App>,
    account: Writable<Account>,
    Sent(sent, care): Sent<TargetIn>,
) -> Result<Answer, Fault> {
    let currency = account.caller.workspace.currency;
    let month = account.caller.workspace.fiscal_year_start_month;
    let year = sent.fiscal_year.unwrap_or_else(|| i64::from(fiscal_year(account.caller.today(&app), month)));
    check_year(year)?;
    let delta = if sent.delta.is_null() { None } else { Some(amount_of("/delta", &sent.delta, None, currency)?) };
    let id = account.id;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        store::set_target(tx, by, id, year, delta)?;
        let body = TargetOut { fiscal_year: year, delta: delta.map(|minor| MoneyOut::of(minor, currency)) };
        Ok(Answer::ok(&body)?.version(version_of(tx, by, id)?))
    })
    .await
}

fn check_year(year: i64) -> Result<(), FieldError> {
    if (i64::from(YEAR_MIN)..=i64::from(YEAR_MAX)).contains(&year) {
        return Ok(());
    }
    let message = format!("The fiscal year is a number from {YEAR_MIN} to {YEAR_MAX}");
    Err(FieldError::new("/fiscal_year", FieldCode::OutOfRange, message))
}
