//! Recording a score: what a new value means beside the newest one that is known.

use jiff::Timestamp;

use super::evaluate::Latest;
use super::template::Template;
use crate::field::{FieldCode, FieldError, year_in_range};
use crate::score::Score;

/// A value that someone states for a sub-metric, or for a whole step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewScore {
    /// None withdraws the score: the metric counts as not scored from then on.
    pub value: Option<Score>,
    /// When it was so.
    pub effective_at: Timestamp,
    /// Someone looked again, or a note or evidence comes with it: the same value is then news too,
    /// because it is fresh. Without it (a pasted block, a repeated import) the same value is none.
    pub confirms: bool,
    /// A link to the evidence comes with it.
    pub has_evidence: bool,
    pub origin: Origin,
}

/// Where a score comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Somebody states it.
    Stated,
    /// Somebody states it over scopes that are scored: it reads theirs and takes none of its own.
    StatedOverScopes,
    /// Worked out, from data points or from the scopes; only these score an automatic sub-metric.
    WorkedOut,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recording {
    Recorded(ScoreRecorded),
    Withdrawn(ScoreWithdrawn),
    /// Nothing to write.
    Unchanged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRecorded {
    /// Key of the sub-metric, or of the step when it is a typed judgement.
    pub metric: String,
    pub step_index: usize,
    pub judgement: bool,
    pub before: Option<Score>,
    pub after: Score,
    pub effective_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreWithdrawn {
    pub metric: String,
    pub step_index: usize,
    pub judgement: bool,
    pub before: Score,
    pub effective_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    #[error("This scorecard has no “{0}”; choose one of its steps or sub-metrics")]
    UnknownMetric(String),
    #[error("“{0}” is worked out from its data points and cannot be typed; record the data points instead")]
    Automatic(String),
    #[error("“{0}” is rolled up from the scopes below and cannot be typed; score it there instead")]
    RolledUp(String),
    #[error("“{0}” needs evidence; add a link to it")]
    EvidenceMissing(String),
    #[error("A score cannot lie in the future; give today or an earlier day")]
    InFuture,
    #[error("The day of a score is too long ago")]
    TooLongAgo,
    #[error("The newest score given is of “{found}”, not of “{wanted}”")]
    WrongLatest { wanted: String, found: String },
}

impl ScoreError {
    pub fn code(&self) -> FieldCode {
        match self {
            Self::UnknownMetric(_) => FieldCode::Unknown,
            Self::InFuture | Self::TooLongAgo => FieldCode::OutOfRange,
            Self::WrongLatest { .. } => FieldCode::Conflict,
            Self::Automatic(_) | Self::RolledUp(_) => FieldCode::ReadOnly,
            Self::EvidenceMissing(_) => FieldCode::Required,
        }
    }

    pub fn at(&self, pointer: &str) -> FieldError {
        FieldError::new(pointer, self.code(), self.to_string())
    }
}

/// Decides what `new` does to `metric_key`.
///
/// `latest` is the newest fact of this metric that was effective at or before `new.effective_at`;
/// a later one is not what came before a backdated score, and is left out of account.
pub fn record(
    template: &Template,
    metric_key: &str,
    new: NewScore,
    latest: Option<&Latest>,
    now: Timestamp,
) -> Result<Recording, ScoreError> {
    let Some(target) = template.metric(metric_key) else {
        return Err(ScoreError::UnknownMetric(metric_key.chars().take(80).collect()));
    };
    if let Some(latest) = latest.filter(|latest| latest.metric != metric_key) {
        let (wanted, found) = (metric_key.to_owned(), latest.metric.clone());
        return Err(ScoreError::WrongLatest { wanted, found });
    }
    if let Some(metric) = target.metric {
        if metric.is_automatic() && new.origin != Origin::WorkedOut {
            return Err(ScoreError::Automatic(metric.name.clone()));
        }
        if metric.evidence_required && new.origin != Origin::WorkedOut && new.value.is_some() && !new.has_evidence {
            return Err(ScoreError::EvidenceMissing(metric.name.clone()));
        }
    }
    if new.origin == Origin::StatedOverScopes {
        return Err(ScoreError::RolledUp(target.name().to_owned()));
    }
    if new.effective_at > now {
        return Err(ScoreError::InFuture);
    }
    let day = jiff::tz::Offset::UTC.to_datetime(new.effective_at).date();
    year_in_range("/effective_at", day).map_err(|_| ScoreError::TooLongAgo)?;

    let before = latest.filter(|latest| latest.effective_at <= new.effective_at).and_then(|latest| latest.value);
    let metric = metric_key.to_owned();
    let (step_index, judgement) = (target.step_index, target.metric.is_none());
    let effective_at = new.effective_at;
    Ok(match (before, new.value) {
        (None, None) => Recording::Unchanged,
        (Some(before), Some(after)) if before == after && !new.confirms => Recording::Unchanged,
        (before, Some(after)) => {
            Recording::Recorded(ScoreRecorded { metric, step_index, judgement, before, after, effective_at })
        }
        (Some(before), None) => {
            Recording::Withdrawn(ScoreWithdrawn { metric, step_index, judgement, before, effective_at })
        }
    })
}
