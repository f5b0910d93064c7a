//! Scores of an account's scopes: recording one, and the newest of each with who gave it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::{self, Latest, NewScore, Origin, Recording};
use serde_json::json;
use uuid::Uuid;

use super::fact::{self, Of};
use super::roll_up::tree_on;
use super::{Recorded, ScoreIn, refused, score_of, template_of};
use crate::account::store::AccountScope;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A score of a scope as it was recorded.
#[derive(Clone, Debug)]
pub struct ScopeScore {
    pub scope: Uuid,
    pub score: Recorded,
}

/// What was recorded of one metric on each scope.
pub type OfScopes = BTreeMap<Uuid, Score>;

/// Records a score on a scope, or withdraws it; the account's own score follows in the same transaction. A scope over
/// scored ones takes none: it reads theirs. The account is locked by the caller.
pub fn record_on_scope(tx: &mut Tx<'_>, by: &By, scope: &AccountScope, new: &ScoreIn) -> Result<(), Fault> {
    let template = template_of(tx, by.workspace.id, scope.account_id)?;
    let effective_at = new.effective_at.unwrap_or(by.at);
    let before = before(tx, by.workspace.id, scope.id, &new.metric, effective_at)?;
    let tree = tree_on(tx, &by.workspace, scope.account_id, by.today())?;
    let scored = of_metric(&newest_of_scopes(tx, by.workspace.id, scope.account_id)?, &new.metric);
    let stated = NewScore {
        value: new.value,
        effective_at,
        confirms: new.confirms,
        has_evidence: !new.evidence_url.is_empty(),
        origin: if tree.is_scored_below(&scored, scope.id) { Origin::StatedOverScopes } else { Origin::Stated },
    };
    let recording =
        scorecard::record(&template, &new.metric, stated, before.as_ref(), by.at).map_err(|error| refused(&error))?;
    let (kind, before) = match recording {
        Recording::Unchanged => return Ok(()),
        Recording::Recorded(told) => (Kind::ScopeScoreRecorded, told.before),
        Recording::Withdrawn(told) => (Kind::ScopeScoreWithdrawn, Some(told.before)),
    };
    let of = Of { account: scope.account_id, scope: Some(scope.id) };
    let id = fact::put(tx, by, of, new, effective_at, &template)?;
    let data = json!({
        "metric": new.metric,
        "score_id": id,
        "before": before.map(Score::hundredths),
        "after": new.value.map(Score::hundredths),
    });
    by.happened_at(tx, effective_at, scope.account_id, kind, ("scope", scope.id), data)?;
    Ok(())
}

fn before(tx: &mut Tx<'_>, workspace: Uuid, scope: Uuid, metric: &str, at: Timestamp) -> Result<Option<Latest>, Fault> {
    Ok(tx.one(
        sql!(
            "SELECT value, effective_at FROM scope_score
             WHERE workspace_id = $1 AND scope_id = $2 AND metric = $3 AND effective_at <= $4
             ORDER BY effective_at DESC, recorded_at DESC, id DESC LIMIT 1"
        ),
        &[&workspace, &scope, &metric, &at],
        |row| Ok(Latest { metric: metric.to_owned(), value: score_of(row, 0)?, effective_at: row.get(1)? }),
    )?)
}

macro_rules! columns {
    () => {
        "s.scope_id, s.id, s.metric, s.value, s.note, s.evidence_url, s.effective_at, s.recorded_at, s.recorded_by,
         COALESCE(u.name, '')
         FROM scope_score s LEFT JOIN workspace_user u ON u.id = s.recorded_by"
    };
}

/// The newest score of each metric on each living scope, withdrawn ones included.
pub fn newest_of_scopes(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<ScopeScore>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " JOIN scope_score_latest l ON l.score_id = s.id JOIN scope p ON p.id = l.scope_id
             WHERE l.workspace_id = $1 AND l.account_id = $2 AND p.archived_at IS NULL
             ORDER BY l.metric, l.scope_id"
        )),
        &[&workspace, &account],
        read,
    )?)
}

fn read(row: &Row<'_>) -> mainstay_db::Result<ScopeScore> {
    let score = Recorded {
        id: row.get(1)?,
        metric: row.get(2)?,
        value: score_of(row, 3)?,
        note: row.get(4)?,
        evidence_url: row.get(5)?,
        effective_at: row.get(6)?,
        recorded_at: row.get(7)?,
        by_id: row.get(8)?,
        by: row.get(9)?,
    };
    Ok(ScopeScore { scope: row.get(0)?, score })
}

/// One score by its id, for the timeline.
pub fn recorded_on_scope(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Recorded>, Fault> {
    let found = tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE s.workspace_id = $1 AND s.id = $2")),
        &[&workspace, &id],
        read,
    )?;
    Ok(found.map(|found| found.score))
}

/// What of them is known of one metric.
pub fn of_metric(newest: &[ScopeScore], metric: &str) -> OfScopes {
    let known = newest.iter().filter(|one| one.score.metric == metric);
    known.filter_map(|one| Some((one.scope, one.score.value?))).collect()
}

/// What was known of one metric at a time.
pub fn of_metric_at(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    metric: &str,
    at: Timestamp,
) -> Result<OfScopes, Fault> {
    let rows = tx.rows(
        sql!(
            "SELECT s.scope_id, s.value FROM scope_score s JOIN scope p ON p.id = s.scope_id
             WHERE s.workspace_id = $1 AND s.account_id = $2 AND s.metric = $3 AND s.effective_at <= $4
               AND p.archived_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM scope_score n WHERE n.scope_id = s.scope_id AND n.metric = s.metric
                 AND n.effective_at <= $4
                 AND (n.effective_at, n.recorded_at, n.id) > (s.effective_at, s.recorded_at, s.id))"
        ),
        &[&workspace, &account, &metric, &at],
        |row| Ok((row.get::<Uuid>(0)?, score_of(row, 1)?)),
    )?;
    Ok(rows.into_iter().filter_map(|(scope, value)| Some((scope, value?))).collect())
}

/// Whether living scopes of the account score the metric: then its own score follows from theirs.
pub fn is_rolled_up(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, metric: &str) -> Result<bool, Fault> {
    let found: Option<Uuid> = tx.one(
        sql!(
            "SELECT l.scope_id FROM scope_score_latest l JOIN scope p ON p.id = l.scope_id
             WHERE l.workspace_id = $1 AND l.account_id = $2 AND l.metric = $3 AND l.value IS NOT NULL
               AND p.archived_at IS NULL LIMIT 1"
        ),
        &[&workspace, &account, &metric],
        |row| row.get(0),
    )?;
    Ok(found.is_some())
}

/// The metrics of the account that are rolled up from its scopes.
pub fn rolled_up(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<String>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT DISTINCT l.metric FROM scope_score_latest l JOIN scope p ON p.id = l.scope_id
             WHERE l.workspace_id = $1 AND l.account_id = $2 AND l.value IS NOT NULL AND p.archived_at IS NULL
             ORDER BY l.metric"
        ),
        &[&workspace, &account],
        |row| row.get(0),
    )?)
}

/// The scopes of one account are another's now: what was scored of them goes along, so that the roll-up finds it.
pub fn move_scope_scores(tx: &mut Tx<'_>, workspace: Uuid, source: Uuid, target: Uuid) -> Result<(), Fault> {
    let of: [&dyn mainstay_db::Param; 3] = [&workspace, &source, &target];
    tx.exec(sql!("UPDATE scope_score SET account_id = $3 WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("UPDATE scope_score_latest SET account_id = $3 WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    Ok(())
}
