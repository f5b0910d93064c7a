//! The account room's tables: accounts here, contracts and targets beside.

mod account_type;
mod addressed;
mod amendment;
mod arr;
mod contract;
mod field;
mod field_value;
mod hierarchy;
mod list;
mod merge;
mod movement;
mod rate;
mod scope;
mod scope_arr;
mod target;
mod usage;
mod write;

pub use account_type::{TypeChange, type_change, type_changes, type_changes_each};
pub use addressed::{Addressed, accounts_of_parts, addressed, types_each};
pub use amendment::{
    NewAmendment, StoredAmendment, amend_contract, amendment_count, amendments, amendments_each, contract_currency,
    in_home_currency, ledger, rates_for, withdraw_amendment,
};
pub use arr::{
    AccountSums, ListedMovement, MovementPlace, MovementsWanted, Window, account_names, arr_sums, movement_page,
    topmost,
};
pub use contract::{
    Contract, ContractTerms, FirstContract, NewContract, add_contract, add_contracts, contract,
    contract_by_external_id, contract_keys, contracts, edit_contract, notice_days, notice_days_each, remove_contracts,
};
pub use field::{FieldChange, add_field, change_field, field, field_uses, live_fields, own_fields};
pub use field_value::{
    FieldValues, accounts_naming, choice_places, field_values, field_values_each, lasting_values, put_fields,
    remove_field_values,
};
pub use hierarchy::{Related, hierarchy};
pub use list::{Edited, Listed, Order, Place, Wanted, count, edited_since, listed, page};
pub use merge::{Merge, Taken, merge, merge_account, subsidiaries_of, taken_along};
pub use movement::{
    Judgement, StoredMovement, ToldMovement, account_movements, currency_in, judge_movement, judgements,
    project_movements, told_movements,
};
pub use rate::{Rates, StoredRate, exchange_rates, set_exchange_rate};
pub use scope::{
    AccountScope, ScopeChange, add_scope, archive_scope, change_scope, living_parents, parents, restore_scope, scope,
    scopes,
};
pub use scope_arr::{ScopeArr, contract_scopes, scope_arr, set_contract_scope};
pub use target::{remove_targets, set_first_targets, set_target, target, target_set, targets_each};
pub use usage::{UsageMonth, record_usage, usage};
pub use write::{
    AccountChange, archive_account, create_account, create_accounts, edit_account, expect_version, lock_hierarchy,
    remove_account, restore_account,
};

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Row, Tx, id_places, only, sql, statements};
use mainstay_rules::account::AccountType;
use mainstay_rules::limits::PARENT_LEVELS_MAX;
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
    /// The account of which it is a subsidiary, when the asking user may see that one.
    pub parent_id: Option<Uuid>,
    pub parent: String,
    /// There is a parent that the asking user may not see.
    pub has_hidden_parent: bool,
    /// The account that it leads to since both became one.
    pub merged_into: Option<Uuid>,
}

macro_rules! fields {
    () => {
        "a.id, a.name, a.external_id, a.type, a.associate_id, COALESCE(u.name, ''), a.industry, a.vertical, a.geography,
         a.end_on, a.confidential, a.archived_at, COALESCE(v.version, 0), m.role, o.id, COALESCE(o.name, ''),
         a.parent_id IS NOT NULL AND o.id IS NULL, a.merged_into"
    };
}

/// `m` is the place of the user `$2` in the account's client pod, `o` the parent as far as that user may see it.
macro_rules! joined {
    () => {
        " FROM account a
         LEFT JOIN workspace_user u ON u.id = a.associate_id
         LEFT JOIN stream v ON v.workspace_id = a.workspace_id AND v.account_id = a.id
         LEFT JOIN pod_account p ON p.account_id = a.id AND p.until IS NULL
           AND EXISTS (SELECT 1 FROM pod k WHERE k.id = p.pod_id AND k.kind = 'client')
         LEFT JOIN pod_member m ON m.pod_id = p.pod_id AND m.user_id = $2 AND m.until IS NULL
         LEFT JOIN account o ON o.id = a.parent_id AND (NOT o.confidential OR EXISTS (SELECT 1 FROM pod_account op
           JOIN pod ok ON ok.id = op.pod_id AND ok.kind = 'client'
           JOIN pod_member om ON om.pod_id = ok.id AND om.until IS NULL
           WHERE op.account_id = o.id AND op.until IS NULL AND om.user_id = $2))"
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
        parent_id: row.get(14)?,
        parent: row.get(15)?,
        has_hidden_parent: row.get(16)?,
        merged_into: row.get(17)?,
    })
}

