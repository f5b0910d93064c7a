//! Signing in, and the first set-up.

use std::sync::Arc;

use jiff::tz::TimeZone;
use mainstay_db::Scope;
use mainstay_rules::event::Kind;
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::NAME_CHARS_MAX;
use mainstay_rules::money::Currency;
use mainstay_rules::permission::Role;
use serde_json::json;
use uuid::Uuid;

use super::{invitation, password};
use crate::app::App;
use crate::corridor::caller::{Workspace, hash_secret};
use crate::corridor::fault::Fault;
use crate::people::store::{self, LinkKind, NewSession, NewUser, NewWorkspace};

const USER_AGENT_CHARS_MAX: usize = 200;

/// Where a request came from.
pub struct Origin {
    pub address: String,
    pub user_agent: String,
}

/// Checks e-mail and password; gives the secret of a new session.
pub async fn sign_in(app: &App, email: &str, password: String, origin: &Origin) -> Result<String, Fault> {
    let identity = password::prove(app, email, &origin.address, password).await?;
    open_session(app, identity, origin).await
}

pub async fn open_session(app: &App, identity: Uuid, origin: &Origin) -> Result<String, Fault> {
    let secret = app.source.secret();
    let new = NewSession {
        hash: hash_secret(&secret),
        identity,
        csrf: app.source.secret(),
        user_agent: origin.user_agent.chars().take(USER_AGENT_CHARS_MAX).collect(),
    };
    let now = app.source.now();
    app.db.write(Scope::System, move |tx| store::create_session(tx, &new, now)).await?;
    Ok(secret)
}

/// The first workspace and its administrator, as typed.
pub struct SetUp {
    pub workspace: String,
    pub currency: String,
    pub zone: String,
    pub fiscal_year_start_month: String,
    pub name: String,
    pub email: String,
    pub password: String,
}

/// A set-up that the rules accept.
struct CheckedSetUp {
    workspace: String,
    currency: Currency,
    zone: String,
    month: i8,
    name: String,
    email: String,
    password: String,
}

impl SetUp {
    fn check(self) -> Result<CheckedSetUp, Fault> {
        let mut errors = Vec::new();
        let workspace = field::keep(field::text("/workspace", &self.workspace, NAME_CHARS_MAX), &mut errors);
        let currency = field::keep(Currency::parse(&self.currency).map_err(|e| e.at("/currency")), &mut errors);
        let zone = field::keep(check_zone(&self.zone), &mut errors);
        let month = field::keep(check_month(&self.fiscal_year_start_month), &mut errors);
        let name = field::keep(field::text("/name", &self.name, NAME_CHARS_MAX), &mut errors);
        let email = field::keep(field::email("/email", &self.email), &mut errors);
        let password = field::keep(field::password("/password", &self.password), &mut errors);
        match (workspace, currency, zone, month, name, email, password) {
            (Some(workspace), Some(currency), Some(zone), Some(month), Some(name), Some(email), Some(password)) => {
                Ok(CheckedSetUp { workspace, currency, zone, month, name, email: email.to_lowercase(), password })
            }
            _ => Err(Fault::invalid(errors)),
        }
    }
}

pub fn check_zone(text: &str) -> Result<String, FieldError> {
    match TimeZone::get(text.trim()) {
        Ok(_) => Ok(text.trim().to_owned()),
        Err(_) => Err(FieldError::new(
            "/zone",
            FieldCode::Unknown,
            "This time zone is not known; write it like Europe/Madrid",
        )),
    }
}

pub fn check_month(text: &str) -> Result<i8, FieldError> {
    text.parse::<i8>().ok().filter(|month| (1..=12).contains(month)).ok_or_else(|| {
        FieldError::new("/fiscal_year_start_month", FieldCode::OutOfRange, "The month is a number from 1 to 12")
    })
}

/// Uses the one-time link of the first run: makes the workspace and its administrator, gives a session's secret.
pub async fn set_up(app: &App, link: &str, input: SetUp, origin: &Origin) -> Result<String, Fault> {
    let now = app.source.now();
    let token = link.to_owned();
    let known = app.db.read(Scope::System, move |tx| store::find_link(tx, LinkKind::Setup, &token, now)).await?;
    if known.is_none() {
        return Err(invitation::link_gone());
    }
    let checked = input.check()?;
    let hash = password::hash(app, checked.password.clone()).await?;
    let (app_in, token) = (app.clone(), link.to_owned());
    let identity = app
        .db
        .write(Scope::System, move |tx| {
            let id = app_in.source.id();
            tx.lock(&[id])?;
            if !store::use_link(tx, &token, now)? {
                return Err(invitation::link_gone());
            }
            let workspace = NewWorkspace {
                id,
                slug: slug(&checked.workspace),
                name: checked.workspace.clone(),
                currency: checked.currency,
                zone: checked.zone.clone(),
                fiscal_year_start_month: checked.month,
            };
            let admin = Founder { name: checked.name.clone(), email: checked.email.clone(), hash: hash.clone() };
            found_workspace(tx, &app_in, &workspace, &admin)
        })
        .await?;
    open_session(app, identity, origin).await
}

/// The first administrator of a workspace.
pub struct Founder {
    pub name: String,
    pub email: String,
    pub hash: String,
}

/// Makes a workspace with its first administrator; gives the administrator's identity.
pub fn found_workspace(
    tx: &mut mainstay_db::Tx<'_>,
    app: &App,
    new: &NewWorkspace,
    founder: &Founder,
) -> Result<Uuid, Fault> {
    tx.lock(&[new.id])?;
    let workspace: Workspace = store::create_workspace(tx, new, app.source.now())?;
    let by = crate::corridor::verb::By::new(Arc::new(workspace), None, app.source.clone());
    let identity = by.id();
    store::create_identity(tx, identity, &founder.email, Some(&founder.hash), by.at)?;
    by.happened(tx, Kind::WorkspaceCreated, ("workspace", new.id), json!({ "currency": new.currency.code() }))?;
    let user = NewUser {
        name: founder.name.clone(),
        email: Some(founder.email.clone()),
        identity: Some(identity),
        role: Role::Admin,
        function: "other".to_owned(),
    };
    store::add_user(tx, &by, &user)?;
    Ok(identity)
}

/// The workspace's part of an address: `Snapwright GmbH` becomes `snapwright-gmbh`.
pub fn slug(name: &str) -> String {
    const SLUG_CHARS_MAX: usize = 40;
    let mut slug = String::new();
    for letter in name.to_lowercase().chars().take(SLUG_CHARS_MAX) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "workspace".to_owned() } else { slug.to_owned() }
}
