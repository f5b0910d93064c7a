//! Two days of the report side by side: what moved, in money and in score, by whom and why.

use axum::extract::{Query, RawQuery, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_rules::money;
use mainstay_rules::progress::last_year_end;
use mainstay_rules::score::Mean;
use maud::{Markup, html};

use super::row::chip;
use super::tabs::{Tab, tabs};
use crate::account::pages::kind_tag;
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::frame_form::{Field, notice_bad};
use crate::portfolio::api::compare::{Both, CompareAsked, Pair, asked_of, compare};
use crate::portfolio::api::{Asked, Heads, mean};
use crate::portfolio::store::{Line, Totals};
use crate::scorecard::api::explain::Cause;
use crate::text::{
    arr as arr_text, compare as text, explain as explain_text, frame as words, portfolio as report_text, signed,
};

/// Accounts of one page.
const PAGE_ROWS: i64 = 25;
/// Causes of one account that the page tells; the others are behind a link.
const CAUSES_TOLD: usize = 4;

/// `GET /w/{workspace}/portfolio/compare?from=…&to=…`, with the words of the filter.
pub async fn show(
    State(app): State<App>,
    caller: Allowed<Read>,
    Query(days): Query<CompareAsked>,
    RawQuery(query): RawQuery,
) -> Result<Markup, Fault> {
    let (today, caller) = (caller.today(&app), caller.into_caller());
    let asked = asked_of(query.as_deref());
    let (both, fault) = match read(&app, &caller, today, &days, &asked).await {
        Ok(both) => (both, None),
        // A day that cannot be read brings the usual days and says so.
        Err(fault) if fault.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            (read(&app, &caller, today, &CompareAsked::default(), &asked).await?, Some(fault))
        }
        Err(fault) => return Err(fault),
    };
    let view = View { caller: &caller, today, both: &both, asked: &asked };
    Ok(frame::page(&caller, Menu::Portfolio, text::title(), &view.page(fault.as_ref())))
}

async fn read(app: &App, caller: &Caller, today: Date, days: &CompareAsked, asked: &Asked) -> Result<Both, Fault> {
    let (acting, days, asked) = (caller.clone(), days.clone(), asked.clone());
    app.db
        .read(Scope::Workspace(caller.workspace.id), move |tx| compare(tx, &acting, today, (&days, &asked), PAGE_ROWS))
        .await
}

struct View<'a> {
    caller: &'a Caller,
    today: Date,
    both: &'a Both,
    asked: &'a Asked,
}

