//! What a new day changes: lines whose contracts turn or whose fiscal year begins are written anew at the workspace's
//! midnight, and the report of a week or a month that is over is kept.

use std::sync::Arc;

use jiff::civil::{Date, Weekday, time};
use mainstay_db::{Scope, Tx};
use mainstay_rules::schedule::{CatchUp, Cutoff, Rule, Schedule, Weekdays};
use uuid::Uuid;

use super::store::{self, SnapshotKind};
use crate::app::{self, App};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::job::{Held, JobKind};
use crate::people;
use crate::text::portfolio as text;

/// Lines rewritten in one transaction; each may have its whole history written anew.
const LINES_AT_ONCE: i64 = 20;

/// The week that ended on Sunday, ready for the call on Monday.
pub static SNAPSHOT_WEEKLY: JobKind = JobKind {
    name: "snapshot_weekly",
    title: text::snapshot_weekly,
    attempts_max: 8,
    catch_up: CatchUp::Latest,
    schedule: Some(Schedule {
        rule: Rule::Week { on: Weekdays::only(Weekday::Monday) },
        at: time(6, 0, 0, 0),
        zone: None,
        cutoff: Cutoff::DayBefore,
    }),
    run: |app, job| Box::pin(snapshot(app, job, SnapshotKind::Weekly)),
};

/// The month that ended. Each that was missed is kept, however late: a board asks for all of them.
pub static SNAPSHOT_MONTHLY: JobKind = JobKind {
    name: "snapshot_monthly",
    title: text::snapshot_monthly,
    attempts_max: 8,
    catch_up: CatchUp::Every,
    schedule: Some(Schedule {
        rule: Rule::MonthDay { day: 1 },
        at: time(0, 0, 0, 0),
        zone: None,
        cutoff: Cutoff::DayBefore,
    }),
    run: |app, job| Box::pin(snapshot(app, job, SnapshotKind::Monthly)),
};

/// Keeps the report as it was at the end of the day that the job is about, however late it runs.
async fn snapshot(app: App, job: Held, kind: SnapshotKind) -> Result<(), Fault> {
    refresh(&app, &job.workspace).await?;
    app.verb(Arc::clone(&job.workspace), None, move |tx, by| {
        if !store::is_taken(tx, by.workspace.id, kind, job.due_on)? {
            store::take_snapshot(tx, by, kind, job.due_on, "")?;
        }
        job.finish_in(tx, by.at)
    })
    .await
}

/// Brings up to date what reads otherwise since a day began, in every workspace.
pub async fn refresh_due(app: &App) -> Result<(), Fault> {
    for workspace in app.db.read(Scope::System, people::store::workspaces).await? {
        let workspace = Arc::new(workspace);
        refresh_lines(app, &workspace).await?;
        // Its next rows would have the same history written again, and there may be one writer.
        while !is_importing(app, &workspace).await? && refresh_some(app, &workspace, store::due_histories).await? {}
    }
    Ok(())
}

async fn is_importing(app: &App, workspace: &Workspace) -> Result<bool, Fault> {
    let id = workspace.id;
    app.db.read(Scope::Workspace(id), move |tx| app::is_importing(tx, id)).await
}

/// Lines of days that began while no server ran; their past may follow while people are at work.
pub async fn refresh_lines_due(app: &App) -> Result<(), Fault> {
    for workspace in app.db.read(Scope::System, people::store::workspaces).await? {
        refresh_lines(app, &Arc::new(workspace)).await?;
    }
    Ok(())
}

async fn refresh_lines(app: &App, workspace: &Arc<Workspace>) -> Result<(), Fault> {
    while refresh_some(app, workspace, store::due_lines).await? {}
    Ok(())
}

/// Every line of the workspace that reads otherwise since a day began, and every history that waits.
async fn refresh(app: &App, workspace: &Arc<Workspace>) -> Result<(), Fault> {
    refresh_lines(app, workspace).await?;
    while refresh_some(app, workspace, store::due_histories).await? {}
    Ok(())
}

/// Accounts that are behind.
type Due = fn(&mut Tx<'_>, Uuid, Date, i64) -> Result<Vec<Uuid>, Fault>;

/// Writes the lines and histories of some accounts anew; says whether there were any.
async fn refresh_some(app: &App, workspace: &Arc<Workspace>, due: Due) -> Result<bool, Fault> {
    app.verb_bulk(Arc::clone(workspace), None, None, move |tx, by| {
        let mut due = due(tx, by.workspace.id, by.today(), LINES_AT_ONCE)?;
        due.sort_unstable();
        tx.lock(&due)?;
        app::project_accounts(tx, by, &due)?;
        Ok(!due.is_empty())
    })
    .await
}
