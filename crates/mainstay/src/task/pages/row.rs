//! One task in a list: the box that ticks it, what it is about, and when it is due.

use jiff::civil::Date;
use mainstay_rules::account::AccountType;
use mainstay_rules::task::{Bucket, Source, Status, bucket};
use maud::{Markup, html};

use super::back_field;
use super::question::question;
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::frame;
use crate::task::StepNow;
use crate::task::store::{Task, TaskAccount};
use crate::text::{frame as words, task as text};

/// Who looks at a task, on which day, from which page.
pub struct Row<'a> {
    pub caller: &'a Caller,
    pub today: Date,
    /// Where its forms come back to.
    pub back: &'a str,
    pub beside: Beside,
}

/// What a line says that its list does not say already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    Account,
    Owner,
    Both,
}

/// A line of the list; `now` is what the step of its source reads, for the question of a done task.
pub fn row(view: &Row<'_>, task: &Task, now: Option<&StepNow>) -> Markup {
    let is_open = task.status == Status::Open;
    let writable = task.writable(view.caller);
    html! {
        li.work.over[!is_open] data-task {
            (view.tick(task, writable))
            div.what {
                a.name href=(view.path(task, "")) { (task.title) }
                p.soft {
                    @if let Some(account) = task.account.as_ref().filter(|_| view.beside != Beside::Owner) { (view.account(account)) }
                    (source_tag(task, now))
                    @if view.beside != Beside::Account { span.owner { (task.owner) } }
                }
                @if writable && task.status == Status::Done && task.moved.is_none() {
                    @if let Some(now) = now { (question(view, task, now)) }
                }
            }
            (view.when(task))
        }
    }
}

impl Row<'_> {
    pub fn path(&self, task: &Task, rest: &str) -> String {
        self.caller.path(&format!("/tasks/{}{rest}", task.id))
    }

    fn tick(&self, task: &Task, writable: bool) -> Markup {
        let (action, label) = match task.status {
            Status::Open => ("/done", text::done_label(&task.title)),
            Status::Done | Status::Dropped => ("/reopen", text::reopen_label(&task.title)),
        };
        let class = if task.status == Status::Open { "tick" } else { "tick ticked" };
        html! {
            @if writable {
                form method="post" action=(self.path(task, action)) data-quiet {
                    (frame::csrf(self.caller)) (back_field(self.back))
                    button class=(class) id=(format!("tick-{}", task.id)) aria-label=(label)
                        title=(if task.status == Status::Open { text::mark_done() } else { text::reopen() }) { (mark()) }
                }
            } @else { span class=(class) aria-hidden="true" { (mark()) } }
        }
    }

    fn account(&self, account: &TaskAccount) -> Markup {
        html! {
            a href=(self.caller.path(&format!("/accounts/{}", account.id))) { (account.name) }
            " " (type_tag(account.account_type)) " "
        }
    }

    fn when(&self, task: &Task) -> Markup {
        html! {
            @match (task.status, task.due_on, task.closed_at) {
                (Status::Open, Some(due), _) => {
                    @let is_late = bucket(Some(due), self.today) == Bucket::Overdue;
                    time.due.late[is_late] datetime=(due) title=(words::long_day(due)) { (text::due_words(due, self.today)) }
                }
                (Status::Open, None, _) => span.due {},
                (status, _, Some(at)) => {
                    @let day = self.caller.workspace.day_of(at);
                    time.due datetime=(at) title=(words::moment(at, &self.caller.workspace.zone)) {
                        (text::status(status)) " " (words::short_day(day, self.today))
                    }
                }
                (status, _, None) => span.due { (text::status(status)) },
            }
        }
    }
}

/// A check mark, drawn once the box is ticked or pointed at.
fn mark() -> Markup {
    html! { svg viewBox="0 0 16 16" aria-hidden="true" { path d="M4 8.5l2.8 2.8L12 5.5" {} } }
}

pub fn type_tag(kind: AccountType) -> Markup {
    html! { span.tag title=(kind.meaning()) { (kind.label()) } }
}

/// Where the task comes from, and what the score of its step did.
fn source_tag(task: &Task, now: Option<&StepNow>) -> Markup {
    html! {
        @match (task.source, &task.step) {
            (Source::Gap, Some(step)) => {
                @let name = now.map_or_else(|| step.replace('_', " "), |now| now.name.clone());
                span.tag.bad title=(text::gap_when()) { (text::gap(&name, task.score)) } " "
            }
            (Source::WeeklyCall, _) => { span.tag { (text::source(Source::WeeklyCall)) } " " }
            _ => {}
        }
        @match task.moved {
            Some(true) => { span.tag.good { (text::moved_tag()) } " " }
            Some(false) => { span.tag { (text::not_moved_tag()) } " " }
            None => {}
        }
    }
}
