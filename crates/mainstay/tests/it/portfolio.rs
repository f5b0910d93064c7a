//! The progress report: its order, its totals, cells edited one by one and as a block.

use serde_json::{Value, json};

use crate::both;
use crate::harness::House;

fn edit(house: &House, edits: &Value) -> crate::harness::Answer {
    house.admin.json("PATCH", "/api/v1/portfolio", &json!({ "edits": edits }))
}

fn names(answer: &crate::harness::Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let rows = answer.json();
    let rows = rows["data"].as_array().expect("a list has data");
    rows.iter().map(|row| row["account"]["name"].as_str().unwrap_or_default().to_owned()).collect()
}

both!(
    fn a_typed_step_counts_and_shows_its_gap(on) {
        let house = House::new(on);
        let id = house.account("Casavero");
        let edits = json!([
            { "account": id, "field": "launched", "value": "6,1" },
            { "account": id, "field": "roi_generated", "value": "3.5" },
            { "account": id, "field": "roi_recognized", "value": "7" },
            { "account": id, "field": "monetizes", "value": "6.2" },
        ]);
        let row = edit(&house, &edits).json()["data"][0].clone();
        assert_eq!(row["overall"], 4.56, "four scores and a step never scored, which counts 0: 22.8 / 5");
        assert_eq!(row["ranked"], true);
        assert_eq!(row["gap"]["step"], "roi_generated", "the first step under 4 from the left");
        assert_eq!(row["steps"][0]["judged"], 6.1);
        assert_eq!(row["steps"][4]["score"], Value::Null);
    }
);

both!(
    fn one_bad_cell_and_nothing_is_saved(on) {
        let house = House::new(on);
        let id = house.account("Casavero");
        let edits = json!([
            { "account": id, "field": "launched", "value": "6" },
            { "account": id, "field": "roi_generated", "value": "11" },
            { "account": id, "field": "type", "value": "5" },
            { "account": id, "field": "end_date", "value": "31.02.2026" },
            { "account": id, "field": "arr_delta_target", "value": "lots" },
            { "account": id, "field": "associate", "value": "Nobody Known" },
            { "account": id, "field": "overall", "value": "9" },
        ]);
        let refused = edit(&house, &edits);
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid"));
        let refused = refused.json();
        let errors = refused["errors"].as_array().expect("it names the cells");
        let pointers: Vec<&str> = errors.iter().filter_map(|e| e["pointer"].as_str()).collect();
        let expected: Vec<String> = (1..=6).map(|n| format!("/edits/{n}/value")).collect();
        assert_eq!(pointers, expected);
        let row = house.admin.get("/api/v1/portfolio").json()["data"][0].clone();
        assert_eq!(row["steps"][0]["score"], Value::Null, "the good cell beside the bad ones was not saved either");
    }
);

both!(
    fn clearing_a_cell_takes_the_judgement_back(on) {
        let house = House::new(on);
        let id = house.account("Casavero");
        edit(&house, &json!([{ "account": id, "field": "launched", "value": "6" }]));
        let row = edit(&house, &json!([{ "account": id, "field": "launched", "value": "" }])).json();
        assert_eq!(row["data"][0]["steps"][0]["score"], Value::Null);
    }
);

