//! Two accounts become one: what goes along, what stays, where the old id leads, and that no sum changes.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{House, On};

fn cents(money: &Value) -> i64 {
    money["amount"].as_str().expect("money").replace('.', "").parse().expect("two decimals")
}

fn contract(house: &House, account: &str, body: &Value) {
    let made = house.admin.json("POST", &format!("/api/v1/accounts/{account}/contracts"), body);
    assert_eq!(made.status, 201, "{}", made.body);
}

/// Two accounts of one client: the double has a contract, a target, a subsidiary, an open action and an id of its own.
fn furnished(on: On) -> (House, String, String) {
    let house = House::new(on);
    let (stays, double) = (house.account("Casavero"), house.account("Casavero SL"));
    let patch = |id: &str, body: &Value| {
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/accounts/{id}"), body).status, 200);
    };
    patch(&stays, &json!({ "external_id": "CRM-1" }));
    patch(&double, &json!({ "external_id": "CRM-2" }));
    contract(&house, &stays, &json!({ "name": "Frame", "start": "2024-01-01", "arr": "1000.00" }));
    contract(&house, &double, &json!({ "name": "Video", "start": "2024-06-01", "end": "2025-05-31", "arr": "400.00" }));
    contract(&house, &double, &json!({ "name": "Drones", "start": "2025-02-01", "arr": "70.10" }));
    for (id, delta) in [(&stays, "100.00"), (&double, "50.00")] {
        let set = house.admin.json("PUT", &format!("/api/v1/accounts/{id}/target"), &json!({ "delta": delta }));
        assert_eq!(set.status, 200, "{}", set.body);
    }
    let child = house.account("Casavero Lyon");
    patch(&child, &json!({ "parent_id": double }));
    let task = json!({ "title": "Call Luc", "account": double });
    assert_eq!(house.admin.json("POST", "/api/v1/tasks", &task).status, 201);
    let scored = house.admin.json("PUT", &format!("/api/v1/accounts/{double}/scores/launched"), &json!({ "value": 3 }));
    assert_eq!(scored.status, 200);
    (house, stays, double)
}

fn merge(house: &House, double: &str, stays: &str, reason: &str) -> crate::harness::Answer {
    let body = json!({ "account": stays, "reason": reason });
    house.admin.json("PUT", &format!("/api/v1/accounts/{double}/merged-into"), &body)
}

both!(
    fn a_merge_changes_no_sum_on_any_day(on) {
        let (house, stays, double) = furnished(on);
        let days = ["2023-12-31", "2024-01-01", "2024-07-01", "2025-02-01", "2025-06-01", "2026-01-01"];
        let spans: Vec<(&str, &str)> = days.iter().enumerate().flat_map(|(place, from)| days[place..].iter().map(move |to| (*from, *to))).collect();
        let sums = || -> Vec<(i64, i64)> {
            let sums = spans.iter().map(|(from, to)| {
                let arr = house.admin.get(&format!("/api/v1/arr?from={from}&to={to}")).json();
                let of = |word: &str| cents(&arr[word]);
                let moved = of("new") + of("expansion") + of("price") - of("contraction") - of("churn");
                assert_eq!(of("arr_start") + moved, of("arr_end"), "{from} to {to}");
                (of("arr_start"), of("arr_end"))
            });
            sums.collect()
        };
        let before = (sums(), house.admin.get("/api/v1/portfolio").json()["totals"]["arr_ytd"].clone());
        let preview = house.admin.get(&format!("/api/v1/accounts/{double}/merged-into/{stays}")).json();
        assert_eq!((&preview["contracts"], &preview["subsidiaries"], &preview["open_tasks"], &preview["refused"]),
            (&json!(2), &json!(1), &json!(1), &Value::Null));
        let merged = merge(&house, &double, &stays, "The same client twice");
        assert_eq!(merged.status, 200, "{}", merged.body);
        assert_eq!(cents(&merged.json()["arr_delta_target"]), 15_000, "wanted increases add up");
        assert_eq!((sums(), house.admin.get("/api/v1/portfolio").json()["totals"]["arr_ytd"].clone()), before);
        let checked = crate::harness::program().arg("check").args(house.data.options()).output().expect("check runs");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    }
);

