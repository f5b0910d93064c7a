//! What other days say beside the lines of a page.

use std::collections::HashMap;

use mainstay_db::Tx;
use uuid::Uuid;

use super::columns::{Columns, Course};
use super::trend::{Trend, trends};
use super::{Heads, RowOut};
use crate::corridor::fault::Fault;
use crate::portfolio::store::Line;

#[derive(Default)]
pub struct Courses {
    pub trends: HashMap<Uuid, Trend>,
}

impl Courses {
    /// As far as the reader wants it.
    pub fn read(
        tx: &mut Tx<'_>,
        workspace: Uuid,
        heads: &Heads,
        columns: &Columns,
        lines: &[Line],
    ) -> Result<Self, Fault> {
        let trends = if columns.tells(Course::Trend) { trends(tx, workspace, heads, lines)? } else { HashMap::new() };
        Ok(Self { trends })
    }

    /// A line over the wire.
    pub fn row(&self, heads: &Heads, line: &Line) -> RowOut {
        RowOut { trend: self.trends.get(&line.account_id).map(Trend::out), ..heads.row(line) }
    }
}
