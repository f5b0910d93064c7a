//! Scores: recorded, backdated, withdrawn and refused, by the API and by the form of the Progress tab.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, Browser, House};

fn put(browser: &Browser, account: &str, metric: &str, body: &Value) -> Answer {
    browser.json("PUT", &format!("/api/v1/accounts/{account}/scores/{metric}"), body)
}

fn card(house: &House, account: &str) -> Value {
    let answer = house.admin.get(&format!("/api/v1/accounts/{account}/scorecard"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn recorded(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

both!(
    fn a_score_moves_its_step_the_overall_and_the_report(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let empty = card(&house, &account);
        assert_eq!(empty["steps"][0]["source"], "none");
        assert_eq!((&empty["overall"], &empty["gap"]), (&json!(0.0), &Value::Null));

        let body = json!({ "value": 6.25, "note": "14 of 62", "evidence_url": "https://files.example/a" });
        let answer = put(&house.admin, &account, "launched.expected_users_active", &body);
        let said = recorded(&answer);
        assert_eq!(said["latest"]["value"], 6.25);
        assert_eq!(said["latest"]["note"], "14 of 62");
        assert_eq!(said["latest"]["by"]["name"], "Ada Admin");
        assert_eq!(said["step"]["measured"], 6.25);
        assert_eq!(said["overall"], 1.25, "the mean of five steps, four of which are never scored");
        recorded(&put(&house.admin, &account, "launched.used_five_times_a_week", &json!({ "value": 2 })));

        let read = house.admin.get(&format!("/api/v1/accounts/{account}/scorecard"));
        let version = read.json()["version"].as_i64().expect("a version");
        assert_eq!(read.header("etag"), Some(format!("\"v{version}\"").as_str()));
        let step = &read.json()["steps"][0];
        assert_eq!((&step["score"], &step["coverage"]), (&json!(4.13), &json!({ "scored": 2, "of": 5 })));
        assert_eq!(read.json()["gap"]["reason"], "never_scored");

        let judged = recorded(&put(&house.admin, &account, "launched", &json!({ "value": 3 })));
        assert_eq!(judged["step"]["source"], "judged");
        assert_eq!((&judged["step"]["score"], &judged["step"]["measured"]), (&json!(3.0), &json!(4.13)));
        assert_eq!(judged["gap"]["reason"], "low");
        let report = house.admin.get("/api/v1/portfolio").json();
        assert_eq!(report["data"][0]["steps"][0]["score"], 3.0, "the report shows it at once");
    }
);

both!(
    fn what_cannot_be_a_score_is_refused_and_named(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let before = card(&house, &account)["version"].clone();
        let cases = [
            (json!({}), "/value", "required"),
            (json!({ "value": 10.01 }), "/value", "out_of_range"),
            (json!({ "value": -0.5 }), "/value", "out_of_range"),
            (json!({ "value": 6.123 }), "/value", "not_a_number"),
            (json!({ "value": "6" }), "/value", "invalid"),
            (json!({ "value": 6, "note": "x".repeat(4_001) }), "/note", "too_long"),
            (json!({ "value": 6, "evidence_url": "javascript:alert(1)" }), "/evidence_url", "invalid"),
            (json!({ "value": 6, "effective_at": "2199-01-01" }), "/effective_at", "out_of_range"),
            (json!({ "value": 6, "effective_at": "2199-01-01T00:00:00Z" }), "/effective_at", "out_of_range"),
            (json!({ "value": 6, "effective_at": "1950-01-01" }), "/effective_at", "out_of_range"),
            (json!({ "value": 6, "effective_at": "yesterday" }), "/effective_at", "not_a_date"),
        ];
        for (body, pointer, code) in cases {
            let answer = put(&house.admin, &account, "launched", &body);
            assert_eq!(answer.status, 422, "{body}: {}", answer.body);
            let first = &answer.json()["errors"][0];
            assert_eq!((first["pointer"].as_str(), first["code"].as_str()), (Some(pointer), Some(code)), "{body}");
        }
        assert_eq!(put(&house.admin, &account, "launched.nothing", &json!({ "value": 6 })).status, 404);
        assert_eq!(card(&house, &account)["version"], before, "nothing was written");
    }
);

both!(
    fn a_backdated_score_changes_the_history_not_the_newest(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let metric = "roi_generated.return_over_cost";
        recorded(&put(&house.admin, &account, metric, &json!({ "value": 7 })));
        let late = recorded(&put(&house.admin, &account, metric, &json!({ "value": 2, "effective_at": "2020-03-01" })));
        assert_eq!(late["latest"]["value"], 7.0);
        recorded(&put(&house.admin, &account, metric, &json!({ "value": 4, "effective_at": "2021-06-01T10:00:00Z" })));
        let path = format!("/api/v1/accounts/{account}/scores/{metric}");
        let (mut values, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = house.admin.get(&format!("{path}?limit=1{cursor}")).json();
            values.extend(page["data"].as_array().expect("a page").iter().map(|score| score["value"].as_f64()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(values, [Some(7.0), Some(4.0), Some(2.0)], "newest first, each once");
        let oldest = house.admin.get(&path).json()["data"][2]["effective_at"].clone();
        assert_eq!(oldest, "2020-03-01T22:59:59.999999Z", "the end of that day in Madrid");
    }
);

both!(
    fn a_withdrawn_score_no_longer_counts_and_stays_in_the_history(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let metric = "monetizes.funded_of_target";
        let path = format!("/api/v1/accounts/{account}/scores/{metric}");
        recorded(&put(&house.admin, &account, metric, &json!({ "value": 8 })));
        let answer = recorded(&put(&house.admin, &account, metric, &json!({ "value": null })));
        assert_eq!((&answer["latest"]["value"], &answer["step"]["score"]), (&Value::Null, &Value::Null));
        let version = answer["version"].clone();
        let again = recorded(&house.admin.send("DELETE", &path, &[], b""));
        assert_eq!(again["version"], version, "there was nothing left to withdraw");
        recorded(&put(&house.admin, &account, metric, &json!({ "value": 5 })));
        recorded(&house.admin.send("DELETE", &path, &[], b""));
        let history = house.admin.get(&path).json();
        let values: Vec<Value> = history["data"].as_array().expect("a list").iter().map(|s| s["value"].clone()).collect();
        assert_eq!(values, [json!(null), json!(5.0), json!(null), json!(8.0)]);
    }
);

both!(
    fn a_careful_client_neither_overwrites_nor_repeats(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let path = format!("/api/v1/accounts/{account}/scores/launched");
        let send = |headers: &[(&str, &str)], body: &[u8]| {
            let mut all = vec![("content-type", "application/json")];
            all.extend(headers);
            house.admin.send("PUT", &path, &all, body)
        };
        let first = send(&[("idempotency-key", "one")], br#"{"value":5}"#);
        let second = send(&[("idempotency-key", "one")], br#"{"value":5}"#);
        assert_eq!((second.status, &second.body), (200, &first.body), "the same bytes");
        assert_eq!(second.header("etag"), first.header("etag"));
        assert_eq!(send(&[("idempotency-key", "one")], br#"{"value":6}"#).code(), "key_reused");
        let etag = first.header("etag").expect("an ETag").to_owned();
        assert_eq!(send(&[("if-match", &etag)], br#"{"value":6}"#).status, 200);
        assert_eq!(send(&[("if-match", &etag)], br#"{"value":7}"#).code(), "changed");
        assert_eq!(card(&house, &account)["steps"][0]["judged"], 6.0);
    }
);

both!(
    fn only_the_pod_records_and_a_confidential_card_is_not_there(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let mut mia = house.person("Mia Member", "mia@acme.example", "member");
        mia.enter("acme");
        let scorecard = format!("/api/v1/accounts/{account}/scorecard");
        assert_eq!(mia.get(&scorecard).status, 200);
        assert_eq!(put(&mia, &account, "launched", &json!({ "value": 5 })).status, 403);
        let form = mia.post(&format!("/w/acme/accounts/{account}/scores/launched"), &[("value", "5")]);
        assert_eq!(form.status, 403);
        let page = mia.get(&format!("/w/acme/accounts/{account}"));
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("Record score"), "no form that would be refused");
        let hide = house.admin.json("PATCH", &format!("/api/v1/accounts/{account}"), &json!({ "confidential": true }));
        assert_eq!(hide.status, 200, "{}", hide.body);
        for path in [scorecard, format!("/api/v1/accounts/{account}/scores/launched"), format!("/w/acme/accounts/{account}")] {
            assert_eq!(mia.get(&path).status, 404, "{path}");
        }
        assert_eq!(put(&mia, &account, "launched", &json!({ "value": 5 })).status, 404);
        assert_eq!(card(&house, &account)["steps"][0]["judged"], Value::Null);
    }
);

both!(
    fn the_form_keeps_what_was_typed_until_it_is_right(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let path = format!("/w/acme/accounts/{account}/scores/launched.expected_users_active");
        let wrong = house.admin.post(&path, &[("value", "11"), ("note", "Half of <them>"), ("effective_at", "2199-01-01")]);
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("Half of &lt;them&gt;"), "the note is still there");
        assert_eq!(wrong.body.matches("aria-invalid=\"true\"").count(), 2, "both wrong fields are marked, and no other");
        assert_eq!(house.admin.post(&path, &[("value", "")]).status, 422, "an empty field withdraws nothing");
        let right = house.admin.post(&path, &[("value", "6,5"), ("note", "Half of <them>")]);
        assert_eq!(right.status, 303, "{}", right.body);
        assert_eq!(right.header("location"), Some(format!("/w/acme/accounts/{account}#launched").as_str()));
        let page = house.admin.get(&format!("/w/acme/accounts/{account}"));
        assert!(page.body.contains("<b class=\"score s65\">6.5</b>") && page.body.contains("Half of &lt;them&gt;"));
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let script = house.admin.send("POST", &path, &form, b"value=7");
        assert_eq!(script.status, 200);
        assert!(script.body.contains("<b class=\"score s70\">7.0</b>") && !script.body.contains("<html"), "the fragment alone");
        assert_eq!(house.admin.post(&format!("{path}/withdraw"), &[]).status, 303);
        assert_eq!(card(&house, &account)["steps"][0]["score"], Value::Null);
    }
);

both!(
    fn the_page_draws_the_trend_and_the_history_of_a_metric(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        // Weighs nothing, and says what day it is on the server.
        let today = recorded(&put(&house.admin, &account, "monetizes.multi_year_term", &json!({ "value": 5 })));
        let today = today["latest"]["recorded_at"].as_str().expect("a time").parse::<jiff::Timestamp>().expect("RFC 3339");
        let now = today.in_tz("Europe/Madrid").expect("a zone").date();
        let ago = |months: i64| now.saturating_sub(jiff::Span::new().months(months)).to_string();
        for (value, months) in [(2, 30), (9, 6), (4, 3)] {
            recorded(&put(&house.admin, &account, "launched", &json!({ "value": value, "effective_at": ago(months) })));
        }
        let page = house.admin.get(&format!("/w/acme/accounts/{account}"));
        assert!(page.body.contains("12 months: from 0.4 to 0.8, highest 1.8"), "{}", page.body);
        let half_a_year = now.saturating_sub(jiff::Span::new().months(6)).strftime("%-d %b %Y");
        let row = format!("<th scope=\"row\">{half_a_year}</th><td>1.8</td>");
        assert!(page.body.contains(&row), "a score counts on its day already: {}", page.body);
        assert_eq!(page.body.matches("<th scope=\"row\">").count(), 13, "a row for each point of the line");
        let history = house.admin.get(&format!("/w/acme/accounts/{account}/scores/launched"));
        assert_eq!(history.status, 200);
        let at = |text: &str| history.body.find(text).unwrap_or_else(|| panic!("{text} is missing"));
        assert!(at("<td class=\"number\">4.0</td><td class=\"number\">9.0</td>") < at("<td class=\"number\">9.0</td><td class=\"number\">2.0</td>"));
    }
);
