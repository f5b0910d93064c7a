//! The portfolio: the progress report of all accounts, read from one line each, edited like a sheet.

pub mod api;
pub mod pages;
pub mod reactions;
pub mod store;

use mainstay_rules::progress::{self, Progress};
use mainstay_rules::score::Mean;

pub use store::{Line, LineStep};

impl Line {
    pub fn progress(&self) -> Progress {
        progress::progress(self.arr_now, self.arr_last_year, self.arr_delta_target)
    }

    /// The score that counts for a step, the first being 0.
    pub fn step_score(&self, index: usize) -> Option<Mean> {
        self.steps.get(index).and_then(|step| step.score).map(Mean::from_millionths)
    }
}
