//! Roll-ups: what the points of one day add up to, kept up with each point, so that no reader adds up points.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Param, Row, Tx, sql};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::signal::Rolled;
use uuid::Uuid;

use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A day of a series, of one account or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cell {
    pub account: Uuid,
    /// The account itself, or the part of it.
    pub subject: Uuid,
    pub name: String,
    pub day: Date,
}

/// A day as it is read; of several days put together, the last of them.
#[derive(Clone, Debug)]
pub struct DayRow {
    pub name: String,
    pub day: Date,
    pub rolled: Rolled<Timestamp>,
}

const HEAD: &str =
    "INSERT INTO signal_day (workspace_id, account_id, subject_id, name, day, points, total, least, most,
   last, last_at, thinned)";

/// Of what is there and what came, as the rule `Rolled::join` has it.
const JOIN: &str = "ON CONFLICT (account_id, name, subject_id, day) DO UPDATE SET
   points = signal_day.points + excluded.points,
   total = CASE WHEN signal_day.total + excluded.total > 4000000000000000000 THEN 4000000000000000000
     WHEN signal_day.total + excluded.total < -4000000000000000000 THEN -4000000000000000000
     ELSE signal_day.total + excluded.total END,
   least = CASE WHEN excluded.least < signal_day.least THEN excluded.least ELSE signal_day.least END,
   most = CASE WHEN excluded.most > signal_day.most THEN excluded.most ELSE signal_day.most END,
   last = CASE WHEN excluded.last_at >= signal_day.last_at THEN excluded.last ELSE signal_day.last END,
   last_at = CASE WHEN excluded.last_at >= signal_day.last_at THEN excluded.last_at ELSE signal_day.last_at END";

/// In place of what is there.
const REPLACE: &str =
    "ON CONFLICT (account_id, name, subject_id, day) DO UPDATE SET points = excluded.points, total = excluded.total,
   least = excluded.least, most = excluded.most, last = excluded.last, last_at = excluded.last_at";

/// Makes the day's row ours until the transaction ends, and leaves it as it is.
const HOLD: &str = "ON CONFLICT (account_id, name, subject_id, day) DO UPDATE SET points = signal_day.points";

/// One point more, of the account as a whole.
pub(super) fn add(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    name: &str,
    value: Decimal,
    at: Timestamp,
) -> Result<(), Fault> {
    let cell = Cell { account, subject: account, name: name.to_owned(), day: by.workspace.day_of(at) };
    join(tx, by.workspace.id, &[(cell, Rolled::of(value, at))])
}

/// Adds to many days; sorted by the caller, so that two writers cannot wait for each other.
pub(super) fn join(tx: &mut Tx<'_>, workspace: Uuid, cells: &[(Cell, Rolled<Timestamp>)]) -> Result<(), Fault> {
    put(tx, workspace, JOIN, cells)
}

fn put(tx: &mut Tx<'_>, workspace: Uuid, tail: &str, cells: &[(Cell, Rolled<Timestamp>)]) -> Result<(), Fault> {
    let whole = false;
    let numbers: Vec<[i64; 4]> = cells
        .iter()
        .map(|(_, day)| [day.total, day.least.millionths(), day.most.millionths(), day.last.millionths()])
        .collect();
    let rows: Vec<Vec<&dyn Param>> = cells
        .iter()
        .zip(&numbers)
        .map(|((cell, day), [total, least, most, last])| {
            let row: Vec<&dyn Param> = vec![
                &workspace,
                &cell.account,
                &cell.subject,
                &cell.name,
                &cell.day,
                &day.points,
                total,
                least,
                most,
                last,
                &day.last_at,
                &whole,
            ];
            row
        })
        .collect();
    Ok(tx.insert_many(HEAD, tail, &rows)?)
}

