//! `GET /w/{workspace}/today`: what one person has to do, by date, and the gaps nobody does anything about.

use axum::extract::State;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Scope, Tx};
use mainstay_rules::limits::{TASK_TITLE_CHARS_MAX, TASKS_SHOWN_MAX};
use mainstay_rules::permission::Deed;
use mainstay_rules::task::{Bucket, Status, bucket};
use maud::{Markup, html};
use uuid::Uuid;

use super::back_field;
use super::row::{Beside, Row, row, type_tag};
use crate::account::store as accounts;
use crate::app::{self, App};
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::pod;
use crate::task::store::{self, Wanted, Whose};
use crate::task::{OpenGap, StepNow, Task};
use crate::text::{frame as words, task as text};

/// Accounts offered for a new task.
const ACCOUNTS_OFFERED: i64 = 300;
/// Gaps shown beside the day's work; the report has them all.
const GAPS_SHOWN: usize = 8;
/// How long a done task asks whether the score has moved.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Events after which the page reads otherwise.
pub const LIVE_KINDS: &str =
    "task_added task_changed task_done task_dropped task_reopened score_recorded score_withdrawn";

/// All that the page shows.
struct Day {
    open: Vec<(Task, Option<StepNow>)>,
    done: Vec<(Task, Option<StepNow>)>,
    gaps: Vec<OpenGap>,
    accounts: Vec<(Uuid, String)>,
    /// Whether the viewer sees any account at all.
    has_accounts: bool,
}

fn read(tx: &mut Tx<'_>, caller: &Caller, now: Timestamp) -> Result<Day, Fault> {
    let (workspace, user) = (caller.workspace.id, caller.user);
    let wanted = Wanted { owner: Some(user), status: Some(Status::Open), ..Wanted::default() };
    let open = store::list(tx, workspace, user, &wanted, None, TASKS_SHOWN_MAX)?;
    let done = just_done(tx, caller, Whose::Owner(user), now)?;
    let accounts = pod::store::accounts_of(tx, workspace, user, ACCOUNTS_OFFERED)?;
    let wanted = accounts::Wanted { viewer: user, ..accounts::Wanted::default() };
    Ok(Day {
        open: with_steps(tx, workspace, open)?,
        done: with_steps(tx, workspace, done)?,
        gaps: app::gaps_without_action(tx, workspace, user)?,
        has_accounts: !accounts.is_empty() || accounts::count(tx, workspace, &wanted)? > 0,
        accounts,
    })
}

/// What was done today, and what was done lately and still asks whether its score has moved.
fn just_done(tx: &mut Tx<'_>, caller: &Caller, whose: Whose, now: Timestamp) -> Result<Vec<Task>, Fault> {
    let today = caller.workspace.day_of(now);
    let mut done = store::closed_since(tx, caller.workspace.id, caller.user, whose, now - ASKED_FOR)?;
    done.retain(|task| {
        let is_asked = task.step.is_some() && task.moved.is_none();
        is_asked || task.closed_at.is_some_and(|at| caller.workspace.day_of(at) == today)
    });
    Ok(done)
}

/// The work on an account: what is open, then what was just done.
pub fn tasks_of(tx: &mut Tx<'_>, caller: &Caller, account: Uuid, now: Timestamp) -> Result<Vec<Task>, Fault> {
    let mut tasks = store::of_account(tx, caller.workspace.id, caller.user, account)?;
    tasks.extend(just_done(tx, caller, Whose::Account(account), now)?);
    Ok(tasks)
}

/// Each task with what the step of its source reads now.
pub fn with_steps(tx: &mut Tx<'_>, workspace: Uuid, tasks: Vec<Task>) -> Result<Vec<(Task, Option<StepNow>)>, Fault> {
    tasks
        .into_iter()
        .map(|task| {
            let now = app::step_now(tx, workspace, &task)?;
            Ok((task, now))
        })
        .collect()
}

async fn day(app: &App, caller: &Caller) -> Result<Day, Fault> {
    let (asking, now) = (caller.clone(), app.source.now());
    app.db.read(Scope::Workspace(caller.workspace.id), move |tx| read(tx, &asking, now)).await
}

/// `GET /w/{workspace}/today`
pub async fn today(State(app): State<App>, caller: Allowed<Read>) -> Result<Markup, Fault> {
    let day = day(&app, &caller).await?;
    let view = View::new(&app, &caller);
    let body = html! {
        (view.head(&day))
        @if caller.may(Deed::AddTask) { (view.add_form(&day)) }
        div #today .day data-live-fragment=(caller.path("/fragment/today")) data-kinds=(LIVE_KINDS) { (view.content(&day)) }
    };
    Ok(frame::page(&caller, Menu::Today, text::today(), &body))
}

/// `GET /w/{workspace}/fragment/today`
pub async fn fragment(State(app): State<App>, caller: Allowed<Read>) -> Result<Markup, Fault> {
    let day = day(&app, &caller).await?;
    Ok(View::new(&app, &caller).content(&day))
}

