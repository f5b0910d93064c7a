//! Reading scores: the newest facts, a metric's history, and the facts as they were at another time.

use std::collections::HashMap;

use jiff::Timestamp;
use mainstay_db::{Row, Tx, id_places, sql, statements};
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::Latest;
use uuid::Uuid;

use super::score_of;
use crate::corridor::fault::Fault;

/// A score as it was recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub id: Uuid,
    pub metric: String,
    pub value: Option<Score>,
    pub note: String,
    pub evidence_url: String,
    pub effective_at: Timestamp,
    pub recorded_at: Timestamp,
    /// None when the system itself recorded it.
    pub by_id: Option<Uuid>,
    pub by: String,
}

/// The newest fact of each metric of an account.
pub fn latest(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Latest>, Fault> {
    Ok(latest_each(tx, workspace, &[account])?.remove(&account).unwrap_or_default())
}

fn latest_statement() -> String {
    format!(
        "SELECT metric, value, effective_at, account_id FROM score_latest
         WHERE workspace_id = $1 AND account_id IN ({})",
        id_places(2)
    )
}

/// The same of each of these accounts that has any.
pub fn latest_each(tx: &mut Tx<'_>, workspace: Uuid, accounts: &[Uuid]) -> Result<HashMap<Uuid, Vec<Latest>>, Fault> {
    Ok(tx.rows_each(&latest_statement(), &[&workspace], accounts, |row| Ok((row.get(3)?, fact(row)?)))?)
}

macro_rules! recorded {
    () => {
        recorded!("")
    };
    ($more:literal) => {
        concat!(
            "s.id, s.metric, s.value, s.note, s.evidence_url, s.effective_at, s.recorded_at, s.recorded_by,
             COALESCE(u.name, '')",
            $more,
            " FROM score s LEFT JOIN workspace_user u ON u.id = s.recorded_by"
        )
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Recorded> {
    Ok(Recorded {
        id: row.get(0)?,
        metric: row.get(1)?,
        value: score_of(row, 2)?,
        note: row.get(3)?,
        evidence_url: row.get(4)?,
        effective_at: row.get(5)?,
        recorded_at: row.get(6)?,
        by_id: row.get(7)?,
        by: row.get(8)?,
    })
}

/// The newest score of each metric with who, when, note and evidence.
pub fn newest(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Recorded>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            recorded!(),
            " JOIN score_latest l ON l.score_id = s.id WHERE l.workspace_id = $1 AND l.account_id = $2"
        )),
        &[&workspace, &account],
        read,
    )?)
}

/// The history of one metric, newest first; `before` is the place where the page before ended.
pub fn history(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    metric: &str,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Recorded>, Fault> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, Uuid::max()));
    let at = at.min(LATEST);
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            recorded!(),
            " WHERE s.workspace_id = $1 AND s.account_id = $2 AND s.metric = $3 AND (s.effective_at, s.id) < ($4, $5)
              ORDER BY s.effective_at DESC, s.id DESC LIMIT $6"
        )),
        &[&workspace, &account, &metric, &at, &id, &limit],
        read,
    )?)
}

/// The scores of these accounts between two times, oldest first, for telling what moved a number.
pub fn recorded_between_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
    (after, until): (Timestamp, Timestamp),
) -> Result<HashMap<Uuid, Vec<Recorded>>, Fault> {
    Ok(tx.rows_each(&between_statement(), &[&workspace, &after, &until, &MOVED_SCORES_MAX], accounts, |row| {
        Ok((row.get(9)?, read(row)?))
    })?)
}

/// The same of one account.
pub fn recorded_between(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    times: (Timestamp, Timestamp),
) -> Result<Vec<Recorded>, Fault> {
    Ok(recorded_between_each(tx, workspace, &[account], times)?.remove(&account).unwrap_or_default())
}

fn between_statement() -> String {
    format!(
        "SELECT {} WHERE s.workspace_id = $1 AND s.effective_at > $2 AND s.effective_at <= $3 AND s.account_id IN ({})
         ORDER BY s.effective_at, s.recorded_at, s.id LIMIT $4",
        recorded!(", s.account_id"),
        id_places(5)
    )
}

