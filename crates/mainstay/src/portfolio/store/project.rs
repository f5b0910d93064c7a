//! The projector: the lines of today, and their history in step with them.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::{Param, Tx, sql};
use mainstay_rules::progress::fiscal_year;
use mainstay_rules::scorecard::{Latest, Templates};
use uuid::Uuid;

use super::compute::{self, Books, month_after};
use super::history::Before;
use super::line::Line;
use super::{columns, history, snapshot};
use crate::account::store::{self as accounts, Account, FieldValues, StoredAmendment};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::{people, scorecard};

/// Writes the lines of accounts as of today, and what they say of past days; an account that is gone has neither.
pub fn project(tx: &mut Tx<'_>, by: &By, ids: &[Uuid]) -> Result<(), Fault> {
    let held = Held::load(tx, by, ids)?;
    let before = history::before_each(tx, by.workspace.id, ids)?;
    let mut lines = Vec::with_capacity(ids.len());
    for id in ids {
        match held.line(tx, by, *id)? {
            Some(told) => lines.push(told),
            None => remove_line(tx, by.workspace.id, *id)?,
        }
    }
    let nothing = Before::default();
    let before_of = |line: &Line| before.get(&line.account_id).unwrap_or(&nothing);
    write(tx, by, &lines, |line| before_of(line).waits_from(by, line.account_id))?;
    lines.iter().try_for_each(|(line, _)| history::follow(tx, by, line, before_of(line)))
}

/// What the other rooms hold of some accounts.
struct Held {
    templates: Templates,
    accounts: HashMap<Uuid, Account>,
    fields: HashMap<Uuid, FieldValues>,
    latest: HashMap<Uuid, Vec<Latest>>,
    signed: HashMap<Uuid, Vec<StoredAmendment>>,
    notice_days: HashMap<Uuid, Vec<(Uuid, i64)>>,
    targets: HashMap<Uuid, i64>,
}

impl Held {
    fn load(tx: &mut Tx<'_>, by: &By, ids: &[Uuid]) -> Result<Self, Fault> {
        let workspace = by.workspace.id;
        let year = i64::from(fiscal_year(by.today(), by.workspace.fiscal_year_start_month));
        Ok(Self {
            templates: scorecard::store::templates(tx, workspace)?,
            accounts: accounts::accounts_each(tx, workspace, ids, Uuid::nil())?,
            fields: accounts::field_values_each(tx, workspace, ids)?,
            latest: scorecard::store::latest_each(tx, workspace, ids)?,
            signed: accounts::amendments_each(tx, workspace, ids)?,
            notice_days: accounts::notice_days_each(tx, workspace, ids)?,
            targets: accounts::targets_each(tx, workspace, ids, year)?,
        })
    }

    /// The line, and the day on which it reads otherwise without anybody writing.
    fn line(&self, tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<Option<(Line, Date)>, Fault> {
        let Some(account) = self.accounts.get(&id) else { return Ok(None) };
        let (today, month) = (by.today(), by.workspace.fiscal_year_start_month);
        let signed = self.signed.get(&id).map_or(&[][..], Vec::as_slice);
        let rates = accounts::rates_for(tx, &by.workspace, signed, today)?;
        let ledger = accounts::in_home_currency(signed, &rates)?;
        let books = Books {
            templates: &self.templates,
            latest: self.latest.get(&id).map_or(&[], Vec::as_slice),
            ledger: &ledger,
            notice_days: self.notice_days.get(&id).map_or(&[], Vec::as_slice),
            target: self.targets.get(&id).copied(),
        };
        let base = compute::base(account, self.fields.get(&id).cloned().unwrap_or_default());
        let template = self.templates.governing(account.segment());
        let next_change_on = compute::next_change(&ledger, template, today, month);
        Ok(Some((compute::line(&base, &books, today, month), next_change_on)))
    }
}

/// Writes the lines, and the days from which their histories wait.
fn write(
    tx: &mut Tx<'_>,
    by: &By,
    lines: &[(Line, Date)],
    waits_from: impl Fn(&Line) -> Option<Date>,
) -> Result<(), Fault> {
    let places = accounts::choice_places(tx, by.workspace.id)?;
    let (today, later) = (by.today(), month_after(by.today()));
    let mut written = Vec::with_capacity(lines.len());
    for (line, _) in lines {
        written.push((columns::values(line, by.workspace.id, &places)?, waits_from(line).unwrap_or(later)));
    }
    let rows: Vec<Vec<&dyn Param>> = lines
        .iter()
        .zip(&written)
        .map(|((line, next_change_on), (values, history_from))| {
            let more: [&dyn Param; 4] = [&line.version, &today, next_change_on, history_from];
            values.iter().map(|value| &**value).chain(more).collect()
        })
        .collect();
    let (head, tail) = columns::line_statement();
    Ok(tx.insert_many(&head, &tail, &rows)?)
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