/// Who looks, on which day.
struct View<'a> {
    caller: &'a Caller,
    today: Date,
    here: String,
}

impl<'a> View<'a> {
    fn new(app: &App, caller: &'a Caller) -> Self {
        Self { caller, today: caller.today(app), here: caller.path("/today") }
    }

    fn row(&self) -> Row<'_> {
        Row { caller: self.caller, today: self.today, back: &self.here, beside: Beside::Account }
    }

    fn head(&self, day: &Day) -> Markup {
        let count = |wanted| day.open.iter().filter(|(task, _)| bucket(task.due_on, self.today) == wanted).count();
        html! {
            div.page-head {
                div {
                    h1 { (text::today()) }
                    p { (text::summary(&words::long_day(self.today), count(Bucket::Overdue), count(Bucket::Today))) }
                }
            }
        }
    }

    fn add_form(&self, day: &Day) -> Markup {
        html! {
            form.quick method="post" action=(self.caller.path("/tasks")) data-quiet aria-label=(text::add_label()) {
                (frame::csrf(self.caller)) (back_field(&self.here))
                label.sr for="title" { (text::what()) }
                input #title name="title" required maxlength=(TASK_TITLE_CHARS_MAX) placeholder=(text::what()) autocomplete="off";
                @if !day.accounts.is_empty() {
                    label.sr for="account" { (text::account()) }
                    select #account name="account" {
                        option value="" { (text::no_account()) }
                        @for (id, name) in &day.accounts { option value=(id) { (name) } }
                    }
                }
                label.sr for="due_on" { (text::due()) }
                input #due_on type="date" name="due_on" title=(text::due());
                button.primary { (text::add()) }
            }
        }
    }

    fn content(&self, day: &Day) -> Markup {
        html! {
            div.stack {
                @if day.open.is_empty() { (self.nothing(day)) }
                @for wanted in Bucket::ALL {
                    @let tasks: Vec<_> = day.open.iter().filter(|(task, _)| bucket(task.due_on, self.today) == wanted).collect();
                    @if !tasks.is_empty() { (self.list(text::bucket(wanted), wanted == Bucket::Overdue, &tasks)) }
                }
                @if !day.done.is_empty() { (self.list(text::done_head(), false, &day.done.iter().collect::<Vec<_>>())) }
                @if !day.open.is_empty() { (text::hints()) }
            }
            @if day.has_accounts { (self.gaps(&day.gaps)) }
        }
    }

    fn list(&self, head: &str, is_late: bool, tasks: &[&(Task, Option<StepNow>)]) -> Markup {
        let id = format!("{}-head", head.to_lowercase().replace(' ', "-"));
        html! {
            section.works aria-labelledby=(id) {
                h2 id=(id) .low[is_late] { (head) " " span.count { (tasks.len()) } }
                ul { @for (task, now) in tasks { (row(&self.row(), task, now.as_ref())) } }
            }
        }
    }

    fn nothing(&self, day: &Day) -> Markup {
        html! {
            section.empty aria-labelledby="nothing-head" {
                h2 #nothing-head { (text::nothing_open()) }
                p { (text::nothing_what()) }
                @if day.has_accounts {
                    p { (text::nothing_how()) }
                    a.button href=(self.caller.path("/portfolio")) { (text::open_report()) }
                } @else {
                    p { (text::first_account()) }
                    div.row {
                        @if self.caller.may(Deed::Import) {
                            a.button.primary href=(self.caller.path("/import/new")) { (text::import_spreadsheet()) }
                        }
                        a.button href=(self.caller.path("/accounts/new")) { (text::add_account()) }
                    }
                }
            }
        }
    }

    fn gaps(&self, gaps: &[OpenGap]) -> Markup {
        html! {
            aside.gaps aria-labelledby="gaps-head" {
                h2 #gaps-head { (text::gaps()) @if !gaps.is_empty() { " " span.count { (gaps.len()) } } }
                @if gaps.is_empty() { p.soft { (text::gaps_none()) } }
                @else {
                    p.soft { (text::gaps_what()) }
                    ul { @for gap in gaps.iter().take(GAPS_SHOWN) { (self.gap(gap)) } }
                    @if gaps.len() > GAPS_SHOWN {
                        a href=(self.caller.path("/portfolio?gap=1")) { (text::all_gaps(gaps.len())) }
                    }
                }
            }
        }
    }

    fn gap(&self, gap: &OpenGap) -> Markup {
        let back = serde_urlencoded::to_string([("back", &self.here)]).unwrap_or_default();
        html! {
            li {
                div {
                    p { a.name href=(self.caller.path(&format!("/accounts/{}", gap.account))) { (gap.name) } " " (type_tag(gap.account_type)) }
                    p.soft { (text::gap_is(&gap.step_name, gap.score)) "; " (text::no_action_yet()) }
                }
                a.button.small data-dialog href=(self.caller.path(&format!("/tasks/new?source=gap&account={}&{back}", gap.account))) {
                    (text::add_action()) span.sr { " " (text::about(&gap.name)) }
                }
            }
        }
    }
}
