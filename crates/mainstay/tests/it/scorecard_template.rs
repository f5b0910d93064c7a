//! Scorecard templates by the API: drafted, tried, published, chosen by segment, and never changed afterwards.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, House};

const SOFTWARE: &str = include_str!("../../templates/software.toml");

/// A template in which only the use by expected users weighs in the first step.
fn stricter() -> String {
    let mut text = SOFTWARE.to_owned();
    for metric in ["Share of the users who come", "Share of the users for whom", "Milestones of training"] {
        text = text.replacen(&format!("help = \"{metric}"), &format!("weight = 0\nhelp = \"{metric}"), 1);
    }
    text.replacen("help = \"What this customer needed", "weight = 0\nhelp = \"What this customer needed", 1)
}

fn template(house: &House, key: &str) -> Value {
    house.admin.get(&format!("/api/v1/scorecard-templates/{key}")).json()
}

fn send(house: &House, method: &str, path: &str, body: &Value) -> Answer {
    house.admin.json(method, &format!("/api/v1/scorecard-templates{path}"), body)
}

fn score(house: &House, account: &str, metric: &str, value: f64) {
    let path = format!("/api/v1/accounts/{account}/scores/{metric}");
    assert_eq!(house.admin.json("PUT", &path, &json!({ "value": value })).status, 200);
}

fn first_step(house: &House) -> Value {
    house.admin.get("/api/v1/portfolio").json()["data"][0]["steps"][0]["score"].clone()
}

/// Lines are written anew beside the answer.
fn until_first_step_is(house: &House, wanted: &Value) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while first_step(house) != *wanted {
        assert!(Instant::now() < deadline, "the report says {} instead of {wanted}", first_step(house));
        std::thread::sleep(Duration::from_millis(20));
    }
}

both!(
    fn a_draft_is_tried_then_published_and_the_report_follows(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        score(&house, &account, "launched.expected_users_active", 8.0);
        score(&house, &account, "launched.training_and_validation", 2.0);
        assert_eq!(first_step(&house), json!(5.0));

        let saved = send(&house, "PUT", "/software/draft", &json!({ "text": stricter() }));
        assert_eq!(saved.status, 200, "{}", saved.body);
        assert_eq!(first_step(&house), json!(5.0), "a draft changes nothing");
        let tried = send(&house, "POST", "/software/test", &json!({ "account": account })).json();
        assert_eq!((&tried["steps"][0]["before"], &tried["steps"][0]["after"]), (&json!(5.0), &json!(8.0)));
        assert_eq!((&tried["overall_before"], &tried["overall_after"]), (&json!(1.0), &json!(1.6)));

        let note = json!({ "note": "Only active users count; we expect the first step to rise." });
        let published = send(&house, "POST", "/software/publish", &note);
        assert_eq!(published.status, 200, "{}", published.body);
        let whole = template(&house, "software");
        assert_eq!((&whole["version"], &whole["is_default"], &whole["draft"]), (&json!(2), &json!(true), &Value::Null));
        assert_eq!(whole["versions"][0]["published_by"], "Ada Admin");
        assert_eq!(whole["versions"][1]["number"], 1, "what was, stays");
        let old = house.admin.get("/api/v1/scorecard-templates/software/versions/1");
        assert_eq!(old.body, SOFTWARE, "as the text that it was");
        until_first_step_is(&house, &json!(8.0));
        let card = house.admin.get(&format!("/api/v1/accounts/{account}/scorecard")).json();
        assert_eq!((&card["template"]["version"], &card["steps"][0]["score"]), (&json!(2), &json!(8.0)));
        assert_eq!(send(&house, "POST", "/software/publish", &note).status, 409, "nothing is left to publish");
    }
);

both!(
    fn the_closest_template_governs_and_step_numbers_work_in_all(on) {
        let house = House::new(on);
        let services = house.account("Fjordstay");
        let path = format!("/api/v1/accounts/{services}");
        assert_eq!(house.admin.json("PATCH", &path, &json!({ "vertical": "Hotels" })).status, 200);
        let text = SOFTWARE
            .replacen("key = \"software\"", "key = \"hotels\"", 1)
            .replacen("name = \"Software\"", "name = \"Hotels\"", 1)
            .replacen("key = \"launched\"", "key = \"rooms_live\"", 1)
            .replacen("[[steps]]", "[applies_to]\nverticals = [\"hotels\"]\n\n[[steps]]", 1);
        let added = send(&house, "POST", "", &json!({ "text": text }));
        assert_eq!(added.status, 201, "{}", added.body);
        assert_eq!(send(&house, "POST", "", &json!({ "text": text })).status, 409, "the key is taken");
        assert_eq!(send(&house, "POST", "/hotels/publish", &json!({ "note": "" })).status, 200);

        let put = |key: &str| house.admin.json("PUT", &format!("{path}/scores/{key}"), &json!({ "value": 7 }));
        assert_eq!(put("launched").status, 404, "its template has no such step");
        assert_eq!(put("step_1").json()["metric"], "rooms_live");
        let card = house.admin.get(&format!("{path}/scorecard")).json();
        assert_eq!((&card["template"]["key"], &card["steps"][0]["score"]), (&json!("hotels"), &json!(7.0)));
        let edit = json!({ "edits": [{ "account": services, "field": "launched", "value": "4" }] });
        let row = house.admin.json("PATCH", "/api/v1/portfolio", &edit).json()["data"][0].clone();
        assert_eq!(row["steps"][0]["key"], "launched", "the report's heads are the default's");
        assert_eq!(row["steps"][0]["score"], 4.0);
        assert_eq!(house.admin.get("/api/v1/portfolio?sort=-step_1").status, 200);
        assert_eq!(house.admin.get("/w/acme/portfolio?sort=-step_1").status, 200);
    }
);

both!(
    fn a_text_with_an_error_is_refused_and_other_roles_may_not(on) {
        let house = House::new(on);
        let bad = SOFTWARE.replacen("kind = \"manual\"", "kind = \"telepathy\"", 1);
        let refused = send(&house, "PUT", "/software/draft", &json!({ "text": bad }));
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/text");
        let other = send(&house, "PUT", "/services/draft", &json!({ "text": SOFTWARE }));
        assert_eq!(other.status, 422, "{}", other.body);
        assert_eq!(send(&house, "PUT", "/nothing/draft", &json!({ "text": SOFTWARE })).status, 404);
        let member = house.person("Mia Member", "mia@acme.example", "member");
        let answer = member.json("PUT", "/api/v1/scorecard-templates/software/draft", &json!({ "text": SOFTWARE }));
        assert_eq!(answer.status, 403);
        assert_eq!(member.get("/api/v1/scorecard-templates/services").json()["name"], "Services");
    }
);
