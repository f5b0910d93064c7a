//! What the API and the pages do alike when an account is made or its details change.

use mainstay_db::Tx;
use mainstay_rules::account;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::permission::{AccountFacts, writes_account};
use uuid::Uuid;

use crate::account::store::{self, Account, AccountChange};
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people;

/// Makes an account with its client pod: owned by the associate, else by whoever makes it.
pub fn open(tx: &mut Tx<'_>, by: &By, caller: &Caller, new: &AccountChange) -> Result<Uuid, Fault> {
    let (fields, associate) = (&new.fields, new.associate_id);
    check_associate(tx, by, associate)?;
    let id = by.id();
    if new.parent_id.is_some() {
        tx.lock(&[id])?;
        check_parent(tx, by, caller, id, new.parent_id)?;
    }
    store::create_account(tx, by, id, new)?;
    // Nobody makes an account that they then may not touch.
    let outsider = AccountFacts { confidential: fields.confidential, pod_role: None };
    let joins = associate.is_none() || !writes_account(caller.role, outsider);
    crate::app::staff(tx, by, (id, &fields.name), associate, joins.then_some(caller.user))?;
    Ok(id)
}

/// Changes the details of an account that the caller may write and that is locked.
pub fn change(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    before: &Account,
    change: &AccountChange,
) -> Result<(), Fault> {
    check_secrecy(caller, before, change)?;
    let moved = before.associate_id != change.associate_id;
    if moved {
        check_associate(tx, by, change.associate_id)?;
    }
    if before.parent_id != change.parent_id {
        check_parent(tx, by, caller, before.id, change.parent_id)?;
    }
    store::edit_account(tx, by, before, change)?;
    if moved {
        crate::app::staff(tx, by, (before.id, &change.fields.name), change.associate_id, None)?;
    }
    Ok(())
}

fn check_associate(tx: &mut Tx<'_>, by: &By, associate: Option<Uuid>) -> Result<(), Fault> {
    let Some(id) = associate else { return Ok(()) };
    match people::store::user(tx, by.workspace.id, id)? {
        Some(person) if person.active => Ok(()),
        _ => {
            let message =
                "Nobody in this workspace has this id. Choose an active person, or add one under Settings, People.";
            Err(Fault::field(FieldError::new("/associate_id", FieldCode::Unknown, message)))
        }
    }
}

/// A parent is an account that the caller sees and that does not stand below.
fn check_parent(tx: &mut Tx<'_>, by: &By, caller: &Caller, account: Uuid, parent: Option<Uuid>) -> Result<(), Fault> {
    let Some(parent) = parent else { return Ok(()) };
    store::lock_hierarchy(tx, by)?;
    let workspace = by.workspace.id;
    if !store::account(tx, workspace, parent, caller.user)?.is_some_and(|found| found.readable(caller)) {
        let message = "No account that you may see has this id. Choose another parent.";
        return Err(Fault::field(FieldError::new("/parent_id", FieldCode::Unknown, message)));
    }
    let (above, below) = (store::ancestors(tx, workspace, parent)?, store::levels_below(tx, workspace, account)?);
    Ok(account::check_parent(account, parent, &above, below)?)
}

/// Who sees a confidential account is decided by those who steer its pod, and never by locking oneself out.
pub fn check_secrecy(caller: &Caller, before: &Account, change: &AccountChange) -> Result<(), Fault> {
    let switched = before.confidential != change.fields.confidential;
    let lets_in = before.confidential && before.associate_id != change.associate_id;
    if (switched || lets_in) && !before.steered_by(caller) {
        return Err(Fault::not_allowed(
            "Only the pod's owner, leaders and administrators decide who sees this account. Ask the owner.",
        ));
    }
    if switched && change.fields.confidential && before.pod_role.is_none() {
        let message = "You would not see this account any more. Join its pod first.";
        return Err(Fault::field(FieldError::new("/confidential", FieldCode::Conflict, message)));
    }
    Ok(())
}
