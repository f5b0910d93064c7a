//! How long single points are kept: of older days the last point stays, beside the roll-up.

use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::limits::{SIGNAL_ACTOR_DAYS, SIGNAL_RAW_DAYS};
use uuid::Uuid;

use super::day::{Cell, bounds};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Days of series that one transaction thins out.
const CELLS_AT_ONCE: i64 = 200;

/// Thins some old days out; says whether there may be more. What people recorded by hand stays: events name it.
pub fn thin(tx: &mut Tx<'_>, by: &By) -> Result<bool, Fault> {
    let oldest = by.today().saturating_sub(jiff::Span::new().days(SIGNAL_RAW_DAYS));
    let cells = tx.rows(
        sql!(
            "SELECT account_id, subject_id, name, day FROM signal_day
             WHERE workspace_id = $1 AND day < $2 AND NOT thinned ORDER BY day LIMIT $3"
        ),
        &[&by.workspace.id, &oldest, &CELLS_AT_ONCE],
        |row| Ok(Cell { account: row.get(0)?, subject: row.get(1)?, name: row.get(2)?, day: row.get(3)? }),
    )?;
    for cell in &cells {
        thin_day(tx, by, cell)?;
    }
    Ok(i64::try_from(cells.len()).is_ok_and(|count| count == CELLS_AT_ONCE))
}

fn thin_day(tx: &mut Tx<'_>, by: &By, cell: &Cell) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    if let Some((from, to)) = bounds(&by.workspace, cell.day) {
        tx.exec(
            sql!(
                "DELETE FROM data_point WHERE workspace_id = $1 AND account_id = $2 AND name = $3 AND at >= $5 AND at < $6
                   AND COALESCE(subject_id, account_id) = $4 AND sent AND id <>
                     (SELECT n.id FROM data_point n WHERE n.workspace_id = $1 AND n.account_id = $2 AND n.name = $3
                        AND COALESCE(n.subject_id, n.account_id) = $4 AND n.at >= $5 AND n.at < $6
                      ORDER BY n.at DESC, n.recorded_at DESC, n.id DESC LIMIT 1)"
            ),
            &[&workspace, &cell.account, &cell.name, &cell.subject, &from, &to],
        )?;
    }
    tx.exec(
        sql!(
            "UPDATE signal_day SET thinned = $6 WHERE workspace_id = $1 AND account_id = $2 AND subject_id = $3
               AND name = $4 AND day = $5"
        ),
        &[&workspace, &cell.account, &cell.subject, &cell.name, &cell.day, &true],
    )?;
    Ok(())
}

/// Forgets who the points of long ago came from.
pub fn forget_actors(tx: &mut Tx<'_>, workspace: Uuid, today: Date) -> Result<(), Fault> {
    let oldest = today.saturating_sub(jiff::Span::new().days(SIGNAL_ACTOR_DAYS));
    tx.exec(sql!("DELETE FROM signal_actor WHERE workspace_id = $1 AND day < $2"), &[&workspace, &oldest])?;
    Ok(())
}
