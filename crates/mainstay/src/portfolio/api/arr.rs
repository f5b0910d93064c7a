//! ARR between two days as JSON: the bridge, retention, concentration, and the movements behind them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_rules::field::{self, FieldCode, FieldError, keep};
use mainstay_rules::ledger::{Concentration, MovementKind, Part, fraction};
use mainstay_rules::money::Currency;
use mainstay_rules::progress::last_year_end;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shape::MoneyOut;
use crate::account::api::AccountName;
use crate::account::store::{ListedMovement, MovementPlace, MovementsWanted, Rates};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::portfolio::store::{Arr, Span};

/// Two days, and which movements between them; the page and the API read the same words.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ArrAsked {
    /// The day of the opening balance; the last day of the fiscal year before when left out.
    #[param(example = "2026-01-01")]
    pub from: Option<String>,
    /// The day of the closing balance; today when left out.
    #[param(example = "2026-07-01")]
    pub to: Option<String>,
}

/// Which movements.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MovementsAsked {
    /// Movements after this day; the last day of the fiscal year before when left out.
    #[param(example = "2026-01-01")]
    pub from: Option<String>,
    /// Until this day, itself included; today when left out.
    #[param(example = "2026-07-01")]
    pub to: Option<String>,
    /// `new`, `expansion`, `contraction`, `churn`, `reactivation` or `price`.
    pub kind: Option<String>,
    /// The id of one account.
    pub account: Option<String>,
    /// `new`, `expansion`, `contraction`, `churn` or `unchanged`: of the clients who stand in that part of the bridge.
    pub part: Option<String>,
    /// How many, 1 to 200.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

fn unknown(pointer: &str, message: &str) -> FieldError {
    FieldError::new(pointer, FieldCode::Unknown, message)
}

