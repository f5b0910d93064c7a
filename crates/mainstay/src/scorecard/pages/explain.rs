//! The page that opens a number: how it is worked out, from what, and what would lift it.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_rules::score::Mean;
use maud::{Markup, html};

use super::chart::chart;
use super::chip;
use crate::account::Account;
use crate::account::api::MoneyFigure;
use crate::account::pages::{self as account_pages, Tab, path};
use crate::app::{self, App};
use crate::corridor::access::Readable;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::scorecard::api::explain::{Between, Cause, ExplainAddress, Explained, Moved, What, explain as read, moved};
use crate::scorecard::api::scope::RolledUp;
use crate::scorecard::api::{Course, ExplainInput, course, millionths};
use crate::text::{explain as text, frame as words, scope as scopes, signed};

/// `GET /w/{workspace}/accounts/{account}/explain/{what}`
pub async fn explain(
    State(app): State<App>,
    account: Readable<Account>,
    Path(address): Path<ExplainAddress>,
    Query(between): Query<Between>,
) -> Result<Markup, Fault> {
    let (id, now) = (account.id, app.source.now());
    let workspace = Arc::clone(&account.caller.workspace);
    if let Some(figure) = MoneyFigure::parse(&address.what) {
        return account_pages::money_explanation(&app, &account.caller, &account, figure).await;
    }
    let today = workspace.day_of(now);
    let days = between.days(today)?;
    let found = app.db.read(Scope::Workspace(workspace.id), move |tx| {
        let explained = read(tx, &workspace, id, &address.what, (now, today))?;
        let heading = app::heading(tx, workspace.id, id, today)?;
        let movement = match (explained.what.figure(), days) {
            (Some(figure), Some(days)) => Some(moved(tx, &workspace, id, figure, days)?),
            _ => None,
        };
        let went = match &explained.what {
            What::Gap => None,
            what => Some(course(tx, &workspace, id, what, days.unwrap_or((a_year_before(today), today)))?),
        };
        Ok::<_, Fault>((heading, explained, movement, went))
    });
    let (heading, explained, movement, went) = found.await?;
    let course = went.as_ref();
    let view = View { caller: &account.caller, account: &account, explained: &explained, course };
    let body = view.page(&between, movement.as_ref());
    Ok(account_pages::frame(&account.caller, &account, &heading, Tab::Progress, &body))
}

struct View<'a> {
    caller: &'a Caller,
    account: &'a Account,
    explained: &'a Explained,
    course: Option<&'a Course>,
}

/// How far back the picture goes where no days are asked for.
fn a_year_before(today: Date) -> Date {
    today.saturating_sub(jiff::Span::new().years(1))
}

