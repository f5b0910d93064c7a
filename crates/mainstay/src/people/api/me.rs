//! Oneself over the wire: who I am, my password, where I am signed in.

use axum::extract::{Path, State};
use mainstay_db::Scope;
use mainstay_rules::field;
use mainstay_rules::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::input::UserChange;
use super::invitation::wrong_at;
use super::password;
use super::sign_in::Origin;
use super::user::{UserOut, change_user};
use super::workspace::WorkspaceOut;
use crate::app::App;
use crate::corridor::access::{Allowed, ManageOwn, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::{Caller, Via};
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::people::store::{self, Session, User};

#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeOut {
    #[serde(flatten)]
    pub user: UserOut,
    /// What the token allows; `admin` for a browser session, where the role alone decides.
    #[schema(example = "write")]
    pub scope: &'static str,
    pub workspace: WorkspaceOut,
}

impl MeOut {
    fn of(user: &User, caller: &Caller) -> Self {
        Self { user: UserOut::of(user), scope: caller.scope().as_str(), workspace: WorkspaceOut::of(&caller.workspace) }
    }
}

/// The caller's own row.
pub async fn own_user(app: &App, caller: &Caller) -> Result<User, Fault> {
    let (workspace, id) = (caller.workspace.id, caller.user);
    let found = app.db.read(Scope::Workspace(workspace), move |tx| store::user(tx, workspace, id)).await?;
    found.ok_or_else(Fault::not_found)
}

/// Who is asking, in which workspace, with which rights. The `ETag` is that of the user.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", responses((status = 200, body = MeOut)))]
pub async fn show(State(app): State<App>, caller: Allowed<Read>) -> Result<Answer, Fault> {
    let user = own_user(&app, &caller).await?;
    Ok(Answer::ok(&MeOut::of(&user, &caller))?.version(user.version))
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeChange)]
pub struct MeIn {
    pub name: Option<String>,
}

/// Changes your own name.
#[utoipa::path(patch, path = "/api/v1/me", tag = "me", request_body = MeIn, responses((status = 200, body = MeOut)))]
pub async fn change(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    Sent(sent, care): Sent<MeIn>,
) -> Result<Answer, Fault> {
    let change = UserChange { name: sent.name, ..UserChange::default() };
    let (known, who) = (care.clone(), caller.into_caller());
    let me = who.clone();
    app.commit(&who, care, move |tx, by| {
        let user = change_user(tx, by, me.user, &change, &known)?;
        Ok(Answer::ok(&MeOut::of(&user, &me))?.version(user.version))
    })
    .await
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub struct PasswordIn {
    pub current: String,
    /// 12 to 200 characters.
    pub new: String,
}

/// The identity behind the caller and the e-mail it signs in with.
async fn identity(app: &App, caller: &Caller) -> Result<(Uuid, String), Fault> {
    let user = caller.user;
    let found = app.db.read(Scope::System, move |tx| store::identity_of(tx, user)).await?;
    found.ok_or_else(|| {
        Fault::new(Problem::Conflict, "This user has never signed in and has no password. Accept the invitation first.")
    })
}

/// The session of the request, "" for a token: it is none of the sessions.
fn session_hash(caller: &Caller) -> &str {
    match &caller.via {
        Via::Session { hash, .. } => hash,
        Via::Token { .. } => "",
    }
}

/// Checks the current password, sets the new one and signs out everywhere else.
pub async fn change_password(app: &App, caller: &Caller, address: &str, sent: PasswordIn) -> Result<(), Fault> {
    let new = field::password("/new", &sent.new)?;
    let (_, email) = identity(app, caller).await?;
    let proven = password::prove(app, &email, address, sent.current).await;
    let identity = proven.map_err(|fault| wrong_at("/current", "This is not your current password", fault))?;
    let hash = password::hash(app, new).await?;
    let kept = session_hash(caller).to_owned();
    app.db.write(Scope::System, move |tx| store::set_password(tx, identity, &hash, &kept)).await
}

/// Changes your password; every other session ends. No Idempotency-Key is kept: its fingerprint would betray the password.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "me", request_body = PasswordIn, responses((status = 204)))]
pub async fn post_password(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    origin: Origin,
    Sent(sent, _): Sent<PasswordIn>,
) -> Result<Answer, Fault> {
    change_password(&app, &caller, &origin.address, sent).await?;
    Ok(Answer::empty())
}

#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionOut {
    pub id: String,
    /// What the browser said of itself.
    pub user_agent: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: jiff::Timestamp,
    /// To the minute.
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: jiff::Timestamp,
    /// The session of this request.
    pub current: bool,
}

/// The sessions of the person behind the caller, last seen first, and which of them asks.
pub async fn own_sessions(app: &App, caller: &Caller) -> Result<Vec<(Session, bool)>, Fault> {
    let (identity, _) = identity(app, caller).await?;
    let now = app.source.now();
    let sessions = app.db.read(Scope::System, move |tx| store::sessions_of(tx, identity, now)).await?;
    let current = session_hash(caller);
    Ok(sessions
        .into_iter()
        .map(|session| (session.hash == current, session))
        .map(|(is, session)| (session, is))
        .collect())
}

/// Where you are signed in; all of it fits one page.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "me", responses((status = 200, body = List<SessionOut>)))]
pub async fn sessions(State(app): State<App>, caller: Allowed<ManageOwn>) -> Result<Answer, Fault> {
    let data = own_sessions(&app, &caller).await?.into_iter().map(|(session, current)| SessionOut {
        id: session.name().to_owned(),
        user_agent: session.user_agent,
        created_at: session.created_at,
        seen_at: session.seen_at,
        current,
    });
    Answer::ok(&List { data: data.collect(), next_cursor: None })
}

/// Ends every session of the person but the one that asks.
pub async fn end_others(app: &App, caller: &Caller) -> Result<(), Fault> {
    let (identity, _) = identity(app, caller).await?;
    let kept = session_hash(caller).to_owned();
    app.db.write(Scope::System, move |tx| store::end_other_sessions(tx, identity, &kept)).await?;
    Ok(())
}

/// Signs you out everywhere else.
#[utoipa::path(delete, path = "/api/v1/me/sessions", tag = "me", responses((status = 204)))]
pub async fn delete_sessions(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    _proof: Bare,
) -> Result<Answer, Fault> {
    end_others(&app, &caller).await?;
    Ok(Answer::empty())
}

/// Ends one session of the person; 404 when it is over or somebody else's.
pub async fn end_one(app: &App, caller: &Caller, name: String) -> Result<(), Fault> {
    let (identity, _) = identity(app, caller).await?;
    let ended = app.db.write(Scope::System, move |tx| store::end_session_named(tx, identity, &name)).await?;
    if ended { Ok(()) } else { Err(Fault::not_found()) }
}

/// Signs you out in one browser.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{session}", tag = "me", params(("session" = String, Path)),
    responses((status = 204)))]
pub async fn delete_session(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    Path(name): Path<String>,
    _proof: Bare,
) -> Result<Answer, Fault> {
    end_one(&app, &caller, name).await?;
    Ok(Answer::empty())
}
