//! Pages of the report by key, in any of its orders.

use mainstay_db::{Param, Tx, statements};
use uuid::Uuid;

use super::filter::{Filter, MATCHES};
use super::frame::Frame;
use super::line::{COLUMNS, Line, read};
use super::order::{Place, Sort, SortKey};
use super::term::{Shape, conditions};
use crate::corridor::fault::Fault;

fn page_statement(frame: Frame, sort: Sort, follows: bool, shape: Shape) -> String {
    // Parameters that a statement does not use have no place in it: what comes behind moves up.
    let of_key = if follows { 12 } else { 9 };
    let first_term = of_key + sort.key.parameters().len();
    let key = sort.key.expression(sort.descending, of_key);
    let (direction, beyond) = if sort.descending { ("DESC", "<") } else { ("ASC", ">") };
    let kind = sort.key.kind();
    // A key travels as text in the cursor; SQLite keeps dates as text anyway.
    let given = if kind == "TEXT" { "$9".to_owned() } else { format!("CAST(CAST($9 AS TEXT) AS {{{kind}}})") };
    // Ties are ordered by name; names themselves by id, in their own direction, so that one index reads both ways.
    let (ties, beyond_place) = if sort.key == SortKey::Name {
        (
            format!("l.account_id {direction}"),
            format!("CAST($9 AS TEXT) IS NOT NULL AND (l.name_key, l.account_id) {beyond} ($10, $11)"),
        )
    } else {
        let tied = format!("({key} {beyond} {given} OR ({key} = {given} AND (l.name_key, l.account_id) > ($10, $11)))");
        ("l.name_key, l.account_id".to_owned(), tied)
    };
    let after = if follows { format!(" AND {beyond_place}") } else { String::new() };
    format!(
        "SELECT {}, CAST({key} AS TEXT) {} AND {MATCHES}{}{after} ORDER BY {key} {direction}, {ties} LIMIT $8",
        frame.columns(),
        frame.source(first_term + shape.parameters()),
        conditions(shape, first_term),
    )
}

/// `{DATE}` and `{BIGINT}` in the words of each database.
fn worded(statement: &str, date: &str) -> String {
    statement.replace("{DATE}", date).replace("{BIGINT}", "BIGINT")
}

fn page_statements(date: &str) -> Vec<String> {
    let mut all = Vec::new();
    for key in SortKey::kinds() {
        for (descending, follows) in [(false, false), (false, true), (true, false), (true, true)] {
            let sort = Sort { key, descending };
            for frame in Frame::KINDS {
                all.extend(Shape::KINDS.map(|shape| worded(&page_statement(frame, sort, follows, shape), date)));
            }
        }
    }
    all
}

fn sqlite_statements() -> Vec<String> {
    page_statements("TEXT")
}

fn postgres_statements() -> Vec<String> {
    page_statements("DATE")
}

statements!(Sqlite, sqlite_statements);
statements!(Postgres, postgres_statements);

/// A page of lines in the wanted order; one more than `limit` tells that another page follows.
pub fn page(
    tx: &mut Tx<'_>,
    (workspace, frame): (Uuid, Frame),
    filter: &Filter,
    sort: Sort,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let date = tx.by("TEXT", "DATE");
    let statement = worded(&page_statement(frame, sort, after.is_some(), filter.shape()), date);
    let mut parameters = filter.parameters(workspace);
    parameters.push(Box::new(limit));
    if let Some(place) = after {
        parameters.extend::<[Box<dyn Param>; 3]>([
            Box::new(place.key.clone()),
            Box::new(place.name.clone()),
            Box::new(place.id),
        ]);
    }
    parameters.extend(sort.key.parameters());
    parameters.extend(filter.further());
    parameters.extend(frame.parameters());
    let parameters: Vec<&dyn Param> = parameters.iter().map(|parameter| &**parameter).collect();
    Ok(tx.rows(&statement, &parameters, |row| Ok(Line { key: row.get(COLUMNS)?, ..read(row)? }))?)
}
