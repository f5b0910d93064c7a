//! Contracts and their dated amendments: the one input of ARR.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::ledger::Amendment;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

pub struct NewContract {
    pub name: String,
    pub external_id: Option<String>,
}

/// From `start_on` until the day before `end_on`, the contract is worth `arr_minor` a year.
pub struct NewAmendment {
    pub start_on: Date,
    pub end_on: Option<Date>,
    pub arr_minor: i64,
    pub note: String,
}

#[derive(Clone)]
pub struct Contract {
    pub id: Uuid,
    pub account_id: Uuid,
    pub name: String,
    pub external_id: Option<String>,
}

macro_rules! columns {
    () => {
        "c.id, c.account_id, c.name, c.external_id FROM contract c"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Contract> {
    Ok(Contract { id: row.get(0)?, account_id: row.get(1)?, name: row.get(2)?, external_id: row.get(3)? })
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

/// An amendment with what people said about it.
#[derive(Clone)]
pub struct StoredAmendment {
    pub id: Uuid,
    pub amendment: Amendment,
    pub note: String,
    pub recorded_by: Option<Uuid>,
    /// The name of who recorded it; empty when the system did.
    pub recorder: String,
}

/// The amendments that stand, oldest first.
pub fn amendments(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<StoredAmendment>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT c.id, c.contract_id, c.start_on, c.end_on, c.arr_minor, c.recorded_at, c.note, c.recorded_by,
               COALESCE(u.name, '')
             FROM contract_amendment c LEFT JOIN workspace_user u ON u.id = c.recorded_by
             WHERE c.workspace_id = $1 AND c.account_id = $2 AND c.withdrawn_at IS NULL
             ORDER BY c.start_on, c.recorded_at, c.id"
        ),
        &[&workspace, &account],
        |row| {
            let amendment = Amendment {
                contract: row.get(1)?,
                start_on: row.get(2)?,
                end_on: row.get(3)?,
                arr_minor: row.get(4)?,
                recorded_at: row.get(5)?,
            };
            Ok(StoredAmendment {
                id: row.get(0)?,
                amendment,
                note: row.get(6)?,
                recorded_by: row.get(7)?,
                recorder: row.get(8)?,
            })
        },
    )?)
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

/// The account's ledger, as the rules read it.
pub fn ledger(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Amendment>, Fault> {
    Ok(amendments(tx, workspace, account)?.into_iter().map(|stored| stored.amendment).collect())
}

/// Adds a contract with its first amendment; gives the ids of both.
pub fn add_contract(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    new: &NewContract,
    first: &NewAmendment,
) -> Result<(Uuid, Uuid), Fault> {
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO contract (id, workspace_id, account_id, name, external_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        &[&id, &by.workspace.id, &account, &new.name, &new.external_id, &by.at],
    )
    .map_err(|error| {
        if error.is_unique("external_id") {
            let external = new.external_id.as_deref().unwrap_or_default();
            return Fault::new(Problem::AlreadyExists, format!("Another contract has the external id {external}."));
        }
        error.into()
    })?;
    let amendment = insert_amendment(tx, by, account, id, first)?;
    by.happened_to(tx, account, Kind::ContractAdded, ("contract", id), amendment_data(by, amendment, first))?;
    Ok((id, amendment))
}

/// From `amendment.start_on` on, the contract has another ARR or end.
pub fn amend_contract(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    contract: Uuid,
    amendment: &NewAmendment,
) -> Result<Uuid, Fault> {
    let id = insert_amendment(tx, by, account, contract, amendment)?;
    by.happened_to(tx, account, Kind::ContractAmended, ("contract", contract), amendment_data(by, id, amendment))?;
    Ok(id)
}

fn amendment_data(by: &By, id: Uuid, new: &NewAmendment) -> serde_json::Value {
    json!({
        "amendment_id": id, "start_on": new.start_on, "end_on": new.end_on,
        "arr_minor": new.arr_minor, "currency": by.workspace.currency.code(),
    })
}

fn insert_amendment(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    contract: Uuid,
    new: &NewAmendment,
) -> Result<Uuid, Fault> {
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO contract_amendment (id, workspace_id, account_id, contract_id, start_on, end_on, arr_minor,
               currency, note, recorded_at, recorded_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        &[
            &id,
            &by.workspace.id,
            &account,
            &contract,
            &new.start_on,
            &new.end_on,
            &new.arr_minor,
            &by.workspace.currency.code(),
            &new.note,
            &by.at,
            &by.user,
        ],
    )?;
    Ok(id)
}

/// Takes an amendment back, as if it had never been signed; the row stays for the history.
pub fn withdraw_amendment(tx: &mut Tx<'_>, by: &By, account: Uuid, contract: Uuid, id: Uuid) -> Result<(), Fault> {
    let at: Timestamp = by.at;
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
    by.happened_to(tx, account, Kind::AmendmentWithdrawn, ("amendment", id), json!({}))?;
    Ok(())
}

pub fn remove_contracts(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let of: [&dyn mainstay_db::Param; 2] = [&by.workspace.id, &account];
    tx.exec(sql!("DELETE FROM contract_amendment WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM contract WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    Ok(())
}
