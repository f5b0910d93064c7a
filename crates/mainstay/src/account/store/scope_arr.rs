//! Which contract belongs to which scope, and what the scopes bring a year.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::ledger::{Amendment, arr_on};
use mainstay_rules::scope;
use serde_json::json;
use uuid::Uuid;

use super::{AccountScope, ledger, living_parents, parents};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// What an account's scopes bring a year on a day.
#[derive(Clone, Debug, Default)]
pub struct ScopeArr {
    /// Each living scope with all that stands under it.
    pub of: BTreeMap<Uuid, i64>,
    /// What contracts bring that name no scope.
    pub unassigned: i64,
}

impl ScopeArr {
    pub fn of(&self, scope: Uuid) -> i64 {
        self.of.get(&scope).copied().unwrap_or(0)
    }
}

/// The scope that each contract names.
pub fn contract_scopes(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<BTreeMap<Uuid, Option<Uuid>>, Fault> {
    let rows = tx.rows(
        sql!("SELECT id, scope_id FROM contract WHERE workspace_id = $1 AND account_id = $2"),
        &[&workspace, &account],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// The ARR of each living scope in the workspace's currency, at the rates of the fiscal year of `day`; what names an archived scope counts where that one stood.
pub fn scope_arr(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    scopes: &[AccountScope],
    day: Date,
) -> Result<ScopeArr, Fault> {
    let named = contract_scopes(tx, workspace.id, account)?;
    let (all, living) = (parents(scopes), living_parents(scopes));
    let counts_in = |amendment: &Amendment| {
        let named = named.get(&amendment.contract).copied().flatten()?;
        scope::line_up(&all, named).into_iter().find(|scope| living.contains_key(scope))
    };
    let mut by_scope: BTreeMap<Option<Uuid>, Vec<Amendment>> = BTreeMap::new();
    for amendment in ledger(tx, workspace, account, day)? {
        by_scope.entry(counts_in(&amendment)).or_default().push(amendment);
    }
    let unassigned = by_scope.remove(&None).map_or(0, |rows| arr_on(&rows, day));
    let own = by_scope.iter().filter_map(|(scope, rows)| Some(((*scope)?, arr_on(rows, day)))).collect();
    Ok(ScopeArr { of: scope::sums(&living, &own), unassigned })
}

/// Says which scope a contract belongs to, or none. The account is locked, and both are of it.
pub fn set_contract_scope(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    contract: Uuid,
    scope: Option<Uuid>,
) -> Result<(), Fault> {
    let before = contract_scopes(tx, by.workspace.id, account)?.remove(&contract).ok_or_else(Fault::not_found)?;
    if before == scope {
        return Ok(());
    }
    tx.exec(
        sql!("UPDATE contract SET scope_id = $4 WHERE workspace_id = $1 AND account_id = $2 AND id = $3"),
        &[&by.workspace.id, &account, &contract, &scope],
    )?;
    let data = json!({ "before": before, "after": scope });
    by.happened_to(tx, account, Kind::ContractScopeChanged, ("contract", contract), data)?;
    Ok(())
}
