//! The scorecard room's tables: every score ever recorded, and the newest of each metric.

use jiff::Timestamp;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::{self, Latest, NewScore, Recording};
use serde_json::json;
use uuid::Uuid;

use super::SOFTWARE;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A score that somebody states.
#[derive(Clone, Debug)]
pub struct ScoreIn {
    pub metric: String,
    /// None withdraws the score.
    pub value: Option<Score>,
    pub note: String,
    pub evidence_url: String,
    /// None: as of now.
    pub effective_at: Option<Timestamp>,
    /// The same value again is news ("we looked again").
    pub confirms: bool,
}

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
    pub by: String,
}

fn score_of(row: &Row<'_>, column: usize) -> mainstay_db::Result<Option<Score>> {
    let hundredths: Option<i64> = row.get(column)?;
    Ok(hundredths.and_then(|value| Score::from_hundredths(value).ok()))
}

/// Records a score on a metric, or withdraws it; the same value again is no event unless it confirms.
/// The account is locked by the caller.
pub fn record(tx: &mut Tx<'_>, by: &By, account: Uuid, new: &ScoreIn) -> Result<(), Fault> {
    let effective_at = new.effective_at.unwrap_or(by.at);
    let before = latest_before(tx, by.workspace.id, account, &new.metric, effective_at)?;
    let stated = NewScore { value: new.value, effective_at, confirms: new.confirms };
    let recording = scorecard::record(&SOFTWARE, &new.metric, stated, before.as_ref(), by.at)
        .map_err(|error| Fault::field(error.at("/value")))?;
    let (kind, before) = match recording {
        Recording::Unchanged => return Ok(()),
        Recording::Recorded(score) => (Kind::ScoreRecorded, score.before),
        Recording::Withdrawn(score) => (Kind::ScoreWithdrawn, Some(score.before)),
    };
    let id = insert(tx, by, account, new, effective_at)?;
    keep_latest(tx, by, account, id, new, effective_at)?;
    let data = json!({
        "metric": new.metric,
        "before": before.map(Score::hundredths),
        "after": new.value.map(Score::hundredths),
    });
    by.happened_at(tx, effective_at, account, kind, ("score", id), data)?;
    Ok(())
}

/// The newest fact of the metric at that time: nearly always the newest there is.
fn latest_before(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    metric: &str,
    at: Timestamp,
) -> Result<Option<Latest>, Fault> {
    let newest = tx.one(
        sql!(
            "SELECT value, effective_at FROM score_latest WHERE workspace_id = $1 AND account_id = $2 AND metric = $3"
        ),
        &[&workspace, &account, &metric],
        |row| Ok(Latest { metric: metric.to_owned(), value: score_of(row, 0)?, effective_at: row.get(1)? }),
    )?;
    match newest {
        Some(newest) if newest.effective_at > at => Ok(tx.one(
            sql!(
                "SELECT value, effective_at FROM score
                 WHERE workspace_id = $1 AND account_id = $2 AND metric = $3 AND effective_at <= $4
                 ORDER BY effective_at DESC, recorded_at DESC LIMIT 1"
            ),
            &[&workspace, &account, &metric, &at],
            |row| Ok(Latest { metric: metric.to_owned(), value: score_of(row, 0)?, effective_at: row.get(1)? }),
        )?),
        newest => Ok(newest),
    }
}

fn insert(tx: &mut Tx<'_>, by: &By, account: Uuid, new: &ScoreIn, effective_at: Timestamp) -> Result<Uuid, Fault> {
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO score (id, workspace_id, account_id, metric, value, note, evidence_url, effective_at,
               recorded_at, recorded_by, template, template_version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        ),
        &[
            &id,
            &by.workspace.id,
            &account,
            &new.metric,
            &new.value.map(Score::hundredths),
            &new.note,
            &new.evidence_url,
            &effective_at,
            &by.at,
            &by.user,
            &SOFTWARE.key,
            &i64::from(SOFTWARE.version),
        ],
    )?;
    Ok(id)
}

/// A backdated score changes the history, not the newest.
fn keep_latest(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    id: Uuid,
    new: &ScoreIn,
    effective_at: Timestamp,
) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "INSERT INTO score_latest (account_id, workspace_id, metric, score_id, value, effective_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (account_id, metric) DO UPDATE SET score_id = $4, value = $5, effective_at = $6
             WHERE score_latest.effective_at <= $6"
        ),
        &[&account, &by.workspace.id, &new.metric, &id, &new.value.map(Score::hundredths), &effective_at],
    )?;
    Ok(())
}

/// The newest fact of each metric of an account.
pub fn latest(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Latest>, Fault> {
    Ok(tx.rows(
        sql!("SELECT metric, value, effective_at FROM score_latest WHERE workspace_id = $1 AND account_id = $2"),
        &[&workspace, &account],
        |row| Ok(Latest { metric: row.get(0)?, value: score_of(row, 1)?, effective_at: row.get(2)? }),
    )?)
}

macro_rules! recorded {
    () => {
        "s.id, s.metric, s.value, s.note, s.evidence_url, s.effective_at, s.recorded_at, COALESCE(u.name, '')
         FROM score s LEFT JOIN workspace_user u ON u.id = s.recorded_by"
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
        by: row.get(7)?,
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

/// Later than any score can be, and still a time for both databases.
const LATEST: Timestamp = Timestamp::constant(7_258_118_400, 0);

/// All scores of an account, oldest first, newest `limit` of them: what a trend is drawn from.
pub fn scores_since(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, since: Timestamp) -> Result<Vec<Latest>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT metric, value, effective_at FROM score
             WHERE workspace_id = $1 AND account_id = $2 AND effective_at > $3
             ORDER BY effective_at, recorded_at LIMIT 5000"
        ),
        &[&workspace, &account, &since],
        |row| Ok(Latest { metric: row.get(0)?, value: score_of(row, 1)?, effective_at: row.get(2)? }),
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

/// Takes the scores of an account away whose import is undone.
pub fn remove_scores(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let of: [&dyn mainstay_db::Param; 2] = [&by.workspace.id, &account];
    tx.exec(sql!("DELETE FROM score_latest WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM score WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    Ok(())
}
