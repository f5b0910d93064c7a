//! Users over the wire: who works here, in which role; inviting, changing, ending and restoring their access.

use std::sync::Arc;

use axum::extract::{Query, State};
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{FieldCode, FieldError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::input::{UserChange, UserInput};
use crate::app::App;
use crate::corridor::access::{Allowed, ManagePeople, Read, Readable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::{Bare, Care, Sent};
use crate::corridor::verb::By;
use crate::people::store::{self, NewInvitation, NewUser, User};

#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserOut {
    pub id: Uuid,
    pub name: String,
    /// Null: the person is known by name and cannot sign in.
    #[schema(example = "kim@example.com")]
    pub email: Option<String>,
    /// `admin`, `leader` or `member`.
    #[schema(example = "member")]
    pub role: String,
    #[schema(example = "customer_success")]
    pub function: String,
    /// False: may no longer sign in to this workspace.
    pub active: bool,
    /// Has accepted an invitation.
    pub joined: bool,
}

impl UserOut {
    pub fn of(user: &User) -> Self {
        Self {
            id: user.id,
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role.clone(),
            function: user.function.clone(),
            active: user.active,
            joined: user.joined(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationOut {
    /// Works once. Send it yourself: it is not shown again.
    pub link: String,
    #[schema(value_type = String, format = DateTime)]
    pub valid_until: jiff::Timestamp,
}

impl InvitationOut {
    pub fn of(app: &App, new: &NewInvitation) -> Self {
        Self { link: format!("{}/invitations/{}", app.base_url, new.secret), valid_until: new.valid_until }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AddedUser)]
pub struct AddedOut {
    #[serde(flatten)]
    pub user: UserOut,
    /// The invitation, when it was asked for; sent in this answer only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<InvitationOut>,
}

/// Where a page of the list ends.
#[derive(Clone, Serialize, Deserialize)]
pub struct Place {
    name: String,
    id: Uuid,
}

/// One page of users, by name; the page and the API read the same.
pub async fn page(app: &App, caller: &Caller, paging: &Paging) -> Result<List<User>, Fault> {
    let limit = paging.limit()?;
    let after = paging.after::<Place>()?.unwrap_or(Place { name: String::new(), id: Uuid::nil() });
    let workspace = caller.workspace.id;
    let users = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            store::list_users(tx, workspace, (&after.name, after.id), limit + 1)
        })
        .await?;
    List::page(users, limit, |user| Place { name: user.name.clone(), id: user.id })
}

/// Everybody who works in the workspace, by name.
#[utoipa::path(get, path = "/api/v1/users", tag = "people", params(Paging), responses((status = 200, body = List<UserOut>)))]
pub async fn list(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(paging): Query<Paging>,
) -> Result<Answer, Fault> {
    let users = page(&app, &caller, &paging).await?;
    Answer::ok(&List { data: users.data.iter().map(UserOut::of).collect(), next_cursor: users.next_cursor })
}

/// One user.
#[utoipa::path(get, path = "/api/v1/users/{user}", tag = "people", params(("user" = Uuid, Path)),
    responses((status = 200, body = UserOut)))]
pub async fn show(user: Readable<User>, _: Allowed<Read>) -> Result<Answer, Fault> {
    Ok(Answer::ok(&UserOut::of(&user))?.version(user.version))
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub struct UserIn {
    pub name: String,
    /// What the person signs in with; leave it out for somebody who only appears by name.
    pub email: Option<String>,
    /// `admin`, `leader` or `member`.
    #[schema(example = "member")]
    pub role: String,
    /// Left out: `other`.
    #[schema(example = "customer_success")]
    pub function: Option<String>,
    /// True: the answer holds a link by which the person joins.
    #[serde(default)]
    pub invite: bool,
}

/// Adds a person; with `invite`, the answer holds the link, once.
#[utoipa::path(post, path = "/api/v1/users", tag = "people", request_body = UserIn, responses((status = 201, body = AddedOut)))]
pub async fn add(
    State(app): State<App>,
    caller: Allowed<ManagePeople>,
    Sent(sent, care): Sent<UserIn>,
) -> Result<Answer, Fault> {
    let invite = sent.invite;
    let new = UserInput {
        name: sent.name,
        email: sent.email.unwrap_or_default(),
        role: sent.role,
        function: sent.function.unwrap_or_default(),
    }
    .check()?;
    if invite && new.email.is_none() {
        let message = "An invitation needs the e-mail that the person will sign in with";
        return Err(Fault::field(FieldError::new("/email", FieldCode::Required, message)));
    }
    let house = app.clone();
    app.commit_across(&caller, care, move |tx, by| {
        let (user, invitation) = add_and_invite(tx, by, &new, invite)?;
        let invitation = invitation.map(|new| InvitationOut::of(&house, &new));
        let (is_secret, version) = (invitation.is_some(), user.version);
        let out = AddedOut { user: UserOut::of(&user), invitation };
        let answer = Answer::created(format!("/api/v1/users/{}", user.id), &out)?.version(version);
        Ok(if is_secret { answer.secret() } else { answer })
    })
    .await
}

/// Adds a person and, when wanted, makes the link in the same transaction.
pub fn add_and_invite(
    tx: &mut Tx<'_>,
    by: &By,
    new: &NewUser,
    invite: bool,
) -> Result<(User, Option<NewInvitation>), Fault> {
    let user = store::add_user(tx, by, new)?;
    let invitation = if invite { Some(store::invite_user(tx, by, user.id)?) } else { None };
    Ok((user, invitation))
}

/// What is not named stays as it is.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
pub struct UserChangeIn {
    pub name: Option<String>,
    /// Until the person has joined; empty takes it away.
    pub email: Option<String>,
    /// `admin`, `leader` or `member`.
    pub role: Option<String>,
    pub function: Option<String>,
}

/// Reads the user under the workspace's lock and refuses when the client knows another version.
fn expect(tx: &mut Tx<'_>, by: &By, id: Uuid, care: &Care) -> Result<User, Fault> {
    tx.lock(&[by.workspace.id])?;
    let user = store::user(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
    care.expect(user.version)?;
    Ok(user)
}

/// The one way to change a user, for the API, the pages and oneself.
pub fn change_user(tx: &mut Tx<'_>, by: &By, id: Uuid, change: &UserChange, care: &Care) -> Result<User, Fault> {
    let now = expect(tx, by, id, care)?;
    store::change_user(tx, by, id, &change.check(&now)?)
}

/// Changes name, e-mail, role or function.
#[utoipa::path(patch, path = "/api/v1/users/{user}", tag = "people", params(("user" = Uuid, Path)), request_body = UserChangeIn,
    responses((status = 200, body = UserOut)))]
pub async fn change(
    State(app): State<App>,
    user: Readable<User>,
    caller: Allowed<ManagePeople>,
    Sent(sent, care): Sent<UserChangeIn>,
) -> Result<Answer, Fault> {
    let change = UserChange { name: sent.name, email: sent.email, role: sent.role, function: sent.function };
    let (id, known) = (user.id, care.clone());
    app.commit_across(&caller, care, move |tx, by| {
        let user = change_user(tx, by, id, &change, &known)?;
        Ok(Answer::ok(&UserOut::of(&user))?.version(user.version))
    })
    .await
}

/// Ends a person's access to the workspace: sessions and tokens stop at once, what they did stays.
#[utoipa::path(post, path = "/api/v1/users/{user}/deactivate", tag = "people", params(("user" = Uuid, Path)),
    responses((status = 200, body = UserOut)))]
