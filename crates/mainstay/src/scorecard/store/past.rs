//! Scores of the past that come in by the thousand: recorded together, told as one event of the account.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use mainstay_db::{Param, Tx, sql};
use mainstay_rules::event::Kind;
use serde_json::json;
use uuid::Uuid;

use super::fact::{Newest, Of, keep_newest};
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
    let ids: Vec<Uuid> = scores.iter().map(|_| by.id()).collect();
    let template = template_of(tx, by.workspace.id, account)?;
    let version = i64::from(template.version);
    let rows: Vec<Vec<&dyn Param>> = scores
        .iter()
        .zip(&ids)
        .map(|(score, id)| {
            vec![
                id as &dyn Param,
                &by.workspace.id,
                &account,
                &score.metric,
                &score.hundredths,
                &score.note,
                &score.evidence_url,
                &score.effective_at,
                &by.at,
                &score.by,
                &template.key,
                &version,
                &import,
            ]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO score (id, workspace_id, account_id, metric, value, note, evidence_url, effective_at, recorded_at,
           recorded_by, template, template_version, import_id)",
        "",
        &rows,
    )?;
    let mut newest: BTreeMap<&str, (&Past, Uuid)> = BTreeMap::new();
    for (score, id) in scores.iter().zip(&ids) {
        let kept = newest.entry(&score.metric).or_insert((score, *id));
        if score.effective_at >= kept.0.effective_at {
            *kept = (score, *id);
        }
    }
    for (metric, (score, id)) in &newest {
        let (id, hundredths, effective_at) = (*id, Some(score.hundredths), score.effective_at);
        keep_newest(tx, by, Of { account, scope: None }, Newest { metric, id, hundredths, effective_at })?;
    }
    if let Some(first) = scores.iter().map(|score| score.effective_at).min() {
        by.reaches_back(account, by.workspace.day_of(first));
    }
    let metrics: Vec<String> = newest.keys().map(|metric| (*metric).to_owned()).collect();
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
