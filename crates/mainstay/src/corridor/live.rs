//! Live pages: one message per event of an account; the page fetches its fragment again with its own rights.

use std::sync::Arc;

use tokio::sync::broadcast;
use uuid::Uuid;

/// Messages that a slow browser may be behind before it is told to load everything again.
pub const BUFFER_MESSAGES: usize = 1024;

/// Something changed: what, and to which version.
#[derive(Clone, Debug)]
pub struct Changed {
    pub workspace: Uuid,
    pub account: Option<Uuid>,
    pub version: i64,
    pub kind: String,
    pub cursor: String,
}

pub type Sender = broadcast::Sender<Arc<Changed>>;

pub fn channel() -> Sender {
    broadcast::channel(BUFFER_MESSAGES).0
}
