//! The verbs that write a task; each is an event of its account, or of the workspace when it is about none.

use jiff::Timestamp;
use mainstay_db::{Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::OPEN_TASKS_PER_OWNER_MAX;
use mainstay_rules::permission::reads_account;
use mainstay_rules::problem::Problem;
use mainstay_rules::score::Mean;
use mainstay_rules::task::{self as rules, NewTask, Status, TaskEdit, Turn, Turned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Task, open_count, task};
use crate::account;
use crate::corridor::fault::Fault;
use crate::corridor::request::Care;
use crate::corridor::verb::By;
use crate::people;

/// A new task with what it is about.
#[derive(Clone, Debug)]
pub struct TaskFields {
    pub new: NewTask,
    pub owner: Uuid,
    pub account: Option<Uuid>,
    /// The step and the sub-metric that it is to lift, and the step's score now.
    pub step: Option<String>,
    pub metric: Option<String>,
    pub score: Option<Mean>,
}

/// Writes a task down; whether the caller may was asked before.
pub fn add(tx: &mut Tx<'_>, by: &By, fields: &TaskFields) -> Result<Uuid, Fault> {
    lock(tx, by, fields.account)?;
    check_owner(tx, by, fields.owner, fields.account)?;
    check_count(tx, by, fields.owner)?;
    let id = by.id();
    let new = &fields.new;
    let score = fields.score.map(Mean::millionths);
    tx.exec(
        sql!(
            "INSERT INTO task (id, workspace_id, account_id, title, note, owner_id, due_on, status, source, source_step,
               source_metric, source_score, version, created_at, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, 1, $12, $13)"
        ),
        &[
            &id,
            &by.workspace.id,
            &fields.account,
            &new.title,
            &new.note,
            &fields.owner,
            &new.due_on,
            &new.source.as_str(),
            &fields.step,
            &fields.metric,
            &score,
            &by.at,
            &by.user,
        ],
    )?;
    let data = json!({ "owner": fields.owner, "due_on": new.due_on, "source": new.source, "step": fields.step, "score": score });
    happened(tx, by, fields.account, Kind::TaskAdded, id, data)?;
    Ok(id)
}

/// Locks what the task is about and reads it as it is now; refuses when the client knows an older version.
pub fn expect_version(tx: &mut Tx<'_>, by: &By, id: Uuid, care: &Care) -> Result<Task, Fault> {
    let user = by.user.unwrap_or_else(Uuid::nil);
    let found = task(tx, by.workspace.id, id, user)?.ok_or_else(Fault::not_found)?;
    let about = found.account.map(|account| account.id);
    lock(tx, by, about)?;
    let current = task(tx, by.workspace.id, id, user)?.ok_or_else(Fault::not_found)?;
    // Only a merge changes what a task is about; then another lock is the right one.
    if current.account.as_ref().map(|account| account.id) != about {
        return Err(Fault::new(Problem::Conflict, "Its account was merged at this moment. Try again."));
    }
    care.expect(current.version)?;
    Ok(current)
}

