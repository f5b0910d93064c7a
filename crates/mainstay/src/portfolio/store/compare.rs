//! Two reports side by side: which accounts read otherwise, the most money first.

use std::cmp::Reverse;
use std::collections::HashMap;

use mainstay_db::{Param, Row, Tx, statements};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::filter::{FITS, Filter, SEEN};
use super::frame::Frame;
use super::term::{Shape, conditions};
use crate::corridor::fault::Fault;

/// Where a page of the comparison ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ComparedPlace {
    arr: i64,
    overall: i64,
    name: String,
    id: Uuid,
}

/// An account that reads otherwise, and its place in the order.
#[derive(Clone, Debug)]
pub struct Compared {
    pub account: Uuid,
    pub place: ComparedPlace,
    /// How many there are, whatever the page.
    pub of: i64,
}

/// What is compared of a line; a change of anything else is no movement.
#[derive(PartialEq, Eq)]
struct Read {
    overall: i64,
    arr_now: i64,
    account_type: i64,
    associate: String,
    steps: [Option<i64>; 5],
}

/// A line of one of the reports.
struct Side {
    name: String,
    /// Whether the filter's words hold.
    fits: bool,
    read: Read,
}

fn statement(frame: Frame, shape: Shape) -> String {
    format!(
        "SELECT l.account_id, l.name_key, CASE WHEN {FITS}{} THEN 1 ELSE 0 END, l.overall, l.arr_now, l.type, l.associate,
           l.step_1, l.step_2, l.step_3, l.step_4, l.step_5 {} AND {SEEN}",
        conditions(shape, 8),
        frame.source(8 + shape.parameters()),
    )
}

fn all_statements() -> Vec<String> {
    Frame::KINDS.into_iter().flat_map(|frame| Shape::KINDS.map(|shape| statement(frame, shape))).collect()
}

statements!(all_statements);

/// The accounts that read otherwise in the second report; one more than `limit` tells that another page follows.
/// The filter's words are asked of the second report, of accounts that are not in it of the first.
///
/// Both are read whole and put together here: at 10,000 accounts SQLite joins them in seconds, as it knows no index of
/// what a statement has just read, and groups them in a tenth of one.
pub fn compare(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    frames: (Frame, Frame),
    filter: &Filter,
    after: Option<&ComparedPlace>,
    limit: usize,
) -> Result<Vec<Compared>, Fault> {
    let mut before = lines(tx, (workspace, frames.0), filter)?;
    let mut moved = Vec::new();
    for (account, side) in lines(tx, (workspace, frames.1), filter)? {
        let was = before.remove(&account);
        if side.fits && was.as_ref().is_none_or(|was| was.read != side.read) {
            let (arr, overall) = was.map_or((0, 0), |was| (was.read.arr_now, was.read.overall));
            moved.push(place(account, side, arr, overall));
        }
    }
    moved.extend(before.into_iter().filter(|(_, was)| was.fits).map(|(account, was)| place(account, was, 0, 0)));
    moved.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    let of = i64::try_from(moved.len()).unwrap_or(i64::MAX);
    let beyond = moved.into_iter().filter(|place| after.is_none_or(|after| place.order() > after.order()));
    Ok(beyond.take(limit).map(|place| Compared { account: place.id, place, of }).collect())
}

fn place(id: Uuid, side: Side, arr: i64, overall: i64) -> ComparedPlace {
    let by = |now: i64, was: i64| now.saturating_sub(was).saturating_abs();
    ComparedPlace { arr: by(side.read.arr_now, arr), overall: by(side.read.overall, overall), name: side.name, id }
}

impl ComparedPlace {
    /// The most money first, then the largest step of the Overall.
    fn order(&self) -> (Reverse<i64>, Reverse<i64>, &str, Uuid) {
        (Reverse(self.arr), Reverse(self.overall), &self.name, self.id)
    }
}

fn lines(tx: &mut Tx<'_>, (workspace, frame): (Uuid, Frame), filter: &Filter) -> Result<HashMap<Uuid, Side>, Fault> {
    let mut parameters = filter.parameters(workspace);
    parameters.extend(filter.further());
    parameters.extend(frame.parameters());
    let parameters: Vec<&dyn Param> = parameters.iter().map(|parameter| &**parameter).collect();
    let rows = tx.rows(&statement(frame, filter.shape()), &parameters, |row| Ok((row.get::<Uuid>(0)?, side(row)?)))?;
    Ok(rows.into_iter().collect())
}

fn side(row: &Row<'_>) -> mainstay_db::Result<Side> {
    let read = Read {
        overall: row.get(3)?,
        arr_now: row.get(4)?,
        account_type: row.get(5)?,
        associate: row.get(6)?,
        steps: [row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?, row.get(11)?],
    };
    Ok(Side { name: row.get(1)?, fits: row.get::<i64>(2)? == 1, read })
}
