//! What is signed on a contract: dated amendments, the one input of ARR.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Param, Tx, id_places, sql, statements};
use mainstay_rules::currency::Currency;
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::ledger::Amendment;
use mainstay_rules::progress::fiscal_year;
use serde_json::json;
use uuid::Uuid;

use super::movement::read_currency;
use super::rate::Rates;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// From `start_on` until the day before `end_on`, the contract is worth `arr_minor` a year.
#[derive(Clone, Debug, Default)]
pub struct NewAmendment {
    pub start_on: Date,
    pub end_on: Option<Date>,
    pub arr_minor: i64,
    pub note: String,
    /// None is the contract's own, for a new one the workspace's.
    pub currency: Option<Currency>,
    /// It changes the price alone.
    pub is_price: bool,
}

/// An amendment with what people said about it.
#[derive(Clone, Debug)]
pub struct StoredAmendment {
    pub id: Uuid,
    /// Its amount is in `currency`.
    pub amendment: Amendment,
    pub currency: Currency,
    pub is_price: bool,
    pub note: String,
    pub recorded_by: Option<Uuid>,
    /// The name of who recorded it; empty when the system did.
    pub recorder: String,
}

fn amendments_statement() -> String {
    format!(
        "SELECT c.id, c.contract_id, c.start_on, c.end_on, c.arr_minor, c.recorded_at, c.note, c.recorded_by,
           COALESCE(u.name, ''), c.currency, c.is_price, c.account_id
         FROM contract_amendment c LEFT JOIN workspace_user u ON u.id = c.recorded_by
         WHERE c.workspace_id = $1 AND c.withdrawn_at IS NULL AND c.account_id IN ({})
         ORDER BY c.start_on, c.recorded_at, c.id",
        id_places(2)
    )
}

fn composed() -> Vec<String> {
    vec![amendments_statement()]
}

statements!(composed);

