//! The projector: one account's line of today, and its history in step with it.

use jiff::civil::Date;
use mainstay_db::{Param, Tx, sql};
use mainstay_rules::progress::fiscal_year;
use uuid::Uuid;

use super::compute::{self, Books, month_after};
use super::line::Line;
use super::{columns, history, snapshot};
use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::{people, scorecard};

/// Writes the account's line as of today, and what it says of past days; an account that is gone has neither.
pub fn project(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<(), Fault> {
    let (workspace, today, month) = (by.workspace.id, by.today(), by.workspace.fiscal_year_start_month);
    let Some(account) = accounts::account(tx, workspace, id, Uuid::nil())? else {
        return remove_line(tx, workspace, id);
    };
    let latest = scorecard::store::latest(tx, workspace, id)?;
    let ledger = accounts::ledger(tx, &by.workspace, id, today)?;
    let notice_days = accounts::notice_days(tx, workspace, id)?;
    let target = accounts::target(tx, workspace, id, i64::from(fiscal_year(today, month)))?;
    let templates = scorecard::store::templates(tx, workspace)?;
    let books = Books { templates: &templates, latest: &latest, ledger: &ledger, notice_days: &notice_days, target };
    let base = compute::base(&account, accounts::field_values(tx, workspace, id)?);
    let line = compute::line(&base, &books, today, month);
    let before = history::waiting(tx, workspace, id)?;
    let next_change_on = compute::next_change(&ledger, templates.governing(account.segment()), today, month);
    write(tx, by, &line, next_change_on)?;
    history::follow(tx, by, &line, &before)
}

fn write(tx: &mut Tx<'_>, by: &By, line: &Line, next_change_on: Date) -> Result<(), Fault> {
    let places = accounts::choice_places(tx, by.workspace.id)?;
    let values = columns::values(line, by.workspace.id, &places)?;
    let (today, history_from) = (by.today(), month_after(by.today()));
    let mut parameters: Vec<&dyn Param> = values.iter().map(|value| &**value).collect();
    parameters.extend::<[&dyn Param; 4]>([&line.version, &today, &next_change_on, &history_from]);
    tx.exec(&columns::line_statement(), &parameters)?;
    Ok(())
}

/// The associate's name on every line that shows it; the history follows with the next housekeeping.
pub fn project_name(tx: &mut Tx<'_>, by: &By, user: Uuid) -> Result<(), Fault> {
    let Some(person) = people::store::user(tx, by.workspace.id, user)? else { return Ok(()) };
    tx.exec(
        sql!(
            "UPDATE portfolio_line
             SET associate = $3, history_from = CASE WHEN history_from < $4 THEN history_from ELSE $4 END
             WHERE workspace_id = $1 AND associate_id = $2"
        ),
        &[&by.workspace.id, &user, &person.name, &by.today()],
    )?;
    // Where the person stands in a field, the line waits for the next housekeeping.
    for account in accounts::accounts_naming(tx, by.workspace.id, user)? {
        make_line_due(tx, by.workspace.id, account)?;
    }
    Ok(())
}

fn make_line_due(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE portfolio_line SET next_change_on = $3 WHERE workspace_id = $1 AND account_id = $2"),
        &[&workspace, &account, &LONG_AGO],
    )?;
    Ok(())
}

/// Takes the account out of the report, today's and every past day's.
pub fn remove_line(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<(), Fault> {
    history::remove(tx, workspace, account)?;
    // Nobody can be asked any more who may see it.
    snapshot::keep_right(tx, workspace, account, true)?;
    tx.exec(sql!("DELETE FROM portfolio_line WHERE workspace_id = $1 AND account_id = $2"), &[&workspace, &account])?;
    Ok(())
}

/// Accounts of one workspace whose line reads otherwise since a day began.
pub fn due_lines(tx: &mut Tx<'_>, workspace: Uuid, today: Date, limit: i64) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(
        sql!("SELECT account_id FROM portfolio_line WHERE workspace_id = $1 AND next_change_on <= $2 LIMIT $3"),
        &[&workspace, &today, &limit],
        |row| row.get(0),
    )?)
}

/// A day before all others: a line that was to change on it is due.
pub(super) const LONG_AGO: Date = jiff::civil::date(1990, 1, 1);

/// Every line of the workspace is to be written anew, and its history from a day on.
pub fn make_due(tx: &mut Tx<'_>, workspace: Uuid, from: Date) -> Result<(), Fault> {
    let from = from.max(LONG_AGO);
    tx.exec(
        sql!(
            "UPDATE portfolio_line
             SET next_change_on = $2, history_from = CASE WHEN history_from < $3 THEN history_from ELSE $3 END
             WHERE workspace_id = $1"
        ),
        &[&workspace, &LONG_AGO, &from],
    )?;
    Ok(())
}
