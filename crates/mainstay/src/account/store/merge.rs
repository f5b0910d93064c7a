//! Merging two accounts: the contracts, targets, usage, scopes and subsidiaries of one go to the other; its scores, its
//! events and its other facts stay with it, and its id leads to the other from then on.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::{Account, usage};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// What a merge takes along, as its preview counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub contracts: i64,
    /// Withdrawn ones included.
    pub amendments: i64,
    pub subsidiaries: i64,
    pub scopes: i64,
}

/// A merge that was made, with what was said about it.
#[derive(Clone, Debug)]
pub struct Merge {
    pub id: Uuid,
    pub source: Uuid,
    pub source_name: String,
    pub target: Uuid,
    pub target_name: String,
    pub reason: String,
    pub merged_at: Timestamp,
    pub by: String,
}

macro_rules! merges {
    () => {
        "SELECT m.id, m.source_id, s.name, m.target_id, t.name, m.reason, m.merged_at, COALESCE(u.name, '')
         FROM account_merge m JOIN account s ON s.id = m.source_id JOIN account t ON t.id = m.target_id
         LEFT JOIN workspace_user u ON u.id = m.merged_by "
    };
}

fn read(row: &mainstay_db::Row<'_>) -> mainstay_db::Result<Merge> {
    Ok(Merge {
        id: row.get(0)?,
        source: row.get(1)?,
        source_name: row.get(2)?,
        target: row.get(3)?,
        target_name: row.get(4)?,
        reason: row.get(5)?,
        merged_at: row.get(6)?,
        by: row.get(7)?,
    })
}

