//! The time of a report: which rows its lines are read from. Filter, order and totals are one text for all.

/// When the report is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Frame {
    /// As the lines read today.
    #[default]
    Now,
}

impl Frame {
    /// Each kind of frame once, for composing every statement.
    pub(super) const KINDS: [Self; 1] = [Self::Now];

    /// Lines `l` of the workspace `$1`, ready for further conditions.
    pub(super) fn source(self) -> String {
        match self {
            Self::Now => "FROM portfolio_line l WHERE l.workspace_id = $1".to_owned(),
        }
    }
}
