//! The five steps of an account: their template, the recording of a score, and what they add up to.

mod choice;
mod evaluate;
mod explain;
mod record;
mod template;
mod template_file;

pub use choice::{AppliesTo, Segment, Templates};
pub use evaluate::{
    Gap, GapReason, LOW, Latest, RANKED_STEPS_MIN, Scorecard, Source, StepResult, evaluate, evaluate_below,
};
pub use explain::{Change, Figure, Lift, Part, StepParts, movement, parts_of, recompute, single_change};
pub use record::{NewScore, Origin, Recording, ScoreError, ScoreRecorded, ScoreWithdrawn, record};
pub use template::{
    Band, Kind, LowBand, Metric, MetricRef, Mistake, STEPS, Step, Target, Template, TemplateError, UnscoredStep,
    step_number,
};
