//! Contracts and their dated amendments: the one input of ARR.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Param, Row, Tx, id_places, only, sql, statements};
use mainstay_rules::currency::Currency;
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::ledger::Amendment;
use mainstay_rules::problem::Problem;
use mainstay_rules::progress::fiscal_year;
use serde_json::json;
use uuid::Uuid;

use super::movement::read_currency;
use super::rate::Rates;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::{By, Told};

#[derive(Clone, Debug, Default)]
pub struct NewContract {
    pub name: String,
    pub external_id: Option<String>,
    /// Days before its last day by which notice is given; none when nothing was agreed.
    pub notice_days: Option<i64>,
    pub auto_renew: bool,
}

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

#[derive(Clone)]
pub struct Contract {
    pub id: Uuid,
    pub account_id: Uuid,
    pub name: String,
    pub external_id: Option<String>,
    pub notice_days: Option<i64>,
    pub auto_renew: bool,
    /// The part of the account that it belongs to; None is the account as a whole.
    pub scope_id: Option<Uuid>,
}

macro_rules! columns {
    () => {
        "c.id, c.account_id, c.name, c.external_id, c.notice_days, c.auto_renew, c.scope_id FROM contract c"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Contract> {
    Ok(Contract {
        id: row.get(0)?,
        account_id: row.get(1)?,
        name: row.get(2)?,
        external_id: row.get(3)?,
        notice_days: row.get(4)?,
        auto_renew: row.get(5)?,
        scope_id: row.get(6)?,
    })
}

pub fn contracts(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Contract>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " WHERE c.workspace_id = $1 AND c.account_id = $2 ORDER BY c.created_at, c.id LIMIT 500"
        )),
        &[&workspace, &account],
        read,
    )?)
}

pub fn contract(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, id: Uuid) -> Result<Option<Contract>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE c.workspace_id = $1 AND c.account_id = $2 AND c.id = $3")),
        &[&workspace, &account, &id],
        read,
    )?)
}

pub fn contract_by_external_id(tx: &mut Tx<'_>, workspace: Uuid, id: &str) -> Result<Option<Contract>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE c.workspace_id = $1 AND c.external_id = $2")),
        &[&workspace, &id],
        read,
    )?)
}

/// Contracts of the workspace that another system knows: their ids there, and whose they are; in the order of our ids.
pub fn contract_keys(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<(Uuid, String, Uuid)>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT id, external_id, account_id FROM contract
             WHERE workspace_id = $1 AND external_id IS NOT NULL AND id > $2 ORDER BY id LIMIT $3"
        ),
        &[&workspace, &after, &limit],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?)
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

fn notice_statement() -> String {
    format!(
        "SELECT id, notice_days, account_id FROM contract
         WHERE {} AND notice_days IS NOT NULL AND account_id IN ({}) ORDER BY id",
        only("workspace_id", "$1"),
        id_places(2)
    )
}

fn composed() -> Vec<String> {
    vec![amendments_statement(), notice_statement()]
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

/// Before every contract.
const BEGINNING: Date = jiff::civil::date(1, 1, 1);

/// Adds a contract with its first amendment; gives the ids of both.
pub fn add_contract(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    new: &NewContract,
    first: &NewAmendment,
) -> Result<(Uuid, Uuid), Fault> {
    let added = add_contracts(tx, by, &[FirstContract { account, new, amendments: vec![first] }])?;
    added.into_iter().next().ok_or_else(|| Fault::internal("a contract was not added"))
}

/// A contract that is new, with everything that is signed on it.
pub struct FirstContract<'a> {
    pub account: Uuid,
    pub new: &'a NewContract,
    /// All in one currency, at least one.
    pub amendments: Vec<&'a NewAmendment>,
}

