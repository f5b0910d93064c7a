//! What the weekly call speaks about first, as a number of each line: `mainstay_rules::attention` in SQL.

use jiff::civil::{Date, date};
use mainstay_db::Param;
use mainstay_rules::attention::{FALL_MIN, call_before, horizon};
use mainstay_rules::scorecard::LOW;

use super::compute::month_of;
use super::facets::NOTICE;

/// The call of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attention {
    day: Date,
    /// What is open today was not known to be late on a past day.
    knows_actions: bool,
}

/// Before every day.
const NEVER: Date = date(1, 1, 1);
/// Of lines that need nothing.
const NOTHING: i64 = 900_000_000;
/// Stands above every end, and below nothing.
const LATE: i64 = 100_000_000;

pub(super) const PARAMETERS: usize = 4;

impl Attention {
    pub fn of(day: Date, knows_actions: bool) -> Self {
        Self { day, knows_actions }
    }

    pub(super) fn parameters(self) -> [Box<dyn Param>; PARAMETERS] {
        let before = call_before(self.day);
        let late_before = if self.knows_actions { self.day } else { NEVER };
        [Box::new(month_of(before)), Box::new(before), Box::new(horizon(self.day).to_string()), Box::new(late_before)]
    }
}

/// A day as a number that orders like it.
fn number(day: &str) -> String {
    format!("CAST(replace(CAST({day} AS TEXT), '-', '') AS BIGINT)")
}

/// The number of a line `l`, the smallest first: the fall since the call before; the day of the notice or the end that
/// is near; that of a late action on the gap; at last the same for all others. `first` is the number of the first of
/// [`Attention::parameters`].
pub(super) fn need(first: usize) -> String {
    let due = format!("COALESCE(l.facets ->> '{NOTICE}', CAST(l.end_on AS TEXT))");
    format!(
        "COALESCE(
           (SELECT l.overall - h.overall FROM portfolio_history h
            WHERE h.workspace_id = $1 AND h.account_id = l.account_id AND h.from_on >= ${first} AND h.from_on <= ${before}
              AND h.until_on > ${before} AND h.scored_steps > 0 AND l.overall - h.overall <= -{FALL_MIN}),
           CASE WHEN {due} <= CAST(${until} AS TEXT) THEN {due_number} END,
           (SELECT {LATE} + {late_number} FROM task t
            WHERE t.workspace_id = $1 AND t.account_id = l.account_id AND t.status = 'open' AND t.due_on < ${late}
              AND l.gap_step IS NOT NULL),
           {NOTHING})",
        before = first + 1,
        until = first + 2,
        late = first + 3,
        due_number = number(&due),
        late_number = number("MIN(t.due_on)"),
    )
}

/// Lines that the call speaks about.
pub(super) fn wanted(first: usize) -> String {
    format!("(l.overall < {} OR {} < {NOTHING})", LOW.millionths(), need(first))
}
