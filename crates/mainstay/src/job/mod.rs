//! Machine work: what is due by the calendar or by a timer, done once, by one server, visible to administrators.

pub mod api;
pub mod pages;
pub mod reactions;
pub mod store;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mainstay_rules::schedule::{CatchUp, Schedule};
use serde_json::Value;
use uuid::Uuid;

use crate::app::App;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;

/// Nobody else takes a job for so long after the last sign of life of its server.
pub const LEASE: SignedDuration = SignedDuration::from_secs(15);

/// What kind of work, listed in `app::JOB_KINDS`; the name is kept in rows and never changes.
pub struct JobKind {
    pub name: &'static str,
    /// What administrators read.
    pub title: fn() -> &'static str,
    /// Tries before it waits for a person.
    pub attempts_max: i64,
    pub catch_up: CatchUp,
    /// When it happens unless the workspace chose otherwise; none for timers.
    pub schedule: Option<Schedule>,
    /// Does the work. Work in our database is committed together with `held.finish_in`; it may be tried again, so
    /// work outside carries the job's id.
    pub run: fn(App, Held) -> BoxFuture<'static, Result<(), Fault>>,
}

/// A list of kinds, and so the jobs that a server does.
pub type Kinds = &'static [&'static JobKind];

/// A job in the hands of this server, until its token is out of date.
#[derive(Clone, Debug)]
pub struct Held {
    pub id: Uuid,
    pub workspace: Arc<Workspace>,
    pub kind: &'static str,
    /// A timer's word, or the cut-off of a schedule as text.
    pub key: String,
    /// The day that the work is about, however late it is done.
    pub due_on: Date,
    pub due_at: Timestamp,
    /// 1 for the first.
    pub attempt: i64,
    pub token: i64,
    pub payload: Value,
}

/// The kind of this name, when this version knows it.
pub fn kind(kinds: Kinds, name: &str) -> Option<&'static JobKind> {
    kinds.iter().copied().find(|kind| kind.name == name)
}
