//! The page frame: menu, search, who I am; and how a fault looks as a page.

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use mainstay_rules::permission::Deed;
use mainstay_rules::problem::Problem;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::caller::Caller;
use super::fault::Fault;
use crate::text::frame as text;
use crate::text::people::role_word;

/// The entries of the menu; a room that does not exist yet has none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    Today,
    Portfolio,
    Accounts,
    Import,
    Settings,
    /// No entry is the current one.
    None,
}

const ICON_MARK: &str = r#"<svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" d="M11 2v18M11 3l8 12H11M11 7l-7 8h7M3 19h16"/></svg>"#;

impl Menu {
    const ALL: [Self; 5] = [Self::Today, Self::Portfolio, Self::Accounts, Self::Import, Self::Settings];

    /// Who may not do it is not led to it.
    fn is_open_to(self, caller: &Caller) -> bool {
        self != Self::Import || caller.may(Deed::Import)
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Today => {
                ("/today", text::today(), "M2.5 4h11v9.5h-11zM2.5 6.5h11M5.5 2.5V4M10.5 2.5V4M5.5 10l1.7 1.5 3-3")
            }
            Self::Portfolio => ("/portfolio", text::portfolio(), "M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6"),
            Self::Accounts => ("/accounts", text::accounts(), "M2.5 13.5v-9l5-2v11M7.5 6.5h6v7h-11M10.5 9h0M10.5 11h0"),
            Self::Import => ("/import", text::import(), "M8 2.5v7M5 7l3 3 3-3M2.5 11v2.5h11V11"),
            Self::Settings | Self::None => {
                ("/settings", text::settings(), "M2.5 5h6M12 5h1.5M2.5 11H5M8.5 11h5M8.5 3.5h3v3h-3zM5 9.5h3v3H5z")
            }
        }
    }
}

fn icon(path: &str) -> Markup {
    html! {
        svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" { path d=(path) {} }
    }
}

/// The `<head>` that every page has.
pub fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · " (text::product()) }
            link rel="icon" href="/assets/mark.svg" type="image/svg+xml";
            link rel="stylesheet" href="/assets/css/app.css";
            link rel="stylesheet" href="/assets/css/views.css";
            link rel="stylesheet" href="/assets/css/score.css";
            link rel="stylesheet" href="/assets/css/print.css" media="print";
            script src="/assets/js/theme.js" {}
            script type="module" src="/assets/js/app.js" {}
        }
    }
}

/// A page inside the workspace. `body` begins with its `.page-head`.
pub fn page(caller: &Caller, menu: Menu, title: &str, body: &Markup) -> Markup {
    framed(caller, menu, title, "page", body)
}

/// A page of forms, narrower so that lines stay readable.
pub fn narrow_page(caller: &Caller, menu: Menu, title: &str, body: &Markup) -> Markup {
    framed(caller, menu, title, "page narrow", body)
}

fn framed(caller: &Caller, menu: Menu, title: &str, class: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body.frame {
                a.skip href="#main" { (text::skip()) }
                (rail(caller, menu))
                (top(caller))
                main #main class=(class) tabindex="-1" { (body) }
                p #say .toast role="status" {}
            }
        }
    }
}

fn rail(caller: &Caller, current: Menu) -> Markup {
    html! {
        nav.rail aria-label=(text::menu_label()) {
            a.brand href=(caller.path("/today")) {
                (PreEscaped(ICON_MARK))
                span { b { (text::product()) } small { (caller.workspace.name) } }
            }
            ul {
                @for entry in Menu::ALL.into_iter().filter(|entry| entry.is_open_to(caller)) {
                    @let (path, words, shape) = entry.words();
                    li { a href=(caller.path(path)) aria-current=[(entry == current).then_some("page")] { (icon(shape)) (words) } }
                }
            }
        }
    }
}

