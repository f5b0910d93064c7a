//! Everybody in the workspace; administrators add, invite, change, end and restore.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use mainstay_db::Scope;
use mainstay_rules::limits::{EMAIL_CHARS_MAX, LIST_LIMIT_MAX};
use mainstay_rules::permission::{Deed, FUNCTIONS, Role};
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::settings::{self, Tab};
use super::token::Nothing;
use crate::app::App;
use crate::corridor::access::{Allowed, ManagePeople, Read, Readable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{Field, select};
use crate::corridor::list::{List, Paging};
use crate::corridor::request::{Care, Posted};
use crate::people::api::input::{FUNCTION_DEFAULT, UserChange, UserInput};
use crate::people::api::user::{self, InvitationOut};
use crate::people::store::{self, Presence, User};
use crate::text::{frame as words, people as text};

const PATH: &str = "/settings/people";

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    cursor: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(default)]
pub struct AddForm {
    name: String,
    email: String,
    role: String,
    function: String,
}

impl Default for AddForm {
    fn default() -> Self {
        let (role, function) = (Role::Member.as_str().to_owned(), FUNCTION_DEFAULT.to_owned());
        Self { name: String::new(), email: String::new(), role, function }
    }
}

/// What a request did, to be said above the list.
#[derive(Default)]
struct Said<'a> {
    form: AddForm,
    fault: Option<&'a Fault>,
    panel: Option<Markup>,
}

/// `GET /w/{workspace}/settings/people`
pub async fn show(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    page(&app, &caller, asked, &Said::default()).await
}

async fn page(app: &App, caller: &Caller, asked: Asked, said: &Said<'_>) -> Result<Response, Fault> {
    let is_first = asked.cursor.is_none();
    let paging = Paging { limit: Some(LIST_LIMIT_MAX.to_string()), cursor: asked.cursor };
    let users = user::page(app, caller, &paging).await?;
    let (workspace, now) = (caller.workspace.id, app.source.now());
    let presences = app.db.read(Scope::System, move |tx| store::presences(tx, workspace, now)).await?;
    let manages = caller.may(Deed::ManagePeople);
    let body = html! {
        @if let Some(panel) = &said.panel { (panel) }
        @if manages {
            details.fold #add open[said.fault.is_some_and(|fault| !fault.errors.is_empty())] {
                summary { (text::add_person()) }
                (add_form(caller, said))
            }
        }
        (table(caller, &users, &presences))
        @if !is_first || users.next_cursor.is_some() {
            nav.pager aria-label=(text::pages()) {
                @if !is_first { a.button rel="first" href=(caller.path(PATH)) { (text::first_people()) } }
                @if let Some(cursor) = &users.next_cursor {
                    a.button rel="next" href=(caller.path(&format!("{PATH}?cursor={cursor}"))) { (text::next_people()) }
                }
            }
        }
    };
    Ok(settings::page(caller, Tab::People, text::roles_what(), said.fault, &body))
}

fn role_options() -> Vec<(&'static str, &'static str)> {
    [Role::Member, Role::Leader, Role::Admin]
        .into_iter()
        .map(|role| (role.as_str(), text::role_word(role.as_str())))
        .collect()
}

fn add_form(caller: &Caller, said: &Said<'_>) -> Markup {
    let (form, errors) = (&said.form, said.fault.map_or(&[][..], |fault| &fault.errors));
    let functions: Vec<(&str, String)> = FUNCTIONS.into_iter().map(|word| (word, text::function_word(word))).collect();
    let functions: Vec<(&str, &str)> = functions.iter().map(|(word, words)| (*word, words.as_str())).collect();
    html! {
        form.form method="post" action=(caller.path(PATH)) {
            (frame::csrf(caller))
            div.pair {
                (Field::text("name", text::name(), &form.name).required().show(errors))
                (Field::text("email", text::email(), &form.email).kind("email", "off").max(EMAIL_CHARS_MAX).hint(text::email_hint()).show(errors))
            }
            div.pair {
                (select("role", text::role(), &role_options(), &form.role, errors))
                (select("function", text::function(), &functions, &form.function, errors))
            }
            div.row { button.primary { (text::add_button()) } }
        }
    }
}

