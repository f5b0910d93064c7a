//! What a workspace calls its signals: each name that ever arrived, with the words that people gave it.

use jiff::Timestamp;
use mainstay_db::{Param, Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::limits::SIGNALS_PER_WORKSPACE_MAX;
use mainstay_rules::signal::Direction;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A named series, of whatever account.
#[derive(Clone, Debug)]
pub struct Signal {
    pub name: String,
    /// Empty until somebody gives it one.
    pub title: String,
    pub unit: String,
    pub direction: Direction,
    pub version: i64,
    pub last_at: Option<Timestamp>,
    /// Accounts with points of the last days.
    pub accounts: i64,
    pub points: i64,
}

/// What of a signal is changed; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct SignalChange {
    pub title: Option<String>,
    pub unit: Option<String>,
    pub direction: Option<Direction>,
}

macro_rules! columns {
    () => {
        "s.name, s.title, s.unit, s.direction, s.version, d.last_at, COALESCE(d.accounts, 0), COALESCE(d.points, 0)
         FROM signal s LEFT JOIN (SELECT name, MAX(last_at) AS last_at, COUNT(DISTINCT account_id) AS accounts,
             CAST(SUM(points) AS BIGINT) AS points
           FROM signal_day WHERE workspace_id = $1 AND day >= $2 AND NOT thinned GROUP BY name) d ON d.name = s.name
         WHERE s.workspace_id = $1 "
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Signal> {
    Ok(Signal {
        name: row.get(0)?,
        title: row.get(1)?,
        unit: row.get(2)?,
        direction: Direction::parse(&row.get::<String>(3)?).unwrap_or(Direction::Neither),
        version: row.get(4)?,
        last_at: row.get(5)?,
        accounts: row.get(6)?,
        points: row.get(7)?,
    })
}

/// Every signal by its name, with what arrived since a day.
pub fn signals(tx: &mut Tx<'_>, workspace: Uuid, since: jiff::civil::Date) -> Result<Vec<Signal>, Fault> {
    Ok(tx.rows(sql!(concat!("SELECT ", columns!(), "ORDER BY s.name")), &[&workspace, &since], read)?)
}

pub fn signal(tx: &mut Tx<'_>, workspace: Uuid, name: &str, since: jiff::civil::Date) -> Result<Option<Signal>, Fault> {
    Ok(tx.one(sql!(concat!("SELECT ", columns!(), "AND s.name = $3")), &[&workspace, &since, &name], read)?)
}

/// The names that are there already.
pub(super) fn known(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<String>, Fault> {
    Ok(tx.rows(sql!("SELECT name FROM signal WHERE workspace_id = $1"), &[&workspace], |row| row.get(0))?)
}

/// Makes signals of names that never arrived before, as long as there is room; answers those that are known now.
pub(super) fn make_known(tx: &mut Tx<'_>, by: &By, names: &[&str]) -> Result<Vec<String>, Fault> {
    let mut known = known(tx, by.workspace.id)?;
    let mut missing: Vec<&str> = names.iter().copied().filter(|name| known.iter().all(|one| one != name)).collect();
    missing.sort_unstable();
    missing.dedup();
    missing.truncate(SIGNALS_PER_WORKSPACE_MAX.saturating_sub(known.len()));
    let (workspace, direction) = (by.workspace.id, Direction::Neither.as_str());
    let rows: Vec<Vec<&dyn Param>> =
        missing.iter().map(|name| vec![&workspace as &dyn Param, name, &"", &"", &direction, &1_i64, &by.at]).collect();
    tx.insert_many(
        "INSERT INTO signal (workspace_id, name, title, unit, direction, version, created_at)",
        "ON CONFLICT (workspace_id, name) DO NOTHING",
        &rows,
    )?;
    known.extend(missing.into_iter().map(str::to_owned));
    Ok(known)
}

/// Gives a signal other words. The caller has looked at its version.
pub fn change_signal(tx: &mut Tx<'_>, by: &By, name: &str, change: &SignalChange) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    let direction = change.direction.map(Direction::as_str);
    tx.exec(
        sql!(
            "UPDATE signal SET title = COALESCE($3, title), unit = COALESCE($4, unit),
               direction = COALESCE($5, direction), version = version + 1 WHERE workspace_id = $1 AND name = $2"
        ),
        &[&workspace, &name, &change.title, &change.unit, &direction],
    )?;
    by.happened(tx, Kind::SignalChanged, ("workspace", workspace), json!({ "name": name }))?;
    Ok(())
}
