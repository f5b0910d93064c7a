//! Data points that programs send: written once, rolled up, corrected, refused one by one, and crossings that fire once.

use std::time::{Duration, Instant};

use mainstay::corridor::source::Source;
use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, House, Script};

const SOFTWARE: &str = include_str!("../../templates/software.toml");
/// What a reader after the commit needs, at most.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(30);

fn send(house: &House, signals: &[Value]) -> Value {
    let sent = house.admin.json("POST", "/api/v1/signals", &json!({ "signals": signals }));
    assert_eq!(sent.status, 200, "{}", sent.body);
    sent.json()
}

fn counts(answer: &Value) -> [u64; 4] {
    ["recorded", "repeated", "corrected", "refused"].map(|word| answer[word].as_u64().expect("a count"))
}

fn days(house: &House, account: &str, name: &str) -> Vec<Value> {
    let path = format!("/api/v1/accounts/{account}/signals/{name}?days=400");
    house.admin.get(&path).json()["data"].as_array().expect("a list has data").clone()
}

fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < FOLLOWED_WITHIN, "it did not come: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn hours_ago(hours: i64) -> String {
    (Source::system().now() - jiff::SignedDuration::from_hours(hours)).to_string()
}

both!(
    fn a_point_is_written_once_and_rolled_up(on) {
        let house = House::new(on);
        let account = house.account("Albion");
        let at = |hour: u8| format!("2026-03-10T{hour:02}:00:00Z");
        let points = [
            json!({ "account": account, "name": "logins", "value": 4, "at": at(9), "id": "m-1", "actor": "ann" }),
            json!({ "account": account, "name": "logins", "value": 1.5, "at": at(11), "id": "m-2", "actor": "bob" }),
            json!({ "account": account, "name": "logins", "value": 2, "at": at(10), "id": "m-3", "actor": "ann" }),
        ];
        assert_eq!(counts(&send(&house, &points)), [3, 0, 0, 0]);
        assert_eq!(counts(&send(&house, &points)), [0, 3, 0, 0], "sent again");
        let twice = [points[0].clone(), points[0].clone()];
        assert_eq!(counts(&send(&house, &twice)), [0, 2, 0, 0], "twice in one body");
        let found = days(&house, &account, "logins");
        assert_eq!(found.len(), 1);
        let day = &found[0];
        assert_eq!((&day["day"], &day["points"], &day["sum"]), (&json!("2026-03-10"), &json!(3), &json!(7.5)));
        assert_eq!((&day["last"], &day["least"], &day["most"], &day["mean"]), (&json!(1.5), &json!(1.5), &json!(4.0), &json!(2.5)));
        // What was measured later is another day; what comes late goes into its own.
        let late = json!({ "account": account, "name": "logins", "value": 9, "at": "2026-03-11T00:30:00Z", "id": "m-4" });
        assert_eq!(counts(&send(&house, &[late])), [1, 0, 0, 0]);
        let late = json!({ "account": account, "name": "logins", "value": 8, "at": "2026-03-10T22:30:00Z", "id": "m-5" });
        assert_eq!(counts(&send(&house, &[late])), [1, 0, 0, 0]);
        let found = days(&house, &account, "logins");
        let read: Vec<_> = found.iter().map(|day| (day["day"].clone(), day["points"].clone(), day["last"].clone())).collect();
        assert_eq!(read, [(json!("2026-03-11"), json!(1), json!(9.0)), (json!("2026-03-10"), json!(4), json!(8.0))]);
        let whole = house.admin.get(&format!("/api/v1/accounts/{account}/signals?days=400")).json();
        assert_eq!((&whole["data"][0]["name"], &whole["data"][0]["sum"], &whole["data"][0]["last"]), (&json!("logins"), &json!(24.5), &json!(9.0)));
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/data-points?name=logins")).body;
        assert!(page.contains("Every value of"), "{page}");
    }
);

