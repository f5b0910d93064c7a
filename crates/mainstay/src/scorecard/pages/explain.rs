//! The page that opens a number: how it is worked out, from what, and what would lift it.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use mainstay_db::Scope;
use mainstay_rules::score::Mean;
use maud::{Markup, html};

use super::chip;
use crate::account::Account;
use crate::account::pages::{self as account_pages, Tab, path};
use crate::app::{self, App};
use crate::corridor::access::Readable;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::scorecard::api::explain::{Between, Cause, ExplainAddress, Explained, Moved, What, explain as read, moved};
use crate::scorecard::api::{ExplainInput, millionths};
use crate::text::{explain as text, frame as words};

/// `GET /w/{workspace}/accounts/{account}/explain/{what}`
pub async fn explain(
    State(app): State<App>,
    account: Readable<Account>,
    Path(address): Path<ExplainAddress>,
    Query(between): Query<Between>,
) -> Result<Markup, Fault> {
    let (id, now) = (account.id, app.source.now());
    let workspace = Arc::clone(&account.caller.workspace);
    let today = workspace.day_of(now);
    let days = between.days(today)?;
    let found = app.db.read(Scope::Workspace(workspace.id), move |tx| {
        let explained = read(tx, workspace.id, id, &address.what, (now, today))?;
        let heading = app::heading(tx, workspace.id, id, today)?;
        let movement = match (explained.what.figure(), days) {
            (Some(figure), Some(days)) => Some(moved(tx, &workspace, id, figure, days)?),
            _ => None,
        };
        Ok::<_, Fault>((heading, explained, movement))
    });
    let (heading, explained, movement) = found.await?;
    let view = View { caller: &account.caller, account: &account, explained: &explained };
    let body = view.page(&between, movement.as_ref());
    Ok(account_pages::frame(&account.caller, &account, &heading, Tab::Progress, &body))
}

struct View<'a> {
    caller: &'a Caller,
    account: &'a Account,
    explained: &'a Explained,
}

impl View<'_> {
    fn page(&self, between: &Between, movement: Option<&Moved>) -> Markup {
        let (explained, coverage) = (self.explained, self.explained.coverage());
        let template = &explained.template;
        html! {
            section.stack.explain aria-labelledby="explain-head" {
                div.row.between {
                    h2 #explain-head { (text::title(&explained.name())) }
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
                (self.points())
                (self.lift())
                @if explained.what.figure().is_some() { (self.movement(between, movement)) }
            }
        }
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
                            th.number scope="col" { (text::weight()) }
                            th scope="col" { (text::when()) }
                            // A step has many people and notes; it opens into them.
                            @if self.explained.what != What::Overall {
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
        let is_itself = is_whole && self.explained.what != What::Overall
            || matches!(&self.explained.what, What::Metric(key) if *key == input.what);
        #[expect(clippy::cast_possible_truncation, reason = "a score from 0 to 10")]
        let mean = input.value.map(|value| Mean::from_millionths((value * 1_000_000.0).round() as i64));
        html! {
            tr {
                th scope="row" { @if is_itself { (input.name) } @else { a href=(self.link(&input.what)) { (input.name) } } }
                td.number { (chip(mean, false)) }
                td.number { @if input.counts { (input.weight) } @else { "–" span.sr { " " (text::counts()) ": " (text::no()) } } }
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
                @if self.explained.what != What::Overall {
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

    fn points(&self) -> Markup {
        let points = self.explained.points_used();
        html! {
            @if !points.is_empty() {
                section aria-labelledby="points-head" {
                    h3 #points-head { (text::data_points()) }
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
                            td.number title=(millionths(difference)) { (signed(difference)) } td {} td {}
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
                td.number title=(millionths(cause.share)) { (signed(cause.share)) }
                td { (cause.by) }
                td.words { (cause.note) }
            }
        }
    }
}

/// "+0.40", "-0.07"
fn signed(millionths: i64) -> String {
    let words = Mean::from_millionths(millionths).two_places();
    if millionths > 0 { format!("+{words}") } else { words }
}