both!(
    fn the_old_id_leads_on_and_both_histories_are_kept(on) {
        let (house, stays, double) = furnished(on);
        assert_eq!(merge(&house, &double, &stays, "The same <client> twice").status, 200);
        let page = house.admin.get(&format!("/w/acme/accounts/{double}/money?x=1"));
        assert_eq!((page.status, page.header("location")), (308, Some(format!("/w/acme/accounts/{stays}/money?x=1").as_str())));
        let api = house.admin.get(&format!("/api/v1/accounts/{double}"));
        assert_eq!((api.status, api.header("location"), api.code()), (308, Some(format!("/api/v1/accounts/{stays}").as_str()), "moved".to_owned()));
        let scorecard = house.admin.json("PUT", &format!("/api/v1/accounts/{double}/scores/launched"), &json!({ "value": 9 }));
        assert_eq!(scorecard.status, 308, "a write is sent on too");
        let by_id = house.admin.json("PUT", "/api/v1/accounts/by-external-id/CRM-2", &json!({ "industry": "Homes" }));
        assert_eq!((by_id.status, by_id.json()["id"].clone(), by_id.json()["external_id"].clone()), (200, json!(stays), json!("CRM-1")), "{}", by_id.body);

        let own = house.admin.get(&format!("/api/v1/accounts/{double}/timeline"));
        assert_eq!(own.status, 200, "its history stays readable");
        for account in [&double, &stays] {
            let told = house.admin.get(&format!("/api/v1/accounts/{account}/timeline")).json();
            let merged = told["data"].as_array().expect("events").iter().find(|event| event["kind"] == "account_merged").expect("told").clone();
            assert_eq!((&merged["note"], &merged["data"]["source_id"]), (&json!("The same <client> twice"), &json!(double)));
        }
        let feed = house.admin.get(&format!("/w/acme/accounts/{double}/feed")).body;
        assert!(feed.contains("was merged into another one") && feed.contains("recorded "), "{feed}");
        let feed = house.admin.get(&format!("/w/acme/accounts/{stays}/feed")).body;
        assert!(feed.contains("The same &lt;client&gt; twice") && feed.contains(&format!("/accounts/{double}/feed")), "{feed}");

        let rows = house.admin.get("/api/v1/portfolio").json();
        let names: Vec<&str> = rows["data"].as_array().expect("rows").iter().filter_map(|row| row["account"]["name"].as_str()).collect();
        assert_eq!(names, ["Casavero", "Casavero Lyon"]);
        assert_eq!(rows["data"][0]["steps"][0]["score"], Value::Null, "scores are not mixed");
        let tasks = house.admin.get(&format!("/api/v1/tasks?account={stays}")).json();
        assert_eq!(tasks["data"][0]["title"], "Call Luc");
        let child = house.admin.get("/api/v1/accounts?q=Lyon").json()["data"][0].clone();
        assert_eq!(child["parent"]["id"], json!(stays));
        let cell = json!({ "edits": [{ "account": double, "field": "launched", "value": "6" }] });
        assert_eq!(house.admin.json("PATCH", "/api/v1/portfolio", &cell).status, 409);
    }
);

both!(
    fn what_may_not_be_merged_is_refused(on) {
        let (house, stays, double) = furnished(on);
        let pointer = |answer: crate::harness::Answer| {
            assert_eq!(answer.status, 422, "{}", answer.body);
            answer.json()["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(pointer(merge(&house, &double, &stays, " ")), "/reason");
        assert_eq!(pointer(merge(&house, &double, &double, "x")), "/account");
        let secret = house.admin.json("POST", "/api/v1/accounts", &json!({ "name": "Secret", "confidential": true })).json();
        assert_eq!(pointer(merge(&house, &double, secret["id"].as_str().expect("an id"), "x")), "/account");
        let mut mia = house.person("Mia", "mia@acme.example", "member");
        mia.enter("acme");
        let own = mia.json("POST", "/api/v1/accounts", &json!({ "name": "Mine" })).json()["id"].as_str().expect("an id").to_owned();
        let body = json!({ "account": stays, "reason": "x" });
        assert_eq!(pointer(mia.json("PUT", &format!("/api/v1/accounts/{own}/merged-into"), &body)), "/account");
        let hidden = json!({ "account": secret["id"], "reason": "x" });
        let unknown = mia.json("PUT", &format!("/api/v1/accounts/{own}/merged-into"), &hidden);
        assert!(unknown.status == 422 && !unknown.body.contains("Secret"), "{}", unknown.body);

        let form = house.admin.get(&format!("/w/acme/accounts/{double}/merge?into={stays}"));
        assert!(form.status == 200 && form.body.contains("No sum of ARR changes"), "{}", form.body);
        let done = house.admin.post(&format!("/w/acme/accounts/{double}/merge"), &[("into", &stays), ("reason", "Twice")]);
        assert_eq!((done.status, done.header("location")), (303, Some(format!("/w/acme/accounts/{stays}").as_str())));
        let third = house.account("Third");
        assert_eq!(merge(&house, &third, &double, "x").status, 422, "not into what leads elsewhere");
        assert_eq!(merge(&house, &stays, &third, "Moved").status, 200);
        let chained = house.admin.get(&format!("/api/v1/accounts/{double}"));
        assert_eq!(chained.header("location"), Some(format!("/api/v1/accounts/{third}").as_str()), "one step, not two");
    }
);

both!(
    fn scores_of_scopes_go_along_and_the_account_follows_them(on) {
        let (house, stays, double) = furnished(on);
        let part = json!({ "name": "North", "kind": "region" });
        let part = house.admin.json("POST", &format!("/api/v1/accounts/{double}/scopes"), &part);
        assert_eq!(part.status, 201, "{}", part.body);
        let part = part.json()["id"].as_str().expect("an id").to_owned();
        let scored = format!("scopes/{part}/scores/launched");
        let answer = house.admin.json("PUT", &format!("/api/v1/accounts/{double}/{scored}"), &json!({ "value": 4 }));
        assert!(answer.status < 300, "{}", answer.body);
        let merged = merge(&house, &double, &stays, "The same client twice");
        assert!(merged.status < 300, "{}", merged.body);
        let launched = || {
            let report = house.admin.get("/api/v1/portfolio").json();
            let mut rows = report["data"].as_array().expect("a list has data").iter();
            let row = rows.find(|row| row["account"]["id"] == stays.as_str());
            row.expect("the account is in the report")["steps"][0]["score"].as_f64()
        };
        assert_eq!(launched(), Some(4.0), "the account reads what its new scope says");
        let answer = house.admin.json("PUT", &format!("/api/v1/accounts/{stays}/{scored}"), &json!({ "value": 7 }));
        assert!(answer.status < 300, "{}", answer.body);
        assert_eq!(launched(), Some(7.0));
    }
);
