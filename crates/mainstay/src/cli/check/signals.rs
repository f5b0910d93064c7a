//! Whether every roll-up of a day is what its data points add up to.

use mainstay_db::{Db, Scope};
use uuid::Uuid;

use crate::account::store as accounts;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::signal::store as signals;

/// Works out every day anew whose points are all kept; gives their number and what differs.
pub async fn compare(db: &Db, workspace: &Workspace) -> Result<(usize, Vec<String>), String> {
    let id = workspace.id;
    let all = db.read(Scope::Workspace(id), move |tx| accounts::account_ids(tx, id)).await;
    let (mut count, mut wrong) = (0, Vec::new());
    for account in all.map_err(|fault: Fault| String::from(fault))? {
        let whose = workspace.clone();
        let compared = db.read(Scope::Workspace(id), move |tx| signals::compare_days(tx, &whose, account)).await?;
        count += compared.len();
        wrong.extend(compared.iter().filter(|day| !day.is_same).map(|day| told(account, day)));
    }
    Ok((count, wrong))
}

fn told(account: Uuid, day: &signals::ComparedDay) -> String {
    let points = day.added.map_or(0, |added| added.points);
    format!(
        "account {account}: the roll-up of {} on {} says {} points and another sum or end than its {points} points; \
         restore it from a backup, unless the workspace's zone was changed since",
        day.name, day.day, day.kept.points
    )
}
