//! Tasks: every piece of work with an owner and a date, whatever made it; a person's day is made of them.

pub mod api;
pub mod pages;
pub mod store;

use mainstay_db::Tx;
use mainstay_rules::account::AccountType;
use mainstay_rules::permission::{self, TaskFacts};
use mainstay_rules::score::Mean;
use uuid::Uuid;

use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;

pub use store::Task;

impl Guarded for Task {
    const PARAMETER: &'static str = "task";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        store::task(tx, caller.workspace.id, id, caller.user)
    }

    fn readable(&self, caller: &Caller) -> bool {
        permission::reads_task(self.facts(caller.user))
    }

    fn writable(&self, caller: &Caller) -> bool {
        permission::writes_task(caller.role, self.facts(caller.user))
    }
}

impl Task {
    pub fn facts(&self, user: Uuid) -> TaskFacts {
        TaskFacts {
            account: self.account.as_ref().map(|account| account.facts),
            is_owner: self.owner_id == user,
            is_creator: self.created_by == Some(user),
        }
    }
}

/// The gap of an account in words and keys; the rooms that measure say it (`app::gap`).
#[derive(Clone, Debug)]
pub struct Gap {
    pub account: Uuid,
    pub account_name: String,
    /// The step's key and name.
    pub step: String,
    pub step_name: String,
    /// The sub-metric that costs the step most.
    pub metric: Option<String>,
    pub metric_name: Option<String>,
    /// The step's score; none when it was never scored.
    pub score: Option<Mean>,
    /// Who answers for the account: its associate, else its pod's owner.
    pub answers: Option<Uuid>,
}

/// What the step of a task's source reads today (`app::step_now`).
#[derive(Clone, Debug)]
pub struct StepNow {
    pub name: String,
    /// The sub-metric that the task was about, or the step itself.
    pub metric: String,
    pub metric_name: String,
    pub score: Option<Mean>,
}

/// An account with a low score that somebody answers for and nothing is being done about (`app::gaps_without_action`).
#[derive(Clone, Debug)]
pub struct OpenGap {
    pub account: Uuid,
    pub name: String,
    pub account_type: AccountType,
    pub step_name: String,
    /// None: the step was never scored.
    pub score: Option<Mean>,
}
