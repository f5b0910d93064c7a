//! Two reports side by side: which accounts read otherwise, the most money first.

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
const COMPARED: [&str; 9] =
    ["overall", "step_1", "step_2", "step_3", "step_4", "step_5", "arr_now", "type", "associate"];

fn side(frame: Frame, first: usize, shape: Shape) -> String {
    format!(
        "SELECT l.account_id, l.name_key, {}, (CASE WHEN {FITS}{} THEN 1 ELSE 0 END) AS fits {} AND {SEEN}",
        COMPARED.map(|column| format!("l.{column}")).join(", "),
        conditions(shape, 8),
        frame.source(first),
    )
}

fn statement((before, after): (Frame, Frame), follows: bool, shape: Shape) -> String {
    let first = 8 + shape.parameters();
    let second = first + before.parameters().len();
    let limit = second + after.parameters().len();
    let moved = COMPARED.map(|column| format!("a.{column} IS DISTINCT FROM b.{column}")).join(" OR ");
    let place = |n: usize, kind: &str| format!("CAST(${} AS {kind})", limit + n);
    let beyond = if follows {
        format!(
            "WHERE (m.arr < {arr} OR (m.arr = {arr} AND (m.overall < {overall}
               OR (m.overall = {overall} AND (m.name_key > {name} OR (m.name_key = {name} AND m.account_id > ${id}))))))",
            arr = place(1, "BIGINT"),
            overall = place(2, "BIGINT"),
            name = place(3, "TEXT"),
            id = limit + 4,
        )
    } else {
        String::new()
    };
    // Two outer joins instead of a full one, which SQLite does without an index: each line beside each.
    format!(
        "WITH a AS ({}), b AS ({}),
         m AS (SELECT b.account_id, b.name_key, ABS(b.arr_now - COALESCE(a.arr_now, 0)) AS arr,
             ABS(b.overall - COALESCE(a.overall, 0)) AS overall
           FROM b LEFT JOIN a ON a.account_id = b.account_id WHERE b.fits = 1 AND (a.account_id IS NULL OR {moved})
           UNION ALL
           SELECT a.account_id, a.name_key, ABS(a.arr_now), ABS(a.overall)
           FROM a LEFT JOIN b ON b.account_id = a.account_id WHERE a.fits = 1 AND b.account_id IS NULL)
         SELECT m.account_id, m.name_key, m.arr, m.overall, (SELECT COUNT(*) FROM m) FROM m {beyond}
         ORDER BY m.arr DESC, m.overall DESC, m.name_key, m.account_id LIMIT ${limit}",
        side(before, first, shape),
        side(after, second, shape),
    )
}

fn all_statements() -> Vec<String> {
    let mut all = Vec::new();
    for before in Frame::KINDS {
        for after in Frame::KINDS {
            for follows in [false, true] {
                all.extend(Shape::KINDS.map(|shape| statement((before, after), follows, shape)));
            }
        }
    }
    all
}

statements!(all_statements);

/// The accounts that read otherwise in the second report; one more than `limit` tells that another page follows.
/// The filter's words are asked of the second report, of accounts that are not in it of the first.
pub fn compare(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    frames: (Frame, Frame),
    filter: &Filter,
    after: Option<&ComparedPlace>,
    limit: i64,
) -> Result<Vec<Compared>, Fault> {
    let mut parameters = filter.parameters(workspace);
    parameters.extend(filter.further());
    parameters.extend(frames.0.parameters());
    parameters.extend(frames.1.parameters());
    parameters.push(Box::new(limit));
    if let Some(place) = after {
        parameters.extend::<[Box<dyn Param>; 4]>([
            Box::new(place.arr),
            Box::new(place.overall),
            Box::new(place.name.clone()),
            Box::new(place.id),
        ]);
    }
    let parameters: Vec<&dyn Param> = parameters.iter().map(|parameter| &**parameter).collect();
    Ok(tx.rows(&statement(frames, after.is_some(), filter.shape()), &parameters, read)?)
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Compared> {
    let account = row.get(0)?;
    let place = ComparedPlace { arr: row.get(2)?, overall: row.get(3)?, name: row.get(1)?, id: account };
    Ok(Compared { account, place, of: row.get(4)? })
}
