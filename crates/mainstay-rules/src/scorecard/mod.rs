//! The five steps of an account: their template, the recording of a score, and what they add up to.

mod choice;
mod evaluate;
mod record;
mod template;

pub use choice::{AppliesTo, Segment, Templates};
pub use evaluate::{Gap, GapReason, LOW, Latest, RANKED_STEPS_MIN, Scorecard, Source, StepResult, evaluate};
pub use record::{NewScore, Recording, ScoreError, ScoreRecorded, ScoreWithdrawn, record};
pub use template::{Metric, MetricRef, STEPS, Step, Template, TemplateError, UnscoredStep, step_number};
