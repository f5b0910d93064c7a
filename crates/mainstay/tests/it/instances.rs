//! Several servers: two on one PostgreSQL see each other's writes; two on one SQLite folder are refused.

use serde_json::json;

use crate::harness::{House, On, Server, Stream, program};

#[test]
fn a_score_recorded_through_one_appears_live_on_the_other() {
    let mut house = House::new(On::Postgres);
    let id = house.account("Casavero");
    let other = Server::start(&house.data);
    let there = house.admin.at(&other.url);
    let stream = Stream::open(&other.url, "/w/acme/live", &[("cookie", house.admin.cookie())]);
    let body = json!({ "edits": [{ "account": id, "field": "launched", "value": "6.5" }] });
    let text = body.to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "across")];
    let first = house.admin.send("PATCH", "/api/v1/portfolio", &headers, text.as_bytes());
    assert_eq!(first.status, 200, "{}", first.body);
    let data = stream.wait_for("score_recorded");
    assert!(data.contains(&id), "{data}");
    assert!(there.get(&format!("/w/acme/portfolio/rows?account={id}")).body.contains("s65"));

    house.server.kill();
    let again = there.send("PATCH", "/api/v1/portfolio", &headers, text.as_bytes());
    assert_eq!(again.body, first.body, "the other instance knows the answer of the one that died");
    let events = there.get(&format!("/api/v1/accounts/{id}/timeline?limit=200")).json();
    let recorded =
        events["data"].as_array().expect("a list has data").iter().filter(|e| e["kind"] == "score_recorded").count();
    assert_eq!(recorded, 1, "nothing lost, nothing doubled");
}

#[test]
fn two_servers_on_one_folder_are_refused() {
    let house = House::new(On::Sqlite);
    let second = program()
        .arg("serve")
        .args(house.data.options())
        .args(["--listen", "127.0.0.1:0"])
        .output()
        .expect("the second server ends");
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("another server is running on"), "{said}");
}
