//! A workspace's own fields as columns of a file: found, read, compared, written, refused by name, and taken back.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House, On};
use crate::import::{apply, command, counts, events, id_of, imported, row, staged, undo, upload};
use crate::import_large::rest;
use crate::workbook::{self, Cell};

/// A house with a field of every kind; gives the id of the choice.
fn house(on: On) -> (House, String) {
    let house = House::new(on);
    let fields =
        [("Sites", "number"), ("Signed", "date"), ("Sponsor", "person"), ("Spend", "money"), ("Remark", "text")];
    for (name, kind) in fields {
        add(&house, &json!({ "name": name, "kind": kind }));
    }
    let choices = json!([{ "label": "Gold" }, { "label": "Silver" }, { "label": "Lead" }]);
    let tier = add(&house, &json!({ "name": "Tier", "kind": "choice", "choices": choices }));
    (house, tier)
}

fn add(house: &House, field: &Value) -> String {
    let made = house.admin.json("POST", "/api/v1/fields", field);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().expect("a field has an id").to_owned()
}

fn fields(house: &House, name: &str) -> Value {
    row(house, name)["fields"].clone()
}

fn leader(house: &House) -> Browser {
    house.person("Lena Leader", "lena@acme.example", "leader")
}

const FILE: &str = "Account;Sites;Signed;Sponsor;Spend;Remark;Tier;field.tier_2\n\
    Casavero;1.250,5;31.12.2025;lena leader;\"1.200,50\";Two, words;gold;x\n\
    Domus;;;;;;;\n";

both!(
    fn every_kind_comes_in_by_its_name_and_is_taken_back(on) {
        let (house, _) = house(on);
        leader(&house);
        let import = staged(&house, FILE);
        let columns = import["columns"].as_array().expect("columns");
        let held: Vec<&str> = columns.iter().filter_map(|column| column["field"].as_str()).collect();
        assert_eq!(held, ["name", "field.sites", "field.signed", "field.sponsor", "field.spend", "field.remark", "field.tier", "ignore"]);
        assert_eq!((counts(&import), &import["decimal"], &import["dates"]), ((2, 0, 0, 0), &json!("comma"), &json!("day_first")), "{import}");
        let made = imported(&house, FILE);
        let got = fields(&house, "Casavero");
        assert_eq!((&got["sites"], &got["signed"], &got["remark"], &got["tier"]), (&json!("1250.5"), &json!("2025-12-31"), &json!("Two, words"), &json!("gold")));
        assert_eq!((&got["sponsor"]["name"], &got["spend"]["amount"]), (&json!("Lena Leader"), &json!("1200.50")));
        assert!(fields(&house, "Domus").as_object().is_some_and(|all| all.values().all(Value::is_null)), "an empty cell says nothing");
        let told = events(&house).len();
        assert_eq!(counts(&staged(&house, FILE)), (0, 0, 2, 0), "the same file again is no news");
        let changed = imported(&house, "Account,Sites,Tier,Remark\nCasavero,7,,Less\nDomus,,silver,\n");
        assert_eq!(counts(&changed), (0, 2, 0, 0));
        let got = fields(&house, "Casavero");
        assert_eq!((&got["sites"], &got["tier"], &got["remark"]), (&json!("7"), &json!("gold"), &json!("Less")), "an empty cell leaves what is there");
        assert!(events(&house).len() > told);
        assert_eq!(undo(&house, &changed).json()["undo"]["restored"], 2);
        let got = fields(&house, "Casavero");
        assert_eq!((&got["sites"], &got["remark"]), (&json!("1250.5"), &json!("Two, words")));
        assert_eq!(fields(&house, "Domus")["tier"], Value::Null, "what was empty is empty again");
        assert_eq!(undo(&house, &made).json()["undo"]["left"].as_array().map(Vec::len), Some(2), "they were edited since");
    }
);

