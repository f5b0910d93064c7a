//! The order of the weekly call: what fell, what ends, what is late, the others; each line says why it stands there.

use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::as_of::date_of;
use crate::both;
use crate::harness::House;

const STEPS: [&str; 5] = ["launched", "roi_generated", "roi_recognized", "monetizes", "strategic_partner"];

struct Scene {
    house: House,
    today: Date,
}

impl Scene {
    fn day(&self, days: i64) -> Date {
        self.today + Span::new().days(days)
    }

    fn score(&self, account: &str, value: f64, days: i64) {
        for step in STEPS {
            let body = json!({ "value": value, "effective_at": self.day(days) });
            let put = self.house.admin.json("PUT", &format!("/api/v1/accounts/{account}/scores/{step}"), &body);
            assert_eq!(put.status, 200, "{}", put.body);
        }
    }

    fn post(&self, path: &str, body: &Value) {
        let made = self.house.admin.json("POST", path, body);
        assert_eq!(made.status, 201, "{}", made.body);
    }

    /// An account whose five steps stand at 6 for a month.
    fn account(&self, name: &str, end: Option<i64>) -> String {
        let body = json!({ "name": name, "type": 2, "end_date": end.map(|days| self.day(days)) });
        let made = self.house.admin.json("POST", "/api/v1/accounts", &body);
        let id = made.json()["id"].as_str().expect("an account has an id").to_owned();
        self.score(&id, 6.0, -30);
        id
    }

    fn task(&self, account: &str, due: i64) {
        self.post("/api/v1/tasks", &json!({ "title": "Call them", "account": account, "due": self.day(due) }));
    }

    /// Names alphabetically against the order of the call.
    fn new(on: crate::harness::On) -> Self {
        let house = House::new(on);
        let today = date_of(&house.admin.get("/api/v1/portfolio").json()["as_of"]).expect("a report has a day");
        let scene = Self { house, today };
        let (zeta, yarrow) = (scene.account("Zeta", None), scene.account("Yarrow", Some(5)));
        scene.score(&zeta, 4.0, 0);
        scene.score(&yarrow, 5.5, -3);
        scene.account("Xenon", Some(30));
        let willow = scene.account("Willow", None);
        let contract = json!({ "name": "Main", "start": "2024-01-01", "end": scene.day(300), "notice_days": 250,
            "arr": { "amount": "1000", "currency": "EUR" } });
        scene.post(&format!("/api/v1/accounts/{willow}/contracts"), &contract);
        let (vega, umber, tern) =
            (scene.account("Vega", None), scene.account("Umber", None), scene.account("Tern", None));
        for (account, due) in [(&vega, -9), (&umber, -2), (&tern, 0)] {
            scene.score(account, 3.5, -20);
            scene.task(account, due);
        }
        let fine = scene.account("Alma", Some(121));
        scene.task(&fine, -5);
        scene
    }

    fn names(&self, query: &str) -> Vec<String> {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = self.house.admin.get(&format!("/api/v1/portfolio?{query}{cursor}"));
            assert_eq!(answer.status, 200, "{}", answer.body);
            let page = answer.json();
            let rows = page["data"].as_array().expect("a list has data");
            names.extend(rows.iter().map(|row| row["account"]["name"].as_str().unwrap_or_default().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return names,
            }
        }
    }

    /// Each account of the page with its reason.
    fn reasons(&self, query: &str) -> Vec<(String, String)> {
        let page = self.house.admin.get(&format!("/w/acme/portfolio?{query}"));
        assert_eq!(page.status, 200, "{}", page.body);
        let cells = page.body.split("data-field=\"name\" data-value=\"").skip(1);
        let cell = |cell: &str| {
            let (name, rest) = cell.split_once('"').expect("a value ends");
            let cell = rest.split("</th>").next().unwrap_or_default();
            let reason = cell.split_once("class=\"reason\">").and_then(|(_, words)| words.split('<').next());
            (name.to_owned(), reason.unwrap_or_default().to_owned())
        };
        cells.map(cell).collect()
    }
}

