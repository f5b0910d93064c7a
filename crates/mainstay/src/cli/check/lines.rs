//! Whether every line of the portfolio, and its history, reads as if it were computed now.

use std::sync::Arc;

use mainstay_db::{Db, Scope, Tx};
use uuid::Uuid;

use crate::account::store as accounts;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::source::Source;
use crate::corridor::verb::By;
use crate::portfolio::store::{self as portfolio, Line, Stretch};

/// Accounts that one transaction locks and computes.
const AT_ONCE: usize = 200;
/// Lines that a new day changes at most; beyond that a check on that day is no use.
const DUE_MAX: i64 = 100_000;

/// Why the computation is rolled back.
enum Undone {
    Compared(Vec<Uuid>),
    Failed(Fault),
}

impl From<mainstay_db::Error> for Undone {
    fn from(error: mainstay_db::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Fault> for Undone {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

/// Computes every line anew, and keeps it only when asked to; gives their number and what differs.
pub async fn compare(db: &Db, workspace: &Arc<Workspace>, rebuild: bool) -> Result<(usize, Vec<String>), String> {
    let id = workspace.id;
    let all = db.read(Scope::Workspace(id), move |tx| accounts::account_ids(tx, id)).await?;
    let mut wrong = Vec::new();
    for some in all.chunks(AT_ONCE) {
        let differing = chunk(db, workspace, some.to_vec(), rebuild).await?;
        // Written anew, they are wrong no longer.
        if !rebuild {
            wrong.extend(differing.into_iter().map(|account| {
                format!("account {account}: its line or history differs from a fresh computation; run mainstay check --rebuild")
            }));
        }
    }
    Ok((all.len(), wrong))
}

async fn chunk(db: &Db, workspace: &Arc<Workspace>, some: Vec<Uuid>, rebuild: bool) -> Result<Vec<Uuid>, String> {
    let (workspace, source) = (Arc::clone(workspace), Source::system());
    let done = db
        .write_bulk(Scope::Workspace(workspace.id), move |tx| {
            tx.lock(&some)?;
            let by = By::new(Arc::clone(&workspace), None, source.clone());
            // A line that reads otherwise since a day began is written by the next server, and is not wrong.
            let due = if rebuild { Vec::new() } else { portfolio::due_lines(tx, workspace.id, by.today(), DUE_MAX)? };
            // What an import changed of past days is written by the housekeeping; until then today's line is compared.
            let waiting = portfolio::due_histories(tx, workspace.id, by.today(), DUE_MAX)?;
            let mut differing = Vec::new();
            for account in some.iter().filter(|account| !due.contains(account)) {
                let whole = !waiting.contains(account);
                let before = shown(tx, workspace.id, *account, whole)?;
                crate::app::project_accounts(tx, &by, &[*account])?;
                portfolio::rebuild(tx, &by, *account)?;
                if shown(tx, workspace.id, *account, whole)? != before {
                    differing.push(*account);
                }
            }
            if rebuild { Ok(differing) } else { Err(Undone::Compared(differing)) }
        })
        .await;
    match done {
        Ok(differing) | Err(Undone::Compared(differing)) => Ok(differing),
        Err(Undone::Failed(fault)) => Err(fault.into()),
    }
}

/// What the read models say of an account, of its past days too where they are written.
#[derive(PartialEq)]
struct Shown {
    line: Option<Line>,
    history: Vec<Stretch>,
    movements: Vec<accounts::StoredMovement>,
}

fn shown(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, whole: bool) -> Result<Shown, Fault> {
    Ok(Shown {
        line: portfolio::line(tx, workspace, account)?,
        history: if whole { portfolio::stretches(tx, workspace, account)? } else { Vec::new() },
        movements: accounts::account_movements(tx, workspace, account)?,
    })
}
