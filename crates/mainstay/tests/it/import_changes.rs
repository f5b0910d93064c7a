//! The preview of a file tells what it changes, value by value, and applying it does just that.

use serde_json::{Value, json};

use crate::both;
use crate::harness::House;
use crate::import::{apply, id_of, imported, row, staged};

const HELD: &str = "Id,Account,Sales associate,End date,Type,Launched,Last year ARR,Delta ARR target,YTD,Industry,Sites,Tier\n\
    A,Albion,Rui Tavares,2027-12-31,2,6.5,1000,500,1200,Food,3,Gold\n\
    B,Bowlroute,,,1,,,,,,,\n";
const NEWS: &str = "Id,Account,Sales associate,End date,Type,Launched,Last year ARR,Delta ARR target,YTD,Industry,Sites,Tier\n\
    A,Albion,Ines Cabrera,2028-12-31,2,8,1000,600,1300.5,Retail,4.5,Silver\n\
    B,Bowlroute,,,1,,,,,,,\n\
    C,Casavero,Rui Tavares,2027-12-31,2,6.5,1000,500,1200,Food,3,Gold\n";

fn house(on: crate::harness::On) -> House {
    let house = House::new(on);
    let tier = json!({ "name": "Tier", "kind": "choice", "choices": [{ "label": "Gold" }, { "label": "Silver" }] });
    for field in [json!({ "name": "Sites", "kind": "number" }), tier] {
        assert_eq!(house.admin.json("POST", "/api/v1/fields", &field).status, 201);
    }
    imported(&house, HELD);
    house
}

fn told(import: &Value) -> Vec<String> {
    let changes = import["changes"].as_array().expect("changes").iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    changes
        .map(|c| {
            format!(
                "{} {} {} {} > {}",
                c["row"],
                text(&c["name"]),
                text(&c["field"]),
                text(&c["before"]),
                text(&c["after"])
            )
        })
        .collect()
}

both!(
    fn every_change_is_told_before_it_is_made(on) {
        let house = house(on);
        assert_eq!(told(&staged(&house, HELD)), [""; 0], "the same file changes nothing");
        let import = staged(&house, NEWS);
        let expected = [
            "2 Albion associate Rui Tavares > Ines Cabrera",
            "2 Albion industry Food > Retail",
            "2 Albion arr_ytd 1200.00 > 1300.50",
            "2 Albion end_on 2027-12-31 > 2028-12-31",
            "2 Albion launched 6.5 > 8",
            "2 Albion arr_delta_target 500.00 > 600.00",
            "2 Albion field.sites 3 > 4.5",
            "2 Albion field.tier Gold > Silver",
        ];
        assert_eq!((told(&import), &import["changes_more"]), (expected.map(str::to_owned).to_vec(), &json!(0)));
        let page = house.admin.get(&format!("/w/acme/import/{}", id_of(&import))).body;
        assert!(page.contains("What changes") && page.contains("EUR 1,200.00") && page.contains("<b>EUR 1,300.50</b>"), "{page}");
        assert!(page.contains("31 Dec 2027") && page.contains("<b>Silver</b>"), "{page}");
        assert_eq!(apply(&house, &import, &json!({})).status, 200);
        let albion = row(&house, "Albion");
        assert_eq!((&albion["arr_ytd"]["amount"], &albion["end_date"], &albion["steps"][0]["score"]), (&json!("1300.50"), &json!("2028-12-31"), &json!(8.0)));
        assert_eq!((&albion["associate"]["name"], &albion["fields"]["tier"]), (&json!("Ines Cabrera"), &json!("silver")));
        let done = house.admin.get(&format!("/api/v1/imports/{}", id_of(&import))).json();
        assert_eq!(told(&done), [""; 0], "it is told while the file waits");
    }
);

both!(
    fn what_contracts_keep_is_no_change(on) {
        let house = house(on);
        let id = row(&house, "Bowlroute")["account"]["id"].as_str().expect("an id").to_owned();
        let contract = json!({ "name": "Frame", "start": "2026-01-01", "arr": "500" });
        let made = house.admin.json("POST", &format!("/api/v1/accounts/{id}/contracts"), &contract);
        assert_eq!(made.status, 201, "{}", made.body);
        let import = staged(&house, "Id,Account,YTD,Sites\nB,Bowlroute,900,2\n");
        assert_eq!(told(&import), ["2 Bowlroute field.sites - > 2"], "{import}");
        assert_eq!(import["problems"][0]["code"], "kept_by_contracts");
    }
);

both!(
    fn a_long_list_of_changes_is_counted(on) {
        let house = House::new(on);
        let file = |industry: &str| {
            let rows = (0..203).map(|n| format!("Account {n},{industry}\n"));
            format!("Account,Industry\n{}", rows.collect::<String>())
        };
        imported(&house, &file("Food"));
        let import = staged(&house, &file("Retail"));
        assert_eq!((told(&import).len(), &import["changes_more"]), (200, &json!(3)));
        assert!(house.admin.get(&format!("/w/acme/import/{}", id_of(&import))).body.contains("3 accounts more change."));
    }
);
