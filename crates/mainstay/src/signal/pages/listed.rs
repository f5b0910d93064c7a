//! Settings, Signals: what arrives, which levels are watched, and how a program sends.

use axum::extract::State;
use axum::response::Response;
use mainstay_db::Scope;
use mainstay_rules::permission::Deed;
use maud::{Markup, html};

use super::threshold::table as thresholds_table;
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::people::pages::settings::{self, Tab};
use crate::signal::api::series::recent;
use crate::signal::store::{self, Signal, Unmatched};
use crate::text::signal as text;

/// Groups without an account that the page shows.
const UNMATCHED_SHOWN: i64 = 50;

/// `GET /w/{workspace}/settings/signals`
pub async fn list(State(app): State<App>, caller: Allowed<Read>) -> Result<Response, Fault> {
    let (workspace, since) = (caller.workspace.id, recent(caller.today(&app)));
    let (signals, thresholds, unmatched) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok::<_, Fault>((
                store::signals(tx, workspace, since)?,
                store::thresholds(tx, workspace)?,
                store::unmatched(tx, workspace, UNMATCHED_SHOWN)?,
            ))
        })
        .await?;
    let caller = caller.into_caller();
    let body = html! {
        @if signals.is_empty() { div.empty { h2 { (text::no_signals()) } p { (text::no_signals_what()) } } }
        @else {
            (table(&caller, &signals))
            section.section aria-labelledby="watched-head" {
                h2 #watched-head { (text::watched()) }
                p.soft { (text::watched_what()) }
                @if thresholds.is_empty() { p.soft { (text::nothing_watched()) } }
                @else { (thresholds_table(&caller, &thresholds, true)) }
            }
        }
        @if !unmatched.is_empty() { (unknown_groups(&caller, &unmatched)) }
        (how_to_send(&app))
    };
    Ok(settings::page(&caller, Tab::Signals, text::signals_what(), None, &body))
}

fn table(caller: &Caller, signals: &[Signal]) -> Markup {
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::signals()) { table.table {
            thead { tr {
                th scope="col" { (text::signal()) }
                th scope="col" { (text::title_head()) }
                th scope="col" { (text::unit()) }
                th.number scope="col" { (text::accounts_30()) }
                th.number scope="col" { (text::points_30()) }
                th scope="col" { (text::newest()) }
            } }
            tbody { @for one in signals { tr {
                th.nowrap scope="row" {
                    @if caller.may(Deed::ManageSignals) {
                        a href=(caller.path(&format!("/settings/signals/{}", one.name))) { code { (one.name) } }
                    } @else { code { (one.name) } }
                }
                td { (one.title) }
                td { (one.unit) }
                td.number { (one.accounts) }
                td.number { (one.points) }
                td.nowrap { @if let Some(at) = one.last_at { (settings::moment(caller, at)) } @else { span.soft { (text::quiet()) } } }
            } } }
        } }
    }
}

/// What was dropped, as no account is known by its group.
fn unknown_groups(caller: &Caller, unmatched: &[Unmatched]) -> Markup {
    html! {
        section.section aria-labelledby="unmatched-head" {
            h2 #unmatched-head { (text::unmatched()) }
            p.soft { (text::unmatched_what()) }
            div.table-box tabindex="0" role="group" aria-labelledby="unmatched-head" { table.table {
                thead { tr {
                    th scope="col" { (text::group()) }
                    th.number scope="col" { (text::calls()) }
                    th scope="col" { (text::first_call()) }
                    th scope="col" { (text::last_call()) }
                } }
                tbody { @for one in unmatched { tr {
                    th scope="row" { @if one.group_id.is_empty() { span.soft { (text::no_group()) } } @else { code { (one.group_id) } } }
                    td.number { (one.calls) }
                    td.nowrap { (settings::moment(caller, one.first_at)) }
                    td.nowrap { (settings::moment(caller, one.last_at)) }
                } } }
            } }
        }
    }
}

/// A request that can be pasted.
fn how_to_send(app: &App) -> Markup {
    let example = format!(
        "curl {}/api/v1/signals \\\n  -H \"Authorization: Bearer mst_…\" -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"signals\": [{{\"account_external_id\": \"crm-4711\", \"name\": \"seats_used\", \"value\": 85}}]}}'",
        app.base_url
    );
    html! {
        section.section aria-labelledby="send-head" {
            h2 #send-head { (text::send_head()) }
            p.soft { (text::send_what()) }
            pre.code tabindex="0" role="group" aria-labelledby="send-head" { code { (example) } }
        }
    }
}