fn table(caller: &Caller, users: &List<User>, presences: &BTreeMap<Uuid, Presence>) -> Markup {
    let manages = caller.may(Deed::ManagePeople);
    html! {
        // Without a button inside, the box itself must be reachable by keyboard to be scrolled.
        div.table-box tabindex=[(!manages).then_some("0")] role="group" aria-label=(text::people()) { table.table {
            thead { tr {
                th scope="col" { (text::name()) }
                th scope="col" { (text::role_and_function()) }
                th scope="col" { (text::last_seen()) }
                @if manages { th scope="col" { span.sr { (text::actions()) } } }
            } }
            tbody { @for user in &users.data {
                @let presence = presences.get(&user.id).copied().unwrap_or_default();
                tr {
                    th scope="row" { span.row {
                        (frame::face(&user.name))
                        span { (user.name) @if let Some(email) = &user.email { br; small.soft { (email) } } }
                    } }
                    td {
                        @if manages && user.active { (role_form(caller, user)) }
                        @else { (text::role_word(&user.role)) br; small.soft { (text::function_word(&user.function)) } }
                    }
                    td.soft.nowrap { (standing(caller, user, presence)) }
                    @if manages { td.actions { (actions(caller, user, presence)) } }
                }
            } }
        } }
    }
}

fn role_form(caller: &Caller, user: &User) -> Markup {
    html! {
        form.row method="post" action=(caller.path(&format!("{PATH}/{}", user.id))) {
            (frame::csrf(caller))
            select name="role" aria-label=(text::role_of(&user.name)) {
                @for (word, words) in role_options() { option value=(word) selected[word == user.role] { (words) } }
            }
            select name="function" aria-label=(text::function_of(&user.name)) {
                @for word in FUNCTIONS { option value=(word) selected[word == user.function] { (text::function_word(word)) } }
            }
            button.small { (text::change()) span.sr { (text::of_whom(&user.name)) } }
        }
    }
}

/// When somebody was seen, or why not.
fn standing(caller: &Caller, user: &User, presence: Presence) -> Markup {
    html! {
        @if !user.active { span.tag { (text::deactivated()) } }
        @else if let Some(at) = presence.seen_at { (settings::moment(caller, at)) }
        @else if let Some(until) = presence.invited_until {
            span.tag { (text::invited_until(&words::day(caller.workspace.day_of(until)))) }
        }
        @else if user.joined() { (text::signed_out()) }
        @else { (text::not_invited()) }
    }
}

fn actions(caller: &Caller, user: &User, presence: Presence) -> Markup {
    let path = |deed: &str| format!("{PATH}/{}/{deed}", user.id);
    html! {
        @if !user.active { (settings::row_button(caller, &path("reactivate"), "small quiet", text::reactivate(), &user.name)) }
        @else {
            @if user.id != caller.user {
                @if user.email.is_some() {
                    @let label = if user.joined() || presence.invited_until.is_some() { text::new_link() } else { text::invite() };
                    (settings::row_button(caller, &path("invitation"), "small quiet", label, &user.name))
                } @else { (invite_by_name(caller, user, &path("invitation"))) }
                (settings::row_button(caller, &path("deactivate"), "small quiet", text::deactivate(), &user.name))
            }
        }
    }
}

/// Somebody known by name only needs an e-mail to be invited.
fn invite_by_name(caller: &Caller, user: &User, path: &str) -> Markup {
    html! {
        details.fold {
            summary { (text::invite()) span.sr { (text::of_whom(&user.name)) } }
            form.row method="post" action=(caller.path(path)) {
                (frame::csrf(caller))
                input type="email" name="email" required maxlength=(EMAIL_CHARS_MAX) autocomplete="off"
                    placeholder=(text::email()) aria-label=(text::email_of(&user.name));
                button.small { (text::make_link()) }
            }
        }
    }
}

fn link_panel(caller: &Caller, who: &str, invitation: &InvitationOut) -> Markup {
    let until = words::moment(invitation.valid_until, &caller.workspace.zone);
    settings::secret(&text::invitation_for(who), &text::link_once(&until), &invitation.link)
}

