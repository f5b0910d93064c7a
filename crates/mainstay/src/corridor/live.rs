//! Live pages: one message per event of an account; the page fetches its fragment again with its own rights.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mainstay_db::events::Cursor;
use mainstay_rules::problem::Problem;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::caller::{Caller, Via};
use super::fault::Fault;

/// Messages that a slow browser may be behind before it is told to load everything again.
pub const BUFFER_MESSAGES: usize = 1024;
/// Streams that one session or token may hold open. A browser needs one, without `SharedWorker` one for each tab.
pub const STREAMS_PER_SESSION_MAX: usize = 16;
/// When somebody with too many streams may ask again.
const STREAMS_RETRY_SECONDS: u64 = 30;

/// Something changed: what, and to which version.
#[derive(Clone, Debug)]
pub struct Changed {
    pub workspace: Uuid,
    pub account: Option<Uuid>,
    pub version: i64,
    pub kind: String,
    pub cursor: Cursor,
    pub readers: Readers,
}

/// Who may be told of a change, worked out once for all streams of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readers {
    Workspace,
    Users(Vec<Uuid>),
}

impl Readers {
    pub fn include(&self, user: Uuid) -> bool {
        match self {
            Self::Workspace => true,
            Self::Users(users) => users.contains(&user),
        }
    }
}

impl Changed {
    pub fn concerns(&self, caller: &Caller) -> bool {
        self.workspace == caller.workspace.id && self.readers.include(caller.user)
    }
}

pub type Sender = broadcast::Sender<Arc<Changed>>;

pub fn channel() -> Sender {
    broadcast::channel(BUFFER_MESSAGES).0
}

/// How many streams each session or token holds open in this process.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<String, usize>>>);

/// One open stream; it counts until it is dropped.
pub struct OpenStream {
    streams: Streams,
    key: String,
}

impl Streams {
    pub fn open(&self, caller: &Caller) -> Result<OpenStream, Fault> {
        let key = match &caller.via {
            Via::Session { hash, .. } => hash.clone(),
            Via::Token { id, .. } => id.to_string(),
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key.clone()).or_insert(0);
        if *count >= STREAMS_PER_SESSION_MAX {
            let detail = format!("{STREAMS_PER_SESSION_MAX} streams are open already. Close one and try again.");
            let fault = Fault::new(Problem::TooManyRequests, detail);
            return Err(Fault { retry_after_seconds: Some(STREAMS_RETRY_SECONDS), ..fault });
        }
        *count += 1;
        Ok(OpenStream { streams: self.clone(), key })
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut counts = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}