/// Works a day out anew from its points, as one of them was corrected; a day whose points are thinned out stays.
pub(super) fn recompute(tx: &mut Tx<'_>, workspace: &Workspace, cell: &Cell) -> Result<(), Fault> {
    let Some((from, to)) = bounds(workspace, cell.day) else { return Ok(()) };
    // Before its points are read: what somebody else adds meanwhile would be overwritten with what was read before it.
    put(tx, workspace.id, HOLD, &[(cell.clone(), Rolled::of(Decimal::ZERO, from))])?;
    let points = tx.rows(
        sql!(
            "SELECT value, at FROM data_point WHERE workspace_id = $1 AND account_id = $2 AND name = $3
               AND COALESCE(subject_id, account_id) = $4 AND at >= $5 AND at < $6 ORDER BY at, recorded_at, id"
        ),
        &[&workspace.id, &cell.account, &cell.name, &cell.subject, &from, &to],
        |row| Ok((Decimal::from_millionths(row.get(0)?), row.get::<Timestamp>(1)?)),
    )?;
    let mut all = points.into_iter();
    let Some((value, at)) = all.next() else {
        tx.exec(
            sql!(
                "DELETE FROM signal_day WHERE workspace_id = $1 AND account_id = $2 AND subject_id = $3 AND name = $4
                   AND day = $5"
            ),
            &[&workspace.id, &cell.account, &cell.subject, &cell.name, &cell.day],
        )?;
        return Ok(());
    };
    let mut rolled = Rolled::of(value, at);
    all.for_each(|(value, at)| rolled.add(value, at));
    put(tx, workspace.id, REPLACE, &[(cell.clone(), rolled)])
}

/// When a day of the workspace begins and ends.
pub(super) fn bounds(workspace: &Workspace, day: Date) -> Option<(Timestamp, Timestamp)> {
    let begins = |day: Date| workspace.zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().ok();
    let from = begins(day)?;
    let next = day.tomorrow().ok()?;
    Some((from, begins(next).unwrap_or(from + SignedDuration::from_hours(24))))
}

/// Whether the points of a day are thinned out, so that nothing can be added to it any more.
pub(super) fn is_thinned(tx: &mut Tx<'_>, workspace: Uuid, cell: &Cell) -> Result<bool, Fault> {
    let found: Option<bool> = tx.one(
        sql!(
            "SELECT thinned FROM signal_day WHERE workspace_id = $1 AND account_id = $2 AND subject_id = $3 AND name = $4
               AND day = $5"
        ),
        &[&workspace, &cell.account, &cell.subject, &cell.name, &cell.day],
        |row| row.get(0),
    )?;
    Ok(found.unwrap_or(false))
}

macro_rules! columns {
    () => {
        "SELECT name, day, points, total, least, most, last, last_at FROM signal_day WHERE workspace_id = $1 AND "
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<DayRow> {
    let number = |column| row.get(column).map(Decimal::from_millionths);
    Ok(DayRow {
        name: row.get(0)?,
        day: row.get(1)?,
        rolled: Rolled {
            points: row.get(2)?,
            total: row.get(3)?,
            least: number(4)?,
            most: number(5)?,
            last: number(6)?,
            last_at: row.get(7)?,
        },
    })
}

/// The days of a series from one day to another, both included, newest first; `subject` is the account or a part of it.
pub fn days(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    (account, subject, name): (Uuid, Uuid, &str),
    (from, to): (Date, Date),
) -> Result<Vec<DayRow>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            columns!(),
            "account_id = $2 AND subject_id = $3 AND name = $4 AND day >= $5 AND day <= $6 ORDER BY day DESC"
        )),
        &[&workspace, &account, &subject, &name, &from, &to],
        read,
    )?)
}

/// Every series of an account, or of a part of it, over some days put together, by name.
pub fn summary(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    subject: Uuid,
    (from, to): (Date, Date),
) -> Result<Vec<DayRow>, Fault> {
    let each = tx.rows(
        sql!(concat!(columns!(), "account_id = $2 AND subject_id = $3 AND day >= $4 AND day <= $5 ORDER BY name, day")),
        &[&workspace, &account, &subject, &from, &to],
        read,
    )?;
    let mut whole: Vec<DayRow> = Vec::new();
    for day in each {
        match whole.last_mut().filter(|last| last.name == day.name) {
            Some(last) => {
                last.rolled.join(&day.rolled);
                last.day = day.day;
            }
            None => whole.push(day),
        }
    }
    Ok(whole)
}
