//! The report's files from a page, and the report on paper.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{DOCTYPE, Markup, html};

use super::api::{file, report};
use super::store::Report;
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
use crate::portfolio::api::Asked;
use crate::portfolio::pages::printed;
use crate::text::{export as text, frame as words};

/// `GET /w/{workspace}/portfolio/export?format=csv|xlsx`, with the words of the filter.
pub async fn export(
    State(app): State<App>,
    caller: Allowed<Read>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let query = query.unwrap_or_default();
    let format = serde_urlencoded::from_str::<Vec<(String, String)>>(&query).unwrap_or_default();
    let format = format.into_iter().find(|(name, _)| name == "format").map(|(_, format)| format);
    file(&app, &caller, format.as_deref(), &Asked::of_query(&query)).await
}

/// `GET /w/{workspace}/portfolio/print`, with the words of the filter.
pub async fn print(State(app): State<App>, caller: Allowed<Read>, RawQuery(query): RawQuery) -> Result<Markup, Fault> {
    let asked = Asked::of_query(&query.unwrap_or_default());
    let report = report(&app, &caller, &asked).await?;
    Ok(paper(&caller, &report))
}

fn paper(caller: &Caller, report: &Report) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (frame::head(text::print_title()))
            body.paper {
                header.paper-head {
                    h1 { (text::print_title()) }
                    p { (caller.workspace.name) " · " (words::long_day(report.day)) }
                }
                nav.paper-nav {
                    a.button.quiet href=(caller.path("/portfolio")) { (text::back()) }
                    span.soft { (text::print_hint()) }
                }
                main #main {
                    @if report.lines.is_empty() { p { (text::no_accounts()) } }
                    @else { (printed(caller, (&report.lines, &report.totals), &report.heads, (&report.columns, &report.courses))) }
                }
                footer.paper-foot { p { (report.about.join(" ")) } }
            }
        }
    }
}
