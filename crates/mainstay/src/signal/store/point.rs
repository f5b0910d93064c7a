//! Data points of an account, each with its time, source and who recorded it; those of its parts are in roll-ups only.

use jiff::Timestamp;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::event::Kind;
use serde_json::json;
use uuid::Uuid;

use super::{day, due, series as signals};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A number to record.
#[derive(Clone, Debug)]
pub struct NewPoint {
    pub name: String,
    pub value: Decimal,
    pub at: Timestamp,
    /// Where it comes from, in a few words.
    pub source: String,
}

/// A data point as it was recorded.
#[derive(Clone, Debug)]
pub struct Point {
    pub id: Uuid,
    pub name: String,
    pub at: Timestamp,
    pub value: Decimal,
    pub source: String,
    pub recorded_at: Timestamp,
    pub by_id: Option<Uuid>,
    pub by: String,
}

macro_rules! points {
    () => {
        "SELECT d.id, d.name, d.at, d.value, d.source, d.recorded_at, d.recorded_by, COALESCE(u.name, '')
         FROM data_point d LEFT JOIN workspace_user u ON u.id = d.recorded_by
         WHERE d.workspace_id = $1 AND d.account_id = $2 AND d.subject_id IS NULL AND "
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Point> {
    Ok(Point {
        id: row.get(0)?,
        name: row.get(1)?,
        at: row.get(2)?,
        value: Decimal::from_millionths(row.get(3)?),
        source: row.get(4)?,
        recorded_at: row.get(5)?,
        by_id: row.get(6)?,
        by: row.get(7)?,
    })
}

/// Records a data point. The account is locked by the caller; its automatic scores follow in the same transaction.
pub fn record(tx: &mut Tx<'_>, by: &By, account: Uuid, new: &NewPoint) -> Result<Uuid, Fault> {
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO data_point (id, workspace_id, account_id, name, at, value, source, recorded_at, recorded_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        &[&id, &by.workspace.id, &account, &new.name, &new.at, &new.value.millionths(), &new.source, &by.at, &by.user],
    )?;
    signals::make_known(tx, by, &[&new.name])?;
    day::add(tx, by, account, &new.name, new.value, new.at)?;
    due::note_thresholds(tx, by, &[(account, &new.name, new.at)])?;
    let data = json!({ "name": new.name, "value": new.value.millionths() });
    by.happened_at(tx, new.at, account, Kind::DataPointRecorded, ("data_point", id), data)?;
    Ok(id)
}

/// The newest point of a series at a time.
pub fn as_of(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    name: &str,
    at: Timestamp,
) -> Result<Option<Point>, Fault> {
    Ok(tx.one(
        sql!(concat!(
            points!(),
            "d.name = $3 AND d.at <= $4 ORDER BY d.at DESC, d.recorded_at DESC, d.id DESC LIMIT 1"
        )),
        &[&workspace, &account, &name, &at],
        read,
    )?)
}

/// The newest point of every series of an account, by name.
pub fn newest(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Point>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            points!(),
            "NOT EXISTS (SELECT 1 FROM data_point n WHERE n.account_id = d.account_id AND n.name = d.name
               AND n.subject_id IS NULL AND (n.at, n.recorded_at, n.id) > (d.at, d.recorded_at, d.id)) ORDER BY d.name"
        )),
        &[&workspace, &account],
        read,
    )?)
}

/// A series, newest first; `before` is the place where the page before ended.
pub fn series(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    name: &str,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Point>, Fault> {
    let (at, id) = before.unwrap_or((LATEST, Uuid::max()));
    Ok(tx.rows(
        sql!(concat!(points!(), "d.name = $3 AND (d.at, d.id) < ($4, $5) ORDER BY d.at DESC, d.id DESC LIMIT $6")),
        &[&workspace, &account, &name, &at, &id, &limit],
        read,
    )?)
}

/// Later than any point can be, and still a time for both databases.
const LATEST: Timestamp = Timestamp::constant(7_258_118_400, 0);

/// Times that one recording makes to be worked out anew, at most.
const MOMENTS_MAX: i64 = 400;

/// The times from which on something reads otherwise since this verb began: those of the points that it recorded,
/// and every later one of the account.
pub fn moments_since(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<Vec<Timestamp>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT DISTINCT d.at FROM data_point d
             WHERE d.workspace_id = $1 AND d.account_id = $2 AND d.subject_id IS NULL AND d.at >=
               (SELECT MIN(n.at) FROM data_point n WHERE n.workspace_id = $1 AND n.account_id = $2
                AND n.subject_id IS NULL AND n.recorded_at = $3)
             ORDER BY d.at LIMIT $4"
        ),
        &[&by.workspace.id, &account, &by.at, &MOMENTS_MAX],
        |row| row.get(0),
    )?)
}

/// By the account's key alone, whatever a database thinks of its workspace's index.
macro_rules! whose {
    () => {
        "CASE WHEN workspace_id = $1 THEN TRUE ELSE FALSE END"
    };
}

/// Takes all that was measured of an account away whose import is undone.
pub fn remove_points(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    for text in [
        sql!("DELETE FROM data_point WHERE workspace_id = $1 AND account_id = $2"),
        sql!(concat!("DELETE FROM signal_day WHERE account_id = $2 AND ", whose!())),
        sql!(concat!("DELETE FROM signal_actor WHERE account_id = $2 AND ", whose!())),
        sql!(concat!("DELETE FROM signal_standing WHERE account_id = $2 AND ", whose!())),
        sql!(concat!("DELETE FROM signal_due WHERE account_id = $2 AND ", whose!())),
        sql!(concat!("DELETE FROM signal_person WHERE account_id = $2 AND ", whose!())),
    ] {
        tx.exec(text, &[&by.workspace.id, &account])?;
    }
    Ok(())
}
