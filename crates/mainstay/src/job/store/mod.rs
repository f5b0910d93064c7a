//! The job room's tables: jobs and their leases, schedules, timers, holidays.

mod claim;
mod holiday;
mod list;
mod plan;
mod schedule;
mod timer;

pub use claim::{Wait, claim, fail, forget_finished, give_back, renew, take_back, wait};
pub use holiday::{Holiday, add_holiday, holidays, list_holidays, remove_holiday};
pub use list::{Job, JobFilter, Place, count_by_state, job, list_jobs, retry};
pub use plan::{plan, replan, to_plan};
pub use schedule::{Planned, schedule, schedules, set_schedule};
pub use timer::{cancel_timer, set_timer};