impl View<'_> {
    fn page(&self, between: &Between, movement: Option<&Moved>) -> Markup {
        let (explained, coverage) = (self.explained, self.explained.coverage());
        let template = &explained.template;
        html! {
            section.stack.explain aria-labelledby="explain-head" {
                div.row.between {
                    h2 #explain-head {
                        @if explained.what == What::Gap { (text::gap_title()) } @else { (text::title(&explained.name())) }
                    }
                    a href=(path(self.caller, self.account, "")) { (text::back()) }
                }
                div.panel.answer {
                    (chip(explained.value(), false))
                    div {
                        p { (explained.formula()) }
                        p.soft { (text::coverage(coverage.scored, coverage.of, &template.name, template.version)) }
                    }
                }
                (self.inputs())
                (self.scopes())
                (self.points())
                (self.lift())
                @if let Some(course) = self.course {
                    section aria-labelledby="course-head" {
                        h3 #course-head { (text::course_head()) }
                        (chart(self.caller, &explained.name(), course))
                    }
                }
                @if explained.what.figure().is_some() { (self.movement(between, movement)) }
            }
        }
    }

    /// A step has many people and notes, so what is told of steps is told without them.
    fn opens_into_people(&self) -> bool {
        !matches!(self.explained.what, What::Overall | What::Gap)
    }

    fn link(&self, what: &str) -> String {
        path(self.caller, self.account, &format!("/explain/{what}"))
    }

    fn inputs(&self) -> Markup {
        html! {
            section aria-labelledby="inputs-head" {
                h3 #inputs-head { (text::inputs()) }
                div.table-box tabindex="0" role="group" aria-labelledby="inputs-head" {
                    table.table {
                        thead { tr {
                            th scope="col" { (text::input()) }
                            th.number scope="col" { (text::score()) }
                            @if self.explained.what == What::Gap { th.number scope="col" { (text::low_under()) } }
                            @else { th.number scope="col" { (text::weight()) } }
                            th scope="col" { (text::when()) }
                            @if self.opens_into_people() {
                                th scope="col" { (text::who()) }
                                th scope="col" { (text::said()) }
                            }
                        } }
                        tbody { @for input in self.explained.inputs() { (self.input(&input)) } }
                    }
                }
            }
        }
    }

    fn input(&self, input: &ExplainInput) -> Markup {
        let is_whole = self.explained.template.metric(&input.what).is_some_and(|found| found.metric.is_none());
        let is_itself = is_whole && self.opens_into_people()
            || matches!(&self.explained.what, What::Metric(key) if *key == input.what);
        #[expect(clippy::cast_possible_truncation, reason = "a score from 0 to 10")]
        let mean = input.value.map(|value| Mean::from_millionths((value * 1_000_000.0).round() as i64));
        html! {
            tr {
                th scope="row" { @if is_itself { (input.name) } @else { a href=(self.link(&input.what)) { (input.name) } } }
                td.number { (chip(mean, false)) }
                @if let Some(low) = input.low { td.number { (low) @if self.is_gap(&input.what) { " " span.tag.bad { (text::gap()) } } } }
                @else { td.number { @if input.counts { (input.weight) } @else { "–" span.sr { " " (text::counts()) ": " (text::no()) } } } }
                td.nowrap {
                    @match input.effective_at {
                        None => span.soft { (text::never()) },
                        Some(at) => {
                            time datetime=(at) title=(words::moment(at, &self.caller.workspace.zone)) {
                                (words::day(self.caller.workspace.day_of(at)))
                            }
                            @if input.stale { " " span.tag.bad { (text::stale()) } }
                        }
                    }
                }
                @if self.opens_into_people() {
                    td { @match &input.by {
                        Some(name) => (name),
                        None => span.soft { @if input.effective_at.is_some() { (text::worked_out()) } },
                    } }
                    td.words {
                        @if let Some(note) = &input.note { (note) }
                        @if let Some(url) = &input.evidence_url { " " a href=(url) rel="noreferrer" { (text::evidence()) } }
                    }
                }
            }
        }
    }

    fn is_gap(&self, step: &str) -> bool {
        self.explained.card.gap.as_ref().is_some_and(|gap| self.explained.template.steps[gap.step].key == step)
    }

    /// The scopes that a number is rolled up from, the weakest first.
    fn scopes(&self) -> Markup {
        let Some(rolled) = &self.explained.rolled else { return html! {} };
        let Some(told) = RolledUp::of(&rolled.reading, &rolled.scopes) else { return html! {} };
        let currency = self.caller.workspace.currency;
        html! {
            section aria-labelledby="scopes-head" {
                h3 #scopes-head { (scopes::rolled_up_from()) }
                p.soft { (scopes::weighed(rolled.reading.basis)) ". " (scopes::weakest_first()) }
                div.table-box tabindex="0" role="group" aria-labelledby="scopes-head" {
                    table.table {
                        thead { tr {
                            th scope="col" { (scopes::scope()) }
                            th.number scope="col" { (text::score()) }
                            th.number scope="col" { (text::weight()) }
                            th.number scope="col" { (scopes::share()) }
                        } }
                        tbody { @for part in &told.parts { tr {
                            th scope="row" {
                                a href=(path(self.caller, self.account, &format!("/scopes/{}/scores", part.scope))) { (part.name) }
                            }
                            td.number { (chip(Some(part.mean()), false)) }
                            td.number { (scopes::weight(rolled.reading.basis, part.weight, currency)) }
                            td.number { (part.share) " %" }
                        } } }
                    }
                }
            }
        }
    }

    fn points(&self) -> Markup {
        let points = self.explained.points_used();
        html! {
            @if !points.is_empty() {
                section aria-labelledby="points-head" {
                    div.row.between {
                        h3 #points-head { (text::data_points()) }
                        a href=(path(self.caller, self.account, "/data-points")) { (text::record_points()) }
                    }
                    div.table-box {
                        table.table {
                            thead { tr {
                                th scope="col" { (text::input()) }
                                th.number scope="col" { (text::value()) }
                                th scope="col" { (text::when()) }
                                th scope="col" { (text::who()) }
                                th scope="col" { (text::source()) }
                            } }
                            tbody { @for point in points { tr {
                                th scope="row" { code { (point.name) } }
                                td.number { (point.value) }
                                td.nowrap { (words::day(self.caller.workspace.day_of(point.at))) }
                                td { (point.by) }
                                td { (point.source) }
                            } } }
                        }
                    }
                }
            }
        }
    }

    fn lift(&self) -> Markup {
        if self.explained.what.figure().is_none() {
            return html! {};
        }
        html! {
            section.panel aria-labelledby="lift-head" {
                h3 #lift-head { (text::what_would_lift()) }
                @match &self.explained.lift {
                    None => p { (text::nothing_lifts()) },
                    Some(lift) => {
                        @let told = self.explained.lift_out(lift);
                        p { (told.sentence) }
                        p { a href=(self.link(&told.metric)) { (told.name) } }
                    }
                }
            }
        }
    }

    fn movement(&self, between: &Between, movement: Option<&Moved>) -> Markup {
        let today = self.caller.workspace.day_of(self.explained.now);
        let start = today.saturating_sub(jiff::Span::new().days(30)).to_string();
        let (from, to) =
            (between.from.clone().unwrap_or(start), between.to.clone().unwrap_or_else(|| today.to_string()));
        html! {
            section.stack aria-labelledby="moved-head" {
                h3 #moved-head { (text::why_moved()) }
                form.filters method="get" {
                    label { (text::from()) " " input type="date" name="from" value=(from) max=(today) required; }
                    label { (text::to()) " " input type="date" name="to" value=(to) max=(today); }
                    button { (text::show()) }
                }
                @if let Some(moved) = movement { (self.causes(moved)) }
            }
        }
    }

    fn causes(&self, moved: &Moved) -> Markup {
        let difference = moved.after.millionths() - moved.before.millionths();
        html! {
            p { (text::moved(&words::day(moved.from), &words::day(moved.to))) ": " (chip(Some(moved.before), false)) " → " (chip(Some(moved.after), false)) }
            @if moved.causes.is_empty() { p.soft { (text::nothing_moved()) } }
            @else {
                div.table-box tabindex="0" role="group" aria-labelledby="moved-head" {
                    table.table {
                        thead { tr {
                            th scope="col" { (text::when()) }
                            th scope="col" { (text::input()) }
                            th.number scope="col" { (text::share()) }
                            th scope="col" { (text::who()) }
                            th scope="col" { (text::said()) }
                        } }
                        tbody { @for cause in &moved.causes { (self.cause(cause)) } }
                        tfoot { tr {
                            th scope="row" { (text::difference()) } td {}
                            td.number title=(millionths(difference)) { (signed::score(difference)) } td {} td {}
                        } }
                    }
                }
            }
        }
    }

    fn cause(&self, cause: &Cause) -> Markup {
        let score = cause.score.as_ref();
        html! {
            tr {
                td.nowrap { time datetime=(cause.at) { (words::day(self.caller.workspace.day_of(cause.at))) } }
                td {
                    @if let Some(score) = score {
                        @let name = self.explained.template.metric(&score.metric).map_or(score.metric.as_str(), |found| found.name());
                        (name) " " (chip(score.value.map(Mean::from), false))
                    }
                    @if let Some((key, version)) = &cause.template { (text::template_version(key, *version)) }
                }
                td.number title=(millionths(cause.share)) { (signed::score(cause.share)) }
                td { (cause.by) }
                td.words { (cause.note) }
            }
        }
    }
}
