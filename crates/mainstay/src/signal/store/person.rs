//! Who works for which account, as other systems say it, and what they sent about nobody that is known here.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use mainstay_db::{Param, Tx, id_places, only, sql, statements};
use mainstay_rules::limits::{SIGNAL_UNMATCHED_DAYS, SIGNAL_UNMATCHED_MAX};
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

fn people_statement() -> String {
    format!(
        "SELECT person, account_id FROM signal_person WHERE {} AND person IN ({})",
        only("workspace_id", "$1"),
        id_places(2)
    )
}

fn statements_of_many() -> Vec<String> {
    vec![people_statement()]
}

statements!(statements_of_many);

/// The accounts that these people were last seen to work for.
pub fn accounts_of_people(tx: &mut Tx<'_>, workspace: Uuid, people: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, Fault> {
    let found = tx.rows_of(&people_statement(), &[&workspace], people, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.into_iter().collect())
}

/// They work for these accounts from now on.
pub fn put_people(tx: &mut Tx<'_>, by: &By, people: &BTreeMap<Uuid, Uuid>) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    let rows: Vec<Vec<&dyn Param>> =
        people.iter().map(|(person, account)| vec![&workspace as &dyn Param, person, account, &by.at]).collect();
    tx.insert_many(
        "INSERT INTO signal_person (workspace_id, person, account_id, seen_at)",
        "ON CONFLICT (workspace_id, person) DO UPDATE SET account_id = excluded.account_id, seen_at = excluded.seen_at",
        &rows,
    )?;
    Ok(())
}

/// A group that no account is known by; the empty one is that of people of whom no group is known.
#[derive(Clone, Debug)]
pub struct Unmatched {
    pub group_id: String,
    pub calls: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// Counts calls that were dropped, for as many groups as are kept.
pub fn count_unmatched(tx: &mut Tx<'_>, by: &By, groups: &BTreeMap<String, i64>) -> Result<(), Fault> {
    if groups.is_empty() {
        return Ok(());
    }
    let workspace = by.workspace.id;
    let kept: Option<i64> = tx.one(
        sql!("SELECT CAST(COUNT(*) AS BIGINT) FROM signal_unmatched WHERE workspace_id = $1"),
        &[&workspace],
        |row| row.get(0),
    )?;
    let mut room = SIGNAL_UNMATCHED_MAX - kept.unwrap_or(0);
    for (group, calls) in groups {
        let known = tx.exec(
            sql!(
                "UPDATE signal_unmatched SET calls = calls + $3, last_at = $4 WHERE workspace_id = $1 AND group_id = $2"
            ),
            &[&workspace, group, calls, &by.at],
        )?;
        if known == 0 && room > 0 {
            room -= 1;
            tx.exec(
                sql!(
                    "INSERT INTO signal_unmatched (workspace_id, group_id, calls, first_at, last_at)
                     VALUES ($1, $2, $3, $4, $4) ON CONFLICT (workspace_id, group_id) DO NOTHING"
                ),
                &[&workspace, group, calls, &by.at],
            )?;
        }
    }
    Ok(())
}

/// Groups that sent and are known by no account, the busiest first.
pub fn unmatched(tx: &mut Tx<'_>, workspace: Uuid, limit: i64) -> Result<Vec<Unmatched>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT group_id, calls, first_at, last_at FROM signal_unmatched WHERE workspace_id = $1
             ORDER BY calls DESC, group_id LIMIT $2"
        ),
        &[&workspace, &limit],
        |row| Ok(Unmatched { group_id: row.get(0)?, calls: row.get(1)?, first_at: row.get(2)?, last_at: row.get(3)? }),
    )?)
}

/// Forgets groups that have sent nothing for a while: their accounts may be known by now.
pub fn forget_unmatched(tx: &mut Tx<'_>, workspace: Uuid, now: Timestamp) -> Result<(), Fault> {
    let oldest = now - jiff::SignedDuration::from_hours(24 * SIGNAL_UNMATCHED_DAYS);
    tx.exec(sql!("DELETE FROM signal_unmatched WHERE workspace_id = $1 AND last_at < $2"), &[&workspace, &oldest])?;
    Ok(())
}
