//! Whether the events of every account count on without a gap, up to the version that the account has.

use mainstay_db::{Db, Scope, events};
use uuid::Uuid;

use crate::account::store as accounts;
use crate::corridor::fault::Fault;

/// Accounts that one transaction reads.
const AT_ONCE: usize = 200;

/// Reads the events of every account; gives their number and what is wrong.
pub async fn gaps(db: &Db, workspace: Uuid) -> Result<(usize, Vec<String>), String> {
    // Read before the events: what is written meanwhile only makes the list longer.
    let expected = versions(db, workspace).await?;
    let (mut count, mut wrong) = (0, Vec::new());
    for some in expected.chunks(AT_ONCE) {
        let of = some.to_vec();
        let found = db
            .read(Scope::Workspace(workspace), move |tx| {
                let read = |(account, _): &(Uuid, i64)| events::versions_of_account(tx, workspace, *account);
                Ok::<_, Fault>(of.iter().map(read).collect::<Result<Vec<_>, _>>()?)
            })
            .await?;
        for ((account, version), told) in some.iter().zip(&found) {
            count += told.len();
            let mut last = 0;
            for next in told {
                if *next != last + 1 {
                    wrong.push(format!("account {account}: event {next} follows event {last}"));
                }
                last = *next;
            }
            if last < *version {
                wrong.push(format!("account {account}: it has version {version}, but its events end at {last}"));
            }
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
