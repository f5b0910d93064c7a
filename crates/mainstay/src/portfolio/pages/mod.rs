//! The progress report as a sheet: the page, its rows again when they change, and the cells that come back edited.

pub mod arr;
mod call;
mod gap;
mod paper;
mod report;
mod row;
mod tabs;
mod waterfall;

pub use call::{call, call_fragment};
pub use paper::printed;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::limits::EDITS_MAX;
use mainstay_rules::scorecard::Templates;
use maud::Markup;
use uuid::Uuid;

use super::api::{Asked, EditsIn, apply, cut};
use super::store::{self, Filter, Frame, KeptTotals, Line, Place, Sort, Totals};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::request::Sent;
use crate::people;
use crate::scorecard::store::templates;
use crate::task::{self, store::Actions};
use crate::text::portfolio as text;

/// Rows of one page of the report.
const PAGE_ROWS: i64 = 100;
/// People offered when an associate is typed.
const PEOPLE_OFFERED: i64 = 500;

/// What the whole page needs.
struct Report {
    lines: Vec<Line>,
    totals: Totals,
    /// Accounts in the workspace that the viewer may see, filters aside.
    all: i64,
    people: Vec<String>,
    next_cursor: Option<String>,
    actions: HashMap<Uuid, Actions>,
}

/// `GET /w/{workspace}/portfolio`
pub async fn show(State(app): State<App>, caller: Allowed<Read>, RawQuery(query): RawQuery) -> Result<Markup, Fault> {
    let asked = Asked::of_query(query.as_deref().unwrap_or_default());
    let filter = asked.filter(&caller)?;
    let after: Option<Place> = asked.paging().after()?;
    let (workspace, today, kept) = (caller.workspace.id, caller.today(&app), Arc::clone(&app.totals));
    let wanted = asked.clone();
    let (templates, sort, report) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let templates = templates(tx, workspace)?;
            let sort = wanted.sort(templates.default())?;
            let looks = Looks { kept: &kept, workspace, today };
            let report = read_report(tx, &looks, &filter, sort, after.as_ref())?;
            Ok::<_, Fault>((templates, sort, report))
        })
        .await?;
    let view = View { caller: &caller, today, templates: &templates, actions: Some(&report.actions) };
    Ok(frame::page(&caller, Menu::Portfolio, text::title(), &view.report(&report, &asked, sort)))
}

/// Where totals are kept, of which workspace, on which day.
struct Looks<'a> {
    kept: &'a KeptTotals,
    workspace: Uuid,
    today: Date,
}

fn read_report(
    tx: &mut Tx<'_>,
    looks: &Looks<'_>,
    filter: &Filter,
    sort: Sort,
    after: Option<&Place>,
) -> Result<Report, Fault> {
    let workspace = looks.workspace;
    let of = (workspace, Frame::Now);
    let mut lines = store::page(tx, of, filter, sort, after, PAGE_ROWS + 1)?;
    let totals = looks.kept.of(tx, of, filter, looks.today)?;
    let unfiltered = Filter { viewer: filter.viewer, archived: filter.archived, ..Filter::default() };
    let all =
        if is_filtered(filter) { looks.kept.of(tx, of, &unfiltered, looks.today)?.accounts } else { totals.accounts };
    let people = people::store::list_users(tx, workspace, ("", Uuid::nil()), PEOPLE_OFFERED)?;
    let people = people.into_iter().filter(|user| user.active).map(|user| user.name).collect();
    let next_cursor = cut(&mut lines, PAGE_ROWS)?;
    let actions = actions_on(tx, workspace, &lines)?;
    Ok(Report { actions, lines, totals, all, people, next_cursor })
}

/// What is being done about the gaps of these lines.
fn actions_on(tx: &mut Tx<'_>, workspace: Uuid, lines: &[Line]) -> Result<HashMap<Uuid, Actions>, Fault> {
    let with_gap: Vec<Uuid> = lines.iter().filter(|line| line.gap_step.is_some()).map(|line| line.account_id).collect();
    task::store::actions(tx, workspace, &with_gap)
}

fn is_filtered(filter: &Filter) -> bool {
    !filter.text.is_empty() || filter.types != 0 || !filter.associate.is_empty() || filter.gap_only
}

/// `GET /w/{workspace}/portfolio/rows?account=…&account=…`, with the words of the filter that the totals are of.
pub async fn rows(
    State(app): State<App>,
    caller: Allowed<Read>,
    RawQuery(query): RawQuery,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Markup, Fault> {
    let accounts: Vec<Uuid> = pairs
        .iter()
        .filter(|(name, _)| name == "account")
        .filter_map(|(_, value)| Uuid::parse_str(value).ok())
        .take(EDITS_MAX)
        .collect();
    let filter = Asked::of_query(query.as_deref().unwrap_or_default()).filter(&caller)?;
    let workspace = caller.workspace.id;
    let (today, kept) = (caller.today(&app), Arc::clone(&app.totals));
    let (templates, lines, totals, actions) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let lines = store::lines(tx, workspace, filter.viewer, &accounts)?;
            let totals = kept.of(tx, (workspace, Frame::Now), &filter, today)?;
            let actions = actions_on(tx, workspace, &lines)?;
            Ok::<_, Fault>((templates(tx, workspace)?, lines, totals, actions))
        })
        .await?;
    let view = View { caller: &caller, today, templates: &templates, actions: Some(&actions) };
    Ok(view.fragment(&lines, &totals))
}

fn rows_and_totals(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    filter: &Filter,
    accounts: &[Uuid],
) -> Result<(Vec<Line>, Totals), Fault> {
    let lines = store::lines(tx, workspace, filter.viewer, accounts)?;
    Ok((lines, store::totals(tx, workspace, Frame::Now, filter)?))
}

/// `POST /w/{workspace}/portfolio/cells`
pub async fn cells(
    State(app): State<App>,
    caller: Allowed<Read>,
    RawQuery(query): RawQuery,
    Sent(edits, care): Sent<EditsIn>,
) -> Result<Response, Fault> {
    let filter = Asked::of_query(query.as_deref().unwrap_or_default()).filter(&caller)?;
    let who = caller.into_caller();
    let today = who.today(&app);
    let acting = who.clone();
    let answer = app
        .commit(&who, care, move |tx, by| {
            let changed = apply(tx, by, &acting, &edits.edits)?;
            crate::app::project(tx, by)?;
            let (lines, totals) = rows_and_totals(tx, by.workspace.id, &filter, &changed)?;
            let (templates, actions) = (templates(tx, by.workspace.id)?, actions_on(tx, by.workspace.id, &lines)?);
            let view = View { caller: &acting, today, templates: &templates, actions: Some(&actions) };
            Ok(Answer::html(view.fragment(&lines, &totals).into_string()))
        })
        .await?;
    Ok(answer.into_response())
}

/// Who looks, and on which day.
struct View<'a> {
    caller: &'a Caller,
    today: Date,
    /// The heads are the default's; a row's gap is called as the account's own template calls it.
    templates: &'a Templates,
    /// What is being done, by account; none on paper.
    actions: Option<&'a HashMap<Uuid, Actions>>,
}
