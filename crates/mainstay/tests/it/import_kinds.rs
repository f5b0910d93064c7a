//! Contracts and scores from files: what a row means, what the ARR is on any day, and the way back.

use serde_json::{Value, json};

use crate::both;
use crate::harness::House;
use crate::import::{apply, counts, events, id_of, imported, report, row, undo, upload};

const ACCOUNTS: &[u8] = include_bytes!("data/ravenstack-accounts.csv");
const SUBSCRIPTIONS: &[u8] = include_bytes!("data/ravenstack-subscriptions.csv");

fn come_in(house: &House, name: &str, file: &[u8], words: &[(&str, &str)]) -> Value {
    let staged = upload(house, name, file, words);
    assert_eq!(staged.status, 201, "{}", staged.body);
    let applied = apply(house, &staged.json(), &json!({}));
    assert_eq!(applied.status, 200, "{}", applied.body);
    applied.json()
}

/// The ARR of all accounts on a day, in whole units of the currency, added up from what the API tells of contracts.
fn arr_on(house: &House, day: &str) -> i64 {
    let accounts = report(house);
    let ids = accounts.iter().map(|row| row["account"]["id"].as_str().expect("an account has an id"));
    ids.map(|id| arr_of(house, id, day)).sum()
}

fn arr_of(house: &House, account: &str, day: &str) -> i64 {
    let answer = house.admin.get(&format!("/api/v1/accounts/{account}/contracts?limit=200"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let contracts = answer.json();
    let contracts = contracts["data"].as_array().expect("a list").clone();
    let amendments = contracts.iter().flat_map(|contract| contract["amendments"].as_array().expect("a list"));
    let runs = |a: &&Value| {
        // Every subscription of the excerpt is a contract of one amendment.
        a["start"].as_str().is_some_and(|start| start <= day) && a["end"].as_str().is_none_or(|last| day <= last)
    };
    amendments.filter(runs).map(|a| whole(&a["arr"]["amount"])).sum()
}

fn whole(amount: &Value) -> i64 {
    let text = amount.as_str().expect("an amount is a text");
    text.split('.').next().and_then(|units| units.parse().ok()).expect("an amount is a number")
}

both!(
    fn subscriptions_make_exactly_the_arr_that_they_say(on) {
        let house = House::new(on);
        let accounts = come_in(&house, "ravenstack_accounts.csv", ACCOUNTS, &[]);
        assert_eq!((&accounts["known_as"], counts(&accounts)), (&json!("RavenStack accounts"), (20, 0, 0, 0)));
        let staged = upload(&house, "ravenstack_subscriptions.csv", SUBSCRIPTIONS, &[]).json();
        assert_eq!((&staged["kind"], &staged["end_is"]), (&json!("contracts"), &json!("first_day_without")));
        assert_eq!((&staged["counts"]["create"], &staged["counts"]["left_out"]), (&json!(174), &json!(33)), "{staged}");
        let notes = staged["problems"].as_array().expect("a list");
        assert_eq!(notes.iter().filter(|note| note["code"] == "no_days" && note["severity"] == "warning").count(), 3);
        let applied = apply(&house, &staged, &json!({}));
        assert_eq!(applied.status, 200, "{}", applied.body);
        for (day, arr) in [("2023-07-01", 48_348), ("2024-01-01", 308_100), ("2024-07-01", 1_149_132), ("2025-01-01", 4_366_584)] {
            assert_eq!(arr_on(&house, day), arr, "{day}");
        }
        let written = events(&house).len();
        let again = come_in(&house, "ravenstack_subscriptions.csv", SUBSCRIPTIONS, &[]);
        assert_eq!((&again["counts"]["create"], &again["counts"]["unchanged"]), (&json!(0), &json!(174)), "{again}");
        assert_eq!(events(&house).len(), written, "the same file again is no news");
        let undone = undo(&house, &applied.json());
        assert_eq!(undone.status, 200, "{}", undone.body);
        assert_eq!(undone.json()["undo"]["restored"], 20);
        assert_eq!(arr_on(&house, "2025-01-01"), 0);
    }
);

/// Figures of the excerpt, worked out from the CSV alone by `tests/browser/ravenstack.mjs`, which states the rule; the
/// whole data set goes through the same by `bin/ravenstack FOLDER`.
struct Period {
    days: (&'static str, &'static str),
    accounts: i64,
    /// At the start, at the end, and what of it is new.
    arr: [i64; 3],
    grr: f64,
    nrr: f64,
}

const LEDGER: [Period; 3] = [
    Period {
        days: ("2024-01-01", "2024-07-01"),
        accounts: 9,
        arr: [308_100, 1_149_132, 210_360],
        grr: 0.895,
        nrr: 3.047,
    },
    Period {
        days: ("2024-07-01", "2025-01-01"),
        accounts: 12,
        arr: [1_149_132, 4_366_584, 2_244_948],
        grr: 0.9328,
        nrr: 1.8463,
    },
    Period {
        days: ("2023-07-01", "2024-07-01"),
        accounts: 3,
        arr: [48_348, 1_149_132, 1_010_952],
        grr: 0.3306,
        nrr: 2.858,
    },
];

both!(
    fn the_ledger_says_what_the_subscriptions_say(on) {
        let house = House::new(on);
        come_in(&house, "ravenstack_accounts.csv", ACCOUNTS, &[]);
        come_in(&house, "ravenstack_subscriptions.csv", SUBSCRIPTIONS, &[]);
        for Period { days: (from, to), accounts, arr, grr, nrr } in LEDGER {
            let answer = house.admin.get(&format!("/api/v1/arr?from={from}&to={to}"));
            assert_eq!(answer.status, 200, "{}", answer.body);
            let told = answer.json();
            let found = ["arr_start", "arr_end", "new"].map(|name| whole(&told[name]["amount"]));
            assert_eq!((&told["accounts"], found), (&json!(accounts), arr), "{from} {to}");
            assert_eq!((&told["grr"], &told["nrr"]), (&json!(grr), &json!(nrr)), "{from} {to}");
        }
    }
);

both!(
    fn a_row_of_a_contract_makes_its_account_and_says_when_it_ends(on) {
        let house = House::new(on);
        let file = "Account;Account id;Contract;Start;End;MRR;Currency\n\
            Casavero;A1;Frame;2026-01-01;2026-12-31;1.000,00;EUR\n\
            Casavero;A1;Frame;2026-07-01;2026-12-31;1.500,50;EUR\n\
            Domus;A2;Frame;2026-01-01;;200;USD\n";
        let staged = upload(&house, "contracts.csv", file.as_bytes(), &[("decimal", "comma")]).json();
        assert_eq!((&staged["kind"], counts(&staged)), (&json!("contracts"), (2, 0, 0, 1)), "{staged}");
        assert_eq!((&staged["problems"][0]["code"], &staged["problems"][0]["row"]), (&json!("other_currency"), &json!(4)));
        assert_eq!(apply(&house, &staged, &json!({})).code(), "conflict");
        let applied = apply(&house, &staged, &json!({ "leave_out_refused": true }));
        assert_eq!(applied.status, 200, "{}", applied.body);
        assert_eq!(applied.json()["accounts_new"], 1);
        let account = row(&house, "Casavero")["account"]["id"].as_str().expect("it has an id").to_owned();
        let contracts = house.admin.get(&format!("/api/v1/accounts/{account}/contracts")).json();
        let amendments = contracts["data"][0]["amendments"].as_array().expect("a list").clone();
        let said: Vec<(&str, &str, &str)> = amendments
            .iter()
            .map(|a| (a["start"].as_str().unwrap_or(""), a["end"].as_str().unwrap_or(""), a["arr"]["amount"].as_str().unwrap_or("")))
            .collect();
        assert_eq!(said, [("2026-01-01", "2026-12-31", "12000.00"), ("2026-07-01", "2026-12-31", "18006.00")], "MRR x 12");
        assert_eq!(undo(&house, &applied.json()).json()["undo"]["removed"], 1);
        assert!(report(&house).is_empty(), "the account that the file made is gone");
    }
);

both!(
    fn contracts_come_in_their_own_currency(on) {
        let house = House::new(on);
        let file = "Account,Contract id,Contract,Start,End,ARR,Currency\n\
            Casavero,C1,Home,2025-01-01,,1000,\n\
            Casavero,C2,Abroad,2025-01-01,,2000,USD\n\
            Casavero,C2,Abroad,2025-07-01,,2500,EUR\n";
        let refused = upload(&house, "contracts.csv", file.as_bytes(), &[]).json();
        assert_eq!(refused["counts"]["refused"], 1, "{refused}");
        let why = refused["problems"][0]["message"].as_str().expect("it says why");
        assert!(why.contains("no exchange rate from USD to EUR") && why.contains("Currencies"), "{why}");
        let rate = json!({ "fiscal_year": 2025, "currency": "USD", "rate": "0.5" });
        assert_eq!(house.admin.json("PUT", "/api/v1/exchange-rates", &rate).status, 200);
        let staged = upload(&house, "contracts.csv", file.as_bytes(), &[]).json();
        assert_eq!(counts(&staged), (2, 0, 0, 1), "{staged}");
        let why = staged["problems"][0]["message"].as_str().expect("it says why");
        assert!(why.contains("The contract is in USD and keeps it"), "{why}");
        assert_eq!(apply(&house, &staged, &json!({})).code(), "conflict");
        let applied = apply(&house, &staged, &json!({ "leave_out_refused": true }));
        assert_eq!(applied.status, 200, "{}", applied.body);
        assert_eq!(counts(&applied.json()), (2, 0, 0, 1), "{}", applied.body);
        let arr = house.admin.get("/api/v1/arr?from=2025-01-01&to=2025-06-01").json();
        assert_eq!(arr["arr_end"]["amount"], "2000.00", "1000 EUR and 2000 USD at 0.5");
        let again = upload(&house, "contracts.csv", file.as_bytes(), &[]).json();
        assert_eq!(counts(&again), (0, 0, 2, 1), "{again}");
        assert_eq!(undo(&house, &applied.json()).json()["undo"]["removed"], 1);
    }
);

both!(
    fn scores_come_with_their_history_as_one_event_of_each_account(on) {
        let house = House::new(on);
        imported(&house, "Id,Account,Launched\nA1,Casavero,5\nA2,Domus,4\n");
        let file = "Account id,Step,Score,Date,Note,Scored by\n\
            A1,Effectively launched,3,2024-01-15,kick-off,Ada Admin\n\
            A1,step 1,6.5,2024-06-15,,\n\
            A1,Generate ROI,7,2025-01-15,,Nobody Known\n\
            A2,launched,2,2024-03-01,,\n\
            A2,launched,,2024-04-01,,\n\
            A9,launched,2,2024-03-01,,\n\
            A2,charm,2,2024-03-01,,\n\
            A2,launched,2,2199-03-01,,\n";
        let staged = upload(&house, "scores.csv", file.as_bytes(), &[]).json();
        assert_eq!((&staged["kind"], counts(&staged)), (&json!("scores"), (4, 0, 0, 3)), "{staged}");
        let codes: Vec<&str> = staged["problems"].as_array().into_iter().flatten().filter_map(|p| p["code"].as_str()).collect();
        assert_eq!(codes, ["account_unknown", "metric_unknown", "in_future", "ambiguous_person"]);
        let versions = |house: &House| [row(house, "Casavero")["version"].as_i64(), row(house, "Domus")["version"].as_i64()];
        let before = versions(&house);
        let applied = apply(&house, &staged, &json!({ "leave_out_refused": true }));
        assert_eq!(applied.status, 200, "{}", applied.body);
        let after = versions(&house);
        assert_eq!(after, before.map(|version| version.map(|v| v + 1)), "each account's version moves once");
        let casavero = row(&house, "Casavero");
        assert_eq!(casavero["steps"][0]["score"], 5.0, "what is newer stays");
        assert_eq!(casavero["steps"][1]["score"], 7.0);
        let account = casavero["account"]["id"].as_str().expect("it has an id").to_owned();
        let history = house.admin.get(&format!("/api/v1/accounts/{account}/scores/launched")).json();
        let values: Vec<f64> = history["data"].as_array().into_iter().flatten().filter_map(|s| s["value"].as_f64()).collect();
        assert_eq!(values, [5.0, 6.5, 3.0], "{history}");
        let told: Vec<Value> = events(&house).into_iter().filter(|e| e["kind"] == "scores_imported").collect();
        assert_eq!(told.len(), 2, "one of each account");
        let again = upload(&house, "scores.csv", file.as_bytes(), &[]).json();
        assert_eq!(counts(&again), (0, 0, 4, 3), "{again}");
        let undone = undo(&house, &applied.json());
        assert_eq!(undone.json()["undo"]["restored"], 2, "{}", undone.body);
        assert_eq!(row(&house, "Casavero")["steps"][1]["score"], Value::Null);
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/feed"));
        assert!(page.body.contains("imported"), "the feed tells it");
    }
);

both!(
    fn what_the_file_is_about_is_asked_and_the_choice_is_kept_under_a_name(on) {
        let house = House::new(on);
        imported(&house, "Id,Account,Launched\nA1,Casavero,5\n");
        let file = "Wer;Was;Wie;Wann\nA1;launched;7;2024-01-15\n";
        let staged = upload(&house, "weekly.csv", file.as_bytes(), &[]).json();
        assert_eq!(staged["questions"][0], "kind", "{staged}");
        assert_eq!(apply(&house, &staged, &json!({})).status, 422);
        let path = format!("/w/acme/import/{}", id_of(&staged));
        assert_eq!(house.admin.post(&format!("{path}/mapping"), &[("kind", "scores")]).status, 303);
        let choice = [
            ("kind", "scores"), ("column_0", "external_id"), ("column_1", "metric"), ("column_2", "score"),
            ("column_3", "scored_on"), ("save_as", "Weekly scores"),
        ];
        assert_eq!(house.admin.post(&format!("{path}/mapping"), &choice).status, 303);
        let shown = house.admin.get(&path);
        assert!(shown.body.contains("Import 1 row"), "{}", shown.body);
        assert_eq!(house.admin.post(&format!("{path}/apply"), &choice).status, 303);
        assert!(house.admin.get(&path).body.contains("1 score came in, for 1 account."));
        let next = upload(&house, "weekly.csv", "Wer;Was;Wie;Wann\nA1;launched;8;2024-02-15\n".as_bytes(), &[]).json();
        assert_eq!((&next["known_as"], &next["questions"]), (&json!("Weekly scores"), &json!([])), "{next}");
        assert_eq!(counts(&next), (1, 0, 0, 0));
        assert!(house.admin.get("/w/acme/import/new").body.contains("Weekly scores"));
        let gone = house.admin.post(&format!("/w/acme/import/{}/cancel", id_of(&next)), &[]);
        assert_eq!(gone.status, 303, "{}", gone.body);
        assert_eq!(house.admin.get(&format!("/api/v1/imports/{}", id_of(&next))).status, 404);
    }
);

both!(
    fn exports_of_other_programs_are_known_by_their_heads(on) {
        let house = House::new(on);
        let cases = [
            ("Vitally accounts", "name,externalId,mrr,nextRenewalDate,healthScore,csm\nCasavero,V1,100,2027-03-31,6.2,Rui Tavares\n"),
            ("HubSpot companies", "Record ID,Company name,Company owner,Industry,Annual Revenue\nH1,Domus,Rui Tavares,Homes,5000000\n"),
            ("Salesforce accounts", "Account Name,Account ID,Account Owner,Type,Billing Country\nTern,S1,Rui Tavares,Customer,Ireland\n"),
        ];
        for (name, file) in cases {
            let applied = come_in(&house, "export.csv", file.as_bytes(), &[]);
            assert_eq!((&applied["known_as"], counts(&applied)), (&json!(name), (1, 0, 0, 0)), "{applied}");
        }
        assert_eq!(row(&house, "Casavero")["arr_ytd"]["amount"], "1200.00", "twelve times the MRR");
        assert_eq!(row(&house, "Domus")["arr_ytd"]["amount"], "0.00", "the client's own revenue is not ours");
        let deals = "Account Name,Opportunity ID,Opportunity Name,Amount,Close Date,Start Date\nTern,O1,New,120,2026-01-10,2026-02-01\n";
        let applied = come_in(&house, "opportunities.csv", deals.as_bytes(), &[]);
        assert_eq!((&applied["known_as"], &applied["first_on"]), (&json!("Salesforce opportunities"), &json!("2026-02-01")));
    }
);
