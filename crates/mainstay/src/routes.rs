//! Every route of the house in one readable list. The order is the menu's; each API route stands beside its page.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use memory_serve::CacheControl;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;
use crate::corridor::{frame, frame_docs, health, log, security};
use crate::people::{api as people, pages as people_pages};
use crate::{account, export, import, job, openapi, pod, portfolio, scorecard, signal, task, timeline};

/// A route as tests and the API description see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
}

/// The router under construction and the list of what is in it.
#[derive(Default)]
struct Routes {
    router: Router<App>,
    list: Vec<Route>,
}

impl Routes {
    fn add<H, T>(mut self, method: Method, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        // Only the five methods of this file get here.
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        let route: MethodRouter<App> = on(filter, handler);
        self.router = self.router.route(path, route);
        self.list.push(Route { method, path });
        self
    }

    fn get<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add(Method::GET, path, handler)
    }

    fn post<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add(Method::POST, path, handler)
    }

    fn put<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add(Method::PUT, path, handler)
    }

    fn patch<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add(Method::PATCH, path, handler)
    }

    fn delete<H: Handler<T, App>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add(Method::DELETE, path, handler)
    }
}

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "it is the one list of all routes")]
fn routes() -> Routes {
    use people_pages::gate;
    Routes::default()
        // For machines that watch and people who program
        .get("/healthz", health::healthz)
        .get("/readyz", health::readyz)
        .get("/api/v1/openapi.json", openapi::serve)
        .get("/api/docs", frame_docs::operations_page)
        .get("/docs/errors", frame_docs::errors_page)
        // Before sign-in
        .get("/", gate::start)
        .get("/sign-in", gate::show_sign_in)
        .post("/sign-in", gate::sign_in_form)
        .get("/set-up/{link}", gate::show_set_up)
        .post("/set-up/{link}", gate::set_up_form)
        .get("/invitations/{link}", gate::show_invitation)
        .post("/invitations/{link}", gate::accept_form)
        .post("/w/{workspace}/sign-out", gate::sign_out)
        // Today and tasks
        .get("/w/{workspace}/today", task::pages::today)
        .get("/w/{workspace}/fragment/today", task::pages::fragment)
        .get("/w/{workspace}/tasks/new", task::pages::new)
        .post("/w/{workspace}/tasks", task::pages::add)
        .get("/w/{workspace}/tasks/{task}", task::pages::show)
        .post("/w/{workspace}/tasks/{task}", task::pages::save)
        .post("/w/{workspace}/tasks/{task}/done", task::pages::done)
        .post("/w/{workspace}/tasks/{task}/drop", task::pages::drop_task)
        .post("/w/{workspace}/tasks/{task}/reopen", task::pages::reopen)
        .post("/w/{workspace}/tasks/{task}/moved", task::pages::moved)
        .get("/w/{workspace}/portfolio/call", portfolio::pages::call)
        .get("/w/{workspace}/fragment/call", portfolio::pages::call_fragment)
        .get("/api/v1/tasks", task::api::list_tasks)
        .post("/api/v1/tasks", task::api::add_task)
        .get("/api/v1/tasks/{task}", task::api::get_task)
        .patch("/api/v1/tasks/{task}", task::api::edit_task)
        .post("/api/v1/tasks/{task}/done", task::api::post_done)
        .post("/api/v1/tasks/{task}/drop", task::api::post_drop)
        .post("/api/v1/tasks/{task}/reopen", task::api::post_reopen)
        // Portfolio
        .get("/w/{workspace}/portfolio", portfolio::pages::show)
        .get("/w/{workspace}/portfolio/rows", portfolio::pages::rows)
        .post("/w/{workspace}/portfolio/cells", portfolio::pages::cells)
        .get("/w/{workspace}/portfolio/heat", portfolio::pages::heat::show)
        .get("/w/{workspace}/portfolio/mobility", portfolio::pages::mobility::show)
        .get("/api/v1/portfolio/mobility", portfolio::api::list_mobility)
        .post("/w/{workspace}/portfolio/views", portfolio::pages::view::add)
        .post("/w/{workspace}/portfolio/views/{view}", portfolio::pages::view::change)
        .get("/w/{workspace}/portfolio/bulk", portfolio::pages::bulk::choose)
        .post("/w/{workspace}/portfolio/bulk", portfolio::pages::bulk::change)
        .get("/w/{workspace}/portfolio/bulk/{bulk_edit}", portfolio::pages::bulk::show)
        .post("/w/{workspace}/portfolio/bulk/{bulk_edit}/undo", portfolio::pages::bulk::undo)
        .get("/api/v1/bulk-edits", portfolio::api::list_bulk_edits)
        .post("/api/v1/bulk-edits", portfolio::api::bulk_edit_accounts)
        .get("/api/v1/bulk-edits/{bulk_edit}", portfolio::api::get_bulk_edit)
        .post("/api/v1/bulk-edits/{bulk_edit}/undo", portfolio::api::undo_bulk_edit)
        .get("/api/v1/views", portfolio::api::list_views)
        .post("/api/v1/views", portfolio::api::add_view)
        .get("/api/v1/views/{view}", portfolio::api::get_view)
        .patch("/api/v1/views/{view}", portfolio::api::change_view)
        .delete("/api/v1/views/{view}", portfolio::api::delete_view)
        .get("/api/v1/portfolio", portfolio::api::list)
        .patch("/api/v1/portfolio", portfolio::api::edit)
        .get("/w/{workspace}/portfolio/compare", portfolio::pages::compare::show)
        .get("/api/v1/compare", portfolio::api::compare::comparison)
        .get("/w/{workspace}/portfolio/snapshots", portfolio::pages::snapshots::list)
        .post("/w/{workspace}/portfolio/snapshots", portfolio::pages::snapshots::take_snapshot)
        .get("/api/v1/snapshots", portfolio::api::list_snapshots)
        .post("/api/v1/snapshots", portfolio::api::create_snapshot)
        .get("/api/v1/snapshots/{snapshot}", portfolio::api::get_snapshot)
        .get("/w/{workspace}/portfolio/arr", portfolio::pages::arr::show)
        .get("/api/v1/arr", portfolio::api::arr::report)
        .get("/api/v1/arr/movements", portfolio::api::arr::movements)
        // Export
        .get("/w/{workspace}/portfolio/export", export::pages::export)
        .get("/w/{workspace}/portfolio/print", export::pages::print)
        .get("/api/v1/portfolio/export", export::api::export)
        // Scorecard
        .get("/w/{workspace}/accounts/{account}", scorecard::pages::show)
        .get("/w/{workspace}/accounts/{account}/fragment/progress", scorecard::pages::fragment)
        .get("/w/{workspace}/accounts/{account}/fragment/overall", scorecard::pages::overall)
        .get("/w/{workspace}/accounts/{account}/scores/{metric}", scorecard::pages::history)
        .post("/w/{workspace}/accounts/{account}/scores/{metric}", scorecard::pages::record)
        .post("/w/{workspace}/accounts/{account}/scores/{metric}/withdraw", scorecard::pages::withdraw)
        .get("/w/{workspace}/accounts/{account}/scopes/{scope}/scores", scorecard::pages::scope_scores)
        .post("/w/{workspace}/accounts/{account}/scopes/{scope}/scores", scorecard::pages::record_scope_scores)
        .post(
            "/w/{workspace}/accounts/{account}/scopes/{scope}/scores/{metric}/withdraw",
            scorecard::pages::withdraw_scope_score,
        )
        .get("/api/v1/accounts/{account}/scopes/{scope}/scorecard", scorecard::api::scope::show_scope)
        .put("/api/v1/accounts/{account}/scopes/{scope}/scores/{metric}", scorecard::api::scope::record_scope)
        .delete("/api/v1/accounts/{account}/scopes/{scope}/scores/{metric}", scorecard::api::scope::withdraw_scope)
        .get("/api/v1/accounts/{account}/scorecard", scorecard::api::show)
        .get("/api/v1/accounts/{account}/scores/{metric}", scorecard::api::history)
        .put("/api/v1/accounts/{account}/scores/{metric}", scorecard::api::record)
        .delete("/api/v1/accounts/{account}/scores/{metric}", scorecard::api::withdraw)
        .get("/w/{workspace}/accounts/{account}/explain/{what}", scorecard::pages::explain)
        .get("/api/v1/accounts/{account}/explain/{what}", scorecard::api::explain::show)
        .post("/w/{workspace}/accounts/{account}/activities/{step}", scorecard::pages::tick_activity)
        .get("/api/v1/accounts/{account}/activities", scorecard::api::activity::list)
        .put("/api/v1/accounts/{account}/activities/{step}", scorecard::api::activity::put)
        .get("/w/{workspace}/accounts/{account}/data-points", signal::pages::points)
        .post("/w/{workspace}/accounts/{account}/data-points", signal::pages::record)
        .get("/api/v1/accounts/{account}/data-points", signal::api::list)
        .get("/api/v1/accounts/{account}/data-points/{name}", signal::api::point_series)
        .put("/api/v1/accounts/{account}/data-points/{name}", signal::api::record)
        .get("/api/v1/accounts/{account}/signals", signal::api::series::of_account)
        .get("/api/v1/accounts/{account}/signals/{signal}", signal::api::series::by_day)
        // Signals, and the levels of them that are watched
        .get("/w/{workspace}/settings/signals", signal::pages::list)
        .get("/w/{workspace}/settings/signals/{signal}", signal::pages::show)
        .post("/w/{workspace}/settings/signals/{signal}", signal::pages::change)
        .post("/w/{workspace}/settings/thresholds", signal::pages::add_threshold)
        .post("/w/{workspace}/settings/thresholds/{threshold}/remove", signal::pages::remove_threshold)
        .get("/api/v1/signals", signal::api::series::list_signals)
        .post("/api/v1/signals", signal::api::stream::send)
        .post("/v1/batch", signal::api::segment::batch)
        .post("/v1/{call}", signal::api::segment::call)
        .get("/api/v1/signals/{signal}", signal::api::series::get_signal)
        .patch("/api/v1/signals/{signal}", signal::api::series::change_signal)
        .get("/api/v1/thresholds", signal::api::threshold::list_thresholds)
        .post("/api/v1/thresholds", signal::api::threshold::add_threshold)
        .get("/api/v1/thresholds/{threshold}", signal::api::threshold::get_threshold)
        .patch("/api/v1/thresholds/{threshold}", signal::api::threshold::change_threshold)
        .delete("/api/v1/thresholds/{threshold}", signal::api::threshold::remove_threshold)
        .get("/api/v1/scorecard-templates", scorecard::api::template::list)
        .post("/api/v1/scorecard-templates", scorecard::api::template::create)
        .get("/api/v1/scorecard-templates/{template}", scorecard::api::template::show)
        .put("/api/v1/scorecard-templates/{template}/draft", scorecard::api::template::draft)
        .get("/api/v1/scorecard-templates/{template}/versions/{version}", scorecard::api::template::version)
        .post("/api/v1/scorecard-templates/{template}/test", scorecard::api::template::test_draft)
        .post("/api/v1/scorecard-templates/{template}/publish", scorecard::api::template::publish)
        // Timeline
        .get("/w/{workspace}/live", timeline::pages::live)
        .get("/w/{workspace}/accounts/{account}/feed", timeline::pages::feed)
        .get("/w/{workspace}/accounts/{account}/fragment/feed", timeline::pages::fragment)
        .get("/api/v1/accounts/{account}/timeline", timeline::api::of_account)
        .get("/api/v1/events", timeline::api::list)
        .get("/api/v1/events/stream", timeline::api::stream::show)
        // Settings: the workspace, its people, one's tokens, oneself
        .get("/w/{workspace}/settings", people_pages::workspace::show)
        .post("/w/{workspace}/settings", people_pages::workspace::save)
        .get("/api/v1/workspace", people::workspace::show)
        .patch("/api/v1/workspace", people::workspace::change)
        .get("/w/{workspace}/settings/people", people_pages::people::show)
        .post("/w/{workspace}/settings/people", people_pages::people::add)
        .post("/w/{workspace}/settings/people/{user}", people_pages::people::change)
        .post("/w/{workspace}/settings/people/{user}/deactivate", people_pages::people::deactivate)
        .post("/w/{workspace}/settings/people/{user}/reactivate", people_pages::people::reactivate)
        .post("/w/{workspace}/settings/people/{user}/invitation", people_pages::people::invite)
        .get("/api/v1/users", people::user::list)
        .post("/api/v1/users", people::user::add)
        .get("/api/v1/users/{user}", people::user::show)
        .patch("/api/v1/users/{user}", people::user::change)
        .post("/api/v1/users/{user}/deactivate", people::user::deactivate)
        .post("/api/v1/users/{user}/reactivate", people::user::reactivate)
        .post("/api/v1/users/{user}/invitation", people::user::invite)
        .get("/w/{workspace}/settings/currencies", account::pages::currencies::show)
        .post("/w/{workspace}/settings/currencies", account::pages::currencies::save)
        .get("/api/v1/exchange-rates", account::api::list_rates)
        .put("/api/v1/exchange-rates", account::api::put_rate)
        .get("/w/{workspace}/settings/scorecards", scorecard::pages::template::list)
        .post("/w/{workspace}/settings/scorecards", scorecard::pages::template::create)
        .get("/w/{workspace}/settings/scorecards/new", scorecard::pages::template::new)
        .get("/w/{workspace}/settings/scorecards/{template}", scorecard::pages::template::show)
        .post("/w/{workspace}/settings/scorecards/{template}/draft", scorecard::pages::template::draft)
        .post("/w/{workspace}/settings/scorecards/{template}/test", scorecard::pages::template::test)
        .post("/w/{workspace}/settings/scorecards/{template}/publish", scorecard::pages::template::publish)
        .get("/w/{workspace}/settings/scorecards/{template}/versions/{version}", scorecard::pages::template::version)
        .get("/w/{workspace}/settings/tokens", people_pages::token::show)
        .post("/w/{workspace}/settings/tokens", people_pages::token::create)
        .post("/w/{workspace}/settings/tokens/{token}/revoke", people_pages::token::revoke)
        .get("/api/v1/tokens", people::token::list)
        .post("/api/v1/tokens", people::token::create)
        .delete("/api/v1/tokens/{token}", people::token::revoke)
        .get("/w/{workspace}/settings/jobs", job::pages::show)
        .post("/w/{workspace}/settings/jobs/{job}/retry", job::pages::retry)
        .get("/w/{workspace}/settings/jobs/schedules/{kind}", job::pages::schedule::show)
        .post("/w/{workspace}/settings/jobs/schedules/{kind}", job::pages::schedule::save)
        .post("/w/{workspace}/settings/jobs/holidays", job::pages::holiday::add)
        .post("/w/{workspace}/settings/jobs/holidays/{day}/remove", job::pages::holiday::remove)
        .get("/api/v1/jobs", job::api::list)
        .get("/api/v1/jobs/{job}", job::api::show)
        .post("/api/v1/jobs/{job}/retry", job::api::retry)
        .get("/api/v1/job-schedules", job::api::schedule::list)
        .get("/api/v1/job-schedules/{kind}", job::api::schedule::show)
        .put("/api/v1/job-schedules/{kind}", job::api::schedule::put)
        .get("/api/v1/holidays", job::api::holiday::list)
        .get("/api/v1/holidays/{day}", job::api::holiday::show)
        .put("/api/v1/holidays/{day}", job::api::holiday::put)
        .delete("/api/v1/holidays/{day}", job::api::holiday::remove)
        .get("/w/{workspace}/settings/me", people_pages::me::show)
        .post("/w/{workspace}/settings/me", people_pages::me::save_name)
        .post("/w/{workspace}/settings/me/password", people_pages::me::save_password)
        .post("/w/{workspace}/settings/me/sessions/{session}", people_pages::me::end_session)
        .post("/w/{workspace}/settings/me/sign-out-everywhere", people_pages::me::sign_out_everywhere)
        .get("/api/v1/me", people::me::show)
        .patch("/api/v1/me", people::me::change)
        .post("/api/v1/me/password", people::me::post_password)
        .get("/api/v1/me/sessions", people::me::sessions)
        .delete("/api/v1/me/sessions", people::me::delete_sessions)
        .delete("/api/v1/me/sessions/{session}", people::me::delete_session)
        // Accounts
        .get("/w/{workspace}/accounts", account::pages::list)
        .post("/w/{workspace}/accounts", account::pages::create)
        .get("/w/{workspace}/accounts/new", account::pages::new)
        .get("/w/{workspace}/accounts/{account}/edit", account::pages::edit)
        .post("/w/{workspace}/accounts/{account}/edit", account::pages::save)
        .post("/w/{workspace}/accounts/{account}/archive", account::pages::archive)
        .post("/w/{workspace}/accounts/{account}/restore", account::pages::restore)
        .get("/w/{workspace}/accounts/{account}/merge", account::pages::merge_form)
        .post("/w/{workspace}/accounts/{account}/merge", account::pages::merge_now)
        .get("/api/v1/accounts/{account}/merged-into/{into}", account::api::preview_merge)
        .put("/api/v1/accounts/{account}/merged-into", account::api::merge_account)
        .get("/w/{workspace}/accounts/{account}/type", account::pages::kind)
        .post("/w/{workspace}/accounts/{account}/type", account::pages::change_kind)
        .get("/w/{workspace}/accounts/{account}/money", account::pages::money)
        .post("/w/{workspace}/accounts/{account}/target", account::pages::set_target)
        .post("/w/{workspace}/accounts/{account}/contracts", account::pages::add_contract)
        .post("/w/{workspace}/accounts/{account}/contracts/{contract}", account::pages::edit_contract)
        .post("/w/{workspace}/accounts/{account}/contracts/{contract}/movements/{day}", account::pages::judge)
        .post("/w/{workspace}/accounts/{account}/usage", account::pages::record_usage)
        .post("/w/{workspace}/accounts/{account}/contracts/{contract}/amendments", account::pages::amend_contract)
        .post("/w/{workspace}/accounts/{account}/contracts/{contract}/amendments/{amendment}/withdraw", account::pages::withdraw_amendment)
        .post("/w/{workspace}/accounts/{account}/contracts/{contract}/scope", account::pages::set_contract_scope)
        .get("/w/{workspace}/accounts/{account}/scopes", account::pages::scopes)
        .post("/w/{workspace}/accounts/{account}/scopes", account::pages::add_scope)
        .get("/w/{workspace}/accounts/{account}/scopes/{scope}", account::pages::scope)
        .post("/w/{workspace}/accounts/{account}/scopes/{scope}", account::pages::change_scope)
        .post("/w/{workspace}/accounts/{account}/scopes/{scope}/archive", account::pages::archive_scope)
        .post("/w/{workspace}/accounts/{account}/scopes/{scope}/restore", account::pages::restore_scope)
        .get("/w/{workspace}/accounts/hierarchy", account::pages::hierarchy)
        .get("/api/v1/accounts/hierarchy", account::api::get_hierarchy)
        .get("/api/v1/accounts", account::api::list_accounts)
        .post("/api/v1/accounts", account::api::create_account)
        .put("/api/v1/accounts/by-external-id/{external_id}", account::api::put_account)
        .get("/api/v1/accounts/{account}", account::api::get_account)
        .patch("/api/v1/accounts/{account}", account::api::edit_account)
        .delete("/api/v1/accounts/{account}", account::api::archive_account)
        .post("/api/v1/accounts/{account}/restore", account::api::restore_account)
        .get("/api/v1/accounts/{account}/contracts", account::api::list_contracts)
        .post("/api/v1/accounts/{account}/contracts", account::api::add_contract)
        .get("/api/v1/accounts/{account}/contracts/{contract}", account::api::get_contract)
        .patch("/api/v1/accounts/{account}/contracts/{contract}", account::api::edit_contract)
        .put("/api/v1/accounts/{account}/contracts/{contract}/movements/{day}", account::api::judge)
        .get("/api/v1/accounts/{account}/usage", account::api::get_usage)
        .put("/api/v1/accounts/{account}/usage/{month}", account::api::put_usage)
        .post("/api/v1/accounts/{account}/contracts/{contract}/amendments", account::api::amend_contract)
        .delete("/api/v1/accounts/{account}/contracts/{contract}/amendments/{amendment}", account::api::withdraw_amendment)
        .put("/api/v1/accounts/{account}/contracts/{contract}/scope", account::api::put_contract_scope)
        .put("/api/v1/accounts/{account}/target", account::api::put_target)
        // Fields that the workspace gives its accounts
        .get("/w/{workspace}/settings/fields", account::pages::field::list)
        .post("/w/{workspace}/settings/fields", account::pages::field::add)
        .get("/w/{workspace}/settings/fields/{field}", account::pages::field::show)
        .post("/w/{workspace}/settings/fields/{field}", account::pages::field::change)
        .post("/w/{workspace}/settings/fields/{field}/archive", account::pages::field::archive)
        .get("/api/v1/fields", account::api::list_fields)
        .post("/api/v1/fields", account::api::add_field)
        .get("/api/v1/fields/{field}", account::api::get_field)
        .patch("/api/v1/fields/{field}", account::api::change_field)
        .get("/api/v1/accounts/{account}/scopes", account::api::list_scopes)
        .post("/api/v1/accounts/{account}/scopes", account::api::add_scope)
        .get("/api/v1/accounts/{account}/scopes/{scope}", account::api::get_scope)
        .patch("/api/v1/accounts/{account}/scopes/{scope}", account::api::change_scope)
        .delete("/api/v1/accounts/{account}/scopes/{scope}", account::api::archive_scope)
        .post("/api/v1/accounts/{account}/scopes/{scope}/restore", account::api::restore_scope)
        // Pods
        .get("/w/{workspace}/accounts/{account}/team", pod::pages::team)
        .post("/w/{workspace}/accounts/{account}/team", pod::pages::save_member)
        .post("/w/{workspace}/accounts/{account}/team/{user}/remove", pod::pages::remove_member)
        .get("/api/v1/accounts/{account}/members", pod::api::list_members)
        .put("/api/v1/accounts/{account}/members/{user}", pod::api::put_member)
        .delete("/api/v1/accounts/{account}/members/{user}", pod::api::remove_member)
        // Import
        .get("/w/{workspace}/import", import::pages::list)
        .post("/w/{workspace}/import", import::pages::upload)
        .get("/w/{workspace}/import/new", import::pages::new)
        .get("/w/{workspace}/import/{import}", import::pages::show)
        .get("/w/{workspace}/import/{import}/refused.csv", import::pages::refused)
        .post("/w/{workspace}/import/{import}/mapping", import::pages::map)
        .post("/w/{workspace}/import/{import}/apply", import::pages::apply)
        .post("/w/{workspace}/import/{import}/undo", import::pages::undo)
        .post("/w/{workspace}/import/{import}/cancel", import::pages::cancel)
        .get("/api/v1/imports", import::api::list)
        .post("/api/v1/imports", import::api::create)
        .get("/api/v1/imports/{import}", import::api::show)
        .delete("/api/v1/imports/{import}", import::api::cancel)
        .post("/api/v1/imports/{import}/apply", import::api::apply)
        .post("/api/v1/imports/{import}/undo", import::api::undo)
}

