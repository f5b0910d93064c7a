//! The scorecard room's tables: every score ever recorded, and the newest of each metric; recording stands here.

mod activity;
mod automatic;
mod fact;
mod past;
mod publish;
mod read;
mod roll_up;
mod scope;
mod scope_card;
mod template;
mod times;

pub use activity::{Ticked, activity, tick, ticked};
pub use automatic::{Compared, compare_automatic, follow_signals, follow_since};
pub use past::{Known, Past, known, record_past, remove_past};
pub use publish::{Stored, Version, all_stored, checked, draft, publish, stored, text_of, versions};
pub use read::{
    Recorded, all, as_of, as_of_each, history, is_scored, latest, latest_each, newest, recent, recorded,
    recorded_between, recorded_between_each, scores_since,
};
pub use roll_up::follow_scopes;
pub use scope::{ScopeScore, move_scope_scores, newest_of_scopes, record_on_scope, recorded_on_scope, rolled_up};
pub use scope_card::{ScopeCard, ScopeCards, scope_cards};
pub use template::{Between, PublishedIn, low_of, template_of, templates, version_text, versions_between};
pub use times::{BEGINNING, Times, of_texts, texts, times};

use std::sync::Arc;

use jiff::Timestamp;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::problem::Problem;
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::{self, Latest, NewScore, Origin, Recording, ScoreError, Template};
use serde_json::json;
use uuid::Uuid;

use self::fact::Of;
use crate::corridor::fault::Fault;
use crate::corridor::verb::{By, Told};
use crate::signal::store as signals;

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

fn score_of(row: &Row<'_>, column: usize) -> mainstay_db::Result<Option<Score>> {
    let hundredths: Option<i64> = row.get(column)?;
    Ok(hundredths.and_then(|value| Score::from_hundredths(value).ok()))
}

/// Records a score on a metric, or withdraws it; the same value again is no event unless it confirms.
/// The account is locked by the caller.
pub fn record(tx: &mut Tx<'_>, by: &By, account: Uuid, new: &ScoreIn) -> Result<(), Fault> {
    let template = template_of(tx, by.workspace.id, account)?;
    let is_rolled_up = scope::is_rolled_up(tx, by.workspace.id, account, &new.metric)?;
    let origin = if is_rolled_up { Origin::StatedOverScopes } else { Origin::Stated };
    record_with(tx, by, account, new, &template, origin)
}

/// Scores of an account that has none yet, all of now.
pub struct FirstScores {
    pub account: Uuid,
    /// The one that governs it.
    pub template: Arc<Template>,
    pub scores: Vec<(String, Score)>,
    pub note: String,
}

/// Records the first scores of many accounts in a few statements.
pub fn record_first(tx: &mut Tx<'_>, by: &By, all: &[FirstScores]) -> Result<(), Fault> {
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for FirstScores { account, template, scores, note } in all {
        for (metric, value) in scores {
            let stated = NewScore {
                value: Some(*value),
                effective_at: by.at,
                confirms: false,
                has_evidence: false,
                origin: Origin::Stated,
            };
            scorecard::record(template, metric, stated, None, by.at).map_err(|error| refused(&error))?;
            let (id, hundredths) = (by.id(), Some(value.hundredths()));
            rows.push(fact::Row {
                id,
                account: *account,
                metric,
                hundredths,
                note,
                evidence_url: "",
                effective_at: by.at,
                by: by.user,
                template: &template.key,
                template_version: i64::from(template.version),
                import: None,
            });
            told.push(Told {
                account: *account,
                kind: Kind::ScoreRecorded,
                subject: ("score", id),
                data: json!({ "metric": metric, "before": None::<i64>, "after": hundredths }),
            });
        }
    }
    fact::put_each(tx, by, &rows)?;
    by.happened_each(tx, told)
}

/// As `record`, under a template that is known; only what was worked out may score an automatic sub-metric, or one that
/// is rolled up from the account's scopes.
fn record_with(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    new: &ScoreIn,
    template: &Template,
    origin: Origin,
) -> Result<(), Fault> {
    let effective_at = new.effective_at.unwrap_or(by.at);
    let before = latest_before(tx, by.workspace.id, account, &new.metric, effective_at)?;
    let stated = NewScore {
        value: new.value,
        effective_at,
        confirms: new.confirms,
        has_evidence: !new.evidence_url.is_empty(),
        origin,
    };
    let recording =
        scorecard::record(template, &new.metric, stated, before.as_ref(), by.at).map_err(|error| refused(&error))?;
    let (kind, before) = match recording {
        Recording::Unchanged => return Ok(()),
        Recording::Recorded(score) => (Kind::ScoreRecorded, score.before),
        Recording::Withdrawn(score) => (Kind::ScoreWithdrawn, Some(score.before)),
    };
    let id = fact::put(tx, by, Of { account, scope: None }, new, effective_at, template)?;
    let data = json!({
        "metric": new.metric,
        "before": before.map(Score::hundredths),
        "after": new.value.map(Score::hundredths),
    });
    by.happened_at(tx, effective_at, account, kind, ("score", id), data)?;
    Ok(())
}

/// Says it at the field that is wrong; the metric stands in the address.
fn refused(error: &ScoreError) -> Fault {
    match error {
        ScoreError::UnknownMetric(_) => Fault::new(Problem::NotFound, format!("{error}.")),
        ScoreError::InFuture | ScoreError::TooLongAgo => Fault::field(error.at("/effective_at")),
        ScoreError::EvidenceMissing(_) => Fault::field(error.at("/evidence_url")),
        ScoreError::Automatic(_) | ScoreError::RolledUp(_) | ScoreError::WrongLatest { .. } => {
            Fault::field(error.at("/value"))
        }
    }
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

/// Takes the scores of an account away whose import is undone.
pub fn remove_scores(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let of: [&dyn mainstay_db::Param; 2] = [&by.workspace.id, &account];
    tx.exec(sql!("DELETE FROM score_latest WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM score WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    activity::remove_activities(tx, by, account)?;
    signals::remove_points(tx, by, account)
}
