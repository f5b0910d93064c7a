//! The line of totals, over every line that matches and that the viewer may see.

use mainstay_db::{Param, Row, Tx, statements};
use uuid::Uuid;

use super::filter::{Filter, MATCHES};
use super::frame::Frame;
use super::line::Line;
use crate::corridor::fault::Fault;

/// The totals of all lines that match, over what the viewer may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub accounts: i64,
    pub arr_last_year: i64,
    /// None when no account has a target.
    pub arr_delta_target: Option<i64>,
    pub arr_now: i64,
    /// Sums of millionths and how many accounts are scored, for each step.
    pub steps: [(i64, i64); 5],
    pub overall: i64,
    pub with_gap: i64,
}

impl Totals {
    /// The totals of lines that are at hand.
    pub fn of(lines: &[Line]) -> Self {
        let mut totals = Self::default();
        for line in lines {
            totals.accounts += 1;
            totals.arr_last_year += line.arr_last_year;
            totals.arr_now += line.arr_now;
            totals.overall += line.overall;
            totals.with_gap += i64::from(line.gap_step.is_some());
            if let Some(target) = line.arr_delta_target {
                *totals.arr_delta_target.get_or_insert(0) += target;
            }
            for ((sum, count), step) in totals.steps.iter_mut().zip(&line.steps) {
                *sum += step.score.unwrap_or(0);
                *count += i64::from(step.score.is_some());
            }
        }
        totals
    }
}

fn statement(frame: Frame) -> String {
    let source = frame.source();
    format!(
        "SELECT COUNT(*), COALESCE(CAST(SUM(l.arr_last_year) AS BIGINT), 0), CAST(SUM(l.arr_delta_target) AS BIGINT),
           COALESCE(CAST(SUM(l.arr_now) AS BIGINT), 0), COALESCE(CAST(SUM(l.overall) AS BIGINT), 0), COUNT(l.gap_step),
           COALESCE(CAST(SUM(l.step_1) AS BIGINT), 0), COUNT(l.step_1),
           COALESCE(CAST(SUM(l.step_2) AS BIGINT), 0), COUNT(l.step_2),
           COALESCE(CAST(SUM(l.step_3) AS BIGINT), 0), COUNT(l.step_3),
           COALESCE(CAST(SUM(l.step_4) AS BIGINT), 0), COUNT(l.step_4),
           COALESCE(CAST(SUM(l.step_5) AS BIGINT), 0), COUNT(l.step_5)
         {source} AND {MATCHES}"
    )
}

fn all_statements() -> Vec<String> {
    Frame::KINDS.map(statement).to_vec()
}

statements!(all_statements);

pub fn totals(tx: &mut Tx<'_>, workspace: Uuid, frame: Frame, filter: &Filter) -> Result<Totals, Fault> {
    let parameters = filter.parameters(workspace);
    let parameters: Vec<&dyn Param> = parameters.iter().map(|parameter| &**parameter).collect();
    Ok(tx.one(&statement(frame), &parameters, read)?.unwrap_or_default())
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Totals> {
    Ok(Totals {
        accounts: row.get(0)?,
        arr_last_year: row.get(1)?,
        arr_delta_target: row.get(2)?,
        arr_now: row.get(3)?,
        overall: row.get(4)?,
        with_gap: row.get(5)?,
        steps: [
            (row.get(6)?, row.get(7)?),
            (row.get(8)?, row.get(9)?),
            (row.get(10)?, row.get(11)?),
            (row.get(12)?, row.get(13)?),
            (row.get(14)?, row.get(15)?),
        ],
    })
}
