//! Signals as JSON: what they are called, and their roll-ups by day and over days.

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::field::{self, FieldCode, FieldError, keep};
use mainstay_rules::limits::{NAME_CHARS_MAX, SIGNAL_UNIT_CHARS_MAX, SIGNAL_WINDOW_DAYS_MAX};
use mainstay_rules::signal::Direction;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::account::Account;
use crate::app::App;
use crate::corridor::access::{Allowed, ManageSignals, Read, Readable};
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::Sent;
use crate::signal::store::{self, DayRow, Signal, SignalChange};

/// Days over which lists say what arrived.
pub const RECENT_DAYS: i64 = 30;

pub fn recent(today: Date) -> Date {
    today.saturating_sub(jiff::Span::new().days(RECENT_DAYS - 1))
}

#[derive(Serialize, ToSchema)]
#[schema(as = Signal)]
pub struct SignalOut {
    #[schema(example = "seats_used")]
    pub name: String,
    pub title: Option<String>,
    #[schema(example = "%")]
    pub unit: Option<String>,
    /// `higher_is_better`, `lower_is_better` or `neither`.
    pub direction: &'static str,
    /// When the newest point of the last 30 days was measured.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
    /// Accounts with points in the last 30 days.
    pub accounts: i64,
    /// Points of the last 30 days.
    pub points: i64,
}

impl SignalOut {
    pub fn of(signal: &Signal) -> Self {
        let said = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self {
            name: signal.name.clone(),
            title: said(&signal.title),
            unit: said(&signal.unit),
            direction: signal.direction.as_str(),
            last_at: signal.last_at,
            accounts: signal.accounts,
            points: signal.points,
        }
    }
}

/// Every signal that ever arrived, by name; all of them fit one page.
#[utoipa::path(get, path = "/api/v1/signals", tag = "signal", responses((status = 200, body = List<SignalOut>)))]
pub async fn list_signals(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<List<SignalOut>>, Fault> {
    let (workspace, since) = (caller.workspace.id, recent(caller.today(&app)));
    let signals = app.db.read(Scope::Workspace(workspace), move |tx| store::signals(tx, workspace, since)).await?;
    Ok(Json(List { data: signals.iter().map(SignalOut::of).collect(), next_cursor: None }))
}

/// One signal.
#[utoipa::path(get, path = "/api/v1/signals/{signal}", tag = "signal", params(("signal" = String, Path)),
    responses((status = 200, body = SignalOut)))]
pub async fn get_signal(
    State(app): State<App>,
    caller: Allowed<Read>,
    Path(name): Path<String>,
) -> Result<Answer, Fault> {
    let (workspace, since) = (caller.workspace.id, recent(caller.today(&app)));
    let found = app.db.read(Scope::Workspace(workspace), move |tx| store::signal(tx, workspace, &name, since)).await?;
    let signal = found.ok_or_else(Fault::not_found)?;
    Ok(Answer::ok(&SignalOut::of(&signal))?.version(signal.version))
}

/// What is not named stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SignalPatch)]
pub struct SignalPatch {
    #[schema(max_length = 200)]
    pub title: Option<String>,
    #[schema(max_length = 20, example = "%")]
    pub unit: Option<String>,
    /// `higher_is_better`, `lower_is_better` or `neither`.
    pub direction: Option<String>,
}

impl SignalPatch {
    pub fn check(&self) -> Result<SignalChange, Fault> {
        let mut errors = Vec::new();
        let mut text = |pointer: &str, value: &Option<String>, max| {
            let value = value.as_ref()?;
            keep(field::optional_text(pointer, value, max), &mut errors).map(Option::unwrap_or_default)
        };
        let (title, unit) =
            (text("/title", &self.title, NAME_CHARS_MAX), text("/unit", &self.unit, SIGNAL_UNIT_CHARS_MAX));
        let direction = self.direction.as_deref().map(|word| {
            Direction::parse(word).ok_or_else(|| {
                let message = "It is higher_is_better, lower_is_better or neither";
                FieldError::new("/direction", FieldCode::Invalid, message)
            })
        });
        let direction = direction.and_then(|direction| keep(direction, &mut errors));
        if errors.is_empty() { Ok(SignalChange { title, unit, direction }) } else { Err(Fault::invalid(errors)) }
    }
}

/// Says what a signal is: its title, its unit and which way is good.
#[utoipa::path(patch, path = "/api/v1/signals/{signal}", tag = "signal", params(("signal" = String, Path)),
    request_body = SignalPatch, responses((status = 200, body = SignalOut)))]
