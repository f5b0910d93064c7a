//! Scores of scopes: recorded by their owners, rolled up by ARR, and the account's own following from them.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House};

const ACTIVE: &str = "launched.expected_users_active";
const VALUE: &str = "roi_generated.return_over_cost";

struct Divided<'a> {
    house: &'a House,
    account: String,
    north: String,
    south: String,
}

impl Divided<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/api/v1/accounts/{}{rest}", self.account)
    }

    fn put(&self, who: &Browser, scope: &str, metric: &str, value: i64) {
        let path = self.path(&format!("/scopes/{scope}/scores/{metric}"));
        let done = who.json("PUT", &path, &json!({ "value": value }));
        assert_eq!(done.status, 200, "{}", done.body);
    }

    fn card(&self) -> Value {
        self.house.admin.get(&self.path("/scorecard")).json()
    }

    /// The account's newest value of a metric.
    fn reads(&self, metric: &str) -> Value {
        let card = self.card();
        let steps = card["steps"].as_array().expect("steps").clone();
        let metrics = steps.iter().flat_map(|step| step["metrics"].as_array().expect("metrics"));
        metrics.into_iter().find(|one| one["key"] == metric).expect("it is there")["latest"]["value"].clone()
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}

fn scope(house: &House, account: &str, body: &Value) -> String {
    let added = house.admin.json("POST", &format!("/api/v1/accounts/{account}/scopes"), body);
    assert_eq!(added.status, 201, "{}", added.body);
    id(&added.json())
}

fn contract(house: &House, account: &str, scope: &str, arr: &str, start: &str) -> String {
    let body = json!({ "name": format!("Of {arr}"), "start": start, "arr": arr });
    let made = house.admin.json("POST", &format!("/api/v1/accounts/{account}/contracts"), &body);
    assert_eq!(made.status, 201, "{}", made.body);
    let made = id(&made.json());
    let path = format!("/api/v1/accounts/{account}/contracts/{made}/scope");
    assert_eq!(house.admin.json("PUT", &path, &json!({ "scope_id": scope })).status, 200);
    made
}

/// Two regions, 300 and 100 a year, with 10 and 90 expected users.
fn divided(house: &House) -> Divided<'_> {
    let account = house.account("Forkful");
    let region = |name: &str, users: i64| {
        scope(house, &account, &json!({ "name": name, "kind": "region", "expected_users": users }))
    };
    let (north, south) = (region("North", 10), region("South", 90));
    contract(house, &account, &north, "300", "2025-01-01");
    contract(house, &account, &south, "100", "2025-01-01");
    Divided { house, account, north, south }
}

fn member(house: &House, name: &str) -> (Browser, String) {
    let mut browser = house.person(name, &format!("{}@acme.example", name.to_lowercase()), "member");
    browser.enter("acme");
    let id = browser.get("/api/v1/me").json()["id"].as_str().expect("one has an id").to_owned();
    (browser, id)
}

both!(
    fn the_account_follows_from_its_scopes(on) {
        let house = House::new(on);
        let it = divided(&house);
        it.put(&house.admin, &it.north, VALUE, 8);
        assert_eq!(it.reads(VALUE), json!(8.0), "unscored scopes are left out");
        it.put(&house.admin, &it.south, VALUE, 4);
        assert_eq!(it.reads(VALUE), json!(7.0), "by ARR: (8 x 300 + 4 x 100) / 400");
        it.put(&house.admin, &it.north, ACTIVE, 8);
        it.put(&house.admin, &it.south, ACTIVE, 4);
        assert_eq!(it.reads(ACTIVE), json!(4.4), "the first step by expected users: (8 x 10 + 4 x 90) / 100");
        let line = house.admin.get("/api/v1/portfolio").json();
        let (card, line) = (it.card(), line["data"][0].clone());
        assert_eq!(line["overall"], card["overall"], "the report reads the same");
        assert_eq!(line["steps"][1]["score"], json!(7.0));
        let explained = house.admin.get(&it.path(&format!("/explain/{VALUE}"))).json();
        assert_eq!(explained["scopes"]["weighed_by"], "arr");
        let parts = &explained["scopes"]["parts"];
        let part = |place: usize| (parts[place]["name"].clone(), parts[place]["value"].clone(), parts[place]["share"].clone());
        assert_eq!(part(0), (json!("South"), json!(4.0), json!("25.0")), "the weakest first");
        assert_eq!(part(1), (json!("North"), json!(8.0), json!("75.0")));
        let page = house.admin.get(&format!("/w/acme/accounts/{}/explain/{VALUE}", it.account)).body;
        assert!(page.contains("The scopes that it is rolled up from") && page.contains("75.0 %"), "{page}");
        let tree = house.admin.get(&format!("/w/acme/accounts/{}/scopes", it.account)).body;
        let (south, north) = (tree.find(">South<").expect("South"), tree.find(">North<").expect("North"));
        assert!(south < north, "the weakest part first");
    }
);

