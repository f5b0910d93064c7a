//! The movements of one account's ARR between two days, each with who wrote it down.

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

/// What moved the ARR from the end of one day to the end of the other; backwards when the days are turned round.
pub fn arr_causes(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    (from, to): (Date, Date),
) -> Result<Vec<ArrCause>, Fault> {
    let (start, end, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
    let movements = accounts::account_movements(tx, workspace.id, account)?;
    let between: Vec<_> =
        movements.into_iter().filter(|one| start < one.movement.on && one.movement.on <= end).collect();
    if between.is_empty() {
        return Ok(Vec::new());
    }
    let amendments = accounts::amendments(tx, workspace.id, account)?;
    let contracts = accounts::contracts(tx, workspace.id, account)?;
    let year = i64::from(fiscal_year(to, workspace.fiscal_year_start_month));
    let rates = Rates::of(tx, workspace, year)?;
    let mut causes = Vec::with_capacity(between.len());
    for stored in between {
        let movement = stored.movement;
        let rate = rates.rate(stored.currency)?;
        let minor = (rate.convert(movement.after_minor) - rate.convert(movement.before_minor)) * sign;
        let amendment = amendments
            .iter()
            .rfind(|one| one.amendment.contract == movement.contract && one.amendment.start_on == movement.on);
        let contract = contracts.iter().find(|contract| contract.id == movement.contract);
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        causes.push(ArrCause {
            on: movement.on,
            kind: movement.kind.as_str(),
            contract: contract.map(|contract| contract.name.clone()).unwrap_or_default(),
            amount: MoneyOut::of(minor, workspace.currency),
            by: amendment.and_then(|one| said(&one.recorder)),
            note: amendment.and_then(|one| said(&one.note)),
            minor,
            movement: movement.kind,
        });
    }
    Ok(causes)
}
