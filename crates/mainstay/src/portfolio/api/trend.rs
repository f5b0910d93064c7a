//! How the Overall of each line went: the last twelve weeks, up to the day of the report.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::score::Mean;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Heads;
use crate::corridor::fault::Fault;
use crate::portfolio::store::{self, Line, OverallStretch};

/// Weeks that a trend looks back.
pub const TREND_WEEKS: i32 = 12;

/// The Overall at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrendPoint {
    pub on: Date,
    /// None: nothing was scored yet.
    pub overall: Option<Mean>,
}

/// One point for each week, the oldest first; the last is the line's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend(pub Vec<TrendPoint>);

#[derive(Serialize, ToSchema)]
#[schema(as = TrendPoint)]
pub struct TrendPointOut {
    /// The day at whose end it was so.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// 0 to 10; null when nothing was scored yet.
    pub overall: Option<f64>,
}

impl Trend {
    /// What is known, with the weeks before the report's day: the first and the last of it.
    pub fn ends(&self) -> Option<((usize, Mean), Mean)> {
        let known = |(place, point): (usize, &TrendPoint)| point.overall.map(|overall| (place, overall));
        let (place, first) = self.0.iter().enumerate().find_map(known)?;
        let now = self.0.last()?.overall?;
        Some(((self.0.len() - 1 - place, first), now))
    }

    pub fn week_before(&self) -> Option<Mean> {
        self.0.iter().rev().nth(1)?.overall
    }

    pub fn out(&self) -> Vec<TrendPointOut> {
        let out = |point: &TrendPoint| TrendPointOut { on: point.on, overall: point.overall.map(Mean::two_decimals) };
        self.0.iter().map(out).collect()
    }
}

/// The trends of these lines, which the caller has the right to read.
pub fn trends(tx: &mut Tx<'_>, workspace: Uuid, heads: &Heads, lines: &[Line]) -> Result<HashMap<Uuid, Trend>, Fault> {
    let days: Vec<Date> = (1..=TREND_WEEKS).rev().map(|weeks| heads.day.saturating_sub(weeks.weeks())).collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(HashMap::new()) };
    let accounts: Vec<Uuid> = lines.iter().map(|line| line.account_id).collect();
    let stretches = store::overall_between(tx, workspace, &accounts, (*first, *last))?;
    let trend = |line: &Line| {
        let held = stretches.get(&line.account_id).map_or(&[][..], Vec::as_slice);
        let before = days.iter().map(|day| TrendPoint { on: *day, overall: on(held, *day) });
        let overall = (line.scored_steps > 0).then(|| Mean::from_millionths(line.overall));
        (line.account_id, Trend(before.chain([TrendPoint { on: heads.day, overall }]).collect()))
    };
    Ok(lines.iter().map(trend).collect())
}

fn on(held: &[OverallStretch], day: Date) -> Option<Mean> {
    held.iter().find(|stretch| stretch.from_on <= day && day < stretch.until_on)?.overall
}
