//! The progress report as a sheet: the page, its rows again when they change, and the cells that come back edited.

pub mod arr;
pub mod bulk;
mod call;
mod choose;
pub mod compare;
mod course;
mod gap;
mod groups;
pub mod heat;
pub mod mobility;
mod own;
mod paper;
mod past;
mod report;
mod row;
mod since;
pub mod snapshots;
mod tabs;
pub mod view;
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
use maud::Markup;
use uuid::Uuid;

use super::api::{Asked, Beside, Columns, Courses, EditsIn, Grouped, Heads, apply, cut, grouped, heads, viewed};
use super::store::{self, Filter, Frame, KeptTotals, Line, Place, SavedView, Sort, SortKey, Totals};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::request::Sent;
use crate::people;
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
    grouped: Option<Grouped>,
    views: Vec<SavedView>,
    next_cursor: Option<String>,
    actions: HashMap<Uuid, Actions>,
    courses: Courses,
}

/// `GET /w/{workspace}/portfolio`
pub async fn show(State(app): State<App>, caller: Allowed<Read>, RawQuery(query): RawQuery) -> Result<Markup, Fault> {
    let asked = Asked::of_query(query.as_deref().unwrap_or_default());
    let (today, kept, caller) = (caller.today(&app), Arc::clone(&app.totals), caller.into_caller());
    let (workspace, acting) = (caller.workspace.id, caller.clone());
    let read = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let looks = Looks { kept: &kept, caller: &acting, today };
            looks.read(tx, asked.clone())
        })
        .await?;
    let (people, actions) = (&read.people, Some(&read.report.actions));
    let actions = actions.filter(|_| !read.heads.is_past());
    let courses = Some(&read.report.courses);
    let view = View { today, actions, courses, people, ..read.heads.view(&caller, &read.columns) };
    let page = view.report(&read.report, &read.asked, read.sort);
    Ok(frame::page(&caller, Menu::Portfolio, text::title(), &page))
}

/// A report as it was asked for, read in one transaction.
struct ReadReport {
    heads: Heads,
    asked: Asked,
    columns: Columns,
    sort: Sort,
    report: Report,
    /// Ids and names of our people.
    people: Vec<(String, String)>,
}

/// Where totals are kept, who looks, on which day.
struct Looks<'a> {
    kept: &'a KeptTotals,
    caller: &'a Caller,
    today: Date,
}

impl Looks<'_> {
    fn read(&self, tx: &mut Tx<'_>, asked: Asked) -> Result<ReadReport, Fault> {
        let workspace = self.caller.workspace.id;
        let heads = heads(tx, &self.caller.workspace, asked.frame(self.today)?, self.today)?;
        let known = heads.known();
        let views = store::views(tx, workspace, self.caller.user)?;
        let mut asked = viewed(tx, self.caller, asked)?;
        asked.tidy(known.heads);
        let columns = Columns::chosen(asked.columns.as_deref(), known.heads, &heads.fields)?;
        let (sort, filter) = (asked.sort(&known)?, asked.filter(self.caller, &known)?);
        let mut report = self.lines(tx, &asked, &filter, sort, &heads)?;
        report.views = views;
        let in_call = matches!(sort.key, SortKey::Attention(_));
        let beside = Beside {
            workspace,
            heads: &heads,
            columns: &columns,
            filter: &filter,
            group: asked.group.as_deref(),
            actions: in_call.then_some(&report.actions),
        };
        report.courses = Courses::read(tx, &beside, &report.lines, |tx, frame| {
            self.kept.of(tx, (workspace, frame), &filter, heads.day)
        })?;
        let people = people::store::list_users(tx, workspace, ("", Uuid::nil()), PEOPLE_OFFERED)?;
        // On a past day whoever has left may have been an associate.
        let offered = people.iter().filter(|user| user.active || heads.is_past());
        report.people = offered.map(|user| user.name.clone()).collect();
        let people = people.into_iter().map(|user| (user.id.to_string(), user.name)).collect();
        Ok(ReadReport { heads, asked, columns, sort, report, people })
    }

    fn lines(
        &self,
        tx: &mut Tx<'_>,
        asked: &Asked,
        filter: &Filter,
        sort: Sort,
        heads: &Heads,
    ) -> Result<Report, Fault> {
        let (of, known) = ((self.caller.workspace.id, heads.frame), &heads.known());
        let grouped = asked.group.as_deref().map(|word| grouped(tx, of, filter, word, known)).transpose()?;
        // In groups, the rows are those of the open one.
        let shown = match &grouped {
            None => Some(filter.clone()),
            Some(grouped) => match grouped.condition(asked.open.as_deref()) {
                Some((word, value)) => Some(asked.clone().with(word, value).filter(self.caller, known)?),
                None => None,
            },
        };
        let after: Option<Place> = asked.paging().after()?;
        let mut lines = match &shown {
            Some(shown) => store::page(tx, of, shown, sort, after.as_ref(), PAGE_ROWS + 1)?,
            None => Vec::new(),
        };
        let next_cursor = cut(&mut lines, PAGE_ROWS)?;
        let totals = self.kept.of(tx, of, filter, heads.day)?;
        let unfiltered = Filter { viewer: filter.viewer, archived: filter.archived, ..Filter::default() };
        let all =
            if is_filtered(filter) { self.kept.of(tx, of, &unfiltered, heads.day)?.accounts } else { totals.accounts };
        let actions = actions_on(tx, of.0, &lines)?;
        Ok(Report {
            actions,
            lines,
            totals,
            all,
            grouped,
            next_cursor,
            people: Vec::new(),
            views: Vec::new(),
            courses: Courses::default(),
        })
    }
}

