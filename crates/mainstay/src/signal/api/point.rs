//! Data points as JSON: recording one, the newest of every series, and one series.

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use mainstay_db::Scope;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::NAME_CHARS_MAX;
use mainstay_rules::signal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::account::Account;
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::corridor::request::Sent;
use crate::signal::store::{self, NewPoint, Point};

/// A data point to record.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataPointPut {
    /// A number with at most six decimals.
    #[schema(example = 85)]
    value: f64,
    /// When it was so, as RFC 3339; not in the future. Now when left out.
    at: Option<String>,
    /// Where it comes from, in a few words.
    #[schema(max_length = 200, example = "product telemetry")]
    source: Option<String>,
}

impl DataPointPut {
    pub fn of(value: f64, source: &str) -> Self {
        Self { value, at: None, source: Some(source.to_owned()) }
    }

    pub fn check(&self, name: &str, now: Timestamp) -> Result<NewPoint, Fault> {
        let mut errors = Vec::new();
        let value = field::keep(Decimal::from_f64(self.value).map_err(|error| error.at("/value")), &mut errors);
        let at = field::keep(self.moment(now), &mut errors);
        let source = self.source.as_deref().unwrap_or_default();
        let source = field::keep(field::optional_text("/source", source, NAME_CHARS_MAX), &mut errors).flatten();
        match (value, at) {
            (Some(value), Some(at)) if errors.is_empty() => {
                Ok(NewPoint { name: point_name(name)?, value, at, source: source.unwrap_or_default() })
            }
            _ => Err(Fault::invalid(errors)),
        }
    }

    fn moment(&self, now: Timestamp) -> Result<Timestamp, FieldError> {
        let Some(text) = self.at.as_deref().filter(|text| !text.trim().is_empty()) else { return Ok(now) };
        let Ok(at) = text.trim().parse::<Timestamp>() else {
            let message = "Write an instant as 2026-11-18T14:05:00Z.";
            return Err(FieldError::new("/at", FieldCode::NotADate, message));
        };
        if at > now {
            let message = "A data point cannot lie in the future; give now or an earlier instant.";
            return Err(FieldError::new("/at", FieldCode::OutOfRange, message));
        }
        field::year_in_range("/at", jiff::tz::Offset::UTC.to_datetime(at).date()).map(|_| at)
    }
}

/// A name like those that templates use.
pub fn point_name(name: &str) -> Result<String, Fault> {
    signal::name("/name", name).map_err(Fault::field)
}

/// The account and the name of a series.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct Address {
    pub account: Uuid,
    #[param(example = "seats_used")]
    pub name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DataPoint)]
pub struct PointOut {
    pub id: Uuid,
    #[schema(example = "seats_used")]
    pub name: String,
    pub value: f64,
    /// When it was so.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub source: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub by: Option<String>,
}

impl PointOut {
    pub fn of(point: &Point) -> Self {
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            id: point.id,
            name: point.name.clone(),
            value: point.value.as_f64(),
            at: point.at,
            source: filled(&point.source),
            recorded_at: point.recorded_at,
            by: filled(&point.by),
        }
    }
}

/// Records a data point; the sub-metrics that use it are worked out at once.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/data-points/{name}", tag = "signal", params(Address),
    request_body = DataPointPut, responses((status = 200, body = PointOut)))]
pub async fn record(
    State(app): State<App>,
    account: Writable<Account>,
    Path(address): Path<Address>,
    Sent(put, care): Sent<DataPointPut>,
) -> Result<Answer, Fault> {
    let id = account.id;
    let if_match = care.clone();
    app.commit(&account.caller, care, move |tx, by| {
        accounts::expect_version(tx, by, id, &if_match)?;
        let new = put.check(&address.name, by.at)?;
        store::record(tx, by, id, &new)?;
        let stored = store::as_of(tx, by.workspace.id, id, &new.name, new.at)?.ok_or_else(Fault::not_found)?;
        Answer::ok(&PointOut::of(&stored))
    })
    .await
}

/// The newest data point of every series of the account.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/data-points", tag = "signal",
    params(("account" = Uuid, Path)), responses((status = 200, body = List<PointOut>)))]
pub async fn list(State(app): State<App>, account: Readable<Account>) -> Result<Json<List<PointOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let points = app.db.read(Scope::Workspace(workspace), move |tx| store::newest(tx, workspace, id)).await?;
    Ok(Json(List { data: points.iter().map(PointOut::of).collect(), next_cursor: None }))
}

/// One series, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/data-points/{name}", tag = "signal", params(Address, Paging),
    responses((status = 200, body = List<PointOut>)))]
pub async fn series(
    State(app): State<App>,
    account: Readable<Account>,
    Path(address): Path<Address>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<PointOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let (limit, before) = (paging.limit()?, paging.after::<(Timestamp, Uuid)>()?);
    let read = app.db.read(Scope::Workspace(workspace), move |tx| {
        store::series(tx, workspace, id, &address.name, before, limit + 1)
    });
    let points = read.await?.iter().map(PointOut::of).collect();
    Ok(Json(List::page(points, limit, |point: &PointOut| (point.at, point.id))?))
}