both!(
    fn a_score_counts_at_exactly_one_level(on) {
        let house = House::new(on);
        let it = divided(&house);
        it.put(&house.admin, &it.north, VALUE, 8);
        let part = json!({ "name": "Video", "kind": "product_line", "parent_id": it.north });
        let video = scope(&house, &it.account, &part);
        it.put(&house.admin, &video, VALUE, 6);
        assert_eq!(it.reads(VALUE), json!(6.0), "the part takes the place of what stands above it");
        let refused = |path: &str| {
            let answer = house.admin.json("PUT", path, &json!({ "value": 9 }));
            assert_eq!(answer.status, 422, "{}", answer.body);
            (answer.json()["errors"][0]["pointer"].clone(), answer.json()["errors"][0]["code"].clone())
        };
        let read_only = (json!("/value"), json!("read_only"));
        assert_eq!(refused(&it.path(&format!("/scopes/{}/scores/{VALUE}", it.north))), read_only);
        assert_eq!(refused(&it.path(&format!("/scores/{VALUE}"))), read_only, "nor is it typed for the account");
        let other = house.admin.json("PUT", &it.path(&format!("/scores/{ACTIVE}")), &json!({ "value": 3 }));
        assert_eq!(other.status, 200, "what no scope scores is the account's own");
        let gone = house.admin.send("DELETE", &it.path(&format!("/scopes/{video}/scores/{VALUE}")), &[], b"");
        assert_eq!(gone.status, 200, "{}", gone.body);
        assert_eq!(it.reads(VALUE), json!(8.0), "without the part its own counts again");
        house.admin.send("DELETE", &it.path(&format!("/scopes/{}/scores/{VALUE}", it.north)), &[], b"");
        assert_eq!(it.reads(VALUE), Value::Null, "nothing is scored any more");
        let typed = house.admin.json("PUT", &it.path(&format!("/scores/{VALUE}")), &json!({ "value": 5 }));
        assert_eq!(typed.status, 200, "so it can be typed again: {}", typed.body);
        house.admin.json("PATCH", &it.path(&format!("/scopes/{}", it.north)), &json!({ "expected_users": 11 }));
        assert_eq!(it.reads(VALUE), json!(5.0), "and stands");
    }
);

both!(
    fn the_roll_up_moves_with_contracts_days_and_the_tree(on) {
        let house = House::new(on);
        let it = divided(&house);
        it.put(&house.admin, &it.north, VALUE, 8);
        it.put(&house.admin, &it.south, VALUE, 4);
        contract(&house, &it.account, &it.south, "200", "2025-01-01");
        assert_eq!(it.reads(VALUE), json!(6.0), "another contract weighs at once: 300 and 300");
        let north = it.path(&format!("/scopes/{}", it.north));
        assert_eq!(house.admin.send("DELETE", &north, &[], b"").status, 200);
        assert_eq!(it.reads(VALUE), json!(4.0), "an archived scope does not count");
        assert_eq!(house.admin.json("POST", &format!("{north}/restore"), &json!({})).status, 200);
        assert_eq!(it.reads(VALUE), json!(6.0));
        let back = json!({ "value": 2, "effective_at": "2026-01-15" });
        let path = it.path(&format!("/scopes/{}/scores/{VALUE}", it.north));
        assert_eq!(house.admin.json("PUT", &path, &back).status, 200);
        assert_eq!(it.reads(VALUE), json!(6.0), "a score of the past is not the newest");
        let history = house.admin.get(&it.path(&format!("/scores/{VALUE}"))).json();
        let oldest = history["data"].as_array().and_then(|rows| rows.last()).expect("a history").clone();
        assert_eq!(oldest["value"], json!(2.0), "but the account's past knows it: {history}");
        assert!(oldest["effective_at"].as_str().is_some_and(|at| at.starts_with("2026-01-1")));
    }
);

