//! Usage revenue over the wire: by month, and the run-rate of the last three.

use axum::Json;
use axum::extract::{RawPathParams, State};
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::ledger::run_rate;
use mainstay_rules::progress::fiscal_year;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MoneyOut, money_of, version_of};
use crate::account::Account;
use crate::account::store::{self, Rates, UsageMonth, expect_version};
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::request::Sent;

#[derive(Serialize, ToSchema)]
#[schema(as = UsageMonth)]
pub struct UsageMonthOut {
    /// Its first day.
    #[schema(value_type = String, format = Date)]
    pub month: Date,
    pub revenue: MoneyOut,
}

/// What was used month by month: the committed minimum is the ARR, and usage is never added to it.
#[derive(Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageOut {
    /// The newest month first.
    pub months: Vec<UsageMonthOut>,
    /// The last three full months times four, in the workspace's currency; null when none of them is recorded.
    pub run_rate: Option<MoneyOut>,
}

/// What one account used, and at which pace.
pub struct Used {
    pub months: Vec<UsageMonth>,
    pub run_rate_minor: Option<i64>,
}

pub fn used(tx: &mut Tx<'_>, workspace: &Workspace, account: Uuid, today: Date) -> Result<Used, Fault> {
    let months = store::usage(tx, workspace.id, account)?;
    let rates = Rates::of(tx, workspace, i64::from(fiscal_year(today, workspace.fiscal_year_start_month)))?;
    let mut converted = Vec::with_capacity(months.len());
    for month in &months {
        converted.push((month.month, rates.convert(month.currency, month.minor)?));
    }
    Ok(Used { run_rate_minor: run_rate(&converted, today), months })
}

fn out(used: &Used, workspace: &Workspace) -> UsageOut {
    let month = |one: &UsageMonth| UsageMonthOut { month: one.month, revenue: MoneyOut::of(one.minor, one.currency) };
    UsageOut {
        months: used.months.iter().map(month).collect(),
        run_rate: used.run_rate_minor.map(|minor| MoneyOut::of(minor, workspace.currency)),
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUsage)]
pub struct UsageIn {
    /// Money, or an exact decimal text; null takes the month back.
    #[schema(value_type = Option<Object>, example = json!({"amount": "12500.00", "currency": "EUR"}))]
    pub revenue: Value,
}

/// A month as `2026-07`, or any day of it.
pub fn month_of(pointer: &str, text: &str) -> Result<Date, FieldError> {
    let day = if text.trim().len() == 7 { format!("{}-01", text.trim()) } else { text.to_owned() };
    field::date(pointer, &day).map(Date::first_of_month).map_err(|error| {
        let message = "Write the month as 2026-07";
        FieldError::new(pointer, error.code, message)
    })
}

/// What was used in a month: not negative, in the workspace's currency where none is named.
pub fn revenue_of(
    value: &Value,
    workspace: &Workspace,
) -> Result<(i64, mainstay_rules::currency::Currency), FieldError> {
    let (minor, currency) = money_of("/revenue", value, None, workspace.currency)?;
    if minor < 0 {
        let message = "Usage revenue is not negative";
        return Err(FieldError::new("/revenue", FieldCode::OutOfRange, message));
    }
    Ok((minor, currency))
}

/// The account's usage revenue by month, and its run-rate.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/usage", tag = "accounts", params(("account" = Uuid, Path)),
    responses((status = 200, body = UsageOut)))]
pub async fn get_usage(State(app): State<App>, account: Readable<Account>) -> Result<Json<UsageOut>, Fault> {
    let (workspace, id, today) = (account.caller.workspace.clone(), account.id, account.caller.today(&app));
    let reading = workspace.clone();
    let used = app.db.read(Scope::Workspace(workspace.id), move |tx| used(tx, &reading, id, today)).await?;
    Ok(Json(out(&used, &workspace)))
}

/// Records the usage revenue of a month, or takes it back.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/usage/{month}", tag = "accounts",
    params(("account" = Uuid, Path), ("month" = String, Path, example = "2026-07")), request_body = UsageIn,
    responses((status = 200, body = UsageOut)))]
pub async fn put_usage(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Sent(sent, care): Sent<UsageIn>,
) -> Result<Answer, Fault> {
    let text = path.iter().find(|(name, _)| *name == "month").map_or("", |(_, value)| value);
    let month = month_of("/month", text)?;
    let workspace = &account.caller.workspace;
    let revenue = if sent.revenue.is_null() { None } else { Some(revenue_of(&sent.revenue, workspace)?) };
    let id = account.id;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        store::record_usage(tx, by, id, month, revenue)?;
        let used = used(tx, &by.workspace, id, by.today())?;
        Ok(Answer::ok(&out(&used, &by.workspace))?.version(version_of(tx, by, id)?))
    })
    .await
}
