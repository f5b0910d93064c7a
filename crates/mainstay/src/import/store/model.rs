//! A file that came in, what people chose for it, what is being done with it, and what came of it.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::custom_field::Value;
use mainstay_rules::import::{DateOrder, DecimalMark, EndIs, Field, RowProblem, SheetKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::check::Counts;
use super::sheet::SheetRow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Staged,
    Applied,
    Undone,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Applied => "applied",
            Self::Undone => "undone",
        }
    }
}

/// What is being done with a file in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The file is still coming in.
    Staging,
    Checking,
    /// What each row says is sorted by account.
    Preparing,
    Applying,
    /// It could not be finished, or was cancelled: what was written is taken back.
    Reversing,
    Undoing,
}

impl Work {
    pub const ALL: [Self; 6] =
        [Self::Staging, Self::Checking, Self::Preparing, Self::Applying, Self::Reversing, Self::Undoing];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Checking => "checking",
            Self::Preparing => "preparing",
            Self::Applying => "applying",
            Self::Reversing => "reversing",
            Self::Undoing => "undoing",
        }
    }
}

/// How far the work is, and in whose name it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Job {
    /// Rows, or accounts where it is undone.
    pub done: i64,
    pub of: i64,
    /// The last account that is finished.
    pub after: Option<Uuid>,
    /// Nil: the owner of the data folder.
    pub user: Uuid,
    pub leave_out_refused: bool,
    pub written: usize,
    pub unchanged: usize,
    pub refused: usize,
    pub left_out: usize,
    pub accounts: usize,
    pub accounts_new: usize,
    pub removed: usize,
    pub restored: usize,
    pub left: Vec<Uuid>,
    /// The process that goes through the file, and when it was last heard of.
    pub holder: Uuid,
    pub heard_at: Option<Timestamp>,
    /// Why it was taken back.
    pub failure: Option<String>,
}

/// What people chose: a field for each column; the conventions only where they were asked for or named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub fields: Vec<Field>,
    pub decimal: Option<DecimalMark>,
    pub dates: Option<DateOrder>,
    /// What an end date of a contract says.
    pub end_is: EndIs,
    /// Nobody could tell what the file is about, and nobody has said it.
    pub kind_unclear: bool,
    /// The mapping that recognised the file, as people call it.
    pub known_as: Option<String>,
}

/// What applying and undoing did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    pub counts: Counts,
    /// Why rows stayed out, as far as a preview shows it.
    #[serde(default)]
    pub refused: Vec<RowProblem>,
    #[serde(default)]
    pub undo: Option<UndoSummary>,
    /// The last check of a file that is checked as a whole in the background, or of one that is not about accounts.
    #[serde(default)]
    pub check: Option<Found>,
    /// Why an import was taken back by itself.
    #[serde(default)]
    pub failure: Option<String>,
}

/// What checking a file found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    pub mapping_error: Option<String>,
    pub decimal: Option<DecimalMark>,
    pub dates: Option<DateOrder>,
    pub decimal_unclear: bool,
    pub dates_unclear: bool,
    pub counts: Counts,
    /// Errors first, as many as are shown.
    pub problems: Vec<RowProblem>,
    pub problem_count: usize,
    pub new_people: Vec<String>,
    pub accounts: usize,
    pub accounts_new: usize,
    /// The earliest and the latest day that a row speaks of.
    pub first_on: Option<Date>,
    pub last_on: Option<Date>,
    /// The first rows, as a page shows them below the columns.
    pub sample: Vec<SheetRow>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct UndoSummary {
    pub removed: usize,
    pub restored: usize,
    /// Accounts that were edited since and stay as they are.
    pub left: Vec<Uuid>,
}

/// A file that came in.
#[derive(Clone, Debug)]
pub struct Import {
    pub id: Uuid,
    pub kind: SheetKind,
    pub work: Option<Work>,
    pub job: Job,
    pub file_name: String,
    pub status: Status,
    pub headers: Vec<String>,
    pub settings: Settings,
    pub row_count: i64,
    pub summary: Summary,
    pub created_at: Timestamp,
    pub created_by: Option<Uuid>,
    pub created_by_name: String,
    pub applied_at: Option<Timestamp>,
    pub undone_at: Option<Timestamp>,
    pub version: i64,
}

/// An account as it was before a row changed it; what the row left alone is none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Before {
    pub name: String,
    pub external_id: Option<String>,
    pub account_type: i64,
    pub associate_id: Option<Uuid>,
    pub industry: Option<String>,
    pub vertical: Option<String>,
    pub geography: Option<String>,
    pub end_on: Option<Date>,
    /// Steps that got a score, with the hundredths that had been typed for them.
    pub scores: Vec<(String, Option<i64>)>,
    /// Contracts and the amendments that the row put on them.
    pub amendments: Vec<(Uuid, Uuid)>,
    /// Fiscal year and target, where the row set one.
    pub target: Option<(i64, Option<i64>)>,
    /// Whoever came into the pod's team as the new associate.
    pub joined: Option<Uuid>,
    /// Keys of the workspace's own fields that the row changed, with what they had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<(String, Option<Value>)>,
}

/// What one row did.
pub struct Applied {
    pub number: usize,
    pub outcome: &'static str,
    pub account: Option<(Uuid, i64)>,
    pub before: Option<Before>,
}

/// A row that changed something, as undo needs it.
pub struct AppliedRow {
    pub number: i64,
    pub account: Uuid,
    pub version: i64,
    /// None: the row created the account.
    pub before: Option<Before>,
}
