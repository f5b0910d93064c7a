//! What the weekly call speaks about first, and why: what fell, what ends, what is late, what is low.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::score::Mean;
use crate::scorecard::LOW;

/// Days between two calls: a fall within them is news.
pub const FALL_DAYS: i32 = 7;
/// Millionths of the smallest fall: less does not show.
pub const FALL_MIN: i64 = 50_000;
/// Days before a notice deadline or an end from which it is spoken about.
pub const HORIZON_DAYS: i32 = 120;

/// Why an account is spoken about; the first that holds, in the order of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// By so many millionths since the last call.
    Fell(i64),
    /// The last day for notice is near, or over.
    Notice(Date),
    End(Date),
    /// An action on the gap was due then.
    Late(Date),
    Low,
}

/// What is known of an account on a day.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub overall: Mean,
    /// A week before; None when nothing was scored yet.
    pub overall_before: Option<Mean>,
    pub notice_by: Option<Date>,
    pub end_on: Option<Date>,
    /// The earliest day on which an open action on its gap is due.
    pub action_due_on: Option<Date>,
}

/// The last day of the horizon.
pub fn horizon(day: Date) -> Date {
    day.saturating_add(HORIZON_DAYS.days())
}

/// The day of the call before.
pub fn call_before(day: Date) -> Date {
    day.saturating_sub(FALL_DAYS.days())
}

impl Facts {
    pub fn reason(&self, day: Date) -> Option<Reason> {
        let fall = self.overall_before.map_or(0, |before| before.millionths() - self.overall.millionths());
        if fall >= FALL_MIN {
            return Some(Reason::Fell(fall));
        }
        let ends = [self.notice_by.map(Reason::Notice), self.end_on.map(Reason::End)].into_iter().flatten().next();
        if let Some(Reason::Notice(on) | Reason::End(on)) = ends
            && on <= horizon(day)
        {
            return ends;
        }
        if let Some(due) = self.action_due_on.filter(|due| *due < day) {
            return Some(Reason::Late(due));
        }
        (self.overall < LOW).then_some(Reason::Low)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const DAY: Date = date(2026, 11, 28);

    fn facts() -> Facts {
        let overall = Mean::from_millionths(5_000_000);
        Facts { overall, overall_before: Some(overall), notice_by: None, end_on: None, action_due_on: None }
    }

    #[test]
    fn the_first_reason_that_holds() {
        let before = |millionths| Some(Mean::from_millionths(millionths));
        let (near, far) = (Some(date(2027, 3, 28)), Some(date(2027, 3, 29)));
        let late = Some(date(2026, 11, 27));
        let low = Mean::from_millionths(3_999_999);
        let all =
            Facts { overall_before: before(5_800_000), notice_by: near, end_on: far, action_due_on: late, ..facts() };
        for (facts, expected) in [
            (all, Some(Reason::Fell(800_000))),
            (Facts { overall_before: before(5_049_999), ..all }, Some(Reason::Notice(date(2027, 3, 28)))),
            (
                Facts { overall_before: None, notice_by: None, end_on: near, ..all },
                Some(Reason::End(date(2027, 3, 28))),
            ),
            (Facts { overall_before: None, notice_by: far, ..all }, Some(Reason::Late(date(2026, 11, 27)))),
            (Facts { action_due_on: Some(DAY), overall: low, overall_before: None, ..facts() }, Some(Reason::Low)),
            (Facts { end_on: far, overall_before: before(4_000_000), ..facts() }, None),
        ] {
            assert_eq!(facts.reason(DAY), expected, "{facts:?}");
        }
    }
}
