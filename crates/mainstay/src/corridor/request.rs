//! What comes in: JSON and form bodies with named limits, the session's proof, and the headers of a careful client.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits;
use mainstay_rules::problem::Problem;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::caller::{Caller, Via, hex};
use super::fault::Fault;
use crate::app::App;

/// The header that carries the session's proof on requests made by scripts.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// The form field of the same meaning.
pub const CSRF_FIELD: &str = "csrf";

/// How the client wants its write to be treated.
#[derive(Clone, Debug, Default)]
pub struct Care {
    /// `Idempotency-Key`
    pub key: Option<String>,
    /// What the key stands for: method, path and body.
    pub fingerprint: String,
    /// `If-Match`
    pub if_match: Option<String>,
}

impl Care {
    pub(crate) fn read(headers: &HeaderMap, method: &str, path: &str, body: &[u8]) -> Result<Self, Fault> {
        let key = headers.get("idempotency-key").map(|value| value.to_str().unwrap_or_default().to_owned());
        if let Some(key) = &key
            && (key.is_empty() || key.chars().count() > limits::IDEMPOTENCY_KEY_CHARS_MAX)
        {
            return Err(Fault::new(
                Problem::Malformed,
                format!("Idempotency-Key takes 1 to {} printable characters.", limits::IDEMPOTENCY_KEY_CHARS_MAX),
            ));
        }
        let mut digest = Sha256::new();
        for part in [method.as_bytes(), path.as_bytes(), body] {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        let fingerprint = hex(&digest.finalize());
        let if_match = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Self { key, fingerprint, if_match })
    }

    /// Refuses when the client knows another version than the current one.
    pub fn expect(&self, version: i64) -> Result<(), Fault> {
        match self.if_match.as_deref() {
            None | Some("*") => Ok(()),
            Some(tags) if tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag(version)) => Ok(()),
            Some(_) => Err(Fault::new(
                Problem::Changed,
                format!("Its current version is {}. Read it again and decide.", etag(version)),
            )),
        }
    }
}

/// The entity tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"v{version}\"")
}

/// A JSON body, its session proof checked.
pub struct Sent<T>(pub T, pub Care);

/// No body, or one that does not matter; its session proof checked.
pub struct Bare(pub Care);

/// The fields of a form, its session proof checked.
pub struct Posted<T>(pub T);

/// A form of a page that needs no sign-in; only its origin is checked (corridor/security.rs).
pub struct OpenForm<T>(pub T);

pub(crate) fn check_csrf(caller: &Caller, proof: Option<&str>) -> Result<(), Fault> {
    match &caller.via {
        Via::Token { .. } => Ok(()),
        Via::Session { csrf, .. } if proof == Some(csrf.as_str()) => Ok(()),
        Via::Session { .. } => Err(Fault::new(
            Problem::BadCsrf,
            "Nothing was changed. Load the page again and repeat what you did; scripts send the x-csrf-token header.",
        )),
    }
}

pub(crate) async fn body_of(request: Request<Body>, limit: usize) -> Result<Vec<u8>, Fault> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let too_large = || Fault::new(Problem::TooLarge, format!("The body may have {limit} bytes at most."));
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    to_bytes(request.into_body(), limit).await.map(|bytes| bytes.to_vec()).map_err(|_| too_large())
}

pub(crate) fn content_type_is(headers: &HeaderMap, wanted: &str) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted)))
}

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, app: &App) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        check_csrf(&caller, parts.headers.get(CSRF_HEADER).and_then(|v| v.to_str().ok()))?;
        if !content_type_is(&parts.headers, "application/json") {
            return Err(Fault::new(Problem::UnsupportedMediaType, "Send the body as application/json."));
        }
        let (headers, method, path) = (parts.headers.clone(), parts.method.clone(), parts.uri.path().to_owned());
        let body = body_of(Request::from_parts(parts, body), limits::JSON_BYTES_MAX).await?;
        let care = Care::read(&headers, method.as_str(), &path, &body)?;
        Ok(Self(parse_json(&body)?, care))
    }
}

/// Parses JSON and, when it does not fit, names the place by a pointer.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error
            .path()
            .iter()
            .fold(String::new(), |place, segment| place + "/" + segment.to_string().trim_matches(['[', ']']));
        if error.inner().is_data() {
            let message = plain_message(&error.inner().to_string());
            Fault::field(FieldError { pointer: place, code: FieldCode::Invalid, message })
        } else {
            Fault::new(Problem::Malformed, format!("The body is not JSON: {}.", error.inner()))
        }
    })
}

/// A parser's sentence, short enough to show: a hostile body must not come back whole.
fn plain_message(text: &str) -> String {
    const SHOWN_CHARS: usize = 200;
    let mut message: String = text.chars().take(SHOWN_CHARS).collect();
    message.push('.');
    message
}

impl FromRequest<App> for Bare {
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, app: &App) -> Result<Self, Fault> {
        let (mut parts, _) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        check_csrf(&caller, parts.headers.get(CSRF_HEADER).and_then(|v| v.to_str().ok()))?;
        Ok(Self(Care::read(&parts.headers, parts.method.as_str(), parts.uri.path(), b"")?))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Posted<T> {
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, app: &App) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        let from_header = parts.headers.get(CSRF_HEADER).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let fields = form_fields(Request::from_parts(parts, body)).await?;
        let from_form = fields.iter().find(|(name, _)| name == CSRF_FIELD).map(|(_, value)| value.clone());
        check_csrf(&caller, from_header.or(from_form).as_deref())?;
        Ok(Self(parse_form(&fields)?))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for OpenForm<T> {
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, _: &App) -> Result<Self, Fault> {
        Ok(Self(parse_form(&form_fields(request).await?)?))
    }
}

async fn form_fields(request: Request<Body>) -> Result<Vec<(String, String)>, Fault> {
    if !content_type_is(request.headers(), "application/x-www-form-urlencoded") {
        return Err(Fault::new(Problem::UnsupportedMediaType, "Send the form as application/x-www-form-urlencoded."));
    }
    let body = body_of(request, limits::FORM_BYTES_MAX).await?;
    serde_urlencoded::from_bytes(&body)
        .map_err(|e| Fault::new(Problem::Malformed, format!("The form could not be read: {e}.")))
}

/// Form structs hold strings only (and defaults), so that the rules can say what is wrong with a value.
fn parse_form<T: DeserializeOwned>(fields: &[(String, String)]) -> Result<T, Fault> {
    let text = serde_urlencoded::to_string(fields).map_err(Fault::internal)?;
    serde_urlencoded::from_str(&text)
        .map_err(|e| Fault::new(Problem::Malformed, format!("The form could not be read: {e}.")))
}
