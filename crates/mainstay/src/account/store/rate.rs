//! Exchange rates: one for a whole fiscal year, so that a report compares like with like.

use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::currency::Currency;
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::ledger::Rate;
use mainstay_rules::limits::EXCHANGE_RATES_MAX;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A rate as it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRate {
    pub fiscal_year: i64,
    pub rate: Rate,
}

/// Every rate of the workspace: by currency, the oldest year first.
pub fn exchange_rates(tx: &mut Tx<'_>, workspace: &Workspace) -> Result<Vec<StoredRate>, Fault> {
    let found = tx.rows(
        sql!(
            "SELECT fiscal_year, currency, rate_millionths FROM exchange_rate WHERE workspace_id = $1
             ORDER BY currency, fiscal_year LIMIT $2"
        ),
        &[&workspace.id, &EXCHANGE_RATES_MAX],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?)),
    )?;
    found
        .into_iter()
        .map(|(fiscal_year, code, millionths)| {
            let from = Currency::parse(&code).map_err(Fault::internal)?;
            Ok(StoredRate { fiscal_year, rate: Rate { from, to: workspace.currency, millionths } })
        })
        .collect()
}

/// The rates that count in one fiscal year.
#[derive(Clone, Debug)]
pub struct Rates {
    home: Currency,
    fiscal_year: i64,
    stored: Vec<StoredRate>,
}

impl Rates {
    /// Where nothing is in another currency.
    pub fn none(home: Currency) -> Self {
        Self { home, fiscal_year: 0, stored: Vec::new() }
    }

    pub fn of(tx: &mut Tx<'_>, workspace: &Workspace, fiscal_year: i64) -> Result<Self, Fault> {
        Ok(Self { home: workspace.currency, fiscal_year, stored: exchange_rates(tx, workspace)? })
    }

    /// The rate of the year; without one the latest before it goes on, and without that the first after it.
    pub fn find(&self, currency: Currency) -> Option<&StoredRate> {
        let own = || self.stored.iter().filter(move |one| one.rate.from == currency);
        own().rfind(|one| one.fiscal_year <= self.fiscal_year).or_else(|| own().next())
    }

    pub fn rate(&self, currency: Currency) -> Result<Rate, Fault> {
        if currency == self.home {
            return Ok(Rate::one(currency));
        }
        match self.find(currency) {
            Some(stored) => Ok(stored.rate),
            None => Err(Fault::new(Problem::Conflict, self.missing(currency))),
        }
    }

    /// The same rates, read for another year.
    #[must_use]
    pub fn in_year(&self, fiscal_year: i64) -> Self {
        Self { fiscal_year, ..self.clone() }
    }

    /// The currencies that [`Rates::require`] lets pass, beside the workspace's own.
    pub fn known(&self) -> Vec<Currency> {
        let of_now = self.stored.iter().filter(|one| one.fiscal_year <= self.fiscal_year);
        let mut known: Vec<Currency> = of_now.map(|one| one.rate.from).collect();
        known.dedup();
        known
    }

    /// Whether any other currency than the workspace's has a rate.
    pub fn has_any(&self) -> bool {
        !self.stored.is_empty()
    }

    /// Minor units in the workspace's currency.
    pub fn convert(&self, currency: Currency, minor: i64) -> Result<i64, Fault> {
        Ok(self.rate(currency)?.convert(minor))
    }

    /// Refuses a currency whose worth nobody has said yet.
    pub fn require(&self, pointer: &str, currency: Currency) -> Result<(), FieldError> {
        let known = currency == self.home || self.find(currency).is_some_and(|one| one.fiscal_year <= self.fiscal_year);
        if known { Ok(()) } else { Err(FieldError::new(pointer, FieldCode::Unknown, self.missing(currency))) }
    }

    fn missing(&self, currency: Currency) -> String {
        let (home, year) = (self.home, self.fiscal_year);
        format!(
            "There is no exchange rate from {currency} to {home} for fiscal year {year}. Set it under Settings, Currencies."
        )
    }
}

/// Sets the rate of a fiscal year, or takes it back; the same value again is no event.
pub fn set_exchange_rate(
    tx: &mut Tx<'_>,
    by: &By,
    fiscal_year: i64,
    currency: Currency,
    millionths: Option<i64>,
) -> Result<(), Fault> {
    let workspace = &by.workspace;
    tx.lock(&[workspace.id])?;
    let stored = exchange_rates(tx, workspace)?;
    let of_currency = || stored.iter().filter(|one| one.rate.from == currency);
    let before = of_currency().find(|one| one.fiscal_year == fiscal_year).map(|one| one.rate.millionths);
    if before == millionths {
        return Ok(());
    }
    if millionths.is_none() && of_currency().count() == 1 && is_used(tx, workspace.id, currency)? {
        let message =
            format!("Contracts or usage in {currency} need a rate; set another one before taking this one back.");
        return Err(Fault::field(FieldError::new("/rate", FieldCode::Conflict, message)));
    }
    if before.is_none() && i64::try_from(stored.len()).is_ok_and(|count| count >= EXCHANGE_RATES_MAX) {
        let message =
            format!("A workspace has at most {EXCHANGE_RATES_MAX} exchange rates, and this one has them all.");
        return Err(Fault::field(FieldError::new("", FieldCode::TooMany, message)));
    }
    match millionths {
        Some(rate) => tx.exec(
            sql!(
                "INSERT INTO exchange_rate (workspace_id, fiscal_year, currency, rate_millionths) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (workspace_id, fiscal_year, currency) DO UPDATE SET rate_millionths = $4"
            ),
            &[&workspace.id, &fiscal_year, &currency.code(), &rate],
        )?,
        None => tx.exec(
            sql!("DELETE FROM exchange_rate WHERE workspace_id = $1 AND fiscal_year = $2 AND currency = $3"),
            &[&workspace.id, &fiscal_year, &currency.code()],
        )?,
    };
    // Every line that counts in this currency reads otherwise, of other years too: a year without a rate borrows one.
    by.every_line_changed(Date::MIN);
    let data = json!({
        "fiscal_year": fiscal_year, "currency": currency.code(), "before_millionths": before, "after_millionths": millionths,
    });
    by.happened(tx, Kind::ExchangeRateSet, ("workspace", workspace.id), data)
}

fn is_used(tx: &mut Tx<'_>, workspace: Uuid, currency: Currency) -> Result<bool, Fault> {
    let found = tx.one(
        sql!(
            "SELECT EXISTS (SELECT 1 FROM contract_amendment WHERE workspace_id = $1 AND currency = $2)
               OR EXISTS (SELECT 1 FROM usage_revenue WHERE workspace_id = $1 AND currency = $2)"
        ),
        &[&workspace, &currency.code()],
        |row| row.get::<bool>(0),
    )?;
    Ok(found.unwrap_or(false))
}