/// The amendments that stand, oldest first.
pub fn amendments(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<StoredAmendment>, Fault> {
    Ok(amendments_each(tx, workspace, &[account])?.remove(&account).unwrap_or_default())
}

/// The same of each of these accounts that has any.
pub fn amendments_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Vec<StoredAmendment>>, Fault> {
    Ok(tx.rows_each(&amendments_statement(), &[&workspace], accounts, |row| {
        let amendment = Amendment {
            contract: row.get(1)?,
            start_on: row.get(2)?,
            end_on: row.get(3)?,
            arr_minor: row.get(4)?,
            recorded_at: row.get(5)?,
        };
        let stored = StoredAmendment {
            id: row.get(0)?,
            amendment,
            currency: read_currency(row, 9)?,
            is_price: row.get(10)?,
            note: row.get(6)?,
            recorded_by: row.get(7)?,
            recorder: row.get(8)?,
        };
        Ok((row.get(11)?, stored))
    })?)
}

/// Amendments ever recorded for the account, withdrawn ones included.
pub fn amendment_count(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<i64, Fault> {
    let found = tx.one(
        sql!("SELECT COUNT(*) FROM contract_amendment WHERE workspace_id = $1 AND account_id = $2"),
        &[&workspace, &account],
        |row| row.get(0),
    )?;
    Ok(found.unwrap_or(0))
}

/// The account's ledger as the rules read it, in the workspace's currency at the rates of the fiscal year of `day`.
pub fn ledger(tx: &mut Tx<'_>, workspace: &Workspace, account: Uuid, day: Date) -> Result<Vec<Amendment>, Fault> {
    let stored = amendments(tx, workspace.id, account)?;
    let rates = rates_for(tx, workspace, &stored, day)?;
    in_home_currency(&stored, &rates)
}

/// Amendments as the rules add them up.
pub fn in_home_currency(stored: &[StoredAmendment], rates: &Rates) -> Result<Vec<Amendment>, Fault> {
    let convert = |one: &StoredAmendment| {
        let arr_minor = rates.convert(one.currency, one.amendment.arr_minor)?;
        Ok(Amendment { arr_minor, ..one.amendment })
    };
    stored.iter().map(convert).collect()
}

/// The rates of the fiscal year of `day`, read only where a contract needs one.
pub fn rates_for(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    stored: &[StoredAmendment],
    day: Date,
) -> Result<Rates, Fault> {
    if stored.iter().all(|one| one.currency == workspace.currency) {
        return Ok(Rates::none(workspace.currency));
    }
    Rates::of(tx, workspace, i64::from(fiscal_year(day, workspace.fiscal_year_start_month)))
}

/// The currency of a contract's amendments, withdrawn ones included; none before the first.
pub fn contract_currency(tx: &mut Tx<'_>, workspace: Uuid, contract: Uuid) -> Result<Option<Currency>, Fault> {
    Ok(tx.one(
        sql!(
            "SELECT currency FROM contract_amendment WHERE workspace_id = $1 AND contract_id = $2
             ORDER BY recorded_at, id LIMIT 1"
        ),
        &[&workspace, &contract],
        |row| read_currency(row, 0),
    )?)
}

/// From `amendment.start_on` on, the contract has another ARR or end.
pub fn amend_contract(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    contract: Uuid,
    amendment: &NewAmendment,
) -> Result<Uuid, Fault> {
    let currency = currency_for(tx, by, contract, amendment)?;
    let id = by.id();
    put_amendments(tx, by, &[Signed { id, account, contract, currency, new: amendment }])?;
    let data = amendment_data(currency, id, amendment);
    by.happened_to(tx, account, Kind::ContractAmended, ("contract", contract), data)?;
    Ok(id)
}

pub(super) fn amendment_data(currency: Currency, id: Uuid, new: &NewAmendment) -> serde_json::Value {
    json!({
        "amendment_id": id, "start_on": new.start_on, "end_on": new.end_on,
        "arr_minor": new.arr_minor, "currency": currency.code(), "is_price": new.is_price,
    })
}

/// A contract keeps one currency, and every currency has a rate before it is used.
fn currency_for(tx: &mut Tx<'_>, by: &By, contract: Uuid, new: &NewAmendment) -> Result<Currency, Fault> {
    let own = contract_currency(tx, by.workspace.id, contract)?;
    let currency = new.currency.or(own).unwrap_or(by.workspace.currency);
    if let Some(own) = own.filter(|own| *own != currency) {
        return Err(other_currency(own));
    }
    expect_rates(tx, by, [currency].into_iter())?;
    Ok(currency)
}

pub(super) fn other_currency(own: Currency) -> Fault {
    let message = format!("This contract is in {own}; give its amounts in {own}, or add another contract");
    Fault::field(FieldError::new("/currency", FieldCode::Conflict, message))
}

pub(super) fn expect_rates(tx: &mut Tx<'_>, by: &By, currencies: impl Iterator<Item = Currency>) -> Result<(), Fault> {
    let mut foreign: Vec<Currency> = currencies.filter(|currency| *currency != by.workspace.currency).collect();
    foreign.dedup();
    if foreign.is_empty() {
        return Ok(());
    }
    let year = i64::from(fiscal_year(by.today(), by.workspace.fiscal_year_start_month));
    let rates = Rates::of(tx, &by.workspace, year)?;
    foreign.into_iter().try_for_each(|currency| rates.require("/currency", currency)).map_err(Fault::field)
}

/// An amendment on its way in.
pub(super) struct Signed<'a> {
    pub id: Uuid,
    pub account: Uuid,
    pub contract: Uuid,
    pub currency: Currency,
    pub new: &'a NewAmendment,
}

pub(super) fn put_amendments(tx: &mut Tx<'_>, by: &By, signed: &[Signed<'_>]) -> Result<(), Fault> {
    let codes: Vec<String> = signed.iter().map(|one| one.currency.code().to_owned()).collect();
    let rows: Vec<Vec<&dyn Param>> = signed
        .iter()
        .zip(&codes)
        .map(|(one, code)| {
            by.reaches_back(one.account, one.new.start_on);
            let row: [&dyn Param; 12] = [
                &one.id,
                &by.workspace.id,
                &one.account,
                &one.contract,
                &one.new.start_on,
                &one.new.end_on,
                &one.new.arr_minor,
                code,
                &one.new.note,
                &by.at,
                &by.user,
                &one.new.is_price,
            ];
            row.to_vec()
        })
        .collect();
    tx.insert_many(
        "INSERT INTO contract_amendment (id, workspace_id, account_id, contract_id, start_on, end_on, arr_minor,
           currency, note, recorded_at, recorded_by, is_price)",
        "",
        &rows,
    )?;
    Ok(())
}

/// Takes an amendment back, as if it had never been signed; the row stays for the history.
pub fn withdraw_amendment(tx: &mut Tx<'_>, by: &By, account: Uuid, contract: Uuid, id: Uuid) -> Result<(), Fault> {
    let at: Timestamp = by.at;
    let taken = amendments(tx, by.workspace.id, account)?.into_iter().find(|stored| stored.id == id);
    let Some(taken) = taken else { return Err(Fault::not_found()) };
    by.reaches_back(account, taken.amendment.start_on.min(by.workspace.day_of(taken.amendment.recorded_at)));
    let withdrawn = tx.exec(
        sql!(
            "UPDATE contract_amendment SET withdrawn_at = $5
             WHERE workspace_id = $1 AND account_id = $2 AND contract_id = $3 AND id = $4 AND withdrawn_at IS NULL"
        ),
        &[&by.workspace.id, &account, &contract, &id, &at],
    )?;
    if withdrawn == 0 {
        return Err(Fault::not_found());
    }
    by.happened_to(tx, account, Kind::AmendmentWithdrawn, ("amendment", id), withdrawn_data(&taken))?;
    Ok(())
}

fn withdrawn_data(taken: &StoredAmendment) -> serde_json::Value {
    let Amendment { contract, start_on, end_on, arr_minor, .. } = taken.amendment;
    json!({
        "contract_id": contract, "start_on": start_on, "end_on": end_on,
        "arr_minor": arr_minor, "currency": taken.currency.code(),
    })
}