/// "5 Dec 2026"
fn words(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

both!(
    fn the_call_goes_through_what_needs_the_team_and_says_why(on) {
        let scene = Scene::new(on);
        let expected = [
            ("Zeta", "fell 2.0 in a week".to_owned()),
            ("Yarrow", "fell 0.5 in a week".to_owned()),
            ("Xenon", format!("ends {}", words(scene.day(30)))),
            ("Willow", format!("notice by {}", words(scene.day(50)))),
            ("Vega", format!("action late, {}", words(scene.day(-9)))),
            ("Umber", format!("action late, {}", words(scene.day(-2)))),
            ("Tern", "under 4".to_owned()),
        ];
        let order: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
        for query in ["view=weekly-call", "view=weekly-call&limit=1", "attention=1&sort=attention&limit=3"] {
            assert_eq!(scene.names(query), order, "{query}");
        }
        let expected: Vec<(String, String)> = expected.into_iter().map(|(name, why)| (name.to_owned(), why)).collect();
        assert_eq!(scene.reasons("view=weekly-call"), expected);
        let totals = scene.house.admin.get("/api/v1/portfolio?attention=1").json()["totals"]["accounts"].clone();
        assert_eq!(totals, json!(7), "an action without a gap, an end in 121 days: Alma needs nothing");
        let all = scene.names("sort=attention&limit=2");
        assert_eq!(all, ["Zeta", "Yarrow", "Xenon", "Willow", "Vega", "Umber", "Alma", "Tern"], "what is left goes by name");
        assert_eq!(scene.names("sort=-attention&limit=3")[2..], ["Umber", "Vega", "Willow", "Xenon", "Yarrow", "Zeta"]);
        assert!(scene.reasons("").iter().all(|(_, why)| why.is_empty()), "another order needs no reasons");
        let page = scene.house.admin.get("/w/acme/portfolio?view=weekly-call").body;
        assert!(page.contains("First what fell in the last 7 days, by how far; then notice and ends until"), "{page}");
    }
);

both!(
    fn the_call_of_a_past_day_knows_no_late_actions(on) {
        let scene = Scene::new(on);
        let then = scene.day(-1);
        // Zeta fell only today; what is open today was not known to be late.
        let query = format!("sort=attention&as_of={then}");
        let expected = ["Yarrow", "Xenon", "Willow", "Alma", "Tern", "Umber", "Vega", "Zeta"];
        assert_eq!(scene.names(&format!("{query}&limit=3")), expected);
        let reasons = scene.reasons(&query);
        assert_eq!(reasons[0], ("Yarrow".to_owned(), "fell 0.5 in a week".to_owned()));
        assert_eq!(reasons[6], ("Vega".to_owned(), "under 4".to_owned()));
        assert_eq!(scene.names(&format!("attention=1&sort=name&as_of={then}")), ["Tern", "Umber", "Vega", "Willow", "Xenon", "Yarrow"]);
        let kept = scene.house.admin.json("POST", "/api/v1/snapshots", &json!({})).json()["id"].clone();
        let kept = format!("sort=attention&attention=1&snapshot={}", kept.as_str().expect("an id"));
        assert_eq!(scene.names(&kept), ["Zeta", "Yarrow", "Xenon", "Willow", "Tern", "Umber", "Vega"]);
    }
);

both!(
    fn an_edit_in_the_call_comes_back_with_its_reason(on) {
        let scene = Scene::new(on);
        let page = scene.house.admin.get("/w/acme/portfolio?view=weekly-call").body;
        let address = page.split("data-cells-url=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an address");
        let address = address.replace("&amp;", "&");
        let rows = scene.house.admin.get("/api/v1/portfolio?q=xenon").json();
        let edits = json!({ "edits": [{ "account": rows["data"][0]["account"]["id"], "field": "launched", "value": "1" }] });
        let cells = scene.house.admin.json("POST", &address, &edits);
        assert!(cells.status == 200 && cells.body.contains("fell 1.0 in a week"), "{}", cells.body);
        let rows = address.replace("/cells?", "/rows?");
        let rows = scene.house.admin.get(&format!("{rows}&account={}", edits["edits"][0]["account"].as_str().expect("an id")));
        assert!(rows.body.contains("fell 1.0 in a week"), "{}", rows.body);
    }
);