pub async fn deactivate(
    State(app): State<App>,
    user: Readable<User>,
    caller: Allowed<ManagePeople>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (id, known) = (user.id, care.clone());
    app.commit_across(&caller, care, move |tx, by| {
        expect(tx, by, id, &known)?;
        let user = store::deactivate_user(tx, by, id)?;
        Ok(Answer::ok(&UserOut::of(&user))?.version(user.version))
    })
    .await
}

/// Gives a person the access back.
#[utoipa::path(post, path = "/api/v1/users/{user}/reactivate", tag = "people", params(("user" = Uuid, Path)),
    responses((status = 200, body = UserOut)))]
pub async fn reactivate(
    State(app): State<App>,
    user: Readable<User>,
    caller: Allowed<ManagePeople>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (id, known) = (user.id, care.clone());
    app.commit(&caller, care, move |tx, by| {
        expect(tx, by, id, &known)?;
        let user = store::reactivate_user(tx, by, id)?;
        Ok(Answer::ok(&UserOut::of(&user))?.version(user.version))
    })
    .await
}

/// Makes a link by which the person joins or, having joined, chooses a new password; earlier links stop working.
#[utoipa::path(post, path = "/api/v1/users/{user}/invitation", tag = "people", params(("user" = Uuid, Path)),
    responses((status = 201, body = InvitationOut)))]
pub async fn invite(
    State(app): State<App>,
    user: Readable<User>,
    caller: Allowed<ManagePeople>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (id, known, house) = (user.id, care.clone(), app.clone());
    app.commit_across(&caller, care, move |tx, by| {
        expect(tx, by, id, &known)?;
        let new = store::invite_user(tx, by, id)?;
        Ok(Answer::created(format!("/api/v1/users/{id}"), &InvitationOut::of(&house, &new))?.secret())
    })
    .await
}

/// Sets the e-mail when one is given, then makes the link; the page's way to invite somebody known by name.
pub async fn invite_at(app: &App, caller: &Caller, id: Uuid, email: String) -> Result<InvitationOut, Fault> {
    let change = UserChange { email: (!email.is_empty()).then_some(email), ..UserChange::default() };
    let new = app
        .verb_across(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            change_user(tx, by, id, &change, &Care::default())?;
            store::invite_user(tx, by, id)
        })
        .await?;
    Ok(InvitationOut::of(app, &new))
}
