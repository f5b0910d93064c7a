//! What a new day changes: lines whose contracts turn or whose fiscal year begins are written anew at the workspace's midnight.

use mainstay_db::Scope;

use super::store;
use crate::app::{self, App};
use crate::corridor::fault::Fault;
use crate::people;

/// Lines rewritten in one transaction; each may have its whole history written anew.
const LINES_AT_ONCE: i64 = 40;

pub async fn refresh_due(app: &App) -> Result<(), Fault> {
    let workspaces = app.db.read(Scope::System, people::store::workspaces).await?;
    for workspace in workspaces {
        let workspace = std::sync::Arc::new(workspace);
        loop {
            let refreshed = app
                .verb(std::sync::Arc::clone(&workspace), None, |tx, by| {
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
                break;
            }
        }
    }
    Ok(())
}
