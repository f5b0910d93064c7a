//! Where accounts stand to thresholds, and the crossings: events, once each, in the transaction that takes the note away.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::{Param, Row, Tx, id_places, only, sql, statements};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::event::Kind;
use mainstay_rules::threshold::{Standing, Step};
use serde_json::json;
use uuid::Uuid;

use super::threshold::{StoredThreshold, ThresholdTerms};
use super::{due, thresholds};
use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::corridor::verb::{By, Told};

/// Looks at the thresholds of accounts, each with its type; their locks are held.
pub fn cross(tx: &mut Tx<'_>, by: &By, accounts: &[(Uuid, i64)]) -> Result<(), Fault> {
    let mut told = Vec::new();
    for threshold in thresholds(tx, by.workspace.id)?.into_iter().filter(|one| one.terms.enabled) {
        let of: Vec<Uuid> = accounts
            .iter()
            .filter(|(_, account_type)| threshold.terms.counts_for(*account_type))
            .map(|(account, _)| *account)
            .collect();
        for (account, value) in step_each(tx, by, &threshold, &of)? {
            let data = json!({
                "signal": threshold.terms.what.signal,
                "measure": threshold.terms.what.measure,
                "days": threshold.terms.what.days,
                "side": threshold.terms.rule.side,
                "level": threshold.terms.rule.level.millionths(),
                "value": value.millionths(),
            });
            told.push(Told { account, kind: Kind::ThresholdCrossed, subject: ("threshold", threshold.id), data });
        }
    }
    by.happened_each(tx, told)
}

/// Steps each of these accounts and answers those that got beyond the level, with the number that did it.
fn step_each(
    tx: &mut Tx<'_>,
    by: &By,
    threshold: &StoredThreshold,
    accounts: &[Uuid],
) -> Result<Vec<(Uuid, Decimal)>, Fault> {
    let today = by.today();
    let values = threshold.terms.what.each(tx, by.workspace.id, accounts, today)?;
    let standings = standings(tx, by.workspace.id, threshold.id, accounts)?;
    let (mut moved, mut crossings) = (Vec::new(), Vec::new());
    for account in accounts {
        let Some(value) = values.get(account).copied() else { continue };
        let standing = standings.get(account).copied().unwrap_or_default();
        let step = threshold.terms.rule.step(standing, value, today);
        if step == Step::Stays {
            continue;
        }
        moved.push((*account, standing.after(step, today)));
        if step == Step::Fires {
            crossings.push((*account, value));
        }
    }
    put(tx, by.workspace.id, threshold.id, &moved)?;
    Ok(crossings)
}

fn put(tx: &mut Tx<'_>, workspace: Uuid, threshold: Uuid, moved: &[(Uuid, Standing)]) -> Result<(), Fault> {
    let rows: Vec<Vec<&dyn Param>> = moved
        .iter()
        .map(|(account, standing)| {
            vec![&threshold as &dyn Param, &workspace, account, &standing.armed, &standing.fired_on]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO signal_standing (threshold_id, workspace_id, account_id, armed, fired_on)",
        "ON CONFLICT (threshold_id, account_id) DO UPDATE SET armed = excluded.armed, fired_on = excluded.fired_on",
        &rows,
    )?;
    Ok(())
}

fn standing_statement() -> String {
    format!(
        "SELECT account_id, armed, fired_on FROM signal_standing WHERE {} AND threshold_id = $2 AND account_id IN ({})",
        only("workspace_id", "$1"),
        id_places(3)
    )
}

fn statements_of_many() -> Vec<String> {
    vec![standing_statement(), having_statement()]
}

statements!(statements_of_many);

fn standings(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    threshold: Uuid,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Standing>, Fault> {
    let found = tx.rows_of(&standing_statement(), &[&workspace, &threshold], accounts, |row: &Row<'_>| {
        let standing = Standing { armed: row.get(1)?, fired_on: row.get::<Option<Date>>(2)? };
        Ok((row.get::<Uuid>(0)?, standing))
    })?;
    Ok(found.into_iter().collect())
}

/// A new threshold: accounts that are beyond it stand as if it had fired today, or are looked at at once.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    by: &By,
    threshold: Uuid,
    terms: &ThresholdTerms,
    fires_at_once: bool,
) -> Result<(), Fault> {
    let accounts = having(tx, by.workspace.id, &terms.what.signal)?;
    if fires_at_once {
        return due::note_accounts(tx, by.workspace.id, &accounts, by.at);
    }
    let today = by.today();
    let values = terms.what.each(tx, by.workspace.id, &accounts, today)?;
    let mut beyond: Vec<(Uuid, Standing)> = values
        .into_iter()
        .map(|(account, value)| (account, terms.rule.standing_at_first(value, today)))
        .filter(|(_, standing)| !standing.armed)
        .collect();
    beyond.sort_unstable_by_key(|(account, _)| *account);
    put(tx, by.workspace.id, threshold, &beyond)
}

fn having_statement() -> String {
    format!(
        "SELECT DISTINCT account_id FROM signal_day
         WHERE {} AND name = $2 AND subject_id = account_id AND account_id IN ({})",
        only("workspace_id", "$1"),
        id_places(3)
    )
}

/// The accounts of which the signal was ever measured as a whole: found account by account, as no index is kept of it.
fn having(tx: &mut Tx<'_>, workspace: Uuid, signal: &str) -> Result<Vec<Uuid>, Fault> {
    let all = accounts::account_ids(tx, workspace)?;
    Ok(tx.rows_of(&having_statement(), &[&workspace, &signal], &all, |row| row.get(0))?)
}

pub(super) fn forget(tx: &mut Tx<'_>, workspace: Uuid, threshold: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("DELETE FROM signal_standing WHERE workspace_id = $1 AND threshold_id = $2"),
        &[&workspace, &threshold],
    )?;
    Ok(())
}

/// Has every account looked at whose numbers read otherwise because a day began.
pub fn watch_again(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    let moving: Vec<String> = thresholds(tx, by.workspace.id)?
        .into_iter()
        .filter(|one| one.terms.enabled && one.terms.what.measure.moves_by_itself())
        .map(|one| one.terms.what.signal)
        .collect();
    let mut accounts = Vec::new();
    for signal in moving.iter().collect::<std::collections::BTreeSet<_>>() {
        accounts.extend(having(tx, by.workspace.id, signal)?);
    }
    due::note_accounts(tx, by.workspace.id, &accounts, by.at)
}
