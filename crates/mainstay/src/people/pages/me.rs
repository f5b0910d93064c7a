//! One's own page: name, password, and where one is signed in.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use mainstay_rules::limits::PASSWORD_CHARS_MAX;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;

use super::gate::new_password;
use super::settings::{self, Tab};
use super::token::Nothing;
use crate::app::App;
use crate::corridor::access::{Allowed, ManageOwn};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::Field;
use crate::corridor::request::{Care, Posted};
use crate::people::api::input::UserChange;
use crate::people::api::me::{self, PasswordIn};
use crate::people::api::sign_in::Origin;
use crate::people::api::user::change_user;
use crate::people::store::{Session, User};
use crate::text::{frame as words, people as text};

/// `GET /w/{workspace}/settings/me`
pub async fn show(State(app): State<App>, caller: Allowed<ManageOwn>) -> Result<Response, Fault> {
    page(&app, &caller, None, None).await
}

async fn page(app: &App, caller: &Caller, typed_name: Option<&str>, fault: Option<&Fault>) -> Result<Response, Fault> {
    let user = me::own_user(app, caller).await?;
    let sessions = me::own_sessions(app, caller).await?;
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let body = html! {
        section.section aria-labelledby="name-head" {
            h2 #name-head { (text::name()) }
            form.form method="post" action=(caller.path("/settings/me")) {
                (frame::csrf(caller))
                (Field::text("name", text::your_name(), typed_name.unwrap_or(&user.name)).kind("text", "name").required().show(errors))
                div.row { button { (text::save_name()) } }
            }
        }
        section.section aria-labelledby="password-head" {
            h2 #password-head { (text::password()) }
            (password_form(caller, &user, fault))
        }
        section.section aria-labelledby="sessions-head" {
            h2 #sessions-head { (text::sessions()) }
            (session_table(caller, &sessions))
        }
    };
    Ok(settings::page(caller, Tab::Me, user.email.as_deref().unwrap_or_default(), fault, &body))
}

fn password_form(caller: &Caller, user: &User, fault: Option<&Fault>) -> Markup {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    html! {
        form.form method="post" action=(caller.path("/settings/me/password")) {
            (frame::csrf(caller))
            // Password managers look for the name that the password belongs to.
            input.sr type="email" name="username" autocomplete="username" value=(user.email.as_deref().unwrap_or_default())
                tabindex="-1" aria-hidden="true" readonly;
            (Field::text("current", text::current_password(), "").kind("password", "current-password").required()
                .max(PASSWORD_CHARS_MAX).show(errors))
            (new_password("new", text::new_password(), errors))
            p.soft { (text::password_ends()) }
            div.row { button { (text::change_password()) } }
        }
    }
}

fn session_table(caller: &Caller, sessions: &[(Session, bool)]) -> Markup {
    let has_button = sessions.iter().any(|(_, current)| !current);
    html! {
        // Without a button inside, the box itself must be reachable by keyboard to be scrolled.
        div.table-box tabindex=[(!has_button).then_some("0")] role="group" aria-label=(text::sessions()) { table.table {
            thead { tr {
                th scope="col" { (text::browser()) }
                th scope="col" { (text::signed_in()) }
                th scope="col" { (text::last_seen()) }
                th scope="col" { span.sr { (text::actions()) } }
            } }
            tbody { @for (session, current) in sessions {
                @let browser = text::browser_name(&session.user_agent);
                tr {
                    th scope="row" { (browser) @if *current { " " span.tag.good { (text::this_one()) } } }
                    td.nowrap { (words::day(caller.workspace.day_of(session.created_at))) }
                    td.nowrap { (settings::moment(caller, session.seen_at)) }
                    td.actions { @if !current {
                        (settings::row_button(caller, &format!("/settings/me/sessions/{}", session.name()), "small quiet", text::sign_out_one(), &browser))
                    } }
                }
            } }
        } }
        @if has_button {
            form method="post" action=(caller.path("/settings/me/sign-out-everywhere")) {
                (frame::csrf(caller))
                button.danger { (text::sign_out_others()) }
            }
        }
    }
}

#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct NameForm {
    name: String,
}

/// `POST /w/{workspace}/settings/me`
pub async fn save_name(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    Posted(form): Posted<NameForm>,
) -> Result<Response, Fault> {
    let change = UserChange { name: Some(form.name.clone()), ..UserChange::default() };
    let user = caller.user;
    let done = app
        .verb(Arc::clone(&caller.workspace), Some(user), move |tx, by| {
            change_user(tx, by, user, &change, &Care::default())
        })
        .await;
    match done {
        Ok(_) => Ok(see_other(&caller.path("/settings/me"))),
        Err(fault) if fault.problem == Problem::Invalid => page(&app, &caller, Some(&form.name), Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct PasswordForm {
    current: String,
    new: String,
}

/// `POST /w/{workspace}/settings/me/password`
pub async fn save_password(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    origin: Origin,
    Posted(form): Posted<PasswordForm>,
) -> Result<Response, Fault> {
    let sent = PasswordIn { current: form.current, new: form.new };
    match me::change_password(&app, &caller, &origin.address, sent).await {
        Ok(()) => Ok(see_other(&caller.path("/settings/me"))),
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::TooManyRequests | Problem::Conflict) => {
            page(&app, &caller, None, Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}

/// `POST /w/{workspace}/settings/me/sessions/{session}`
pub async fn end_session(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    Path((_, session)): Path<(String, String)>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    me::end_one(&app, &caller, session).await?;
    Ok(see_other(&caller.path("/settings/me")))
}

/// `POST /w/{workspace}/settings/me/sign-out-everywhere`
pub async fn sign_out_everywhere(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    me::end_others(&app, &caller).await?;
    Ok(see_other(&caller.path("/settings/me")))
}
