//! Tasks on the wire.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::score::Mean;
use mainstay_rules::task::{NewTask, NewTaskInput, TaskEditInput};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::verbs::Wish;
use crate::account::api::{PersonRef, said};
use crate::corridor::fault::Fault;
use crate::task::Task;

/// The account that a task is about.
#[derive(Serialize, ToSchema)]
pub struct AccountRef {
    pub id: Uuid,
    pub name: String,
    #[schema(minimum = 1, maximum = 4)]
    pub r#type: i64,
}

/// What made a task.
#[derive(Serialize, ToSchema)]
pub struct TaskSource {
    /// `manual`, `gap` or `weekly_call`.
    #[schema(example = "gap")]
    pub kind: &'static str,
    /// The step that it is to lift.
    #[schema(example = "launched")]
    pub step: Option<String>,
    /// The sub-metric that cost the step most.
    #[schema(example = "launched.expected_users_active")]
    pub metric: Option<String>,
    /// The step's score when the task was written down; null when it was never scored.
    pub score: Option<f64>,
}

/// A piece of work with an owner and perhaps a date.
#[derive(Serialize, ToSchema)]
#[schema(as = Task)]
pub struct TaskOut {
    pub id: Uuid,
    pub title: String,
    pub note: Option<String>,
    /// `open`, `done` or `dropped`.
    #[schema(example = "open")]
    pub status: &'static str,
    pub owner: PersonRef,
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Date>,
    pub account: Option<AccountRef>,
    pub source: TaskSource,
    /// Of a done task that was to lift a score: whether the score has moved. Null until somebody says so.
    pub moved: Option<bool>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub created_by: Option<PersonRef>,
    /// When it was done or dropped.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    pub closed_by: Option<PersonRef>,
    pub version: i64,
}

impl TaskOut {
    pub fn of(task: &Task) -> Self {
        let person = |id: Option<Uuid>, name: &String| id.map(|id| PersonRef { id, name: name.clone() });
        Self {
            id: task.id,
            title: task.title.clone(),
            note: (!task.note.is_empty()).then(|| task.note.clone()),
            status: task.status.as_str(),
            owner: PersonRef { id: task.owner_id, name: task.owner.clone() },
            due: task.due_on,
            account: task.account.as_ref().map(|account| AccountRef {
                id: account.id,
                name: account.name.clone(),
                r#type: account.account_type.number(),
            }),
            source: TaskSource {
                kind: task.source.as_str(),
                step: task.step.clone(),
                metric: task.metric.clone(),
                score: task.score.map(Mean::two_decimals),
            },
            moved: task.moved,
            created_at: task.created_at,
            created_by: person(task.created_by, &task.creator),
            closed_at: task.closed_at,
            closed_by: person(task.closed_by, &task.closer),
            version: task.version,
        }
    }
}

/// What is sent for a task; what is left out stays as it is, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskFields)]
pub struct TaskIn {
    /// Required for a new task, at most 200 characters.
    #[serde(default, deserialize_with = "said")]
    #[schema(example = "Get the billing file back")]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable)]
    pub note: Option<String>,
    /// A user of the workspace who may see the account; you, for a new task, when left out.
    #[serde(default)]
    pub owner: Option<Uuid>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable, example = "2026-12-04")]
    pub due: Option<String>,
    /// What it is about; only for a new task.
    #[serde(default)]
    pub account: Option<Uuid>,
    /// What made it: `manual` (when left out), `gap` or `weekly_call`; only for a new task.
    #[serde(default)]
    #[schema(example = "gap")]
    pub source: Option<String>,
}

impl TaskIn {
    /// A new task.
    pub fn wish(&self) -> Result<Wish, Fault> {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let input = NewTaskInput {
            title: text(&self.title),
            note: text(&self.note),
            due_on: text(&self.due),
            source: text(&self.source),
        };
        let new = NewTask::check(&input).map_err(on_the_wire)?;
        Ok(Wish { new, owner: self.owner, account: self.account })
    }

    pub fn edit_input(&self) -> Result<TaskEditInput, Fault> {
        let fixed = [("/account", self.account.is_some()), ("/source", self.source.is_some())];
        let refused = |(pointer, _): &(&str, bool)| {
            let message = "This does not change any more. Drop the task and add another one.";
            FieldError::new(pointer, FieldCode::ReadOnly, message)
        };
        let errors: Vec<FieldError> = fixed.iter().filter(|(_, is_sent)| *is_sent).map(refused).collect();
        if !errors.is_empty() {
            return Err(Fault::invalid(errors));
        }
        Ok(TaskEditInput { title: self.title.clone(), note: self.note.clone(), due_on: self.due.clone() })
    }
}

/// What is said with "done".
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskDone)]
pub struct MovedIn {
    /// Whether the score that it was to lift has moved; only for a task that has a step.
    #[serde(default)]
    pub moved: Option<bool>,
}

/// The rules' errors under the names that the wire has for these fields.
pub fn on_the_wire(errors: Vec<FieldError>) -> Fault {
    let renamed = errors.into_iter().map(|error| match error.pointer.as_str() {
        "/due_on" => FieldError { pointer: "/due".to_owned(), ..error },
        _ => error,
    });
    Fault::invalid(renamed.collect())
}