both!(
    fn a_corrected_point_changes_its_day(on) {
        let house = House::new(on);
        let account = house.account("Albion");
        let point = |value: f64, at: &str| json!({ "account": account, "name": "nps", "value": value, "at": at, "id": "answer-7" });
        send(&house, &[point(3.0, "2026-04-01T10:00:00Z"), json!({ "account": account, "name": "nps", "value": 8, "at": "2026-04-01T09:00:00Z" })]);
        assert_eq!(counts(&send(&house, &[point(9.0, "2026-04-01T10:00:00Z")])), [0, 0, 1, 0]);
        let day = &days(&house, &account, "nps")[0];
        assert_eq!((&day["points"], &day["sum"], &day["last"], &day["least"]), (&json!(2), &json!(17.0), &json!(9.0), &json!(8.0)));
        // Of another day: it leaves the one and joins the other.
        assert_eq!(counts(&send(&house, &[point(9.0, "2026-04-02T10:00:00Z")])), [0, 0, 1, 0]);
        let read: Vec<_> = days(&house, &account, "nps").iter().map(|day| (day["day"].clone(), day["sum"].clone())).collect();
        assert_eq!(read, [(json!("2026-04-02"), json!(9.0)), (json!("2026-04-01"), json!(8.0))]);
        // Without an id the same account, name, time and actor is the same point.
        let plain = |value: f64| json!({ "account": account, "name": "seats", "value": value, "at": "2026-04-01T10:00:00Z" });
        assert_eq!(counts(&send(&house, &[plain(5.0)])), [1, 0, 0, 0]);
        assert_eq!(counts(&send(&house, &[plain(5.0), plain(6.0)])), [0, 0, 2, 0], "the later word counts");
        assert_eq!(days(&house, &account, "seats")[0]["sum"], json!(6.0));
    }
);

both!(
    fn a_bad_point_does_not_keep_the_others_out(on) {
        let house = House::new(on);
        let account = house.account("Albion");
        let secret = house.admin.json("POST", "/api/v1/accounts", &json!({ "name": "Hidden", "type": 1, "confidential": true }));
        let (mut member, hidden) = (house.person("Mo Member", "mo@acme.example", "member"), secret.json()["id"].clone());
        member.enter("acme");
        let good = json!({ "account": account, "name": "logins", "value": 1, "id": "x" });
        let signals = json!([
            good,
            { "account": account, "name": "Log ins", "value": 1 },
            { "account": account, "name": "logins", "value": "many" },
            { "account": account, "name": "logins", "value": 1, "at": "yesterday" },
            { "account": account, "name": "logins", "value": 1, "at": "2199-01-01T00:00:00Z" },
            { "account_external_id": "nobody", "name": "logins", "value": 1 },
            { "name": "logins", "value": 1 },
            { "account": account, "scope": account, "name": "logins", "value": 1 },
            { "account": account, "name": "logins", "value": 1e15 },
            { "account": account, "name": "logins", "value": 1, "colour": "red" },
        ]);
        let answer = house.admin.json("POST", "/api/v1/signals", &json!({ "signals": signals }));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(counts(&answer.json()), [1, 0, 0, 9]);
        let mut pointers: Vec<String> = answer.json()["errors"].as_array().expect("errors").iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect();
        pointers.sort();
        assert_eq!(
            pointers,
            ["/signals/1/name", "/signals/2", "/signals/3/at", "/signals/4/at", "/signals/5/account_external_id", "/signals/6/account", "/signals/7/scope", "/signals/8/value", "/signals/9"],
        );
        // What nobody may see is not there; what one may only see is refused.
        let sent = |account: &Value| member.json("POST", "/api/v1/signals", &json!({ "signals": [{ "account": account, "name": "logins", "value": 1 }] }));
        assert_eq!(sent(&hidden).status, 422, "{}", sent(&hidden).body);
        assert_eq!((sent(&hidden).status, sent(&hidden).json()["errors"][0]["code"].clone()), (422, json!("unknown")));
        assert_eq!((sent(&json!(account)).status, sent(&json!(account)).json()["errors"][0]["code"].clone()), (422, json!("read_only")));
        let many: Vec<Value> = (0..1_001).map(|_| good.clone()).collect();
        let refused = house.admin.json("POST", "/api/v1/signals", &json!({ "signals": many }));
        assert_eq!((refused.status, refused.json()["errors"][0]["code"].clone()), (422, json!("too_many")));
    }
);

fn lines(house: &House, text: &str) -> Answer {
    house.admin.send("POST", "/api/v1/signals", &[("content-type", "application/x-ndjson")], text.as_bytes())
}

