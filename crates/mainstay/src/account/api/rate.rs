//! Exchange rates over the wire: one for a currency and a fiscal year.

use axum::Json;
use axum::extract::State;
use mainstay_db::Scope;
use mainstay_rules::currency::Currency;
use mainstay_rules::field::{FieldCode, FieldError, keep};
use mainstay_rules::ledger::parse_rate;
use mainstay_rules::limits::{YEAR_MAX, YEAR_MIN};
use mainstay_rules::progress::fiscal_year;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::store::{self, StoredRate};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageWorkspace, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::Sent;
use crate::people::api::workspace::refresh_numbers;

/// What one whole unit of a currency is worth in the workspace's, in all of a fiscal year.
#[derive(Serialize, ToSchema)]
#[schema(as = ExchangeRate)]
pub struct RateOut {
    /// Named after the calendar year in which it ends.
    #[schema(example = 2026)]
    pub fiscal_year: i64,
    #[schema(example = "USD")]
    pub currency: &'static str,
    /// Exact, with at most six decimals.
    #[schema(example = "0.92")]
    pub rate: String,
    /// The workspace's currency.
    #[schema(example = "EUR")]
    pub to: &'static str,
}

impl RateOut {
    fn of(stored: &StoredRate) -> Self {
        let rate = stored.rate;
        Self { fiscal_year: stored.fiscal_year, currency: rate.from.code(), rate: rate.decimal(), to: rate.to.code() }
    }
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewExchangeRate)]
pub struct RateIn {
    /// This fiscal year when left out.
    #[schema(example = 2026)]
    pub fiscal_year: Option<i64>,
    #[serde(default)]
    #[schema(example = "USD")]
    pub currency: String,
    /// As a text, so that no decimal is lost; null takes the rate back.
    #[schema(example = "0.92")]
    pub rate: Option<String>,
}

/// A rate that satisfies the rules; none takes it back.
#[derive(Clone, Copy)]
pub struct CheckedRate {
    pub fiscal_year: i64,
    pub currency: Currency,
    pub millionths: Option<i64>,
}

impl RateIn {
    pub fn check(&self, workspace: &Workspace, today: jiff::civil::Date) -> Result<CheckedRate, Fault> {
        let mut errors = Vec::new();
        let usual = i64::from(fiscal_year(today, workspace.fiscal_year_start_month));
        let year = self.fiscal_year.unwrap_or(usual);
        if !(i64::from(YEAR_MIN)..=i64::from(YEAR_MAX)).contains(&year) {
            let message = format!("The fiscal year is a number from {YEAR_MIN} to {YEAR_MAX}");
            errors.push(FieldError::new("/fiscal_year", FieldCode::OutOfRange, message));
        }
        let currency = keep(Currency::parse(&self.currency).map_err(|error| error.at("/currency")), &mut errors);
        if currency == Some(workspace.currency) {
            let message = format!("{} is the workspace's own currency; its rate is always 1", workspace.currency);
            errors.push(FieldError::new("/currency", FieldCode::Conflict, message));
        }
        let millionths = match self.rate.as_deref() {
            None => Some(None),
            Some(text) => keep(parse_rate(text).map(Some).map_err(|error| error.at("/rate")), &mut errors),
        };
        match (currency, millionths) {
            (Some(currency), Some(millionths)) if errors.is_empty() => {
                Ok(CheckedRate { fiscal_year: year, currency, millionths })
            }
            _ => Err(Fault::invalid(errors)),
        }
    }
}

/// The exchange rates: by currency, the oldest year first. A year without a rate takes the latest before it.
#[utoipa::path(get, path = "/api/v1/exchange-rates", tag = "workspace", responses((status = 200, body = List<RateOut>)))]
pub async fn list_rates(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<List<RateOut>>, Fault> {
    let workspace = std::sync::Arc::clone(&caller.workspace);
    let rates = app.db.read(Scope::Workspace(workspace.id), move |tx| store::exchange_rates(tx, &workspace)).await?;
    Ok(Json(List { data: rates.iter().map(RateOut::of).collect(), next_cursor: None }))
}

/// Sets the rate of a currency in a fiscal year, or takes it back; every line is worked out anew.
#[utoipa::path(put, path = "/api/v1/exchange-rates", tag = "workspace", request_body = RateIn,
    responses((status = 200, description = "All rates as they are now", body = List<RateOut>)))]
pub async fn put_rate(
    State(app): State<App>,
    caller: Allowed<ManageWorkspace>,
    Sent(sent, care): Sent<RateIn>,
) -> Result<Answer, Fault> {
    let rate = sent.check(&caller.workspace, caller.today(&app))?;
    let answer = app
        .commit(&caller, care, move |tx, by| {
            store::set_exchange_rate(tx, by, rate.fiscal_year, rate.currency, rate.millionths)?;
            let data = store::exchange_rates(tx, &by.workspace)?.iter().map(RateOut::of).collect();
            Answer::ok(&List { data, next_cursor: None })
        })
        .await?;
    refresh_numbers(&app);
    Ok(answer)
}
