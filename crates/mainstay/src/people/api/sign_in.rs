//! Signing in and out, the first set-up, and accepting an invitation.

use std::sync::Arc;

use jiff::tz::TimeZone;
use mainstay_db::Scope;
use mainstay_rules::event::Kind;
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::NAME_CHARS_MAX;
use mainstay_rules::money::Currency;
use mainstay_rules::permission::Role;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::password;
use crate::app::App;
use crate::corridor::caller::{Workspace, hash_secret};
use crate::corridor::fault::Fault;
use crate::people::store::{self, LinkKind, NewSession, NewUser, NewWorkspace};

/// Failed attempts for one e-mail, or from one address, before it has to wait out the window of 15 minutes.
pub const FAILURES_PER_EMAIL_MAX: i64 = 10;
pub const FAILURES_PER_ADDRESS_MAX: i64 = 50;
const USER_AGENT_CHARS_MAX: usize = 200;

/// Where a request came from.
pub struct Origin {
    pub address: String,
    pub user_agent: String,
}

/// Checks e-mail and password; gives the secret of a new session.
pub async fn sign_in(app: &App, email: &str, password: String, origin: &Origin) -> Result<String, Fault> {
    let email = email.trim().to_lowercase();
    let keys = [
        (format!("email:{email}"), FAILURES_PER_EMAIL_MAX),
        (format!("address:{}", origin.address), FAILURES_PER_ADDRESS_MAX),
    ];
    let now = app.source.now();
    let (asked, limits) = (email.clone(), keys.clone());
    let stored = app
        .db
        .read(Scope::System, move |tx| {
            for (key, most) in &limits {
                let (failures, first_at) = store::failures(tx, key, now)?;
                if failures >= *most {
                    return Err(too_many(first_at, now));
                }
            }
            store::identity_by_email(tx, &asked)
        })
        .await?;
    let (identity, hash) = stored.map_or((None, None), |(id, hash)| (Some(id), hash));
    let right = password::verify(app, password, hash).await?;
    let Some(identity) = identity.filter(|_| right) else {
        app.db
            .write(Scope::System, move |tx| keys.iter().try_for_each(|(key, _)| store::note_failure(tx, key, now)))
            .await?;
        return Err(Fault::new(
            Problem::WrongPassword,
            format!(
                "E-mail and password do not match. After {FAILURES_PER_EMAIL_MAX} failed attempts this address has to wait 15 minutes."
            ),
        ));
    };
    let email_key = keys[0].0.clone();
    app.db.write(Scope::System, move |tx| store::clear_failures(tx, &email_key)).await?;
    open_session(app, identity, origin).await
}

fn too_many(first_at: jiff::Timestamp, now: jiff::Timestamp) -> Fault {
    let over_at = first_at + jiff::SignedDuration::from_mins(15);
    let seconds = u64::try_from(over_at.duration_since(now).as_secs()).unwrap_or(0) + 1;
    Fault {
        retry_after_seconds: Some(seconds),
        ..Fault::new(
            Problem::TooManyRequests,
            format!("Too many failed attempts. Try again in {} minutes.", seconds.div_ceil(60)),
        )
    }
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
        return Err(link_gone());
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
                return Err(link_gone());
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

/// The workspace's part of an address: "Snapwright GmbH" becomes `snapwright-gmbh`.
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

pub fn link_gone() -> Fault {
    Fault::new(Problem::LinkGone, "It was used or is too old. Ask an administrator for a new one.")
}

/// Who is invited to what.
pub struct Invitation {
    pub workspace: Workspace,
    pub user: store::User,
}

/// What an invitation's link stands for.
pub async fn invitation(app: &App, link: &str) -> Result<Invitation, Fault> {
    let (token, now) = (link.to_owned(), app.source.now());
    app.db
        .read(Scope::System, move |tx| {
            let found = store::find_link(tx, LinkKind::Invitation, &token, now)?;
            let (workspace, user) = match found {
                Some(store::Link { workspace_id: Some(workspace), user_id: Some(user) }) => (workspace, user),
                _ => return Err(link_gone()),
            };
            let workspace = store::workspace(tx, workspace)?.ok_or_else(link_gone)?;
            let user = store::user(tx, workspace.id, user)?.filter(|user| user.active).ok_or_else(link_gone)?;
            Ok(Invitation { workspace, user })
        })
        .await
}

/// Accepts an invitation: a new identity chooses its password, a known one proves it.
pub async fn accept(app: &App, link: &str, name: &str, password: &str, origin: &Origin) -> Result<String, Fault> {
    let invited = invitation(app, link).await?;
    let name = field::text("/name", name, NAME_CHARS_MAX)?;
    let email = invited.user.email.clone().ok_or_else(link_gone)?;
    let asked = email.clone();
    let known = app.db.read(Scope::System, move |tx| store::identity_by_email(tx, &asked)).await?;
    let (identity, hash) = match known {
        Some((identity, stored)) => {
            if !password::verify(app, password.to_owned(), stored).await? {
                let message = "This e-mail has a password here already; give that one";
                return Err(Fault::field(FieldError::new("/password", FieldCode::Invalid, message)));
            }
            (identity, None)
        }
        None => {
            let accepted = field::password("/password", password)?;
            (app.source.id(), Some(password::hash(app, accepted).await?))
        }
    };
    let (token, source, now) = (link.to_owned(), app.source.clone(), app.source.now());
    let workspace = Arc::new(invited.workspace);
    let user = invited.user.id;
    app.db
        .write(Scope::System, move |tx| {
            tx.lock(&[workspace.id])?;
            if !store::use_link(tx, &token, now)? {
                return Err(link_gone());
            }
            if let Some(hash) = &hash {
                store::create_identity(tx, identity, &email, Some(hash), now)?;
            }
            let by = crate::corridor::verb::By::new(Arc::clone(&workspace), Some(user), source.clone());
            store::join(tx, &by, user, identity, &name)?;
            crate::app::project(tx, &by)
        })
        .await?;
    open_session(app, identity, origin).await
}
