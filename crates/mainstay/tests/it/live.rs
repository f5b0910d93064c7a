//! What one person changes appears before another at once, and only if they may see it.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House, Listener, On, Server};

/// "At once" for people: what decisions promise, with the time of a loaded test machine.
const AT_ONCE: Duration = Duration::from_secs(5);
const STOPPED_WITHIN: Duration = Duration::from_secs(8);
/// As the server limits it.
const STREAMS_MAX: usize = 16;

fn edit(browser: &Browser, account: &str, value: &str) {
    let edits = json!({ "edits": [{ "account": account, "field": "launched", "value": value }] });
    let answer = browser.json("PATCH", "/api/v1/portfolio", &edits);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn is_score_of(data: &Value, account: &str) -> bool {
    data["account"] == json!(account) && data["kind"] == "score_recorded"
}

/// What is heard until a score of `account` is, and that of `never` nothing is among it.
fn hears_only(page: &Listener, event: &str, account: &str, never: &str) {
    page.find(event, AT_ONCE, |data| {
        assert_ne!(data["account"], json!(never), "{data}");
        is_score_of(data, account)
    });
}

fn version(browser: &Browser, account: &str) -> i64 {
    browser.get(&format!("/api/v1/accounts/{account}/scorecard")).json()["version"].as_i64().expect("a version")
}

both!(
    fn an_edit_reaches_every_open_page(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let pages = [house.admin.listen("/w/acme/live", &[]), house.admin.listen("/w/acme/live", &[("accept-encoding", "gzip")])];
        for page in &pages {
            assert_eq!(page.status, 200);
            assert_eq!(page.header("content-type"), Some("text/event-stream"));
            assert_eq!(page.header("cache-control"), Some("no-store"));
            assert_eq!(page.header("content-encoding"), None, "a compressed stream would wait for more");
            page.place(AT_ONCE);
        }
        edit(&house.admin, &account, "6.5");
        let expected = json!({ "account": account, "version": version(&house.admin, &account), "kind": "score_recorded" });
        for page in &pages {
            // On PostgreSQL what happened just before the page opened can still be told to it.
            page.find("changed", AT_ONCE, |data| *data == expected);
        }
    }
);

#[test]
fn an_edit_at_one_server_reaches_pages_of_another() {
    let house = House::new(On::Postgres);
    let account = house.account("Casavero");
    let second = Server::start(&house.data);
    let there = house.admin.at(&second.url);
    let page = there.listen("/w/acme/live", &[]);
    page.place(AT_ONCE);
    edit(&house.admin, &account, "6.5");
    page.find("changed", AT_ONCE, |data| is_score_of(data, &account));
    let back = house.admin.listen("/w/acme/live", &[]);
    back.place(AT_ONCE);
    edit(&there, &account, "7");
    let newest = json!(version(&house.admin, &account));
    back.find("changed", AT_ONCE, |data| data["version"] == newest);
}

both!(
    fn a_stranger_hears_nothing_of_a_confidential_account(on) {
        let house = House::new(on);
        let (open, hidden) = (house.account("Casavero"), house.account("Secreta"));
        let hide = house.admin.json("PATCH", &format!("/api/v1/accounts/{hidden}"), &json!({ "confidential": true }));
        assert_eq!(hide.status, 200, "{}", hide.body);
        let mut mia = house.person("Mia Member", "mia@acme.example", "leader");
        mia.enter("acme");
        let (strange, own) = (mia.listen("/w/acme/live", &[]), house.admin.listen("/w/acme/live", &[]));
        let program = mia.listen("/api/v1/events/stream", &[]);
        let begin = strange.place(AT_ONCE);
        own.place(AT_ONCE);
        edit(&house.admin, &hidden, "3");
        edit(&house.admin, &open, "4");
        own.find("changed", AT_ONCE, |data| is_score_of(data, &hidden));
        hears_only(&strange, "changed", &open, &hidden);
        hears_only(&program, "event", &open, &hidden);
        let again = mia.listen("/w/acme/live", &[("last-event-id", &begin)]);
        hears_only(&again, "changed", &open, &hidden);
    }
);

both!(
    fn a_page_that_comes_back_is_told_what_it_missed(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let page = house.admin.listen("/w/acme/live", &[]);
        let place = page.place(AT_ONCE);
        drop(page);
        edit(&house.admin, &account, "1");
        edit(&house.admin, &account, "2");
        let back = house.admin.listen("/w/acme/live", &[("last-event-id", &place)]);
        let newest = version(&house.admin, &account);
        back.find("changed", AT_ONCE, |data| data["version"] == json!(newest - 1));
        assert_eq!(back.next("changed", AT_ONCE).data["version"], json!(newest));
        for value in 0..210 {
            edit(&house.admin, &account, if value % 2 == 0 { "3" } else { "4" });
        }
        house.settle(&account);
        let late = house.admin.listen("/w/acme/live", &[("last-event-id", &place)]);
        assert_eq!(late.next("resync", AT_ONCE).data, json!({}), "after too much it loads everything again");
    }
);

both!(
    fn a_program_goes_on_where_it_was(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        house.settle(&account);
        let all = house.admin.get("/api/v1/events").json();
        let stream = house.admin.listen("/api/v1/events/stream?after=0-0", &[]);
        let listed = all["data"].as_array().expect("a list");
        for event in listed {
            let sent = stream.next("event", AT_ONCE);
            assert_eq!((&sent.data, Some(sent.id.as_str())), (event, event["cursor"].as_str()), "the same JSON, in order");
        }
        edit(&house.admin, &account, "5");
        let fresh = stream.next("event", AT_ONCE);
        assert_eq!(fresh.data["kind"], "score_recorded");
        let last = listed.last().and_then(|event| event["cursor"].as_str()).expect("a cursor").to_owned();
        let again = house.admin.listen("/api/v1/events/stream?after=0-0", &[("last-event-id", &last)]);
        assert_eq!(again.next("event", AT_ONCE), fresh, "nothing is lost, nothing repeated");
        let now = house.admin.listen("/api/v1/events/stream", &[]);
        edit(&house.admin, &account, "6");
        now.find("event", AT_ONCE, |data| data["data"]["after"] == json!(600));
    }
);

both!(
    fn a_session_holds_so_many_streams_and_no_more(on) {
        let house = House::new(on);
        let mut held: Vec<_> = (0..STREAMS_MAX).map(|_| house.admin.listen("/w/acme/live", &[])).collect();
        assert!(held.iter().all(|stream| stream.status == 200));
        let refused = house.admin.listen("/w/acme/live", &[]);
        assert_eq!(refused.status, 429);
        assert_eq!(refused.header("retry-after"), Some("30"));
        let mut other = Browser::new(&house.server.url);
        other.sign_in("ada@acme.example", crate::harness::PASSWORD);
        other.enter("acme");
        assert_eq!(other.listen("/w/acme/live", &[]).status, 200, "another session has its own");
        held.clear();
    }
);

both!(
    fn streams_end_when_the_server_stops(on) {
        let house = House::new(on);
        let (page, program) = (house.admin.listen("/w/acme/live", &[]), house.admin.listen("/api/v1/events/stream", &[]));
        page.place(AT_ONCE);
        let stopped = Command::new("kill").arg(house.server.child.id().to_string()).status().expect("kill runs");
        assert!(stopped.success());
        assert!(page.ends(STOPPED_WITHIN) && program.ends(STOPPED_WITHIN));
    }
);

both!(
    fn nobody_listens_unknown(on) {
        let house = House::new(on);
        let stranger = Browser::new(&house.server.url);
        for path in ["/w/acme/live", "/api/v1/events/stream"] {
            let answer = stranger.send("GET", path, &[], b"");
            assert_eq!((answer.status, answer.json()["code"].clone()), (401, Value::from("not_signed_in")), "{path}");
        }
    }
);
