//! The demo company: made once on either database, whole, with the sums and stories that its guide tells.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;

use serde_json::Value;

use crate::both;
use crate::harness::{Answer, Browser, Data, On, Server, program};

const PASSWORD: &str = "snapwright-demo";
/// What it may take in a debug build beside other tests; the promise of 10 s is for releases.
const MADE_WITHIN_SECONDS: f64 = 60.0;

fn make(data: &Data) -> Output {
    program().arg("demo").args(data.options()).arg("--only-make").output().expect("demo runs")
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn sign_in(server: &Server, key: &str) -> Browser {
    let mut browser = Browser::new(&server.url);
    let answer = browser.sign_in(&format!("{key}@snapwright.example"), PASSWORD);
    assert_eq!(answer.status, 303, "{key}: {}", answer.body);
    browser.enter("snapwright");
    browser
}

fn rows(answer: &Answer) -> BTreeMap<String, Value> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    let rows = answer["data"].as_array().expect("a list has data");
    rows.iter().map(|row| (row["account"]["name"].as_str().unwrap_or_default().to_owned(), row.clone())).collect()
}

/// Thousands of euro of an amount on the wire.
fn thousands(amount: &Value) -> i64 {
    let text = amount["amount"].as_str().unwrap_or_else(|| panic!("not an amount: {amount}"));
    let (whole, cents) = text.split_once('.').expect("euros have cents");
    assert_eq!(cents, "00");
    let euros: i64 = whole.parse().expect("an amount is a number");
    assert_eq!(euros % 1000, 0, "{text}");
    euros / 1000
}

/// ARR in thousands and type of every client, as the guide lists them.
const BOOK: [(&str, i64, i64); 26] = [
    ("Forkful Group", 10_800, 1),
    ("Tiffin24", 1_450, 1),
    ("Piatto Pronto", 860, 2),
    ("MesaYa", 620, 2),
    ("Bowlroute", 410, 2),
    ("Dabbaway", 180, 3),
    ("Krume", 95, 3),
    ("NachtKueche", 40, 4),
    ("Lumen", 24, 4),
    ("Casavero", 1_900, 1),
    ("Haus&Hof", 1_050, 2),
    ("Loftline", 730, 2),
    ("Immoria", 540, 2),
    ("Domus", 390, 2),
    ("Keyturn", 260, 3),
    ("Adriatica", 150, 3),
    ("PlanB", 60, 4),
    ("StudioNord", 18, 4),
    ("Fjordstay", 980, 2),
    ("Albion", 870, 2),
    ("Marhaba", 640, 2),
    ("Kiosk&Co", 420, 3),
    ("Saltholm", 310, 2),
    ("GulfKey", 290, 3),
    ("Tern", 120, 3),
    ("Pantry", 30, 4),
];

both!(
    fn the_demo_adds_up_and_tells_its_stories(on) {
        let data = Data::new(on);
        let told = printed(&make(&data));
        let seconds: f64 = told
            .split_whitespace()
            .zip(told.split_whitespace().skip(1))
            .find(|(_, unit)| *unit == "s")
            .and_then(|(number, _)| number.parse().ok())
            .expect("it prints how long it took");
        assert!(seconds < MADE_WITHIN_SECONDS, "{told}");

        let server = Server::start(&data);
        let marc = sign_in(&server, "marc");
        let rows = rows(&marc.get("/api/v1/portfolio?limit=200"));
        for (name, arr, account_type) in BOOK {
            let row = rows.get(name).unwrap_or_else(|| panic!("{name} is missing"));
            assert_eq!((thousands(&row["arr_ytd"]), row["type"].as_i64()), (arr, Some(account_type)), "{name}");
        }
        assert_eq!(rows.len(), BOOK.len(), "Quickbite is archived, nobody else is there");
        assert_eq!(rows.values().map(|row| thousands(&row["arr_ytd"])).sum::<i64>(), 23_237);
        assert_eq!(rows.values().map(|row| thousands(&row["arr_last_year"])).sum::<i64>(), 20_855);

        let casavero = &rows["Casavero"];
        assert_eq!(thousands(&casavero["arr_ytd"]) - thousands(&casavero["arr_last_year"]), 110);
        assert_eq!(thousands(&casavero["arr_delta_target"]), 250);
        let steps: Vec<f64> =
            casavero["steps"].as_array().expect("five steps").iter().filter_map(|s| s["score"].as_f64()).collect();
        assert_eq!((casavero["overall"].as_f64(), steps), (Some(6.4), vec![6.1, 6.6, 6.4, 7.0, 5.9]));
        assert_eq!(rows["Albion"]["overall"], 7.8);
        assert!(rows["Tiffin24"]["overall"].as_f64() > Some(8.0));
        assert_eq!(rows["Immoria"]["gap"]["step"], "launched", "stuck at brand approval");
        assert_eq!(rows["Loftline"]["gap"]["step"], "roi_generated");
        divided(&marc, rows["Forkful Group"]["account"]["id"].as_str().expect("an account has an id"));
    }
);

