//! The history of the lines: one row for each stretch of days in which an account's line was the same.
//!
//! A stretch ends with its month at the latest, so that every row belongs to one month and the report as of a day
//! is read off an index of that month.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::{Param, Row, Tx, id_places, only, sql, statements};
use uuid::Uuid;

use super::columns::{STORED, values};
use super::compute::{month_after, month_of};
use super::line::{COLUMNS, Line, past_columns, read};
use super::project::LONG_AGO;
use super::rewrite::rewrite;
use super::snapshot;
use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// No stretch begins before it. It stands in statements about all of an account's stretches: without a word of days SQLite
/// would look through those of the whole workspace.
const FIRST_DAY: Date = jiff::civil::date(1, 1, 1);

/// From `from_on` until the day before `until_on` the line was this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from_on: Date,
    pub until_on: Date,
    pub line: Line,
}

/// Since when the line on the shelf and its history may be behind.
#[derive(Default)]
pub(super) struct Waiting {
    next_change_on: Option<Date>,
    history_from: Option<Date>,
}

impl Waiting {
    /// The first day that reads otherwise; a line that is only to be computed anew does not say.
    fn turned(&self) -> impl Iterator<Item = Date> {
        [self.next_change_on.filter(|day| *day > LONG_AGO), self.history_from].into_iter().flatten()
    }
}

/// What stands of an account before its line of today is written.
#[derive(Default)]
pub(super) struct Before {
    waiting: Waiting,
    newest: Option<Stretch>,
}

fn waiting_statement() -> String {
    format!(
        "SELECT account_id, next_change_on, history_from FROM portfolio_line WHERE {} AND account_id IN ({})",
        only("workspace_id", "$1"),
        id_places(2)
    )
}

fn newest_statement() -> String {
    format!(
        concat!(
            "SELECT ",
            past_columns!(),
            ", l.from_on, l.until_on
             FROM (SELECT account_id, MAX(from_on) AS from_on FROM portfolio_history
               WHERE {} AND account_id IN ({}) GROUP BY account_id) n
             CROSS JOIN portfolio_history l WHERE l.account_id = n.account_id AND l.from_on = n.from_on"
        ),
        only("workspace_id", "$1"),
        id_places(2)
    )
}

fn composed() -> Vec<String> {
    vec![waiting_statement(), newest_statement()]
}

statements!(composed);

pub(super) fn before_each(tx: &mut Tx<'_>, workspace: Uuid, accounts: &[Uuid]) -> Result<HashMap<Uuid, Before>, Fault> {
    let mut each: HashMap<Uuid, Before> = HashMap::new();
    let waiting = tx.rows_of(&waiting_statement(), &[&workspace], accounts, |row| {
        Ok((row.get(0)?, Waiting { next_change_on: row.get(1)?, history_from: row.get(2)? }))
    })?;
    for (account, waiting) in waiting {
        each.entry(account).or_default().waiting = waiting;
    }
    for newest in tx.rows_of(&newest_statement(), &[&workspace], accounts, stretch)? {
        let account = newest.line.account_id;
        each.entry(account).or_default().newest = Some(newest);
    }
    Ok(each)
}

impl Before {
    /// The first day of which the line says something else than what is written of it.
    fn reach(&self, by: &By, account: Uuid) -> Date {
        self.waiting.turned().chain(by.reach(account)).fold(by.today(), Date::min)
    }

    /// The day from which the history of a line is to wait for the housekeeping: what an import says of earlier days
    /// waits, so that many facts of one account are one writing.
    pub fn waits_from(&self, by: &By, account: Uuid) -> Option<Date> {
        let from = self.reach(by, account);
        let is_behind = by.cause.is_some() && (from < by.today() || self.newest.is_none());
        is_behind.then(|| self.newest.as_ref().map_or(LONG_AGO, |_| from))
    }
}

/// Keeps the history in step with the line of today, which has just been written.
///
/// What concerns today alone ends the newest stretch and begins one. A fact of an earlier day has everything written
/// anew from that day on.
pub(super) fn follow(tx: &mut Tx<'_>, by: &By, line: &Line, before: &Before) -> Result<(), Fault> {
    let today = by.today();
    let line = &Line { version: 0, ..line.clone() };
    let from = before.reach(by, line.account_id);
    let newest = before.newest.as_ref();
    if newest.is_some_and(|newest| newest.line.confidential != line.confidential) {
        keep_right(tx, by, line)?;
    }
    if before.waits_from(by, line.account_id).is_some() {
        return Ok(());
    }
    let Some(newest) = newest else { return rewrite(tx, by, line, LONG_AGO) };
    // Their course is known from the events, which are asked when the history is written anew.
    let moved = newest.line.account_type != line.account_type || newest.line.archived != line.archived;
    if from < today || newest.until_on < today || moved {
        return rewrite(tx, by, line, from.min(newest.until_on));
    }
    if before.waiting.history_from.is_some_and(|due| due <= today) {
        is_written(tx, by, line.account_id)?;
    }
    follow_today(tx, by, line, newest)
}

