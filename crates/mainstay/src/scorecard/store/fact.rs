//! Writing a score down: of an account or of one of its scopes, in the history and as the newest of its metric.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mainstay_db::{Param, Tx, sql};
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::Template;
use uuid::Uuid;

use super::ScoreIn;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// What is scored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of {
    pub account: Uuid,
    /// None: the account itself.
    pub scope: Option<Uuid>,
}

/// Which score is to be the newest of its metric.
#[derive(Clone, Copy, Debug)]
pub(super) struct Newest<'a> {
    pub metric: &'a str,
    pub id: Uuid,
    pub hundredths: Option<i64>,
    pub effective_at: Timestamp,
}

/// A score of an account on its way into the history.
pub(super) struct Row<'a> {
    pub id: Uuid,
    pub account: Uuid,
    pub metric: &'a str,
    pub hundredths: Option<i64>,
    pub note: &'a str,
    pub evidence_url: &'a str,
    pub effective_at: Timestamp,
    pub by: Option<Uuid>,
    pub template: &'a str,
    pub template_version: i64,
    pub import: Option<Uuid>,
}

/// Adds many scores of accounts to the history; the last of each metric is its newest, unless a later one is there.
pub(super) fn put_each(tx: &mut Tx<'_>, by: &By, all: &[Row<'_>]) -> Result<(), Fault> {
    let rows: Vec<Vec<&dyn Param>> = all
        .iter()
        .map(|one| {
            let row: [&dyn Param; 13] = [
                &one.id,
                &by.workspace.id,
                &one.account,
                &one.metric,
                &one.hundredths,
                &one.note,
                &one.evidence_url,
                &one.effective_at,
                &by.at,
                &one.by,
                &one.template,
                &one.template_version,
                &one.import,
            ];
            row.to_vec()
        })
        .collect();
    tx.insert_many(
        "INSERT INTO score (id, workspace_id, account_id, metric, value, note, evidence_url, effective_at, recorded_at,
           recorded_by, template, template_version, import_id)",
        "",
        &rows,
    )?;
    let mut newest: BTreeMap<(Uuid, &str), &Row<'_>> = BTreeMap::new();
    for one in all {
        let kept = newest.entry((one.account, one.metric)).or_insert(one);
        if one.effective_at >= kept.effective_at {
            *kept = one;
        }
    }
    let rows: Vec<Vec<&dyn Param>> = newest
        .values()
        .map(|one| {
            let row: [&dyn Param; 6] =
                [&one.account, &by.workspace.id, &one.metric, &one.id, &one.hundredths, &one.effective_at];
            row.to_vec()
        })
        .collect();
    tx.insert_many(
        "INSERT INTO score_latest (account_id, workspace_id, metric, score_id, value, effective_at)",
        "ON CONFLICT (account_id, metric) DO UPDATE
           SET score_id = excluded.score_id, value = excluded.value, effective_at = excluded.effective_at
         WHERE score_latest.effective_at <= excluded.effective_at",
        &rows,
    )?;
    Ok(())
}

/// Adds a score to the history and gives its id; it is the newest unless a later one is there.
pub(super) fn put(
    tx: &mut Tx<'_>,
    by: &By,
    of: Of,
    new: &ScoreIn,
    effective_at: Timestamp,
    template: &Template,
) -> Result<Uuid, Fault> {
    let id = by.id();
    let (hundredths, template_version) = (new.value.map(Score::hundredths), i64::from(template.version));
    let Some(scope) = of.scope else {
        let row = Row {
            id,
            account: of.account,
            metric: &new.metric,
            hundredths,
            note: &new.note,
            evidence_url: &new.evidence_url,
            effective_at,
            by: by.user,
            template: &template.key,
            template_version,
            import: None,
        };
        put_each(tx, by, &[row])?;
        return Ok(id);
    };
    tx.exec(
        sql!(
            "INSERT INTO scope_score (id, workspace_id, account_id, metric, value, note, evidence_url, effective_at,
               recorded_at, recorded_by, template, template_version, scope_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        ),
        &[
            &id,
            &by.workspace.id,
            &of.account,
            &new.metric,
            &hundredths,
            &new.note,
            &new.evidence_url,
            &effective_at,
            &by.at,
            &by.user,
            &template.key,
            &template_version,
            &scope,
        ],
    )?;
    keep_newest(tx, by, of, Newest { metric: &new.metric, id, hundredths, effective_at })?;
    Ok(id)
}

/// A backdated score changes the history, not the newest.
pub(super) fn keep_newest(tx: &mut Tx<'_>, by: &By, of: Of, newest: Newest<'_>) -> Result<(), Fault> {
    let Newest { metric, id, hundredths, effective_at } = newest;
    let written: [&dyn Param; 6] = [&of.account, &by.workspace.id, &metric, &id, &hundredths, &effective_at];
    match of.scope {
        None => tx.exec(
            sql!(
                "INSERT INTO score_latest (account_id, workspace_id, metric, score_id, value, effective_at)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (account_id, metric) DO UPDATE SET score_id = $4, value = $5, effective_at = $6
                 WHERE score_latest.effective_at <= $6"
            ),
            &written,
        )?,
        Some(scope) => tx.exec(
            sql!(
                "INSERT INTO scope_score_latest (account_id, workspace_id, metric, score_id, value, effective_at, scope_id)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (scope_id, metric) DO UPDATE SET score_id = $4, value = $5, effective_at = $6
                 WHERE scope_score_latest.effective_at <= $6"
            ),
            &[&written[..], &[&scope]].concat(),
        )?,
    };
    Ok(())
}
