//! The data points of an account as a page: what was measured last, one series, and the form that records by hand.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::field::{self, FieldCode, FieldError, keep};
use mainstay_rules::limits::{METRIC_KEY_CHARS_MAX, NAME_CHARS_MAX};
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use crate::account::Account;
use crate::account::pages::{self as account_pages, Heading, Tab, path};
use crate::account::store as accounts;
use crate::app::{self, App};
use crate::corridor::access::{Guarded, Readable, Writable};
use crate::corridor::caller::{Caller, Workspace};
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{Field, notice_bad};
use crate::corridor::request::{Care, Posted};
use crate::signal::api::point_name;
use crate::signal::api::series::recent;
use crate::signal::store::{self, DayRow, NewPoint, Point};
use crate::text::{frame as words, signal as text};

/// Points of one series that the page shows; the API has them all.
const SERIES_SHOWN: i64 = 100;
/// Characters of a number as typed.
const VALUE_CHARS_MAX: usize = 30;

/// A data point as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PointForm {
    name: String,
    value: String,
    /// The day on which it was so; empty is now.
    on: String,
    source: String,
}

impl PointForm {
    fn check(&self, workspace: &Workspace, now: Timestamp) -> Result<NewPoint, Fault> {
        let mut errors = Vec::new();
        let value = keep(Decimal::parse(self.value.trim()).map_err(|error| error.at("/value")), &mut errors);
        let at = keep(self.moment(workspace, now), &mut errors);
        let source = keep(field::optional_text("/source", &self.source, NAME_CHARS_MAX), &mut errors);
        let name = point_name(self.name.trim()).map_err(|fault| errors.extend(fault.errors)).ok();
        match (name, value, at, source) {
            (Some(name), Some(value), Some(at), Some(source)) => {
                Ok(NewPoint { name, value, at, source: source.unwrap_or_default() })
            }
            _ => Err(Fault::invalid(errors)),
        }
    }

    /// A day that is over counts at its end, today now.
    fn moment(&self, workspace: &Workspace, now: Timestamp) -> Result<Timestamp, FieldError> {
        let Some(day) = field::optional_date("/on", &self.on)? else { return Ok(now) };
        if day > workspace.day_of(now) {
            let message = "A data point cannot lie in the future; give today or an earlier day";
            return Err(FieldError::new("/on", FieldCode::OutOfRange, message));
        }
        let next = day.tomorrow().unwrap_or(day).at(0, 0, 0, 0);
        let midnight = workspace.zone.to_ambiguous_timestamp(next).compatible().unwrap_or(now);
        Ok(now.min(midnight - jiff::SignedDuration::from_micros(1)))
    }
}

/// Which series is opened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opened {
    name: String,
}

/// What the page shows.
struct Shown {
    heading: Heading,
    newest: Vec<Point>,
    /// Names that the account's scorecard asks for.
    wanted: Vec<String>,
    /// The opened series, newest first.
    series: Vec<Point>,
    /// What the last days of it add up to, newest first.
    days: Vec<DayRow>,
}

/// `GET /w/{workspace}/accounts/{account}/data-points`
pub async fn list(
    State(app): State<App>,
    account: Readable<Account>,
    Query(opened): Query<Opened>,
) -> Result<Markup, Fault> {
    let form = PointForm { name: opened.name, ..PointForm::default() };
    page(&app, &account.caller, &account, &form, &[]).await
}

/// `POST /w/{workspace}/accounts/{account}/data-points`
pub async fn record(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(form): Posted<PointForm>,
) -> Result<Response, Fault> {
    let (id, typed, caller) = (account.id, form.clone(), &account.caller);
    let done = app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        accounts::expect_version(tx, by, id, &Care::default())?;
        store::record(tx, by, id, &typed.check(&by.workspace, by.at)?)
    });
    match done.await {
        Ok(_) => {
            let name = serde_urlencoded::to_string([("name", form.name.trim())]).unwrap_or_default();
            Ok(see_other(&path(caller, &account, &format!("/data-points?{name}"))))
        }
        Err(fault) if fault.problem == Problem::Invalid => {
            let page = page(&app, caller, &account, &form, &fault.errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(fault) => Err(fault),
    }
}

async fn page(
    app: &App,
    caller: &Caller,
    account: &Account,
    form: &PointForm,
    errors: &[FieldError],
) -> Result<Markup, Fault> {
    let (workspace, id, today) = (caller.workspace.id, account.id, caller.today(app));
    let name = form.name.trim().to_owned();
    let shown = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok::<_, Fault>(Shown {
                heading: app::heading(tx, workspace, id, today)?,
                newest: store::newest(tx, workspace, id)?,
                wanted: app::data_points_wanted(tx, workspace, id)?,
                days: store::days(tx, workspace, (id, id, &name), (recent(today), today))?,
                series: store::series(tx, workspace, id, &name, None::<(Timestamp, Uuid)>, SERIES_SHOWN)?,
            })
        })
        .await?;
    let view = View { caller, account, shown: &shown };
    let body = html! {
        section.stack aria-labelledby="points-head" {
            div.row.between {
                div { h2 #points-head { (text::title()) } p.soft { (text::what()) } }
                a href=(path(caller, account, "")) { (text::back()) }
            }
            (view.newest())
            @if !shown.days.is_empty() { (view.days(form.name.trim())) }
            @if !shown.series.is_empty() { (view.series(form.name.trim())) }
            @if account.writable(caller) { (view.form(form, errors, today)) }
        }
    };
    Ok(account_pages::frame(caller, account, &shown.heading, Tab::Progress, &body))
}

