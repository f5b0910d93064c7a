//! Whether the events of every account count on without a gap, up to the version that the account has.

use std::collections::BTreeMap;

use mainstay_db::events::{self, Cursor, MAX_EVENTS};
use mainstay_db::{Db, Scope};
use uuid::Uuid;

use crate::account::store as accounts;
use crate::corridor::fault::Fault;

/// Reads the list of events once; gives their number and what is wrong.
pub async fn gaps(db: &Db, workspace: Uuid) -> Result<(usize, Vec<String>), String> {
    // Read before the events: what is written meanwhile only makes the list longer.
    let expected = versions(db, workspace).await?;
    let (mut count, mut wrong) = (0, Vec::new());
    let mut reached: BTreeMap<Uuid, i64> = BTreeMap::new();
    let mut cursor = Cursor::START;
    loop {
        let found = db
            .read(Scope::Workspace(workspace), move |tx| {
                Ok::<_, Fault>(events::after(tx, Some(workspace), cursor, MAX_EVENTS)?)
            })
            .await?;
        let Some(newest) = found.last() else { break };
        cursor = newest.cursor;
        count += found.len();
        for event in &found {
            let (Some(account), Some(version)) = (event.account, event.account_version) else { continue };
            let before = reached.insert(account, version).unwrap_or(0);
            if version != before + 1 {
                wrong.push(format!("account {account}: event {version} follows event {before}"));
            }
        }
    }
    for (account, version) in expected {
        let last = reached.get(&account).copied().unwrap_or(0);
        if last < version {
            wrong.push(format!("account {account}: it has version {version}, but its events end at {last}"));
        }
    }
    Ok((count, wrong))
}

async fn versions(db: &Db, workspace: Uuid) -> Result<Vec<(Uuid, i64)>, String> {
    let found = db
        .read(Scope::Workspace(workspace), move |tx| {
            let mut versions = Vec::new();
            for id in accounts::account_ids(tx, workspace)? {
                let account = accounts::account(tx, workspace, id, Uuid::nil())?;
                versions.extend(account.map(|account| (id, account.version)));
            }
            Ok::<_, Fault>(versions)
        })
        .await?;
    Ok(found)
}
