//! Tasks: who may see and change them, what they turn into, and where they show.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House, On};

/// A workspace with Rui, who works in Casavero's pod, and Mei, who is in no pod.
struct Scene {
    house: House,
    rui: Browser,
    mei: Browser,
    rui_id: String,
    mei_id: String,
    casavero: String,
}

impl Scene {
    fn new(on: On) -> Self {
        let house = House::new(on);
        let member = |name: &str, email: &str| {
            let mut browser = house.person(name, email, "member");
            browser.enter("acme");
            browser
        };
        let (rui, mei) = (member("Rui Tavares", "rui@acme.example"), member("Mei Tan", "mei@acme.example"));
        let (rui_id, mei_id) = (me(&rui), me(&mei));
        let casavero = house.account("Casavero");
        let put = house.admin.json(
            "PUT",
            &format!("/api/v1/accounts/{casavero}/members/{rui_id}"),
            &json!({ "role": "team" }),
        );
        assert_eq!(put.status, 200, "{}", put.body);
        Self { house, rui, mei, rui_id, mei_id, casavero }
    }

    fn score(&self, metric: &str, value: f64) {
        let path = format!("/api/v1/accounts/{}/scores/{metric}", self.casavero);
        let put = self.house.admin.json("PUT", &path, &json!({ "value": value }));
        assert!(put.status < 300, "{}", put.body);
    }

    fn hide(&self) {
        let path = format!("/api/v1/accounts/{}", self.casavero);
        let put = self.house.admin.json("PATCH", &path, &json!({ "confidential": true }));
        assert_eq!(put.status, 200, "{}", put.body);
    }
}

