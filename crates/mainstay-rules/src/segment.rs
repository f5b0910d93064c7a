//! Calls as Segment's client libraries send them (HTTP tracking API), read into what they say about an account.

use serde_json::Value;

use crate::limits::{SIGNAL_ID_CHARS_MAX, SIGNAL_TRAITS_MAX};
use crate::signal::name_of;

/// What a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    Track,
    Identify,
    Group,
    Page,
    Screen,
    Alias,
}

impl CallKind {
    pub const ALL: [Self; 6] = [Self::Track, Self::Identify, Self::Group, Self::Page, Self::Screen, Self::Alias];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Identify => "identify",
            Self::Group => "group",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Alias => "alias",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub kind: CallKind,
    pub message_id: Option<String>,
    /// Who did it: the user, or the anonymous visitor.
    pub person: Option<String>,
    /// Of an alias, under which name that person was known.
    pub previous: Option<String>,
    /// The client that the person works for, by the id of another system.
    pub group: Option<String>,
    /// An RFC 3339 text, as the sender wrote it.
    pub at: Option<String>,
    /// Names and numbers that it measured.
    pub numbers: Vec<(String, f64)>,
}

/// An id that may be a text or a number; nothing when it is empty or longer than an id is.
fn id(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.chars().count() <= SIGNAL_ID_CHARS_MAX).then_some(text)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).filter(|text| !text.is_empty())
}

/// What an event counts for: its own value when it says one, else once.
fn weight(properties: &Value) -> f64 {
    properties["value"].as_f64().unwrap_or(1.0)
}

fn numbers(kind: CallKind, body: &Value) -> Vec<(String, f64)> {
    match kind {
        CallKind::Track => {
            let name = body["event"].as_str().and_then(name_of);
            name.map(|name| (name, weight(&body["properties"]))).into_iter().collect()
        }
        CallKind::Page => vec![("page_viewed".to_owned(), 1.0)],
        CallKind::Screen => vec![("screen_viewed".to_owned(), 1.0)],
        // What is known of the client as a whole, for example its seats.
        CallKind::Group => {
            let traits = body["traits"].as_object().into_iter().flatten();
            traits.filter_map(|(key, value)| Some((name_of(key)?, value.as_f64()?))).take(SIGNAL_TRAITS_MAX).collect()
        }
        CallKind::Identify | CallKind::Alias => Vec::new(),
    }
}

/// Reads a call; its kind is that of its address, or the word in it. None when it is none of the six.
pub fn read(kind: Option<CallKind>, body: &Value) -> Option<Call> {
    let kind = kind.or_else(|| CallKind::parse(body["type"].as_str()?))?;
    let own_group = if kind == CallKind::Group { id(&body["groupId"]) } else { None };
    Some(Call {
        kind,
        message_id: id(&body["messageId"]),
        person: id(&body["userId"]).or_else(|| id(&body["anonymousId"])),
        previous: id(&body["previousId"]),
        group: own_group.or_else(|| id(&body["context"]["groupId"])),
        at: text(&body["timestamp"]).or_else(|| text(&body["originalTimestamp"])),
        numbers: numbers(kind, body),
    })
}
