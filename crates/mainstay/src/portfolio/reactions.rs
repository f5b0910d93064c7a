//! What a new day changes: lines whose contracts turn or whose fiscal year begins are written anew at the workspace's
//! midnight, and the report of a week or a month that is over is kept.

use std::sync::Arc;

use jiff::civil::{Weekday, time};
use mainstay_db::Scope;
use mainstay_rules::schedule::{CatchUp, Cutoff, Rule, Schedule, Weekdays};

use super::store::{self, SnapshotKind};
use crate::app::{self, App};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::job::{Held, JobKind};
use crate::people;
use crate::text::portfolio as text;

/// Lines rewritten in one transaction; each may have its whole history written anew.
const LINES_AT_ONCE: i64 = 40;

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

pub async fn refresh_due(app: &App) -> Result<(), Fault> {
    for workspace in app.db.read(Scope::System, people::store::workspaces).await? {
        refresh(app, &Arc::new(workspace)).await?;
    }
    Ok(())
}

/// Writes every line of the workspace that reads otherwise since a day began, and every history that waits.
async fn refresh(app: &App, workspace: &Arc<Workspace>) -> Result<(), Fault> {
    loop {
        let refreshed = app
            .verb(Arc::clone(workspace), None, |tx, by| {
                let mut due = store::due_lines(tx, by.workspace.id, by.today(), LINES_AT_ONCE)?;
                if due.is_empty() {
                    due = store::due_histories(tx, by.workspace.id, by.today(), LINES_AT_ONCE)?;
                }
                due.sort_unstable();
                tx.lock(&due)?;
                for account in &due {
                    app::project_account(tx, by, *account)?;
                }
                Ok(due.len())
            })
            .await?;
        if refreshed == 0 {
            return Ok(());
        }
    }
}