both!(
    fn a_stream_of_lines_is_taken_a_thousand_at_a_time(on) {
        let house = House::new(on);
        let account = house.account("Albion");
        let made = house.admin.json("PATCH", &format!("/api/v1/accounts/{account}"), &json!({ "external_id": "crm-1" }));
        assert_eq!(made.status, 200, "{}", made.body);
        let line = |n: usize| format!("{{\"account_external_id\":\"crm-1\",\"name\":\"calls\",\"value\":1,\"at\":\"2026-05-0{}T10:00:00Z\",\"id\":\"call-{n}\",\"actor\":\"p{}\"}}\n", n % 9 + 1, n % 7);
        let mut text: String = (0..2_500).map(line).collect();
        text.push_str("not json\n\n{\"account_external_id\":\"crm-2\",\"name\":\"calls\",\"value\":1}");
        let answer = lines(&house, &text);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(counts(&answer.json()), [2_500, 0, 0, 2]);
        assert_eq!(answer.json()["errors"][0]["pointer"], "/signals/2500");
        assert_eq!(counts(&lines(&house, &text).json()), [0, 2_500, 0, 2], "sent again");
        let found = days(&house, &account, "calls");
        assert_eq!(found.len(), 9);
        assert_eq!(found.iter().map(|day| day["points"].as_i64().expect("a number")).sum::<i64>(), 2_500);
        let wrong = house.admin.send("POST", "/api/v1/signals", &[("content-type", "text/plain")], b"x");
        assert_eq!(wrong.status, 415);
    }
);

fn watch(house: &House, level: &Value) -> String {
    let made = house.admin.json("POST", "/api/v1/thresholds", level);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().expect("an id").to_owned()
}

fn crossings(house: &House, account: &str) -> Vec<Value> {
    let events = house.admin.get(&format!("/api/v1/accounts/{account}/timeline")).json();
    let all = events["data"].as_array().expect("a list has data").clone();
    all.into_iter().filter(|event| event["kind"] == "threshold_crossed").map(|event| event["data"].clone()).collect()
}

both!(
    fn a_crossing_is_an_event_once(on) {
        let house = House::new(on);
        let (account, other) = (house.account("Albion"), house.account("Bowlroute"));
        let point = |account: &str, value: f64, hours: i64| json!({ "account": account, "name": "use", "value": value, "at": hours_ago(hours) });
        // Bowlroute is beyond the level already when it is made: that is no crossing.
        send(&house, &[point(&other, 95.0, 30)]);
        watch(&house, &json!({ "signal": "use", "measure": "last", "side": "at_least", "level": 85 }));
        send(&house, &[point(&account, 50.0, 20), point(&other, 96.0, 20)]);
        send(&house, &[point(&account, 85.0, 10)]);
        let found = wait_for("the crossing", || crossings(&house, &account).first().cloned());
        assert_eq!((&found["signal"], &found["value"], &found["level"]), (&json!("use"), &json!(85_000_000), &json!(85_000_000)));
        // Down and up again, late numbers and corrected ones: it has fired and rests.
        send(&house, &[point(&account, 10.0, 8)]);
        send(&house, &[point(&account, 99.0, 6), point(&account, 97.0, 15)]);
        send(&house, &[json!({ "account": other, "name": "use", "value": 20, "at": hours_ago(1) })]);
        // Another level of the same signal, whose crossing comes after whatever else would have come.
        watch(&house, &json!({ "signal": "use", "measure": "count", "days": 3, "side": "at_least", "level": 6 }));
        send(&house, &[point(&account, 98.0, 5)]);
        wait_for("the other crossing", || crossings(&house, &account).into_iter().find(|one| one["measure"] == "count"));
        assert_eq!(crossings(&house, &account).len(), 2);
        assert_eq!(crossings(&house, &other), Vec::<Value>::new());
        let feed = house.admin.get(&format!("/w/acme/accounts/{account}/feed")).body;
        assert!(feed.contains("The newest value is at least 85"), "{feed}");
    }
);

