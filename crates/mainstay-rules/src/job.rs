//! Machine work: its states, and what follows a failure.

use jiff::SignedDuration;

use crate::limits::{JOB_RETRY_SECONDS_FIRST, JOB_RETRY_SECONDS_MAX};

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for its time or its turn.
    Due,
    /// Some server holds it.
    Running,
    Done,
    /// Failed, and is tried again by itself.
    Failed,
    /// Failed too often, and waits for a person.
    Parked,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Due, Self::Running, Self::Failed, Self::Parked, Self::Done];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Parked => "parked",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a person may have it done again: what waits comes by itself, what is done is done.
    pub fn may_retry(self) -> bool {
        matches!(self, Self::Failed | Self::Parked)
    }
}

/// How long after its `attempts`-th failure a job is tried again; none: never by itself.
///
/// Twice as long each time, up to a limit, and up to a quarter more by chance, so that many that failed together
/// do not come back together. `chance` is any number.
pub fn wait_after_failure(attempts: i64, attempts_max: i64, chance: u64) -> Option<SignedDuration> {
    if attempts >= attempts_max {
        return None;
    }
    let doublings = u32::try_from(attempts.clamp(1, 32) - 1).unwrap_or(0);
    let seconds = (JOB_RETRY_SECONDS_FIRST << doublings).min(JOB_RETRY_SECONDS_MAX);
    let millis = seconds * 1_000;
    let more = i64::try_from(chance % u64::try_from(millis / 4 + 1).unwrap_or(1)).unwrap_or(0);
    Some(SignedDuration::from_millis(millis + more))
}
