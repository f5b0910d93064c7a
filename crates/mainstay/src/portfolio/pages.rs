//! The progress report as a sheet: the page, its rows again when they change, and the cells that come back edited.

use std::collections::HashMap;

use axum::extract::{Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::account::AccountType;
use mainstay_rules::limits::EDITS_MAX;
use mainstay_rules::money;
use mainstay_rules::progress::{Progress, year_start};
use mainstay_rules::score::Mean;
use maud::{Markup, html};
use uuid::Uuid;

use super::api::{Asked, EditsIn, apply, cut, mean, progress_of, sort_word};
use super::store::{self, Filter, Line, Place, Sort, SortKey, Totals};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::request::Sent;
use crate::people;
use crate::scorecard::SOFTWARE;
use crate::text::{frame as words, portfolio as text};

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
}

/// `GET /w/{workspace}/portfolio`
pub async fn show(State(app): State<App>, caller: Allowed<Read>, RawQuery(query): RawQuery) -> Result<Markup, Fault> {
    let asked = asked(query.as_deref().unwrap_or_default());
    let (sort, filter) = (asked.sort()?, asked.filter(&caller)?);
    let after: Option<Place> = asked.paging().after()?;
    let workspace = caller.workspace.id;
    let report = app
        .db
        .read(Scope::Workspace(workspace), move |tx| read_report(tx, workspace, &filter, sort, after.as_ref()))
        .await?;
    let view = View { caller: &caller, today: caller.today(&app) };
    Ok(frame::page(&caller, Menu::Portfolio, text::title(), &view.report(&report, &asked, sort)))
}

fn read_report(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    filter: &Filter,
    sort: Sort,
    after: Option<&Place>,
) -> Result<Report, Fault> {
    let mut lines = store::page(tx, workspace, filter, sort, after, PAGE_ROWS + 1)?;
    let totals = store::totals(tx, workspace, filter)?;
    let unfiltered = Filter { viewer: filter.viewer, archived: filter.archived, ..Filter::default() };
    let all = if is_filtered(filter) { store::totals(tx, workspace, &unfiltered)?.accounts } else { totals.accounts };
    let people = people::store::list_users(tx, workspace, ("", Uuid::nil()), PEOPLE_OFFERED)?;
    let people = people.into_iter().filter(|user| user.active).map(|user| user.name).collect();
    let next_cursor = cut(&mut lines, PAGE_ROWS)?;
    Ok(Report { lines, totals, all, people, next_cursor })
}

fn is_filtered(filter: &Filter) -> bool {
    !filter.text.is_empty() || filter.types != 0 || !filter.associate.is_empty() || filter.gap_only
}

/// A form sends `type` once for each box that is ticked; the words are the API's.
fn asked(query: &str) -> Asked {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let mut words: HashMap<String, String> = HashMap::new();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        words.entry(name).and_modify(|before| *before = format!("{before},{value}")).or_insert(value);
    }
    let mut take = |name: &str| words.remove(name);
    Asked {
        sort: take("sort"),
        q: take("q"),
        r#type: take("type"),
        associate: take("associate"),
        gap: take("gap"),
        archived: take("archived"),
        limit: None,
        cursor: take("cursor"),
    }
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
    let filter = asked(query.as_deref().unwrap_or_default()).filter(&caller)?;
    let workspace = caller.workspace.id;
    let (lines, totals) =
        app.db.read(Scope::Workspace(workspace), move |tx| rows_and_totals(tx, workspace, &filter, &accounts)).await?;
    let view = View { caller: &caller, today: caller.today(&app) };
    Ok(view.fragment(&lines, &totals))
}

fn rows_and_totals(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    filter: &Filter,
    accounts: &[Uuid],
) -> Result<(Vec<Line>, Totals), Fault> {
    let lines = store::lines(tx, workspace, filter.viewer, accounts)?;
    Ok((lines, store::totals(tx, workspace, filter)?))
}

/// `POST /w/{workspace}/portfolio/cells`
pub async fn cells(
    State(app): State<App>,
    caller: Allowed<Read>,
    RawQuery(query): RawQuery,
    Sent(edits, care): Sent<EditsIn>,
) -> Result<Response, Fault> {
    let filter = asked(query.as_deref().unwrap_or_default()).filter(&caller)?;
    let who = caller.into_caller();
    let today = who.today(&app);
    let acting = who.clone();
    let answer = app
        .commit(&who, care, move |tx, by| {
            let changed = apply(tx, by, &acting, &edits.edits)?;
            crate::app::project(tx, by)?;
            let (lines, totals) = rows_and_totals(tx, by.workspace.id, &filter, &changed)?;
            let view = View { caller: &acting, today };
            Ok(Answer::html(view.fragment(&lines, &totals).into_string()))
        })
        .await?;
    Ok(answer.into_response())
}

