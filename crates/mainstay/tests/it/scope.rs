//! Scopes of an account: the tree and its limits, who may write which part, and which contracts belong where.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House};

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}

/// A member of the workspace in their own browser, and their id.
fn member(house: &House, name: &str) -> (Browser, String) {
    let email = format!("{}@acme.example", name.to_lowercase());
    let mut browser = house.person(name, &email, "member");
    browser.enter("acme");
    let id = browser.get("/api/v1/me").json()["id"].as_str().expect("one has an id").to_owned();
    (browser, id)
}

fn add(browser: &Browser, account: &str, body: &Value) -> Value {
    let added = browser.json("POST", &format!("/api/v1/accounts/{account}/scopes"), body);
    assert_eq!(added.status, 201, "{}", added.body);
    added.json()
}

/// The first error of a refused request: its pointer and its code.
fn refusal(browser: &Browser, method: &str, path: &str, body: &Value) -> (String, String) {
    let answer = browser.json(method, path, body);
    assert_eq!(answer.status, 422, "{}", answer.body);
    let error = answer.json()["errors"][0].clone();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("pointer"), text("code"))
}

fn pair(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

both!(
    fn the_tree_stays_a_tree(on) {
        let house = House::new(on);
        let account = house.account("Forkful");
        let scopes = format!("/api/v1/accounts/{account}/scopes");
        let mut line = vec![id(&add(&house.admin, &account, &json!({ "name": "L1", "kind": "division" })))];
        for level in 2..=5 {
            let above = line.last().expect("there is one");
            let body = json!({ "name": format!("L{level}"), "kind": "site", "parent_id": above });
            line.push(id(&add(&house.admin, &account, &body)));
        }
        let too_deep = json!({ "name": "L6", "kind": "site", "parent_id": line[4] });
        assert_eq!(refusal(&house.admin, "POST", &scopes, &too_deep), pair("/parent_id", "too_many"));
        let circle = json!({ "parent_id": line[3] });
        assert_eq!(refusal(&house.admin, "PATCH", &format!("{scopes}/{}", line[0]), &circle), pair("/parent_id", "conflict"));
        let twin = json!({ "name": "l1", "kind": "region" });
        assert_eq!(refusal(&house.admin, "POST", &scopes, &twin), pair("/name", "duplicate"));
        let elsewhere = house.account("Other");
        let foreign = id(&add(&house.admin, &elsewhere, &json!({ "name": "There", "kind": "site" })));
        let body = json!({ "name": "Here", "kind": "site", "parent_id": foreign });
        assert_eq!(refusal(&house.admin, "POST", &scopes, &body), pair("/parent_id", "unknown"));
        assert_eq!(house.admin.get(&format!("{scopes}/{foreign}")).status, 404, "it is not of this account");
        let all_wrong = json!({ "name": "", "kind": "galaxy", "expected_users": -1 });
        let answer = house.admin.json("POST", &scopes, &all_wrong);
        assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(3), "{}", answer.body);
    }
);

both!(
    fn an_edit_keeps_what_it_does_not_name(on) {
        let house = House::new(on);
        let account = house.account("Forkful");
        let body = json!({ "name": "Nordics", "kind": "region", "expected_users": 1200 });
        let made = add(&house.admin, &account, &body);
        let path = format!("/api/v1/accounts/{account}/scopes/{}", id(&made));
        let renamed = house.admin.json("PATCH", &path, &json!({ "name": "The Nordics" }));
        assert_eq!(renamed.header("etag"), Some("\"v2\""), "a scope has a version of its own");
        let renamed = renamed.json();
        assert_eq!((&renamed["name"], &renamed["expected_users"]), (&json!("The Nordics"), &json!(1200)));
        let late = house.admin.send(
            "PATCH", &path, &[("content-type", "application/json"), ("if-match", "\"v1\"")], br#"{"kind":"site"}"#,
        );
        assert_eq!(late.status, 412, "{}", late.body);
        let cleared = house.admin.json("PATCH", &path, &json!({ "expected_users": null })).json();
        assert_eq!(cleared["expected_users"], Value::Null);
        let same = house.admin.json("PATCH", &path, &json!({ "name": "The Nordics" })).json();
        assert_eq!(same["version"], cleared["version"], "nothing changed, nothing happened");
        let feed = house.admin.get(&format!("/w/acme/accounts/{account}/feed")).body;
        assert!(feed.contains("added the scope <b>The Nordics</b>"), "the feed says it");
    }
);

