//! The progress report as JSON: rows, totals, and edits of many cells at once.

pub mod arr;
mod asked;
mod columns;
mod edit;
mod group;
mod grouped;
mod shape;
mod view;
mod words;

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::custom_field::Field;
use mainstay_rules::scorecard::Templates;
use uuid::Uuid;

pub use asked::{Asked, sort_word};
pub use columns::{Columns, all as all_columns};
pub use edit::{EditIn, EditsIn, apply, set_associate};
pub use group::{GroupOut, WORDS as GROUP_WORDS, condition, tenure};
pub use grouped::{Grouped, grouped, heat};
pub use shape::{MoneyOut, PortfolioOut, RowOut, RowsOut, TotalsOut, mean, progress_of};
pub use view::*;
pub use words::{Known, MISSING, OWN, WORDS as CONDITION_WORDS};

use super::store::{self, Frame, Place};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::seal_cursor;
use crate::corridor::request::Sent;
use crate::scorecard::store::templates;

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
    let (workspace, currency) = (acting.workspace.id, acting.workspace.currency);
    let answer = move |tx: &mut Tx<'_>| {
        let of = (workspace, Frame::Now);
        let heads = heads(tx, workspace)?;
        let known = heads.known(&acting, today);
        let asked = viewed(tx, &acting, asked.clone())?;
        let filter = asked.filter(&acting, &known)?;
        let after: Option<Place> = asked.paging().after()?;
        let mut lines = store::page(tx, of, &filter, asked.sort(&known)?, after.as_ref(), limit + 1)?;
        let next_cursor = cut(&mut lines, limit)?;
        let groups = asked.group.as_deref().map(|word| grouped(tx, of, &filter, word, &known)).transpose()?;
        let row = |line| RowOut::of(line, currency, &heads.templates, &heads.fields);
        Ok::<_, Fault>(PortfolioOut {
            data: lines.iter().map(row).collect(),
            next_cursor,
            totals: TotalsOut::of(&kept.of(tx, of, &filter, today)?, currency),
            groups: groups.map(|groups| groups.out(currency)),
        })
    };
    Ok(Json(app.db.read(Scope::Workspace(workspace), answer).await?))
}

/// What the words of a report are read against, and what its heads are called.
pub struct Heads {
    pub templates: Templates,
    /// The workspace's own fields that are shown.
    pub fields: Vec<Field>,
}

pub fn heads(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Heads, Fault> {
    Ok(Heads { templates: templates(tx, workspace)?, fields: accounts::live_fields(tx, workspace)? })
}

impl Heads {
    pub fn known(&self, caller: &Caller, today: Date) -> Known<'_> {
        let currency = caller.workspace.currency;
        Known { fields: &self.fields, heads: self.templates.default(), currency, today }
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
        let lines = store::lines(tx, by.workspace.id, acting.user, &changed)?;
        let currency = by.workspace.currency;
        let heads = heads(tx, by.workspace.id)?;
        let data = lines.iter().map(|line| RowOut::of(line, currency, &heads.templates, &heads.fields)).collect();
        Answer::ok(&RowsOut { data })
    })
    .await
}
