//! What other days say beside the lines of a page.

use std::collections::HashMap;

use mainstay_db::Tx;
use uuid::Uuid;

use super::columns::{Columns, Course};
use super::since::Since;
use super::trend::{Trend, trends};
use super::{Heads, RowOut};
use crate::corridor::fault::Fault;
use crate::portfolio::store::{Filter, Frame, Line, Totals};

/// The report beside which other days are told.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    pub workspace: Uuid,
    pub heads: &'a Heads,
    pub columns: &'a Columns,
    pub filter: &'a Filter,
    /// The word of its groups.
    pub group: Option<&'a str>,
}

#[derive(Default)]
pub struct Courses {
    pub trends: HashMap<Uuid, Trend>,
    pub since: Option<Since>,
}

impl Courses {
    /// As far as the reader wants it; `totals` gives those of the same filter in another report.
    pub fn read(
        tx: &mut Tx<'_>,
        beside: &Beside<'_>,
        lines: &[Line],
        totals: impl FnOnce(&mut Tx<'_>, Frame) -> Result<Totals, Fault>,
    ) -> Result<Self, Fault> {
        let tells = |course| beside.columns.tells(course);
        let since = if tells(Course::Since) { Since::read(tx, beside, lines, totals)? } else { None };
        let trends =
            if tells(Course::Trend) { trends(tx, beside.workspace, beside.heads, lines)? } else { HashMap::new() };
        Ok(Self { trends, since })
    }

    /// A line over the wire.
    pub fn row(&self, heads: &Heads, line: &Line) -> RowOut {
        RowOut { trend: self.trends.get(&line.account_id).map(Trend::out), ..heads.row(line) }
    }
}
