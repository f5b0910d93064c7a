//! Two days compared: nothing that moved is left out, and every movement is explained to the last cent and hundredth.

use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::as_of::{Dice, date_of, edit, hundredths};
use crate::both;
use crate::harness::House;

const EDITS: u64 = 40;

/// Amounts as hundredths.
fn amount(money: &Value) -> i64 {
    money["amount"].as_str().map_or(0, |text| hundredths(text.parse().expect("a number")))
}

fn row_on(house: &House, account: &str, day: Date) -> Value {
    let report = house.admin.get(&format!("/api/v1/portfolio?as_of={day}")).json();
    let found = report["data"].as_array().expect("a list has data").iter().find(|row| row["account"]["id"] == account);
    found.cloned().unwrap_or(Value::Null)
}

/// What a comparison is about: scores, ARR, type and associate.
fn compared(row: &Value) -> Value {
    let steps: Vec<&Value> = row["steps"].as_array().into_iter().flatten().map(|step| &step["score"]).collect();
    json!([steps, row["overall"], row["arr_ytd"], row["type"], row["associate"], row.is_null()])
}

/// Millionths, written exactly with six decimals.
fn share(cause: &Value) -> i64 {
    let text = cause["share"].as_str().expect("a share is text");
    text.replace('.', "").parse().expect("a number")
}

fn check(house: &House, accounts: &[String], (from, to): (Date, Date)) {
    let comparison = house.admin.get(&format!("/api/v1/compare?from={from}&to={to}")).json();
    let data = comparison["data"].as_array().expect("a list has data");
    assert_eq!(comparison["moved"].as_u64().map(usize::try_from), Some(Ok(data.len())));
    for account in accounts {
        let (before, after) = (row_on(house, account, from), row_on(house, account, to));
        let found = data.iter().find(|one| one["account"] == account.as_str());
        let is_moved = compared(&before) != compared(&after);
        assert_eq!(found.is_some(), is_moved, "{account} from {from} to {to}: {before} {after}");
        let Some(found) = found else { continue };
        let change = amount(&after["arr_ytd"]) - amount(&before["arr_ytd"]);
        let causes = found["arr_causes"].as_array().expect("causes");
        assert_eq!(amount(&found["arr_change"]), change);
        assert_eq!(causes.iter().map(|cause| amount(&cause["amount"])).sum::<i64>(), change, "{found}");
        assert_eq!(amount(&found["arr_unexplained"]), 0);
        if before.is_null() || after.is_null() {
            continue;
        }
        let shares: i64 = found["overall_causes"].as_array().expect("causes").iter().map(share).sum();
        let shown = |row: &Value| hundredths(row["overall"].as_f64().expect("an overall score"));
        let difference = shown(&after) - shown(&before);
        assert!((shares - difference * 10_000).abs() <= 10_000, "{shares} and {difference}: {found}");
    }
}

both!(
    fn a_comparison_names_every_movement_and_nothing_else(on) {
        let house = House::new(on);
        let accounts = [house.account("Albion"), house.account("Bowlroute"), house.account("Casavero")];
        let today = date_of(&house.admin.get("/api/v1/portfolio").json()["as_of"]).expect("a report has a day");
        let mut dice = Dice(4_711);
        for turn in 0..EDITS {
            edit(&house, &mut dice, &accounts[usize::try_from(turn % 3).expect("small")], today);
        }
        for _ in 0..25 {
            let mut back = || today - Span::new().days(i64::try_from(dice.below(830)).expect("small"));
            let (one, other) = (back(), back());
            check(&house, &accounts, (one.min(other), one.max(other)));
        }
        check(&house, &accounts, (today - Span::new().days(820), today));
        let refused = house.admin.get(&format!("/api/v1/compare?from={}", today + Span::new().days(2)));
        assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].clone()), (422, json!("/from")));
    }
);

both!(
    fn what_was_entered_after_a_snapshot_is_told_apart(on) {
        let house = House::new(on);
        let account = house.account("Albion");
        let arr = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
        let signed = json!({ "name": "Master", "start": "2024-01-01", "end": null, "arr": arr("1000.00") });
        let contracts = format!("/api/v1/accounts/{account}/contracts");
        assert_eq!(house.admin.json("POST", &contracts, &signed).status, 201);
        let kept = house.admin.json("POST", "/api/v1/snapshots", &json!({ "note": "Board" })).json();
        let id = kept["id"].as_str().expect("an id");
        let late = json!({ "name": "Forgotten", "start": "2024-05-01", "end": null, "arr": arr("250.00") });
        assert_eq!(house.admin.json("POST", &contracts, &late).status, 201);
        let comparison = house.admin.get(&format!("/api/v1/compare?from={id}")).json();
        assert_eq!(comparison["from"]["snapshot"], id);
        assert_eq!((&comparison["moved"], &comparison["data"][0]["arr_causes"]), (&json!(1), &json!([])));
        assert_eq!(comparison["data"][0]["arr_change"], arr("250.00"));
        assert_eq!(comparison["data"][0]["arr_unexplained"], arr("250.00"));
        let page = house.admin.get(&format!("/w/acme/portfolio/compare?from={id}")).body;
        assert!(page.contains("entered or corrected after the snapshot"), "{page}");
    }
);

both!(
    fn a_change_of_type_says_who_changed_it_and_why(on) {
        let house = House::new(on);
        let account = house.account("Albion");
        let kept = house.admin.json("POST", "/api/v1/snapshots", &json!({ "note": "Before" })).json();
        let id = kept["id"].as_str().expect("an id");
        let change = json!({ "type": 3, "type_reason": "They moved to a partner" });
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/accounts/{account}"), &change).status, 200);
        let again = json!({ "type": 1, "type_reason": "They came back" });
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/accounts/{account}"), &again).status, 200);
        let comparison = house.admin.get(&format!("/api/v1/compare?from={id}")).json();
        let causes = &comparison["data"][0]["type_causes"];
        assert_eq!((&causes[0]["after"], &causes[1]["before"], &causes[1]["after"]), (&json!(3), &json!(3), &json!(1)));
        assert_eq!((&causes[0]["reason"], &causes[2]), (&json!("They moved to a partner"), &Value::Null));
        assert!(causes[0]["by"].is_string(), "{causes}");
        let page = house.admin.get(&format!("/w/acme/portfolio/compare?from={id}")).body;
        assert!(page.contains("They came back"), "{page}");
        let before = house.admin.get("/api/v1/compare?from=2020-01-01&to=2020-02-01").json();
        assert_eq!(before["moved"], 0);
    }
);
