//! A new task and one task: the same fields, filled in beforehand where an account's gap is the reason.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::{NOTE_CHARS_MAX, TASK_TITLE_CHARS_MAX};
use mainstay_rules::problem::Problem;
use mainstay_rules::task::{NewTask, NewTaskInput, Source, TaskEdit, TaskEditInput, gap_due};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{back_field, done_with};
use crate::account::Account;
use crate::account::store as accounts;
use crate::app::{self, App};
use crate::corridor::access::{AddTask, Allowed, Guarded, Readable, Writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::frame_form::{Field, notice_bad, select};
use crate::corridor::request::{CSRF_HEADER, Care, Posted};
use crate::people;
use crate::task::Task;
use crate::task::api::{Wish, make};
use crate::task::store::{self, expect_version};
use crate::text::task as text;

/// People offered as owners.
const PEOPLE_OFFERED: i64 = 500;

/// A task as a form sends it, or as an address asks for the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TaskForm {
    pub title: String,
    pub note: String,
    pub owner: String,
    pub due_on: String,
    pub account: String,
    pub source: String,
    pub back: String,
}

impl TaskForm {
    fn wish(&self) -> Result<Wish, Fault> {
        let input = NewTaskInput {
            title: self.title.clone(),
            note: self.note.clone(),
            due_on: self.due_on.clone(),
            source: self.source.clone(),
        };
        let new = NewTask::check(&input).map_err(Fault::invalid)?;
        Ok(Wish { new, owner: id("/owner", &self.owner)?, account: id("/account", &self.account)? })
    }
}

fn id(pointer: &str, text: &str) -> Result<Option<Uuid>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    let unknown = |_| FieldError::new(pointer, FieldCode::Unknown, "Choose one of the list");
    Uuid::parse_str(text).map(Some).map_err(unknown)
}

/// What the form's page needs beside the form.
struct Shown {
    /// Name of the account that the task is about.
    account: Option<String>,
    people: Vec<(String, String)>,
    form: TaskForm,
}

/// The people who can be given the task, and the form filled in from the account's gap where it is new and empty.
fn fill(tx: &mut Tx<'_>, caller: &Caller, form: &TaskForm, today: Date) -> Result<Shown, Fault> {
    let workspace = caller.workspace.id;
    let mut form = form.clone();
    let mut account = None;
    if let Some(id) = id("/account", &form.account)? {
        let found = accounts::account(tx, workspace, id, caller.user)?
            .filter(|account| account.readable(caller))
            .ok_or_else(Fault::not_found)?;
        if form.owner.is_empty() {
            form.owner = caller.user.to_string();
        }
        if form.source == Source::Gap.as_str() && form.title.is_empty() {
            fill_from_gap(tx, caller, &mut form, &found, today)?;
        }
        account = Some(found.name);
    } else if form.owner.is_empty() {
        form.owner = caller.user.to_string();
    }
    let users = people::store::list_users(tx, workspace, ("", Uuid::nil()), PEOPLE_OFFERED)?;
    let people = users.into_iter().filter(|user| user.active).map(|user| (user.id.to_string(), user.name)).collect();
    Ok(Shown { account, people, form })
}

fn fill_from_gap(
    tx: &mut Tx<'_>,
    caller: &Caller,
    form: &mut TaskForm,
    account: &Account,
    today: Date,
) -> Result<(), Fault> {
    let Some(gap) = app::gap(tx, caller.workspace.id, account.id)? else {
        // Closed meanwhile: an action on the account all the same, only not on a gap.
        Source::Manual.as_str().clone_into(&mut form.source);
        return Ok(());
    };
    form.title = text::gap_title(&gap.step_name, gap.metric_name.as_deref(), gap.score);
    form.due_on = gap_due(today).to_string();
    // Whoever may not give others work on it writes it down for themselves.
    if let Some(answers) = gap.answers.filter(|_| account.writable(caller)) {
        form.owner = answers.to_string();
    }
    Ok(())
}

/// `GET /w/{workspace}/tasks/new`
pub async fn new(
    State(app): State<App>,
    caller: Allowed<AddTask>,
    Query(form): Query<TaskForm>,
) -> Result<Markup, Fault> {
    new_page(&app, &caller, &form, &[]).await
}

async fn new_page(app: &App, caller: &Caller, form: &TaskForm, errors: &[FieldError]) -> Result<Markup, Fault> {
    let (asking, asked, today) = (caller.clone(), form.clone(), caller.today(app));
    let shown = app.db.read(Scope::Workspace(caller.workspace.id), move |tx| fill(tx, &asking, &asked, today)).await?;
    let title = if shown.account.is_some() { text::new_action() } else { text::new_task() };
    let form = &shown.form;
    let body = html! {
        div.page-head { div { h1 { (title) } @if let Some(name) = &shown.account { p { (name) } } } }
        form.form #task-form method="post" action=(caller.path("/tasks")) data-quiet {
            (frame::csrf(caller)) (back_field(&form.back))
            input type="hidden" name="account" value=(form.account);
            input type="hidden" name="source" value=(form.source);
            @for error in errors.iter().filter(|error| matches!(error.pointer.as_str(), "" | "/account" | "/source")) {
                (notice_bad(&error.message))
            }
            (fields(&shown, errors))
            div.row {
                button.primary { (if shown.account.is_some() { text::save_action() } else { text::save() }) }
                a.button.quiet data-close href=(back_of(caller, &form.back)) { (text::cancel()) }
            }
        }
    };
    Ok(frame::narrow_page(caller, Menu::Today, title, &body))
}

