//! The JSON shapes of events.

use jiff::Timestamp;
use mainstay_db::events::Event;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::timeline::store::Entry;

/// What an event is about.
#[derive(Serialize, ToSchema)]
#[schema(as = EventSubject)]
pub struct SubjectOut {
    #[schema(example = "score")]
    pub r#type: String,
    pub id: Uuid,
}

/// One change of state.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventOut {
    /// Its place in the workspace's list; opaque.
    #[schema(example = "2f1-1a")]
    pub cursor: String,
    pub id: Uuid,
    pub workspace: Uuid,
    pub account: Option<Uuid>,
    /// Ascending and without gaps within an account.
    pub account_version: Option<i64>,
    #[schema(example = "score_recorded")]
    pub kind: String,
    /// The version of the shape of `data` for this kind.
    pub v: i64,
    /// When it was so.
    #[schema(value_type = String, format = DateTime)]
    pub effective_at: Timestamp,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// The user who did it; null when the system did.
    pub actor: Option<Uuid>,
    /// The import or event that made it happen.
    pub cause: Option<Uuid>,
    pub subject: SubjectOut,
    /// Ids and numbers: scores in hundredths, money in minor units.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

impl EventOut {
    pub fn of(event: Event) -> Self {
        Self {
            cursor: event.cursor.to_string(),
            id: event.id,
            workspace: event.workspace,
            account: event.account,
            account_version: event.account_version,
            kind: event.kind,
            v: event.v,
            effective_at: event.effective_at,
            recorded_at: event.recorded_at,
            actor: event.actor,
            cause: event.cause,
            subject: SubjectOut { r#type: event.subject_kind, id: event.subject },
            data: event.data,
        }
    }
}

/// An event with the words that belong to it.
#[derive(Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct EntryOut {
    #[serde(flatten)]
    pub event: EventOut,
    /// Null when the system did it, or when the name was erased.
    pub actor_name: Option<String>,
    /// What was written with a score, or as the reason for another type.
    pub note: Option<String>,
    pub evidence_url: Option<String>,
}

impl EntryOut {
    pub fn of(entry: Entry) -> Self {
        let filled = |text: String| (!text.is_empty()).then_some(text);
        Self {
            event: EventOut::of(entry.event),
            actor_name: filled(entry.actor),
            note: filled(entry.note),
            evidence_url: filled(entry.evidence_url),
        }
    }

    /// Its place in the account's list.
    pub fn place(&self) -> String {
        self.event.cursor.clone()
    }
}

/// Events from a cursor on.
#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
pub struct EventsOut {
    pub data: Vec<EventOut>,
    /// Send it as `after` to go on; always there.
    pub next_cursor: String,
}
