//! Undoing an import: accounts that it made go, those that it changed get their earlier values, those edited since stay.

use mainstay_db::Tx;
use mainstay_rules::account::{AccountType, NewAccount};
use mainstay_rules::event::Kind;
use mainstay_rules::problem::Problem;
use mainstay_rules::score::Score;
use serde_json::json;
use uuid::Uuid;

use super::apply::busy;
use super::chunk::Trace;
use super::large::{expect_applied, is_compared_live, is_small, undo_at_once, written_count};
use super::model::{AppliedRow, Before, Import, Job, Status, Summary, UndoSummary, Work};
use super::own;
use super::staged;
use crate::account::store::{self as accounts, Account, AccountChange};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::pod::store as pods;
use crate::portfolio;
use crate::scorecard::store::{self as scores, ScoreIn};

pub fn undo(tx: &mut Tx<'_>, by: &By, import: Uuid) -> Result<(), Fault> {
    tx.lock(&[by.workspace.id])?;
    let import = staged::get(tx, by.workspace.id, import)?.ok_or_else(Fault::not_found)?;
    expect_applied(&import)?;
    if let Some(work) = import.work {
        return Err(busy(&import, work));
    }
    if !is_compared_live(&import) {
        return undo_whole(tx, by, &import);
    }
    let rows = staged::applied_rows(tx, by.workspace.id, import.id)?;
    tx.lock(&rows.iter().map(|row| row.account).collect::<Vec<_>>())?;
    let mut done = UndoSummary::default();
    for row in &rows {
        match accounts::account(tx, by.workspace.id, row.account, Uuid::nil())? {
            Some(account) if account.version == row.version => undo_row(tx, by, &account, row, &mut done)?,
            Some(account) => done.left.push(account.id),
            // Somebody removed it; nothing of the import is left.
            None => done.removed += 1,
        }
    }
    let data = json!({ "removed": done.removed, "restored": done.restored, "left": done.left.len() });
    let summary = Summary { undo: Some(done), ..import.summary };
    staged::mark_undone(tx, by, import.id, &summary)?;
    by.happened(tx, Kind::ImportUndone, ("import", import.id), data)
}

/// Contracts, scores and large files: at once, or from here on in the background.
fn undo_whole(tx: &mut Tx<'_>, by: &By, import: &Import) -> Result<(), Fault> {
    if is_small(import) {
        return undo_at_once(tx, by, import);
    }
    let of = written_count(tx, by, import)?;
    let job = Job { of, user: by.user.unwrap_or_else(Uuid::nil), ..Job::default() };
    staged::set_work(tx, by.workspace.id, import.id, Some(Work::Undoing), &job)
}

/// Cancels what has not been applied: a file that waits is taken away, one that is being written is taken back.
/// Says whether the import is still there.
pub fn cancel(tx: &mut Tx<'_>, by: &By, import: Uuid) -> Result<bool, Fault> {
    // Each step of the work holds this lock: what was the last one must be known before "cancelled" is said.
    tx.lock(&[import])?;
    let import = staged::get(tx, by.workspace.id, import)?.ok_or_else(Fault::not_found)?;
    if import.status != Status::Staged {
        return Err(Fault::new(Problem::Conflict, "It was imported already. Undo it instead."));
    }
    match import.work {
        None | Some(Work::Checking) => {
            staged::discard(tx, by.workspace.id, import.id)?;
            Ok(false)
        }
        Some(Work::Preparing | Work::Applying) => {
            let of = written_count(tx, by, &import)?;
            let job = Job { of, user: import.job.user, ..Job::default() };
            staged::set_work(tx, by.workspace.id, import.id, Some(Work::Reversing), &job)?;
            Ok(true)
        }
        Some(work) => Err(busy(&import, work)),
    }
}

/// What an import did to one account, which nobody has changed since.
pub(super) fn take_back(tx: &mut Tx<'_>, by: &By, import: Uuid, account: &Account, trace: &Trace) -> Result<(), Fault> {
    if trace.made {
        return remove(tx, by, account.id);
    }
    if let Some(before) = &trace.before {
        restore(tx, by, account, before)?;
    }
    for (contract, amendment) in &trace.amendments {
        accounts::withdraw_amendment(tx, by, account.id, *contract, *amendment)?;
    }
    if !trace.metrics.is_empty() {
        scores::remove_past(tx, by, account.id, import, &trace.metrics)?;
    }
    Ok(())
}

fn undo_row(
    tx: &mut Tx<'_>,
    by: &By,
    account: &Account,
    row: &AppliedRow,
    done: &mut UndoSummary,
) -> Result<(), Fault> {
    match &row.before {
        None => {
            remove(tx, by, account.id)?;
            done.removed += 1;
        }
        Some(before) => {
            restore(tx, by, account, before)?;
            done.restored += 1;
        }
    }
    Ok(())
}

/// Each room takes away what is its own; the account goes last.
fn remove(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<(), Fault> {
    scores::remove_scores(tx, by, id)?;
    accounts::remove_contracts(tx, by, id)?;
    accounts::remove_targets(tx, by, id)?;
    accounts::remove_field_values(tx, by, id)?;
    pods::remove_pod(tx, by, id)?;
    portfolio::store::remove_line(tx, by.workspace.id, id)?;
    accounts::remove_account(tx, by, id)
}

fn restore(tx: &mut Tx<'_>, by: &By, account: &Account, before: &Before) -> Result<(), Fault> {
    let fields = NewAccount {
        name: before.name.clone(),
        external_id: before.external_id.clone(),
        account_type: AccountType::try_from(before.account_type).unwrap_or(account.account_type),
        industry: before.industry.clone(),
        vertical: before.vertical.clone(),
        geography: before.geography.clone(),
        end_on: before.end_on,
        confidential: account.confidential,
    };
    let change =
        AccountChange { associate_id: before.associate_id, parent_id: account.parent_id, ..AccountChange::new(fields) };
    accounts::edit_account(tx, by, account, &change)?;
    for (metric, hundredths) in &before.scores {
        let new = ScoreIn {
            metric: metric.clone(),
            value: hundredths.and_then(|value| Score::from_hundredths(value).ok()),
            note: String::new(),
            evidence_url: String::new(),
            effective_at: None,
            confirms: false,
        };
        scores::record(tx, by, account.id, &new)?;
    }
    for (contract, amendment) in &before.amendments {
        accounts::withdraw_amendment(tx, by, account.id, *contract, *amendment)?;
    }
    own::restore(tx, by, account.id, before)?;
    if let Some((year, target)) = before.target {
        accounts::set_target(tx, by, account.id, year, target)?;
    }
    if let Some(user) = before.joined {
        let still_there = pods::members(tx, by.workspace.id, account.id)?.iter().any(|member| member.user_id == user);
        if still_there {
            pods::remove_member(tx, by, account.id, user)?;
        }
    }
    Ok(())
}
