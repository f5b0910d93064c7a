//! Whether every automatic score is what its data points give.

use mainstay_db::{Db, Scope, Tx};
use mainstay_rules::score::Score;
use uuid::Uuid;

use crate::account::store as accounts;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::source::Source;
use crate::portfolio::store as portfolio;
use crate::scorecard::store::{Compared, compare_automatic, templates};
use crate::signal::store as signals;

/// Accounts that one transaction reads.
const AT_ONCE: usize = 200;
/// Accounts that wait for another scorecard at most; beyond that a check on that day is no use.
const DUE_MAX: i64 = 100_000;

/// Works out every automatic score anew; gives their number and what differs.
pub async fn compare(db: &Db, workspace: &Workspace) -> Result<(usize, Vec<String>), String> {
    let (id, now) = (workspace.id, Source::system().now());
    let today = workspace.day_of(now);
    let list = move |tx: &mut Tx<'_>| {
        // A score that another version of the scorecard gives is written by the next server, and is not wrong.
        let due = portfolio::due_lines(tx, id, today, DUE_MAX)?;
        let mut all = accounts::account_ids(tx, id)?;
        // So is one whose numbers have only just arrived.
        let measured = signals::due(tx, id, signals::Due::Score, DUE_MAX)?;
        all.retain(|account| !due.contains(account) && measured.iter().all(|(one, _)| one != account));
        Ok::<_, Fault>(all)
    };
    let all = db.read(Scope::Workspace(id), list).await?;
    let (mut count, mut wrong) = (0, Vec::new());
    for some in all.chunks(AT_ONCE) {
        let some = some.to_vec();
        let found = db
            .read(Scope::Workspace(id), move |tx| {
                let templates = templates(tx, id)?;
                let mut found = Vec::new();
                for account in &some {
                    let compared = compare_automatic(tx, id, *account, &templates, now)?;
                    found.extend(compared.into_iter().map(|one| (*account, one)));
                }
                Ok::<_, Fault>(found)
            })
            .await?;
        count += found.len();
        wrong.extend(found.iter().filter_map(|(account, one)| difference(*account, one)));
    }
    Ok((count, wrong))
}

fn difference(account: Uuid, Compared { metric, newest, recorded, given }: &Compared) -> Option<String> {
    let said = |score: &Option<Score>| score.map_or_else(|| "nothing".to_owned(), |score| score.to_string());
    let given_said = said(given);
    if newest != given {
        let newest = said(newest);
        let what = format!("the score of {metric} is {newest}, but its data points give {given_said}");
        return Some(format!("account {account}: {what}; run mainstay check --rebuild"));
    }
    if recorded != given {
        let recorded = said(recorded);
        let what = format!("the history of {metric} says {recorded}, but its data points give {given_said}");
        return Some(format!("account {account}: {what}; restore it from a backup"));
    }
    None
}