both!(
    fn a_level_that_is_made_says_what_is_wrong_and_can_be_changed(on) {
        let house = House::new(on);
        let refused = house.admin.json("POST", "/api/v1/thresholds", &json!({ "signal": "Use", "measure": "median", "level": 1e20, "days": 0, "account_types": [5] }));
        let mut pointers: Vec<String> = refused.json()["errors"].as_array().expect("errors").iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect();
        pointers.sort();
        assert_eq!((refused.status, pointers.join(" ").as_str()), (422, "/account_types /days /level /measure /side /signal"));
        let id = watch(&house, &json!({ "signal": "use", "measure": "sum", "days": 14, "side": "at_most", "level": 3, "account_types": [1, 2] }));
        let path = format!("/api/v1/thresholds/{id}");
        let made = house.admin.get(&path).json();
        assert_eq!((&made["back_by"], &made["rest_days"], &made["account_types"]), (&json!(0.15), &json!(30), &json!([1, 2])));
        let changed = house.admin.json("PATCH", &path, &json!({ "level": 5, "enabled": false }));
        assert_eq!((changed.status, changed.json()["level"].clone(), changed.json()["enabled"].clone()), (200, json!(5.0), json!(false)));
        assert_eq!(house.admin.json("PATCH", &path, &json!({ "signal": "other" })).status, 422);
        let page = house.admin.get("/w/acme/settings/signals").body;
        assert!(page.contains("The sum of 14 days is at most 5") && page.contains("1, 2"), "{page}");
        let form = [("signal", "use"), ("measure", "last"), ("side", "at_least"), ("level", "x"), ("rest_days", "30")];
        let again = house.admin.post("/w/acme/settings/thresholds", &form);
        assert!(again.status == 422 && again.body.contains("A value is a number"), "{}", again.body);
        assert_eq!(house.admin.post("/w/acme/settings/thresholds", &[("signal", "use"), ("measure", "last"), ("side", "at_least"), ("level", "9"), ("type_3", "1")]).status, 303);
        assert_eq!(house.admin.get("/api/v1/thresholds").json()["data"].as_array().map(Vec::len), Some(2));
        assert_eq!(house.admin.send("DELETE", &path, &[], b"").status, 204);
        assert_eq!(house.admin.get(&path).status, 404);
        let named = house.admin.json("PATCH", "/api/v1/signals/use", &json!({ "title": "Use of seats", "unit": "%", "direction": "higher_is_better" }));
        assert_eq!((named.status, named.json()["unit"].clone()), (200, json!("%")));
        let page = house.admin.get("/w/acme/settings/signals/use").body;
        assert!(page.contains("Use of seats") && page.contains("Level in %"), "{page}");
    }
);

both!(
    fn a_score_follows_what_programs_send(on) {
        let house = House::new(on);
        let account = house.account("Fjordstay");
        let text = SOFTWARE.replacen("kind = \"manual\"", "kind = \"ratio\"\ndata_point = \"seats_used\"\ntarget = 100", 1);
        let path = "/api/v1/scorecard-templates/software";
        assert_eq!(house.admin.json("PUT", &format!("{path}/draft"), &json!({ "text": text })).status, 200);
        assert_eq!(house.admin.json("POST", &format!("{path}/publish"), &json!({ "note": "Measured now" })).status, 200);
        send(&house, &[json!({ "account": account, "name": "seats_used", "value": 30, "at": hours_ago(50) }), json!({ "account": account, "name": "seats_used", "value": 85, "at": hours_ago(1) })]);
        let step = || house.admin.get("/api/v1/portfolio").json()["data"][0]["steps"][0]["score"].clone();
        wait_for("the score", || (step() == json!(8.5)).then_some(()));
        let path = format!("/api/v1/accounts/{account}/scores/launched.expected_users_active");
        let values = || {
            let history = house.admin.get(&path).json();
            let all = history["data"].as_array().expect("a list has data").clone();
            all.iter().map(|score| score["value"].clone()).collect::<Vec<_>>()
        };
        // Each day reads as it was measured.
        wait_for("the score of two days ago", || (values() == [json!(8.5), json!(3.0)]).then_some(()));
    }
);

both!(
    fn a_part_of_an_account_has_its_own_series(on) {
        let house = House::new(on);
        let account = house.account("Albion");
        let made = house.admin.json("POST", &format!("/api/v1/accounts/{account}/scopes"), &json!({ "name": "North", "kind": "region" }));
        assert_eq!(made.status, 201, "{}", made.body);
        let scope = made.json()["id"].as_str().expect("an id").to_owned();
        let at = "2026-03-10T09:00:00Z";
        let sent = send(&house, &[
            json!({ "account": account, "scope": scope, "name": "logins", "value": 4, "at": at }),
            json!({ "account": account, "name": "logins", "value": 7, "at": at }),
        ]);
        assert_eq!(counts(&sent), [2, 0, 0, 0]);
        assert_eq!(days(&house, &account, "logins")[0]["sum"], json!(7.0));
        let of_scope = house.admin.get(&format!("/api/v1/accounts/{account}/signals/logins?days=400&part={scope}")).json();
        assert_eq!(of_scope["data"][0]["sum"], json!(4.0));
        let newest = house.admin.get(&format!("/api/v1/accounts/{account}/data-points")).json();
        assert_eq!((newest["data"].as_array().map(Vec::len), newest["data"][0]["value"].clone()), (Some(1), json!(7.0)));
    }
);