fn me(browser: &Browser) -> String {
    text(&browser.get("/api/v1/me").json()["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn add(browser: &Browser, body: &Value) -> Value {
    let made = browser.json("POST", "/api/v1/tasks", body);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()
}

fn titles(browser: &Browser, query: &str) -> Vec<String> {
    let answer = browser.get(&format!("/api/v1/tasks{query}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["data"].as_array().expect("a list has data").iter().map(|task| text(&task["title"])).collect()
}

both!(
    fn a_task_lives_from_its_promise_to_its_end(on) {
        let scene = Scene::new(on);
        let admin = &scene.house.admin;
        let made = add(admin, &json!({ "title": "Send the cause note", "account": scene.casavero, "owner": scene.rui_id,
            "due": "2026-12-04", "note": "To Moreau" }));
        assert_eq!((&made["status"], &made["owner"]["name"], &made["source"]["kind"]), (&json!("open"), &json!("Rui Tavares"), &json!("manual")));
        let path = format!("/api/v1/tasks/{}", text(&made["id"]));
        let read = scene.rui.get(&path);
        assert_eq!(read.header("etag"), Some("\"v1\""), "{}", read.body);
        let edited = scene.rui.json("PATCH", &path, &json!({ "due": null, "title": "Send it" }));
        assert_eq!((edited.status, &edited.json()["due"]), (200, &Value::Null), "{}", edited.body);
        assert_eq!(edited.json()["note"], "To Moreau", "what is not sent stays");
        let stale = scene.rui.send("PATCH", &path, &[("content-type", "application/json"), ("if-match", "\"v1\"")], b"{\"title\":\"x\"}");
        assert_eq!((stale.status, stale.code().as_str()), (412, "changed"));
        let done = scene.rui.json("POST", &format!("{path}/done"), &json!({}));
        assert_eq!((done.status, &done.json()["closed_by"]["name"]), (200, &json!("Rui Tavares")), "{}", done.body);
        assert_eq!(scene.rui.json("POST", &format!("{path}/drop"), &json!({})).code(), "conflict");
        let again = scene.rui.json("POST", &format!("{path}/done"), &json!({}));
        assert_eq!(again.json()["version"], done.json()["version"], "done twice is done once");
        let asked = scene.rui.json("POST", &format!("{path}/done"), &json!({ "moved": true }));
        assert_eq!((asked.status, asked.code().as_str()), (409, "conflict"), "it was to lift no score");
        let open = scene.rui.json("POST", &format!("{path}/reopen"), &json!({}));
        assert_eq!((&open.json()["status"], &open.json()["closed_at"]), (&json!("open"), &Value::Null));
        let dropped = scene.rui.json("POST", &format!("{path}/drop"), &json!({}));
        assert_eq!(dropped.json()["status"], "dropped");
        let feed = admin.get(&format!("/w/acme/accounts/{}/feed", scene.casavero)).body;
        for words in ["added the action", "did the action", "reopened the action", "dropped the action", "Send it"] {
            assert!(feed.contains(words), "the feed says {words}: {feed}");
        }
    }
);

both!(
    fn a_repeated_request_adds_one_task(on) {
        let scene = Scene::new(on);
        let headers = [("content-type", "application/json"), ("idempotency-key", "once")];
        let send = || scene.rui.send("POST", "/api/v1/tasks", &headers, b"{\"title\":\"Call them\"}");
        let (first, second) = (send(), send());
        assert_eq!((first.status, first.body), (201, second.body));
        assert_eq!(titles(&scene.rui, "?owner=me"), ["Call them"]);
    }
);

both!(
    fn what_is_wrong_is_said_at_its_field(on) {
        let scene = Scene::new(on);
        let refused = |body: &Value| {
            let answer = scene.house.admin.json("POST", "/api/v1/tasks", body);
            (answer.status, text(&answer.json()["errors"][0]["pointer"]))
        };
        let stranger = "01890000-0000-7000-8000-000000000000";
        for (body, status, pointer) in [
            (json!({ "title": " " }), 422, "/title"),
            (json!({ "title": "x".repeat(201) }), 422, "/title"),
            (json!({ "title": "a", "due": "soon" }), 422, "/due"),
            (json!({ "title": "a", "source": "dream" }), 422, "/source"),
            (json!({ "title": "a", "owner": stranger }), 422, "/owner"),
            (json!({ "title": "a", "source": "gap" }), 422, "/account"),
            (json!({ "title": "a", "source": "gap", "account": scene.casavero }), 422, "/source"),
            (json!({ "title": "a", "account": stranger }), 404, ""),
        ] {
            assert_eq!(refused(&body), (status, pointer.to_owned()), "{body}");
        }
        let made = add(&scene.rui, &json!({ "title": "a" }));
        let moved = scene.rui.json("PATCH", &format!("/api/v1/tasks/{}", text(&made["id"])), &json!({ "account": scene.casavero }));
        assert_eq!((moved.status, moved.json()["errors"][0]["code"].clone()), (422, json!("read_only")));
        for query in ["?status=late", "?owner=rui", "?due_before=soon", "?limit=0"] {
            assert_eq!(scene.rui.get(&format!("/api/v1/tasks{query}")).status, 422, "{query}");
        }
    }
);

both!(
    fn a_task_about_no_account_is_its_owners_and_its_writers(on) {
        let scene = Scene::new(on);
        let private = add(&scene.mei, &json!({ "title": "Prepare the offsite", "owner": scene.rui_id }));
        let path = format!("/api/v1/tasks/{}", text(&private["id"]));
        for (who, status) in [(&scene.mei, 200), (&scene.rui, 200), (&scene.house.admin, 404)] {
            assert_eq!(who.get(&path).status, status);
            assert_eq!(who.json("PATCH", &path, &json!({ "note": "n" })).status, status);
        }
        assert!(titles(&scene.house.admin, "").is_empty());
        assert_eq!(titles(&scene.rui, "?owner=me"), ["Prepare the offsite"]);
        add(&scene.rui, &json!({ "title": "A mark", "account": scene.casavero }));
        scene.house.settle(&scene.casavero);
        let seen = |who: &Browser| {
            let events = who.get("/api/v1/events?limit=200").json();
            events["data"].as_array().expect("a list").iter().filter(|event| event["subject"]["id"] == private["id"]).count()
        };
        assert_eq!((seen(&scene.mei), seen(&scene.rui), seen(&scene.house.admin)), (2, 2, 0), "nor by the list of events");
    }
);

both!(
    fn work_on_an_account_follows_the_accounts_rights(on) {
        let scene = Scene::new(on);
        let body = json!({ "title": "Ask for the plan", "account": scene.casavero, "owner": scene.rui_id });
        assert_eq!(scene.mei.json("POST", "/api/v1/tasks", &body).status, 403, "Mei gives nobody work on it");
        let own = add(&scene.mei, &json!({ "title": "Look at it myself", "account": scene.casavero }));
        let own = format!("/api/v1/tasks/{}", text(&own["id"]));
        let theirs = format!("/api/v1/tasks/{}", text(&add(&scene.rui, &body)["id"]));
        assert_eq!(scene.mei.get(&theirs).status, 200);
        assert_eq!(scene.mei.json("POST", &format!("{theirs}/done"), &json!({})).status, 403);
        assert_eq!(scene.mei.json("PATCH", &own, &json!({ "note": "mine" })).status, 200);
        scene.hide();
        for path in [&own, &theirs] {
            assert_eq!(scene.mei.get(path).status, 404);
            assert_eq!(scene.mei.json("POST", &format!("{path}/done"), &json!({})).status, 404);
        }
        assert!(titles(&scene.mei, "").is_empty(), "nor in a list, although one is hers");
        assert!(!scene.mei.get("/w/acme/today").body.contains("Look at it myself"));
        assert_eq!(scene.mei.json("POST", "/api/v1/tasks", &body).status, 404);
        let given = scene.rui.json("PATCH", &theirs, &json!({ "owner": scene.mei_id }));
        assert_eq!((given.status, &given.json()["errors"][0]["pointer"]), (422, &json!("/owner")), "Mei would not see it");
    }
);

both!(
    fn the_list_is_filtered_and_paged_by_date(on) {
        let scene = Scene::new(on);
        for (title, due) in [("c", json!("2026-12-03")), ("none", Value::Null), ("a", json!("2026-12-01")), ("b", json!("2026-12-02"))] {
            add(&scene.rui, &json!({ "title": title, "due": due, "account": scene.casavero }));
        }
        add(&scene.house.admin, &json!({ "title": "hers", "account": scene.casavero }));
        assert_eq!(titles(&scene.rui, "?owner=me&status=open"), ["a", "b", "c", "none"]);
        assert_eq!(titles(&scene.rui, "?owner=me&due_before=2026-12-03"), ["a", "b"]);
        assert_eq!(titles(&scene.rui, &format!("?account={}&limit=200", scene.casavero)).len(), 5);
        assert!(titles(&scene.rui, "?status=done").is_empty());
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = scene.rui.get(&format!("/api/v1/tasks?owner=me&limit=1{cursor}")).json();
            seen.push(text(&page["data"][0]["title"]));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ["a", "b", "c", "none"]);
    }
);

both!(
    fn a_gap_becomes_an_action_and_is_asked_about_when_it_is_done(on) {
        let scene = Scene::new(on);
        scene.score("launched", 3.2);
        let form = scene.rui.get(&format!("/w/acme/tasks/new?source=gap&account={}", scene.casavero)).body;
        assert!(form.contains("launched is 3.2"), "the form is filled in from the gap: {form}");
        let body = json!({ "title": "Walk the stores", "account": scene.casavero, "owner": scene.rui_id, "source": "gap" });
        let made = add(&scene.house.admin, &body);
        assert_eq!((&made["source"]["step"], &made["source"]["score"]), (&json!("launched"), &json!(3.2)));
        assert!(scene.rui.get("/w/acme/today").body.contains("Walk the stores"));
        let id = text(&made["id"]);
        assert_eq!(scene.rui.post(&format!("/w/acme/tasks/{id}/done"), &[("back", "/w/acme/today")]).status, 303);
        let day = scene.rui.get("/w/acme/today").body;
        assert!(day.contains("was 3.2 when this was opened, is 3.2 now: has it moved?"), "{day}");
        let wrong = scene.rui.post(&format!("/w/acme/tasks/{id}/moved"), &[("moved", "yes"), ("value", "11")]);
        assert_eq!(wrong.status, 422);
        let answered = scene.rui.post(&format!("/w/acme/tasks/{id}/moved"), &[("moved", "yes"), ("value", "5.5")]);
        assert_eq!(answered.status, 303, "{}", answered.body);
        let task = scene.rui.get(&format!("/api/v1/tasks/{id}")).json();
        assert_eq!(task["moved"], true);
        assert!(!scene.rui.get("/w/acme/today").body.contains("has it moved?"), "asked once");
        let feed = scene.rui.get(&format!("/w/acme/accounts/{}/feed", scene.casavero)).body;
        assert!(feed.contains("has moved from 3.2 to"), "{feed}");
        let again = scene.rui.json("POST", &format!("/api/v1/tasks/{id}/done"), &json!({ "moved": false }));
        assert_eq!(again.json()["moved"], false, "an answer can be mended");
    }
);

both!(
    fn the_day_shows_what_is_mine_and_the_gaps_of_my_accounts(on) {
        let scene = Scene::new(on);
        assert!(scene.mei.get("/w/acme/today").body.contains("Nothing is waiting for you"));
        scene.score("launched", 2.0);
        let day = scene.house.admin.get("/w/acme/today").body;
        assert!(day.contains("is 2.0; no action yet"), "{day}");
        let form = [("title", "Visit Lyon"), ("account", scene.casavero.as_str()), ("due_on", "2020-01-01"), ("back", "/w/acme/today")];
        let added = scene.house.admin.post("/w/acme/tasks", &form);
        assert_eq!((added.status, added.header("location")), (303, Some("/w/acme/today")), "{}", added.body);
        let day = scene.house.admin.get("/w/acme/today").body;
        assert!(day.contains("Overdue") && day.contains("Visit Lyon") && !day.contains("no action yet"), "{day}");
        assert!(!scene.rui.get("/w/acme/today").body.contains("Visit Lyon"), "it is not Rui's");
        let refused = scene.house.admin.post("/w/acme/tasks", &[("title", ""), ("due_on", "never")]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("aria-invalid"), "the form comes back with its fields marked");
        let away = scene.house.admin.post("/w/acme/tasks", &[("title", "x"), ("back", "//evil.example/")]);
        assert_eq!(away.header("location"), Some("/w/acme/today"));
    }
);

both!(
    fn the_weekly_call_carries_last_weeks_actions(on) {
        let scene = Scene::new(on);
        assert!(scene.rui.get("/w/acme/portfolio/call").body.contains("No action is open"));
        let late = json!({ "title": "Ask for the plan", "account": scene.casavero, "owner": scene.rui_id, "due": "2020-01-01" });
        add(&scene.house.admin, &late);
        let done = add(&scene.rui, &json!({ "title": "Walk the stores", "account": scene.casavero }));
        scene.rui.json("POST", &format!("/api/v1/tasks/{}/done", text(&done["id"])), &json!({}));
        add(&scene.rui, &json!({ "title": "Buy a plant" }));
        let agreed = json!({ "title": "Agreed in the call", "account": scene.casavero, "source": "weekly_call" });
        assert_eq!(add(&scene.rui, &agreed)["source"]["kind"], "weekly_call");
        let call = scene.house.admin.get("/w/acme/portfolio/call").body;
        assert!(call.contains("1 done, 2 open, 1 of them late"), "{call}");
        assert!(call.contains("Ask for the plan") && call.contains("Walk the stores") && !call.contains("Buy a plant"), "{call}");
        assert!(scene.mei.get("/w/acme/fragment/call").body.contains("Rui Tavares"));
        scene.hide();
        assert!(!scene.mei.get("/w/acme/portfolio/call").body.contains("Ask for the plan"), "nor what is confidential");
    }
);
