//! What is being done about an account, on its Progress tab.

use maud::{Markup, html};

use super::card::View;
use crate::account::pages::path;
use crate::task::StepNow;
use crate::task::pages::{Beside, Row, row};
use crate::task::store::Task;
use crate::text::task as text;

impl View<'_> {
    /// Open actions by date, then those just done; without any, only the way to a first one.
    pub fn actions(&self) -> Markup {
        let back = path(self.caller, self.account, "");
        let view = Row { caller: self.caller, today: self.today, back: &back, beside: Beside::Owner };
        html! {
            section.works #actions aria-labelledby="actions-head" {
                div.row.between {
                    h2 #actions-head { (text::actions()) @if !self.tasks.is_empty() { " " span.count { (self.tasks.len()) } } }
                    (self.add_action(&back))
                }
                @if self.tasks.is_empty() { p.soft { (text::no_actions()) } }
                @else { ul { @for task in self.tasks { (row(&view, task, self.step_now(task).as_ref())) } } }
            }
        }
    }

    fn add_action(&self, back: &str) -> Markup {
        let source = if self.card.result.gap.is_some() { "gap" } else { "manual" };
        let asked = [("source", source), ("account", &self.account.id.to_string()), ("back", back)];
        let asked = serde_urlencoded::to_string(asked).unwrap_or_default();
        html! {
            @if self.account.archived_at.is_none() {
                a.button.small data-dialog href=(self.caller.path(&format!("/tasks/new?{asked}"))) { (text::add_action()) }
            }
        }
    }

    fn step_now(&self, task: &Task) -> Option<StepNow> {
        let key = task.step.as_deref()?;
        let (step, result) =
            self.card.template.steps.iter().zip(&self.card.result.steps).find(|(step, _)| step.key == key)?;
        let metric =
            task.metric.as_deref().and_then(|key| self.card.template.metric(key)).filter(|metric| metric.is_typed());
        Some(StepNow {
            name: step.name.clone(),
            metric: metric.map_or(key, |metric| metric.key()).to_owned(),
            metric_name: metric.map_or(step.name.as_str(), |metric| metric.name()).to_owned(),
            score: result.score,
        })
    }
}
