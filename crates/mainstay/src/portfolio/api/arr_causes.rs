//! The movements of one account's ARR between two days, each with who wrote it down.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::ledger::MovementKind;
use mainstay_rules::progress::fiscal_year;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::MoneyOut;
use crate::account::store::{self as accounts, Rates};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;

/// One movement of ARR.
#[derive(Clone, Serialize, ToSchema)]
pub struct ArrCause {
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// `new`, `expansion`, `contraction`, `churn`, `reactivation` or `price`.
    #[schema(example = "expansion")]
    pub kind: &'static str,
    pub contract: String,
    pub amount: MoneyOut,
    /// Who recorded the amendment; null when nobody is known, or when the contract ended by itself.
    pub by: Option<String>,
    pub note: Option<String>,
    #[serde(skip)]
    pub minor: i64,
    #[serde(skip)]
    pub movement: MovementKind,
}

/// What moved the ARR of these accounts from the end of one day to the end of the other, oldest first; backwards when
/// the days are turned round.
pub fn arr_causes(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    ids: &[Uuid],
    (from, to): (Date, Date),
) -> Result<HashMap<Uuid, Vec<ArrCause>>, Fault> {
    let (days, sign) = if from <= to { ((from, to), 1) } else { ((to, from), -1) };
    let movements = accounts::told_movements(tx, workspace.id, ids, days)?;
    let year = i64::from(fiscal_year(to, workspace.fiscal_year_start_month));
    let rates = Rates::of(tx, workspace, year)?;
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let mut causes: HashMap<Uuid, Vec<ArrCause>> = HashMap::new();
    for told in movements {
        let movement = told.stored.movement;
        let rate = rates.rate(told.stored.currency)?;
        let minor = (rate.convert(movement.after_minor) - rate.convert(movement.before_minor)) * sign;
        causes.entry(told.account).or_default().push(ArrCause {
            on: movement.on,
            kind: movement.kind.as_str(),
            contract: told.contract,
            amount: MoneyOut::of(minor, workspace.currency),
            by: said(told.by),
            note: said(told.note),
            minor,
            movement: movement.kind,
        });
    }
    Ok(causes)
}
