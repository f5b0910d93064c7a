//! `GET /w/{workspace}/portfolio/call`: what the weekly call begins with, last week's actions by account.

use axum::extract::State;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Scope, Tx};
use mainstay_rules::limits::TASKS_SHOWN_MAX;
use mainstay_rules::permission::Deed;
use mainstay_rules::task::{Bucket, Status, bucket};
use maud::{Markup, html};

use super::tabs::{Tab, tabs};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::task::pages::{Beside, LIVE_KINDS, Row, row, type_tag, with_steps};
use crate::task::store::{self, TaskAccount, Wanted, Whose};
use crate::task::{StepNow, Task};
use crate::text::{frame as words, task as text};

/// The call comes round every week.
const BETWEEN_CALLS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The actions of one account: open ones by date, then those done since the last call.
struct Group {
    account: TaskAccount,
    tasks: Vec<(Task, Option<StepNow>)>,
}

/// The list comes by date, so the account with the latest promise is spoken about first.
fn read(tx: &mut Tx<'_>, caller: &Caller, now: Timestamp) -> Result<Vec<Group>, Fault> {
    let (workspace, viewer) = (caller.workspace.id, caller.user);
    let wanted = Wanted { status: Some(Status::Open), ..Wanted::default() };
    let mut tasks = store::list(tx, workspace, viewer, &wanted, None, TASKS_SHOWN_MAX)?;
    tasks.extend(store::closed_since(tx, workspace, viewer, Whose::Everybody, now - BETWEEN_CALLS)?);
    let mut groups: Vec<Group> = Vec::new();
    for (task, now) in with_steps(tx, workspace, tasks)? {
        let Some(account) = task.account.clone() else { continue };
        match groups.iter_mut().find(|group| group.account.id == account.id) {
            Some(group) => group.tasks.push((task, now)),
            None => groups.push(Group { account, tasks: vec![(task, now)] }),
        }
    }
    Ok(groups)
}

async fn groups(app: &App, caller: &Caller) -> Result<Vec<Group>, Fault> {
    let (asking, now) = (caller.clone(), app.source.now());
    app.db.read(Scope::Workspace(caller.workspace.id), move |tx| read(tx, &asking, now)).await
}

/// `GET /w/{workspace}/portfolio/call`
pub async fn call(State(app): State<App>, caller: Allowed<Read>) -> Result<Markup, Fault> {
    let groups = groups(&app, &caller).await?;
    let view = Call { caller: &caller, today: caller.today(&app), here: caller.path("/portfolio/call") };
    let since = caller.workspace.day_of(app.source.now() - BETWEEN_CALLS);
    let body = html! {
        div.page-head { div {
            h1 { (text::call()) }
            p { (view.summary(&groups, since)) }
        } }
        (tabs(&caller, Tab::Call))
        div.stack.call data-live-fragment=(caller.path("/fragment/call")) data-kinds=(LIVE_KINDS) { (view.content(&groups)) }
    };
    Ok(frame::page(&caller, Menu::Portfolio, text::call(), &body))
}

/// `GET /w/{workspace}/fragment/call`
pub async fn call_fragment(State(app): State<App>, caller: Allowed<Read>) -> Result<Markup, Fault> {
    let groups = groups(&app, &caller).await?;
    Ok(Call { caller: &caller, today: caller.today(&app), here: caller.path("/portfolio/call") }.content(&groups))
}

/// Who looks, on which day.
struct Call<'a> {
    caller: &'a Caller,
    today: Date,
    here: String,
}

impl Call<'_> {
    fn summary(&self, groups: &[Group], since: Date) -> String {
        let tasks = || groups.iter().flat_map(|group| &group.tasks).map(|(task, _)| task);
        let open = tasks().filter(|task| task.status == Status::Open);
        let late = open.clone().filter(|task| bucket(task.due_on, self.today) == Bucket::Overdue).count();
        let done = tasks().filter(|task| task.status == Status::Done).count();
        text::call_summary(&words::short_day(since, self.today), done, open.count(), late)
    }

    fn content(&self, groups: &[Group]) -> Markup {
        html! {
            @if groups.is_empty() {
                section.empty aria-labelledby="call-empty" {
                    h2 #call-empty { (text::call_nothing()) }
                    p { (text::call_nothing_what()) }
                    a.button href=(self.caller.path("/portfolio")) { (text::open_report()) }
                }
            }
            @for group in groups { (self.group(group)) }
        }
    }

    fn group(&self, group: &Group) -> Markup {
        let view = Row { caller: self.caller, today: self.today, back: &self.here, beside: Beside::Owner };
        let id = group.account.id;
        let asked = [("source", "weekly_call"), ("account", &id.to_string()), ("back", &self.here)];
        let asked = serde_urlencoded::to_string(asked).unwrap_or_default();
        html! {
            section.works aria-labelledby=(format!("call-{id}")) {
                div.row.between {
                    h2 id=(format!("call-{id}")) {
                        a.name href=(self.caller.path(&format!("/accounts/{id}"))) { (group.account.name) } " "
                        (type_tag(group.account.account_type))
                    }
                    @if self.caller.may(Deed::AddTask) {
                        a.button.small data-dialog href=(self.caller.path(&format!("/tasks/new?{asked}"))) {
                            (text::add_action()) span.sr { " " (text::about(&group.account.name)) }
                        }
                    }
                }
                ul { @for (task, now) in &group.tasks { (row(&view, task, now.as_ref())) } }
            }
        }
    }
}
