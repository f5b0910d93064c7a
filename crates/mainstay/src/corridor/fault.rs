//! The only error type of the house: a problem of the closed table, with the sentence that says which thing and what to do.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mainstay_rules::field::FieldError;
use mainstay_rules::problem::Problem;
use serde::Serialize;

/// What went wrong, for whoever asked.
#[derive(Clone, Debug)]
pub struct Fault {
    pub problem: Problem,
    pub detail: String,
    pub errors: Vec<FieldError>,
    pub retry_after_seconds: Option<u64>,
    /// Where it is found from now on.
    pub location: Option<String>,
}

impl Fault {
    pub fn new(problem: Problem, detail: impl Into<String>) -> Self {
        Self { problem, detail: detail.into(), errors: Vec::new(), retry_after_seconds: None, location: None }
    }

    pub fn not_found() -> Self {
        Self::new(Problem::NotFound, "It does not exist, or you may not see it.")
    }

    /// The same request belongs to another address of this server.
    pub fn moved(location: &str) -> Self {
        let detail = format!("It is found at {location} from now on.");
        Self { location: Some(location.to_owned()), ..Self::new(Problem::Moved, detail) }
    }

    pub fn not_allowed(detail: impl Into<String>) -> Self {
        Self::new(Problem::NotAllowed, detail)
    }

    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors.first().map_or_else(String::new, |first| match errors.len() {
            1 => first.message.clone(),
            n => format!("{} ({} more)", first.message, n - 1),
        });
        Self { errors, ..Self::new(Problem::Invalid, detail) }
    }

    pub fn field(error: FieldError) -> Self {
        Self::invalid(vec![error])
    }

    /// The same with the fields' pointers below another one: where a checked part stands in a body.
    #[must_use]
    pub fn below(mut self, pointer: &str) -> Self {
        for error in &mut self.errors {
            error.pointer.insert_str(0, pointer);
        }
        self
    }

    /// The same at the fields of a form, where they are called otherwise.
    #[must_use]
    pub fn renamed(mut self, name: impl Fn(&str) -> Option<&'static str>) -> Self {
        for error in &mut self.errors {
            if let Some(other) = name(&error.pointer) {
                other.clone_into(&mut error.pointer);
            }
        }
        self
    }

    /// A fault of ours: the log gets the reason, the caller does not.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        tracing::error!(reason = %reason, "internal fault");
        Self::new(Problem::Internal, "The log of the server has the reason. Nothing was changed.")
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// RFC 9457, as every API answer and stored outcome shows it.
    pub fn body(&self) -> ProblemBody<'_> {
        ProblemBody {
            r#type: format!("/docs/errors#{}", self.problem.code()),
            title: self.problem.title(),
            status: self.problem.status(),
            detail: &self.detail,
            code: self.problem.code(),
            errors: self
                .errors
                .iter()
                .map(|e| FieldBody { pointer: &e.pointer, code: e.code.as_str(), message: &e.message })
                .collect(),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.problem.title(), self.detail)
    }
}

impl std::error::Error for Fault {}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// The page that explains this code.
    #[schema(example = "/docs/errors#invalid")]
    r#type: String,
    title: &'a str,
    status: u16,
    /// What happened, to which thing, and what to do.
    detail: &'a str,
    /// One of the closed table.
    #[schema(example = "invalid")]
    code: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldBody<'a>>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = FieldProblem)]
pub struct FieldBody<'a> {
    /// A JSON pointer into the request.
    #[schema(example = "/name")]
    pointer: &'a str,
    #[schema(example = "too_long")]
    code: &'a str,
    message: &'a str,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(location) = self.location.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // Pages turn it into HTML on the way out (corridor/frame.rs).
        response.extensions_mut().insert(self);
        response
    }
}

impl From<mainstay_db::Error> for Fault {
    fn from(error: mainstay_db::Error) -> Self {
        use mainstay_db::Error;
        match error {
            Error::Full(_) => {
                tracing::error!("the disk of the database is full");
                Self::new(
                    Problem::StorageFull,
                    "Nothing was saved. Free space on the disk of the data folder and try again.",
                )
            }
            Error::Unavailable(_) | Error::Gone | Error::Busy(_) | Error::Serialization(_) => {
                tracing::error!(error = %error, "database unavailable");
                Self {
                    retry_after_seconds: Some(1),
                    ..Self::new(Problem::Unavailable, "Nothing was saved. Try again in a moment.")
                }
            }
            Error::Deadline(_) => {
                tracing::warn!(error = %error, "database deadline");
                Self {
                    retry_after_seconds: Some(1),
                    ..Self::new(Problem::Unavailable, "The question took too long. Ask for less, or try again.")
                }
            }
            other => Self::internal(other),
        }
    }
}

impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        Self::field(error)
    }
}
