//! The gap of a line: where to act first, and what is being done about it.

use mainstay_rules::task::{Bucket, bucket};
use maud::{Markup, html};

use super::View;
use crate::portfolio;
use crate::portfolio::store::Line;
use crate::task::store::Actions;
use crate::text::{portfolio as text, task as words};

impl View<'_> {
    pub(super) fn gap(&self, line: &Line, page: &str) -> Markup {
        let Some(gap) = portfolio::gap(line, self.heads.templates.governing(line.segment())) else { return html! {} };
        let unscored = gap.score.is_none();
        html! {
            a.gap.unscored[unscored] href=(format!("{page}#{}", gap.step)) { (gap.step_name) }
            @if unscored { " " small { (text::never_scored()) } }
            @if let Some(actions) = self.actions {
                @match actions.get(&line.account_id) {
                    Some(actions) => { " " (self.actions(actions, page)) }
                    None => { " " (self.add_action(line)) }
                }
            }
        }
    }

    fn actions(&self, actions: &Actions, page: &str) -> Markup {
        let is_late = bucket(actions.due_on, self.heads.day) == Bucket::Overdue;
        html! {
            a.act.late[is_late] href=(format!("{page}#actions")) {
                (words::actions_of(actions.count, &actions.owner, actions.due_on, self.heads.day))
                @if is_late { " " (words::is_late()) }
            }
        }
    }

    /// The first of two clicks; the second one saves what it proposes.
    fn add_action(&self, line: &Line) -> Markup {
        let asked =
            [("source", "gap"), ("account", &line.account_id.to_string()), ("back", &self.caller.path("/portfolio"))];
        let asked = serde_urlencoded::to_string(asked).unwrap_or_default();
        html! {
            a.act data-dialog href=(self.caller.path(&format!("/tasks/new?{asked}"))) title=(words::action_for(&line.name)) {
                (words::add_action_short()) span.sr { " " (words::about(&line.name)) }
            }
        }
    }
}
