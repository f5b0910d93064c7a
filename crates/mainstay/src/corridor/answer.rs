//! What goes out after a write: serialised inside the transaction, so that a repeated request gets the same bytes.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::problem::Problem;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::fault::Fault;
use super::request::{Care, etag};
use super::store as kept;
use super::verb::By;
use crate::app::App;

/// An answer as it is sent, and kept for its Idempotency-Key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    status: u16,
    content_type: String,
    body: String,
    etag: Option<String>,
    location: Option<String>,
    /// Holds a secret: sent once, never kept.
    #[serde(skip)]
    secret: bool,
}

impl Answer {
    pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Fault> {
        Ok(Self {
            status: status.as_u16(),
            content_type: "application/json".to_owned(),
            body: serde_json::to_string(body).map_err(Fault::internal)?,
            etag: None,
            location: None,
            secret: false,
        })
    }

    pub fn ok(body: &impl Serialize) -> Result<Self, Fault> {
        Self::json(StatusCode::OK, body)
    }

    pub fn created(location: String, body: &impl Serialize) -> Result<Self, Fault> {
        Ok(Self { location: Some(location), ..Self::json(StatusCode::CREATED, body)? })
    }

    pub fn empty() -> Self {
        Self {
            status: StatusCode::NO_CONTENT.as_u16(),
            content_type: String::new(),
            body: String::new(),
            etag: None,
            location: None,
            secret: false,
        }
    }

    pub fn html(body: String) -> Self {
        Self { status: 200, content_type: "text/html; charset=utf-8".to_owned(), body, ..Self::empty() }
    }

    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.etag = Some(etag(version));
        self
    }

    /// Where the thing is that was made.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = (status, self.body).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        let mut put = |name: HeaderName, value: Option<&str>| {
            if let Some(value) = value.and_then(|text| HeaderValue::from_str(text).ok()) {
                headers.insert(name, value);
            }
        };
        put(header::CONTENT_TYPE, (!self.content_type.is_empty()).then_some(self.content_type.as_str()));
        put(header::ETAG, self.etag.as_deref());
        put(header::LOCATION, self.location.as_deref());
        put(header::CACHE_CONTROL, Some("no-store"));
        response
    }
}

impl App {
    /// Does a verb in the name of a caller and keeps its answer under the request's Idempotency-Key.
    pub async fn commit(
        &self,
        caller: &Caller,
        care: Care,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<Answer, Fault> + Send + 'static,
    ) -> Result<Answer, Fault> {
        self.commit_in(Lane::Interactive, Scope::Workspace(caller.workspace.id), caller, care, verb).await
    }

    /// Like `commit`, for what programs send in quantities: people do not wait behind it.
    pub async fn commit_bulk(
        &self,
        caller: &Caller,
        care: Care,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<Answer, Fault> + Send + 'static,
    ) -> Result<Answer, Fault> {
        self.commit_in(Lane::Bulk, Scope::Workspace(caller.workspace.id), caller, care, verb).await
    }

    /// Like `commit`, for verbs that also write rows of no workspace: identities, sessions, links that work once.
    pub async fn commit_across(
        &self,
        caller: &Caller,
        care: Care,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<Answer, Fault> + Send + 'static,
    ) -> Result<Answer, Fault> {
        self.commit_in(Lane::Interactive, Scope::System, caller, care, verb).await
    }

    async fn commit_in(
        &self,
        lane: Lane,
        scope: Scope,
        caller: &Caller,
        care: Care,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<Answer, Fault> + Send + 'static,
    ) -> Result<Answer, Fault> {
        let Some(key) = care.key.clone() else {
            return self.verb_in(lane, scope, Arc::clone(&caller.workspace), Some(caller.user), verb).await;
        };
        let name = caller.key();
        self.verb_in(lane, scope, Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            let workspace = by.workspace.id;
            if !kept::begin(tx, workspace, &name, &key)? {
                return Err(Fault::new(
                    Problem::StillRunning,
                    "Wait for its answer, then send it again with the same key.",
                ));
            }
            if let Some(earlier) = kept::find(tx, workspace, &name, &key)? {
                return replay(&earlier, &care.fingerprint);
            }
            let answer = verb(tx, by)?;
            let text =
                if answer.secret { None } else { Some(serde_json::to_string(&answer).map_err(Fault::internal)?) };
            kept::keep(tx, workspace, &name, &key, &care.fingerprint, text.as_deref(), by.at)?;
            Ok(answer)
        })
        .await
    }

    /// Does a verb; events and read models are written in its transaction, by whoever it names.
    pub async fn verb<T: Send + 'static>(
        &self,
        workspace: Arc<super::caller::Workspace>,
        user: Option<uuid::Uuid>,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.verb_in(Lane::Interactive, Scope::Workspace(workspace.id), workspace, user, verb).await
    }

    /// Like `verb`, for verbs that also write rows of no workspace.
    pub async fn verb_across<T: Send + 'static>(
        &self,
        workspace: Arc<super::caller::Workspace>,
        user: Option<uuid::Uuid>,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.verb_in(Lane::Interactive, Scope::System, workspace, user, verb).await
    }

    /// Like `verb`, for work that nobody waits for, because of an import or an event where it has a cause.
    pub async fn verb_bulk<T: Send + 'static>(
        &self,
        workspace: Arc<super::caller::Workspace>,
        user: Option<uuid::Uuid>,
        cause: Option<uuid::Uuid>,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let source = self.source.clone();
        self.db
            .write_bulk(Scope::Workspace(workspace.id), move |tx| {
                let by = By::new(Arc::clone(&workspace), user, source.clone());
                let by = cause.into_iter().fold(by, By::because_of);
                let done = verb(tx, &by)?;
                crate::app::project(tx, &by)?;
                Ok(done)
            })
            .await
    }

    async fn verb_in<T: Send + 'static>(
        &self,
        lane: Lane,
        scope: Scope,
        workspace: Arc<super::caller::Workspace>,
        user: Option<uuid::Uuid>,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let source = self.source.clone();
        let write = move |tx: &mut Tx<'_>| {
            let by = By::new(Arc::clone(&workspace), user, source.clone());
            let done = verb(tx, &by)?;
            crate::app::project(tx, &by)?;
            Ok(done)
        };
        match lane {
            Lane::Interactive => self.db.write(scope, write).await,
            Lane::Bulk => self.db.write_bulk(scope, write).await,
        }
    }
}

/// Whether somebody waits for it.
#[derive(Clone, Copy)]
enum Lane {
    Interactive,
    Bulk,
}

fn replay(earlier: &kept::Kept, fingerprint: &str) -> Result<Answer, Fault> {
    if earlier.fingerprint != fingerprint {
        return Err(Fault::new(Problem::KeyReused, "Use a new Idempotency-Key for a new request."));
    }
    match &earlier.answer {
        Some(text) => serde_json::from_str(text).map_err(Fault::internal),
        None => Err(Fault::new(
            Problem::SecretNotReplayed,
            "It was done. Secrets are shown once and never stored: revoke it and make a new one.",
        )),
    }
}
