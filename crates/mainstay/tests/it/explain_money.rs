//! Numbers about money open into contracts, rates and targets that add up to what the report shows; the gap opens too.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{House, On};

fn explain(house: &House, account: &str, what: &str) -> Value {
    let answer = house.admin.get(&format!("/api/v1/accounts/{account}/explain/{what}"));
    assert_eq!(answer.status, 200, "{what}: {}", answer.body);
    answer.json()
}

/// Cents of money on the wire.
fn cents(money: &Value) -> i64 {
    let text = money["amount"].as_str().unwrap_or_else(|| panic!("no money: {money}"));
    text.replace('.', "").parse().expect("an exact decimal with two places")
}

fn sum(told: &Value) -> i64 {
    told["inputs"].as_array().expect("inputs").iter().map(|input| cents(&input["amount"])).sum()
}

fn contract(house: &House, account: &str, body: &Value) {
    let path = format!("/api/v1/accounts/{account}/contracts");
    let made = house.admin.json("POST", &path, body);
    assert_eq!(made.status, 201, "{}", made.body);
}

/// The fiscal year in which the server lives.
fn this_year(house: &House, account: &str) -> i64 {
    explain(house, account, "arr_ytd")["fiscal_year"].as_i64().expect("a year")
}

fn furnished(on: On) -> (House, String) {
    let house = House::new(on);
    let account = house.account("Casavero");
    let rate = json!({ "fiscal_year": 2020, "currency": "USD", "rate": "0.92" });
    assert_eq!(house.admin.json("PUT", "/api/v1/exchange-rates", &rate).status, 200);
    contract(
        &house,
        &account,
        &json!({ "name": "Frame", "start": "2020-01-01", "arr": "1000.10", "note": "signed by the CFO" }),
    );
    contract(
        &house,
        &account,
        &json!({ "name": "Video", "start": "2020-02-01", "end": "2199-12-31", "arr": "333.33", "currency": "USD", "notice_days": 90 }),
    );
    contract(&house, &account, &json!({ "name": "Over", "start": "2020-01-01", "end": "2021-12-31", "arr": "70.00" }));
    let target = json!({ "delta": "500.00" });
    let set = house.admin.json("PUT", &format!("/api/v1/accounts/{account}/target"), &target);
    assert_eq!(set.status, 200, "{}", set.body);
    let first = format!("{}-01-01", this_year(&house, &account));
    contract(&house, &account, &json!({ "name": "Drones", "start": first, "arr": "250.00" }));
    (house, account)
}

both!(
    fn every_number_about_money_recomputes_to_the_report(on) {
        let (house, account) = furnished(on);
        let row = house.admin.get("/api/v1/portfolio").json()["data"][0].clone();
        for column in ["arr_ytd", "arr_last_year", "arr_delta_target"] {
            let told = explain(&house, &account, column);
            assert_eq!(told["value"], row[column], "{column} is what the report shows");
            assert_eq!(sum(&told), cents(&row[column]), "{column}: the inputs add up");
        }
        let now = explain(&house, &account, "arr_ytd");
        let names: Vec<&str> = now["inputs"].as_array().expect("inputs").iter().filter_map(|input| input["name"].as_str()).collect();
        assert_eq!(names, ["Frame", "Video", "Drones"], "the largest first, and nothing that is over");
        let (frame, video) = (&now["inputs"][0], &now["inputs"][1]);
        assert_eq!((&frame["by"], &frame["note"], &frame["start"]), (&json!("Ada Admin"), &json!("signed by the CFO"), &json!("2020-01-01")));
        assert_eq!((&video["original"]["amount"], &video["rate"], &video["rate_fiscal_year"]), (&json!("333.33"), &json!("0.92"), &json!(2020)));
        assert_eq!(video["amount"]["amount"], "306.66", "333.33 x 0.92, rounded once");

        let progress = explain(&house, &account, "progress");
        let (now, before, target) = (cents(&progress["inputs"][0]["amount"]), cents(&progress["inputs"][1]["amount"]), cents(&progress["inputs"][2]["amount"]));
        assert_eq!((now - before) * 10_000 / target, 5_000);
        assert_eq!((&progress["percent"], &row["progress"]), (&json!("50.00"), &json!(0.5)));
        assert_eq!(progress["inputs"][2]["what"], "arr_delta_target", "it opens in turn");

        let end = explain(&house, &account, "end_date");
        assert_eq!((&end["date"], &end["end_arr"], &end["notice_by"]), (&row["end_date"], &row["end_arr"], &row["notice_by"]));
        assert_eq!(sum(&end), cents(&row["end_arr"]));
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/explain/arr_ytd"));
        assert!(page.status == 200 && page.body.contains("signed by the CFO") && page.body.contains("at 0.92 (2020)"), "{}", page.body);
        let report = house.admin.get("/w/acme/portfolio").body;
        for column in ["arr_ytd", "arr_last_year", "arr_delta_target", "progress", "end_date", "launched"] {
            assert!(report.contains(&format!("{account}/explain/{column}")), "{column} opens from the report");
        }
    }
);

both!(
    fn a_number_without_anything_behind_it_says_so(on) {
        let house = House::new(on);
        let account = house.account("Tern");
        for column in ["arr_ytd", "arr_last_year"] {
            let told = explain(&house, &account, column);
            assert_eq!((sum(&told), cents(&told["value"])), (0, 0));
        }
        for column in ["arr_delta_target", "progress", "end_date"] {
            let told = explain(&house, &account, column);
            assert_eq!((&told["value"], &told["percent"], &told["date"]), (&Value::Null, &Value::Null, &Value::Null), "{column}");
        }
        let path = format!("/api/v1/accounts/{account}");
        assert_eq!(house.admin.json("PATCH", &path, &json!({ "end_date": "2199-05-31" })).status, 200);
        let end = explain(&house, &account, "end_date");
        assert_eq!((&end["date"], &end["inputs"][0]["end"]), (&json!("2199-05-31"), &json!("2199-05-31")));
        assert_eq!(house.admin.get(&format!("/w/acme/accounts/{account}/explain/end_date")).status, 200);
    }
);

both!(
    fn the_gap_opens_into_the_steps_and_what_is_low(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let told = explain(&house, &account, "gap");
        assert!(told["value"].is_null() && told["formula"].as_str().is_some_and(|words| words.contains("no scorecard yet")), "{told}");
        for (step, value) in [("launched", 7), ("roi_generated", 3), ("roi_recognized", 2)] {
            let path = format!("/api/v1/accounts/{account}/scores/{step}");
            assert_eq!(house.admin.json("PUT", &path, &json!({ "value": value })).status, 200);
        }
        let told = explain(&house, &account, "gap");
        let steps = told["inputs"].as_array().expect("five steps").clone();
        let score = |step: &Value| step["value"].as_f64().unwrap_or(0.0);
        let gap = steps.iter().find(|step| score(step) < step["low"].as_f64().unwrap_or(0.0)).expect("a low step");
        let row = house.admin.get("/api/v1/portfolio").json()["data"][0].clone();
        assert_eq!(gap["what"], row["gap"]["step"], "the first low step from the left is what the report names");
        assert_eq!((&gap["what"], &told["value"]), (&json!("roi_generated"), &json!(3.0)));
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/explain/gap"));
        assert!(page.status == 200 && page.body.contains("furthest to the left"), "{}", page.body);
    }
);