fn follow_today(tx: &mut Tx<'_>, by: &By, line: &Line, newest: &Stretch) -> Result<(), Fault> {
    let today = by.today();
    if today < newest.until_on {
        if (Line { confidential: line.confidential, ..newest.line.clone() }) == *line {
            return Ok(());
        }
        end_before(tx, by.workspace.id, line.account_id, today)?;
    }
    insert(tx, by.workspace.id, &[Stretch { from_on: today, until_on: month_after(today), line: line.clone() }])
}

/// Who may see an account is always today's question, of its past lines too.
fn keep_right(tx: &mut Tx<'_>, by: &By, line: &Line) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "UPDATE portfolio_history SET confidential = $3 WHERE workspace_id = $1 AND account_id = $2 AND from_on >= $4"
        ),
        &[&by.workspace.id, &line.account_id, &line.confidential, &FIRST_DAY],
    )?;
    snapshot::keep_right(tx, by.workspace.id, line.account_id, line.confidential)
}

/// Accounts whose history waits to be written.
pub fn due_histories(tx: &mut Tx<'_>, workspace: Uuid, today: Date, limit: i64) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(
        sql!("SELECT account_id FROM portfolio_line WHERE workspace_id = $1 AND history_from <= $2 LIMIT $3"),
        &[&workspace, &today, &limit],
        |row| row.get(0),
    )?)
}

fn stretch(row: &Row<'_>) -> mainstay_db::Result<Stretch> {
    Ok(Stretch { from_on: row.get(COLUMNS)?, until_on: row.get(COLUMNS + 1)?, line: read(row)? })
}

/// Every stretch of an account, oldest first.
pub fn stretches(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Stretch>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            past_columns!(),
            ", l.from_on, l.until_on FROM portfolio_history l WHERE l.workspace_id = $1 AND l.account_id = $2
             ORDER BY l.from_on"
        )),
        &[&workspace, &account],
        stretch,
    )?)
}

/// Nothing of the account stands on this day or after it any more.
pub(super) fn end_before(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, day: Date) -> Result<(), Fault> {
    let of: [&dyn Param; 3] = [&workspace, &account, &day];
    tx.exec(sql!("DELETE FROM portfolio_history WHERE workspace_id = $1 AND account_id = $2 AND from_on >= $3"), &of)?;
    tx.exec(
        sql!(
            "UPDATE portfolio_history SET until_on = $3
             WHERE workspace_id = $1 AND account_id = $2 AND from_on < $3 AND until_on > $3"
        ),
        &of,
    )?;
    Ok(())
}

pub(super) fn insert(tx: &mut Tx<'_>, workspace: Uuid, stretches: &[Stretch]) -> Result<(), Fault> {
    let places = accounts::choice_places(tx, workspace)?;
    let mut rows = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        let mut row = values(&stretch.line, workspace, &places)?;
        row.push(Box::new(month_of(stretch.from_on)));
        row.push(Box::new(stretch.from_on));
        row.push(Box::new(stretch.until_on));
        rows.push(row);
    }
    let rows: Vec<Vec<&dyn Param>> = rows.iter().map(|row| row.iter().map(|value| &**value).collect()).collect();
    let head = format!("INSERT INTO portfolio_history ({}, month, from_on, until_on)", STORED.join(", "));
    Ok(tx.insert_many(&head, "", &rows)?)
}

/// The history is written; whatever waited for it is done, until its month is over.
pub(super) fn is_written(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE portfolio_line SET history_from = $3 WHERE workspace_id = $1 AND account_id = $2"),
        &[&by.workspace.id, &account, &month_after(by.today())],
    )?;
    Ok(())
}

pub(super) fn remove(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("DELETE FROM portfolio_history WHERE workspace_id = $1 AND account_id = $2 AND from_on >= $3"),
        &[&workspace, &account, &FIRST_DAY],
    )?;
    Ok(())
}