/// The list of all routes, for the tests that must have a case for each.
pub fn list() -> Vec<Route> {
    routes().list
}

/// An answer begins within this time, or the request is given up; streams go on for as long as they like.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A file of an import, or a stream of data points, may come over a slow line.
const UPLOAD_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Answers smaller than this travel as they are.
const COMPRESSED_BYTES_MIN: u64 = 860;

async fn in_time(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let takes_file = path == "/api/v1/imports" || (path.starts_with("/w/") && path.ends_with("/import"));
    let is_upload = request.method() == Method::POST && (takes_file || path == "/api/v1/signals");
    let within = if is_upload { UPLOAD_WITHIN } else { ANSWER_WITHIN };
    let answer = tokio::time::timeout(within, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// The whole house as a service.
pub fn router(app: App) -> Router {
    let not_streams = SizeAbove::new(COMPRESSED_BYTES_MIN).and(NotForContentType::SSE).and(NotForContentType::IMAGES);
    routes()
        .router
        .fallback(frame::not_found)
        .layer(RequestDecompressionLayer::new())
        .layer(axum::middleware::from_fn(in_time))
        .layer(CatchPanicLayer::new())
        .layer(axum::middleware::from_fn(frame::faults_as_pages))
        .layer(axum::middleware::from_fn(log::requests))
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest).compress_when(not_streams))
        .nest("/assets", memory_serve::load!().index_file(None).cache_control(CacheControl::NoCache).into_router())
        .layer(axum::middleware::from_fn(security::headers))
        .layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .with_state(app)
}
