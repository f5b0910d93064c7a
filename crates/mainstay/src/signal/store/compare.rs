//! The roll-ups of an account beside what its data points add up to, for the check.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::signal::Rolled;
use uuid::Uuid;

use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;

/// A day as it is kept, and as its points add up; without any when they are gone.
#[derive(Clone, Debug)]
pub struct ComparedDay {
    pub name: String,
    pub day: Date,
    pub kept: Rolled<Timestamp>,
    pub added: Option<Rolled<Timestamp>>,
    pub is_same: bool,
}

type Key = (Uuid, String, Date);

/// The days of an account whose points are all kept. Days before roll-ups were kept have none, and are left out; so are
/// days that were thinned out. Days keep the zone that the workspace had: after a change of it those before differ.
pub fn compare_days(tx: &mut Tx<'_>, workspace: &Workspace, account: Uuid) -> Result<Vec<ComparedDay>, Fault> {
    let kept = tx.rows(
        sql!(
            "SELECT subject_id, name, day, points, total, least, most, last, last_at FROM signal_day
             WHERE CASE WHEN workspace_id = $1 THEN TRUE ELSE FALSE END AND account_id = $2 AND NOT thinned"
        ),
        &[&workspace.id, &account],
        |row| {
            let number = |column| row.get(column).map(Decimal::from_millionths);
            let rolled = Rolled {
                points: row.get(3)?,
                total: row.get(4)?,
                least: number(5)?,
                most: number(6)?,
                last: number(7)?,
                last_at: row.get(8)?,
            };
            let key: Key = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((key, rolled))
        },
    )?;
    let points = tx.rows(
        sql!(
            "SELECT COALESCE(subject_id, account_id), name, at, value FROM data_point
             WHERE workspace_id = $1 AND account_id = $2 ORDER BY at, recorded_at, id"
        ),
        &[&workspace.id, &account],
        |row| Ok((row.get::<Uuid>(0)?, row.get::<String>(1)?, row.get::<Timestamp>(2)?, row.get::<i64>(3)?)),
    )?;
    let mut added: BTreeMap<Key, Rolled<Timestamp>> = BTreeMap::new();
    let mut read: BTreeSet<(Key, Timestamp, Decimal)> = BTreeSet::new();
    for (subject, name, at, value) in points {
        let (key, value) = ((subject, name, workspace.day_of(at)), Decimal::from_millionths(value));
        read.insert((key.clone(), at, value));
        added.entry(key).and_modify(|rolled| rolled.add(value, at)).or_insert_with(|| Rolled::of(value, at));
    }
    let compared = kept.into_iter().map(|(key, kept)| {
        let added = added.get(&key).copied();
        // Which of several numbers of the same moment is the last depends on who came first.
        let is_end = read.contains(&(key.clone(), kept.last_at, kept.last));
        let is_same = is_end && added.is_some_and(|added| Rolled { last: added.last, ..kept } == added);
        ComparedDay { name: key.1, day: key.2, kept, added, is_same }
    });
    Ok(compared.collect())
}