impl View<'_> {
    fn page(&self, fault: Option<&Fault>) -> Markup {
        html! {
            div.page-head { div { h1 { (text::title()) } p { (self.summary()) } } }
            (tabs(self.caller, Tab::Compare))
            (self.period())
            @if let Some(fault) = fault { (notice_bad(&fault.detail)) }
            (self.sides())
            (self.moved())
        }
    }

    fn summary(&self) -> String {
        text::summary(&words::long_day(self.both.from.day), &words::long_day(self.both.to.day), self.both.moved)
    }

    /// The page's address for two other days.
    fn address(&self, from: &str, to: &str, cursor: Option<&str>) -> String {
        let mut pairs = vec![("from", from), ("to", to)];
        pairs.extend(self.asked.pairs());
        pairs.extend(cursor.map(|cursor| ("cursor", cursor)));
        self.caller.path(&format!("/portfolio/compare?{}", serde_urlencoded::to_string(pairs).unwrap_or_default()))
    }

    fn period(&self) -> Markup {
        let (from, to) = (self.both.from.day.to_string(), self.both.to.day.to_string());
        html! {
            div.row.between {
                nav.filters aria-label=(arr_text::periods()) {
                    @for (label, day) in self.usual_days() {
                        @let current = day == self.both.from.day && self.both.to.day == self.today;
                        a.chip href=(self.address(&day.to_string(), &self.today.to_string(), None)) aria-current=[current.then_some("true")] { (label) }
                    }
                    a.chip href=(self.caller.path("/portfolio/snapshots")) { (text::from_snapshot()) }
                }
                form.row method="get" action=(self.caller.path("/portfolio/compare")) {
                    @for (word, value) in self.asked.pairs() { input type="hidden" name=(word) value=(value); }
                    (Field::text("from", arr_text::from(), &from).kind("date", "off").required().show(&[]))
                    (Field::text("to", arr_text::to(), &to).kind("date", "off").required().show(&[]))
                    button { (text::compare()) }
                }
            }
        }
    }

    fn usual_days(&self) -> [(&'static str, Date); 3] {
        let month = self.today.first_of_month();
        let year = last_year_end(self.today, self.caller.workspace.fiscal_year_start_month);
        [
            (text::since_last_week(), self.today.saturating_sub(jiff::Span::new().days(7))),
            (text::since_last_month(), month.yesterday().unwrap_or(month)),
            (text::since_year_start(), year),
        ]
    }

    /// Both reports in one line each, and the difference.
    fn sides(&self) -> Markup {
        let (before, after) = (&self.both.totals.0, &self.both.totals.1);
        let currency = self.both.to.currency;
        let change = after.arr_now - before.arr_now;
        let overall = |totals: &Totals| mean(totals.overall, totals.accounts);
        html! {
            div.table-box tabindex="0" role="group" aria-label=(text::totals()) { table.table.compared {
                thead { tr {
                    th scope="col" { (text::report()) }
                    th.number scope="col" { (text::accounts_head()) }
                    th.number scope="col" { (text::with_gap()) }
                    th.number scope="col" { (text::overall()) }
                    th.number scope="col" { (text::arr()) " " small { (currency.code()) } }
                } }
                tbody {
                    (self.side(&self.both.from, before))
                    (self.side(&self.both.to, after))
                }
                tfoot { tr {
                    th scope="row" { (text::change()) }
                    td.number { (signed::count(after.accounts - before.accounts)) }
                    td.number { (signed::count(after.with_gap - before.with_gap)) }
                    td.number { @if let (Some(before), Some(after)) = (overall(before), overall(after)) {
                        (signed::score(after.millionths() - before.millionths()))
                    } }
                    td.number title=(money::exact(change, currency)) { (signed::money(change, currency)) }
                } }
            } }
        }
    }

    fn side(&self, heads: &Heads, totals: &Totals) -> Markup {
        let page = match &heads.snapshot {
            Some(snapshot) => format!("/portfolio?snapshot={}", snapshot.id),
            None => format!("/portfolio?as_of={}", heads.day),
        };
        html! {
            tr {
                th scope="row" {
                    a href=(self.caller.path(&page)) { (words::day(heads.day)) }
                    @if let Some(snapshot) = &heads.snapshot { " " small.soft { (text::snapshot()) @if !snapshot.note.is_empty() { " “" (snapshot.note) "”" } } }
                }
                td.number { (totals.accounts) }
                td.number { (totals.with_gap) }
                td.number { @if let Some(mean) = mean(totals.overall, totals.accounts) { b class=(chip(mean, false)) { (mean.one_decimal()) } } }
                td.number title=(money::exact(totals.arr_now, heads.currency)) { (report_text::short_amount(totals.arr_now, heads.currency)) }
            }
        }
    }

    fn moved(&self) -> Markup {
        let pairs = &self.both.pairs;
        html! {
            section.section aria-labelledby="moved-head" {
                h2 #moved-head { (text::moved()) }
                @if pairs.is_empty() { p.soft { (text::nothing_moved()) } }
                @else {
                    div.table-box tabindex="0" role="group" aria-labelledby="moved-head" { table.table.compared {
                        thead { tr {
                            th scope="col" { (text::account()) }
                            th scope="col" { (text::score()) }
                            th.number scope="col" { (text::arr()) " " small { (self.both.to.currency.code()) } }
                            th scope="col" { (text::why()) }
                        } }
                        tbody { @for pair in pairs { (self.pair(pair)) } }
                    } }
                }
                @if let Some(cursor) = &self.both.next_cursor {
                    @let (from, to) = (side_word(&self.both.from), side_word(&self.both.to));
                    nav.pager { a.button rel="next" href=(self.address(&from, &to, Some(cursor))) { (words::next()) } }
                }
            }
        }
    }

    fn pair(&self, pair: &Pair) -> Markup {
        let Some(line) = pair.line() else { return html! {} };
        let account = self.caller.path(&format!("/accounts/{}", pair.account));
        html! {
            tr {
                th scope="row" {
                    a href=(account) { (line.name) }
                    @for word in Self::also(pair) { " " span.tag { (word) } }
                }
                td.scores { (self.scores(pair)) }
                td.number.nowrap { (self.arr(pair)) }
                td { (self.causes(pair, &account)) }
            }
        }
    }

    /// What else is otherwise: the account came or went, its type, its associate.
    fn also(pair: &Pair) -> Vec<String> {
        let (before, after) = match (&pair.before, &pair.after) {
            (None, Some(_)) => return vec![text::came().to_owned()],
            (Some(_), None) => return vec![text::went().to_owned()],
            (Some(before), Some(after)) => (before, after),
            (None, None) => return Vec::new(),
        };
        let mut words = Vec::new();
        if before.account_type != after.account_type {
            words.push(text::other_type(before.account_type.number(), after.account_type.number()));
        }
        if before.associate != after.associate {
            words.push(text::other_associate(&before.associate, &after.associate));
        }
        words
    }

    fn scores(&self, pair: &Pair) -> Markup {
        let overall = |line: &Option<Line>| line.as_ref().map(|line| Mean::from_millionths(line.overall));
        let (before, after) = (overall(&pair.before), overall(&pair.after));
        let steps = self.steps(pair);
        html! {
            @if before == after { @if let Some(mean) = after { b class=(chip(mean, false)) { (mean.one_decimal()) } } }
            @else {
                (score(before)) " → " (score(after))
                " " small { (signed::score(pair.overall_change())) }
            }
            @for step in &steps { div { small.soft { (step) } } }
        }
    }

    /// The steps that read otherwise, as "ROI recognised 4.0 → 6.0".
    fn steps(&self, pair: &Pair) -> Vec<String> {
        let (Some(before), Some(after)) = (&pair.before, &pair.after) else { return Vec::new() };
        let words = |mean: Option<Mean>| mean.map_or_else(|| "–".to_owned(), Mean::one_decimal);
        let heads = self.both.to.templates.governing(after.segment()).steps.iter().enumerate();
        heads
            .filter(|(index, _)| before.step_score(*index) != after.step_score(*index))
            .map(|(index, step)| {
                format!("{} {} → {}", step.name, words(before.step_score(index)), words(after.step_score(index)))
            })
            .collect()
    }

    fn arr(&self, pair: &Pair) -> Markup {
        let currency = self.both.to.currency;
        let (change, now) = (pair.arr_change(), pair.after.as_ref().map_or(0, |line| line.arr_now));
        html! {
            @if change == 0 { span.soft title=(money::exact(now, currency)) { (report_text::short_amount(now, currency)) } }
            @else {
                b title=(money::exact(change, currency)) { (signed::money(change, currency)) }
                div { small.soft { (text::now(&report_text::short_amount(now, currency))) } }
            }
        }
    }

    fn causes(&self, pair: &Pair, account: &str) -> Markup {
        let currency = self.both.to.currency;
        let (from, to) = (self.both.from.day, self.both.to.day);
        let mut scores: Vec<&Cause> = pair.overall.causes.iter().collect();
        scores.sort_by_key(|cause| std::cmp::Reverse(cause.share.abs()));
        let left = scores.len().saturating_sub(CAUSES_TOLD);
        html! {
            ul.causes {
                @for cause in &pair.arr {
                    li {
                        (kind_tag(cause.movement)) " " (signed::money(cause.minor, currency)) " " (cause.contract)
                        small.soft { " " (words::day(cause.on)) @if let Some(by) = &cause.by { ", " (by) } }
                        @if let Some(note) = &cause.note { " " span.soft { "“" (note) "”" } }
                    }
                }
                @if pair.arr_rest != 0 { li { (signed::money(pair.arr_rest, currency)) " " span.soft { (self.rest()) } } }
                @for change in &pair.types {
                    li {
                        (text::other_type(change.before.number(), change.after.number()))
                        small.soft { " " (words::day(self.caller.workspace.day_of(change.changed_at))) @if !change.changed_by.is_empty() { ", " (change.changed_by) } }
                        @if !change.reason.is_empty() { " " span.soft { "“" (change.reason) "”" } }
                    }
                }
                @for cause in scores.iter().take(CAUSES_TOLD) { (self.score_cause(cause, pair)) }
                @if left > 0 { li { a href=(format!("{account}/explain/overall?from={from}&to={to}#moved-head")) { (text::more(left)) } } }
            }
        }
    }

    fn rest(&self) -> &'static str {
        let is_kept = self.both.from.snapshot.is_some() || self.both.to.snapshot.is_some();
        if is_kept { text::entered_later() } else { text::other_rates() }
    }

    fn score_cause(&self, cause: &Cause, pair: &Pair) -> Markup {
        let name = |metric: &str| {
            let template = pair.line().map(|line| self.both.to.templates.governing(line.segment()));
            let found = template.and_then(|template| template.metric(metric).map(|found| found.name().to_owned()));
            found.unwrap_or_else(|| metric.to_owned())
        };
        html! {
            li {
                @if let Some(scored) = &cause.score { (name(&scored.metric)) " " (score(scored.value.map(Mean::from))) }
                @if let Some((key, version)) = &cause.template { (explain_text::template_version(key, *version)) }
                " " (signed::score(cause.share))
                small.soft { " " (words::day(self.caller.workspace.day_of(cause.at))) @if !cause.by.is_empty() { ", " (cause.by) } }
                @if !cause.note.is_empty() { " " span.soft { "“" (cause.note) "”" } }
            }
        }
    }
}

fn side_word(heads: &Heads) -> String {
    heads.snapshot.as_ref().map_or_else(|| heads.day.to_string(), |snapshot| snapshot.id.to_string())
}

fn score(mean: Option<Mean>) -> Markup {
    html! {
        @if let Some(mean) = mean { b class=(chip(mean, false)) { (mean.one_decimal()) } }
        @else { b.score.none { "–" } }
    }
}
