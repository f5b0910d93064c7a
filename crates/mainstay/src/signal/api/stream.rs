//! `POST /signals`: a JSON body is one commit; a stream of lines is read as it comes, a commit for each thousand.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use mainstay_db::Scope;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::{JSON_BYTES_MAX, SIGNAL_LINE_BYTES_MAX, SIGNAL_STREAM_BYTES_MAX, SIGNALS_AT_ONCE_MAX};
use mainstay_rules::problem::Problem;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::sent::{Draft, PointSent, TakenOut, resolve};
use crate::app::{self, App};
use crate::corridor::access::{Allowed, SendSignals};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::request::{Care, body_of, check_csrf, content_type_is, parse_json};
use crate::signal::store::{self, Arrived};

/// The body of a JSON request; each point is read by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bodies {
    signals: Vec<Box<RawValue>>,
}

/// The same for the description.
#[derive(utoipa::ToSchema)]
#[schema(as = Signals)]
#[expect(dead_code, reason = "it describes what `Bodies` reads")]
pub struct SignalsSent {
    /// At most 1,000.
    signals: Vec<PointSent>,
}

/// Records data points in quantities. As `application/x-ndjson`, one point a line and up to 64 MiB, they are read as
/// they come and committed a thousand at a time. What was sent before is known again and changes nothing; another value
/// for the same point corrects it. One bad point does not keep the others out.
#[utoipa::path(post, path = "/api/v1/signals", tag = "signal",
    request_body(content((SignalsSent = "application/json"), (PointSent = "application/x-ndjson"))),
    responses((status = 200, body = TakenOut)))]
pub async fn send(
    State(app): State<App>,
    caller: Allowed<SendSignals>,
    request: Request<Body>,
) -> Result<Response, Fault> {
    let caller = caller.into_caller();
    let headers = request.headers();
    check_csrf(&caller, headers.get(crate::corridor::request::CSRF_HEADER).and_then(|value| value.to_str().ok()))?;
    if content_type_is(headers, "application/x-ndjson") {
        return Ok(lines(&app, &caller, request).await?.into_response());
    }
    if !content_type_is(headers, "application/json") {
        let message = "Send the body as application/json, or line by line as application/x-ndjson.";
        return Err(Fault::new(Problem::UnsupportedMediaType, message));
    }
    let (headers, path) = (headers.clone(), request.uri().path().to_owned());
    let body = body_of(request, JSON_BYTES_MAX).await?;
    let care = Care::read(&headers, "POST", &path, &body)?;
    Ok(whole(&app, &caller, &body, care).await?.into_response())
}

async fn whole(app: &App, caller: &Caller, body: &[u8], care: Care) -> Result<Answer, Fault> {
    let bodies: Bodies = parse_json(body)?;
    if bodies.signals.len() > SIGNALS_AT_ONCE_MAX {
        let message = format!(
            "A body has {SIGNALS_AT_ONCE_MAX} points at most. Send several, or a stream of lines (application/x-ndjson)."
        );
        return Err(Fault::field(FieldError::new("/signals", FieldCode::TooMany, message)));
    }
    let now = app.source.now();
    let (mut drafts, mut errors) = (Vec::with_capacity(bodies.signals.len()), Vec::new());
    for (place, text) in bodies.signals.iter().enumerate() {
        match Draft::read(place, text.get(), now) {
            Ok(draft) => drafts.push(draft),
            Err(error) => errors.push(error),
        }
    }
    let (arrived, unresolved, scored) = prepare(app, caller, drafts).await?;
    errors.extend(unresolved);
    let mut read = TakenOut::default();
    read.refuse(errors);
    let answer = app
        .commit_bulk(caller, care, move |tx, by| {
            let mut out = read.clone();
            out.add(store::take(tx, by, &arrived, &scored)?);
            Answer::ok(&out.told()?)
        })
        .await?;
    app.ring_signals();
    Ok(answer)
}

type Prepared = (Vec<Arrived>, Vec<FieldError>, BTreeSet<String>);

/// What the drafts name is looked up before the write, so that the writer is not kept by it.
async fn prepare(app: &App, caller: &Caller, drafts: Vec<Draft>) -> Result<Prepared, Fault> {
    let (acting, drafts) = (caller.clone(), Arc::new(drafts));
    app.db
        .read(Scope::Workspace(caller.workspace.id), move |tx| {
            let (arrived, errors) = resolve(tx, &acting, &drafts)?;
            Ok::<_, Fault>((arrived, errors, app::points_scored(tx, acting.workspace.id)?))
        })
        .await
}

/// Lines that came in and wait for a commit.
struct Lines<'a> {
    app: &'a App,
    caller: &'a Caller,
    drafts: Vec<Draft>,
    place: usize,
    out: TakenOut,
}

async fn lines(app: &App, caller: &Caller, request: Request<Body>) -> Result<Response, Fault> {
    let mut lines = Lines { app, caller, drafts: Vec::new(), place: 0, out: TakenOut::default() };
    let mut chunks = request.into_body().into_data_stream();
    let (mut rest, mut bytes): (Vec<u8>, usize) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| lines.cut_off())?;
        bytes += chunk.len();
        if bytes > SIGNAL_STREAM_BYTES_MAX {
            let message = format!(
                "A stream has {SIGNAL_STREAM_BYTES_MAX} bytes at most. The lines before were taken; send the others anew."
            );
            return Err(Fault::new(Problem::TooLarge, message));
        }
        rest.extend_from_slice(&chunk);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else {
            if rest.len() > SIGNAL_LINE_BYTES_MAX {
                return Err(Fault::new(
                    Problem::TooLarge,
                    format!("A line has {SIGNAL_LINE_BYTES_MAX} bytes at most."),
                ));
            }
            continue;
        };
        let complete: Vec<u8> = rest.drain(..=end).collect();
        lines.read(&complete).await?;
    }
    lines.read(&rest).await?;
    lines.commit().await?;
    Ok(Json(lines.out.told()?).into_response())
}

impl Lines<'_> {
    async fn read(&mut self, text: &[u8]) -> Result<(), Fault> {
        let now = self.app.source.now();
        for line in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
            let draft = std::str::from_utf8(line)
                .map_err(|_| {
                    let pointer = format!("/signals/{}", self.place);
                    FieldError::new(&pointer, FieldCode::Invalid, "The line is not UTF-8")
                })
                .and_then(|line| Draft::read(self.place, line, now));
            self.place += 1;
            match draft {
                Ok(draft) => self.drafts.push(draft),
                Err(error) => self.out.refuse(vec![error]),
            }
            if self.drafts.len() == SIGNALS_AT_ONCE_MAX {
                self.commit().await?;
            }
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), Fault> {
        let drafts = std::mem::take(&mut self.drafts);
        if drafts.is_empty() {
            return Ok(());
        }
        let (arrived, errors, scored) = prepare(self.app, self.caller, drafts).await?;
        self.out.refuse(errors);
        let caller = self.caller;
        let taken = self
            .app
            .verb_bulk(Arc::clone(&caller.workspace), Some(caller.user), None, move |tx, by| {
                store::take(tx, by, &arrived, &scored)
            })
            .await?;
        self.out.add(taken);
        self.app.ring_signals();
        Ok(())
    }

    fn cut_off(&self) -> Fault {
        let message = format!(
            "The stream broke off after {} lines. What was committed stays: send it again, it is known by its ids.",
            self.place
        );
        Fault::new(Problem::Malformed, message)
    }
}
