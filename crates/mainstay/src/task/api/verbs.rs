//! What the API and the pages do alike when a task is written down.

use mainstay_db::Tx;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::permission::{TaskFacts, reads_task, writes_task};
use mainstay_rules::task::{NewTask, Source};
use uuid::Uuid;

use crate::account;
use crate::app;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::task::Gap;
use crate::task::store::{self, TaskFields};

/// A new task as somebody wishes it.
#[derive(Clone, Debug)]
pub struct Wish {
    pub new: NewTask,
    /// None: whoever writes it down.
    pub owner: Option<Uuid>,
    pub account: Option<Uuid>,
}

/// Writes a task down in the name of the caller, who must have the right to it as it will be.
pub fn make(tx: &mut Tx<'_>, by: &By, caller: &Caller, wish: &Wish) -> Result<Uuid, Fault> {
    let owner = wish.owner.unwrap_or(caller.user);
    check_right(tx, by, caller, wish.account, owner)?;
    let gap = about_gap(tx, by, wish)?;
    let fields = TaskFields {
        new: wish.new.clone(),
        owner,
        account: wish.account,
        step: gap.as_ref().map(|gap| gap.step.clone()),
        metric: gap.as_ref().and_then(|gap| gap.metric.clone()),
        score: gap.and_then(|gap| gap.score),
    };
    store::add(tx, by, &fields)
}

/// Whoever may write the task that it will be may write it down.
fn check_right(tx: &mut Tx<'_>, by: &By, caller: &Caller, account: Option<Uuid>, owner: Uuid) -> Result<(), Fault> {
    let Some(id) = account else { return Ok(()) };
    let account = account::store::account(tx, by.workspace.id, id, caller.user)?.ok_or_else(Fault::not_found)?;
    let facts = TaskFacts { account: Some(account.facts()), is_owner: owner == caller.user, is_creator: true };
    if !reads_task(facts) {
        return Err(Fault::not_found());
    }
    if !writes_task(caller.role, facts) {
        let name = &account.name;
        return Err(Fault::not_allowed(format!(
            "Only the pod of {name}, leaders and administrators give others work on it. You may write it down for yourself."
        )));
    }
    Ok(())
}

/// The account's gap now, when the task is to be about it.
pub fn about_gap(tx: &mut Tx<'_>, by: &By, wish: &Wish) -> Result<Option<Gap>, Fault> {
    if wish.new.source != Source::Gap {
        return Ok(None);
    }
    let refused = |pointer: &str, code, message: &str| Fault::field(FieldError::new(pointer, code, message));
    let Some(account) = wish.account else {
        return Err(refused("/account", FieldCode::Required, "Name the account whose gap it is about"));
    };
    app::gap(tx, by.workspace.id, account)?
        .map(Some)
        .ok_or_else(|| refused("/source", FieldCode::Conflict, "This account has no gap any more"))
}
