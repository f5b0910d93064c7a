//! Changing one field of many accounts in one transaction, and giving back what each had.

use mainstay_db::Tx;
use mainstay_rules::bulk::{Had, Outcome, Wanted};
use mainstay_rules::event::Kind;
use mainstay_rules::permission::TokenScope;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::OWN;
use super::bulk::{BulkIn, Plan, change_of, chosen, plan};
use crate::account::api::change;
use crate::account::store::{self as accounts, Account};
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::portfolio::store::{self, BulkRow};
use crate::text::bulk as text;

/// Makes the change, each account by the verb that would change it alone; gives the change and what it did.
pub fn apply_bulk(tx: &mut Tx<'_>, by: &By, caller: &Caller, asked: &BulkIn) -> Result<(Uuid, Plan), Fault> {
    if caller.scope() < TokenScope::Write {
        return Err(Fault::not_allowed("This token may only read. Use one with the scope write."));
    }
    let ids = chosen(tx, caller, asked, by.today())?;
    tx.lock(&ids)?;
    let plan = plan(tx, caller, asked, &ids)?;
    if plan.refused() > 0 && !asked.leave_out_refused {
        return Err(Fault::new(Problem::Conflict, text::some_refused(plan.refused())));
    }
    if plan.changed() == 0 {
        return Err(Fault::new(Problem::Conflict, text::nothing_to_change()));
    }
    let id = store::add_bulk_edit(tx, by, &asked.field, &plan.after, asked.reason.trim())?;
    for row in plan.rows.iter().filter(|row| row.outcome == Outcome::Change) {
        write(tx, by, caller, &row.account, &plan.wanted, &asked.reason)?;
        // Another scorecard may score it anew, which counts as one of its events: the version after that is kept.
        crate::app::project_accounts(tx, by, &[row.account.id])?;
        let kept = BulkRow {
            account: row.account.id,
            name: String::new(),
            before: serde_json::to_string(&row.had).map_err(Fault::internal)?,
            before_words: row.before.clone(),
            version: version_of(tx, by, row.account.id)?,
            undone: false,
        };
        store::add_bulk_row(tx, by, id, &kept)?;
    }
    let data = json!({ "field": asked.field, "changed": plan.changed() });
    by.happened(tx, Kind::BulkEditApplied, ("bulk_edit", id), data)?;
    Ok((id, plan))
}

fn write(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    account: &Account,
    wanted: &Wanted,
    reason: &str,
) -> Result<(), Fault> {
    if let Wanted::Own(field, value) = wanted {
        accounts::put_fields(tx, by, account.id, &[(field.clone(), value.clone())])?;
    }
    match change_of(account, wanted, reason) {
        Some(wanted) => change(tx, by, caller, account, &wanted),
        None => Ok(()),
    }
}

fn version_of(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<i64, Fault> {
    let now = accounts::account(tx, by.workspace.id, account, Uuid::nil())?;
    Ok(now.ok_or_else(Fault::not_found)?.version)
}

/// What an undo did.
pub struct Undone {
    pub restored: usize,
    /// Accounts that somebody changed since, or that the caller may no longer change.
    pub left: Vec<(Uuid, String)>,
}

/// Gives every account of the change what it had, unless something changed on it since.
pub fn undo_bulk(tx: &mut Tx<'_>, by: &By, caller: &Caller, edit: Uuid) -> Result<Undone, Fault> {
    let edit = store::bulk_edit(tx, by.workspace.id, edit)?.ok_or_else(Fault::not_found)?;
    if edit.undone_at.is_some() {
        return Err(Fault::new(Problem::Conflict, text::undone_already()));
    }
    let rows = store::bulk_rows(tx, by.workspace.id, edit.id, caller.user)?;
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.account).collect();
    ids.sort_unstable();
    tx.lock(&ids)?;
    let mut undone = Undone { restored: 0, left: Vec::new() };
    let mut restored = Vec::new();
    for row in &rows {
        let account = accounts::account(tx, by.workspace.id, row.account, caller.user)?;
        match account.filter(|now| now.version == row.version && now.writable(caller)) {
            Some(account) => {
                give_back(tx, by, caller, &account, &edit.field, &row.before)?;
                restored.push(account.id);
            }
            None => undone.left.push((row.account, row.name.clone())),
        }
    }
    if restored.is_empty() {
        return Err(Fault::new(Problem::Conflict, text::all_changed_since()));
    }
    undone.restored = restored.len();
    store::mark_undone(tx, by, edit.id, &restored)?;
    let data = json!({ "restored": undone.restored, "left": undone.left.len() });
    by.happened(tx, Kind::BulkEditUndone, ("bulk_edit", edit.id), data)?;
    Ok(undone)
}

fn give_back(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    account: &Account,
    word: &str,
    before: &str,
) -> Result<(), Fault> {
    let had: Had = serde_json::from_str(before).map_err(Fault::internal)?;
    let own = match word.strip_prefix(OWN) {
        Some(key) => accounts::live_fields(tx, by.workspace.id)?.into_iter().find(|field| field.key == key),
        None => None,
    };
    let wanted = had.given_back(word, own).ok_or_else(|| Fault::new(Problem::Conflict, text::field_gone()))?;
    write(tx, by, caller, account, &wanted, text::undo_reason())
}
