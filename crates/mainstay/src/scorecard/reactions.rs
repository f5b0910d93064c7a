//! After the commit: automatic scores follow what programs measured. They come within seconds, not with each point: a
//! number that changes ten times a second is one score.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::Scope;
use uuid::Uuid;

use super::store;
use crate::app::App;
use crate::corridor::fault::Fault;
use crate::people;
use crate::signal::store::{self as signals, Due};

/// Accounts that one transaction follows.
const ACCOUNTS_AT_ONCE: i64 = 20;
/// What arrives meanwhile is followed together.
const GATHER: Duration = Duration::from_secs(2);
/// The longest wait for what another server took in and did not follow.
const POLL: Duration = Duration::from_secs(30);

/// Follows until the server stops.
pub async fn follow(app: App) {
    let mut stopping = app.stopping.clone();
    loop {
        if let Err(fault) = follow_due(&app).await {
            tracing::warn!(%fault, "scores could not follow what was measured; trying again");
        }
        let gathered = async {
            tokio::select! { () = app.measured.notified() => {}, () = tokio::time::sleep(POLL) => {} }
            tokio::time::sleep(GATHER).await;
        };
        tokio::select! {
            () = gathered => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// Brings the automatic scores up to date of which new data points arrived.
async fn follow_due(app: &App) -> Result<(), Fault> {
    for workspace in app.db.read(Scope::System, |tx| signals::due_workspaces(tx, Due::Score)).await? {
        if let Err(fault) = follow_through(app, workspace).await {
            // The others need not wait for it.
            tracing::warn!(%fault, %workspace, "scores of a workspace could not follow; trying again");
        }
    }
    Ok(())
}

async fn follow_through(app: &App, workspace: Uuid) -> Result<(), Fault> {
    while follow_some(app, workspace).await? {}
    Ok(())
}

/// Some accounts of a workspace; says whether there were any.
async fn follow_some(app: &App, workspace: Uuid) -> Result<bool, Fault> {
    let found = app.db.read(Scope::System, move |tx| people::store::workspace(tx, workspace)).await?;
    let Some(workspace) = found.map(Arc::new) else { return Ok(false) };
    app.verb_bulk(workspace, None, None, move |tx, by| {
        let workspace = by.workspace.id;
        let taken = signals::take_due(tx, workspace, Due::Score, ACCOUNTS_AT_ONCE)?;
        let Some(taken) = taken else { return Ok(false) };
        store::follow_since(tx, by, &taken)?;
        Ok(true)
    })
    .await
}
