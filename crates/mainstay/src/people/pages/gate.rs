//! The pages before sign-in, and signing out.

use axum::extract::{ConnectInfo, FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use mainstay_db::Scope;
use mainstay_rules::field::FieldError;
use mainstay_rules::limits::{EMAIL_CHARS_MAX, PASSWORD_CHARS_MAX};
use mainstay_rules::money::Currency;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;
use std::convert::Infallible;
use std::net::SocketAddr;

use crate::app::App;
use crate::corridor::caller::{Caller, SESSION_COOKIE, hash_secret, session_secret};
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{Field, notice_bad, select};
use crate::corridor::request::{OpenForm, Posted};
use crate::people::api::invitation::{self, Invitation, Means};
use crate::people::api::sign_in::{self, Origin, SetUp};
use crate::people::store;
use crate::text::{frame as words, people as text};

impl FromRequestParts<App> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let address =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(String::new(), |info| info.0.ip().to_string());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Ok(Self { address, user_agent: agent.to_owned() })
    }
}

/// A signed-in browser: the cookie is out of reach of scripts, and `Secure` wherever the address is.
fn with_session(app: &App, secret: &str, then: &str) -> Response {
    let secure = if app.base_url.starts_with("https:") { "; Secure" } else { "" };
    let age = store::SESSION_LASTS.as_secs();
    let cookie = format!("{SESSION_COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    let mut response = see_other(then);
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

/// `GET /`: where this browser's work is.
pub async fn start(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    let Some(secret) = session_secret(&headers) else { return Ok(see_other("/sign-in")) };
    let (hash, now) = (hash_secret(secret), app.source.now());
    let found = app.db.read(Scope::System, move |tx| store::session_callers(tx, &hash, now, None)).await?;
    let Some(found) = found else { return Ok(see_other("/sign-in")) };
    match found.callers.as_slice() {
        [] => Ok(frame::gate(
            text::no_workspace(),
            false,
            &html! { h1 { (text::no_workspace()) } p { (text::no_workspace_what()) } },
        )
        .into_response()),
        [only] => Ok(see_other(&only.path("/today"))),
        several => Ok(choose_workspace(several).into_response()),
    }
}

fn choose_workspace(callers: &[Caller]) -> Markup {
    frame::gate(
        text::choose_workspace(),
        false,
        &html! {
            h1 { (text::choose_workspace()) }
            ul { @for caller in callers { li { a href=(caller.path("/today")) { (caller.workspace.name) } } } }
        },
    )
}

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub async fn show_sign_in(Query(next): Query<Next>) -> Markup {
    sign_in_page("", frame::own_path(&next.next), None)
}

fn sign_in_page(email: &str, next: &str, fault: Option<&Fault>) -> Markup {
    frame::gate(
        words::sign_in(),
        false,
        &html! {
            h1 { (words::sign_in()) }
            @if let Some(fault) = fault { (notice_bad(&fault.detail)) }
            form.form method="post" action="/sign-in" {
                input type="hidden" name="next" value=(next);
                (Field::text("email", text::email(), email).kind("email", "username").required().max(EMAIL_CHARS_MAX).show(&[]))
                (Field::text("password", text::password(), "").kind("password", "current-password").required().max(PASSWORD_CHARS_MAX).show(&[]))
                button.primary { (words::sign_in()) }
            }
            p.soft { (text::no_password()) }
        },
    )
}

#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
pub async fn sign_in_form(
    State(app): State<App>,
    origin: Origin,
    OpenForm(form): OpenForm<SignInForm>,
) -> Result<Response, Fault> {
    if form.password.chars().count() > PASSWORD_CHARS_MAX || form.email.chars().count() > EMAIL_CHARS_MAX {
        return Err(Fault::new(Problem::WrongPassword, text::no_password()));
    }
    match sign_in::sign_in(&app, &form.email, form.password.clone(), &origin).await {
        Ok(secret) => Ok(with_session(&app, &secret, frame::own_path(&form.next))),
        Err(fault) if matches!(fault.problem, Problem::WrongPassword | Problem::TooManyRequests) => {
            let mut page =
                (fault.status(), sign_in_page(&form.email, frame::own_path(&form.next), Some(&fault))).into_response();
            if let Some(seconds) = fault.retry_after_seconds {
                page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(page)
        }
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /w/{workspace}/sign-out`
pub async fn sign_out(State(app): State<App>, caller: Caller, Posted(_): Posted<Nothing>) -> Result<Response, Fault> {
    if let crate::corridor::caller::Via::Session { hash, .. } = caller.via {
        app.db.write(Scope::System, move |tx| store::end_session(tx, &hash)).await?;
    }
    let mut response = see_other("/sign-in");
    let gone = format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    if let Ok(value) = HeaderValue::from_str(&gone) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SetUpForm {
    workspace: String,
    currency: String,
    zone: String,
    fiscal_year_start_month: String,
    name: String,
    email: String,
    password: String,
}

/// `GET /set-up/{link}`
pub async fn show_set_up(State(app): State<App>, Path(link): Path<String>) -> Result<Markup, Fault> {
    let (token, now) = (link.clone(), app.source.now());
    let found = app.db.read(Scope::System, move |tx| store::find_link(tx, store::LinkKind::Setup, &token, now)).await?;
    if found.is_none() {
        return Err(invitation::link_gone());
    }
    let form = SetUpForm { currency: "EUR".to_owned(), zone: "UTC".to_owned(), ..SetUpForm::default() };
    Ok(set_up_page(&link, &form, None))
}

fn set_up_page(link: &str, form: &SetUpForm, fault: Option<&Fault>) -> Markup {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let currencies: Vec<(&str, &str)> = Currency::all().map(|currency| (currency.code(), currency.code())).collect();
    let months = text::months();
    frame::gate(
        text::set_up(),
        true,
        &html! {
            div { h1 { (text::set_up()) } p.soft { (text::set_up_what()) } }
            form.form method="post" action=(format!("/set-up/{link}")) {
                section.section aria-labelledby="ws" {
                    h2 #ws { (text::your_workspace()) }
                    (Field::text("workspace", text::workspace_name(), &form.workspace).required().hint(text::workspace_name_hint()).show(errors))
                    div.pair {
                        (select("currency", text::currency(), &currencies, &form.currency, errors))
                        (Field::text("zone", text::zone(), &form.zone).required().list("zones").show(errors))
                        (select("fiscal_year_start_month", text::fiscal_year(), &months, &form.fiscal_year_start_month, errors))
                    }
                    (text::zones())
                }
                section.section aria-labelledby="you" {
                    h2 #you { (text::you()) }
                    (Field::text("name", text::your_name(), &form.name).kind("text", "name").required().show(errors))
                    (Field::text("email", text::email(), &form.email).kind("email", "username").required().max(EMAIL_CHARS_MAX).show(errors))
                    (new_password("password", text::password(), errors))
                }
                button.primary { (text::create_workspace()) }
            }
        },
    )
}

/// A password to choose: the same words and limits wherever one is chosen.
pub fn new_password(name: &str, label: &str, errors: &[FieldError]) -> Markup {
    Field::text(name, label, "")
        .kind("password", "new-password")
        .required()
        .max(PASSWORD_CHARS_MAX)
        .hint(text::password_hint())
        .show(errors)
}

/// `POST /set-up/{link}`
pub async fn set_up_form(
    State(app): State<App>,
    Path(link): Path<String>,
    origin: Origin,
    OpenForm(form): OpenForm<SetUpForm>,
) -> Result<Response, Fault> {
    let input = SetUp {
        workspace: form.workspace.clone(),
        currency: form.currency.clone(),
        zone: form.zone.clone(),
        fiscal_year_start_month: form.fiscal_year_start_month.clone(),
        name: form.name.clone(),
        email: form.email.clone(),
        password: form.password.clone(),
    };
    match sign_in::set_up(&app, &link, input, &origin).await {
        Ok(secret) => Ok(with_session(&app, &secret, "/")),
        Err(fault) if fault.problem == Problem::Invalid => {
            Ok((fault.status(), set_up_page(&link, &form, Some(&fault))).into_response())
        }
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct AcceptForm {
    name: String,
    password: String,
}

/// `GET /invitations/{link}`
pub async fn show_invitation(State(app): State<App>, Path(link): Path<String>) -> Result<Markup, Fault> {
    let invited = invitation::invitation(&app, &link).await?;
    let form = AcceptForm { name: invited.user.name.clone(), password: String::new() };
    Ok(invitation_page(&link, &invited, &form, None))
}

fn invitation_page(link: &str, invited: &Invitation, form: &AcceptForm, fault: Option<&Fault>) -> Markup {
    let is_forgotten = invited.means == Means::Forgotten;
    let title = if is_forgotten { text::choose_password().to_owned() } else { text::join(&invited.workspace.name) };
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let what = match invited.means {
        Means::New => text::invited_as(&invited.user.role),
        Means::Known => text::invited_known(&invited.user.role),
        Means::Forgotten => text::choose_password_what(&invited.workspace.name),
    };
    frame::gate(
        &title,
        false,
        &html! {
            div { h1 { (title) } p.soft { (what) } }
            @if let Some(fault) = fault.filter(|fault| fault.errors.is_empty()) { (notice_bad(&fault.detail)) }
            form.form method="post" action=(format!("/invitations/{link}")) {
                @if !is_forgotten {
                    (Field::text("name", text::your_name(), &form.name).kind("text", "name").required().show(errors))
                }
                (Field::text("email", text::email(), &invited.email).kind("email", "username").max(EMAIL_CHARS_MAX).readonly().show(errors))
                @if invited.means == Means::Known {
                    (Field::text("password", text::password(), "").kind("password", "current-password").required()
                        .max(PASSWORD_CHARS_MAX).show(errors))
                } @else { (new_password("password", text::password(), errors)) }
                button.primary { @if is_forgotten { (text::save_password()) } @else { (text::join_workspace()) } }
            }
        },
    )
}

/// `POST /invitations/{link}`
pub async fn accept_form(
    State(app): State<App>,
    Path(link): Path<String>,
    origin: Origin,
    OpenForm(form): OpenForm<AcceptForm>,
) -> Result<Response, Fault> {
    match invitation::accept(&app, &link, &form.name, &form.password, &origin).await {
        Ok(secret) => Ok(with_session(&app, &secret, "/")),
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::TooManyRequests | Problem::Conflict) => {
            let invited = invitation::invitation(&app, &link).await?;
            Ok((fault.status(), invitation_page(&link, &invited, &form, Some(&fault))).into_response())
        }
        Err(fault) => Err(fault),
    }
}
