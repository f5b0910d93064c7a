//! Accounts as programs name them, many at once: by our id or by theirs, with what the right to write them depends on.

use std::collections::HashMap;

use mainstay_db::{Row, Tx, id_places, only, statements};
use mainstay_rules::permission::{AccountFacts, Role, writes_account};
use uuid::Uuid;

use super::accounts_each;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;

/// An account that somebody named and may see.
#[derive(Clone, Copy, Debug)]
pub struct Addressed {
    pub id: Uuid,
    pub writable: bool,
}

/// A row, before anybody's rights.
struct Plain {
    id: Uuid,
    external_id: Option<String>,
    confidential: bool,
    merged_into: Option<Uuid>,
}

macro_rules! plain {
    () => {
        "SELECT id, external_id, confidential, merged_into FROM account WHERE "
    };
}

fn by_id_statement() -> String {
    format!(concat!(plain!(), "{} AND id IN ({})"), only("workspace_id", "$1"), id_places(2))
}

fn by_external_id_statement() -> String {
    format!(concat!(plain!(), "workspace_id = $1 AND external_id IN ({})"), id_places(2))
}

fn types_statement() -> String {
    format!(
        "SELECT id, type FROM account WHERE {} AND archived_at IS NULL AND merged_into IS NULL AND id IN ({})",
        only("workspace_id", "$1"),
        id_places(2)
    )
}

fn scopes_statement() -> String {
    format!("SELECT id, account_id FROM scope WHERE {} AND id IN ({})", only("workspace_id", "$1"), id_places(2))
}

fn contracts_statement() -> String {
    format!("SELECT id, account_id FROM contract WHERE {} AND id IN ({})", only("workspace_id", "$1"), id_places(2))
}

fn statements_of_many() -> Vec<String> {
    vec![by_id_statement(), by_external_id_statement(), types_statement(), scopes_statement(), contracts_statement()]
}

statements!(statements_of_many);

fn read(row: &Row<'_>) -> mainstay_db::Result<Plain> {
    Ok(Plain { id: row.get(0)?, external_id: row.get(1)?, confidential: row.get(2)?, merged_into: row.get(3)? })
}

/// Accounts by our ids and by those of other systems.
pub type Found = (HashMap<Uuid, Addressed>, HashMap<String, Addressed>);

/// Those of these accounts that the caller may see, by the name that was used; a merged one is what it leads to.
pub fn addressed(tx: &mut Tx<'_>, caller: &Caller, ids: &[Uuid], external_ids: &[String]) -> Result<Found, Fault> {
    let workspace = caller.workspace.id;
    let mut found = tx.rows_of(&by_id_statement(), &[&workspace], ids, read)?;
    found.extend(tx.rows_of(&by_external_id_statement(), &[&workspace], external_ids, read)?);
    // A chain of merges ends: each of them looked whether it would close a ring.
    let mut leads: HashMap<Uuid, Uuid> =
        found.iter().filter_map(|plain| Some((plain.id, plain.merged_into?))).collect();
    let mut next: Vec<Uuid> = leads.values().copied().collect();
    while !next.is_empty() {
        let further = tx.rows_of(&by_id_statement(), &[&workspace], &next, read)?;
        next = further.iter().filter_map(|plain| plain.merged_into).filter(|into| !leads.contains_key(into)).collect();
        leads.extend(further.iter().filter_map(|plain| Some((plain.id, plain.merged_into?))));
        found.extend(further);
    }
    let rights = rights(tx, caller, &found)?;
    let end = |mut id: Uuid| {
        while let Some(into) = leads.get(&id) {
            id = *into;
        }
        id
    };
    let (mut by_id, mut by_external_id) = (HashMap::new(), HashMap::new());
    for plain in &found {
        let id = end(plain.id);
        let Some(writable) = rights.get(&id).copied() else { continue };
        let one = Addressed { id, writable };
        by_external_id.extend(plain.external_id.clone().map(|external_id| (external_id, one)));
        by_id.insert(plain.id, one);
    }
    Ok((by_id, by_external_id))
}

/// Whether the caller may write each of those that he may see. The pod is asked only where it decides.
fn rights(tx: &mut Tx<'_>, caller: &Caller, found: &[Plain]) -> Result<HashMap<Uuid, bool>, Fault> {
    let is_plain = |one: &&Plain| caller.role != Role::Member && !one.confidential;
    let open = AccountFacts { confidential: false, pod_role: None };
    let mut rights: HashMap<Uuid, bool> =
        found.iter().filter(is_plain).map(|one| (one.id, writes_account(caller.role, open))).collect();
    let asked: Vec<Uuid> = found.iter().filter(|one| !is_plain(one)).map(|one| one.id).collect();
    for (id, account) in accounts_each(tx, caller.workspace.id, &asked, caller.user)? {
        if mainstay_rules::permission::reads_account(account.facts()) {
            rights.insert(id, writes_account(caller.role, account.facts()));
        }
    }
    Ok(rights)
}

/// The types of those of these accounts that are at work: neither archived nor merged.
pub fn types_each(tx: &mut Tx<'_>, workspace: Uuid, ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>, Fault> {
    Ok(tx.rows_of(&types_statement(), &[&workspace], ids, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Of which accounts these scopes and contracts are parts.
pub fn accounts_of_parts(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    scopes: &[Uuid],
    contracts: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, Fault> {
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let mut found = tx.rows_of(&scopes_statement(), &[&workspace], scopes, read)?;
    found.extend(tx.rows_of(&contracts_statement(), &[&workspace], contracts, read)?);
    Ok(found.into_iter().collect())
}
