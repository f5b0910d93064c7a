//! What a reader after the commit is to look at: one note for each account, however much arrived.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mainstay_db::{Param, Tx, id_places, sql, statements};
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Who is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Threshold,
    Score,
}

impl Due {
    fn as_str(self) -> &'static str {
        match self {
            Self::Threshold => "threshold",
            Self::Score => "score",
        }
    }
}

/// What arrived of one account: its name, and when it was so.
pub(super) type Arrival<'a> = (Uuid, &'a str, Timestamp);

/// Notes the accounts of which something arrived whose level is watched.
pub(super) fn note_thresholds(tx: &mut Tx<'_>, by: &By, arrivals: &[Arrival<'_>]) -> Result<(), Fault> {
    let watched: BTreeSet<String> = tx
        .rows(
            sql!("SELECT DISTINCT signal FROM signal_threshold WHERE workspace_id = $1 AND enabled AND removed_at IS NULL"),
            &[&by.workspace.id],
            |row| row.get(0),
        )?
        .into_iter()
        .collect();
    note(tx, by, Due::Threshold, arrivals, |name| watched.contains(name))
}

/// Notes the accounts of which something arrived that a scorecard is worked out from.
pub(super) fn note_scores(
    tx: &mut Tx<'_>,
    by: &By,
    arrivals: &[Arrival<'_>],
    scored: &BTreeSet<String>,
) -> Result<(), Fault> {
    note(tx, by, Due::Score, arrivals, |name| scored.contains(name))
}

fn note(
    tx: &mut Tx<'_>,
    by: &By,
    reader: Due,
    arrivals: &[Arrival<'_>],
    counts: impl Fn(&str) -> bool,
) -> Result<(), Fault> {
    // By account, so that two writers cannot wait for each other.
    let mut since: BTreeMap<Uuid, Timestamp> = BTreeMap::new();
    for (account, _, at) in arrivals.iter().filter(|(_, name, _)| counts(name)) {
        since.entry(*account).and_modify(|known| *known = (*known).min(*at)).or_insert(*at);
    }
    put(tx, by.workspace.id, reader, &since)
}

/// Has the thresholds of accounts looked at though nothing arrived: a day passed, or a threshold is new.
pub(super) fn note_accounts(tx: &mut Tx<'_>, workspace: Uuid, accounts: &[Uuid], at: Timestamp) -> Result<(), Fault> {
    let since = accounts.iter().map(|account| (*account, at)).collect();
    put(tx, workspace, Due::Threshold, &since)
}

fn put(tx: &mut Tx<'_>, workspace: Uuid, reader: Due, since: &BTreeMap<Uuid, Timestamp>) -> Result<(), Fault> {
    let word = reader.as_str();
    let rows: Vec<Vec<&dyn Param>> =
        since.iter().map(|(account, at)| vec![&workspace as &dyn Param, account, &word, at]).collect();
    tx.insert_many(
        "INSERT INTO signal_due (workspace_id, account_id, reader, since)",
        "ON CONFLICT (account_id, reader) DO UPDATE SET
           since = CASE WHEN excluded.since < signal_due.since THEN excluded.since ELSE signal_due.since END",
        &rows,
    )?;
    Ok(())
}

/// The workspaces of which a reader is to look at something.
pub fn due_workspaces(tx: &mut Tx<'_>, reader: Due) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(
        sql!("SELECT DISTINCT workspace_id FROM signal_due WHERE reader = $1 ORDER BY workspace_id"),
        &[&reader.as_str()],
        |row| row.get(0),
    )?)
}

/// Some accounts that a reader is to look at, and since when something reads otherwise.
pub fn due(tx: &mut Tx<'_>, workspace: Uuid, reader: Due, limit: i64) -> Result<Vec<(Uuid, Timestamp)>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT account_id, since FROM signal_due WHERE workspace_id = $1 AND reader = $2
             ORDER BY account_id LIMIT $3"
        ),
        &[&workspace, &reader.as_str(), &limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Takes some notes of a workspace for a reader, under the locks of their accounts; none when there is nothing to do.
pub fn take_due(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    reader: Due,
    limit: i64,
) -> Result<Option<Vec<(Uuid, Timestamp)>>, Fault> {
    let accounts: Vec<Uuid> = due(tx, workspace, reader, limit)?.into_iter().map(|(account, _)| account).collect();
    if accounts.is_empty() {
        return Ok(None);
    }
    tx.lock(&accounts)?;
    settle(tx, workspace, reader, &accounts).map(Some)
}

fn settle_statement() -> String {
    format!(
        "DELETE FROM signal_due WHERE workspace_id = $1 AND reader = $2 AND account_id IN ({}) RETURNING account_id, since",
        id_places(3)
    )
}

/// Takes the notes of these accounts away before they are looked at: what arrives from now on is noted anew. Answers
/// those that were still there, as they were at that time.
pub fn settle(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    reader: Due,
    accounts: &[Uuid],
) -> Result<Vec<(Uuid, Timestamp)>, Fault> {
    Ok(tx.rows_of(&settle_statement(), &[&workspace, &reader.as_str()], accounts, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?)
}

fn statements_of_many() -> Vec<String> {
    vec![settle_statement()]
}

statements!(statements_of_many);

/// Days whose numbers one look works out anew, at most.
const MOMENTS_MAX: i64 = 400;

/// The last moment of each day since a time on which something was measured of the account: what a day read at its end.
pub fn moments_from(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    since: jiff::civil::Date,
) -> Result<Vec<Timestamp>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT MAX(last_at) FROM signal_day WHERE workspace_id = $1 AND account_id = $2 AND subject_id = $2
             AND day >= $3 GROUP BY day ORDER BY day LIMIT $4"
        ),
        &[&workspace, &account, &since, &MOMENTS_MAX],
        |row| row.get(0),
    )?)
}
