//! The API's description has every route, and no route that is not there.

use std::collections::BTreeSet;

use serde_json::Value;

/// Served beside the API, not operations of it.
const NOT_DESCRIBED: [&str; 1] = ["/api/v1/openapi.json"];

#[test]
fn describes_every_route() {
    let served: BTreeSet<String> = mainstay::routes::list()
        .into_iter()
        .filter(|route| {
            (route.path.starts_with("/api/v1/") || route.path.starts_with("/v1/"))
                && !NOT_DESCRIBED.contains(&route.path)
        })
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let described: BTreeSet<String> = mainstay::openapi::document()["paths"]
        .as_object()
        .expect("the document has paths")
        .iter()
        .flat_map(|(path, item)| methods(item).into_iter().map(move |method| format!("{method} {path}")))
        .collect();
    assert_eq!(served, described);
}

fn methods(item: &Value) -> Vec<String> {
    item.as_object().expect("a path has operations").keys().map(|method| method.to_uppercase()).collect()
}

#[test]
fn is_version_3_1_and_every_operation_can_be_a_problem() {
    let document = mainstay::openapi::document();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, item) in document["paths"].as_object().expect("the document has paths") {
        for (method, operation) in item.as_object().expect("a path has operations") {
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert!(problem.is_object(), "{method} {path} cannot be a problem");
            assert!(operation["summary"].is_string(), "{method} {path} says not what it does");
            assert!(operation["tags"][0].is_string(), "{method} {path} belongs to no room");
        }
    }
}
