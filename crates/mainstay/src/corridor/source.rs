//! The one source of time, ids and secrets; the demo and tests put a simulated clock in its place.
#![expect(clippy::disallowed_methods, reason = "this is the one place where clock and randomness come in")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::Uuid;

const SECRET_BYTES: usize = 32;

/// Time in whole microseconds (what both databases keep), ids and secrets.
#[derive(Clone, Default)]
pub struct Source {
    /// Microseconds since 1970 when the clock is simulated.
    simulated: Option<Arc<AtomicI64>>,
}

impl Source {
    pub fn system() -> Self {
        Self::default()
    }

    pub fn simulated(start: Timestamp) -> Self {
        Self { simulated: Some(Arc::new(AtomicI64::new(start.as_microsecond()))) }
    }

    /// Moves a simulated clock; the system's clock cannot be moved.
    pub fn set(&self, to: Timestamp) {
        if let Some(clock) = &self.simulated {
            clock.store(to.as_microsecond(), Ordering::Relaxed);
        }
    }

    pub fn now(&self) -> Timestamp {
        let micros = match &self.simulated {
            // Each look moves the clock a little, so that no two facts of a story share an instant.
            Some(clock) => clock.fetch_add(1, Ordering::Relaxed),
            None => Timestamp::now().as_microsecond(),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// A UUID of version 7; never used as an order.
    pub fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// Any number, for spreading things in time.
    pub fn chance(&self) -> u64 {
        self.id().as_u64_pair().1
    }

    /// 256 random bits as text that fits a URL, a cookie and a header.
    pub fn secret(&self) -> String {
        let mut bytes = [0_u8; SECRET_BYTES];
        // Without randomness nothing we hand out would be a secret: better to stop.
        getrandom::fill(&mut bytes).expect("the operating system gives no randomness");
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }
}
