//! Two days, or snapshots, compared: which accounts moved, in money and in score, by whom and why.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, RawQuery, State};
use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::score::Mean;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::arr_causes::{ArrCause, arr_causes};
use super::past::day_frame;
use super::{Asked, Heads, MoneyOut, RowOut, TotalsOut, heads, viewed};
use crate::account::store::{self as accounts, TypeChange};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::{Caller, Workspace};
use crate::corridor::fault::Fault;
use crate::corridor::list::{List, Paging};
use crate::portfolio::store::{self, Compared, ComparedPlace, Filter, Frame, Line, Totals};
use crate::scorecard;
use crate::scorecard::api::end_of;
use crate::scorecard::api::explain::{self, Moved};
use crate::scorecard::api::explain_shape::ExplainCause;
use mainstay_rules::scorecard::Figure;

/// From which report to which; the words of the report's filter go with them.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompareAsked {
    /// A day, or the id of a snapshot; the newest snapshot's day before `to` when left out, or a month before it.
    #[param(example = "2026-06-30")]
    pub from: Option<String>,
    /// A day, or the id of a snapshot; today when left out.
    #[param(example = "2026-07-31")]
    pub to: Option<String>,
}

/// A report that is compared.
#[derive(Serialize, ToSchema)]
pub struct ComparedSide {
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    pub snapshot: Option<Uuid>,
    pub totals: TotalsOut,
}

/// An account that reads otherwise.
#[derive(Serialize, ToSchema)]
#[schema(as = ComparedAccount)]
pub struct ComparedOut {
    pub account: Uuid,
    /// Null: it was not in the report yet.
    pub before: Option<RowOut>,
    /// Null: it is not in the report any more.
    pub after: Option<RowOut>,
    pub arr_change: MoneyOut,
    /// With two decimals.
    pub overall_change: f64,
    /// The movements of ARR in between; with `arr_unexplained` they are the change.
    pub arr_causes: Vec<ArrCause>,
    /// What no movement in between explains: other exchange rates, or facts that were entered after a snapshot.
    pub arr_unexplained: MoneyOut,
    /// The scores and scorecard versions in between, each with its share of the Overall.
    pub overall_causes: Vec<ExplainCause>,
    /// The changes of its type in between, oldest first.
    pub type_causes: Vec<TypeCause>,
}

/// One change of an account's type.
#[derive(Serialize, ToSchema)]
pub struct TypeCause {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub before: i64,
    pub after: i64,
    /// Null when the system changed it.
    pub by: Option<String>,
    /// Null when an import changed it.
    pub reason: Option<String>,
}

impl TypeCause {
    fn of(change: &TypeChange) -> Self {
        let said = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self {
            at: change.changed_at,
            before: change.before.number(),
            after: change.after.number(),
            by: said(&change.changed_by),
            reason: said(&change.reason),
        }
    }
}

/// What moved from one report to the other, the most money first.
#[derive(Serialize, ToSchema)]
pub struct Comparison {
    pub from: ComparedSide,
    pub to: ComparedSide,
    /// Accounts that read otherwise, on all pages.
    pub moved: i64,
    pub data: Vec<ComparedOut>,
    pub next_cursor: Option<String>,
}

/// An account on both sides, with what is known of why.
pub struct Pair {
    pub account: Uuid,
    pub before: Option<Line>,
    pub after: Option<Line>,
    pub arr: Vec<ArrCause>,
    /// Minor units that no cause explains.
    pub arr_rest: i64,
    pub overall: Moved,
    pub types: Vec<TypeChange>,
}

impl Pair {
    pub fn line(&self) -> Option<&Line> {
        self.after.as_ref().or(self.before.as_ref())
    }

    pub fn arr_change(&self) -> i64 {
        let of = |line: &Option<Line>| line.as_ref().map_or(0, |line| line.arr_now);
        of(&self.after).saturating_sub(of(&self.before))
    }

    /// Millionths.
    pub fn overall_change(&self) -> i64 {
        let of = |line: &Option<Line>| line.as_ref().map_or(0, |line| line.overall);
        of(&self.after) - of(&self.before)
    }
}

