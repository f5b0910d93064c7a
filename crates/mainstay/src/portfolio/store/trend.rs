//! How the Overall of a page's accounts went between two days: their stretches, in one statement for all of them.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::{Tx, id_places, only, statements};
use mainstay_rules::score::Mean;
use uuid::Uuid;

use super::compute::month_of;
use crate::corridor::fault::Fault;

/// From `from_on` until the day before `until_on` the Overall was this one; None: nothing was scored yet.
#[derive(Clone, Copy, Debug)]
pub struct OverallStretch {
    pub from_on: Date,
    pub until_on: Date,
    pub overall: Option<Mean>,
}

fn statement() -> String {
    format!(
        "SELECT h.account_id, h.from_on, h.until_on, CASE WHEN h.scored_steps > 0 THEN h.overall END
         FROM portfolio_history h
         WHERE {} AND h.from_on >= $2 AND h.from_on <= $3 AND h.account_id IN ({})",
        only("h.workspace_id", "$1"),
        id_places(4)
    )
}

fn all_statements() -> Vec<String> {
    vec![statement()]
}

statements!(all_statements);

/// What held on the days from `first` to `last`, by account. A stretch ends with its month, so that the one that holds
/// on the first day began in its month: the primary key gives exactly these rows.
pub fn overall_between(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
    (first, last): (Date, Date),
) -> Result<HashMap<Uuid, Vec<OverallStretch>>, Fault> {
    Ok(tx.rows_each(&statement(), &[&workspace, &month_of(first), &last], accounts, |row| {
        let overall = row.get::<Option<i64>>(3)?.map(Mean::from_millionths);
        Ok((row.get::<Uuid>(0)?, OverallStretch { from_on: row.get(1)?, until_on: row.get(2)?, overall }))
    })?)
}
