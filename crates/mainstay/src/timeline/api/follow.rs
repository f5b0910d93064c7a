//! What every open stream does: hears what concerns its caller, and ends when the caller or the server is gone.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use mainstay_db::events::Cursor;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, Interval, interval_at};

use super::parse_cursor;
use crate::app::App;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::live::{Changed, OpenStream};

/// A comment is sent after so much silence, so that nothing between takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a stream asks whether its session or token still holds.
const RECHECK: Duration = Duration::from_secs(15);
/// A proxy that gathers an answer before it passes it on would hold everything back.
const NOT_GATHERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// One open stream's ear.
pub struct Follower {
    pub app: App,
    pub caller: Caller,
    request: Parts,
    live: broadcast::Receiver<Arc<Changed>>,
    stopping: watch::Receiver<bool>,
    recheck: Interval,
    _counted: OpenStream,
}

/// What there is to hear.
pub enum Heard {
    Changed(Arc<Changed>),
    /// The stream was too slow and some messages are gone.
    Missed,
}

impl Follower {
    /// Listens from this moment on.
    pub fn new(app: &App, caller: Caller, mut request: Parts) -> Result<Self, Fault> {
        let counted = app.streams.open(&caller)?;
        // Otherwise asking again would be answered from memory.
        request.extensions.remove::<Caller>();
        Ok(Self {
            app: app.clone(),
            caller,
            request,
            live: app.live.subscribe(),
            stopping: app.stopping.clone(),
            recheck: interval_at(Instant::now() + RECHECK, RECHECK),
            _counted: counted,
        })
    }

    /// The next thing that concerns the caller; None ends the stream.
    pub async fn hear(&mut self) -> Option<Heard> {
        loop {
            let heard = tokio::select! {
                _ = self.stopping.wait_for(|stop| *stop) => return None,
                _ = self.recheck.tick() => None,
                heard = self.live.recv() => Some(heard),
            };
            match heard {
                None => self.ask_again().await?,
                Some(Ok(changed)) if changed.concerns(&self.caller) => return Some(Heard::Changed(changed)),
                Some(Ok(_)) => {}
                Some(Err(RecvError::Lagged(_))) => return Some(Heard::Missed),
                Some(Err(RecvError::Closed)) => return None,
            }
        }
    }

    pub fn is_over(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Who signed out, was deactivated or whose token was revoked hears no more.
    async fn ask_again(&mut self) -> Option<()> {
        let mut request = self.request.clone();
        let caller = Caller::from_request_parts(&mut request, &self.app).await.ok()?;
        let is_same = caller.user == self.caller.user && caller.workspace.id == self.caller.workspace.id;
        self.caller = caller;
        is_same.then_some(())
    }
}

/// The place that a client gives when it comes back.
pub fn last_event_id(headers: &HeaderMap) -> Result<Option<Cursor>, Fault> {
    headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(parse_cursor).transpose()
}

/// A stream as an answer: never stored, never gathered, with a heartbeat.
pub fn streamed(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let beating = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("still here"));
    ([(header::CACHE_CONTROL, "no-store"), (NOT_GATHERED, "no")], beating).into_response()
}