fn basic(key: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(format!("{key}:")))
}

both!(
    fn calls_of_segments_clients_are_understood(on) {
        let house = House::new(on);
        let account = house.account("Albion");
        let named = house.admin.json("PATCH", &format!("/api/v1/accounts/{account}"), &json!({ "external_id": "crm-1" }));
        assert_eq!(named.status, 200, "{}", named.body);
        let token = house.admin.json("POST", "/api/v1/tokens", &json!({ "name": "telemetry", "scope": "write" })).json();
        let key = token["token"].as_str().expect("a token is shown once").to_owned();
        let script = Script::new(&house.server.url, None);
        let post = |path: &str, auth: &str, body: &Value| {
            script.send("POST", path, &[("content-type", "application/json"), ("authorization", auth)], body.to_string().as_bytes())
        };
        let call = |n: u32, more: Value| {
            let mut call = json!({ "messageId": format!("m-{n}"), "userId": "u1", "timestamp": "2026-03-10T10:00:00.000Z" });
            for (key, value) in more.as_object().expect("an object") {
                call[key] = value.clone();
            }
            call
        };
        let batch = json!({ "batch": [
            // Nobody knows yet where u1 works.
            call(0, json!({ "type": "track", "event": "Too Early" })),
            call(1, json!({ "type": "group", "groupId": "crm-1", "traits": { "seats": 40 } })),
            call(2, json!({ "type": "track", "event": "Report Exported" })),
            call(3, json!({ "type": "track", "event": "Report Exported", "userId": "u2", "context": { "groupId": "crm-1" } })),
            call(4, json!({ "type": "track", "event": "Order", "properties": { "value": 12.5 } })),
            call(5, json!({ "type": "page", "name": "Home" })),
            call(6, json!({ "type": "track", "event": "Lost", "context": { "groupId": "crm-9" } })),
            call(7, json!({ "type": "alias", "userId": "u9", "previousId": "u1" })),
            call(8, json!({ "type": "track", "event": "Order", "userId": "u9", "properties": { "value": 2 } })),
        ], "sentAt": "2026-03-10T10:00:01.000Z" });
        for _ in 0..2 {
            let answer = post("/v1/batch", &basic(&key), &batch);
            assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"success":true}"#));
        }
        let sum = |name: &str| days(&house, &account, name).first().map(|day| (day["points"].clone(), day["sum"].clone()));
        assert_eq!(sum("report_exported"), Some((json!(2), json!(2.0))));
        assert_eq!(sum("order"), Some((json!(2), json!(14.5))));
        assert_eq!(sum("page_viewed"), Some((json!(1), json!(1.0))));
        assert_eq!(sum("seats"), Some((json!(1), json!(40.0))));
        // Sent a second time, the call that came too early finds where its person works.
        assert_eq!(sum("too_early"), Some((json!(1), json!(1.0))));
        assert_eq!(sum("lost"), None);
        let page = house.admin.get("/w/acme/settings/signals").body;
        assert!(page.contains("crm-9") && page.contains("people without a group"), "{page}");

        // One call, later on, of a person who is known; the key in the body, as newer clients send it.
        let mut one = call(10, json!({ "event": "Login" }));
        one["writeKey"] = json!(key);
        let answer = script.send("POST", "/v1/track", &[("content-type", "application/json")], one.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(sum("login"), Some((json!(1), json!(1.0))));
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, call(11, json!({ "event": "Login" })).to_string().as_bytes()).expect("it packs");
        let packed = packed.finish().expect("it packs");
        let headers = [("content-type", "application/json"), ("content-encoding", "gzip"), ("authorization", &basic(&key))];
        let answer = script.send("POST", "/v1/track", &headers, &packed);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(sum("login"), Some((json!(2), json!(2.0))));
        assert_eq!(post("/v1/track", &basic("mst_wrong"), &one).status, 401);
        assert_eq!(post("/v1/delete", &basic(&key), &one).status, 404);
        assert_eq!(post("/v1/batch", &basic(&key), &json!({ "calls": [] })).status, 400);
    }
);
