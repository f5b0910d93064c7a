//! After the commit: thresholds of what arrived are looked at, within a blink; once a day what a new day moves.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::time;
use mainstay_db::Scope;
use mainstay_rules::schedule::{CatchUp, Cutoff, Rule, Schedule};
use uuid::Uuid;

use super::store::{self, Due};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::fault::Fault;
use crate::job::{Held, JobKind};
use crate::people;
use crate::text::signal as text;

/// Accounts that one transaction looks at: their locks are held meanwhile.
const ACCOUNTS_AT_ONCE: i64 = 200;
/// The longest wait for what another server took in and did not look at.
const POLL: Duration = Duration::from_secs(1);

/// The night's work: numbers over some days read otherwise, and old points are thinned out.
pub static SIGNALS: JobKind = JobKind {
    name: "signals",
    title: text::job,
    attempts_max: 8,
    catch_up: CatchUp::Latest,
    schedule: Some(Schedule { rule: Rule::Day, at: time(0, 5, 0, 0), zone: None, cutoff: Cutoff::SameDay }),
    run: |app, job| Box::pin(night(app, job)),
};

async fn night(app: App, job: Held) -> Result<(), Fault> {
    let workspace = Arc::clone(&job.workspace);
    while app.verb_bulk(Arc::clone(&workspace), None, None, store::thin).await? {}
    let watcher = Arc::clone(&app.thresholds);
    app.verb_bulk(workspace, None, None, move |tx, by| {
        store::watch_again(tx, by)?;
        store::forget_actors(tx, by.workspace.id, by.today())?;
        store::forget_unmatched(tx, by.workspace.id, by.at)?;
        job.finish_in(tx, by.at)
    })
    .await?;
    watcher.notify_one();
    Ok(())
}

/// Looks at thresholds until the server stops.
pub async fn watch(app: App) {
    let mut stopping = app.stopping.clone();
    loop {
        if let Err(fault) = look(&app).await {
            tracing::warn!(%fault, "thresholds could not be looked at; trying again");
            tokio::time::sleep(POLL).await;
        }
        tokio::select! {
            () = app.thresholds.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// Looks at all that is due now.
pub async fn look(app: &App) -> Result<(), Fault> {
    for workspace in app.db.read(Scope::System, |tx| store::due_workspaces(tx, Due::Threshold)).await? {
        if let Err(fault) = look_through(app, workspace).await {
            // The others need not wait for it.
            tracing::warn!(%fault, %workspace, "thresholds of a workspace could not be looked at; trying again");
        }
    }
    Ok(())
}

async fn look_through(app: &App, workspace: Uuid) -> Result<(), Fault> {
    while look_at(app, workspace).await? {}
    Ok(())
}

/// Some accounts of a workspace; says whether there were any.
async fn look_at(app: &App, workspace: Uuid) -> Result<bool, Fault> {
    let found = app.db.read(Scope::System, move |tx| people::store::workspace(tx, workspace)).await?;
    let Some(workspace) = found.map(Arc::new) else { return Ok(false) };
    app.verb_bulk(workspace, None, None, move |tx, by| {
        let workspace = by.workspace.id;
        let Some(taken) = store::take_due(tx, workspace, Due::Threshold, ACCOUNTS_AT_ONCE)? else { return Ok(false) };
        let accounts: Vec<Uuid> = taken.into_iter().map(|(account, _)| account).collect();
        let types = accounts::types_each(tx, workspace, &accounts)?;
        store::cross(tx, by, &types)?;
        Ok(true)
    })
    .await
}
