//! The mobility list: who rose or fell out of their type in a quarter.

use serde_json::{Value, json};

use crate::both;
use crate::harness::House;

const STEPS: [&str; 4] = ["launched", "roi_generated", "roi_recognized", "monetizes"];

/// An account with four steps scored a year ago and again now.
fn account(house: &House, name: &str, kind: i64, before: i64, now: i64) {
    let made = house.admin.json("POST", "/api/v1/accounts", &json!({ "name": name, "type": kind }));
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let steps = if name == "Unranked" { &STEPS[..3] } else { &STEPS[..] };
    for step in steps {
        let path = format!("/api/v1/accounts/{id}/scores/{step}");
        let past = json!({ "value": before, "effective_at": "2025-01-10" });
        assert_eq!(house.admin.json("PUT", &path, &past).status, 200);
        assert_eq!(house.admin.json("PUT", &path, &json!({ "value": now })).status, 200);
    }
}

both!(
    fn who_leaves_their_type_is_listed_with_where_to(on) {
        let house = House::new(on);
        for (name, kind, before, now) in [
            ("Dabbaway", 3, 2, 6), ("Krume", 4, 1, 5), ("Casavero", 1, 8, 4), ("Albion", 2, 3, 9), ("Steady", 3, 5, 6), ("Unranked", 3, 1, 9),
        ] {
            account(&house, name, kind, before, now);
        }
        let list = house.admin.get("/api/v1/portfolio/mobility").json();
        let told: Vec<Value> = list["data"].as_array().expect("a list").iter()
            .map(|row| json!([row["account"]["name"], row["type"], row["suggested_type"], row["direction"]])).collect();
        let expected = [json!(["Dabbaway", 3, 2, "rises"]), json!(["Krume", 4, 3, "rises"]), json!(["Casavero", 1, 2, "falls"])];
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(expected.iter().all(|row| told.contains(row)), "{told:?}");
        let dabbaway = list["data"].as_array().expect("a list").iter().find(|row| row["account"]["name"] == "Dabbaway").expect("listed");
        assert_eq!((&dabbaway["overall_before"], &dabbaway["overall"]), (&json!(1.6), &json!(4.8)), "four steps of five");
        let page = house.admin.get("/w/acme/portfolio/mobility").body;
        assert!(page.contains("They rise") && page.contains("3 → <b>2</b>?") && page.contains("explain/overall?from="), "{page}");
        assert!(!page.contains("Steady"), "{page}");
    }
);