/// The column's check admits 1 to 4 only.
pub fn read_type(row: &Row<'_>, column: usize) -> mainstay_db::Result<AccountType> {
    let number: i64 = row.get(column)?;
    Ok(AccountType::parse(&number.to_string()).unwrap_or(AccountType::WHEN_UNTOLD))
}

fn each_statement() -> String {
    format!(concat!("SELECT ", columns!(), " WHERE {} AND a.id IN ({})"), only("a.workspace_id", "$1"), id_places(3))
}

fn composed() -> Vec<String> {
    vec![each_statement()]
}

statements!(composed);

/// Those of these accounts that are there, as `user` stands to them.
pub fn accounts_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    ids: &[Uuid],
    user: Uuid,
) -> Result<HashMap<Uuid, Account>, Fault> {
    let found = tx.rows_of(&each_statement(), &[&workspace, &user], ids, read)?;
    Ok(found.into_iter().map(|account| (account.id, account)).collect())
}

/// The account as `user` stands to it.
pub fn account(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid, user: Uuid) -> Result<Option<Account>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE a.workspace_id = $1 AND a.id = $3")),
        &[&workspace, &user, &id],
        read,
    )?)
}

/// The account with this id of another system; of a merged one, the account that it leads to.
pub fn account_by_external_id(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    external_id: &str,
    user: Uuid,
) -> Result<Option<Account>, Fault> {
    let found = tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE a.workspace_id = $1 AND a.external_id = $3")),
        &[&workspace, &user, &external_id],
        read,
    )?;
    match found.as_ref().and_then(|found| found.merged_into) {
        Some(into) => account(tx, workspace, into, user),
        None => Ok(found),
    }
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

/// Names of the accounts that a person may see, for a choice.
pub fn readable_names(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    user: Uuid,
    limit: usize,
) -> Result<Vec<(Uuid, String)>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(tx.rows(
        sql!(concat!(
            "SELECT a.id, a.name ",
            joined!(),
            " WHERE a.workspace_id = $1 AND a.archived_at IS NULL AND (NOT a.confidential OR m.role IS NOT NULL)
              ORDER BY lower(a.name), a.id LIMIT $3"
        )),
        &[&workspace, &user, &limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Accounts as `user` stands to them, in the order of their ids: for work that goes through all of them.
pub fn accounts_after(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    user: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Account>, Fault> {
    Ok(tx.rows(
        sql!(concat!("SELECT ", columns!(), " WHERE a.workspace_id = $1 AND a.id > $3 ORDER BY a.id LIMIT $4")),
        &[&workspace, &user, &after, &limit],
        read,
    )?)
}

/// When the account was first written down.
pub fn created_at(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Timestamp>, Fault> {
    Ok(tx.one(
        sql!("SELECT created_at FROM account WHERE workspace_id = $1 AND id = $2"),
        &[&workspace, &id],
        |row| row.get(0),
    )?)
}

/// Every account of the workspace, for checks and rebuilding.
pub fn account_ids(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(sql!("SELECT id FROM account WHERE workspace_id = $1 ORDER BY id"), &[&workspace], |row| row.get(0))?)
}

/// The accounts above this one, the nearest first.
pub fn ancestors(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Uuid>, Fault> {
    let mut above: Vec<Uuid> = Vec::new();
    let mut place = account;
    while above.len() <= PARENT_LEVELS_MAX {
        let parent = tx.one(
            sql!("SELECT parent_id FROM account WHERE workspace_id = $1 AND id = $2"),
            &[&workspace, &place],
            |row| row.get::<Option<Uuid>>(0),
        )?;
        let Some(parent) = parent.flatten() else { break };
        above.push(parent);
        place = parent;
    }
    Ok(above)
}

/// How many levels of subsidiaries the account has.
pub fn levels_below(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<usize, Fault> {
    let mut level = vec![account];
    for depth in 0..=PARENT_LEVELS_MAX {
        let mut below = Vec::new();
        for parent in &level {
            below.extend(tx.rows(
                sql!("SELECT id FROM account WHERE workspace_id = $1 AND parent_id = $2"),
                &[&workspace, parent],
                |row| row.get::<Uuid>(0),
            )?);
        }
        if below.is_empty() {
            return Ok(depth);
        }
        level = below;
    }
    Ok(PARENT_LEVELS_MAX)
}

/// Active accounts that can be chosen as a parent, by name.
pub fn parents_offered(tx: &mut Tx<'_>, workspace: Uuid, user: Uuid, limit: i64) -> Result<Vec<(Uuid, String)>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " WHERE a.workspace_id = $1 AND a.archived_at IS NULL AND (NOT a.confidential OR m.role IS NOT NULL)
              ORDER BY lower(a.name), a.id LIMIT $3"
        )),
        &[&workspace, &user, &limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}
