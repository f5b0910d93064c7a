//! The line of totals, over every line that matches and that the viewer may see.

use mainstay_db::{Param, Row, Tx, statements};
use uuid::Uuid;

use super::filter::{Filter, MATCHES};
use super::frame::Frame;
use super::line::Line;
use super::term::{Shape, conditions};
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

/// What `read_sums` reads, of lines `l`.
pub(super) const SUMS: &str =
    "COUNT(*), COALESCE(CAST(SUM(l.arr_last_year) AS BIGINT), 0), CAST(SUM(l.arr_delta_target) AS BIGINT),
     COALESCE(CAST(SUM(l.arr_now) AS BIGINT), 0), COALESCE(CAST(SUM(l.overall) AS BIGINT), 0), COUNT(l.gap_step),
     COALESCE(CAST(SUM(l.step_1) AS BIGINT), 0), COUNT(l.step_1),
     COALESCE(CAST(SUM(l.step_2) AS BIGINT), 0), COUNT(l.step_2),
     COALESCE(CAST(SUM(l.step_3) AS BIGINT), 0), COUNT(l.step_3),
     COALESCE(CAST(SUM(l.step_4) AS BIGINT), 0), COUNT(l.step_4),
     COALESCE(CAST(SUM(l.step_5) AS BIGINT), 0), COUNT(l.step_5)";

fn statement(frame: Frame, shape: Shape) -> String {
    let source = frame.source(8 + shape.parameters());
    format!("SELECT {SUMS} {source} AND {MATCHES}{}", conditions(shape, 8))
}

fn all_statements() -> Vec<String> {
    Frame::KINDS.into_iter().flat_map(|frame| Shape::KINDS.map(|shape| statement(frame, shape))).collect()
}

statements!(all_statements);

pub fn totals(tx: &mut Tx<'_>, workspace: Uuid, frame: Frame, filter: &Filter) -> Result<Totals, Fault> {
    let mut parameters = filter.parameters(workspace);
    parameters.extend(filter.further());
    parameters.extend(frame.parameters());
    let parameters: Vec<&dyn Param> = parameters.iter().map(|parameter| &**parameter).collect();
    Ok(tx.one(&statement(frame, filter.shape()), &parameters, |row| read_sums(row, 0))?.unwrap_or_default())
}

pub(super) fn read_sums(row: &Row<'_>, from: usize) -> mainstay_db::Result<Totals> {
    Ok(Totals {
        accounts: row.get(from)?,
        arr_last_year: row.get(from + 1)?,
        arr_delta_target: row.get(from + 2)?,
        arr_now: row.get(from + 3)?,
        overall: row.get(from + 4)?,
        with_gap: row.get(from + 5)?,
        steps: [
            (row.get(from + 6)?, row.get(from + 7)?),
            (row.get(from + 8)?, row.get(from + 9)?),
            (row.get(from + 10)?, row.get(from + 11)?),
            (row.get(from + 12)?, row.get(from + 13)?),
            (row.get(from + 14)?, row.get(from + 15)?),
        ],
    })
}
