//! The hierarchy: parents, subsidiaries and scopes with their ARR, as far as the viewer may see them.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House};

/// An account that brings this much a year, as a subsidiary of `parent`.
fn account(house: &House, name: &str, arr: &str, parent: Option<&str>, confidential: bool) -> String {
    let body = json!({ "name": name, "parent_id": parent, "confidential": confidential });
    let made = house.admin.json("POST", "/api/v1/accounts", &body);
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().expect("it has an id").to_owned();
    let contract = json!({ "name": "Frame", "start": "2025-01-01", "arr": arr });
    assert_eq!(house.admin.json("POST", &format!("/api/v1/accounts/{id}/contracts"), &contract).status, 201);
    id
}

/// Name, level, own ARR, and ARR with what stands under it.
fn told(browser: &Browser) -> Vec<(String, u64, String, String)> {
    let answer = browser.get("/api/v1/accounts/hierarchy");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |node: &Value| {
        let level = node["level"].as_u64().expect("a level");
        (text(&node["name"]), level, text(&node["arr"]["amount"]), text(&node["arr_with_subsidiaries"]["amount"]))
    };
    answer.json()["data"].as_array().expect("a list").iter().map(row).collect()
}

fn row(name: &str, level: u64, own: &str, all: &str) -> (String, u64, String, String) {
    (name.to_owned(), level, format!("{own}.00"), format!("{all}.00"))
}

both!(
    fn sums_go_up_the_tree_and_stop_at_what_is_hidden(on) {
        let house = House::new(on);
        let page = "/w/acme/accounts/hierarchy";
        account(&house, "Alone", "900", None, false);
        assert!(house.admin.get(page).body.contains("No account has a parent or scopes"), "an empty page teaches");
        let holding = account(&house, "Holding", "10", None, false);
        let north = account(&house, "North", "300", Some(&holding), false);
        account(&house, "North Video", "5", Some(&north), false);
        account(&house, "South", "40", Some(&holding), true);
        let whole = [
            row("Holding", 0, "10", "355"),
            row("North", 1, "300", "305"),
            row("North Video", 2, "5", "5"),
            row("South", 1, "40", "40"),
        ];
        assert_eq!(told(&house.admin), whole, "what stands alone is no hierarchy");
        let mut member = house.person("Lena", "lena@acme.example", "member");
        member.enter("acme");
        let seen = [row("Holding", 0, "10", "315"), row("North", 1, "300", "305"), row("North Video", 2, "5", "5")];
        assert_eq!(told(&member), seen, "what may not be seen is not added either");
        let secret = account(&house, "Secret", "70", None, true);
        account(&house, "Child", "7", Some(&secret), false);
        assert_eq!(told(&member), seen, "nor does it make its subsidiary one");
        let body = json!({ "name": "Nordics", "kind": "region" });
        assert_eq!(house.admin.json("POST", &format!("/api/v1/accounts/{north}/scopes"), &body).status, 201);
        let nodes = member.get("/api/v1/accounts/hierarchy").json();
        assert_eq!(nodes["data"][1]["scopes"][0]["name"], "Nordics");
        let shown = member.get(page).body;
        assert!(shown.contains(">Nordics</a>") && shown.contains("EUR 315.00") && !shown.contains("Secret"), "{shown}");
    }
);
