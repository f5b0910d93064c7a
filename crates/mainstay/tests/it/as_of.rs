//! The report as of a past day against a replay of the events, and snapshots that no later edit changes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use crate::both;
use crate::harness::House;

const STEPS: [&str; 5] = ["launched", "roi_generated", "roi_recognized", "monetizes", "strategic_partner"];
const EDITS: u64 = 60;

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn day_of(at: &Value) -> Date {
    let at: Timestamp = at.as_str().expect("a time is text").parse().expect("a time can be read");
    at.in_tz("Europe/Madrid").expect("the zone is known").date()
}

pub fn date_of(day: &Value) -> Option<Date> {
    day.as_str().map(|text| text.parse().expect("a date can be read"))
}

/// All events of the house, in their order.
fn events(house: &House) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = house.admin.get(&format!("/api/v1/events?limit=200{after}")).json();
        let found = page["data"].as_array().expect("a list has data").clone();
        if found.is_empty() {
            return all;
        }
        all.extend(found);
        after = format!("&after={}", page["next_cursor"].as_str().expect("there is a place to go on from"));
    }
}

/// All events of the house once the newest is among them: whoever else writes on the same PostgreSQL holds them back.
fn all_events(house: &House, account: &str) -> Vec<Value> {
    house.admin.json("PATCH", &format!("/api/v1/accounts/{account}"), &json!({ "industry": "The last edit" }));
    loop {
        let found = events(house);
        if found.iter().any(|event| event["kind"] == "account_edited") {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// What the events say of one account on a day: ARR in minor units and the steps in hundredths; None before it began.
fn replay(events: &[Value], account: &str, day: Date) -> Option<(i64, Vec<Option<i64>>)> {
    let own: Vec<&Value> = events.iter().filter(|event| event["account"] == account).collect();
    let withdrawn: Vec<&Value> =
        own.iter().filter(|e| e["kind"] == "amendment_withdrawn").map(|e| &e["subject"]["id"]).collect();
    let mut steps: BTreeMap<&str, (Timestamp, Option<i64>)> = BTreeMap::new();
    let mut contracts: BTreeMap<&str, (Date, Option<Date>, i64)> = BTreeMap::new();
    let mut began = false;
    for event in &own {
        let data = &event["data"];
        match event["kind"].as_str().unwrap_or_default() {
            "account_created" => began |= day_of(&event["recorded_at"]) <= day,
            "score_recorded" | "score_withdrawn" if day_of(&event["effective_at"]) <= day => {
                began = true;
                let at: Timestamp = event["effective_at"].as_str().expect("text").parse().expect("a time");
                let fact = steps.entry(data["metric"].as_str().expect("a metric")).or_insert((at, None));
                if at >= fact.0 {
                    *fact = (at, data["after"].as_i64());
                }
            }
            "contract_added" | "contract_amended" if !withdrawn.contains(&&data["amendment_id"]) => {
                let start = date_of(&data["start_on"]).expect("an amendment starts");
                began |= start.min(day_of(&event["recorded_at"])) <= day;
                let contract = event["subject"]["id"].as_str().expect("an id");
                let in_force = contracts.get(contract).is_none_or(|(before, _, _)| start >= *before);
                if start <= day && in_force {
                    let arr = data["arr_minor"].as_i64().expect("an amount");
                    contracts.insert(contract, (start, date_of(&data["end_on"]), arr));
                }
            }
            _ => {}
        }
    }
    let arr = contracts.values().filter(|(_, end, _)| end.is_none_or(|end| day < end)).map(|(_, _, arr)| arr).sum();
    let steps = STEPS.iter().map(|step| steps.get(step).and_then(|(_, value)| *value)).collect();
    began.then_some((arr, steps))
}

pub fn hundredths(value: f64) -> i64 {
    format!("{:.0}", value * 100.0).parse().expect("a whole number")
}

fn shown(row: &Value) -> (i64, Vec<Option<i64>>) {
    let amount: f64 = row["arr_ytd"]["amount"].as_str().expect("an amount").parse().expect("a number");
    let steps = row["steps"].as_array().expect("five steps").iter();
    (hundredths(amount), steps.map(|step| step["score"].as_f64().map(hundredths)).collect())
}

pub fn edit(house: &House, dice: &mut Dice, account: &str, today: Date) {
    let back = |dice: &mut Dice| today - Span::new().days(i64::try_from(dice.below(800)).expect("small"));
    let arr = json!({ "amount": format!("{}.00", 1_000 + dice.below(90_000)), "currency": "EUR" });
    let contracts = house.admin.get(&format!("/api/v1/accounts/{account}/contracts")).json();
    let contracts = contracts["data"].as_array().cloned().unwrap_or_default();
    match dice.below(10) {
        0..=4 => {
            let step = STEPS[usize::try_from(dice.below(5)).expect("small")];
            let value = i64::try_from(dice.below(11)).expect("small");
            let body = match dice.below(4) {
                0 => json!({ "value": value }),
                _ => json!({ "value": value, "effective_at": back(dice) }),
            };
            let answer = house.admin.json("PUT", &format!("/api/v1/accounts/{account}/scores/{step}"), &body);
            assert!(answer.status < 300, "{}", answer.body);
        }
        5 | 6 => {
            let start = back(dice);
            let end = (dice.below(2) == 0).then(|| start + Span::new().days(200));
            let body = json!({ "name": "Master", "start": start, "end": end, "arr": arr });
            let answer = house.admin.json("POST", &format!("/api/v1/accounts/{account}/contracts"), &body);
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        7 => {
            let Some(contract) = contracts.first() else { return };
            let id = contract["id"].as_str().expect("an id");
            let path = format!("/api/v1/accounts/{account}/contracts/{id}/amendments");
            let answer = house.admin.json("POST", &path, &json!({ "start": back(dice), "end": null, "arr": arr }));
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        8 => {
            let added = events(house).into_iter().rev().find(|event| {
                event["account"] == account && matches!(event["kind"].as_str(), Some("contract_amended"))
            });
            let Some(added) = added else { return };
            let (contract, id) = (added["subject"]["id"].as_str().expect("id"), added["data"]["amendment_id"].as_str());
            let path =
                format!("/api/v1/accounts/{account}/contracts/{contract}/amendments/{}", id.expect("an amendment"));
            house.admin.json("DELETE", &path, &json!({}));
        }
        _ => {
            let kind = dice.below(4) + 1;
            let answer = house.admin.json(
                "PATCH",
                &format!("/api/v1/accounts/{account}"),
                &json!({ "type": kind, "type_reason": "Moved" }),
            );
            assert!(answer.status < 300, "{}", answer.body);
        }
    }
}

both!(
    fn the_report_of_a_past_day_equals_a_replay_of_the_events(on) {
        let house = House::new(on);
        let accounts = [house.account("Albion"), house.account("Bowlroute"), house.account("Casavero")];
        let today = date_of(&house.admin.get("/api/v1/portfolio").json()["as_of"]).expect("a report has a day");
        let mut dice = Dice(20_261_128);
        for turn in 0..EDITS {
            edit(&house, &mut dice, &accounts[usize::try_from(turn % 3).expect("small")], today);
        }
        let events = all_events(&house, &accounts[0]);
        for back in (0..860).step_by(23) {
            let day = today - Span::new().days(back);
            let report = house.admin.get(&format!("/api/v1/portfolio?as_of={day}")).json();
            let rows = report["data"].as_array().expect("a list has data");
            for account in &accounts {
                let row = rows.iter().find(|row| row["account"]["id"] == account.as_str());
                assert_eq!(row.map(shown), replay(&events, account, day), "{account} on {day}");
            }
        }
        let future = today + Span::new().days(1);
        let refused = house.admin.get(&format!("/api/v1/portfolio?as_of={future}"));
        assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].clone()), (422, json!("/as_of")));
        assert_eq!(house.admin.get("/api/v1/portfolio?as_of=lately").status, 422);
        let checked = crate::harness::program().arg("check").args(house.data.options()).output().expect("it runs");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    }
);

/// The part of a page that is the report's own.
fn main_of(page: &str) -> &str {
    let from = page.find("<main").expect("a page has a main part");
    &page[from..page.find("</main>").expect("which ends")]
}

both!(
    fn a_snapshot_stays_as_it_was_whatever_is_edited(on) {
        let house = House::new(on);
        let (first, second) = (house.account("Albion"), house.account("Bowlroute"));
        let edits = |value: &str| json!({ "edits": [{ "account": first, "field": "launched", "value": value }] });
        house.admin.json("PATCH", "/api/v1/portfolio", &edits("6"));
        let taken = house.admin.json("POST", "/api/v1/snapshots", &json!({ "note": "Board" }));
        assert_eq!(taken.status, 201, "{}", taken.body);
        let id = taken.json()["id"].as_str().expect("an id").to_owned();
        let (api, page) = (format!("/api/v1/portfolio?snapshot={id}"), format!("/w/acme/portfolio?snapshot={id}"));
        let before = (house.admin.get(&api).body, house.admin.get(&page).body);
        assert!(main_of(&before.1).contains("Board"), "{}", before.1);
        house.admin.json("PATCH", "/api/v1/portfolio", &edits("2.5"));
        let renamed = json!({ "name": "Renamed", "type": 4, "type_reason": "It shrank" });
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/accounts/{second}"), &renamed).status, 200);
        assert!(house.admin.json("DELETE", &format!("/api/v1/accounts/{first}"), &json!({})).status < 300);
        let contract = json!({ "name": "Late", "start": "2020-01-01", "end": null, "arr": { "amount": "5.00", "currency": "EUR" } });
        let signed = house.admin.json("POST", &format!("/api/v1/accounts/{second}/contracts"), &contract);
        assert_eq!(signed.status, 201, "{}", signed.body);
        assert_eq!(house.admin.get(&api).body, before.0);
        assert_eq!(main_of(&house.admin.get(&page).body), main_of(&before.1));
        let listed = house.admin.get("/api/v1/snapshots").json();
        assert_eq!((&listed["data"][0]["note"], &listed["data"][0]["kind"]), (&json!("Board"), &json!("manual")));

        // Rights are today's: what is confidential now is hidden in what was kept before.
        let member = house.person("Mo Member", "mo@acme.example", "member");
        assert_eq!(member.get(&api).json()["data"].as_array().map(Vec::len), Some(2));
        assert_eq!(member.json("POST", "/api/v1/snapshots", &json!({})).status, 403);
        house.admin.json("PATCH", &format!("/api/v1/accounts/{second}"), &json!({ "confidential": true }));
        let seen = member.get(&api).json();
        assert_eq!(seen["data"].as_array().map(Vec::len), Some(1), "{seen}");
        assert_eq!(seen["totals"]["accounts"], 1);
        assert_eq!(house.admin.get("/api/v1/portfolio?snapshot=00000000-0000-0000-0000-000000000000").status, 404);
    }
);