both!(
    fn a_cell_that_does_not_fit_is_refused_by_row_and_column(on) {
        let (house, tier) = house(on);
        leader(&house);
        house.person("Sam Same", "sam@acme.example", "member");
        house.person("Sam Same", "sam2@acme.example", "member");
        let file = "Account,Sites,Signed,Sponsor,Spend,Remark,Tier\n\
            A,many,2026-01-02,,,,\nB,1,soon,,,,\nC,1,,Nobody,,,\nD,1,,Sam Same,,,\nE,1,,sam2@acme.example,USD 5,,\nF,1,,,,,Bronze\nG,1,,,5,fine,Silver\n";
        let import = staged(&house, file);
        assert_eq!(counts(&import), (1, 0, 0, 6), "{import}");
        let problems = import["problems"].as_array().expect("problems");
        let place = |p: &Value| format!("{} {} {}", p["row"], p["column"]["letter"].as_str().unwrap_or_default(), p["code"].as_str().unwrap_or_default());
        let found: Vec<String> = problems.iter().map(place).collect();
        assert_eq!(found, ["2 B not_a_number", "3 C not_a_date", "4 D person_unknown", "5 D ambiguous_person", "6 E other_currency", "7 G not_a_choice"]);
        assert_eq!(problems[5]["message"], "“Bronze” is no choice of Tier; choose Gold, Silver, Lead");
        assert_eq!(apply(&house, &import, &json!({})).status, 409, "nothing is dropped in silence");
        let done = apply(&house, &import, &json!({ "leave_out_refused": true }));
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(fields(&house, "G")["tier"], "silver");
        // A choice that is offered no longer stays where it was chosen, and is chosen nowhere else.
        imported(&house, "Account,Tier\nG,Lead\nH,Gold\n");
        let fewer = json!({ "choices": [{ "key": "gold", "label": "Gold" }] });
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/fields/{tier}"), &fewer).status, 200);
        let again = staged(&house, "Account,Tier\nG,Lead\nH,Lead\n");
        assert_eq!(counts(&again), (0, 0, 1, 1), "{again}");
        assert!(again["problems"][0]["message"].as_str().is_some_and(|m| m.contains("is not offered any more")), "{again}");
    }
);