both!(
    fn its_scorecards_have_versions_a_formula_and_a_segment(on) {
        let data = Data::new(on);
        printed(&make(&data));
        let server = Server::start(&data);
        let marc = sign_in(&server, "marc");
        let rows = rows(&marc.get("/api/v1/portfolio?limit=200"));
        let id = |name: &str| rows[name]["account"]["id"].as_str().expect("an account has an id").to_owned();
        let told = |name: &str, what: &str| {
            let answer = marc.get(&format!("/api/v1/accounts/{}/explain/{what}", id(name)));
            assert_eq!(answer.status, 200, "{name}: {}", answer.body);
            answer.json()
        };
        let formula = told("Fjordstay", "launched.shoots_of_plan");
        assert_eq!((&formula["value"], &formula["data_points"][0]["source"]), (&serde_json::json!(8.55), &serde_json::json!("order system")));
        let course = told("Casavero", "overall?from=2020-01-01")["course"].clone();
        assert_eq!((&course["versions"][0]["version"], course["versions"].as_array().map(Vec::len)), (&serde_json::json!(2), Some(1)));
        assert_eq!(told("NachtKueche", "overall")["template"]["key"], "services");
        assert_eq!(told("Casavero", "overall")["template"]["key"], "software");
    }
);

/// Forkful's four regions of three product lines, each with an account manager, whose contracts are all of its ARR.
fn divided(marc: &Browser, forkful: &str) {
    let scopes = marc.get(&format!("/api/v1/accounts/{forkful}/scopes")).json();
    let scopes = scopes["data"].as_array().expect("a list has data").clone();
    let owners: BTreeSet<&str> = scopes.iter().filter_map(|scope| scope["owner"]["id"].as_str()).collect();
    assert_eq!((scopes.len(), owners.len()), (16, 12));
    let regions = scopes.iter().filter(|scope| scope["kind"] == "region");
    let arr: BTreeMap<&str, i64> =
        regions.map(|scope| (scope["name"].as_str().unwrap_or_default(), thousands(&scope["arr"]))).collect();
    assert_eq!(arr, BTreeMap::from([("DACH", 3_100), ("Iberia", 2_600), ("Italy", 2_700), ("Nordics", 2_400)]));
}

both!(
    fn every_person_signs_in_and_nothing_is_wrong_with_the_data(on) {
        let data = Data::new(on);
        printed(&make(&data));
        let server = Server::start(&data);
        for key in ["giulia", "henrik", "anouk", "rui", "sara"] {
            let answer = sign_in(&server, key).get("/w/snapwright/portfolio");
            assert_eq!(answer.status, 200, "{key}");
            assert!(answer.body.contains("Casavero"), "{key} sees the portfolio");
        }
        let check = program().arg("check").args(data.options()).output().expect("check runs");
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    }
);

both!(
    fn made_twice_it_is_there_once(on) {
        let data = Data::new(on);
        assert!(printed(&make(&data)).contains("18 months"));
        assert!(printed(&make(&data)).contains("there already"));
        let server = Server::start(&data);
        assert_eq!(rows(&sign_in(&server, "marc").get("/api/v1/portfolio?limit=200")).len(), BOOK.len());
    }
);

#[test]
fn it_leaves_other_data_alone() {
    let house = crate::harness::House::new(On::Sqlite);
    let data = house.data;
    drop(house.server);
    let refused = make(&data);
    assert_eq!(refused.status.code(), Some(1));
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(error.contains("--data-dir"), "{error}");
}

#[test]
fn it_listens_on_loopback_only() {
    let data = Data::new(On::Sqlite);
    let refused =
        program().arg("demo").args(data.options()).args(["--listen", "0.0.0.0:0"]).output().expect("demo runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--yes-public"));
    assert!(!data.folder.path().join("mainstay.db").exists(), "nothing was made");
}