/// Who looks, and on which day.
struct View<'a> {
    caller: &'a Caller,
    today: jiff::civil::Date,
}

impl View<'_> {
    fn report(&self, report: &Report, asked: &Asked, sort: Sort) -> Markup {
        html! {
            (self.page_head(report))
            @if report.all == 0 { (self.nothing_yet()) }
            @else {
                (self.filters(asked, report))
                @if report.lines.is_empty() { (self.nothing_matches(report.all)) }
                @else {
                    div.sheet-box { (self.sheet(report, asked, sort)) }
                    datalist #people { @for name in &report.people { option value=(name) {} } }
                    (self.pager(report, asked))
                    (text::hints())
                }
            }
        }
    }

    fn page_head(&self, report: &Report) -> Markup {
        let totals = &report.totals;
        let overall = mean(totals.overall, totals.accounts).map(Mean::one_decimal);
        html! {
            div.page-head {
                div {
                    h1 { (text::title()) }
                    p {
                        @if report.all == 0 { (text::no_accounts()) }
                        @else if totals.accounts < report.all { (text::so_many_match(totals.accounts, report.all)) }
                        @else {
                            (text::summary(
                                totals.accounts, &money::short(totals.arr_now, self.caller.workspace.currency),
                                overall.as_deref().unwrap_or("–"), totals.with_gap, &words::long_day(self.today),
                            ))
                        }
                    }
                }
                @if report.all > 0 {
                    div.row {
                        a.button href=(self.caller.path("/import/new")) { (text::import()) }
                        a.button.primary href=(self.caller.path("/accounts/new")) { (text::add_account()) }
                    }
                }
            }
        }
    }

    fn nothing_yet(&self) -> Markup {
        html! {
            section.empty aria-labelledby="empty-head" {
                h2 #empty-head { (text::empty_title()) }
                p { (text::empty_what()) }
                p { (text::empty_how()) }
                div.row {
                    a.button.primary href=(self.caller.path("/import/new")) { (text::import_spreadsheet()) }
                    a.button href=(self.caller.path("/accounts/new")) { (text::add_an_account()) }
                }
            }
        }
    }

    fn nothing_matches(&self, all: i64) -> Markup {
        html! {
            section.empty aria-labelledby="none-head" {
                h2 #none-head { (text::none_match()) }
                a.button href=(self.caller.path("/portfolio")) { (text::show_all(all)) }
            }
        }
    }

    fn filters(&self, asked: &Asked, report: &Report) -> Markup {
        let associate = asked.associate.as_deref().unwrap_or_default();
        let filtered = asked.q.is_some() || asked.r#type.is_some() || asked.associate.is_some() || asked.gap.is_some();
        html! {
            form.filters method="get" action=(self.caller.path("/portfolio")) data-autosubmit aria-label=(text::filter_label()) {
                @if let Some(sort) = &asked.sort { input type="hidden" name="sort" value=(sort); }
                label.sr for="filter-q" { (text::account_name()) }
                input #filter-q type="search" name="q" placeholder=(text::account_name()) value=(asked.q.as_deref().unwrap_or_default());
                @for kind in AccountType::ALL {
                    @let number = kind.number().to_string();
                    label.chip title=(kind.label()) {
                        input type="checkbox" name="type" value=(number)
                            checked[asked.r#type.as_deref().is_some_and(|types| types.split(',').any(|t| t == number))];
                        (text::type_chip(&number))
                    }
                }
                label.sr for="filter-associate" { (text::sales_associate()) }
                select #filter-associate name="associate" {
                    option value="" { (text::every_associate()) }
                    @for name in &report.people { option selected[name == associate] { (name) } }
                }
                label.chip { input type="checkbox" name="gap" value="1" checked[asked.gap.is_some()]; (text::with_gap()) }
                button { (text::filter()) }
                @if filtered { a.button.quiet href=(self.caller.path("/portfolio")) { (text::clear()) } }
            }
        }
    }

    fn sheet(&self, report: &Report, asked: &Asked, sort: Sort) -> Markup {
        // Whatever comes back later has the totals of the same filter.
        let of_view = [("sort", None), ("cursor", None)];
        html! {
            table #sheet .sheet aria-label=(text::title()) data-cells-url=(self.address("/portfolio/cells", asked, &of_view))
                data-rows-url=(self.address("/portfolio/rows", asked, &of_view)) data-csrf=(self.caller.csrf())
                data-text-read-only=(text::read_only()) data-text-cleared=(text::cleared()) data-text-signed-out=(text::signed_out()) data-text-pasted=(text::pasted())
                data-text-copied=(text::copied()) data-text-undone=(text::undone()) data-text-redone=(text::redone())
                data-text-nothing-undo=(text::nothing_to_undo()) data-text-conflict=(text::conflict())
                data-text-offline=(text::offline()) data-text-retry=(text::retry())
                data-text-refused-many=(text::refused_many()) data-text-fixed=(text::fixed()) {
                thead { tr { @for key in SortKey::ALL { (self.column_head(key, asked, sort)) } } }
                tbody { @for line in &report.lines { (self.row(line)) } }
                (self.foot(&report.totals))
            }
        }
    }

    fn column_head(&self, key: SortKey, asked: &Asked, sort: Sort) -> Markup {
        let word = sort_word(key);
        let (class, in_currency) = match key {
            SortKey::Name | SortKey::Associate | SortKey::Gap => (None, false),
            SortKey::Overall => (None, false),
            SortKey::Type | SortKey::Step(_) => (Some("c"), false),
            SortKey::EndOn | SortKey::Progress => (Some("n"), false),
            SortKey::ArrLastYear | SortKey::ArrDeltaTarget | SortKey::ArrYtd => (Some("n"), true),
        };
        let is_current = sort.key == key;
        let direction = if sort.descending { "descending" } else { "ascending" };
        let next = if is_current && !sort.descending { format!("-{word}") } else { word.to_owned() };
        let address = self.address("/portfolio", asked, &[("sort", Some(&next)), ("cursor", None)]);
        html! {
            th scope="col" class=[class] aria-sort=[is_current.then_some(direction)] {
                a href=(address) { (text::column(key, &SOFTWARE)) }
                @if in_currency { " " small { (self.caller.workspace.currency.code()) } }
            }
        }
    }

    /// An address of the report with some of its words replaced.
    fn address(&self, path: &str, asked: &Asked, replaced: &[(&str, Option<&str>)]) -> String {
        let mut words: Vec<(&str, &str)> = Vec::new();
        let now = [
            ("sort", &asked.sort),
            ("q", &asked.q),
            ("type", &asked.r#type),
            ("associate", &asked.associate),
            ("gap", &asked.gap),
            ("archived", &asked.archived),
            ("cursor", &asked.cursor),
        ];
        for (name, value) in now {
            let value = match replaced.iter().find(|(replaced, _)| *replaced == name) {
                Some((_, value)) => *value,
                None => value.as_deref(),
            };
            words.extend(value.map(|value| (name, value)));
        }
        let query = serde_urlencoded::to_string(words).unwrap_or_default();
        self.caller.path(&if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
    }

    fn pager(&self, report: &Report, asked: &Asked) -> Markup {
        html! {
            @if report.next_cursor.is_some() || asked.cursor.is_some() {
                nav.pager aria-label=(text::pages()) {
                    @if asked.cursor.is_some() {
                        a.button rel="first" href=(self.address("/portfolio", asked, &[("cursor", None)])) { (words::previous()) }
                    }
                    @if let Some(cursor) = &report.next_cursor {
                        a.button rel="next" href=(self.address("/portfolio", asked, &[("cursor", Some(cursor))])) { (words::next()) }
                    }
                }
            }
        }
    }

    /// Rows and totals alone: what an edit answers and a live page fetches.
    fn fragment(&self, lines: &[Line], totals: &Totals) -> Markup {
        html! { table { tbody { @for line in lines { (self.row(line)) } } (self.foot(totals)) } }
    }

    fn row(&self, line: &Line) -> Markup {
        let currency = self.caller.workspace.currency;
        let page = self.caller.path(&format!("/accounts/{}", line.account_id));
        let delta = line.arr_delta_target.map(|minor| money::format_amount(minor, currency)).unwrap_or_default();
        html! {
            tr id=(format!("account-{}", line.account_id)) data-account=(line.account_id) data-version=(line.version) {
                th scope="row" data-field="name" data-value=(line.name) { a href=(page) { (line.name) } }
                td data-field="associate" data-value=(line.associate) data-edit="person" { (line.associate) }
                td.n data-field="end_date" data-value=[line.end_on.map(|d| d.to_string())] data-edit="date" {
                    @if let Some(end) = line.end_on { (words::day(end)) }
                }
                td.c data-field="type" data-value=(line.account_type.number()) data-edit="type" { (line.account_type.number()) }
                @for (index, step) in SOFTWARE.steps.iter().enumerate() { (self.step_cell(line, index, &step.key)) }
                (overall_cell(line))
                (self.money_cell("arr_last_year", line.arr_last_year))
                td.n data-field="arr_delta_target" data-value=(delta) data-edit="money"
                    title=[line.arr_delta_target.map(|minor| money::exact(minor, currency))] {
                    @if let Some(minor) = line.arr_delta_target { (text::short_amount(minor, currency)) }
                }
                (self.money_cell("arr_ytd", line.arr_now))
                td.n data-field="progress" { (self.progress(line.progress())) }
                td data-field="gap" { (gap(line, &page)) }
            }
        }
    }

    fn money_cell(&self, field: &str, minor: i64) -> Markup {
        let currency = self.caller.workspace.currency;
        html! {
            td.n data-field=(field) data-value=(money::format_amount(minor, currency)) title=(money::exact(minor, currency)) {
                (text::short_amount(minor, currency))
            }
        }
    }

    fn step_cell(&self, line: &Line, index: usize, key: &str) -> Markup {
        let Some(step) = line.steps.get(index) else { return html! { td {} } };
        let score = line.step_score(index);
        let raw = score.map(|mean| mean.two_decimals().to_string());
        // Undo of a first judgement takes it back instead of typing what was measured.
        let undo = (!step.is_judged).then_some("");
        html! {
            td.c data-field=(key) data-value=(raw.as_deref().unwrap_or_default()) data-undo=[undo] data-edit="score" {
                @match score {
                    None => b.score.none { "–" },
                    Some(mean) => {
                        @let other = step.measured.map(Mean::from_millionths).filter(|measured| step.is_judged && *measured != mean);
                        @let typed = step.judged_at.filter(|_| step.is_judged && other.is_some()).map(|at| self.caller.workspace.day_of(at));
                        b class=(chip(mean, typed.is_some())) title=[typed.map(|day| text::typed_on(&words::day(day)))] { (mean.one_decimal()) }
                        @if let Some(measured) = other {
                            small title=(text::measured_title()) { span.sr { (text::measured()) " " } (measured.one_decimal()) }
                        }
                    }
                }
            }
        }
    }

    fn progress(&self, progress: Progress) -> Markup {
        let currency = self.caller.workspace.currency;
        match progress {
            Progress::None => html! { small { (text::no_target()) } },
            Progress::Money(minor) => {
                html! { span title=(money::exact(minor, currency)) { (text::gained(minor, currency)) } }
            }
            Progress::Percent(hundredths) => {
                let percent = hundredths / 100;
                let tick = self.year_share();
                html! {
                    (percent) " %"
                    svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                        rect width=(percent.clamp(0, 100)) height="4" {}
                        path d=(format!("M{tick} 0v4")) {}
                    }
                }
            }
        }
    }

    /// How much of the fiscal year is over, in percent.
    fn year_share(&self) -> i64 {
        let start = year_start(self.today, self.caller.workspace.fiscal_year_start_month);
        let days = self.today.since(start).map_or(0, |span| i64::from(span.get_days()));
        (days * 100 / 365).clamp(0, 100)
    }

    fn foot(&self, totals: &Totals) -> Markup {
        let currency = self.caller.workspace.currency;
        let sum =
            |minor: i64| html! { td.n title=(money::exact(minor, currency)) { (text::short_amount(minor, currency)) } };
        html! {
            tfoot { tr {
                th scope="row" { (text::accounts(totals.accounts)) }
                td {} td {} td {}
                @for (total, count) in totals.steps { td.c { @if let Some(mean) = mean(total, count) { (mean.one_decimal()) } } }
                td { @if let Some(mean) = mean(totals.overall, totals.accounts) { b.score.overall { (mean.one_decimal()) } } }
                (sum(totals.arr_last_year))
                @match totals.arr_delta_target { Some(minor) => (sum(minor)), None => td {} }
                (sum(totals.arr_now))
                td.n { (self.progress(progress_of(totals))) }
                td { (text::so_many_gaps(totals.with_gap)) }
            } }
        }
    }
}

fn overall_cell(line: &Line) -> Markup {
    let overall = Mean::from_millionths(line.overall);
    html! {
        td data-field="overall" data-value=(overall.one_decimal()) {
            @if line.scored_steps == 0 { b.score.overall.none { "–" } }
            @else {
                b class={ "overall " (chip(overall, false)) } { (overall.one_decimal()) }
                @if !line.ranked { small { (text::not_ranked()) } }
                @else if line.scored_steps < 5 { small { (line.scored_steps) "/5" } }
            }
        }
    }
}

/// The classes of a score chip: one of 101 colours.
pub fn chip(mean: Mean, typed: bool) -> String {
    format!("score s{}{}", mean.tenths(), if typed { " typed" } else { "" })
}

fn gap(line: &Line, page: &str) -> Markup {
    let Some(step) = line
        .gap_step
        .and_then(|step| usize::try_from(step).ok())
        .and_then(|index| SOFTWARE.steps.get(index).map(|s| (index, s)))
    else {
        return html! {};
    };
    let unscored = line.step_score(step.0).is_none();
    html! {
        a.gap.unscored[unscored] href=(format!("{page}#{}", step.1.key)) { (step.1.name) }
        @if unscored { " " small { (text::never_scored()) } }
    }
}
