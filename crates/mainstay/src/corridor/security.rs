//! Headers that hold for every answer, and the refusal of writes that another site's page started.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mainstay_rules::problem::Problem;

use super::fault::Fault;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub async fn headers(request: Request<Body>, next: Next) -> Response {
    if let Some(fault) = refuse_cross_site(&request) {
        return fault.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Browsers say where a request comes from; a write from elsewhere is refused before anything reads it.
fn refuse_cross_site(request: &Request<Body>) -> Option<Fault> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return None;
    }
    let site = request.headers().get("sec-fetch-site").and_then(|v| v.to_str().ok());
    let foreign = match site {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => origin_differs(request),
    };
    foreign.then(|| Fault::new(Problem::BadCsrf, "The request came from another site's page. Nothing was changed."))
}

fn origin_differs(request: &Request<Body>) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN).and_then(|v| v.to_str().ok()) else {
        return false;
    };
    let host = request.headers().get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    origin.split_once("://").is_none_or(|(_, origin_host)| origin_host != host)
}