/// Adds many contracts in a few statements; gives the ids of each contract and amendment, in their order.
pub fn add_contracts(tx: &mut Tx<'_>, by: &By, all: &[FirstContract<'_>]) -> Result<Vec<(Uuid, Uuid)>, Fault> {
    let ids: Vec<Uuid> = all.iter().map(|_| by.id()).collect();
    let rows: Vec<Vec<&dyn Param>> = all
        .iter()
        .zip(&ids)
        .map(|(one, id)| {
            let new = one.new;
            let row: [&dyn Param; 8] = [
                id,
                &by.workspace.id,
                &one.account,
                &new.name,
                &new.external_id,
                &by.at,
                &new.notice_days,
                &new.auto_renew,
            ];
            row.to_vec()
        })
        .collect();
    tx.insert_many(
        "INSERT INTO contract (id, workspace_id, account_id, name, external_id, created_at, notice_days, auto_renew)",
        "",
        &rows,
    )
    .map_err(|error| contract_taken(error, all))?;
    let mut signed = Vec::new();
    for (one, contract) in all.iter().zip(&ids) {
        let told = one.amendments.iter().find_map(|amendment| amendment.currency);
        let currency = told.unwrap_or(by.workspace.currency);
        for new in &one.amendments {
            if new.currency.is_some_and(|other| other != currency) {
                return Err(other_currency(currency));
            }
            signed.push(Signed { id: by.id(), account: one.account, contract: *contract, currency, new });
        }
    }
    expect_rates(tx, by, signed.iter().map(|one| one.currency))?;
    put_amendments(tx, by, &signed)?;
    let mut last = None;
    let told = signed.iter().map(|one| {
        let is_first = last.replace(one.contract) != Some(one.contract);
        Told {
            account: one.account,
            kind: if is_first { Kind::ContractAdded } else { Kind::ContractAmended },
            subject: ("contract", one.contract),
            data: amendment_data(one.currency, one.id, one.new),
        }
    });
    by.happened_each(tx, told.collect())?;
    Ok(signed.iter().map(|one| (one.contract, one.id)).collect())
}

fn contract_taken(error: mainstay_db::Error, all: &[FirstContract<'_>]) -> Fault {
    if !error.is_unique("external_id") {
        return error.into();
    }
    let message = match all {
        [one] => {
            let external = one.new.external_id.as_deref().unwrap_or_default();
            format!("Another contract has the external id {external}.")
        }
        _ => "Another contract was given the external id of one of these meanwhile.".to_owned(),
    };
    Fault::new(Problem::AlreadyExists, message)
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

fn amendment_data(currency: Currency, id: Uuid, new: &NewAmendment) -> serde_json::Value {
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

fn other_currency(own: Currency) -> Fault {
    let message = format!("This contract is in {own}; give its amounts in {own}, or add another contract");
    Fault::field(FieldError::new("/currency", FieldCode::Conflict, message))
}

fn expect_rates(tx: &mut Tx<'_>, by: &By, currencies: impl Iterator<Item = Currency>) -> Result<(), Fault> {
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
struct Signed<'a> {
    id: Uuid,
    account: Uuid,
    contract: Uuid,
    currency: Currency,
    new: &'a NewAmendment,
}

fn put_amendments(tx: &mut Tx<'_>, by: &By, signed: &[Signed<'_>]) -> Result<(), Fault> {
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

/// What can change of a contract beside its worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractTerms {
    pub name: String,
    pub notice_days: Option<i64>,
    pub auto_renew: bool,
}

impl ContractTerms {
    pub fn of(contract: &Contract) -> Self {
        Self { name: contract.name.clone(), notice_days: contract.notice_days, auto_renew: contract.auto_renew }
    }
}

/// Writes the new terms; nothing changed, nothing happens.
pub fn edit_contract(tx: &mut Tx<'_>, by: &By, before: &Contract, terms: &ContractTerms) -> Result<(), Fault> {
    if ContractTerms::of(before) == *terms {
        return Ok(());
    }
    tx.exec(
        sql!(
            "UPDATE contract SET name = $4, notice_days = $5, auto_renew = $6
             WHERE workspace_id = $1 AND account_id = $2 AND id = $3"
        ),
        &[&by.workspace.id, &before.account_id, &before.id, &terms.name, &terms.notice_days, &terms.auto_renew],
    )?;
    // Terms are kept as they are today: what a past day says of the notice follows them.
    by.reaches_back(before.account_id, BEGINNING);
    let data = json!({ "notice_days": terms.notice_days, "auto_renew": terms.auto_renew });
    by.happened_to(tx, before.account_id, Kind::ContractEdited, ("contract", before.id), data)?;
    Ok(())
}

/// Days of notice of the account's contracts that have some.
pub fn notice_days(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<(Uuid, i64)>, Fault> {
    Ok(notice_days_each(tx, workspace, &[account])?.remove(&account).unwrap_or_default())
}

/// The same of each of these accounts that has any.
pub fn notice_days_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(Uuid, i64)>>, Fault> {
    let read = |row: &Row<'_>| Ok((row.get(2)?, (row.get(0)?, row.get(1)?)));
    Ok(tx.rows_each(&notice_statement(), &[&workspace], accounts, read)?)
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

pub fn remove_contracts(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let of: [&dyn mainstay_db::Param; 2] = [&by.workspace.id, &account];
    tx.exec(sql!("DELETE FROM arr_movement WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM movement_kind WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM usage_revenue WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM contract_amendment WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM contract WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    Ok(())
}
