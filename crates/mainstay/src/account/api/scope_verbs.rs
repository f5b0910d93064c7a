//! What the API and the pages do alike when a scope is made or changes.

use mainstay_db::Tx;
use mainstay_rules::field::{FieldCode, FieldError};
use uuid::Uuid;

use crate::account::Scoped;
use crate::account::store::{self, Account, AccountScope, ScopeChange};
use crate::corridor::access::{Guarded, check_writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people;

/// Locks the account and says whether the caller may add a scope there: whoever writes the account, or the scope that it
/// is to stand under.
pub fn may_add(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    account: Uuid,
    parent: Option<Uuid>,
) -> Result<Account, Fault> {
    tx.lock(&[account])?;
    let found = store::account(tx, by.workspace.id, account, caller.user)?.ok_or_else(Fault::not_found)?;
    if !found.writable(caller)
        && let Some(parent) = parent
        && let Some(above) = Scoped::load(tx, caller, parent)?.filter(|above| above.account.id == account)
    {
        check_writable(caller, &above)?;
    } else {
        check_writable(caller, &found)?;
    }
    Ok(found)
}

/// Adds a scope to an account that is locked and where the caller may.
pub fn add(tx: &mut Tx<'_>, by: &By, account: &Account, new: &ScopeChange) -> Result<Uuid, Fault> {
    check_owner(tx, by, account, new.owner_id)?;
    store::add_scope(tx, by, account.id, new)
}

/// Changes a scope that the caller may write and whose account is locked.
pub fn change(tx: &mut Tx<'_>, by: &By, caller: &Caller, before: &Scoped, new: &ScopeChange) -> Result<(), Fault> {
    let moved = before.scope.parent_id != new.parent_id;
    let handed_on = before.scope.owner_id != new.owner_id;
    if moved || handed_on {
        before.check_steers(caller)?;
    }
    if moved && !before.account.writable(caller) {
        // Never to where the caller has nothing to say.
        let target = match new.parent_id {
            Some(parent) => Scoped::load(tx, caller, parent)?,
            None => None,
        };
        check_writable(caller, &target.ok_or_else(unknown_parent)?)?;
    }
    if handed_on {
        check_owner(tx, by, &before.account, new.owner_id)?;
    }
    store::change_scope(tx, by, &before.scope, new)
}

fn unknown_parent() -> Fault {
    Fault::field(FieldError::new(
        "/parent_id",
        FieldCode::Unknown,
        "Choose a scope that you own, or what stands under it.",
    ))
}

/// An owner is an active colleague who may see the account.
fn check_owner(tx: &mut Tx<'_>, by: &By, account: &Account, owner: Option<Uuid>) -> Result<(), Fault> {
    let Some(id) = owner else { return Ok(()) };
    let refused = |code, message: &str| Err(Fault::field(FieldError::new("/owner_id", code, message)));
    match people::store::user(tx, by.workspace.id, id)? {
        Some(person) if person.active => {}
        _ => return refused(FieldCode::Unknown, "Choose an active person of this workspace."),
    }
    let theirs = store::account(tx, by.workspace.id, account.id, id)?.ok_or_else(Fault::not_found)?;
    if theirs.confidential && theirs.pod_role.is_none() {
        let message = "This account is confidential. Add the person to its pod first.";
        return refused(FieldCode::Conflict, message);
    }
    Ok(())
}

/// Gives a contract of the locked account to one of its living scopes, or to the account as a whole.
pub fn assign(tx: &mut Tx<'_>, by: &By, account: Uuid, contract: Uuid, scope: Option<Uuid>) -> Result<(), Fault> {
    if let Some(id) = scope {
        let found = store::scope(tx, by.workspace.id, id)?;
        if !found.is_some_and(|found| found.account_id == account && AccountScope::is_living(&found)) {
            let message = "Choose a scope of this account that is not archived.";
            return Err(Fault::field(FieldError::new("/scope_id", FieldCode::Unknown, message)));
        }
    }
    store::set_contract_scope(tx, by, account, contract, scope)
}
