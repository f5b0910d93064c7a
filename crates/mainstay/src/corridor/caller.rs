//! Who is calling: a person by session or a program by token, in one workspace.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mainstay_db::Scope;
use mainstay_rules::money::Currency;
use mainstay_rules::permission::{self, Deed, Role, TokenScope};
use mainstay_rules::problem::Problem;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::fault::Fault;
use crate::app::App;
use crate::people;

/// The header by which a browser session names its workspace on the API.
pub const WORKSPACE_HEADER: &str = "mainstay-workspace";

/// A workspace's facts that nearly every page needs.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub currency: Currency,
    pub zone_name: String,
    pub zone: TimeZone,
    pub fiscal_year_start_month: i8,
    pub version: i64,
}

impl Workspace {
    /// The calendar day of an instant, in the workspace's zone.
    pub fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }
}

/// By what the caller is known.
#[derive(Clone, Debug)]
pub enum Via {
    Session { hash: String, csrf: String, identity: Uuid },
    Token { id: Uuid, scope: TokenScope },
}

/// Whoever asks, already known and belonging to the workspace.
#[derive(Clone, Debug)]
pub struct Caller {
    pub workspace: Arc<Workspace>,
    pub user: Uuid,
    pub name: String,
    pub role: Role,
    pub via: Via,
}

impl Caller {
    pub fn may(&self, deed: Deed) -> bool {
        permission::may(self.role, deed) && self.scope() >= permission::scope_for(deed)
    }

    pub fn scope(&self) -> TokenScope {
        match self.via {
            Via::Session { .. } => TokenScope::Admin,
            Via::Token { scope, .. } => scope,
        }
    }

    /// The session's proof for forms; a token needs none.
    pub fn csrf(&self) -> &str {
        match &self.via {
            Via::Session { csrf, .. } => csrf,
            Via::Token { .. } => "",
        }
    }

    /// Names the caller in stored idempotency keys.
    pub fn key(&self) -> String {
        match &self.via {
            Via::Session { .. } => format!("user:{}", self.user),
            Via::Token { id, .. } => format!("token:{id}"),
        }
    }

    pub fn today(&self, app: &App) -> Date {
        self.workspace.day_of(app.source.now())
    }

    /// A path below the workspace's pages.
    pub fn path(&self, rest: &str) -> String {
        format!("/w/{}{rest}", self.workspace.slug)
    }
}

/// Secrets are kept as hashes only: 256 random bits need no salt and no slow function.
pub fn hash_secret(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

pub const SESSION_COOKIE: &str = "mainstay_session";

/// The secret of the session cookie, when there is one.
pub fn session_secret(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, secret)| secret)
}

/// The token: as a bearer's, or as the user of basic credentials without a password, as some clients can only send it.
fn token_secret(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (kind, secret) = value.split_once(' ')?;
    if kind.eq_ignore_ascii_case("bearer") {
        return Some(secret.trim().to_owned());
    }
    let credentials = kind.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(secret.trim()).ok())??;
    let credentials = String::from_utf8(credentials).ok()?;
    Some(credentials.split_once(':').map_or(credentials.as_str(), |(user, _)| user).to_owned())
}

/// The workspace a page's address names: `/w/{slug}/…`.
fn slug_of(path: &str) -> Option<&str> {
    path.strip_prefix("/w/")?.split('/').next()
}

impl FromRequestParts<App> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let caller = identify(parts, app).await?;
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

async fn identify(parts: &Parts, app: &App) -> Result<Caller, Fault> {
    let slug = slug_of(parts.uri.path()).map(str::to_owned);
    let now = app.source.now();
    if let Some(secret) = token_secret(&parts.headers) {
        let hash = hash_secret(&secret);
        let found = app.db.read(Scope::System, move |tx| people::store::token_caller(tx, &hash)).await?;
        let Some(found) = found else {
            return Err(Fault::new(
                Problem::NotSignedIn,
                "The token is unknown or revoked. Make a new one under Settings, API tokens.",
            ));
        };
        // A token of another workspace: here, nothing exists for it.
        if slug.is_some_and(|slug| slug != found.caller.workspace.slug) {
            return Err(Fault::not_found());
        }
        app.note_use(people::store::Used::of(&found, now));
        return Ok(found.caller);
    }
    let Some(secret) = session_secret(&parts.headers) else {
        return Err(Fault::new(Problem::NotSignedIn, "Send a token in the Authorization header, or sign in."));
    };
    let hash = hash_secret(secret);
    let from_header = parts.headers.get(WORKSPACE_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let wanted = slug.clone().or(from_header);
    let found =
        app.db.read(Scope::System, move |tx| people::store::session_callers(tx, &hash, now, wanted.as_deref())).await?;
    let Some(found) = found else {
        return Err(Fault::new(Problem::NotSignedIn, "The session is over. Sign in again."));
    };
    if let Some(used) = found.used {
        app.note_use(used);
    }
    let mut callers = found.callers;
    match (callers.pop(), callers.is_empty()) {
        (Some(caller), true) => Ok(caller),
        (Some(_), false) => Err(Fault::new(
            Problem::Malformed,
            format!("You belong to several workspaces: name one in the {WORKSPACE_HEADER} header."),
        )),
        (None, _) => Err(Fault::not_found()),
    }
}
