//! Tasks of the story, by the verbs of their room.

use mainstay_db::Tx;
use mainstay_rules::task::{NewTask, NewTaskInput, Source, Turn};
use uuid::Uuid;

use super::stage::Production;
use crate::app;
use crate::corridor::fault::Fault;
use crate::corridor::request::Care;
use crate::corridor::verb::By;
use crate::task::store::{self, TaskFields};
use crate::text::task as text;

/// Writes the task down as it stood in the story; one on a gap says the gap of that day.
pub fn make(
    tx: &mut Tx<'_>,
    by: &By,
    production: &Production,
    (account, index): (Uuid, usize),
    user: &dyn Fn(&str) -> Result<Uuid, Fault>,
) -> Result<Uuid, Fault> {
    let told = &production.story.tasks[index];
    let gap = if told.gap {
        // What was scored on the same day counts.
        app::project(tx, by)?;
        let gap = app::gap(tx, by.workspace.id, account)?;
        Some(gap.ok_or_else(|| Fault::internal(format!("{} has no gap on day {}", told.account, told.day)))?)
    } else {
        None
    };
    let said = gap.as_ref().map(|gap| text::gap_title(&gap.step_name, gap.metric_name.as_deref(), gap.score));
    let input = NewTaskInput {
        title: if told.title.is_empty() { said.unwrap_or_default() } else { told.title.clone() },
        note: told.note.clone(),
        due_on: told.due.map(|day| production.calendar.date(day).to_string()).unwrap_or_default(),
        source: if told.gap { Source::Gap.as_str().to_owned() } else { told.source.clone() },
    };
    let fields = TaskFields {
        new: NewTask::check(&input).map_err(Fault::invalid)?,
        owner: user(&told.owner)?,
        account: Some(account),
        step: gap.as_ref().map(|gap| gap.step.clone()),
        metric: gap.as_ref().and_then(|gap| gap.metric.clone()),
        score: gap.and_then(|gap| gap.score),
    };
    store::add(tx, by, &fields)
}

/// It is done, and perhaps the question was answered.
pub fn keep(tx: &mut Tx<'_>, by: &By, task: Uuid, moved: Option<bool>) -> Result<(), Fault> {
    let before = store::expect_version(tx, by, task, &Care::default())?;
    store::turn(tx, by, &before, Turn::Done)?;
    let Some(moved) = moved else { return Ok(()) };
    let now = app::step_now(tx, by.workspace.id, &before)?.and_then(|step| step.score);
    store::answer_moved(tx, by, task, moved, now)
}
