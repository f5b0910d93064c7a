//! The wanted increase of ARR in a fiscal year.

use std::collections::HashMap;

use jiff::Timestamp;
use mainstay_db::{Param, Row, Tx, id_places, sql, statements};
use mainstay_rules::event::Kind;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::{By, Told};

pub fn target(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, fiscal_year: i64) -> Result<Option<i64>, Fault> {
    Ok(tx.one(
        sql!("SELECT delta_minor FROM arr_target WHERE workspace_id = $1 AND account_id = $2 AND fiscal_year = $3"),
        &[&workspace, &account, &fiscal_year],
        |row| row.get(0),
    )?)
}

fn each_statement() -> String {
    format!(
        "SELECT account_id, delta_minor FROM arr_target
         WHERE workspace_id = $1 AND fiscal_year = $2 AND account_id IN ({})",
        id_places(3)
    )
}

fn composed() -> Vec<String> {
    vec![each_statement()]
}

statements!(composed);

/// The targets of these accounts that have one.
pub fn targets_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
    fiscal_year: i64,
) -> Result<HashMap<Uuid, i64>, Fault> {
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(tx.rows_of(&each_statement(), &[&workspace, &fiscal_year], accounts, read)?.into_iter().collect())
}

/// When the target of a fiscal year was set as it stands, and by whom; the name is empty when the system did.
pub fn target_set(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    fiscal_year: i64,
) -> Result<Option<(Timestamp, String)>, Fault> {
    let set = tx.rows(
        sql!(
            "SELECT e.data, e.recorded_at, COALESCE(u.name, '') FROM event e
             LEFT JOIN workspace_user u ON u.id = e.actor_id
             WHERE e.workspace_id = $1 AND e.account_id = $2 AND e.kind = 'target_set'
             ORDER BY e.account_version DESC LIMIT $3"
        ),
        &[&workspace, &account, &TARGETS_LOOKED_AT],
        |row| Ok((row.get::<serde_json::Value>(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let of_year = |(data, _, _): &(serde_json::Value, _, _)| data["fiscal_year"].as_i64() == Some(fiscal_year);
    Ok(set.into_iter().find(of_year).map(|(_, at, by)| (at, by)))
}

/// Events among which the newest of a year is looked for.
const TARGETS_LOOKED_AT: i64 = 200;

/// Sets or clears the target; the same value again is no event.
pub fn set_target(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    fiscal_year: i64,
    delta_minor: Option<i64>,
) -> Result<(), Fault> {
    let before = target(tx, by.workspace.id, account, fiscal_year)?;
    if before == delta_minor {
        return Ok(());
    }
    match delta_minor {
        Some(delta) => tx.exec(
            sql!(
                "INSERT INTO arr_target (workspace_id, account_id, fiscal_year, delta_minor, currency)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (account_id, fiscal_year) DO UPDATE SET delta_minor = $4, currency = $5"
            ),
            &[&by.workspace.id, &account, &fiscal_year, &delta, &by.workspace.currency.code()],
        )?,
        None => tx.exec(
            sql!("DELETE FROM arr_target WHERE workspace_id = $1 AND account_id = $2 AND fiscal_year = $3"),
            &[&by.workspace.id, &account, &fiscal_year],
        )?,
    };
    let data = json!({
        "fiscal_year": fiscal_year, "before": before, "after": delta_minor, "currency": by.workspace.currency.code(),
    });
    by.happened_to(tx, account, Kind::TargetSet, ("account", account), data)?;
    Ok(())
}

/// Sets the targets of accounts that have none.
pub fn set_first_targets(tx: &mut Tx<'_>, by: &By, fiscal_year: i64, targets: &[(Uuid, i64)]) -> Result<(), Fault> {
    let currency = by.workspace.currency.code();
    let rows: Vec<Vec<&dyn Param>> = targets
        .iter()
        .map(|(account, delta)| vec![&by.workspace.id as &dyn Param, account, &fiscal_year, delta, &currency])
        .collect();
    tx.insert_many("INSERT INTO arr_target (workspace_id, account_id, fiscal_year, delta_minor, currency)", "", &rows)?;
    let told = targets.iter().map(|(account, delta)| Told {
        account: *account,
        kind: Kind::TargetSet,
        subject: ("account", *account),
        data: json!({ "fiscal_year": fiscal_year, "before": None::<i64>, "after": delta, "currency": currency }),
    });
    by.happened_each(tx, told.collect())
}

pub fn remove_targets(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    tx.exec(sql!("DELETE FROM arr_target WHERE workspace_id = $1 AND account_id = $2"), &[&by.workspace.id, &account])?;
    Ok(())
}
