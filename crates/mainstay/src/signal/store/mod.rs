//! The signal room's tables: data points, the series they belong to, roll-ups by day, and thresholds.

mod compare;
mod day;
mod due;
mod ingest;
mod keep;
mod measure;
mod person;
mod point;
mod series;
mod standing;
mod threshold;

pub use compare::{ComparedDay, compare_days};
pub use day::{DayRow, days, summary};
pub use due::{Due, due, due_workspaces, moments_from, settle, take_due};
pub use ingest::{Arrived, Refusal, Taken, take};
pub use keep::{forget_actors, thin};
pub use measure::Windowed;
pub use person::{Unmatched, accounts_of_people, count_unmatched, forget_unmatched, put_people, unmatched};
pub use point::{NewPoint, Point, as_of, moments_since, newest, record, remove_points, series};
pub use series::{Signal, SignalChange, change_signal, signal, signals};
pub use standing::{cross, watch_again};
pub use threshold::{
    StoredThreshold, ThresholdTerms, add_threshold, change_threshold, remove_threshold, threshold, thresholds,
};