both!(
    fn sorted_filtered_and_paged(on) {
        let house = House::new(on);
        for (name, score) in [("Albion", "7.8"), ("Bowlroute", "2"), ("Casavero", "5"), ("100% Pantry", "")] {
            let id = house.account(name);
            edit(&house, &json!([{ "account": id, "field": "launched", "value": score }]));
        }
        let asked = |query: &str| names(&house.admin.get(&format!("/api/v1/portfolio?{query}")));
        assert_eq!(asked("sort=launched"), ["Bowlroute", "Casavero", "Albion", "100% Pantry"], "no value comes last");
        assert_eq!(asked("sort=-launched"), ["Albion", "Casavero", "Bowlroute", "100% Pantry"], "no value comes last");
        assert_eq!(asked("sort=-overall,name"), ["Albion", "Casavero", "Bowlroute", "100% Pantry"]);
        assert_eq!(asked("q=ALB"), ["Albion"]);
        assert_eq!(asked("q=%25"), ["100% Pantry"], "a wildcard is a letter like any other");
        assert_eq!(asked("gap=1&type=2").len(), 3);
        assert!(asked("type=1").is_empty());
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = house.admin.get(&format!("/api/v1/portfolio?sort=-launched&limit=1{cursor}"));
            seen.extend(names(&page));
            match page.json()["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ["Albion", "Casavero", "Bowlroute", "100% Pantry"], "pages neither skip nor repeat");
        for bad in ["sort=colour", "type=9", "limit=0", "limit=x", "limit=201"] {
            assert_eq!(house.admin.get(&format!("/api/v1/portfolio?{bad}")).status, 422, "{bad}");
        }
        assert_eq!(house.admin.get("/api/v1/portfolio?cursor=nonsense").code(), "bad_cursor");
    }
);

both!(
    fn money_and_progress(on) {
        let house = House::new(on);
        let id = house.account("Casavero");
        let year: i64 = today_year(&house);
        let contract = json!({ "name": "Master", "start": format!("{}-01-01", year - 1), "end": null,
            "arr": { "amount": "1000000.00", "currency": "EUR" } });
        let made = house.admin.json("POST", &format!("/api/v1/accounts/{id}/contracts"), &contract);
        assert_eq!(made.status, 201, "{}", made.body);
        let contract_id = made.json()["id"].as_str().expect("a contract has an id").to_owned();
        let grown = json!({ "start": format!("{year}-01-01"), "end": null, "arr": { "amount": "1110000.00", "currency": "EUR" } });
        let amended = house.admin.json("POST", &format!("/api/v1/accounts/{id}/contracts/{contract_id}/amendments"), &grown);
        assert_eq!(amended.status, 201, "{}", amended.body);
        edit(&house, &json!([{ "account": id, "field": "arr_delta_target", "value": "250000" }]));
        let report = house.admin.get("/api/v1/portfolio").json();
        let row = &report["data"][0];
        assert_eq!(row["arr_last_year"]["amount"], "1000000.00");
        assert_eq!(row["arr_ytd"]["amount"], "1110000.00");
        assert_eq!(row["progress"], 0.44, "(1.11M - 1.00M) / 250k");
        assert_eq!(report["totals"]["progress"], 0.44);
    }
);

/// The year as the server sees it: no test reads a clock of its own.
fn today_year(house: &House) -> i64 {
    let date = house.admin.get("/healthz").header("date").expect("an answer is dated").to_owned();
    date.split_whitespace().find_map(|word| word.parse().ok().filter(|n| *n > 2000)).expect("the date has a year")
}

both!(
    fn the_page_answers_rows_and_totals(on) {
        let house = House::new(on);
        let id = house.account("Haus & <Hof>");
        let page = house.admin.get("/w/acme/portfolio");
        assert!(page.body.contains("Haus &amp; &lt;Hof&gt;") && !page.body.contains("<Hof>"), "names are escaped");
        let body = json!({ "edits": [{ "account": id, "field": "launched", "value": "6.5" }] });
        let rows = house.admin.json("POST", "/w/acme/portfolio/cells", &body);
        assert_eq!(rows.status, 200, "{}", rows.body);
        assert!(rows.body.contains(&format!("id=\"account-{id}\"")) && rows.body.contains("<tfoot>"), "{}", rows.body);
        let again = house.admin.get(&format!("/w/acme/portfolio/rows?account={id}"));
        assert!(again.body.contains("s65"), "{}", again.body);
    }
);

both!(
    fn the_same_key_gets_the_same_answer(on) {
        let house = House::new(on);
        let id = house.account("Casavero");
        let send = |value: &str| {
            let body = json!({ "edits": [{ "account": id, "field": "launched", "value": value }] }).to_string();
            let headers = [("content-type", "application/json"), ("idempotency-key", "k1")];
            house.admin.send("PATCH", "/api/v1/portfolio", &headers, body.as_bytes())
        };
        let first = send("6");
        edit(&house, &json!([{ "account": id, "field": "launched", "value": "2" }]));
        let again = send("6");
        assert_eq!(first.body, again.body, "byte for byte the first answer, whatever happened since");
        let now = house.admin.get("/api/v1/portfolio").json();
        assert_eq!(now["data"][0]["steps"][0]["score"], 2.0, "the repeated request did nothing");
        assert_eq!(send("7").code(), "key_reused");
    }
);

both!(
    fn nobody_is_led_to_what_they_may_not_do(on) {
        let house = House::new(on);
        for (role, led) in [("member", false), ("leader", true)] {
            let mut browser = house.person(role, &format!("{role}@acme.example"), role);
            browser.enter("acme");
            for path in ["/w/acme/portfolio", "/w/acme/accounts"] {
                assert_eq!(browser.get(path).body.contains("/w/acme/import"), led, "{role} on {path}");
            }
        }
    }
);
