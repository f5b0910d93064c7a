//! Levels of signals that are watched.

use mainstay_db::{Row, Tx, sql};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::THRESHOLDS_MAX;
use mainstay_rules::permission::Deed;
use mainstay_rules::threshold::{Measure, Side, Threshold};
use serde_json::json;
use uuid::Uuid;

use super::standing;
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::signal::store::Windowed;

/// A threshold as it is kept.
#[derive(Clone, Debug)]
pub struct StoredThreshold {
    pub id: Uuid,
    pub terms: ThresholdTerms,
    pub version: i64,
}

/// What is watched, and when it fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdTerms {
    pub what: Windowed,
    pub rule: Threshold,
    /// Bit n set: accounts of type n; no bit set: all.
    pub account_types: i64,
    pub enabled: bool,
}

impl ThresholdTerms {
    pub fn counts_for(&self, account_type: i64) -> bool {
        self.account_types == 0 || self.account_types & (1 << account_type) != 0
    }

    /// The types that it names; none when it counts for all.
    pub fn types(&self) -> Vec<i64> {
        (1..=4).filter(|number| self.account_types & (1 << number) != 0).collect()
    }
}

impl Guarded for StoredThreshold {
    const PARAMETER: &'static str = "threshold";
    const REFUSED: &'static str = "Administrators and leaders decide which levels are watched.";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        threshold(tx, caller.workspace.id, id)
    }

    fn readable(&self, caller: &Caller) -> bool {
        caller.may(Deed::Read)
    }

    fn writable(&self, caller: &Caller) -> bool {
        caller.may(Deed::ManageSignals)
    }
}

macro_rules! columns {
    () => {
        "SELECT id, signal, measure, days, side, level, back_by, rest_days, account_types, enabled, version
         FROM signal_threshold WHERE workspace_id = $1 AND removed_at IS NULL"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<StoredThreshold> {
    let terms = ThresholdTerms {
        what: Windowed {
            signal: row.get(1)?,
            // The column's check admits no other words.
            measure: Measure::parse(&row.get::<String>(2)?).unwrap_or(Measure::Last),
            days: row.get(3)?,
        },
        rule: Threshold {
            side: Side::parse(&row.get::<String>(4)?).unwrap_or(Side::AtLeast),
            level: Decimal::from_millionths(row.get(5)?),
            back_by: Decimal::from_millionths(row.get(6)?),
            rest_days: row.get(7)?,
        },
        account_types: row.get(8)?,
        enabled: row.get(9)?,
    };
    Ok(StoredThreshold { id: row.get(0)?, terms, version: row.get(10)? })
}

/// All of a workspace, by signal.
pub fn thresholds(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<StoredThreshold>, Fault> {
    Ok(tx.rows(sql!(concat!(columns!(), " ORDER BY signal, created_at, id")), &[&workspace], read)?)
}

pub fn threshold(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<StoredThreshold>, Fault> {
    Ok(tx.one(sql!(concat!(columns!(), " AND id = $2")), &[&workspace, &id], read)?)
}

/// Watches a level from now on. Accounts that are beyond it already do not fire, unless `fires_at_once`.
pub fn add_threshold(
    tx: &mut Tx<'_>,
    by: &By,
    terms: &ThresholdTerms,
    fires_at_once: bool,
) -> Result<StoredThreshold, Fault> {
    let workspace = by.workspace.id;
    tx.lock(&[workspace])?;
    if thresholds(tx, workspace)?.len() >= THRESHOLDS_MAX {
        let message = format!("A workspace watches {THRESHOLDS_MAX} levels at most. Remove one first.");
        return Err(Fault::field(FieldError::new("/signal", FieldCode::TooMany, message)));
    }
    super::series::make_known(tx, by, &[&terms.what.signal])?;
    let id = by.id();
    let (what, rule) = (&terms.what, &terms.rule);
    tx.exec(
        sql!(
            "INSERT INTO signal_threshold (id, workspace_id, signal, measure, days, side, level, back_by, rest_days,
               account_types, enabled, version, created_at, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13)"
        ),
        &[
            &id,
            &workspace,
            &what.signal,
            &what.measure.as_str(),
            &what.days,
            &rule.side.as_str(),
            &rule.level.millionths(),
            &rule.back_by.millionths(),
            &rule.rest_days,
            &terms.account_types,
            &terms.enabled,
            &by.at,
            &by.user,
        ],
    )?;
    standing::begin(tx, by, id, terms, fires_at_once)?;
    by.happened(tx, Kind::ThresholdAdded, ("threshold", id), told(terms))?;
    Ok(StoredThreshold { id, terms: terms.clone(), version: 1 })
}

/// Watches another level, or another number. Where accounts stood to the old one is forgotten.
pub fn change_threshold(
    tx: &mut Tx<'_>,
    by: &By,
    before: &StoredThreshold,
    terms: &ThresholdTerms,
) -> Result<StoredThreshold, Fault> {
    let (what, rule) = (&terms.what, &terms.rule);
    tx.exec(
        sql!(
            "UPDATE signal_threshold SET measure = $3, days = $4, side = $5, level = $6, back_by = $7, rest_days = $8,
               account_types = $9, enabled = $10, version = version + 1 WHERE workspace_id = $1 AND id = $2"
        ),
        &[
            &by.workspace.id,
            &before.id,
            &what.measure.as_str(),
            &what.days,
            &rule.side.as_str(),
            &rule.level.millionths(),
            &rule.back_by.millionths(),
            &rule.rest_days,
            &terms.account_types,
            &terms.enabled,
        ],
    )?;
    let is_other = before.terms.what != terms.what
        || before.terms.rule.side != rule.side
        || before.terms.rule.level != rule.level
        || (terms.enabled && !before.terms.enabled);
    if is_other {
        standing::forget(tx, by.workspace.id, before.id)?;
        standing::begin(tx, by, before.id, terms, false)?;
    }
    by.happened(tx, Kind::ThresholdChanged, ("threshold", before.id), told(terms))?;
    Ok(StoredThreshold { terms: terms.clone(), version: before.version + 1, id: before.id })
}

/// Watches it no longer. The row stays, as events name it.
pub fn remove_threshold(tx: &mut Tx<'_>, by: &By, before: &StoredThreshold) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE signal_threshold SET removed_at = $3 WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &before.id, &by.at],
    )?;
    standing::forget(tx, by.workspace.id, before.id)?;
    by.happened(tx, Kind::ThresholdRemoved, ("threshold", before.id), told(&before.terms))?;
    Ok(())
}

fn told(terms: &ThresholdTerms) -> serde_json::Value {
    json!({
        "signal": terms.what.signal,
        "measure": terms.what.measure,
        "days": terms.what.days,
        "side": terms.rule.side,
        "level": terms.rule.level.millionths(),
        "enabled": terms.enabled,
    })
}