fn said(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// The two days that are asked for, checked.
pub fn span(caller: &Caller, today: Date, from: Option<&String>, to: Option<&String>) -> Result<Span, Fault> {
    let month = caller.workspace.fiscal_year_start_month;
    let mut errors = Vec::new();
    let mut day = |pointer: &str, text: Option<&String>, usual: Date| match said(text) {
        None => Some(usual),
        Some(text) => keep(field::date(pointer, text), &mut errors),
    };
    let to = day("/to", to, today);
    let from = day("/from", from, last_year_end(to.unwrap_or(today), month));
    let (Some(from), Some(to)) = (from, to) else { return Err(Fault::invalid(errors)) };
    if from > to {
        let message = "The first day may not be after the last";
        return Err(Fault::field(FieldError::new("/from", FieldCode::OutOfRange, message)));
    }
    Ok(Span { workspace: Arc::clone(&caller.workspace), viewer: caller.user, from, to })
}

/// The parts of the bridge whose clients have movements.
const PARTS: [Part; 5] = [Part::New, Part::Expansion, Part::Contraction, Part::Churn, Part::Unchanged];

impl MovementsAsked {
    pub fn wanted(&self) -> Result<(MovementsWanted, Option<Part>), Fault> {
        let kind = said(self.kind.as_ref()).map(|word| {
            MovementKind::parse(word)
                .ok_or_else(|| unknown("/kind", "kind is new, expansion, contraction, churn, reactivation or price."))
        });
        let account = said(self.account.as_ref())
            .map(|text| Uuid::parse_str(text).map_err(|_| unknown("/account", "account is the id of an account.")));
        let part = said(self.part.as_ref()).map(|word| {
            let found = PARTS.into_iter().find(|part| part.as_str() == word);
            found.ok_or_else(|| unknown("/part", "part is new, expansion, contraction, churn or unchanged."))
        });
        let wanted = MovementsWanted { kind: kind.transpose()?, account: account.transpose()?, within: None };
        Ok((wanted, part.transpose()?))
    }

    pub fn paging(&self) -> Paging {
        Paging { limit: self.limit.clone(), cursor: self.cursor.clone() }
    }
}

/// One of the largest clients.
#[derive(Serialize, ToSchema)]
pub struct LargestOut {
    pub account: AccountName,
    pub arr: MoneyOut,
    /// Its part of all ARR.
    pub share: Option<f64>,
}

/// How much of the ARR on the last day hangs on how few clients.
#[derive(Serialize, ToSchema)]
#[schema(as = Concentration)]
pub struct ConcentrationOut {
    /// The part of the largest client.
    pub top_1: f64,
    /// The part of the five largest.
    pub top_5: f64,
    /// The sum of the squared parts (Herfindahl-Hirschman index): 1 is one client alone.
    pub hhi: f64,
    /// The five largest, by their topmost account.
    pub largest: Vec<LargestOut>,
}

/// `arr_start + new + expansion + price - contraction - churn = arr_end`, by client: an account with its subsidiaries.
#[derive(Serialize, ToSchema)]
#[schema(as = Arr)]
pub struct ArrOut {
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Clients with ARR on the first day.
    pub accounts: i64,
    /// Clients with ARR on the last day.
    pub accounts_end: i64,
    pub arr_start: MoneyOut,
    pub arr_end: MoneyOut,
    /// What clients without ARR on the first day have on the last.
    pub new: MoneyOut,
    /// What of `new` comes from clients that had ARR at an earlier time.
    pub reactivation: MoneyOut,
    pub expansion: MoneyOut,
    /// What changes of price alone added; negative when they took.
    pub price: MoneyOut,
    /// What clients who stay have less; not negative.
    pub contraction: MoneyOut,
    /// What clients had on the first day who have nothing on the last; not negative.
    pub churn: MoneyOut,
    pub lost_logos: i64,
    /// Sum of min(end - price effects, start) / sum of start; four decimals, null without ARR at the start.
    pub grr: Option<f64>,
    /// Sum of end / sum of start over clients with ARR at the start.
    pub nrr: Option<f64>,
    /// `lost_logos / accounts`
    pub logo_churn: Option<f64>,
    /// Null without ARR on the last day.
    pub concentration: Option<ConcentrationOut>,
    /// Accounts that these figures cover: those that you may see and that had ARR in this time.
    pub accounts_covered: i64,
    /// The fiscal year whose exchange rates count, for balances and movements alike.
    pub rates_fiscal_year: i64,
}

/// Ten-thousandths as a fraction with four decimals.
#[expect(clippy::cast_precision_loss, reason = "fractions are small numbers")]
fn decimal(ten_thousandths: i64) -> f64 {
    ten_thousandths as f64 / 10_000.0
}

impl ArrOut {
    fn of(span: &Span, arr: &Arr) -> Self {
        let currency = span.workspace.currency;
        let money = |minor: i64| MoneyOut::of(minor, currency);
        let bridge = &arr.bridge;
        Self {
            from: span.from,
            to: span.to,
            accounts: bridge.accounts,
            accounts_end: bridge.accounts_end,
            arr_start: money(bridge.start_minor),
            arr_end: money(bridge.end_minor),
            new: money(bridge.new_minor),
            reactivation: money(bridge.reactivation_minor),
            expansion: money(bridge.expansion_minor),
            price: money(bridge.price_minor),
            contraction: money(bridge.contraction_minor),
            churn: money(bridge.churn_minor),
            lost_logos: bridge.lost_logos,
            grr: bridge.grr().map(decimal),
            nrr: bridge.nrr().map(decimal),
            logo_churn: bridge.logo_churn().map(decimal),
            concentration: arr.concentration.map(|found| concentration(found, arr, currency)),
            accounts_covered: arr.covered,
            rates_fiscal_year: arr.rates_year,
        }
    }
}

fn concentration(found: Concentration, arr: &Arr, currency: Currency) -> ConcentrationOut {
    let largest = arr.largest.iter().map(|one| LargestOut {
        account: AccountName { id: one.id, name: one.name.clone() },
        arr: MoneyOut::of(one.arr_minor, currency),
        share: fraction(one.arr_minor, arr.bridge.end_minor).map(decimal),
    });
    ConcentrationOut {
        top_1: decimal(found.top_1),
        top_5: decimal(found.top_5),
        hhi: decimal(found.hhi),
        largest: largest.collect(),
    }
}

/// ARR from one day to another, over the accounts that you may see.
#[utoipa::path(get, path = "/api/v1/arr", tag = "portfolio", params(ArrAsked), responses((status = 200, body = ArrOut)))]
pub async fn report(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<ArrAsked>,
) -> Result<Json<ArrOut>, Fault> {
    let span = span(&caller, caller.today(&app), asked.from.as_ref(), asked.to.as_ref())?;
    let reading = span.clone();
    let arr = app.db.read(Scope::Workspace(caller.workspace.id), move |tx| reading.report(tx)).await?;
    Ok(Json(ArrOut::of(&span, &arr)))
}

#[derive(Serialize, ToSchema)]
pub struct MovedContract {
    pub id: Uuid,
    pub name: String,
}

/// Somebody decided the kind.
#[derive(Serialize, ToSchema)]
pub struct DecidedOut {
    pub reason: String,
    /// Empty when the person is gone.
    pub by: String,
    /// What the contracts alone would say.
    pub derived: &'static str,
}

/// The ARR of one contract moved on one day.
#[derive(Serialize, ToSchema)]
#[schema(as = Movement)]
pub struct MovementOut {
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// `new`, `expansion`, `contraction`, `churn`, `reactivation` or `price`.
    #[schema(example = "expansion")]
    pub kind: &'static str,
    /// In the workspace's currency; negative when ARR was lost.
    pub amount: MoneyOut,
    /// The contract's ARR before and after, in its own currency.
    pub before: MoneyOut,
    pub after: MoneyOut,
    pub account: AccountName,
    pub contract: MovedContract,
    /// Null where the kind is derived.
    pub decided: Option<DecidedOut>,
}

impl MovementOut {
    fn of(listed: &ListedMovement, rates: &Rates, home: Currency) -> Result<Self, Fault> {
        let (movement, currency) = (&listed.stored.movement, listed.stored.currency);
        let decided = listed.decided.as_ref().map(|(reason, by)| DecidedOut {
            reason: reason.clone(),
            by: by.clone(),
            derived: movement.derived.as_str(),
        });
        Ok(Self {
            on: movement.on,
            kind: movement.kind.as_str(),
            amount: MoneyOut::of(amount_of(listed, rates)?, home),
            before: MoneyOut::of(movement.before_minor, currency),
            after: MoneyOut::of(movement.after_minor, currency),
            account: AccountName { id: listed.account_id, name: listed.account.clone() },
            contract: MovedContract { id: movement.contract, name: listed.contract.clone() },
            decided,
        })
    }
}

/// Each side is converted by itself, so that amounts add up to the balances.
pub fn amount_of(listed: &ListedMovement, rates: &Rates) -> Result<i64, Fault> {
    let rate = rates.rate(listed.stored.currency)?;
    let movement = &listed.stored.movement;
    Ok(rate.convert(movement.after_minor).saturating_sub(rate.convert(movement.before_minor)))
}

/// The movements behind the figures, the newest first: those after `from` until `to`.
#[utoipa::path(get, path = "/api/v1/arr/movements", tag = "portfolio", params(MovementsAsked),
    responses((status = 200, body = List<MovementOut>)))]
pub async fn movements(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(asked): Query<MovementsAsked>,
) -> Result<Json<List<MovementOut>>, Fault> {
    let span = span(&caller, caller.today(&app), asked.from.as_ref(), asked.to.as_ref())?;
    let ((wanted, part), limit) = (asked.wanted()?, asked.paging().limit()?);
    let after: Option<MovementPlace> = asked.paging().after()?;
    let (found, rates) = app
        .db
        .read(Scope::Workspace(caller.workspace.id), move |tx| {
            span.movements(tx, &wanted, part, after.as_ref(), limit + 1)
        })
        .await?;
    let List { data, next_cursor } = List::page(found, limit, MovementPlace::of)?;
    let home = caller.workspace.currency;
    let data = data.iter().map(|one| MovementOut::of(one, &rates, home)).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Json(List { data, next_cursor }))
}
