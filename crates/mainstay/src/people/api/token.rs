//! API tokens over the wire: one's own, never more than oneself may do.

use axum::extract::State;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::NAME_CHARS_MAX;
use mainstay_rules::permission::TokenScope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::input;
use crate::app::App;
use crate::corridor::access::{Allowed, ManageOwn, Readable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::corridor::verb::By;
use crate::people::store::{self, Token};

#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenOut {
    pub id: Uuid,
    pub name: String,
    /// `read`, `write` or `admin`; each includes the ones before it.
    #[schema(example = "write")]
    pub scope: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: jiff::Timestamp,
    /// To the minute; null when it was never used.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<jiff::Timestamp>,
}

impl TokenOut {
    pub fn of(token: &Token) -> Self {
        Self {
            id: token.id,
            name: token.name.clone(),
            scope: token.scope.clone(),
            created_at: token.created_at,
            last_used_at: token.last_used_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = CreatedToken)]
pub struct CreatedOut {
    #[serde(flatten)]
    pub described: TokenOut,
    /// The token itself. Only its hash is kept: it is sent in this answer only.
    #[schema(example = "mst_…")]
    pub token: String,
}

/// The caller's tokens that work, newest first.
pub async fn own(app: &App, caller: &Caller) -> Result<Vec<Token>, Fault> {
    let (workspace, user) = (caller.workspace.id, caller.user);
    app.db.read(Scope::Workspace(workspace), move |tx| store::list_tokens(tx, workspace, user)).await
}

/// Your tokens, newest first; all of them fit one page.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people", responses((status = 200, body = List<TokenOut>)))]
pub async fn list(State(app): State<App>, caller: Allowed<ManageOwn>) -> Result<Answer, Fault> {
    let tokens = own(&app, &caller).await?;
    Answer::ok(&List { data: tokens.iter().map(TokenOut::of).collect(), next_cursor: None })
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub struct TokenIn {
    /// What it is for.
    #[schema(example = "Nightly import")]
    pub name: String,
    /// `read`, `write` or `admin`; not more than what you come with.
    #[schema(example = "write")]
    pub scope: String,
}

/// A token to make, checked.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub name: String,
    pub scope: TokenScope,
}

impl NewToken {
    /// `most` is what whoever makes it comes with.
    pub fn check(name: &str, scope: &str, most: TokenScope) -> Result<Self, Fault> {
        let mut errors = Vec::new();
        let name = field::keep(field::text("/name", name, NAME_CHARS_MAX), &mut errors);
        let scope = input::scope(scope).and_then(|scope| {
            if scope <= most {
                return Ok(scope);
            }
            let message = format!("The scope is at most {}, which is your own", most.as_str());
            Err(FieldError::new("/scope", FieldCode::OutOfRange, message))
        });
        match (name, field::keep(scope, &mut errors)) {
            (Some(name), Some(scope)) => Ok(Self { name, scope }),
            _ => Err(Fault::invalid(errors)),
        }
    }

    pub fn create(&self, tx: &mut Tx<'_>, by: &By, user: Uuid) -> Result<(Token, String), Fault> {
        store::create_token(tx, by, user, &self.name, self.scope)
    }
}

/// Makes a token that acts as you; the answer holds it, once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", request_body = TokenIn,
    responses((status = 201, body = CreatedOut)))]
pub async fn create(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    Sent(sent, care): Sent<TokenIn>,
) -> Result<Answer, Fault> {
    let new = NewToken::check(&sent.name, &sent.scope, caller.scope())?;
    let user = caller.user;
    app.commit(&caller, care, move |tx, by| {
        let (token, secret) = new.create(tx, by, user)?;
        let out = CreatedOut { described: TokenOut::of(&token), token: secret };
        Ok(Answer::created(format!("/api/v1/tokens/{}", token.id), &out)?.secret())
    })
    .await
}

/// Revokes one of your tokens; it stops at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{token}", tag = "people", params(("token" = Uuid, Path)),
    responses((status = 204)))]
pub async fn revoke(
    State(app): State<App>,
    caller: Allowed<ManageOwn>,
    token: Readable<Token>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (id, user) = (token.id, caller.user);
    app.commit(&caller, care, move |tx, by| {
        store::revoke_token(tx, by, user, id)?;
        Ok(Answer::empty())
    })
    .await
}