both!(
    fn an_owner_writes_that_scope_and_what_is_below_it(on) {
        let house = House::new(on);
        let account = house.account("Forkful");
        let (lena, lena_id) = member(&house, "Lena");
        let (emre, emre_id) = member(&house, "Emre");
        let north = id(&add(&house.admin, &account, &json!({ "name": "Nordics", "kind": "region", "owner_id": lena_id })));
        let south = id(&add(&house.admin, &account, &json!({ "name": "Iberia", "kind": "region", "owner_id": emre_id })));
        let path = |scope: &str| format!("/api/v1/accounts/{account}/scopes/{scope}");
        let try_it = |who: &Browser, scope: &str, body: Value| who.json("PATCH", &path(scope), &body).status;
        assert_eq!(try_it(&lena, &north, json!({ "expected_users": 5 })), 200);
        assert_eq!(try_it(&lena, &south, json!({ "expected_users": 5 })), 403, "not her neighbour's");
        assert_eq!(try_it(&lena, &north, json!({ "owner_id": emre_id })), 403, "nor whose it is");
        let below = json!({ "name": "Video", "kind": "product_line", "parent_id": north, "owner_id": emre_id });
        let video = id(&add(&lena, &account, &below));
        assert_eq!(try_it(&emre, &video, json!({ "name": "Films" })), 200, "who owns a part writes it");
        assert_eq!(try_it(&lena, &video, json!({ "owner_id": null })), 200, "who owns the whole decides who owns its parts");
        assert_eq!(try_it(&lena, &video, json!({ "parent_id": south })), 403, "but moves nothing to somebody else");
        let at_the_top = json!({ "name": "Mine", "kind": "site" });
        assert_eq!(lena.json("POST", &format!("/api/v1/accounts/{account}/scopes"), &at_the_top).status, 403);
        let detail = lena.json("PATCH", &format!("/api/v1/accounts/{account}"), &json!({ "industry": "Food" }));
        assert_eq!(detail.status, 403, "the account itself is not hers");
        let secret = house.admin.json("POST", "/api/v1/accounts", &json!({ "name": "Secret", "confidential": true }));
        let body = json!({ "name": "Part", "kind": "site", "owner_id": lena_id });
        let secret = format!("/api/v1/accounts/{}/scopes", id(&secret.json()));
        assert_eq!(refusal(&house.admin, "POST", &secret, &body), pair("/owner_id", "conflict"));
    }
);

both!(
    fn the_arr_of_a_scope_is_that_of_its_contracts_and_of_those_below(on) {
        let house = House::new(on);
        let account = house.account("Forkful");
        let contract = |name: &str, arr: &str| {
            let body = json!({ "name": name, "start": "2025-01-01", "arr": arr });
            let made = house.admin.json("POST", &format!("/api/v1/accounts/{account}/contracts"), &body);
            assert_eq!(made.status, 201, "{}", made.body);
            id(&made.json())
        };
        let (whole, iberia, dish) = (contract("Frame", "100"), contract("Iberia", "2600"), contract("Dishes", "400"));
        let region = id(&add(&house.admin, &account, &json!({ "name": "Iberia", "kind": "region" })));
        let line = id(&add(&house.admin, &account, &json!({ "name": "Dish", "kind": "product_line", "parent_id": region })));
        let assign = |contract: &str, scope: Value| {
            let path = format!("/api/v1/accounts/{account}/contracts/{contract}/scope");
            house.admin.json("PUT", &path, &json!({ "scope_id": scope }))
        };
        assert_eq!(assign(&iberia, json!(region)).json()["scope_id"], json!(region));
        assert_eq!(assign(&dish, json!(line)).status, 200);
        assert_eq!(assign(&whole, json!(account)).status, 422, "that is no scope");
        assert_eq!(house.admin.json("PUT", &format!("/api/v1/accounts/{account}/contracts/{whole}/scope"), &json!({})).status, 422);
        let arr = |scope: &str| {
            house.admin.get(&format!("/api/v1/accounts/{account}/scopes/{scope}")).json()["arr"]["amount"].clone()
        };
        assert_eq!((arr(&region), arr(&line)), (json!("3000.00"), json!("400.00")));
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/scopes")).body;
        assert!(page.contains("Contracts without a scope") && page.contains("EUR 100.00"), "the rest is shown too");
        let scopes = format!("/api/v1/accounts/{account}/scopes");
        assert_eq!(house.admin.send("DELETE", &format!("{scopes}/{region}"), &[], b"").status, 409, "something is under it");
        assert_eq!(house.admin.send("DELETE", &format!("{scopes}/{line}"), &[], b"").status, 200);
        assert_eq!(arr(&region), json!("3000.00"), "an archived part counts where it stood");
        let list = house.admin.get(&scopes).json();
        assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
        let archived = house.admin.get(&format!("{scopes}?archived=1")).json();
        assert_eq!(archived["data"][0]["name"], "Dish");
        assert_eq!(house.admin.json("POST", &format!("{scopes}/{line}/restore"), &json!({})).status, 200);
        assert_eq!(arr(&line), json!("400.00"));
    }
);