struct View<'a> {
    caller: &'a Caller,
    account: &'a Account,
    shown: &'a Shown,
}

impl View<'_> {
    fn newest(&self) -> Markup {
        let points = &self.shown.newest;
        let missing: Vec<&String> =
            self.shown.wanted.iter().filter(|name| points.iter().all(|point| point.name != **name)).collect();
        html! {
            @if points.is_empty() && missing.is_empty() { p.soft { (text::none_yet()) } }
            @else {
                div.table-box tabindex="0" role="group" aria-labelledby="points-head" {
                    table.table {
                        (head(true))
                        tbody {
                            @for point in points { (self.row(point, true)) }
                            @for name in missing {
                                tr { th scope="row" { code { (name) } } td.number { "–" } td.soft { (text::missing()) } td {} td {} }
                            }
                        }
                    }
                }
            }
        }
    }

    fn days(&self, name: &str) -> Markup {
        html! {
            section aria-labelledby="days-head" {
                h3 #days-head { (text::by_day()) " " code { (name) } }
                div.table-box tabindex="0" role="group" aria-labelledby="days-head" {
                    table.table {
                        thead { tr {
                            th scope="col" { (text::day()) }
                            @for head in [text::points_head(), text::last(), text::sum(), text::mean(), text::least(), text::most()] {
                                th.number scope="col" { (head) }
                            }
                        } }
                        tbody { @for row in &self.shown.days {
                            @let rolled = &row.rolled;
                            tr {
                                th.nowrap scope="row" { (words::day(row.day)) }
                                td.number { (rolled.points) }
                                td.number { (rolled.last) }
                                td.number { (Decimal::from_millionths(rolled.total)) }
                                td.number { (rolled.mean()) }
                                td.number { (rolled.least) }
                                td.number { (rolled.most) }
                            }
                        } }
                    }
                }
            }
        }
    }

    fn series(&self, name: &str) -> Markup {
        html! {
            section aria-labelledby="series-head" {
                h3 #series-head { (text::series()) " " code { (name) } }
                div.table-box tabindex="0" role="group" aria-labelledby="series-head" {
                    table.table { (head(false)) tbody { @for point in &self.shown.series { (self.row(point, false)) } } }
                }
            }
        }
    }

    fn row(&self, point: &Point, named: bool) -> Markup {
        let zone = &self.caller.workspace.zone;
        let when = html! {
            time datetime=(point.at) title=(words::moment(point.at, zone)) { (words::day(self.caller.workspace.day_of(point.at))) }
        };
        let query = serde_urlencoded::to_string([("name", &point.name)]).unwrap_or_default();
        let series = path(self.caller, self.account, &format!("/data-points?{query}"));
        html! {
            tr {
                @if named {
                    th scope="row" { a href=(series) { code { (point.name) } } }
                    td.number { (point.value) } td.nowrap { (when) }
                } @else { th.nowrap scope="row" { (when) } td.number { (point.value) } }
                td { (point.by) }
                td.words { (point.source) }
            }
        }
    }

    fn form(&self, form: &PointForm, errors: &[FieldError], today: Date) -> Markup {
        let known = self.shown.newest.iter().map(|point| &point.name);
        let mut names: Vec<&String> = self.shown.wanted.iter().chain(known).collect();
        names.sort_unstable();
        names.dedup();
        let on = if form.on.is_empty() { today.to_string() } else { form.on.clone() };
        html! {
            section aria-labelledby="record-head" {
                h3 #record-head { (text::record_head()) }
                form.form method="post" action=(path(self.caller, self.account, "/data-points")) {
                    (frame::csrf(self.caller))
                    @if !errors.is_empty() { (notice_bad(text::not_recorded())) }
                    div.pair {
                        (Field::text("name", text::name(), &form.name).required().max(METRIC_KEY_CHARS_MAX).list("point-names").hint(text::name_hint()).show(errors))
                        (Field::text("value", text::value(), &form.value).required().max(VALUE_CHARS_MAX).show(errors))
                    }
                    datalist #point-names { @for name in names { option value=(name) {} } }
                    div.pair {
                        (Field::text("on", text::day(), &on).kind("date", "off").show(errors))
                        (Field::text("source", text::source(), &form.source).max(NAME_CHARS_MAX).hint(text::source_hint()).show(errors))
                    }
                    div.row { button.primary { (text::record()) } }
                }
            }
        }
    }
}

fn head(named: bool) -> Markup {
    html! {
        thead { tr {
            @if named { th scope="col" { (text::name()) } th.number scope="col" { (text::value()) } th scope="col" { (text::day()) } }
            @else { th scope="col" { (text::day()) } th.number scope="col" { (text::value()) } }
            th scope="col" { (text::by()) }
            th scope="col" { (text::source()) }
        } }
    }
}
