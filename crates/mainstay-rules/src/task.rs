//! A task: a piece of work with an owner and a date, whatever made it; what it may become, and where it stands in a day.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::field::{FieldCode, FieldError, keep, note, optional_date, text};
use crate::limits::TASK_TITLE_CHARS_MAX;
use crate::score::Mean;

/// Days that an action on a gap is given when nobody says otherwise: until the next weekly call.
pub const GAP_ACTION_DAYS: i64 = 7;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$case_doc])* $case),* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$case),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$case => $word),* }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$case),)* _ => None }
            }
        }
    };
}

words! {
    /// Where a task stands.
    Status { Open = "open", Done = "done", Dropped = "dropped" }
}

words! {
    /// What made a task.
    Source {
        /// Somebody wrote it down.
        Manual = "manual",
        /// A score under four, or one that was never given.
        Gap = "gap",
        /// It was agreed in the weekly call.
        WeeklyCall = "weekly_call",
    }
}

/// A new task as typed; empty means "not said".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTaskInput {
    pub title: String,
    pub note: String,
    pub due_on: String,
    pub source: String,
}

/// A new task that satisfies the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    pub title: String,
    pub note: String,
    pub due_on: Option<Date>,
    pub source: Source,
}

impl NewTask {
    /// Every error at once, so that a form is mended in one go.
    pub fn check(input: &NewTaskInput) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let title = keep(text("/title", &input.title, TASK_TITLE_CHARS_MAX), &mut errors);
        let note = keep(note("/note", &input.note), &mut errors);
        let due_on = keep(optional_date("/due_on", &input.due_on), &mut errors);
        let source = keep(source(&input.source), &mut errors);
        match (title, note, due_on, source) {
            (Some(title), Some(note), Some(due_on), Some(source)) => {
                Ok(Self { title, note: note.unwrap_or_default(), due_on, source })
            }
            _ => Err(errors),
        }
    }
}

fn source(word: &str) -> Result<Source, FieldError> {
    let word = word.trim();
    if word.is_empty() {
        return Ok(Source::Manual);
    }
    Source::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Source::ALL.iter().map(|source| source.as_str()).collect();
        FieldError::new("/source", FieldCode::Unknown, format!("A source is one of {}", words.join(", ")))
    })
}

/// Changes as typed: none leaves a field alone, an empty text clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskEditInput {
    pub title: Option<String>,
    pub note: Option<String>,
    pub due_on: Option<String>,
}

/// Changes that satisfy the rules: the outer none leaves alone, the inner none clears.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskEdit {
    pub title: Option<String>,
    pub note: Option<String>,
    pub due_on: Option<Option<Date>>,
}

impl TaskEdit {
    /// Every error at once, so that a form is mended in one go.
    pub fn check(input: &TaskEditInput) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let title = input.title.as_deref().map(|value| text("/title", value, TASK_TITLE_CHARS_MAX));
        let note = input.note.as_deref().map(|value| note("/note", value));
        let due_on = input.due_on.as_deref().map(|value| optional_date("/due_on", value));
        let edit = Self {
            title: title.and_then(|checked| keep(checked, &mut errors)),
            note: note.and_then(|checked| keep(checked, &mut errors)).map(Option::unwrap_or_default),
            due_on: due_on.and_then(|checked| keep(checked, &mut errors)),
        };
        if errors.is_empty() { Ok(edit) } else { Err(errors) }
    }
}

/// What somebody wants a task to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Done,
    Drop,
    Reopen,
}

/// What comes of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    To(Status),
    /// It stood there already.
    Unchanged,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TurnError {
    #[error("It was dropped. Reopen it first.")]
    WasDropped,
    #[error("It is done. Reopen it first.")]
    IsDone,
}

/// An open task is done or dropped; what is over can only be opened again.
pub fn turn(from: Status, turn: Turn) -> Result<Turned, TurnError> {
    match (from, turn) {
        (Status::Open, Turn::Done) => Ok(Turned::To(Status::Done)),
        (Status::Open, Turn::Drop) => Ok(Turned::To(Status::Dropped)),
        (Status::Done | Status::Dropped, Turn::Reopen) => Ok(Turned::To(Status::Open)),
        (Status::Done, Turn::Done) | (Status::Dropped, Turn::Drop) | (Status::Open, Turn::Reopen) => {
            Ok(Turned::Unchanged)
        }
        (Status::Dropped, Turn::Done) => Err(TurnError::WasDropped),
        (Status::Done, Turn::Drop) => Err(TurnError::IsDone),
    }
}

/// Where an open task stands in its owner's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    Overdue,
    Today,
    /// Until the Sunday of this week.
    ThisWeek,
    Later,
    Undated,
}

impl Bucket {
    pub const ALL: [Self; 5] = [Self::Overdue, Self::Today, Self::ThisWeek, Self::Later, Self::Undated];
}

/// The bucket of a date, seen from today; a task is late from the day after its date.
pub fn bucket(due_on: Option<Date>, today: Date) -> Bucket {
    let Some(due) = due_on else { return Bucket::Undated };
    if due < today {
        return Bucket::Overdue;
    }
    if due == today {
        return Bucket::Today;
    }
    let days_left = i64::from(today.weekday().until(Weekday::Sunday));
    let sunday = today.saturating_add(jiff::Span::new().days(days_left));
    if due <= sunday { Bucket::ThisWeek } else { Bucket::Later }
}

/// The day on which an action on a gap is due when nobody says otherwise.
pub fn gap_due(today: Date) -> Date {
    today.saturating_add(jiff::Span::new().days(GAP_ACTION_DAYS))
}

/// What is asked of whoever has done an action on a score: did it move?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// As it was when the action was written down; none when it was never scored.
    pub before: Option<Mean>,
    pub now: Option<Mean>,
}

impl Question {
    /// Whether the score that is shown reads otherwise than then.
    pub fn reads_otherwise(self) -> bool {
        self.before.map(Mean::tenths) != self.now.map(Mean::tenths)
    }
}
