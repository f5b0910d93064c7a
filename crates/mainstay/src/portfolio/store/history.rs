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
            ", l.from_on, l.until_on FROM portfolio_history l WHERE {} AND l.from_on >= $2 AND l.account_id IN ({})
               AND NOT EXISTS (SELECT 1 FROM portfolio_history n
                 WHERE n.account_id = l.account_id AND n.from_on > l.from_on)"
        ),
        only("l.workspace_id", "$1"),
        id_places(3)
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
    for newest in tx.rows_of(&newest_statement(), &[&workspace, &FIRST_DAY], accounts, stretch)? {
        let account = newest.line.account_id;
        each.entry(account).or_default().newest = Some(newest);
    }
    Ok(each)
}

/// Keeps the histories in step with the lines of today, which have just been written.
pub(super) fn follow<'a>(
    tx: &mut Tx<'_>,
    by: &By,
    lines: impl Iterator<Item = &'a Line>,
    before: &HashMap<Uuid, Before>,
) -> Result<(), Fault> {
    let nothing = Before::default();
    let mut postponed = Vec::new();
    for line in lines {
        let before = before.get(&line.account_id).unwrap_or(&nothing);
        postponed.extend(follow_one(tx, by, line, before)?.map(|from| (line.account_id, from)));
    }
    postpone(tx, by, &postponed)
}

/// What concerns today alone ends the newest stretch and begins one. A fact of an earlier day has everything written
/// anew from that day on; those of an import wait for the housekeeping, so that many of one account are one writing.
/// Gives the day from which the history is to wait.
fn follow_one(tx: &mut Tx<'_>, by: &By, line: &Line, before: &Before) -> Result<Option<Date>, Fault> {
    let today = by.today();
    let Before { waiting, newest } = before;
    let line = &Line { version: 0, ..line.clone() };
    let from = waiting.turned().chain(by.reach(line.account_id)).fold(today, Date::min);
    if newest.as_ref().is_some_and(|newest| newest.line.confidential != line.confidential) {
        keep_right(tx, by, line)?;
    }
    if by.cause.is_some() && (from < today || newest.is_none()) {
        return Ok(Some(newest.as_ref().map_or(LONG_AGO, |_| from)));
    }
    let Some(newest) = newest else {
        rewrite(tx, by, line, LONG_AGO)?;
        return Ok(None);
    };
    // Their course is known from the events, which are asked when the history is written anew.
    let moved = newest.line.account_type != line.account_type || newest.line.archived != line.archived;
    if from < today || newest.until_on < today || moved {
        rewrite(tx, by, line, from.min(newest.until_on))?;
        return Ok(None);
    }
    if waiting.history_from.is_some_and(|due| due <= today) {
        is_written(tx, by, line.account_id)?;
    }
    follow_today(tx, by, line, newest)?;
    Ok(None)
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

/// The histories of these accounts wait, each from its day on.
fn postpone(tx: &mut Tx<'_>, by: &By, accounts: &[(Uuid, Date)]) -> Result<(), Fault> {
    for (account, from) in accounts {
        tx.exec(
            sql!(
                "UPDATE portfolio_line
                 SET history_from = CASE WHEN history_from < $3 THEN history_from ELSE $3 END
                 WHERE workspace_id = $1 AND account_id = $2"
            ),
            &[&by.workspace.id, account, from],
        )?;
    }
    Ok(())
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