/// Both reports and the accounts of one page that differ.
pub struct Both {
    pub from: Heads,
    pub to: Heads,
    pub totals: (Totals, Totals),
    pub moved: i64,
    pub pairs: Vec<Pair>,
    pub next_cursor: Option<String>,
}

impl CompareAsked {
    fn frame(pointer: &str, text: &str, today: Date) -> Result<Frame, Fault> {
        Uuid::parse_str(text).map_or_else(|_| day_frame(pointer, text, today), |id| Ok(Frame::Snapshot(id)))
    }

    /// The two reports that are asked for.
    pub fn frames(&self, tx: &mut Tx<'_>, workspace: Uuid, today: Date) -> Result<(Frame, Frame), Fault> {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let to = said(&self.to).map_or(Ok(Frame::Now), |text| Self::frame("/to", &text, today))?;
        if let Some(text) = said(&self.from) {
            return Ok((Self::frame("/from", &text, today)?, to));
        }
        let end = match to {
            Frame::Now => today,
            Frame::AsOf(day) => day,
            Frame::Snapshot(id) => store::snapshot(tx, workspace, id)?.ok_or_else(Fault::not_found)?.as_of,
        };
        let before = store::snapshots(tx, workspace, None, SNAPSHOTS_LOOKED_AT)?.into_iter();
        let newest = before.map(|snapshot| snapshot.as_of).find(|day| *day < end);
        let month = end.saturating_sub(jiff::Span::new().months(1));
        Ok((Frame::AsOf(newest.unwrap_or(month)), to))
    }
}

/// Snapshots among which the day to compare with is looked for.
const SNAPSHOTS_LOOKED_AT: i64 = 50;

/// Reads both reports and what moved between them.
pub fn compare(
    tx: &mut Tx<'_>,
    caller: &Caller,
    today: Date,
    (days, asked): (&CompareAsked, &Asked),
    limit: i64,
) -> Result<Both, Fault> {
    let workspace = &caller.workspace;
    let frames = days.frames(tx, workspace.id, today)?;
    let from = heads(tx, workspace, frames.0, today)?;
    let to = heads(tx, workspace, frames.1, today)?;
    let mut asked = viewed(tx, caller, asked.clone())?;
    asked.tidy(to.templates.default());
    let filter = asked.filter(caller, &to.known())?;
    let after: Option<ComparedPlace> = asked.paging().after()?;
    let more = usize::try_from(limit).map_err(Fault::internal)? + 1;
    let found = store::compare(tx, workspace.id, frames, &filter, after.as_ref(), more)?;
    let moved = found.first().map_or(0, |first| first.of);
    let page = List::page(found, limit, |last: &Compared| last.place.clone())?;
    let totals = (totals_of(tx, caller, &from, &filter)?, totals_of(tx, caller, &to, &filter)?);
    let pairs = pairs(tx, caller, (&from, &to), &page.data)?;
    Ok(Both { from, to, totals, moved, pairs, next_cursor: page.next_cursor })
}

fn totals_of(tx: &mut Tx<'_>, caller: &Caller, heads: &Heads, filter: &Filter) -> Result<Totals, Fault> {
    store::totals(tx, caller.workspace.id, heads.frame, filter)
}

