//! The progress report as JSON: rows, totals, and edits of many cells at once.

pub mod arr;
mod arr_causes;
mod asked;
mod bulk;
mod bulk_apply;
mod bulk_doors;
mod bulk_wanted;
mod columns;
pub mod compare;
mod course;
mod edit;
mod group;
mod grouped;
mod mobility;
mod past;
mod shape;
mod since;
mod snapshot;
mod trend;
mod view;
mod words;

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::custom_field::Field;
use mainstay_rules::money::Currency;
use mainstay_rules::scorecard::Templates;

pub use asked::{Asked, sort_word};
pub use bulk::{BulkIn, Plan, PlannedAccount, chosen, matching, plan};
pub use bulk_apply::{apply_bulk, undo_bulk};
pub use bulk_doors::*;
pub use columns::{Columns, Course, all as all_columns};
pub use course::{Beside, Courses};
pub use edit::{EditIn, EditsIn, apply, set_associate};
pub use group::{GroupOut, WORDS as GROUP_WORDS, condition, tenure};
pub use grouped::{Grouped, grouped, heat};
pub use mobility::*;
pub use shape::{MoneyOut, PortfolioOut, RowOut, RowsOut, TotalsOut, mean, progress_of};
pub use since::Since;
pub use snapshot::*;
pub use trend::{TREND_WEEKS, Trend};
pub use view::*;
pub use words::{Known, MISSING, OWN, WORDS as CONDITION_WORDS};

use super::store::{self, Frame, KeptHeads, Place, Snapshot};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::list::seal_cursor;
use crate::corridor::request::Sent;
use crate::scorecard::store::{templates, times};

/// The progress report.
#[utoipa::path(get, path = "/api/v1/portfolio", tag = "portfolio", params(Asked),
    responses((status = 200, body = PortfolioOut)))]
pub async fn list(
    State(app): State<App>,
    caller: Allowed<Read>,
    RawQuery(query): RawQuery,
) -> Result<Json<PortfolioOut>, Fault> {
    let asked = Asked::of_query(query.as_deref().unwrap_or_default());
    let limit = asked.paging().limit()?;
    let (today, kept, acting) = (caller.today(&app), Arc::clone(&app.totals), caller.into_caller());
    let frame = asked.frame(today)?;
    let workspace = acting.workspace.id;
    let answer = move |tx: &mut Tx<'_>| {
        let of = (workspace, frame);
        let heads = heads(tx, &acting.workspace, frame, today)?;
        let known = heads.known();
        let asked = viewed(tx, &acting, asked.clone())?;
        let filter = asked.filter(&acting, &known)?;
        let columns = Columns::chosen(asked.columns.as_deref(), known.heads, &heads.fields)?;
        let after: Option<Place> = asked.paging().after()?;
        let mut lines = store::page(tx, of, &filter, asked.sort(&known)?, after.as_ref(), limit + 1)?;
        let next_cursor = cut(&mut lines, limit)?;
        let groups = asked.group.as_deref().map(|word| grouped(tx, of, &filter, word, &known)).transpose()?;
        let beside =
            Beside { workspace, heads: &heads, columns: &columns, filter: &filter, group: None, actions: None };
        let courses =
            Courses::read(tx, &beside, &lines, |tx, frame| kept.of(tx, (workspace, frame), &filter, heads.day))?;
        Ok::<_, Fault>(PortfolioOut {
            as_of: heads.day,
            snapshot: heads.snapshot.as_ref().map(|snapshot| snapshot.id),
            data: lines.iter().map(|line| courses.row(&heads, line)).collect(),
            next_cursor,
            totals: TotalsOut::of(&kept.of(tx, of, &filter, heads.day)?, heads.currency),
            more_groups: groups.as_ref().is_some_and(|groups| groups.more),
            groups: groups.map(|groups| groups.out(heads.currency)),
        })
    };
    Ok(Json(app.db.read(Scope::Workspace(workspace), answer).await?))
}

/// What the words of a report are read against, and what its heads are called: of the time that it shows.
pub struct Heads {
    pub templates: Templates,
    /// The workspace's own fields that are shown.
    pub fields: Vec<Field>,
    pub currency: Currency,
    pub fiscal_year_start_month: i8,
    pub frame: Frame,
    /// The day at whose end the report shows the accounts.
    pub day: Date,
    pub snapshot: Option<Snapshot>,
}

/// The heads of the report in that frame.
pub fn heads(tx: &mut Tx<'_>, workspace: &Workspace, frame: Frame, today: Date) -> Result<Heads, Fault> {
    let fields = accounts::live_fields(tx, workspace.id)?;
    if let Frame::Snapshot(id) = frame {
        let snapshot = store::snapshot(tx, workspace.id, id)?.ok_or_else(Fault::not_found)?;
        let KeptHeads { currency, fiscal_year_start_month, templates } = snapshot.heads.clone();
        let (day, snapshot) = (snapshot.as_of, Some(snapshot));
        return Ok(Heads { templates, fields, currency, fiscal_year_start_month, frame, day, snapshot });
    }
    let (templates, day) = match frame {
        Frame::AsOf(day) => (times(tx, workspace.id)?.on(day).clone(), day),
        _ => (templates(tx, workspace.id)?, today),
    };
    let (currency, fiscal_year_start_month) = (workspace.currency, workspace.fiscal_year_start_month);
    Ok(Heads { templates, fields, currency, fiscal_year_start_month, frame, day, snapshot: None })
}

impl Heads {
    pub fn known(&self) -> Known<'_> {
        let (heads, is_past) = (self.templates.default(), self.is_past());
        Known { fields: &self.fields, heads, currency: self.currency, today: self.day, is_past }
    }

    pub fn is_past(&self) -> bool {
        self.frame != Frame::Now
    }

    pub fn row(&self, line: &store::Line) -> RowOut {
        RowOut::of(line, self.currency, &self.templates, &self.fields)
    }
}

/// Leaves `limit` lines and says where the next page begins.
pub fn cut(lines: &mut Vec<store::Line>, limit: i64) -> Result<Option<String>, Fault> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = lines.len() > limit;
    lines.truncate(limit);
    match lines.last() {
        Some(last) if more => Ok(Some(seal_cursor(&Place::of(last))?)),
        _ => Ok(None),
    }
}

/// Edits many cells at once: all of them or none.
#[utoipa::path(patch, path = "/api/v1/portfolio", tag = "portfolio", request_body = EditsIn,
    responses((status = 200, description = "The changed rows", body = RowsOut)))]
pub async fn edit(
    State(app): State<App>,
    caller: Allowed<Read>,
    Sent(edits, care): Sent<EditsIn>,
) -> Result<Answer, Fault> {
    let who = caller.into_caller();
    let acting = who.clone();
    app.commit(&who, care, move |tx, by| {
        let changed = apply(tx, by, &acting, &edits.edits)?;
        crate::app::project(tx, by)?;
        let lines = store::lines(tx, (by.workspace.id, Frame::Now), acting.user, &changed)?;
        let heads = heads(tx, &by.workspace, Frame::Now, by.today())?;
        Answer::ok(&RowsOut { data: lines.iter().map(|line| heads.row(line)).collect() })
    })
    .await
}
