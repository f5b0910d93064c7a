//! Automatic scores follow their data points, and every number opens into its inputs.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, House};

const SOFTWARE: &str = include_str!("../../templates/software.toml");

fn with_metric(body: &str) -> String {
    SOFTWARE.replacen(
        "kind = \"manual\"\nhelp = \"Share of the expected users",
        &format!("{body}\nhelp = \"Share of the expected users"),
        1,
    )
}

fn publish(house: &House, text: &str) {
    let path = "/api/v1/scorecard-templates/software";
    let saved = house.admin.json("PUT", &format!("{path}/draft"), &json!({ "text": text }));
    assert_eq!(saved.status, 200, "{}", saved.body);
    let note = json!({ "note": "Use is measured now." });
    assert_eq!(house.admin.json("POST", &format!("{path}/publish"), &note).status, 200);
}

fn point(house: &House, account: &str, name: &str, body: &Value) -> Answer {
    house.admin.json("PUT", &format!("/api/v1/accounts/{account}/data-points/{name}"), body)
}

fn put(house: &House, account: &str, metric: &str, body: &Value) -> Answer {
    house.admin.json("PUT", &format!("/api/v1/accounts/{account}/scores/{metric}"), body)
}

fn explain(house: &House, account: &str, what: &str) -> Value {
    let answer = house.admin.get(&format!("/api/v1/accounts/{account}/explain/{what}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

const ACTIVE: &str = "launched.expected_users_active";

both!(
    fn an_automatic_score_follows_its_data_points(on) {
        let house = House::new(on);
        let account = house.account("Fjordstay");
        publish(&house, &with_metric("kind = \"formula\"\nformula = \"10 * seats_used / seats_sold\""));
        let score = || explain(&house, &account, ACTIVE)["value"].clone();
        assert_eq!(score(), Value::Null);
        assert_eq!(point(&house, &account, "seats_used", &json!({ "value": 85, "source": "telemetry" })).status, 200);
        assert_eq!(score(), Value::Null, "what is missing is not zero");
        assert_eq!(point(&house, &account, "seats_sold", &json!({ "value": 100 })).status, 200);
        assert_eq!(score(), json!(8.5));
        let report = house.admin.get("/api/v1/portfolio").json();
        assert_eq!(report["data"][0]["steps"][0]["score"], 8.5, "the report shows it at once");

        let told = explain(&house, &account, ACTIVE);
        assert_eq!(told["data_points"][1]["source"], "telemetry");
        assert!(told["formula"].as_str().is_some_and(|words| words.contains("10 * seats_used / seats_sold")));
        let typed = put(&house, &account, ACTIVE, &json!({ "value": 3 }));
        assert_eq!((typed.status, &typed.json()["errors"][0]["code"]), (422, &json!("read_only")));

        let before = json!({ "value": 40, "at": "2026-01-01T00:00:00Z" });
        assert_eq!(point(&house, &account, "seats_used", &before).status, 200);
        assert_eq!(score(), json!(8.5), "what was earlier changes the past only");
        for (body, pointer) in [
            (json!({ "value": 1e300 }), "/value"),
            (json!({ "value": 1, "at": "2199-01-01T00:00:00Z" }), "/at"),
            (json!({ "value": 1, "at": "soon" }), "/at"),
        ] {
            let refused = point(&house, &account, "seats_used", &body);
            assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
        }
        assert_eq!(point(&house, &account, "Seats", &json!({ "value": 1 })).status, 422);
        let series = house.admin.get(&format!("/api/v1/accounts/{account}/data-points/seats_used?limit=1")).json();
        assert_eq!(series["data"][0]["value"], 85.0);
        assert!(series["next_cursor"].is_string());
    }
);

both!(
    fn a_number_opens_into_its_inputs_and_what_would_lift_it(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let body = json!({ "value": 6, "note": "14 of 62", "evidence_url": "https://files.example/a" });
        put(&house, &account, ACTIVE, &body);
        put(&house, &account, "launched.training_and_validation", &json!({ "value": 3 }));
        let step = explain(&house, &account, "launched");
        assert_eq!(step["value"], 4.5);
        assert_eq!(step["formula"], "The mean of the scored sub-metrics: (6 + 3) / 2 = 4.5. 3 sub-metrics are not scored and left out.");
        let input = &step["inputs"][0];
        assert_eq!((&input["by"], &input["note"], &input["counts"]), (&json!("Ada Admin"), &json!("14 of 62"), &json!(true)));
        assert_eq!(step["template"]["version"], 1);
        assert_eq!(step["lift"]["metric"], ACTIVE);
        assert_eq!((&step["lift"]["to"], &step["lift"]["by"]), (&json!(8.0), &json!(1.0)));
        let overall = explain(&house, &account, "overall");
        assert_eq!((&overall["value"], &overall["lift"]["is_a_point"]), (&json!(0.9), &json!(true)));
        put(&house, &account, "step_1", &json!({ "value": 2 }));
        let judged = explain(&house, &account, "step_1");
        assert_eq!((&judged["value"], &judged["inputs"][0]["counts"]), (&json!(2.0), &json!(true)));
        assert_eq!(judged["inputs"][1]["counts"], false);
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/explain/launched"));
        assert_eq!(page.status, 200);
        assert!(page.body.contains("What would lift it") && page.body.contains("14 of 62"), "{}", page.body);
        assert_eq!(house.admin.get(&format!("/api/v1/accounts/{account}/explain/nothing")).status, 404);
    }
);

both!(
    fn what_moved_a_number_adds_up_to_the_difference(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        put(&house, &account, ACTIVE, &json!({ "value": 8, "effective_at": "2026-01-10" }));
        put(&house, &account, "launched.training_and_validation", &json!({ "value": 2, "effective_at": "2026-02-10" }));
        put(&house, &account, "launched.used_five_times_a_week", &json!({ "value": 9, "effective_at": "2026-03-10" }));
        let address = "launched?from=2026-01-31&to=2026-03-31";
        let moved = explain(&house, &account, address)["movement"].clone();
        assert_eq!((&moved["before"], &moved["after"]), (&json!("8.000000"), &json!("6.333333")));
        let share = |index: usize| moved["causes"][index]["share"].as_str().map(str::to_owned);
        assert_eq!((share(0), share(1)), (Some("-3.000000".to_owned()), Some("1.333333".to_owned())));
        assert_eq!(moved["causes"][0]["by"], "Ada Admin");
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/explain/{address}"));
        assert!(page.body.contains("−3.00") && page.body.contains("+1.33"), "{}", page.body);
        let turned = house.admin.get(&format!("/api/v1/accounts/{account}/explain/launched?from=2026-03-01&to=2026-01-01"));
        assert_eq!(turned.status, 422);
    }
);

both!(
    fn evidence_is_asked_for_where_the_template_wants_it(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        publish(&house, &with_metric("kind = \"manual\"\nevidence_required = true"));
        let bare = put(&house, &account, ACTIVE, &json!({ "value": 6 }));
        assert_eq!((bare.status, &bare.json()["errors"][0]["pointer"]), (422, &json!("/evidence_url")));
        let body = json!({ "value": 6, "evidence_url": "https://files.example/a" });
        assert_eq!(put(&house, &account, ACTIVE, &body).status, 200);
    }
);

both!(
    fn a_template_is_edited_tried_and_published_on_its_page(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        put(&house, &account, ACTIVE, &json!({ "value": 8 }));
        let list = house.admin.get("/w/acme/settings/scorecards");
        assert!(list.body.contains("Services"), "{}", list.body);
        let path = "/w/acme/settings/scorecards/software";
        let bad = SOFTWARE.replacen("kind = \"manual\"", "kind = \"manual\"\nweight = -1", 1);
        let refused = house.admin.post(&format!("{path}/draft"), &[("text", &bad)]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("Line ") && refused.body.contains("a weight is a number"), "{}", refused.body);
        let good = SOFTWARE.replacen("kind = \"manual\"", "kind = \"manual\"\nweight = 0", 1).replace('\n', "\r\n");
        assert_eq!(house.admin.post(&format!("{path}/draft"), &[("text", &good)]).status, 303);
        let tried = house.admin.post(&format!("{path}/test"), &[("account", &account)]);
        assert!(tried.status == 200 && tried.body.contains("test-result"), "{}", tried.body);
        assert_eq!(house.admin.post(&format!("{path}/publish"), &[("note", "Weight 0")]).status, 303);
        let page = house.admin.get(path);
        assert!(page.body.contains("Weight 0"), "{}", page.body);
        let text = house.admin.get(&format!("{path}/versions/2"));
        assert_eq!(text.body, good.replace("\r\n", "\n"));
    }
);