both!(
    fn owners_score_their_scopes_and_nobody_elses(on) {
        let house = House::new(on);
        let it = divided(&house);
        let (lena, lena_id) = member(&house, "Lena");
        let owner = json!({ "owner_id": lena_id });
        assert_eq!(house.admin.json("PATCH", &it.path(&format!("/scopes/{}", it.north)), &owner).status, 200);
        it.put(&lena, &it.north, VALUE, 8);
        let other = lena.json("PUT", &it.path(&format!("/scopes/{}/scores/{VALUE}", it.south)), &json!({ "value": 4 }));
        assert_eq!(other.status, 403, "not the neighbour's");
        let whole = lena.json("PUT", &it.path(&format!("/scores/{ACTIVE}")), &json!({ "value": 4 }));
        assert_eq!(whole.status, 403, "nor the account's");
        let page = format!("/w/acme/accounts/{}/scopes/{}/scores", it.account, it.north);
        let wrong = lena.post(&page, &[(&format!("score.{ACTIVE}"), "7"), (&format!("score.{VALUE}"), "eleven"), ("note", "call")]);
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("value=\"eleven\"") && wrong.body.contains("value=\"7\""), "what was typed is kept");
        assert_eq!(it.reads(ACTIVE), Value::Null, "nothing of it was recorded");
        let done = lena.post(&page, &[(&format!("score.{ACTIVE}"), "7"), (&format!("score.{VALUE}"), ""), ("note", "call")]);
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!((it.reads(ACTIVE), it.reads(VALUE)), (json!(7.0), json!(8.0)), "what is left empty stays");
        let feed = house.admin.get(&format!("/w/acme/accounts/{}/feed", it.account)).body;
        assert!(feed.contains("of the scope <a") && feed.contains("call"), "the feed tells it with its note");
        assert_eq!(lena.post(&format!("{page}/{ACTIVE}/withdraw"), &[]).status, 303);
        assert_eq!(it.reads(ACTIVE), Value::Null);
        let card = house.admin.get(&it.path(&format!("/scopes/{}/scorecard", it.north))).json();
        assert_eq!((&card["steps"][1]["score"], &card["overall"]), (&json!(8.0), &json!(1.6)), "{card}");
    }
);

both!(
    fn twelve_owners_score_at_once_and_nothing_is_lost(on) {
        let house = House::new(on);
        let account = house.account("Forkful");
        let owners: Vec<(Browser, String)> = (1..=12)
            .map(|number| {
                let (browser, user) = member(&house, &format!("Owner{number}"));
                let body = json!({ "name": format!("Scope {number}"), "kind": "region", "owner_id": user });
                let made = scope(&house, &account, &body);
                contract(&house, &account, &made, &format!("{}", number * 100), "2025-01-01");
                (browser, made)
            })
            .collect();
        std::thread::scope(|threads| {
            for (place, (browser, scope)) in owners.iter().enumerate() {
                let path = format!("/api/v1/accounts/{account}/scopes/{scope}/scores/{VALUE}");
                threads.spawn(move || {
                    for round in 0..4 {
                        let value = (place + round) % 11;
                        let done = browser.json("PUT", &path, &json!({ "value": value }));
                        assert_eq!(done.status, 200, "{}", done.body);
                    }
                });
            }
        });
        let last = |place: usize| (place + 3) % 11;
        let (mut sum, mut weight) = (0, 0);
        for (place, (_, scope)) in owners.iter().enumerate() {
            let card = house.admin.get(&format!("/api/v1/accounts/{account}/scopes/{scope}/scorecard")).json();
            let metrics = card["steps"][1]["metrics"].as_array().expect("metrics").clone();
            let found = metrics.iter().find(|one| one["key"] == VALUE).expect("it is there");
            assert_eq!(found["value"].as_f64(), u32::try_from(last(place)).ok().map(f64::from), "each owner's last word stands");
            sum += last(place) * (place + 1);
            weight += place + 1;
        }
        let explained = house.admin.get(&format!("/api/v1/accounts/{account}/explain/{VALUE}")).json();
        let hundredths = (sum * 100 + weight / 2) / weight;
        let found = (explained["value"].as_f64().expect("a value") * 100.0).round();
        assert_eq!(Some(found), u32::try_from(hundredths).ok().map(f64::from), "the account reads the last of all twelve");
    }
);