/// The accounts of a page on both sides: each question is asked of all of them at once.
fn pairs(
    tx: &mut Tx<'_>,
    caller: &Caller,
    (from, to): (&Heads, &Heads),
    page: &[Compared],
) -> Result<Vec<Pair>, Fault> {
    let workspace = &caller.workspace;
    let ids: Vec<Uuid> = page.iter().map(|one| one.account).collect();
    let side = |tx: &mut Tx<'_>, frame| {
        let found = store::lines(tx, (workspace.id, frame), caller.user, &ids)?.into_iter();
        Ok::<HashMap<Uuid, Line>, Fault>(
            found.filter(|line| !line.archived).map(|line| (line.account_id, line)).collect(),
        )
    };
    let (mut before, mut after) = (side(tx, from.frame)?, side(tx, to.frame)?);
    let templates = scorecard::store::templates(tx, workspace.id)?;
    let governed: Vec<_> = ids
        .iter()
        .filter_map(|id| after.get(id).or_else(|| before.get(id)))
        .map(|line| (line.account_id, Arc::clone(templates.governing(line.segment()))))
        .collect();
    let times = (moment_of(from, workspace), moment_of(to, workspace));
    let times = (times.0.min(times.1), times.0.max(times.1));
    let mut overall = explain::moved_each(tx, workspace, &governed, Figure::Overall, times)?;
    let mut types = accounts::type_changes_each(tx, workspace.id, &ids, times)?;
    let mut arr = arr_causes(tx, workspace, &ids, (from.day, to.day))?;
    let mut pairs = Vec::with_capacity(ids.len());
    for account in ids {
        let Some(overall) = overall.remove(&account) else { continue };
        let (before, after) = (before.remove(&account), after.remove(&account));
        let arr = arr.remove(&account).unwrap_or_default();
        let types = types.remove(&account).unwrap_or_default();
        let mut pair = Pair { account, before, after, arr_rest: 0, arr, overall, types };
        let explained: i64 = pair.arr.iter().map(|cause| cause.minor).sum();
        pair.arr_rest = pair.arr_change().saturating_sub(explained);
        pairs.push(pair);
    }
    Ok(pairs)
}

/// Until when a report holds what happened: the end of its day, or the moment in the day when it was kept.
fn moment_of(heads: &Heads, workspace: &Workspace) -> Timestamp {
    let end = end_of(heads.day, &workspace.zone);
    heads.snapshot.as_ref().map_or(end, |snapshot| end.min(snapshot.taken_at))
}

/// Compares the report of two days, or of snapshots.
#[utoipa::path(get, path = "/api/v1/compare", tag = "portfolio", params(CompareAsked, Asked),
    responses((status = 200, body = Comparison)))]
pub async fn comparison(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(days): Query<CompareAsked>,
    RawQuery(query): RawQuery,
) -> Result<Json<Comparison>, Fault> {
    let asked = asked_of(query.as_deref());
    let limit = Paging { limit: asked.limit.clone(), cursor: None }.limit()?;
    let (today, acting) = (caller.today(&app), caller.into_caller());
    let workspace = acting.workspace.id;
    let both =
        app.db.read(Scope::Workspace(workspace), move |tx| compare(tx, &acting, today, (&days, &asked), limit)).await?;
    Ok(Json(both.out()))
}

/// The filter's words; the two days are none of them.
pub fn asked_of(query: Option<&str>) -> Asked {
    let mut asked = Asked::of_query(query.unwrap_or_default());
    asked.conditions.retain(|(word, _)| word != "from" && word != "to");
    Asked { as_of: None, snapshot: None, group: None, ..asked }
}

impl Both {
    fn out(&self) -> Comparison {
        let side = |heads: &Heads, totals: &Totals| ComparedSide {
            as_of: heads.day,
            snapshot: heads.snapshot.as_ref().map(|snapshot| snapshot.id),
            totals: TotalsOut::of(totals, heads.currency),
        };
        let currency = self.to.currency;
        let pair = |pair: &Pair| ComparedOut {
            account: pair.account,
            before: pair.before.as_ref().map(|line| self.from.row(line)),
            after: pair.after.as_ref().map(|line| self.to.row(line)),
            arr_change: MoneyOut::of(pair.arr_change(), currency),
            overall_change: Mean::from_millionths(pair.overall_change()).two_decimals(),
            arr_causes: pair.arr.clone(),
            arr_unexplained: MoneyOut::of(pair.arr_rest, currency),
            overall_causes: pair.overall.causes.iter().map(ExplainCause::of).collect(),
            type_causes: pair.types.iter().map(TypeCause::of).collect(),
        };
        Comparison {
            from: side(&self.from, &self.totals.0),
            to: side(&self.to, &self.totals.1),
            moved: self.moved,
            data: self.pairs.iter().map(pair).collect(),
            next_cursor: self.next_cursor.clone(),
        }
    }
}