both!(
    fn a_workbook_and_a_named_mapping_hold_them_too(on) {
        let (house, tier) = house(on);
        let text = |words: &'static str| Cell::Text(words);
        let book = workbook::of_rows(&[
            vec![text("Customer"), text("Plants"), text("Signed"), text("Spend"), text("Tier")],
            vec![text("Casavero"), Cell::Number(0.1 + 0.2), Cell::Day(46_752), Cell::Number(1_200.5), text("Gold")],
        ]);
        let words = [("mapping", r#"{"field.sites": "Plants"}"#)];
        let import = upload(&house, "book.xlsx", &book, &words).json();
        assert_eq!(counts(&import), (1, 0, 0, 0), "{import}");
        assert_eq!(apply(&house, &import, &json!({})).status, 200);
        let got = fields(&house, "Casavero");
        assert_eq!((&got["sites"], &got["signed"], &got["spend"]["amount"], &got["tier"]), (&json!("0.3"), &json!("2027-12-31"), &json!("1200.50"), &json!("gold")));
        let unknown = upload(&house, "book.xlsx", &book, &[("mapping", r#"{"field.plants": "Plants"}"#)]);
        assert_eq!(unknown.status, 422);
        assert!(unknown.body.contains("There is no field plants") && unknown.body.contains("field.sites"), "{}", unknown.body);
        // A kept mapping whose field was archived says so.
        let page = |id: &str| format!("/w/acme/import/{id}");
        let import = staged(&house, "Account,Class\nCasavero,Gold\n");
        let form = [("column_1", "field.tier"), ("save_as", "Classes")];
        assert_eq!(house.admin.post(&format!("{}/mapping", page(id_of(&import))), &form).status, 303);
        let shown = house.admin.get(&page(id_of(&import))).body;
        assert!(shown.contains(r#"<optgroup label="Your fields">"#) && shown.contains(r#"<option value="field.tier" selected>Tier"#), "{shown}");
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/fields/{tier}"), &json!({ "archived": true })).status, 200);
        let kept = staged(&house, "Account,Class\nCasavero,Gold\n");
        assert_eq!((&kept["known_as"], &kept["questions"]), (&json!("Classes"), &json!(["mapping"])), "{kept}");
        assert!(kept["mapping_error"].as_str().is_some_and(|m| m.contains("Column B") && m.contains("tier")), "{kept}");
        assert_eq!(apply(&house, &kept, &json!({})).status, 422);
    }
);

both!(
    fn a_large_file_brings_them_in_the_background(on) {
        let (house, tier) = house(on);
        leader(&house);
        let mut file = String::from("Id,Account,Sites,Sponsor,Tier\n");
        for n in 0..30 {
            writeln!(file, "A{n},Account {n},{n}.5,lena@acme.example,Lead").expect("a text can be written to");
        }
        // Lines of totals stay out, but make the file a large one.
        file.push_str(&",Total,,,\n".repeat(2_000));
        let import = rest(&house, &upload(&house, "many.csv", file.as_bytes(), &[]).json());
        assert_eq!(counts(&import), (30, 0, 0, 0), "{import}");
        assert_eq!(apply(&house, &import, &json!({})).status, 202);
        let done = rest(&house, &import);
        assert_eq!(done["status"], "applied", "{done}");
        let of = |name: &str| house.admin.get(&format!("/api/v1/portfolio?q={name}")).json()["data"][0]["fields"].clone();
        let got = of("Account%2029");
        assert_eq!((&got["sites"], &got["sponsor"]["name"], &got["tier"]), (&json!("29.5"), &json!("Lena Leader"), &json!("lead")));
        let fewer = json!({ "choices": [{ "key": "gold", "label": "Gold" }] });
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/fields/{tier}"), &fewer).status, 200);
        let other = file.replace("A7,Account 7,7.5,lena@acme.example,Lead", "A7,Account 7,8,Nobody,Silver")
            .replace("A8,Account 8,8.5,", "A8,Account 8,9,");
        let again = rest(&house, &upload(&house, "many.csv", other.as_bytes(), &[]).json());
        assert_eq!(again["counts"]["refused"], 1, "{again}");
        let codes: Vec<&str> = again["problems"].as_array().expect("problems").iter().filter_map(|p| p["code"].as_str()).collect();
        assert_eq!(codes[..2], ["person_unknown", "not_a_choice"], "{again}");
        assert_eq!(again["problems"][0]["row"], 9);
        assert_eq!(apply(&house, &again, &json!({ "leave_out_refused": true })).status, 202);
        let done = rest(&house, &again);
        assert_eq!(counts(&done), (0, 1, 28, 1), "{done}");
        assert_eq!((&of("Account%208")["sites"], &of("Account%207")["sites"]), (&json!("9"), &json!("7.5")));
        assert_eq!(undo(&house, &done).status, 202);
        assert_eq!(rest(&house, &done)["undo"]["restored"], 1);
        assert_eq!(of("Account%208")["sites"], "8.5");
    }
);

both!(
    fn an_export_comes_back_as_it_went_by_the_command_line_too(on) {
        let (house, _) = house(on);
        imported(&house, "Account,Sites,Signed,Sponsor,Spend,Remark,Tier\nCasavero,-1.25,2026-05-04,Ada Admin,12.5,=1+1,Lead\nDomus,,,,,,\n");
        let file = std::env::temp_dir().join(format!("own-{on:?}-{}.csv", std::process::id()));
        let path = file.to_str().expect("a path is text").to_owned();
        assert!(command(&house, &["export", &path]).status.success());
        let again = command(&house, &["import", "--json", &path]);
        let said = String::from_utf8_lossy(&again.stdout).into_owned();
        let said: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said} {}", String::from_utf8_lossy(&again.stderr)));
        assert_eq!(counts(&said), (0, 0, 2, 0), "{said}");
        std::fs::write(&file, "Client,Plants\nDomus,12\n").expect("a file can be written");
        let mapped = command(&house, &["import", "--map", "name=Client,field.sites=Plants", &path]);
        assert!(mapped.status.success(), "{}", String::from_utf8_lossy(&mapped.stderr));
        std::fs::remove_file(&file).expect("the file is there");
        assert_eq!(fields(&house, "Domus")["sites"], "12");
    }
);