pub async fn change_signal(
    State(app): State<App>,
    caller: Allowed<ManageSignals>,
    Path(name): Path<String>,
    Sent(sent, care): Sent<SignalPatch>,
) -> Result<Answer, Fault> {
    let known = care.clone();
    app.commit(&caller, care, move |tx, by| {
        tx.lock(&[by.workspace.id])?;
        let (workspace, since) = (by.workspace.id, recent(by.today()));
        let before = store::signal(tx, workspace, &name, since)?.ok_or_else(Fault::not_found)?;
        known.expect(before.version)?;
        store::change_signal(tx, by, &name, &sent.check()?)?;
        let after = store::signal(tx, workspace, &name, since)?.ok_or_else(Fault::not_found)?;
        Ok(Answer::ok(&SignalOut::of(&after))?.version(after.version))
    })
    .await
}

/// Some days of a series.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysAsked {
    /// How many days up to today, 1 to 400; 30 when left out.
    #[param(example = 30)]
    pub days: Option<String>,
    /// A scope or a contract of the account; the account as a whole when left out.
    pub part: Option<Uuid>,
}

impl DaysAsked {
    /// The first and the last of the days.
    pub fn range(&self, today: Date) -> Result<(Date, Date), Fault> {
        let days = self.days.as_ref().map_or(Some(RECENT_DAYS), |text| text.parse().ok());
        let Some(days) = days.filter(|days| (1..=SIGNAL_WINDOW_DAYS_MAX).contains(days)) else {
            let message = format!("days is a number from 1 to {SIGNAL_WINDOW_DAYS_MAX}.");
            return Err(Fault::field(FieldError::new("/days", FieldCode::OutOfRange, message)));
        };
        Ok((today.saturating_sub(jiff::Span::new().days(days - 1)), today))
    }
}

/// What points of a series add up to.
#[derive(Serialize, ToSchema)]
#[schema(as = SignalRolled)]
pub struct RolledOut {
    pub name: String,
    /// The day in the workspace's zone; of several days, the last of them with a point.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    pub points: i64,
    pub sum: f64,
    pub mean: f64,
    pub least: f64,
    pub most: f64,
    pub last: f64,
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
}

impl RolledOut {
    fn of(row: &DayRow) -> Self {
        let rolled = &row.rolled;
        Self {
            name: row.name.clone(),
            day: row.day,
            points: rolled.points,
            sum: Decimal::from_millionths(rolled.total).as_f64(),
            mean: rolled.mean().as_f64(),
            least: rolled.least.as_f64(),
            most: rolled.most.as_f64(),
            last: rolled.last.as_f64(),
            last_at: rolled.last_at,
        }
    }
}

/// Every signal of an account over some days: sum, mean, least, most and last.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/signals", tag = "signal",
    params(("account" = Uuid, Path), DaysAsked), responses((status = 200, body = List<RolledOut>)))]
pub async fn of_account(
    State(app): State<App>,
    account: Readable<Account>,
    Query(asked): Query<DaysAsked>,
) -> Result<Json<List<RolledOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let days = asked.range(account.caller.today(&app))?;
    let part = asked.part.unwrap_or(id);
    let rows =
        app.db.read(Scope::Workspace(workspace), move |tx| store::summary(tx, workspace, id, part, days)).await?;
    Ok(Json(List { data: rows.iter().map(RolledOut::of).collect(), next_cursor: None }))
}

/// The account and the name of a signal.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SignalAddress {
    pub account: Uuid,
    #[param(example = "seats_used")]
    pub signal: String,
}

/// One signal of an account by day, newest first; days without a point are left out.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/signals/{signal}", tag = "signal",
    params(SignalAddress, DaysAsked), responses((status = 200, body = List<RolledOut>)))]
pub async fn by_day(
    State(app): State<App>,
    account: Readable<Account>,
    Path(address): Path<SignalAddress>,
    Query(asked): Query<DaysAsked>,
) -> Result<Json<List<RolledOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let days = asked.range(account.caller.today(&app))?;
    let part = asked.part.unwrap_or(id);
    let read = app
        .db
        .read(Scope::Workspace(workspace), move |tx| store::days(tx, workspace, (id, part, &address.signal), days));
    let rows = read.await?;
    Ok(Json(List { data: rows.iter().map(RolledOut::of).collect(), next_cursor: None }))
}