/// One merge, for the timeline.
pub fn merge(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Merge>, Fault> {
    Ok(tx.one(sql!(concat!(merges!(), "WHERE m.workspace_id = $1 AND m.id = $2")), &[&workspace, &id], read)?)
}

/// What would go along.
pub fn taken_along(tx: &mut Tx<'_>, workspace: Uuid, source: Uuid) -> Result<Taken, Fault> {
    let found = tx.one(
        sql!(
            "SELECT (SELECT COUNT(*) FROM contract WHERE workspace_id = $1 AND account_id = $2),
               (SELECT COUNT(*) FROM contract_amendment WHERE workspace_id = $1 AND account_id = $2),
               (SELECT COUNT(*) FROM account WHERE workspace_id = $1 AND parent_id = $2),
               (SELECT COUNT(*) FROM scope WHERE workspace_id = $1 AND account_id = $2)"
        ),
        &[&workspace, &source],
        |row| {
            Ok(Taken {
                contracts: row.get(0)?,
                amendments: row.get(1)?,
                subsidiaries: row.get(2)?,
                scopes: row.get(3)?,
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// Makes `source` lead to `target`. Both are locked, and the rules and rights were asked.
pub fn merge_account(
    tx: &mut Tx<'_>,
    by: &By,
    source: &Account,
    target: &Account,
    reason: &str,
) -> Result<Uuid, Fault> {
    let subsidiaries = subsidiaries_of(tx, by, source.id)?;
    super::archive_account(tx, by, source)?;
    move_money(tx, by, source.id, target.id)?;
    move_place(tx, by, source.id, target.id)?;
    tx.exec(
        sql!("UPDATE account SET merged_into = $3, parent_id = NULL WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &source.id, &target.id],
    )?;
    // What led to the merged account leads on to where it leads now.
    tx.exec(
        sql!("UPDATE account SET merged_into = $3 WHERE workspace_id = $1 AND merged_into = $2"),
        &[&by.workspace.id, &source.id, &target.id],
    )?;
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO account_merge (id, workspace_id, source_id, target_id, reason, merged_at, merged_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        &[&id, &by.workspace.id, &source.id, &target.id, &reason, &by.at, &by.user],
    )?;
    let data = json!({ "source_id": source.id, "target_id": target.id });
    for account in [source.id, target.id] {
        // Contracts count on their days, so the past of both reads otherwise.
        by.reaches_back(account, Date::MIN);
        by.happened_to(tx, account, Kind::AccountMerged, ("merge", id), data.clone())?;
    }
    for account in subsidiaries {
        by.happened_to(tx, account, Kind::AccountEdited, ("account", account), json!({ "fields": ["parent"] }))?;
    }
    Ok(id)
}

/// The accounts that stand directly under this one: a merge gives them another parent.
pub fn subsidiaries_of(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(
        sql!("SELECT id FROM account WHERE workspace_id = $1 AND parent_id = $2 ORDER BY id"),
        &[&by.workspace.id, &account],
        |row| row.get(0),
    )?)
}

/// Contracts keep their ids, names and days, so that no sum of the workspace changes on any day.
fn move_money(tx: &mut Tx<'_>, by: &By, source: Uuid, target: Uuid) -> Result<(), Fault> {
    let of: [&dyn mainstay_db::Param; 3] = [&by.workspace.id, &source, &target];
    tx.exec(sql!("UPDATE contract SET account_id = $3 WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("UPDATE contract_amendment SET account_id = $3 WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("UPDATE movement_kind SET account_id = $3 WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    tx.exec(sql!("UPDATE scope SET account_id = $3 WHERE workspace_id = $1 AND account_id = $2"), &of)?;
    // A read model: the projector writes it anew for both.
    tx.exec(
        sql!("DELETE FROM arr_movement WHERE workspace_id = $1 AND account_id = $2"),
        &[&by.workspace.id, &source],
    )?;
    move_targets(tx, by, source, target)?;
    move_usage(tx, by, source, target)
}

/// Wanted increases add up, year by year; they are in the workspace's currency.
fn move_targets(tx: &mut Tx<'_>, by: &By, source: Uuid, target: Uuid) -> Result<(), Fault> {
    let targets = tx.rows(
        sql!("SELECT fiscal_year, delta_minor FROM arr_target WHERE workspace_id = $1 AND account_id = $2"),
        &[&by.workspace.id, &source],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    for (year, delta) in targets {
        let own = super::target(tx, by.workspace.id, target, year)?.unwrap_or(0);
        super::set_target(tx, by, target, year, Some(own.saturating_add(delta)))?;
        super::set_target(tx, by, source, year, None)?;
    }
    Ok(())
}

/// Usage of the same month adds up where it is in one currency.
fn move_usage(tx: &mut Tx<'_>, by: &By, source: Uuid, target: Uuid) -> Result<(), Fault> {
    let own = usage(tx, by.workspace.id, target)?;
    for month in usage(tx, by.workspace.id, source)? {
        let same = own.iter().find(|one| one.month == month.month);
        if same.is_some_and(|one| one.currency != month.currency) {
            return Err(two_currencies(month.month));
        }
        tx.exec(
            sql!(
                "INSERT INTO usage_revenue (workspace_id, account_id, month, minor, currency) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (account_id, month) DO UPDATE SET minor = usage_revenue.minor + $4"
            ),
            &[&by.workspace.id, &target, &month.month, &month.minor, &month.currency.code()],
        )?;
    }
    tx.exec(
        sql!("DELETE FROM usage_revenue WHERE workspace_id = $1 AND account_id = $2"),
        &[&by.workspace.id, &source],
    )?;
    Ok(())
}

fn two_currencies(month: Date) -> Fault {
    let month = month.strftime("%B %Y");
    let detail = format!("Both have usage revenue of {month}, in two currencies. Take one of them back first.");
    Fault::new(Problem::Conflict, detail)
}

fn move_place(tx: &mut Tx<'_>, by: &By, source: Uuid, target: Uuid) -> Result<(), Fault> {
    // A subsidiary of the merged account that is the target itself was refused before.
    tx.exec(
        sql!("UPDATE account SET parent_id = $3 WHERE workspace_id = $1 AND parent_id = $2"),
        &[&by.workspace.id, &source, &target],
    )?;
    Ok(())
}