/// Whether the report is in the order of the weekly call.
fn in_call(asked: &Asked, heads: &Heads) -> bool {
    asked.sort(&heads.known()).is_ok_and(|sort| matches!(sort.key, SortKey::Attention(_)))
}

/// What is being done about the gaps of these lines.
fn actions_on(tx: &mut Tx<'_>, workspace: Uuid, lines: &[Line]) -> Result<HashMap<Uuid, Actions>, Fault> {
    let with_gap: Vec<Uuid> = lines.iter().filter(|line| line.gap_step.is_some()).map(|line| line.account_id).collect();
    task::store::actions(tx, workspace, &with_gap)
}

fn is_filtered(filter: &Filter) -> bool {
    !filter.text.is_empty()
        || filter.types != 0
        || !filter.associate.is_empty()
        || filter.gap_only
        || !filter.terms.is_empty()
        || filter.attention.is_some()
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
    let asked = Asked::of_query(query.as_deref().unwrap_or_default());
    let (today, kept, caller) = (caller.today(&app), Arc::clone(&app.totals), caller.into_caller());
    let (workspace, acting) = (caller.workspace.id, caller.clone());
    let (heads, columns, lines, totals, actions, courses) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let heads = heads(tx, &acting.workspace, asked.frame(today)?, today)?;
            let filter = asked.filter(&acting, &heads.known())?;
            let columns = Columns::chosen(asked.columns.as_deref(), heads.templates.default(), &heads.fields)?;
            let lines = store::lines(tx, (workspace, heads.frame), filter.viewer, &accounts)?;
            let totals = kept.of(tx, (workspace, heads.frame), &filter, heads.day)?;
            let actions = actions_on(tx, workspace, &lines)?;
            let actions_asked = in_call(&asked, &heads).then_some(&actions);
            let beside = Beside {
                workspace,
                heads: &heads,
                columns: &columns,
                filter: &filter,
                group: None,
                actions: actions_asked,
            };
            let courses =
                Courses::read(tx, &beside, &lines, |tx, frame| kept.of(tx, (workspace, frame), &filter, heads.day))?;
            Ok::<_, Fault>((heads, columns, lines, totals, actions, courses))
        })
        .await?;
    let actions = Some(&actions).filter(|_| !heads.is_past());
    let view = View { today, actions, courses: Some(&courses), ..heads.view(&caller, &columns) };
    Ok(view.fragment(&lines, &totals))
}

fn rows_and_totals(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    filter: &Filter,
    accounts: &[Uuid],
) -> Result<(Vec<Line>, Totals), Fault> {
    let lines = store::lines(tx, (workspace, Frame::Now), filter.viewer, accounts)?;
    Ok((lines, store::totals(tx, workspace, Frame::Now, filter)?))
}

/// `POST /w/{workspace}/portfolio/cells`
pub async fn cells(
    State(app): State<App>,
    caller: Allowed<Read>,
    RawQuery(query): RawQuery,
    Sent(edits, care): Sent<EditsIn>,
) -> Result<Response, Fault> {
    let asked = Asked::of_query(query.as_deref().unwrap_or_default());
    let who = caller.into_caller();
    let today = who.today(&app);
    let acting = who.clone();
    let answer = app
        .commit(&who, care, move |tx, by| {
            let changed = apply(tx, by, &acting, &edits.edits)?;
            crate::app::project(tx, by)?;
            let heads = heads(tx, &by.workspace, Frame::Now, today)?;
            let filter = asked.filter(&acting, &heads.known())?;
            let columns = Columns::chosen(asked.columns.as_deref(), heads.templates.default(), &heads.fields)?;
            let (lines, totals) = rows_and_totals(tx, by.workspace.id, &filter, &changed)?;
            let actions = actions_on(tx, by.workspace.id, &lines)?;
            let shown = in_call(&asked, &heads).then_some(&actions);
            let beside = Beside {
                workspace: by.workspace.id,
                heads: &heads,
                columns: &columns,
                filter: &filter,
                group: None,
                actions: shown,
            };
            let courses =
                Courses::read(tx, &beside, &lines, |tx, frame| store::totals(tx, beside.workspace, frame, &filter))?;
            let view = View { actions: Some(&actions), courses: Some(&courses), ..heads.view(&acting, &columns) };
            Ok(Answer::html(view.fragment(&lines, &totals).into_string()))
        })
        .await?;
    Ok(answer.into_response())
}

/// Who looks, and on which day.
struct View<'a> {
    caller: &'a Caller,
    today: Date,
    /// Of the time that is shown. A row's gap is called as the account's own template calls it.
    heads: &'a Heads,
    /// What is being done, by account; none on paper.
    actions: Option<&'a HashMap<Uuid, Actions>>,
    columns: &'a Columns,
    /// What other days say, where a column tells it.
    courses: Option<&'a Courses>,
    /// Ids and names of our people, where the page says who they are.
    people: &'a [(String, String)],
}

impl Heads {
    fn view<'a>(&'a self, caller: &'a Caller, columns: &'a Columns) -> View<'a> {
        View { caller, today: self.day, heads: self, columns, people: &[], actions: None, courses: None }
    }
}