fn top(caller: &Caller) -> Markup {
    html! {
        header.top {
            form role="search" action=(caller.path("/accounts")) method="get" {
                label.sr for="search" { (text::search_label()) }
                input #search type="search" name="q" placeholder=(text::search_label()) autocomplete="off"
                    aria-keyshortcuts="/ Control+K";
                kbd aria-hidden="true" { "/" }
            }
            span #live .live data-live-url=(caller.path("/live")) data-text-on=(text::live_on()) data-text-off=(text::live_off())
                data-title-on=(text::live_on_title()) data-title-off=(text::live_off_title()) {
                i {} span.words {} span.sr {}
            }
            details.menu {
                summary { (face(&caller.name)) span.sr { (text::your_menu(&caller.name)) } }
                div.menu-box {
                    p { b { (caller.name) } br; span.soft { (role_word(caller.role.as_str())) } }
                    fieldset.choice data-theme-choice {
                        legend.sr { (text::theme()) }
                        label { input type="radio" name="theme" value="auto" checked; (text::theme_auto()) }
                        label { input type="radio" name="theme" value="light"; (text::theme_light()) }
                        label { input type="radio" name="theme" value="dark"; (text::theme_dark()) }
                    }
                    a href=(caller.path("/settings/me")) { (text::my_account()) }
                    form method="post" action=(caller.path("/sign-out")) { (csrf(caller)) button { (text::sign_out()) } }
                }
            }
        }
    }
}

/// The hidden field that every form of a signed-in page carries.
pub fn csrf(caller: &Caller) -> Markup {
    html! { input type="hidden" name=(super::request::CSRF_FIELD) value=(caller.csrf()); }
}

/// Initials in a circle; the name stands beside it or in a label.
pub fn face(name: &str) -> Markup {
    let words: Vec<&str> = name.split_whitespace().collect();
    let letters = [words.first(), if words.len() > 1 { words.last() } else { None }];
    let initials: String =
        letters.into_iter().flatten().filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect();
    html! { span.face aria-hidden="true" { (initials) } }
}

/// A page before sign-in.
pub fn gate(title: &str, wide: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body class=(if wide { "gate wide" } else { "gate" }) {
                header.brand { (PreEscaped(ICON_MARK)) b { (text::product()) } }
                main #main { (body) }
            }
        }
    }
}

/// The last word on every answer: what a library refused becomes a problem of our table, and on a page's address
/// a problem becomes a page: sign-in first, or what happened and where to go.
pub async fn faults_as_pages(request: Request<Body>, next: Next) -> Response {
    let wants_html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let is_script = request.headers().contains_key(super::request::CSRF_HEADER)
        || request.headers().get("sec-fetch-dest").is_some_and(|dest| dest == "empty");
    let address = request.uri().clone();
    let is_read = request.method().is_safe();
    let response = next.run(request).await;
    let fault = match response.extensions().get::<Fault>() {
        Some(fault) => fault.clone(),
        // A page that says itself what is wrong, for example a form that comes back with its errors, stays as it is.
        None if is_error(response.status()) && !is_html(&response) => match problem_of(response.status()) {
            Some(problem) => Fault::new(problem, text::refused()),
            None => return response,
        },
        None => return response,
    };
    if fault.problem == Problem::Moved || address.path().starts_with("/api/") || !wants_html || is_script {
        return if response.extensions().get::<Fault>().is_some() { response } else { fault.into_response() };
    }
    if fault.problem == Problem::NotSignedIn {
        let wanted = if is_read { address.path_and_query().map_or("/", |pq| pq.as_str()) } else { "/" };
        let next = serde_urlencoded::to_string([("next", wanted)]).unwrap_or_default();
        return Redirect::to(&format!("/sign-in?{next}")).into_response();
    }
    let mut page = (fault.status(), fault_page(&fault)).into_response();
    if let Some(seconds) = fault.retry_after_seconds {
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}

fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The problem behind a bare status that a library answered (a bad path, an unreadable query, a panic).
/// What has a body of its own meaning (`/readyz`) keeps it.
fn problem_of(status: StatusCode) -> Option<Problem> {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Some(Problem::Malformed),
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::MethodNotAllowed),
        StatusCode::REQUEST_TIMEOUT => Some(Problem::Timeout),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Problem::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Problem::UnsupportedMediaType),
        StatusCode::INTERNAL_SERVER_ERROR => Some(Problem::Internal),
        _ => None,
    }
}

fn fault_page(fault: &Fault) -> Markup {
    let title = fault.problem.title();
    gate(
        title,
        false,
        &html! {
            p.soft { (fault.problem.status()) }
            h1 { (title) }
            p { (fault.detail) }
            @if fault.errors.len() > 1 {
                ul { @for error in &fault.errors { li { (error.message) } } }
            }
            p { a.button.primary href="/" { (text::back_to_start()) } }
        },
    )
}

/// Nothing has this address.
pub async fn not_found() -> Fault {
    Fault::not_found()
}

/// After a form was done: the browser reads the page anew, so that "back" and "reload" are harmless.
pub fn see_other(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response()
}

/// Where a form says to go on: only ever a place of this server, else the start.
pub fn own_path(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']) { next } else { "/" }
}
