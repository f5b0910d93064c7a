//! The portfolio: the progress report of all accounts, read from one line each, edited like a sheet.

pub mod api;
pub mod pages;
pub mod reactions;
pub mod store;

use mainstay_rules::progress::{self, Progress};
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::Segment;

pub use store::{Line, LineStep};

impl Line {
    /// What the choice of its scorecard depends on.
    pub fn segment(&self) -> Segment<'_> {
        Segment {
            account_type: self.account_type,
            industry: self.industry.as_deref(),
            vertical: self.vertical.as_deref(),
            geography: self.geography.as_deref(),
        }
    }

    pub fn progress(&self) -> Progress {
        progress::progress(self.arr_now, self.arr_last_year, self.arr_delta_target)
    }

    /// The score that counts for a step, the first being 0.
    pub fn step_score(&self, index: usize) -> Option<Mean> {
        self.steps.get(index).and_then(|step| step.score).map(Mean::from_millionths)
    }
}