/// Changes what is said; nothing changed, nothing happens. The task is locked.
pub fn edit(tx: &mut Tx<'_>, by: &By, before: &Task, edit: &TaskEdit, owner: Option<Uuid>) -> Result<(), Fault> {
    let title = edit.title.as_ref().unwrap_or(&before.title);
    let note = edit.note.as_ref().unwrap_or(&before.note);
    let due_on = edit.due_on.unwrap_or(before.due_on);
    let owner = owner.unwrap_or(before.owner_id);
    let changed: Vec<&str> = [
        ("title", *title != before.title),
        ("note", *note != before.note),
        ("due_on", due_on != before.due_on),
        ("owner", owner != before.owner_id),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let account = before.account.as_ref().map(|account| account.id);
    if owner != before.owner_id {
        check_owner(tx, by, owner, account)?;
        check_count(tx, by, owner)?;
    }
    tx.exec(
        sql!(
            "UPDATE task SET title = $3, note = $4, due_on = $5, owner_id = $6, version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &before.id, title, note, &due_on, &owner],
    )?;
    let data = json!({ "fields": changed, "owner": owner, "due_on": due_on });
    happened(tx, by, account, Kind::TaskChanged, before.id, data)
}

/// Turns a task; where it stands already, nothing happens. The task is locked.
pub fn turn(tx: &mut Tx<'_>, by: &By, before: &Task, wanted: Turn) -> Result<(), Fault> {
    let to = match rules::turn(before.status, wanted) {
        Ok(Turned::To(status)) => status,
        Ok(Turned::Unchanged) => return Ok(()),
        Err(error) => return Err(Fault::new(Problem::Conflict, error.to_string())),
    };
    let kind = match to {
        Status::Open => Kind::TaskReopened,
        Status::Done => Kind::TaskDone,
        Status::Dropped => Kind::TaskDropped,
    };
    if to == Status::Open {
        check_count(tx, by, before.owner_id)?;
    }
    let (at, user): (Option<Timestamp>, Option<Uuid>) =
        if to == Status::Open { (None, None) } else { (Some(by.at), by.user) };
    // Whoever opens it again has not done it: the old answer is no answer any more.
    tx.exec(
        sql!(
            "UPDATE task SET status = $3, closed_at = $4, closed_by = $5, moved = NULL, version = version + 1
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &before.id, &to.as_str(), &at, &user],
    )?;
    let account = before.account.as_ref().map(|account| account.id);
    happened(tx, by, account, kind, before.id, json!({ "owner": before.owner_id }))
}

/// Keeps the answer whether the score that a done task was to lift has moved. The task is locked.
pub fn answer_moved(tx: &mut Tx<'_>, by: &By, id: Uuid, moved: bool, now: Option<Mean>) -> Result<(), Fault> {
    let user = by.user.unwrap_or_else(Uuid::nil);
    let before = task(tx, by.workspace.id, id, user)?.ok_or_else(Fault::not_found)?;
    let (Some(step), Status::Done) = (&before.step, before.status) else {
        let detail = "Only a task that is done and was to lift a score is asked whether the score has moved.";
        return Err(Fault::new(Problem::Conflict, detail));
    };
    if before.moved == Some(moved) {
        return Ok(());
    }
    tx.exec(
        sql!("UPDATE task SET moved = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &id, &moved],
    )?;
    let data = json!({
        "fields": ["moved"],
        "moved": moved,
        "step": step,
        "before": before.score.map(Mean::millionths),
        "now": now.map(Mean::millionths),
    });
    happened(tx, by, before.account.map(|account| account.id), Kind::TaskChanged, id, data)
}

/// How many tasks about an account are open.
pub fn open_on(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<i64, Fault> {
    let found = tx.one(
        sql!("SELECT COUNT(*) FROM task WHERE workspace_id = $1 AND account_id = $2 AND status = 'open'"),
        &[&workspace, &account],
        |row| row.get(0),
    )?;
    Ok(found.unwrap_or(0))
}

/// Open tasks of an account that was merged are about the account that stays. Both are locked.
pub fn move_open(tx: &mut Tx<'_>, by: &By, source: Uuid, target: Uuid) -> Result<(), Fault> {
    let open = tx.rows(
        sql!(
            "SELECT id, owner_id FROM task WHERE workspace_id = $1 AND account_id = $2 AND status = 'open' ORDER BY id"
        ),
        &[&by.workspace.id, &source],
        |row| Ok((row.get::<Uuid>(0)?, row.get::<Uuid>(1)?)),
    )?;
    for (id, owner) in open {
        tx.exec(
            sql!("UPDATE task SET account_id = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2"),
            &[&by.workspace.id, &id, &target],
        )?;
        let data = json!({ "fields": ["account"], "owner": owner });
        happened(tx, by, Some(target), Kind::TaskChanged, id, data)?;
    }
    Ok(())
}

/// A task about no account is an event of the workspace.
fn lock(tx: &mut Tx<'_>, by: &By, account: Option<Uuid>) -> Result<(), Fault> {
    Ok(tx.lock(&[account.unwrap_or(by.workspace.id)])?)
}

fn happened(tx: &mut Tx<'_>, by: &By, account: Option<Uuid>, kind: Kind, id: Uuid, data: Value) -> Result<(), Fault> {
    match account {
        Some(account) => by.happened_to(tx, account, kind, ("task", id), data).map(|_| ()),
        None => by.happened(tx, kind, ("task", id), data),
    }
}

/// Work goes to somebody who is here and may see what it is about.
fn check_owner(tx: &mut Tx<'_>, by: &By, owner: Uuid, about: Option<Uuid>) -> Result<(), Fault> {
    let refused = |code, message: String| Fault::field(FieldError::new("/owner", code, message));
    let person = people::store::user(tx, by.workspace.id, owner)?.filter(|person| person.active).ok_or_else(|| {
        refused(
            FieldCode::Unknown,
            "Nobody active in this workspace has this id. Choose a person of the list.".to_owned(),
        )
    })?;
    let Some(id) = about else { return Ok(()) };
    let account = account::store::account(tx, by.workspace.id, id, owner)?.ok_or_else(Fault::not_found)?;
    if reads_account(account.facts()) {
        return Ok(());
    }
    let message = format!("{} does not see this account. Add them to its pod first.", person.name);
    Err(refused(FieldCode::Conflict, message))
}

fn check_count(tx: &mut Tx<'_>, by: &By, owner: Uuid) -> Result<(), Fault> {
    if open_count(tx, by.workspace.id, owner)? < OPEN_TASKS_PER_OWNER_MAX {
        return Ok(());
    }
    let message =
        format!("This person has {OPEN_TASKS_PER_OWNER_MAX} open tasks. Close some, or choose somebody else.");
    Err(Fault::field(FieldError::new("/owner", FieldCode::TooMany, message)))
}
