//! The mobility list: accounts whose Overall moved so far in a quarter that their type is worth a word.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::account::AccountType;
use mainstay_rules::mobility::{DAYS, Direction, mobility};
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::evaluate;
use serde::Serialize;
use utoipa::ToSchema;

use super::MoneyOut;
use crate::account::api::{AccountName, PersonRef};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::portfolio::store::{self, Line};
use crate::scorecard::api::end_of;
use crate::scorecard::store as scores;

/// An account that moves.
pub struct Mover {
    pub line: Line,
    pub direction: Direction,
    pub suggested: AccountType,
    pub before: Mean,
}

impl Mover {
    pub fn now(&self) -> Mean {
        Mean::from_millionths(self.line.overall)
    }

    /// Millionths.
    pub fn change(&self) -> i64 {
        self.line.overall - self.before.millionths()
    }
}

/// The day with which today is compared.
pub fn compared_with(today: Date) -> Date {
    today.saturating_sub(jiff::Span::new().days(DAYS))
}

/// Everybody who moves, the largest change first. Both sides are worked out by today's scorecard, so that a new version
/// of it moves nobody.
pub fn movers(tx: &mut Tx<'_>, caller: &Caller, today: Date) -> Result<Vec<Mover>, Fault> {
    let workspace = &caller.workspace;
    let since = end_of(compared_with(today), &workspace.zone);
    let templates = scores::templates(tx, workspace.id)?;
    let mut movers = Vec::new();
    for line in store::scored_since(tx, workspace.id, caller.user, since)? {
        let facts = scores::as_of(tx, workspace.id, line.account_id, since)?;
        let card = evaluate(templates.governing(line.segment()), &facts);
        let now = Mean::from_millionths(line.overall);
        let found = mobility(line.account_type, card.overall, now).filter(|_| card.ranked);
        if let Some((direction, suggested)) = found {
            movers.push(Mover { before: card.overall, direction, suggested, line });
        }
    }
    movers.sort_by_key(|mover| (-mover.change().abs(), mover.line.account_id));
    Ok(movers)
}

/// One account of the list.
#[derive(Serialize, ToSchema)]
pub struct MoverOut {
    pub account: AccountName,
    pub associate: Option<PersonRef>,
    pub r#type: i64,
    /// The type to talk about; it is changed by people, with a reason.
    pub suggested_type: i64,
    /// `rises` or `falls`.
    #[schema(example = "rises")]
    pub direction: &'static str,
    pub overall_before: f64,
    pub overall: f64,
    pub arr: MoneyOut,
}

/// Accounts whose type is worth a word.
#[derive(Serialize, ToSchema)]
#[schema(as = Mobility)]
pub struct MobilityOut {
    #[schema(value_type = String, format = Date)]
    pub compared_with: Date,
    pub data: Vec<MoverOut>,
}

/// Accounts of type 3 and 4 whose Overall rose by two or more in 90 days, and of type 1 and 2 whose Overall fell as far.
#[utoipa::path(get, path = "/api/v1/portfolio/mobility", tag = "portfolio", responses((status = 200, body = MobilityOut)))]
pub async fn list_mobility(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<MobilityOut>, Fault> {
    let (today, acting) = (caller.today(&app), caller.into_caller());
    let currency = acting.workspace.currency;
    let movers = app.db.read(Scope::Workspace(acting.workspace.id), move |tx| movers(tx, &acting, today)).await?;
    let out = |mover: &Mover| MoverOut {
        account: AccountName { id: mover.line.account_id, name: mover.line.name.clone() },
        associate: mover.line.associate_id.map(|id| PersonRef { id, name: mover.line.associate.clone() }),
        r#type: mover.line.account_type.number(),
        suggested_type: mover.suggested.number(),
        direction: mover.direction.as_str(),
        overall_before: mover.before.two_decimals(),
        overall: mover.now().two_decimals(),
        arr: MoneyOut::of(mover.line.arr_now, currency),
    };
    Ok(Json(MobilityOut { compared_with: compared_with(today), data: movers.iter().map(out).collect() }))
}
