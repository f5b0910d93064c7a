//! The team of an account: its client pod, and who is in it.

use std::sync::Arc;

use axum::extract::{RawPathParams, State};
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::permission::{FUNCTIONS, PodRole};
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::api::{MemberIn, check_steers, put};
use super::store::{self, Member};
use crate::account::Account;
use crate::account::api::named_in;
use crate::account::pages::{Heading, Nothing, Tab, frame as account_frame, path};
use crate::account::store::{account as find_account, expect_version};
use crate::app::App;
use crate::corridor::access::{Guarded, Readable, Writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{notice_bad, select};
use crate::corridor::request::{Care, Posted};
use crate::people;
use crate::text::{frame as words, pod as text};

/// People offered as members.
const PEOPLE_OFFERED: i64 = 500;

/// A member as chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MemberForm {
    user: String,
    role: String,
    function: String,
}

/// What the page shows.
struct Shown {
    account: Account,
    heading: Heading,
    members: Vec<Member>,
    people: Vec<(String, String)>,
}

fn find(tx: &mut Tx<'_>, caller: &Caller, id: Uuid, today: jiff::civil::Date) -> Result<Shown, Fault> {
    let workspace = caller.workspace.id;
    let users = people::store::list_users(tx, workspace, ("", Uuid::nil()), PEOPLE_OFFERED)?;
    Ok(Shown {
        account: find_account(tx, workspace, id, caller.user)?.ok_or_else(Fault::not_found)?,
        heading: crate::app::heading(tx, workspace, id, today)?,
        members: store::members(tx, workspace, id)?,
        people: users.into_iter().filter(|user| user.active).map(|user| (user.id.to_string(), user.name)).collect(),
    })
}

/// `GET /w/{workspace}/accounts/{account}/team`
pub async fn team(State(app): State<App>, account: Readable<Account>) -> Result<Markup, Fault> {
    let form = MemberForm { role: PodRole::Team.as_str().to_owned(), ..MemberForm::default() };
    page(&app, &account.caller, account.id, &form, &[]).await
}

async fn page(app: &App, caller: &Caller, id: Uuid, form: &MemberForm, errors: &[FieldError]) -> Result<Markup, Fault> {
    let (asking, today) = (caller.clone(), caller.today(app));
    let shown = app.db.read(Scope::Workspace(caller.workspace.id), move |tx| find(tx, &asking, id, today)).await?;
    let steers = shown.account.writable(caller) && shown.account.steered_by(caller);
    let body = html! {
        section.section aria-labelledby="team-head" {
            h2 #team-head { (text::client_pod()) }
            p.soft { (text::client_pod_what()) }
            @for error in errors.iter().filter(|error| error.pointer.is_empty()) { (notice_bad(&error.message)) }
            @if shown.members.is_empty() { p { (text::nobody()) } } @else { (table(caller, &shown, steers)) }
            @if steers { (member_form(caller, &shown, form, errors)) }
        }
    };
    Ok(account_frame(caller, &shown.account, &shown.heading, Tab::Team, &body))
}

fn table(caller: &Caller, shown: &Shown, steers: bool) -> Markup {
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::client_pod()) {
            table.table {
                thead { tr {
                    th scope="col" { (text::name()) }
                    th scope="col" { (text::role()) }
                    th scope="col" { (text::function()) }
                    th scope="col" { (text::since()) }
                    @if steers { th scope="col" { span.sr { (text::actions()) } } }
                } }
                tbody { @for member in &shown.members { (row(caller, &shown.account, member, steers)) } }
            }
        }
    }
}

fn row(caller: &Caller, account: &Account, member: &Member, steers: bool) -> Markup {
    html! {
        tr {
            th scope="row" { span.row { (frame::face(&member.name)) (member.name) } }
            td { (text::role_words(member.role)) }
            td { (text::function_words(&member.function)) }
            td.soft.nowrap { (words::day(member.since)) }
            @if steers {
                td.actions {
                    // A pod has an owner: they go when another one comes.
                    @if member.role != PodRole::Owner {
                        form method="post" action=(path(caller, account, &format!("/team/{}/remove", member.user_id))) {
                            (frame::csrf(caller))
                            button.small.quiet { (text::remove()) span.sr { " " (member.name) } }
                        }
                    }
                }
            }
        }
    }
}

fn member_form(caller: &Caller, shown: &Shown, form: &MemberForm, errors: &[FieldError]) -> Markup {
    let mut people = vec![("", text::choose())];
    people.extend(shown.people.iter().map(|(id, name)| (id.as_str(), name.as_str())));
    let roles = [PodRole::Team, PodRole::Observer, PodRole::Owner].map(|role| (role.as_str(), text::role_words(role)));
    let known: Vec<(&str, String)> =
        FUNCTIONS.into_iter().map(|function| (function, text::function_words(function))).collect();
    let mut functions = vec![("", text::own_function())];
    functions.extend(known.iter().map(|(function, said)| (*function, said.as_str())));
    html! {
        details.fold #add-member open[!errors.is_empty()] {
            summary { (text::add_member()) }
            form.form method="post" action=(path(caller, &shown.account, "/team")) {
                (frame::csrf(caller))
                div.pair {
                    (select("user", text::person(), &people, &form.user, errors))
                    (select("role", text::role(), &roles, &form.role, errors))
                    (select("function", text::function(), &functions, &form.function, errors))
                }
                p.soft { (text::new_owner_hint()) }
                div.row { button.primary { (text::member_button()) } }
            }
        }
    }
}

/// `POST /w/{workspace}/accounts/{account}/team`
pub async fn save_member(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(form): Posted<MemberForm>,
) -> Result<Response, Fault> {
    check_steers(&account)?;
    match save(&app, &account, &form).await {
        Ok(()) => Ok(see_other(&path(&account.caller, &account, "/team"))),
        Err(fault) if fault.problem == Problem::Invalid => {
            Ok((fault.status(), page(&app, &account.caller, account.id, &form, &fault.errors).await?).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn save(app: &App, account: &Writable<Account>, form: &MemberForm) -> Result<(), Fault> {
    let user = Uuid::parse_str(&form.user)
        .map_err(|_| Fault::field(FieldError::new("/user", FieldCode::Required, "Choose a person")))?;
    let duty = MemberIn { role: form.role.clone(), function: Some(form.function.clone()) }.check()?;
    let (id, caller) = (account.id, &account.caller);
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let before = expect_version(tx, by, id, &Care::default())?;
        put(tx, by, &before, user, &duty)
    })
    .await
}

/// `POST /w/{workspace}/accounts/{account}/team/{user}/remove`
pub async fn remove_member(
    State(app): State<App>,
    account: Writable<Account>,
    parameters: RawPathParams,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    check_steers(&account)?;
    let (id, user, caller) = (account.id, named_in(&parameters, "user")?, &account.caller);
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        expect_version(tx, by, id, &Care::default())?;
        store::remove_member(tx, by, id, user)
    })
    .await?;
    // Whoever leaves a confidential pod no longer sees its account.
    let leaves = account.confidential && user == caller.user;
    Ok(see_other(&if leaves { caller.path("/accounts") } else { path(caller, &account, "/team") }))
}