fn back_of(caller: &Caller, back: &str) -> String {
    match frame::own_path(back) {
        "/" => caller.path("/today"),
        own => own.to_owned(),
    }
}

fn fields(shown: &Shown, errors: &[FieldError]) -> Markup {
    let form = &shown.form;
    let people: Vec<(&str, &str)> = shown.people.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    html! {
        (Field::text("title", text::title(), &form.title).id("task-title").required().max(TASK_TITLE_CHARS_MAX).show(errors))
        div.pair {
            (select("owner", text::owner(), &people, &form.owner, errors))
            (Field::text("due_on", text::due(), &form.due_on).id("task-due").kind("date", "off").hint(text::due_hint()).show(errors))
        }
        div.field {
            label for="note" { (text::note()) }
            textarea #note name="note" maxlength=(NOTE_CHARS_MAX) rows="3" aria-describedby="note-hint" { (form.note) }
            p.hint #note-hint { (text::note_hint()) }
        }
    }
}

/// `POST /w/{workspace}/tasks`
pub async fn add(
    State(app): State<App>,
    caller: Allowed<AddTask>,
    headers: HeaderMap,
    Posted(form): Posted<TaskForm>,
) -> Result<Response, Fault> {
    match write(&app, &caller, &form).await {
        Ok(()) => Ok(done_with(&caller, &headers, &form.back)),
        Err(fault) if fault.problem == Problem::Invalid => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, new_page(&app, &caller, &form, &fault.errors).await?).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn write(app: &App, caller: &Caller, form: &TaskForm) -> Result<(), Fault> {
    let (wish, acting) = (form.wish()?, caller.clone());
    app.verb(caller.workspace.clone(), Some(caller.user), move |tx, by| make(tx, by, &acting, &wish).map(|_| ())).await
}

/// `GET /w/{workspace}/tasks/{task}`
pub async fn show(
    State(app): State<App>,
    task: Readable<Task>,
    Query(asked): Query<super::Back>,
) -> Result<Markup, Fault> {
    let form = TaskForm {
        title: task.title.clone(),
        note: task.note.clone(),
        owner: task.owner_id.to_string(),
        due_on: task.due_on.map(|day| day.to_string()).unwrap_or_default(),
        back: asked.back,
        ..TaskForm::default()
    };
    task_page(&app, &task.caller, &task, &form, &[]).await
}

async fn task_page(
    app: &App,
    caller: &Caller,
    task: &Task,
    form: &TaskForm,
    errors: &[FieldError],
) -> Result<Markup, Fault> {
    let (asking, asked, today, about) = (caller.clone(), form.clone(), caller.today(app), task.clone());
    let (shown, now) = app
        .db
        .read(Scope::Workspace(caller.workspace.id), move |tx| {
            Ok::<_, Fault>((fill(tx, &asking, &asked, today)?, app::step_now(tx, asking.workspace.id, &about)?))
        })
        .await?;
    let here = caller.path(&format!("/tasks/{}", task.id));
    let row = super::Row { caller, today, back: &here, beside: super::Beside::Both };
    let body = html! {
        div.page-head { div {
            h1 { (if task.account.is_some() { text::action() } else { text::task() }) }
            p { (text::added_by(&task.creator, caller.workspace.day_of(task.created_at), today)) }
        } }
        section.works aria-label=(text::task()) { ul { (super::row(&row, task, now.as_ref())) } }
        @if task.writable(caller) {
            form.form method="post" action=(here) {
                (frame::csrf(caller)) (back_field(&form.back))
                @for error in errors.iter().filter(|error| error.pointer.is_empty()) { (notice_bad(&error.message)) }
                (fields(&shown, errors))
                div.row {
                    button.primary { (text::save()) }
                    @if task.status == mainstay_rules::task::Status::Open {
                        button.danger formaction=(format!("{here}/drop")) formnovalidate title=(text::drop_what()) { (text::drop_it()) }
                    }
                    a.button.quiet href=(back_of(caller, &form.back)) { (text::cancel()) }
                }
            }
        } @else if !task.note.is_empty() { p { (task.note) } }
    };
    Ok(frame::narrow_page(caller, Menu::Today, &task.title, &body))
}

/// `POST /w/{workspace}/tasks/{task}`
pub async fn save(
    State(app): State<App>,
    task: Writable<Task>,
    headers: HeaderMap,
    Posted(form): Posted<TaskForm>,
) -> Result<Response, Fault> {
    match change(&app, &task, &form).await {
        Ok(()) => Ok(done_with(&task.caller, &headers, &form.back)),
        Err(fault) if fault.problem == Problem::Invalid && !headers.contains_key(CSRF_HEADER) => {
            let page = task_page(&app, &task.caller, &task, &form, &fault.errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn change(app: &App, task: &Writable<Task>, form: &TaskForm) -> Result<(), Fault> {
    let input = TaskEditInput {
        title: Some(form.title.clone()),
        note: Some(form.note.clone()),
        due_on: Some(form.due_on.clone()),
    };
    let edit = TaskEdit::check(&input).map_err(Fault::invalid)?;
    let (id, owner, caller) = (task.id, id("/owner", &form.owner)?, &task.caller);
    app.verb(caller.workspace.clone(), Some(caller.user), move |tx, by| {
        let before = expect_version(tx, by, id, &Care::default())?;
        store::edit(tx, by, &before, &edit, owner)
    })
    .await
}
