//! The members of an account's client pod over the wire.

use axum::Json;
use axum::extract::{RawPathParams, State};
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::permission::{FUNCTIONS, PodRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Member};
use crate::account::Account;
use crate::account::api::{PersonRef, named_in};
use crate::account::store::{account, expect_version};
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::corridor::verb::By;
use crate::people;

/// Somebody's duty in a client pod.
#[derive(Serialize, ToSchema)]
#[schema(as = PodMember)]
pub struct MemberOut {
    pub user: PersonRef,
    /// `owner` (the client's point of contact, one for each pod), `team` or `observer` (informed, need not act).
    pub role: &'static str,
    #[schema(example = "customer_success")]
    pub function: String,
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

impl MemberOut {
    fn of(member: &Member) -> Self {
        Self {
            user: PersonRef { id: member.user_id, name: member.name.clone() },
            role: member.role.as_str(),
            function: member.function.clone(),
            since: member.since,
        }
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPodMember)]
pub struct MemberIn {
    /// `owner`, `team` or `observer`; a new owner makes the old one a member of the team.
    #[schema(example = "team")]
    pub role: String,
    /// What the person does for this client; their function in the workspace when left out.
    #[schema(example = "support")]
    pub function: Option<String>,
}

/// A duty that the rules accept; no function means the person's own.
#[derive(Clone, Debug)]
pub struct Duty {
    role: PodRole,
    function: Option<String>,
}

impl MemberIn {
    pub fn check(&self) -> Result<Duty, Fault> {
        let role = PodRole::parse(self.role.trim())
            .ok_or_else(|| FieldError::new("/role", FieldCode::Unknown, "A role is owner, team or observer"))?;
        let function = self.function.clone().filter(|function| !function.is_empty());
        if function.as_ref().is_some_and(|function| !FUNCTIONS.contains(&function.as_str())) {
            let message = format!("A function is one of {}", FUNCTIONS.join(", "));
            return Err(Fault::field(FieldError::new("/function", FieldCode::Unknown, message)));
        }
        Ok(Duty { role, function })
    }
}

/// Refuses whoever may not decide who is in the pod.
pub fn check_steers(account: &Writable<Account>) -> Result<(), Fault> {
    if account.steered_by(&account.caller) {
        return Ok(());
    }
    Err(Fault::not_allowed("Only the pod's owner, leaders and administrators decide who is in it. Ask the owner."))
}

/// Puts an active user of the workspace into the pod, or gives them another duty there. The account is locked.
pub fn put(tx: &mut Tx<'_>, by: &By, account: &Account, user: Uuid, duty: &Duty) -> Result<(), Fault> {
    let person = people::store::user(tx, by.workspace.id, user)?.filter(|person| person.active).ok_or_else(|| {
        let message = "Nobody active in this workspace has this id. Choose a person of the list.";
        Fault::field(FieldError::new("/user", FieldCode::Unknown, message))
    })?;
    let function = duty.function.as_deref().unwrap_or(&person.function);
    store::put_member(tx, by, (account.id, &account.name), user, duty.role, function)
}

/// The members of the account's client pod: owner, team, observers.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/members", tag = "pods", params(("account" = Uuid, Path)),
    responses((status = 200, body = List<MemberOut>)))]
pub async fn list_members(State(app): State<App>, account: Readable<Account>) -> Result<Json<List<MemberOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let members = app.db.read(Scope::Workspace(workspace), move |tx| store::members(tx, workspace, id)).await?;
    Ok(Json(List { data: members.iter().map(MemberOut::of).collect(), next_cursor: None }))
}

/// Puts a user into the pod, or gives them another duty there.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/members/{user}", tag = "pods",
    params(("account" = Uuid, Path), ("user" = Uuid, Path)), request_body = MemberIn,
    responses((status = 200, body = MemberOut)))]
pub async fn put_member(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Sent(sent, care): Sent<MemberIn>,
) -> Result<Answer, Fault> {
    check_steers(&account)?;
    let (id, user, duty) = (account.id, named_in(&path, "user")?, sent.check()?);
    app.commit(&account.caller, care.clone(), move |tx, by| {
        let before = expect_version(tx, by, id, &care)?;
        put(tx, by, &before, user, &duty)?;
        let members = store::members(tx, by.workspace.id, id)?;
        let member = members.iter().find(|member| member.user_id == user).ok_or_else(Fault::not_found)?;
        Ok(Answer::ok(&MemberOut::of(member))?.version(version_of(tx, by, id)?))
    })
    .await
}

/// Takes a user out of the pod.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}/members/{user}", tag = "pods",
    params(("account" = Uuid, Path), ("user" = Uuid, Path)), responses((status = 204)))]
pub async fn remove_member(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    check_steers(&account)?;
    let (id, user) = (account.id, named_in(&path, "user")?);
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        store::remove_member(tx, by, id, user)?;
        Ok(Answer::empty().version(version_of(tx, by, id)?))
    })
    .await
}

fn version_of(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<i64, Fault> {
    Ok(account(tx, by.workspace.id, id, Uuid::nil())?.ok_or_else(Fault::not_found)?.version)
}