fn as_of_statement() -> String {
    format!(
        "SELECT s.metric, s.value, s.effective_at, s.account_id FROM score s
         WHERE s.workspace_id = $1 AND s.effective_at <= $2
           AND NOT EXISTS (SELECT 1 FROM score n WHERE n.account_id = s.account_id AND n.metric = s.metric
             AND n.effective_at <= $2
             AND (n.effective_at, n.recorded_at, n.id) > (s.effective_at, s.recorded_at, s.id))
           AND s.account_id IN ({})",
        id_places(3)
    )
}

fn statements_of_many() -> Vec<String> {
    vec![between_statement(), as_of_statement(), latest_statement()]
}

statements!(statements_of_many);

/// Whether the metric was ever scored on the account.
pub fn is_scored(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, metric: &str) -> Result<bool, Fault> {
    let found: Option<Uuid> = tx.one(
        sql!("SELECT score_id FROM score_latest WHERE workspace_id = $1 AND account_id = $2 AND metric = $3"),
        &[&workspace, &account, &metric],
        |row| row.get(0),
    )?;
    Ok(found.is_some())
}

/// Later than any score can be, and still a time for both databases.
const LATEST: Timestamp = Timestamp::constant(7_258_118_400, 0);

/// Scores that a comparison reads of so many accounts as are asked at once.
const MOVED_SCORES_MAX: i64 = 50_000;

/// Scores that a trend reads at most; the oldest beyond them are left out.
const TREND_SCORES_MAX: i64 = 5_000;

/// The scores of an account after a time, oldest first: what a trend is drawn from, together with `as_of`.
pub fn scores_since(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, since: Timestamp) -> Result<Vec<Latest>, Fault> {
    let mut newest_first = tx.rows(
        sql!(
            "SELECT metric, value, effective_at FROM score
             WHERE workspace_id = $1 AND account_id = $2 AND effective_at > $3
             ORDER BY effective_at DESC, recorded_at DESC, id DESC LIMIT $4"
        ),
        &[&workspace, &account, &since, &TREND_SCORES_MAX],
        fact,
    )?;
    newest_first.reverse();
    Ok(newest_first)
}

/// Every score of an account, oldest first; of two of the same instant the one that was recorded later comes later.
pub fn all(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Latest>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT metric, value, effective_at FROM score WHERE workspace_id = $1 AND account_id = $2
             ORDER BY effective_at, recorded_at, id"
        ),
        &[&workspace, &account],
        fact,
    )?)
}

/// The newest fact of each metric as it was at a time.
pub fn as_of(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, at: Timestamp) -> Result<Vec<Latest>, Fault> {
    Ok(as_of_each(tx, workspace, &[account], at)?.remove(&account).unwrap_or_default())
}

/// The same of each of these accounts.
pub fn as_of_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
    at: Timestamp,
) -> Result<HashMap<Uuid, Vec<Latest>>, Fault> {
    Ok(tx.rows_each(&as_of_statement(), &[&workspace, &at], accounts, |row| Ok((row.get(3)?, fact(row)?)))?)
}

fn fact(row: &Row<'_>) -> mainstay_db::Result<Latest> {
    Ok(Latest { metric: row.get(0)?, value: score_of(row, 1)?, effective_at: row.get(2)? })
}

/// The newest scores of all metrics of an account.
pub fn recent(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, limit: i64) -> Result<Vec<Recorded>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            recorded!(),
            " WHERE s.workspace_id = $1 AND s.account_id = $2 ORDER BY s.effective_at DESC, s.id DESC LIMIT $3"
        )),
        &[&workspace, &account, &limit],
        read,
    )?)
}

/// The notes of scores by id, for the timeline.
pub fn recorded(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Recorded>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", recorded!(), " WHERE s.workspace_id = $1 AND s.id = $2")),
        &[&workspace, &id],
        read,
    )?)
}
