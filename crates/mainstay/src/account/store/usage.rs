//! Usage revenue by month: shown as a run-rate beside the ARR, never added to it.

use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::currency::Currency;
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::USAGE_MONTHS_MAX;
use mainstay_rules::progress::fiscal_year;
use serde_json::json;
use uuid::Uuid;

use super::movement::read_currency;
use super::rate::Rates;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// One month of usage revenue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageMonth {
    /// Its first day.
    pub month: Date,
    pub minor: i64,
    pub currency: Currency,
}

/// The account's usage revenue, the newest month first.
pub fn usage(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<UsageMonth>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT month, minor, currency FROM usage_revenue WHERE workspace_id = $1 AND account_id = $2
             ORDER BY month DESC"
        ),
        &[&workspace, &account],
        |row| Ok(UsageMonth { month: row.get(0)?, minor: row.get(1)?, currency: read_currency(row, 2)? }),
    )?)
}

/// Records what was used in a month, or takes it back; the same value again is no event.
pub fn record_usage(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    month: Date,
    revenue: Option<(i64, Currency)>,
) -> Result<(), Fault> {
    let months = usage(tx, by.workspace.id, account)?;
    let before = months.iter().find(|known| known.month == month).map(|known| (known.minor, known.currency));
    if before == revenue {
        return Ok(());
    }
    if before.is_none() && i64::try_from(months.len()).is_ok_and(|count| count >= USAGE_MONTHS_MAX) {
        let message =
            format!("An account has usage revenue of at most {USAGE_MONTHS_MAX} months, and this one has them all.");
        return Err(Fault::field(FieldError::new("", FieldCode::TooMany, message)));
    }
    if let Some((_, currency)) = revenue {
        let year = i64::from(fiscal_year(by.today(), by.workspace.fiscal_year_start_month));
        Rates::of(tx, &by.workspace, year)?.require("/revenue", currency)?;
    }
    match revenue {
        Some((minor, currency)) => tx.exec(
            sql!(
                "INSERT INTO usage_revenue (workspace_id, account_id, month, minor, currency) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (account_id, month) DO UPDATE SET minor = $4, currency = $5"
            ),
            &[&by.workspace.id, &account, &month, &minor, &currency.code()],
        )?,
        None => tx.exec(
            sql!("DELETE FROM usage_revenue WHERE workspace_id = $1 AND account_id = $2 AND month = $3"),
            &[&by.workspace.id, &account, &month],
        )?,
    };
    let said = |value: Option<(i64, Currency)>| {
        value.map(|(minor, currency)| json!({ "minor": minor, "currency": currency.code() }))
    };
    let data = json!({ "month": month, "before": said(before), "after": said(revenue) });
    by.happened_to(tx, account, Kind::UsageRecorded, ("account", account), data)?;
    Ok(())
}
