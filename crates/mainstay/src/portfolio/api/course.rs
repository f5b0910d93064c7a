//! What other days say beside the lines of a page.

use std::collections::HashMap;

use mainstay_db::Tx;
use mainstay_rules::attention::{Facts, Reason};
use mainstay_rules::score::Mean;
use uuid::Uuid;

use super::columns::{Columns, Course};
use super::since::Since;
use super::trend::{Trend, trends};
use super::{Heads, RowOut};
use crate::corridor::fault::Fault;
use crate::portfolio::store::{Filter, Frame, Line, Totals};
use crate::task::store::Actions;

/// The report beside which other days are told.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    pub workspace: Uuid,
    pub heads: &'a Heads,
    pub columns: &'a Columns,
    pub filter: &'a Filter,
    /// The word of its groups.
    pub group: Option<&'a str>,
    /// What is being done, where the report is in the order of the weekly call: then each line says why it stands there.
    pub actions: Option<&'a HashMap<Uuid, Actions>>,
}

#[derive(Default)]
pub struct Courses {
    pub trends: HashMap<Uuid, Trend>,
    pub since: Option<Since>,
    pub reasons: HashMap<Uuid, Reason>,
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
        let is_looked_at = tells(Course::Trend) || beside.actions.is_some();
        let trends = if is_looked_at { trends(tx, beside.workspace, beside.heads, lines)? } else { HashMap::new() };
        let reasons = match beside.actions {
            Some(actions) => reasons(beside.heads, lines, &trends, actions),
            None => HashMap::new(),
        };
        Ok(Self { trends, since, reasons })
    }

    /// A line over the wire.
    pub fn row(&self, heads: &Heads, line: &Line) -> RowOut {
        RowOut { trend: self.trends.get(&line.account_id).map(Trend::out), ..heads.row(line) }
    }
}

/// Why the weekly call speaks about these lines.
fn reasons(
    heads: &Heads,
    lines: &[Line],
    trends: &HashMap<Uuid, Trend>,
    actions: &HashMap<Uuid, Actions>,
) -> HashMap<Uuid, Reason> {
    let reason = |line: &Line| {
        // What is open today was not known to be late on a past day.
        let action = actions.get(&line.account_id).filter(|_| line.gap_step.is_some() && !heads.is_past());
        let facts = Facts {
            overall: Mean::from_millionths(line.overall),
            overall_before: trends.get(&line.account_id).and_then(Trend::week_before),
            notice_by: line.details.notice_by,
            end_on: line.end_on,
            action_due_on: action.and_then(|action| action.due_on),
        };
        Some((line.account_id, facts.reason(heads.day)?))
    };
    lines.iter().filter_map(reason).collect()
}
