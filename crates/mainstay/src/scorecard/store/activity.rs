//! The activities of a step that were done on an account: which, when and by whom.
//!
//! An activity is its words: a new version of the template that keeps them keeps the tick, and one that says it otherwise
//! asks anew.

use jiff::Timestamp;
use mainstay_db::{Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::scorecard::Step;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// An activity that was done.
#[derive(Clone, Debug)]
pub struct Ticked {
    pub id: Uuid,
    pub step: String,
    pub activity: String,
    pub done_at: Timestamp,
    /// The name of who ticked it; empty when the system did.
    pub done_by: String,
}

/// What was done on an account, of older versions too.
pub fn ticked(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Ticked>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT a.id, a.step, a.activity, a.done_at, COALESCE(u.name, '') FROM step_activity a
             LEFT JOIN workspace_user u ON u.id = a.done_by
             WHERE a.workspace_id = $1 AND a.account_id = $2 AND a.done_at IS NOT NULL ORDER BY a.step, a.activity"
        ),
        &[&workspace, &account],
        |row| {
            Ok(Ticked {
                id: row.get(0)?,
                step: row.get(1)?,
                activity: row.get(2)?,
                done_at: row.get(3)?,
                done_by: row.get(4)?,
            })
        },
    )?)
}

/// The words of an activity, for the timeline.
pub fn activity(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<String>, Fault> {
    Ok(tx.one(
        sql!("SELECT activity FROM step_activity WHERE workspace_id = $1 AND id = $2"),
        &[&workspace, &id],
        |row| row.get(0),
    )?)
}

/// Ticks an activity of the step, or takes the tick back; what is so already is no event. The account is locked.
pub fn tick(tx: &mut Tx<'_>, by: &By, account: Uuid, step: &Step, activity: &str, done: bool) -> Result<(), Fault> {
    let known = tx.one(
        sql!(
            "SELECT id, done_at IS NOT NULL FROM step_activity
             WHERE workspace_id = $1 AND account_id = $2 AND step = $3 AND activity = $4"
        ),
        &[&by.workspace.id, &account, &step.key, &activity],
        |row| Ok((row.get::<Uuid>(0)?, row.get::<bool>(1)?)),
    )?;
    if known.map_or(!done, |(_, was)| was == done) {
        return Ok(());
    }
    let id = known.map_or_else(|| by.id(), |(id, _)| id);
    let done_at = done.then_some(by.at);
    tx.exec(
        sql!(
            "INSERT INTO step_activity (id, workspace_id, account_id, step, activity, done_at, done_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (account_id, step, activity) DO UPDATE SET done_at = $6, done_by = $7"
        ),
        &[&id, &by.workspace.id, &account, &step.key, &activity, &done_at, &by.user],
    )?;
    let kind = if done { Kind::ActivityDone } else { Kind::ActivityReopened };
    by.happened_to(tx, account, kind, ("activity", id), json!({ "step": step.key }))?;
    Ok(())
}

/// Takes the ticks of an account away whose import is undone.
pub(super) fn remove_activities(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("DELETE FROM step_activity WHERE workspace_id = $1 AND account_id = $2"),
        &[&by.workspace.id, &account],
    )?;
    Ok(())
}
