//! The account room's tables: accounts here, contracts and targets beside.

mod contract;
mod list;
mod target;
mod write;

pub use contract::{
    Contract, NewAmendment, NewContract, StoredAmendment, add_contract, amend_contract, amendment_count, amendments,
    contract, contract_by_external_id, contracts, ledger, remove_contracts, withdraw_amendment,
};
pub use list::{Edited, Listed, Order, Place, Wanted, count, edited_since, listed, page};
pub use target::{remove_targets, set_target, target};
pub use write::{
    AccountChange, archive_account, create_account, edit_account, expect_version, remove_account, restore_account,
};

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::account::AccountType;
use mainstay_rules::permission::PodRole;
use uuid::Uuid;

use crate::corridor::fault::Fault;

/// A key client, with the asking user's duty in its pod.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: Uuid,
    pub name: String,
    pub external_id: Option<String>,
    pub account_type: AccountType,
    pub associate_id: Option<Uuid>,
    pub associate: String,
    pub industry: Option<String>,
    pub vertical: Option<String>,
    pub geography: Option<String>,
    /// The end date that was typed; contracts with an end say more (see the ledger).
    pub end_on: Option<Date>,
    pub confidential: bool,
    pub archived_at: Option<Timestamp>,
    pub version: i64,
    pub pod_role: Option<PodRole>,
}

macro_rules! fields {
    () => {
        "a.id, a.name, a.external_id, a.type, a.associate_id, COALESCE(u.name, ''), a.industry, a.vertical, a.geography,
         a.end_on, a.confidential, a.archived_at, COALESCE(v.version, 0), m.role"
    };
}

/// `m` is the place of the user `$2` in the account's client pod.
macro_rules! joined {
    () => {
        " FROM account a
         LEFT JOIN workspace_user u ON u.id = a.associate_id
         LEFT JOIN stream v ON v.workspace_id = a.workspace_id AND v.account_id = a.id
         LEFT JOIN pod_account p ON p.account_id = a.id AND p.until IS NULL
           AND EXISTS (SELECT 1 FROM pod k WHERE k.id = p.pod_id AND k.kind = 'client')
         LEFT JOIN pod_member m ON m.pod_id = p.pod_id AND m.user_id = $2 AND m.until IS NULL"
    };
}
use {fields, joined};

macro_rules! columns {
    () => {
        concat!(fields!(), joined!())
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Account> {
    Ok(Account {
        id: row.get(0)?,
        name: row.get(1)?,
        external_id: row.get(2)?,
        account_type: read_type(row, 3)?,
        associate_id: row.get(4)?,
        associate: row.get(5)?,
        industry: row.get(6)?,
        vertical: row.get(7)?,
        geography: row.get(8)?,
        end_on: row.get(9)?,
        confidential: row.get(10)?,
        archived_at: row.get(11)?,
        version: row.get(12)?,
        pod_role: row.get::<Option<String>>(13)?.and_then(|role| PodRole::parse(&role)),
    })
}

/// The column's check admits 1 to 4 only.
pub fn read_type(row: &Row<'_>, column: usize) -> mainstay_db::Result<AccountType> {
    let number: i64 = row.get(column)?;
    Ok(AccountType::parse(&number.to_string()).unwrap_or(AccountType::WHEN_UNTOLD))
}

/// The account as `user` stands to it.
pub fn account(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid, user: Uuid) -> Result<Option<Account>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE a.workspace_id = $1 AND a.id = $3")),
        &[&workspace, &user, &id],
        read,
    )?)
}

pub fn account_by_external_id(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    external_id: &str,
    user: Uuid,
) -> Result<Option<Account>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE a.workspace_id = $1 AND a.external_id = $3")),
        &[&workspace, &user, &external_id],
        read,
    )?)
}

/// The accounts of this name, case aside; at most two, enough to know that a name is not unique.
pub fn accounts_by_name(tx: &mut Tx<'_>, workspace: Uuid, name: &str, user: Uuid) -> Result<Vec<Account>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " WHERE a.workspace_id = $1 AND lower(a.name) = lower($3) AND a.archived_at IS NULL LIMIT 2"
        )),
        &[&workspace, &user, &name],
        read,
    )?)
}

/// Every account of the workspace, for checks and rebuilding.
pub fn account_ids(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(sql!("SELECT id FROM account WHERE workspace_id = $1 ORDER BY id"), &[&workspace], |row| row.get(0))?)
}
