//! A place in the list of events.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// Ordered as the events are read. Its text is an opaque token that is safe in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    pub x: i64,
    pub seq: i64,
}

impl Cursor {
    /// Before the first event.
    pub const START: Cursor = Cursor { x: 0, seq: 0 };
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.x, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(token: &str) -> Result<Cursor, Error> {
        let number = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            plain.then(|| i64::from_str_radix(text, 16).ok()).flatten()
        };
        let parts = token.split_once('-').and_then(|(x, seq)| Some(Cursor { x: number(x)?, seq: number(seq)? }));
        parts.ok_or_else(|| Error::other("this is not a cursor; use one that an earlier answer gave, or none"))
    }
}
