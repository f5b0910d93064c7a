//! People: users and invitations, tokens, the workspace, oneself; by the API, the pages and the command line.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, Browser, House, PASSWORD, Script, program};

/// How long a line of the log may take to arrive.
const LOGGED_MAX: Duration = Duration::from_secs(10);
const OTHER_PASSWORD: &str = "another horse with a battery";

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

fn ids(errors: &Value) -> Vec<&str> {
    errors.as_array().expect("errors").iter().map(|error| text(error, "pointer")).collect()
}

fn add(house: &House, body: &Value) -> Answer {
    house.admin.json("POST", "/api/v1/users", body)
}

/// A user's id, by name.
fn id_of(house: &House, name: &str) -> String {
    let users = house.admin.get("/api/v1/users").json();
    let found = users["data"].as_array().expect("data").iter().find(|user| user["name"] == name);
    text(found.expect("the user is in the list"), "id").to_owned()
}

/// The log once it holds these words.
fn logged(house: &House, words: &str) -> String {
    let began = Instant::now();
    loop {
        let log = house.server.log();
        if log.contains(words) {
            return log;
        }
        assert!(began.elapsed() < LOGGED_MAX, "{words} is not in the log: {log}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a command on the house's data; what it printed.
fn command(house: &House, words: &[&str], input: &str) -> Result<String, String> {
    let mut child = program()
        .args(words)
        .args(house.data.options())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("stdin is piped").write_all(input.as_bytes()).expect("stdin can be written");
    let done = child.wait_with_output().expect("the command ends");
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let err = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() { Ok(out) } else { Err(err) }
}

both!(
    fn an_invitation_works_once_and_only_for_its_person(on) {
        let house = House::new(on);
        let added = add(&house, &json!({ "name": "Kim", "email": "Kim@Acme.example", "role": "member", "invite": true }));
        assert_eq!((added.status, added.header("etag")), (201, Some("\"v1\"")), "{}", added.body);
        assert_eq!(text(&added.json(), "email"), "kim@acme.example");
        assert_eq!(added.header("location"), Some(format!("/api/v1/users/{}", text(&added.json(), "id")).as_str()));
        let link = text(&added.json()["invitation"], "link").to_owned();
        let mut short = Browser::new(&house.server.url);
        let refused = short.post_open(&link, &[("name", "Kim"), ("password", "short")]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("value=\"kim@acme.example\""), "the form comes back filled in");
        let mut kim = house.join(&link, "Kim Lee");
        kim.enter("acme");
        let me = kim.get("/api/v1/me").json();
        assert_eq!((text(&me, "name"), text(&me, "role"), &me["joined"]), ("Kim Lee", "member", &json!(true)));
        assert_eq!(Browser::new(&house.server.url).post_open(&link, &[("name", "Eve"), ("password", PASSWORD)]).status, 410);
    }
);

both!(
    fn of_two_who_follow_a_link_at_once_one_joins(on) {
        let house = House::new(on);
        let added = add(&house, &json!({ "name": "Kim", "email": "kim@acme.example", "role": "member", "invite": true })).json();
        let link = text(&added["invitation"], "link");
        let follow = || Browser::new(&house.server.url).post_open(link, &[("name", "Kim"), ("password", PASSWORD)]).status;
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(follow)).collect();
            all.into_iter().map(|one| one.join().expect("nobody panics")).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses[0], 303);
        assert!(statuses[1..].iter().all(|status| [410, 422].contains(status)), "{statuses:?}");
    }
);

both!(
    fn every_error_of_a_new_user_is_named_and_nothing_is_added(on) {
        let house = House::new(on);
        let bad = add(&house, &json!({ "name": " ", "email": "kim", "role": "boss", "function": "x", "invite": true }));
        assert_eq!(bad.status, 422);
        assert_eq!(ids(&bad.json()["errors"]), ["/name", "/email", "/role", "/function"]);
        let nobody = add(&house, &json!({ "name": "Kim", "role": "member", "invite": true }));
        assert_eq!((nobody.status, ids(&nobody.json()["errors"])), (422, vec!["/email"]));
        let long = add(&house, &json!({ "name": "k".repeat(201), "role": "member" }));
        assert_eq!((long.status, ids(&long.json()["errors"])), (422, vec!["/name"]));
        let taken = add(&house, &json!({ "name": "Ada", "email": "ADA@acme.example", "role": "member" }));
        assert_eq!((taken.status, taken.code().as_str()), (409, "already_exists"));
        assert_eq!(house.admin.get("/api/v1/users").json()["data"].as_array().map(Vec::len), Some(1));
    }
);

both!(
    fn a_list_goes_on_where_the_page_before_ended(on) {
        let house = House::new(on);
        for name in ["Bo", "Cy", "Cy", "Di"] {
            assert_eq!(add(&house, &json!({ "name": name, "role": "member" })).status, 201);
        }
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = house.admin.get(&format!("/api/v1/users?limit=2{cursor}")).json();
            names.extend(page["data"].as_array().expect("data").iter().map(|user| text(user, "name").to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(names, ["Ada Admin", "Bo", "Cy", "Cy", "Di"]);
    }
);

both!(
    fn a_change_needs_the_current_version_and_an_administrator(on) {
        let house = House::new(on);
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        kim.enter("acme");
        let path = format!("/api/v1/users/{}", id_of(&house, "Kim"));
        let shown = kim.get(&path);
        assert_eq!((shown.status, shown.header("etag")), (200, Some("\"v2\"")), "colleagues see one another");
        let own = kim.json("PATCH", &path, &json!({ "role": "admin" }));
        assert_eq!((own.status, own.code().as_str()), (403, "not_allowed"));
        let change = |tag: &str| {
            let headers = [("content-type", "application/json"), ("if-match", tag)];
            house.admin.send("PATCH", &path, &headers, br#"{"role":"leader"}"#)
        };
        assert_eq!(change("\"v1\"").status, 412);
        let done = change("\"v2\"");
        assert_eq!((done.status, done.header("etag")), (200, Some("\"v3\"")));
        assert_eq!(text(&done.json(), "role"), "leader");
        let fixed = house.admin.json("PATCH", &path, &json!({ "email": "kim@elsewhere.example" }));
        assert_eq!((fixed.status, ids(&fixed.json()["errors"])), (422, vec!["/email"]), "{}", fixed.body);
        let nobody = "/api/v1/users/00000000-0000-7000-8000-000000000000";
        assert_eq!(house.admin.json("PATCH", nobody, &json!({})).status, 404);
    }
);

both!(
    fn a_changed_email_ends_the_invitation_to_the_old_one(on) {
        let house = House::new(on);
        let added = add(&house, &json!({ "name": "Kim", "email": "kim@acme.example", "role": "member", "invite": true })).json();
        let path = format!("/api/v1/users/{}", text(&added, "id"));
        assert_eq!(house.admin.json("PATCH", &path, &json!({ "email": "kim2@acme.example" })).status, 200);
        let form = [("name", "Kim"), ("password", PASSWORD)];
        assert_eq!(Browser::new(&house.server.url).post_open(text(&added["invitation"], "link"), &form).status, 410);
    }
);

both!(
    fn sessions_and_tokens_of_a_deactivated_user_stop_at_once(on) {
        let house = House::new(on);
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        kim.enter("acme");
        let token = kim.json("POST", "/api/v1/tokens", &json!({ "name": "T", "scope": "write" })).json();
        let script = Script::new(&house.server.url, Some(text(&token, "token")));
        assert_eq!((kim.get("/api/v1/me").status, script.get("/api/v1/me").status), (200, 200));
        let path = format!("/api/v1/users/{}", id_of(&house, "Kim"));
        assert_eq!(house.admin.json("POST", &format!("{path}/deactivate"), &json!({})).status, 200);
        assert_eq!((kim.get("/api/v1/me").status, script.get("/api/v1/me").status), (401, 401));
        assert_eq!(house.admin.json("POST", &format!("{path}/reactivate"), &json!({})).status, 200);
        assert_eq!((kim.get("/api/v1/me").status, script.get("/api/v1/me").status), (401, 200), "signing in is needed again");
        assert_eq!(kim.sign_in("kim@acme.example", PASSWORD).status, 303);
        assert_eq!(kim.get("/api/v1/me").status, 200);
    }
);

both!(
    fn the_last_administrator_stays(on) {
        let house = House::new(on);
        let path = format!("/api/v1/users/{}", id_of(&house, "Ada Admin"));
        let demoted = house.admin.json("PATCH", &path, &json!({ "role": "member" }));
        assert_eq!((demoted.status, demoted.code().as_str()), (409, "conflict"));
        assert_eq!(house.admin.json("POST", &format!("{path}/deactivate"), &json!({})).status, 409);
        let page = house.admin.post(&format!("/w/acme/settings/people/{}/deactivate", id_of(&house, "Ada Admin")), &[]);
        assert_eq!(page.status, 409);
        assert!(page.body.contains("last administrator") && page.body.contains("<table"), "said above the list");
    }
);

both!(
    fn a_token_is_shown_once_and_never_gives_more_than_its_maker_has(on) {
        let house = House::new(on);
        let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
        let make = || house.admin.send("POST", "/api/v1/tokens", &headers, br#"{"name":"T","scope":"write"}"#);
        let first = make();
        assert_eq!(first.status, 201);
        let again = make();
        assert_eq!((again.status, again.code().as_str()), (409, "secret_not_replayed"));
        let write = text(&first.json(), "token").to_owned();
        assert!(write.starts_with("mst_"));
        let listed = house.admin.get("/api/v1/tokens");
        assert_eq!(listed.json()["data"].as_array().map(Vec::len), Some(1));
        assert!(!listed.body.contains(&write), "the secret is not in the list");
        let script = Script::new(&house.server.url, Some(&write));
        let more = script.json("POST", "/api/v1/tokens", &json!({ "name": "U", "scope": "read" }));
        assert_eq!(more.status, 403, "only the scope admin makes tokens");
        let password = json!({ "current": PASSWORD, "new": OTHER_PASSWORD });
        assert_eq!(script.json("POST", "/api/v1/me/password", &password).status, 403, "or changes the password");
        assert_eq!(script.json("POST", "/api/v1/users", &json!({ "name": "V", "role": "member" })).status, 403);
        let path = format!("/api/v1/tokens/{}", text(&first.json(), "id"));
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        kim.enter("acme");
        assert_eq!(kim.send("DELETE", &path, &[], b"").status, 404, "another person's token does not exist");
        assert_eq!(house.admin.send("DELETE", &path, &[], b"").status, 204);
        assert_eq!(script.get("/api/v1/me").status, 401);
        assert_eq!(house.admin.send("DELETE", &path, &[], b"").status, 404);
    }
);

both!(
    fn a_members_token_of_any_scope_does_what_a_member_may(on) {
        let house = House::new(on);
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        kim.enter("acme");
        let token = kim.json("POST", "/api/v1/tokens", &json!({ "name": "T", "scope": "admin" })).json();
        let script = Script::new(&house.server.url, Some(text(&token, "token")));
        assert_eq!(script.json("POST", "/api/v1/users", &json!({ "name": "V", "role": "admin" })).status, 403);
        assert_eq!(script.json("PATCH", "/api/v1/workspace", &json!({ "name": "Mine" })).status, 403);
        assert_eq!(script.json("POST", "/api/v1/tokens", &json!({ "name": "U", "scope": "read" })).status, 201);
    }
);

both!(
    fn a_changed_password_ends_the_other_sessions_only(on) {
        let house = House::new(on);
        let mut other = Browser::new(&house.server.url);
        other.sign_in("ada@acme.example", PASSWORD);
        other.enter("acme");
        let change = |current: &str, new: &str| {
            house.admin.json("POST", "/api/v1/me/password", &json!({ "current": current, "new": new }))
        };
        assert_eq!(ids(&change("wrong", OTHER_PASSWORD).json()["errors"]), ["/current"]);
        assert_eq!(ids(&change(PASSWORD, "short").json()["errors"]), ["/new"]);
        assert_eq!(other.get("/api/v1/me").status, 200);
        assert_eq!(change(PASSWORD, OTHER_PASSWORD).status, 204);
        assert_eq!((other.get("/api/v1/me").status, house.admin.get("/api/v1/me").status), (401, 200));
        assert_eq!(Browser::new(&house.server.url).sign_in("ada@acme.example", PASSWORD).status, 401);
        assert_eq!(Browser::new(&house.server.url).sign_in("ada@acme.example", OTHER_PASSWORD).status, 303);
    }
);

both!(
    fn guesses_count_wherever_they_are_made_and_however_many_come_at_once(on) {
        let house = House::new(on);
        let body = json!({ "current": "wrong", "new": OTHER_PASSWORD });
        for _ in 0..5 {
            assert_eq!(house.admin.json("POST", "/api/v1/me/password", &body).status, 422);
        }
        let url = &house.server.url;
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let guesses: Vec<_> =
                (0..25).map(|_| scope.spawn(|| Browser::new(url).sign_in("ada@acme.example", "wrong").status)).collect();
            guesses.into_iter().map(|guess| guess.join().expect("no guess panics")).collect()
        });
        let read = statuses.iter().filter(|status| **status == 401).count();
        assert!((5..=6).contains(&read), "two guesses run at once, so at most one too many is read: {read}");
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 25 - read);
        assert_eq!(house.admin.json("POST", "/api/v1/me/password", &body).status, 429);
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        kim.enter("acme");
    }
);

both!(
    fn sessions_are_listed_and_ended(on) {
        let house = House::new(on);
        let sign_in = || {
            let mut browser = Browser::new(&house.server.url);
            browser.sign_in("ada@acme.example", PASSWORD);
            browser.enter("acme");
            browser
        };
        let (second, third) = (sign_in(), sign_in());
        let sessions = second.get("/api/v1/me/sessions").json();
        let list = sessions["data"].as_array().expect("data");
        assert_eq!((list.len(), list.iter().filter(|one| one["current"] == true).count()), (3, 1));
        let own = list.iter().find(|one| one["current"] == true).map(|one| text(one, "id").to_owned()).expect("one is ours");
        assert_eq!(third.send("DELETE", &format!("/api/v1/me/sessions/{own}"), &[], b"").status, 204);
        assert_eq!((second.get("/api/v1/me").status, third.get("/api/v1/me").status), (401, 200));
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        kim.enter("acme");
        let ours = text(&third.get("/api/v1/me/sessions").json()["data"][0], "id").to_owned();
        assert_eq!(kim.send("DELETE", &format!("/api/v1/me/sessions/{ours}"), &[], b"").status, 404);
        assert_eq!(third.send("DELETE", "/api/v1/me/sessions", &[], b"").status, 204);
        assert_eq!((house.admin.get("/api/v1/me").status, third.get("/api/v1/me").status), (401, 200));
        assert_eq!(kim.get("/api/v1/me").status, 200);
    }
);

both!(
    fn a_forgotten_password_is_chosen_again_by_link(on) {
        let house = House::new(on);
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        kim.enter("acme");
        let path = format!("/api/v1/users/{}/invitation", id_of(&house, "Kim"));
        let first = text(&house.admin.json("POST", &path, &json!({})).json(), "link").to_owned();
        let second = text(&house.admin.json("POST", &path, &json!({})).json(), "link").to_owned();
        let mut again = Browser::new(&house.server.url);
        assert_eq!(again.post_open(&first, &[("password", OTHER_PASSWORD)]).status, 410, "a newer link replaces it");
        assert_eq!(again.post_open(&second, &[("password", OTHER_PASSWORD)]).status, 303);
        assert_eq!(kim.get("/api/v1/me").status, 401, "whoever was signed in is not any more");
        again.enter("acme");
        assert_eq!(text(&again.get("/api/v1/me").json(), "name"), "Kim");
        assert_eq!(Browser::new(&house.server.url).sign_in("kim@acme.example", OTHER_PASSWORD).status, 303);
    }
);

both!(
    fn a_password_that_opens_two_workspaces_is_out_of_reach_of_either(on) {
        let house = House::new(on);
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        let made = command(&house, &["workspace", "add", "--name", "North", "--email", "kim@acme.example"], "");
        let link = made.expect("a workspace is made");
        let link = format!("{}/invitations/{}", house.server.url, link.trim().rsplit('/').next().unwrap_or_default());
        let wrong = kim.post_open(&link, &[("name", "Kim"), ("password", OTHER_PASSWORD)]);
        assert_eq!(wrong.status, 422, "the link does not replace the password");
        assert_eq!(kim.post_open(&link, &[("name", "Kim"), ("password", PASSWORD)]).status, 303);
        kim.enter("north");
        let path = format!("/api/v1/users/{}/invitation", id_of(&house, "Kim"));
        let refused = house.admin.json("POST", &path, &json!({}));
        assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"), "{}", refused.body);
    }
);

both!(
    fn the_workspace_is_changed_by_administrators(on) {
        let house = House::new(on);
        let shown = house.admin.get("/api/v1/workspace");
        assert_eq!(shown.header("etag"), Some("\"v1\""));
        let change = |body: &Value| house.admin.json("PATCH", "/api/v1/workspace", body);
        let bad = change(&json!({ "name": "", "zone": "Mars/Base", "fiscal_year_start_month": 13 }));
        assert_eq!((bad.status, ids(&bad.json()["errors"])), (422, vec!["/name", "/zone", "/fiscal_year_start_month"]));
        let done = change(&json!({ "name": "Acme Group", "zone": "Asia/Tokyo", "fiscal_year_start_month": 4 }));
        assert_eq!((done.status, done.header("etag")), (200, Some("\"v2\"")));
        assert_eq!(text(&house.admin.get("/api/v1/workspace").json(), "zone"), "Asia/Tokyo");
        let headers = [("content-type", "application/json"), ("if-match", "\"v1\"")];
        assert_eq!(house.admin.send("PATCH", "/api/v1/workspace", &headers, br#"{"name":"X"}"#).status, 412);
        assert_eq!(change(&json!({ "currency": "USD" })).status, 422);
    }
);

both!(
    fn members_see_the_settings_without_what_they_may_not_do(on) {
        let house = House::new(on);
        let mut kim = house.person("Kim", "kim@acme.example", "member");
        kim.enter("acme");
        let people = kim.get("/w/acme/settings/people");
        assert_eq!(people.status, 200);
        assert!(people.body.contains("ada@acme.example") && !people.body.contains("/settings/people/"), "no row has a form");
        let workspace = kim.get("/w/acme/settings");
        assert!(workspace.body.contains("Europe/Madrid") && !workspace.body.contains("action=\"/w/acme/settings\""));
        for (path, form) in [
            ("/w/acme/settings", vec![("name", "Mine")]),
            ("/w/acme/settings/people", vec![("name", "Eve"), ("role", "admin")]),
        ] {
            assert_eq!(kim.post(path, &form).status, 403, "{path}");
        }
        assert_eq!((kim.get("/w/acme/settings/tokens").status, kim.get("/w/acme/settings/me").status), (200, 200));
    }
);

both!(
    fn the_settings_work_as_pages(on) {
        let house = House::new(on);
        let admin = &house.admin;
        let add = |name, email| {
            let form = [("name", name), ("email", email), ("role", "member"), ("function", "operations")];
            admin.post("/w/acme/settings/people", &form)
        };
        let bad = add("Kim", "not an e-mail");
        assert_eq!(bad.status, 422);
        assert!(bad.body.contains("aria-invalid") && bad.body.contains("value=\"not an e-mail\""), "typed text stays");
        let added = add("<b>Kim</b>", "kim@acme.example");
        assert!(added.status == 200 && added.body.contains("&lt;b&gt;Kim&lt;/b&gt;") && !added.body.contains("<b>Kim</b>"));
        let link = added.body.split("value=\"").find(|part| part.contains("/invitations/")).expect("the link is shown once");
        let mut kim = house.join(link.split('"').next().unwrap_or_default(), "Kim");
        kim.enter("acme");
        assert!(!admin.get("/w/acme/settings/people").body.contains("/invitations/"), "and not again");
        let path = format!("/w/acme/settings/people/{}", id_of(&house, "Kim"));
        assert_eq!(admin.post(&path, &[("role", "leader"), ("function", "sales_lead")]).status, 303);
        assert_eq!(text(&kim.get("/api/v1/me").json(), "role"), "leader");
        let made = kim.post("/w/acme/settings/tokens", &[("name", "Nightly"), ("scope", "read")]);
        assert!(made.status == 200 && made.body.contains("value=\"mst_"));
        assert!(!kim.get("/w/acme/settings/tokens").body.contains("mst_"));
        assert_eq!(kim.post("/w/acme/settings/me", &[("name", "Kim Lee")]).status, 303);
        let wrong = kim.post("/w/acme/settings/me/password", &[("current", "wrong"), ("new", OTHER_PASSWORD)]);
        assert!(wrong.status == 422 && wrong.body.contains("This is not your current password"));
        let saved = admin.post("/w/acme/settings", &[("name", "Acme 2"), ("zone", "UTC"), ("fiscal_year_start_month", "7")]);
        assert_eq!(saved.status, 303);
        assert!(admin.get("/w/acme/settings").body.contains("value=\"Acme 2\""));
    }
);

both!(
    fn the_command_line_manages_people_and_tokens_beside_a_running_server(on) {
        let house = House::new(on);
        let run = |words: &[&str]| command(&house, words, "");
        let link = run(&["user", "add", "--email", "kim@acme.example", "--name", "Kim", "--role", "leader"]).expect("added");
        let link = link.trim().rsplit('/').next().unwrap_or_default().to_owned();
        house.join(&format!("{}/invitations/{link}", house.server.url), "Kim");
        let typed = ["user", "add", "--email", "lee@acme.example", "--role", "member", "--password-stdin", "--json"];
        let added = command(&house, &typed, &format!("{PASSWORD}\n")).expect("added with a password");
        assert_eq!(text(&serde_json::from_str(&added).expect("JSON"), "name"), "lee");
        assert_eq!(Browser::new(&house.server.url).sign_in("lee@acme.example", PASSWORD).status, 303);
        let listed = run(&["user", "list"]).expect("listed");
        assert_eq!(listed.lines().count(), 3, "{listed}");
        let made = run(&["token", "create", "--user", "lee@acme.example", "--scope", "read"]).expect("made");
        let script = Script::new(&house.server.url, Some(made.trim()));
        let me = script.get("/api/v1/me").json();
        assert_eq!((text(&me, "email"), text(&me, "scope")), ("lee@acme.example", "read"));
        let tokens: Value =
            serde_json::from_str(&run(&["token", "list", "--user", "lee@acme.example", "--json"]).expect("listed")).expect("JSON");
        run(&["token", "revoke", text(&tokens["data"][0], "id")]).expect("revoked");
        assert_eq!(script.get("/api/v1/me").status, 401);
        command(&house, &["user", "password", "--email", "lee@acme.example"], OTHER_PASSWORD).expect("set");
        assert_eq!(Browser::new(&house.server.url).sign_in("lee@acme.example", OTHER_PASSWORD).status, 303);
        run(&["user", "deactivate", "--email", "lee@acme.example"]).expect("deactivated");
        assert!(run(&["token", "create", "--user", "lee@acme.example"]).expect_err("refused").contains("deactivated"));
        assert!(run(&["user", "add", "--email", "x@y.example", "--role", "boss"]).expect_err("refused").contains("role"));
    }
);

both!(
    fn the_log_holds_no_secret(on) {
        let house = House::new(on);
        let added = add(&house, &json!({ "name": "Kim", "email": "kim@acme.example", "role": "member", "invite": true })).json();
        let link = text(&added["invitation"], "link").to_owned();
        house.join(&link, "Kim");
        let token = house.admin.json("POST", "/api/v1/tokens", &json!({ "name": "T", "scope": "read" })).json();
        Browser::new(&house.server.url).sign_in("kim@acme.example", "a wrong but telling guess");
        house.admin.json("POST", "/api/v1/me/password", &json!({ "current": PASSWORD, "new": OTHER_PASSWORD }));
        let log = logged(&house, "/api/v1/me/password");
        let link = link.rsplit('/').next().unwrap_or_default();
        let cookie = house.admin.cookie().split_once('=').map_or("", |(_, secret)| secret);
        for secret in [PASSWORD, OTHER_PASSWORD, "telling guess", link, text(&token, "token"), cookie, "mst_"] {
            assert!(!secret.is_empty() && !log.contains(secret), "the log holds {secret}");
        }
    }
);
