//! The snapshot that a report is held against: the last one of a board, and its lines of a page's accounts.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::{Tx, id_places, only, sql, statements};
use uuid::Uuid;

use crate::corridor::fault::Fault;

/// A snapshot by its day.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub id: Uuid,
    pub as_of: Date,
}

/// What an account was worth when the snapshot was taken.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Millionths.
    pub overall: i64,
    pub arr_now: i64,
}

/// The last month that was kept before the day; until the first is over, what was kept by hand, but not `shown` itself.
pub fn last_board(tx: &mut Tx<'_>, workspace: Uuid, day: Date, shown: Option<Uuid>) -> Result<Option<Mark>, Fault> {
    Ok(tx.one(
        sql!(
            "SELECT s.id, s.as_of FROM snapshot s
             WHERE s.workspace_id = $1 AND ((s.kind = 'monthly' AND s.as_of < $2)
               OR (s.kind = 'manual' AND s.as_of <= $2 AND s.id <> $3))
             ORDER BY CASE s.kind WHEN 'monthly' THEN 0 ELSE 1 END, s.as_of DESC, s.taken_at DESC, s.id DESC LIMIT 1"
        ),
        &[&workspace, &day, &shown.unwrap_or_default()],
        |row| Ok(Mark { id: row.get(0)?, as_of: row.get(1)? }),
    )?)
}

fn statement() -> String {
    format!(
        "SELECT l.account_id, l.overall, l.arr_now, l.archived FROM snapshot_line l
         WHERE {} AND l.snapshot_id = $2 AND l.account_id IN ({})",
        only("l.workspace_id", "$1"),
        id_places(3)
    )
}

fn all_statements() -> Vec<String> {
    vec![statement()]
}

statements!(all_statements);

/// What these accounts were, those that were in the report then.
pub fn kept_lines(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    snapshot: Uuid,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Kept>, Fault> {
    let rows = tx.rows_of(&statement(), &[&workspace, &snapshot], accounts, |row| {
        let kept = Kept { overall: row.get(1)?, arr_now: row.get(2)? };
        Ok((row.get::<Uuid>(0)?, kept, row.get::<bool>(3)?))
    })?;
    Ok(rows.into_iter().filter(|(_, _, archived)| !archived).map(|(account, kept, _)| (account, kept)).collect())
}
