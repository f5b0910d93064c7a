//! The checklist of a step, the data points typed by hand, and the course of a number with its version marks.

use serde_json::{Value, json};

use crate::both;
use crate::harness::House;

const SOFTWARE: &str = include_str!("../../templates/software.toml");

fn publish(house: &House, text: &str, note: &str) {
    let path = "/api/v1/scorecard-templates/software";
    let saved = house.admin.json("PUT", &format!("{path}/draft"), &json!({ "text": text }));
    assert_eq!(saved.status, 200, "{}", saved.body);
    let published = house.admin.json("POST", &format!("{path}/publish"), &json!({ "note": note }));
    assert_eq!(published.status, 200, "{}", published.body);
}

both!(
    fn activities_are_ticked_told_and_outlive_a_version(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let path = format!("/api/v1/accounts/{account}/activities");
        let first = house.admin.get(&path).json()["data"][0].clone();
        let (step, activity) = (first["step"].as_str().expect("a step").to_owned(), first["activity"].as_str().expect("words").to_owned());
        assert_eq!((&first["done"], &first["done_by"]), (&json!(false), &Value::Null));
        let put = |done: bool| house.admin.json("PUT", &format!("{path}/{step}"), &json!({ "activity": activity, "done": done }));
        let ticked = put(true);
        assert_eq!(ticked.status, 200, "{}", ticked.body);
        assert_eq!((&ticked.json()["data"][0]["done"], &ticked.json()["data"][0]["done_by"]), (&json!(true), &json!("Ada Admin")));
        let version = || house.admin.get(&format!("/api/v1/accounts/{account}")).json()["version"].clone();
        let before = version();
        assert_eq!((put(true).status, version()), (200, before), "ticked twice is one event");
        let unknown = house.admin.json("PUT", &format!("{path}/{step}"), &json!({ "activity": "Dance", "done": true }));
        assert_eq!((unknown.status, unknown.json()["errors"][0]["pointer"].clone()), (422, json!("/activity")));
        assert_eq!(house.admin.json("PUT", &format!("{path}/nothing"), &json!({ "activity": activity, "done": true })).status, 404);

        let feed = house.admin.get(&format!("/w/acme/accounts/{account}/feed")).body;
        assert!(feed.contains(&format!("did <b>{activity}</b> of ")), "{feed}");
        publish(&house, &SOFTWARE.replacen("kind = \"manual\"", "kind = \"manual\"\nweight = 3", 1), "Use weighs more");
        assert_eq!(house.admin.get(&path).json()["data"][0]["done"], true, "the words stayed, so does the tick");
        let page = house.admin.get(&format!("/w/acme/accounts/{account}")).body;
        assert!(page.contains("1 of ") && page.contains("tick ticked"), "{page}");
        let form = [("activity", activity.as_str())];
        assert_eq!(house.admin.post(&format!("/w/acme/accounts/{account}/activities/{step}"), &form).status, 303);
        assert_eq!(house.admin.get(&path).json()["data"][0]["done"], false);
    }
);

both!(
    fn a_data_point_is_typed_on_its_page(on) {
        let house = House::new(on);
        let account = house.account("Fjordstay");
        let text = SOFTWARE.replacen("kind = \"manual\"", "kind = \"ratio\"\ndata_point = \"seats_used\"\ntarget = 100", 1);
        publish(&house, &text, "Use is measured now");
        let path = format!("/w/acme/accounts/{account}/data-points");
        assert!(house.admin.get(&path).body.contains("the scorecard asks for it"), "what is missing is named");
        let refused = house.admin.post(&path, &[("name", "Seats"), ("value", "many"), ("on", "2199-01-01")]);
        assert!(refused.status == 422 && refused.body.contains("cannot lie in the future") && refused.body.contains("lower-case"), "{}", refused.body);
        let form = [("name", "seats_used"), ("value", "85,5"), ("on", "2026-01-31"), ("source", "counted <by hand>")];
        assert_eq!(house.admin.post(&path, &form).status, 303);
        let stored = house.admin.get(&format!("/api/v1/accounts/{account}/data-points/seats_used")).json()["data"][0].clone();
        assert_eq!((&stored["value"], &stored["at"]), (&json!(85.5), &json!("2026-01-31T22:59:59.999999Z")), "the day's end in Madrid");
        let report = house.admin.get("/api/v1/portfolio").json();
        assert_eq!(report["data"][0]["steps"][0]["score"], 8.55, "the score follows at once");
        let page = house.admin.get(&format!("{path}?name=seats_used")).body;
        assert!(page.contains("counted &lt;by hand&gt;") && page.contains("Every value of"), "{page}");
    }
);

both!(
    fn the_course_of_a_number_marks_new_versions(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let put = |metric: &str, body: &Value| {
            let path = format!("/api/v1/accounts/{account}/scores/{metric}");
            assert_eq!(house.admin.json("PUT", &path, body).status, 200);
        };
        put("launched.expected_users_active", &json!({ "value": 8, "effective_at": "2026-01-10" }));
        put("launched.training_and_validation", &json!({ "value": 2, "effective_at": "2026-02-10" }));
        publish(&house, &SOFTWARE.replacen("kind = \"manual\"", "kind = \"manual\"\nweight = 3", 1), "Use weighs <more>");
        let address = format!("accounts/{account}/explain/launched?from=2026-01-01");
        let course = house.admin.get(&format!("/api/v1/{address}")).json()["course"].clone();
        let values: Vec<&Value> = course["turns"].as_array().expect("turns").iter().map(|turn| &turn["value"]).collect();
        assert_eq!(values, [&Value::Null, &json!(8.0), &json!(5.0), &json!(6.5)], "{course}");
        assert_eq!((&course["versions"][0]["version"], &course["versions"][0]["note"]), (&json!(2), &json!("Use weighs <more>")));
        let page = house.admin.get(&format!("/w/acme/{address}")).body;
        assert!(page.contains("class=\"version\"") && page.contains("Use weighs &lt;more&gt;"), "{page}");
        let metric = house.admin.get(&format!("/w/acme/accounts/{account}/explain/launched.training_and_validation?from=2026-01-01")).body;
        assert!(metric.contains("chart wide"), "a sub-metric has a course too");
    }
);
