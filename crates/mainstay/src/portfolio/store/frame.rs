//! The time of a report: which rows its lines are read from. Filter, order and totals are one text for all.

use jiff::civil::{Date, date};
use mainstay_db::{Param, only};
use uuid::Uuid;

use super::compute::month_of;
use super::line::{columns, past_columns};

/// When the report is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Frame {
    /// As the lines read today.
    #[default]
    Now,
    /// As it was at the end of a past day, as far as we know today.
    AsOf(Date),
    /// As we knew it when the snapshot was taken.
    Snapshot(Uuid),
}

impl Frame {
    /// Each kind of frame once, for composing every statement.
    pub(super) const KINDS: [Self; 3] = [Self::Now, Self::AsOf(date(2000, 1, 1)), Self::Snapshot(Uuid::nil())];

    /// Lines `l` of the workspace `$1`, ready for further conditions; `first` is the number of the first of
    /// [`Frame::parameters`].
    pub(super) fn source(self, first: usize) -> String {
        match self {
            Self::Now => "FROM portfolio_line l WHERE l.workspace_id = $1".to_owned(),
            Self::AsOf(_) => format!(
                "FROM portfolio_history l
                 WHERE l.workspace_id = $1 AND l.month = ${first} AND l.from_on <= ${day} AND l.until_on > ${day}",
                day = first + 1
            ),
            Self::Snapshot(_) => {
                format!("FROM snapshot_line l WHERE l.workspace_id = $1 AND l.snapshot_id = ${first}")
            }
        }
    }

    /// The same for a few accounts, which are named behind it: found by their keys, whatever else is asked.
    pub(super) fn source_of_some(self, first: usize) -> String {
        let workspace = only("l.workspace_id", "$1");
        match self {
            Self::Now => format!("FROM portfolio_line l WHERE {workspace}"),
            // A stretch begins in its month.
            Self::AsOf(_) => format!(
                "FROM portfolio_history l
                 WHERE {workspace} AND l.from_on >= ${first} AND l.from_on <= ${day} AND l.until_on > ${day}",
                day = first + 1
            ),
            Self::Snapshot(_) => format!("FROM snapshot_line l WHERE {workspace} AND l.snapshot_id = ${first}"),
        }
    }

    pub(super) fn parameters(self) -> Vec<Box<dyn Param>> {
        match self {
            Self::Now => Vec::new(),
            Self::AsOf(day) => vec![Box::new(month_of(day)), Box::new(day)],
            Self::Snapshot(id) => vec![Box::new(id)],
        }
    }

    /// What [`super::line::read`] reads.
    pub(super) fn columns(self) -> &'static str {
        match self {
            Self::Now => columns!(),
            Self::AsOf(_) | Self::Snapshot(_) => past_columns!(),
        }
    }
}
