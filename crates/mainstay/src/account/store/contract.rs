//! Contracts: what their amendments are signed on.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::{Param, Row, Tx, id_places, only, sql, statements};
use mainstay_rules::event::Kind;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::amendment::{NewAmendment, Signed, amendment_data, expect_rates, other_currency, put_amendments};
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

fn notice_statement() -> String {
    format!(
        "SELECT id, notice_days, account_id FROM contract
         WHERE {} AND notice_days IS NOT NULL AND account_id IN ({}) ORDER BY id",
        only("workspace_id", "$1"),
        id_places(2)
    )
}

fn composed() -> Vec<String> {
    vec![notice_statement()]
}

statements!(composed);

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

pub fn remove_contracts(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let of: [&dyn mainstay_db::Param; 2] = [&by.workspace.id, &account];
    tx.exec(sql!("DELETE FROM arr_movement WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM movement_kind WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM usage_revenue WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM contract_amendment WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM contract WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    Ok(())
}
