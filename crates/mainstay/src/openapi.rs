//! The description of the API, generated from the code: `OpenAPI` 3.1. The pages about it are in `corridor/frame_docs.rs`.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::people::api as people;
use crate::{account, export, import, job, pod, portfolio, scorecard, signal, task, timeline};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mainstay",
        description = "Key account management. Conventions: docs/api-design.md; errors: /docs/errors.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        // Tasks
        task::api::list_tasks,
        task::api::add_task,
        task::api::get_task,
        task::api::edit_task,
        task::api::post_done,
        task::api::post_drop,
        task::api::post_reopen,
        // Portfolio
        portfolio::api::list,
        portfolio::api::edit,
        portfolio::api::arr::report,
        portfolio::api::arr::movements,
        portfolio::api::list_mobility,
        portfolio::api::list_bulk_edits,
        portfolio::api::bulk_edit_accounts,
        portfolio::api::get_bulk_edit,
        portfolio::api::undo_bulk_edit,
        portfolio::api::list_views,
        portfolio::api::add_view,
        portfolio::api::get_view,
        portfolio::api::change_view,
        portfolio::api::delete_view,
        export::api::export,
        portfolio::api::compare::comparison,
        portfolio::api::list_snapshots,
        portfolio::api::create_snapshot,
        portfolio::api::get_snapshot,
        // Scorecard
        scorecard::api::show,
        scorecard::api::history,
        scorecard::api::record,
        scorecard::api::withdraw,
        scorecard::api::scope::show_scope,
        scorecard::api::scope::record_scope,
        scorecard::api::scope::withdraw_scope,
        scorecard::api::explain::show,
        scorecard::api::activity::list,
        scorecard::api::activity::put,
        signal::api::list,
        signal::api::point_series,
        signal::api::record,
        signal::api::series::of_account,
        signal::api::series::by_day,
        signal::api::series::list_signals,
        signal::api::stream::send,
        signal::api::segment::batch,
        signal::api::segment::call,
        signal::api::series::get_signal,
        signal::api::series::change_signal,
        signal::api::threshold::list_thresholds,
        signal::api::threshold::add_threshold,
        signal::api::threshold::get_threshold,
        signal::api::threshold::change_threshold,
        signal::api::threshold::remove_threshold,
        scorecard::api::template::list,
        scorecard::api::template::create,
        scorecard::api::template::show,
        scorecard::api::template::draft,
        scorecard::api::template::version,
        scorecard::api::template::test_draft,
        scorecard::api::template::publish,
        // Timeline
        timeline::api::of_account,
        timeline::api::list,
        timeline::api::stream::show,
        // Settings
        people::workspace::show,
        people::workspace::change,
        people::user::list,
        people::user::add,
        people::user::show,
        people::user::change,
        people::user::deactivate,
        people::user::reactivate,
        people::user::invite,
        people::token::list,
        people::token::create,
        people::token::revoke,
        job::api::list,
        job::api::show,
        job::api::retry,
        job::api::schedule::list,
        job::api::schedule::show,
        job::api::schedule::put,
        job::api::holiday::list,
        job::api::holiday::show,
        job::api::holiday::put,
        job::api::holiday::remove,
        people::me::show,
        people::me::change,
        people::me::post_password,
        people::me::sessions,
        people::me::delete_sessions,
        people::me::delete_session,
        // Accounts
        account::api::list_accounts,
        account::api::create_account,
        account::api::put_account,
        account::api::get_account,
        account::api::edit_account,
        account::api::archive_account,
        account::api::restore_account,
        account::api::preview_merge,
        account::api::merge_account,
        account::api::list_fields,
        account::api::add_field,
        account::api::get_field,
        account::api::change_field,
        account::api::list_contracts,
        account::api::add_contract,
        account::api::get_contract,
        account::api::edit_contract,
        account::api::amend_contract,
        account::api::judge,
        account::api::get_usage,
        account::api::put_usage,
        account::api::list_rates,
        account::api::put_rate,
        account::api::withdraw_amendment,
        account::api::put_contract_scope,
        account::api::put_target,
        account::api::get_hierarchy,
        account::api::list_scopes,
        account::api::add_scope,
        account::api::get_scope,
        account::api::change_scope,
        account::api::archive_scope,
        account::api::restore_scope,
        // Pods
        pod::api::list_members,
        pod::api::put_member,
        pod::api::remove_member,
        // Import
        import::api::create,
        import::api::list,
        import::api::show,
        import::api::apply,
        import::api::undo,
        import::api::cancel,
    ),
    components(schemas(crate::corridor::fault::ProblemBody))
)]
struct Described;

/// The document as it is served; every operation can also answer with a problem.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "A token that begins with mst_, from Settings, API tokens." },
        "session": { "type": "apiKey", "in": "cookie", "name": "mainstay_session",
            "description": "The browser's session; writes also send x-csrf-token, and mainstay-workspace when there are several." },
    });
    document["security"] = json!([{ "token": [] }, { "session": [] }]);
    let problem = json!({
        "description": "A problem of the closed table, RFC 9457",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (_, operation) in paths.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten()) {
        if let Some(responses) = operation["responses"].as_object_mut() {
            responses.insert("default".to_owned(), problem.clone());
        }
    }
    document
});

pub fn document() -> &'static Value {
    &DOCUMENT
}

/// `GET /api/v1/openapi.json`
pub async fn serve() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.to_string())
}

/// One line of the list: method, path and what it does.
pub struct Operation<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub summary: &'a str,
    pub answers: Vec<&'a str>,
}

/// The operations of one room.
pub fn operations(tag: &str) -> Vec<Operation<'static>> {
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
        })
        .filter(|(_, _, operation)| operation["tags"][0] == tag)
        .map(|(path, method, operation)| Operation {
            method,
            path,
            summary: operation["summary"].as_str().unwrap_or_default(),
            answers: operation["responses"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(status, _)| status.as_str())
                .collect(),
        })
        .collect()
}

/// The rooms that have operations, in the document's order.
pub fn tags() -> Vec<&'static str> {
    let mut tags: Vec<&str> = Vec::new();
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    for operation in paths.flat_map(|(_, item)| item.as_object().into_iter().flatten()) {
        if let Some(tag) = operation.1["tags"][0].as_str()
            && !tags.contains(&tag)
        {
            tags.push(tag);
        }
    }
    tags
}
