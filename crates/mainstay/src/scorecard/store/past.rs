//! Scores of the past that come in by the thousand: recorded together, told as one event of the account.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use mainstay_db::{Tx, sql};
use mainstay_rules::event::Kind;
use serde_json::json;
use uuid::Uuid;

use super::fact::{self, Newest, Of, Row, keep_newest};
use super::template_of;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A score that was so, whose metric and value were checked.
#[derive(Clone, Debug)]
pub struct Past {
    pub metric: String,
    pub hundredths: i64,
    pub effective_at: Timestamp,
    pub note: String,
    pub evidence_url: String,
    pub by: Option<Uuid>,
}

/// Metric, time and value of every score of an account: what tells whether one is known already.
pub type Known = HashSet<(String, Timestamp, Option<i64>)>;

pub fn known(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Known, Fault> {
    let scores = tx.rows(
        sql!("SELECT metric, effective_at, value FROM score WHERE workspace_id = $1 AND account_id = $2"),
        &[&workspace, &account],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(scores.into_iter().collect())
}

/// Records scores of an account in one go; gives the metrics that got any. The account is locked by the caller.
pub fn record_past(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    import: Uuid,
    scores: &[Past],
) -> Result<Vec<String>, Fault> {
    let template = template_of(tx, by.workspace.id, account)?;
    let rows = scores.iter().map(|score| Row {
        id: by.id(),
        account,
        metric: &score.metric,
        hundredths: Some(score.hundredths),
        note: &score.note,
        evidence_url: &score.evidence_url,
        effective_at: score.effective_at,
        by: score.by,
        template: &template.key,
        template_version: i64::from(template.version),
        import: Some(import),
    });
    fact::put_each(tx, by, &rows.collect::<Vec<_>>())?;
    if let Some(first) = scores.iter().map(|score| score.effective_at).min() {
        by.reaches_back(account, by.workspace.day_of(first));
    }
    let metrics: BTreeSet<&str> = scores.iter().map(|score| score.metric.as_str()).collect();
    let metrics: Vec<String> = metrics.into_iter().map(str::to_owned).collect();
    let data = json!({ "scores": scores.len(), "metrics": metrics });
    by.happened_to(tx, account, Kind::ScoresImported, ("import", import), data)?;
    Ok(metrics)
}

/// Takes the scores back that an import brought to an account; the newest of what stays counts again.
pub fn remove_past(tx: &mut Tx<'_>, by: &By, account: Uuid, import: Uuid, metrics: &[String]) -> Result<(), Fault> {
    let first: Option<Option<Timestamp>> = tx.one(
        sql!("SELECT MIN(effective_at) FROM score WHERE workspace_id = $1 AND account_id = $2 AND import_id = $3"),
        &[&by.workspace.id, &account, &import],
        |row| row.get(0),
    )?;
    if let Some(first) = first.flatten() {
        by.reaches_back(account, by.workspace.day_of(first));
    }
    let gone = tx.exec(
        sql!("DELETE FROM score WHERE workspace_id = $1 AND account_id = $2 AND import_id = $3"),
        &[&by.workspace.id, &account, &import],
    )?;
    for metric in metrics {
        tx.exec(
            sql!("DELETE FROM score_latest WHERE workspace_id = $1 AND account_id = $2 AND metric = $3"),
            &[&by.workspace.id, &account, &metric],
        )?;
        let newest = tx.one(
            sql!(
                "SELECT id, value, effective_at FROM score WHERE workspace_id = $1 AND account_id = $2 AND metric = $3
                 ORDER BY effective_at DESC, recorded_at DESC, id DESC LIMIT 1"
            ),
            &[&by.workspace.id, &account, &metric],
            |row| Ok((row.get::<Uuid>(0)?, row.get::<Option<i64>>(1)?, row.get::<Timestamp>(2)?)),
        )?;
        if let Some((id, hundredths, effective_at)) = newest {
            keep_newest(tx, by, Of { account, scope: None }, Newest { metric, id, hundredths, effective_at })?;
        }
    }
    let data = json!({ "scores": gone, "metrics": metrics });
    by.happened_to(tx, account, Kind::ScoresWithdrawn, ("import", import), data)?;
    Ok(())
}
