//! The portfolio: the progress report of all accounts, read from one line each, edited like a sheet.

pub mod api;
pub mod pages;
pub mod reactions;
pub mod store;

use mainstay_rules::progress::{self, Progress};
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::{Segment, Template};

use crate::task::{Gap, StepNow};

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

/// The gap of a line in the words of its scorecard; an archived account is nobody's work.
pub fn gap(line: &Line, template: &Template) -> Option<Gap> {
    let index = usize::try_from(line.gap_step.filter(|_| !line.archived)?).ok()?;
    let step = template.steps.get(index)?;
    let metric = line.gap_metric.as_deref().and_then(|key| template.metric(key));
    Some(Gap {
        account: line.account_id,
        account_name: line.name.clone(),
        step: step.key.clone(),
        step_name: step.name.clone(),
        metric: metric.map(|metric| metric.key().to_owned()),
        metric_name: metric.map(|metric| metric.name().to_owned()),
        score: line.step_score(index),
        answers: line.associate_id,
    })
}

/// What a step of the line reads, and which of its sub-metrics a task was about.
pub fn step_now(line: &Line, template: &Template, step: &str, metric: Option<&str>) -> Option<StepNow> {
    let (index, known) = template.steps.iter().enumerate().find(|(_, known)| known.key == step)?;
    // What is worked out, or needs evidence, cannot be typed beside a task: then the step as a whole is judged.
    let metric = metric.and_then(|key| template.metric(key)).filter(|metric| metric.is_typed());
    Some(StepNow {
        name: known.name.clone(),
        metric: metric.map_or(step, |metric| metric.key()).to_owned(),
        metric_name: metric.map_or(known.name.as_str(), |metric| metric.name()).to_owned(),
        score: line.step_score(index),
    })
}