both!(
    fn twelve_owners_write_their_twelve_scopes_at_once(on) {
        const EDITS: i64 = 12;
        let house = House::new(on);
        let account = house.account("Forkful");
        let owners: Vec<(Browser, String)> = (1..=12)
            .map(|number| {
                let (browser, user) = member(&house, &format!("Owner{number}"));
                let body = json!({ "name": format!("Scope {number}"), "kind": "region", "owner_id": user });
                (browser, id(&add(&house.admin, &account, &body)))
            })
            .collect();
        std::thread::scope(|threads| {
            for (browser, scope) in &owners {
                let path = format!("/api/v1/accounts/{account}/scopes/{scope}");
                threads.spawn(move || {
                    for edit in 1..=EDITS {
                        let done = browser.json("PATCH", &path, &json!({ "expected_users": edit }));
                        assert_eq!(done.status, 200, "{}", done.body);
                        let part = json!({ "name": format!("Part {edit}"), "kind": "site", "parent_id": scope });
                        let done = browser.json("POST", &path.replace(&format!("/{scope}"), ""), &part);
                        assert_eq!(done.status, 201, "{}", done.body);
                    }
                });
            }
        });
        let list = house.admin.get(&format!("/api/v1/accounts/{account}/scopes")).json();
        let list = list["data"].as_array().expect("a list").clone();
        assert_eq!(list.len(), 12 + 12 * usize::try_from(EDITS).expect("a small number"));
        for (_, scope) in &owners {
            let found = list.iter().find(|one| one["id"] == *scope).expect("it is there");
            assert_eq!((&found["expected_users"], &found["version"]), (&json!(EDITS), &json!(EDITS + 1)), "none is lost");
        }
        let card = house.admin.get(&format!("/api/v1/accounts/{account}/scorecard")).json();
        let events = 12 + 12 * EDITS * 2;
        assert!(card["version"].as_i64().expect("a version") >= events, "every change has its version");
    }
);

both!(
    fn the_pages_add_change_and_archive(on) {
        let house = House::new(on);
        let account = house.account("Forkful");
        let page = format!("/w/acme/accounts/{account}/scopes");
        assert!(house.admin.get(&page).body.contains("This account has no scopes"), "an empty tab teaches");
        let refused = house.admin.post(&page, &[("name", ""), ("kind", "region")]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("The name is missing"), "{}", refused.body);
        let added = house.admin.post(&page, &[("name", "Nordics"), ("kind", "region"), ("expected_users", "1200")]);
        assert_eq!(added.status, 303, "{}", added.body);
        let scope = added.header("location").expect("it leads on").rsplit_once("#scope-").expect("to the row").1.to_owned();
        let own = format!("{page}/{scope}");
        let fields = |name: &'static str, version: &'static str| {
            vec![("name", name), ("kind", "region"), ("parent_id", ""), ("owner_id", ""), ("version", version)]
        };
        assert_eq!(house.admin.post(&own, &fields("North", "1")).status, 303);
        let late = house.admin.post(&own, &fields("Norden", "1"));
        assert_eq!(late.status, 422);
        assert!(late.body.contains("Somebody changed this scope") && late.body.contains("value=\"Norden\""), "{}", late.body);
        assert_eq!(house.admin.post(&own, &fields("Norden", "2")).status, 303, "the second time it is a decision");
        assert_eq!(house.admin.post(&format!("{own}/archive"), &[]).status, 303);
        assert!(house.admin.get(&page).body.contains("1 archived scope"));
        assert_eq!(house.admin.post(&format!("{own}/restore"), &[]).status, 303);
        assert!(house.admin.get(&own).body.contains("Norden"));
    }
);
