//! The days on which a company does not work; business days of schedules leave them out.

use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::limits::HOLIDAYS_MAX;
use mainstay_rules::problem::Problem;
use mainstay_rules::schedule::Holidays;
use serde_json::json;
use uuid::Uuid;

use super::replan;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

#[derive(Clone, Debug)]
pub struct Holiday {
    pub day: Date,
    pub name: String,
}

/// The days alone, as schedules ask for them.
pub fn holidays(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Holidays, Fault> {
    Ok(list_holidays(tx, workspace)?.into_iter().map(|holiday| holiday.day).collect())
}

/// All of them, oldest first.
pub fn list_holidays(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Holiday>, Fault> {
    Ok(tx.rows(sql!("SELECT day, name FROM holiday WHERE workspace_id = $1 ORDER BY day"), &[&workspace], |row| {
        Ok(Holiday { day: row.get(0)?, name: row.get(1)? })
    })?)
}

/// Adds the day, or gives it another name.
pub fn add_holiday(tx: &mut Tx<'_>, by: &By, holiday: &Holiday) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    tx.lock(&[workspace])?;
    let before = list_holidays(tx, workspace)?;
    if before.iter().any(|known| known.day == holiday.day && known.name == holiday.name) {
        return Ok(());
    }
    let count = i64::try_from(before.len()).unwrap_or(i64::MAX);
    if count >= HOLIDAYS_MAX && before.iter().all(|known| known.day != holiday.day) {
        let message = format!("A workspace has {HOLIDAYS_MAX} holidays at most. Remove old ones first.");
        return Err(Fault::new(Problem::Conflict, message));
    }
    tx.exec(
        sql!(
            "INSERT INTO holiday (workspace_id, day, name) VALUES ($1, $2, $3)
             ON CONFLICT (workspace_id, day) DO UPDATE SET name = excluded.name"
        ),
        &[&workspace, &holiday.day, &holiday.name],
    )?;
    replan(tx, workspace, by.at)?;
    by.happened(tx, Kind::HolidayAdded, ("workspace", workspace), json!({ "day": holiday.day }))
}

pub fn remove_holiday(tx: &mut Tx<'_>, by: &By, day: Date) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    tx.lock(&[workspace])?;
    let removed = tx.exec(sql!("DELETE FROM holiday WHERE workspace_id = $1 AND day = $2"), &[&workspace, &day])?;
    if removed == 0 {
        return Err(Fault::not_found());
    }
    replan(tx, workspace, by.at)?;
    by.happened(tx, Kind::HolidayRemoved, ("workspace", workspace), json!({ "day": day }))
}