/// What can be said on the page instead of as a page of its own.
fn is_sayable(fault: &Fault) -> bool {
    matches!(fault.problem, Problem::Invalid | Problem::AlreadyExists | Problem::Conflict)
}

/// `POST /w/{workspace}/settings/people`
pub async fn add(
    State(app): State<App>,
    caller: Allowed<ManagePeople>,
    Posted(form): Posted<AddForm>,
) -> Result<Response, Fault> {
    match add_person(&app, &caller, &form).await {
        Ok(panel) => page(&app, &caller, Asked::default(), &Said { panel: Some(panel), ..Said::default() }).await,
        Err(fault) if is_sayable(&fault) => {
            page(&app, &caller, Asked::default(), &Said { form, fault: Some(&fault), panel: None }).await
        }
        Err(fault) => Err(fault),
    }
}

async fn add_person(app: &App, caller: &Caller, form: &AddForm) -> Result<Markup, Fault> {
    let AddForm { name, email, role, function } = form.clone();
    let new = UserInput { name, email, role, function }.check()?;
    let invite = new.email.is_some();
    let (user, invitation) = app
        .verb_across(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            user::add_and_invite(tx, by, &new, invite)
        })
        .await?;
    let Some(new) = invitation else {
        return Ok(html! { div.notice role="status" { p { (text::added(&user.name)) } } });
    };
    Ok(link_panel(caller, user.email.as_deref().unwrap_or(&user.name), &InvitationOut::of(app, &new)))
}

/// Shows the list again with what stood in the way, or goes back to it.
async fn back<T>(app: &App, caller: &Caller, done: Result<T, Fault>) -> Result<Response, Fault> {
    match done {
        Ok(_) => Ok(see_other(&caller.path(PATH))),
        Err(fault) if is_sayable(&fault) => refused(app, caller, fault).await,
        Err(fault) => Err(fault),
    }
}

/// A row's form has no place for an error of a field: the page says it as a whole.
async fn refused(app: &App, caller: &Caller, fault: Fault) -> Result<Response, Fault> {
    let fault = Fault { errors: Vec::new(), ..fault };
    page(app, caller, Asked::default(), &Said { fault: Some(&fault), ..Said::default() }).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RoleForm {
    role: String,
    function: String,
}

/// `POST /w/{workspace}/settings/people/{user}`
pub async fn change(
    State(app): State<App>,
    user: Readable<User>,
    caller: Allowed<ManagePeople>,
    Posted(form): Posted<RoleForm>,
) -> Result<Response, Fault> {
    let change = UserChange { role: Some(form.role), function: Some(form.function), ..UserChange::default() };
    let id = user.id;
    let done = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            user::change_user(tx, by, id, &change, &Care::default())
        })
        .await;
    back(&app, &caller, done).await
}

/// `POST /w/{workspace}/settings/people/{user}/deactivate`
pub async fn deactivate(
    State(app): State<App>,
    user: Readable<User>,
    caller: Allowed<ManagePeople>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = user.id;
    let done = app
        .verb_across(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| store::deactivate_user(tx, by, id))
        .await;
    back(&app, &caller, done).await
}

/// `POST /w/{workspace}/settings/people/{user}/reactivate`
pub async fn reactivate(
    State(app): State<App>,
    user: Readable<User>,
    caller: Allowed<ManagePeople>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = user.id;
    let done = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| store::reactivate_user(tx, by, id))
        .await;
    back(&app, &caller, done).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct InviteForm {
    email: String,
}

/// `POST /w/{workspace}/settings/people/{user}/invitation`
pub async fn invite(
    State(app): State<App>,
    user: Readable<User>,
    caller: Allowed<ManagePeople>,
    Posted(form): Posted<InviteForm>,
) -> Result<Response, Fault> {
    let who = user.email.clone().unwrap_or_else(|| user.name.clone());
    match user::invite_at(&app, &caller, user.id, form.email).await {
        Ok(new) => {
            let panel = Some(link_panel(&caller, &who, &new));
            page(&app, &caller, Asked::default(), &Said { panel, ..Said::default() }).await
        }
        Err(fault) if is_sayable(&fault) => refused(&app, &caller, fault).await,
        Err(fault) => Err(fault),
    }
}
