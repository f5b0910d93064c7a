//! How the mega account is divided among its account managers, and what each of them scores.

use mainstay_db::Tx;
use mainstay_rules::scope::{ScopeFields, ScopeKind};
use mainstay_rules::score::Score;
use uuid::Uuid;

use super::stage::contract_id;
use super::story::Account;
use crate::account::store::{self as accounts, ScopeChange};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::scorecard::store::{self as scores, ScoreIn};

/// Regions with the contracts that are about them, and product lines with an account manager each.
pub fn divide(
    tx: &mut Tx<'_>,
    by: &By,
    account: &Account,
    id: Uuid,
    user: &dyn Fn(&str) -> Result<Uuid, Fault>,
) -> Result<(), Fault> {
    for region in &account.regions {
        let fields = ScopeFields { name: region.name.clone(), kind: ScopeKind::Region, expected_users: None };
        let whole = ScopeChange { fields, parent_id: None, owner_id: None };
        let place = accounts::add_scope(tx, by, id, &whole)?;
        let contract = contract_id(account, region.contract);
        let contract =
            accounts::contract_by_external_id(tx, by.workspace.id, &contract)?.ok_or_else(Fault::not_found)?;
        accounts::set_contract_scope(tx, by, id, contract.id, Some(place))?;
        for line in &region.lines {
            let fields = ScopeFields {
                name: line.name.clone(),
                kind: ScopeKind::ProductLine,
                expected_users: Some(line.expected_users),
            };
            let owner_id = Some(user(&line.owner)?);
            accounts::add_scope(tx, by, id, &ScopeChange { fields, parent_id: Some(place), owner_id })?;
        }
    }
    Ok(())
}

/// An account manager types the five steps of the own line; the regions and the account follow.
pub fn score(
    tx: &mut Tx<'_>,
    by: &By,
    account: &Account,
    id: Uuid,
    (region, line): (usize, usize),
) -> Result<(), Fault> {
    let (region, line) = (&account.regions[region], &account.regions[region].lines[line]);
    let all = accounts::scopes(tx, by.workspace.id, id)?;
    let above = all.iter().find(|scope| scope.fields.name == region.name && scope.parent_id.is_none());
    let scope = all.iter().find(|scope| scope.fields.name == line.name && scope.parent_id == above.map(|one| one.id));
    let scope = scope.ok_or_else(Fault::not_found)?;
    let template = scores::template_of(tx, by.workspace.id, id)?;
    for (step, tenths) in template.steps.iter().zip(line.steps) {
        let new = ScoreIn {
            metric: step.key.clone(),
            value: Some(Score::from_hundredths(tenths * 10).map_err(|error| Fault::field(error.at("/steps")))?),
            note: String::new(),
            evidence_url: String::new(),
            effective_at: None,
            confirms: false,
        };
        scores::record_on_scope(tx, by, scope, &new)?;
    }
    Ok(())
}
