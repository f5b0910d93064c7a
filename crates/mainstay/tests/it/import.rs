//! A spreadsheet comes in: read, checked, applied at once, repeated, undone; by the API, the page and the command line.

use std::process::Output;

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, House, program};
use crate::workbook::{self, Cell};

const REPORT: &[u8] = include_bytes!("data/progress-report.csv");
pub const BOUNDARY: &str = "----mainstay-test";

pub fn multipart(file_name: &str, file: &[u8], words: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in words {
        body.extend(
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    let head =
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n");
    body.extend(head.bytes());
    body.extend(file);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    body
}

pub fn upload(house: &House, file_name: &str, file: &[u8], words: &[(&str, &str)]) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    house.admin.send("POST", "/api/v1/imports", &[("content-type", &kind)], &multipart(file_name, file, words))
}

pub fn staged(house: &House, file: &str) -> Value {
    let answer = upload(house, "report.csv", file.as_bytes(), &[]);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

pub fn apply(house: &House, import: &Value, body: &Value) -> Answer {
    house.admin.json("POST", &format!("/api/v1/imports/{}/apply", id_of(import)), body)
}

pub fn id_of(import: &Value) -> &str {
    import["id"].as_str().expect("an import has an id")
}

pub fn imported(house: &House, file: &str) -> Value {
    let import = staged(house, file);
    let applied = apply(house, &import, &json!({}));
    assert_eq!(applied.status, 200, "{}", applied.body);
    applied.json()
}

pub fn undo(house: &House, import: &Value) -> Answer {
    house.admin.json("POST", &format!("/api/v1/imports/{}/undo", id_of(import)), &json!({}))
}

pub fn report(house: &House) -> Vec<Value> {
    let answer = house.admin.get("/api/v1/portfolio?limit=200");
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["data"].as_array().expect("a list has data").clone()
}

pub fn row(house: &House, name: &str) -> Value {
    let rows = report(house);
    rows.into_iter().find(|row| row["account"]["name"] == name).unwrap_or_else(|| panic!("{name} is not in the report"))
}

pub fn counts(import: &Value) -> (i64, i64, i64, i64) {
    let n = |name: &str| import["counts"][name].as_i64().expect("counts are numbers");
    (n("create"), n("update"), n("unchanged"), n("refused"))
}

pub fn command(house: &House, words: &[&str]) -> Output {
    program().args(words).args(house.data.options()).output().expect("the program runs")
}

/// Everything the workspace holds, one thing a line.
pub fn everything(house: &House) -> Vec<Value> {
    let output = command(house, &["export", "--everything"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

pub fn events(house: &House) -> Vec<Value> {
    everything(house).into_iter().filter(|thing| thing["table"] == "event").collect()
}

both!(
    fn a_messy_report_comes_in_whole_and_again_without_news(on) {
        let house = House::new(on);
        let import = upload(&house, "progress-report.csv", REPORT, &[]).json();
        assert_eq!(counts(&import), (26, 0, 0, 0), "{import}");
        assert!(report(&house).is_empty(), "nothing is in the report before it is applied");
        let applied = apply(&house, &import, &json!({}));
        assert_eq!(applied.status, 200, "{}", applied.body);
        let forkful = row(&house, "Forkful Group");
        assert_eq!(forkful["steps"][0]["score"], 7.0, "7/10");
        assert_eq!(forkful["arr_last_year"]["amount"], "10380000.00", "EUR 10,380,000");
        assert_eq!(forkful["arr_ytd"]["amount"], "10800000.00");
        assert_eq!((&forkful["end_date"], &forkful["type"]), (&json!("2027-12-31"), &json!(1)), "31 Dec 2027, Type 1");
        assert_eq!(forkful["associate"]["name"], "Ines Cabrera");
        assert_eq!(row(&house, "Dabbaway")["steps"][4]["score"], Value::Null, "n/a is no score");
        assert_eq!(row(&house, "Krume")["arr_ytd"]["amount"], "95000.00", "95k");
        let written = events(&house);
        let causes = written.iter().filter(|event| event["cause_id"] == import["id"]).count();
        assert!(causes > 26 * 5, "every event of the import names it as its cause");
        let again = upload(&house, "progress-report.csv", REPORT, &[]).json();
        assert_eq!(counts(&again), (0, 0, 26, 0), "{again}");
        assert_eq!(apply(&house, &again, &json!({})).status, 200);
        assert_eq!(events(&house).len(), written.len(), "the same file again is no news");
    }
);

both!(
    fn a_workbook_reads_like_the_text(on) {
        let house = House::new(on);
        let text = |words: &'static str| Cell::Text(words);
        let book = workbook::of_rows(&[
            vec![text("Customer"), text("Sales rep"), text("Renewal"), text("Type"), text("Launched"), text("Last year ARR"), text("YTD")],
            vec![text("Casavero"), text("Rui Tavares"), Cell::Day(46_752), Cell::Number(1.0), Cell::Number(6.1), Cell::Number(1_790_000.0), text("1.900.000,50")],
        ]);
        let import = upload(&house, "report.xlsx", &book, &[]).json();
        assert_eq!((counts(&import), &import["decimal"]), ((1, 0, 0, 0), &json!("comma")), "{import}");
        assert_eq!(apply(&house, &import, &json!({})).status, 200);
        let casavero = row(&house, "Casavero");
        assert_eq!(casavero["end_date"], "2027-12-31", "a date cell is a day, whatever the texts' convention");
        assert_eq!(casavero["steps"][0]["score"], 6.1, "a number cell has no decimal mark to misread");
        assert_eq!(casavero["arr_ytd"]["amount"], "1900000.50");
    }
);

both!(
    fn every_problem_has_its_place_and_blocks_until_it_is_left_out(on) {
        let house = House::new(on);
        let file = "Account,End date,Type,Launched,YTD\nCasavero,31/11/2026,1,6,100\nDomus,2027-01-31,7,11,lots\nTern,2027-01-31,3,4,50\n";
        let import = staged(&house, file);
        assert_eq!(counts(&import), (1, 0, 0, 2));
        let places: Vec<(i64, &str, &str)> = import["problems"]
            .as_array()
            .expect("problems are a list")
            .iter()
            .filter(|problem| problem["severity"] == "error")
            .map(|p| (p["row"].as_i64().unwrap_or(0), p["column"]["letter"].as_str().unwrap_or(""), p["code"].as_str().unwrap_or("")))
            .collect();
        assert_eq!(places, [(2, "B", "not_a_date"), (3, "C", "not_a_type"), (3, "D", "out_of_range"), (3, "E", "not_a_number")]);
        let blocked = apply(&house, &import, &json!({}));
        assert_eq!((blocked.status, blocked.code().as_str()), (409, "conflict"));
        assert!(report(&house).is_empty(), "all rows or none");
        let applied = apply(&house, &import, &json!({ "leave_out_refused": true }));
        assert_eq!(applied.status, 200, "{}", applied.body);
        let names: Vec<Value> = report(&house).iter().map(|row| row["account"]["name"].clone()).collect();
        assert_eq!(names, ["Tern"]);
        let refused = house.admin.get(&format!("/w/acme/import/{}/refused.csv", id_of(&import)));
        assert!(refused.body.contains("Casavero") && refused.body.contains("Domus") && !refused.body.contains("Tern"), "{}", refused.body);
        assert_eq!(apply(&house, &import, &json!({})).code(), "conflict", "a file is applied once");
    }
);

both!(
    fn what_can_be_read_in_two_ways_is_asked_once(on) {
        let house = House::new(on);
        let file = "Account,End date,YTD\nCasavero,04/05/2027,1.250\n";
        let import = staged(&house, file);
        assert_eq!(import["questions"], json!(["decimal", "dates"]));
        let asked = apply(&house, &import, &json!({}));
        assert_eq!(asked.status, 422, "{}", asked.body);
        assert!(asked.body.contains("/decimal") && asked.body.contains("/dates"), "{}", asked.body);
        let told = upload(&house, "report.csv", file.as_bytes(), &[("decimal", "comma"), ("dates", "month_first")]).json();
        assert_eq!(told["questions"], json!([]));
        assert_eq!(apply(&house, &told, &json!({})).status, 200);
        let casavero = row(&house, "Casavero");
        assert_eq!((&casavero["end_date"], &casavero["arr_ytd"]["amount"]), (&json!("2027-04-05"), &json!("1250.00")));
        let next = staged(&house, file);
        assert_eq!((&next["questions"], counts(&next)), (&json!([]), (0, 0, 1, 0)), "the choice is remembered");
    }
);

both!(
    fn undo_gives_back_what_was_and_leaves_what_was_edited_since(on) {
        let house = House::new(on);
        let first = "Id,Account,Sales associate,End date,Type,Launched,Last year ARR,Delta ARR,YTD,Industry\n\
            A1,Casavero,Rui Tavares,2027-03-31,1,6.1,1000,200,1100,Homes\n\
            A2,Domus,Claire Dubois,2027-03-31,2,5,500,50,500,Homes\n";
        imported(&house, first);
        let before = (row(&house, "Casavero"), row(&house, "Domus"));
        let second = "Id,Account,Sales associate,End date,Type,Launched,Last year ARR,Delta ARR,YTD,Industry\n\
            A1,Casavero Group,Elisa Conti,2028-03-31,2,7.5,900,300,1300,Property\n\
            A2,Domus,Claire Dubois,2027-03-31,3,6,500,50,700,Homes\n\
            A3,Tern,Aidan Burke,,3,4,10,1,10,Food\n";
        let import = imported(&house, second);
        assert_eq!(counts(&import), (1, 2, 0, 0));
        let changed = row(&house, "Casavero Group");
        assert_eq!((&changed["arr_last_year"]["amount"], &changed["arr_ytd"]["amount"]), (&json!("900.00"), &json!("1300.00")));
        assert_eq!((&changed["end_date"], &changed["associate"]["name"]), (&json!("2028-03-31"), &json!("Elisa Conti")));
        let edits = json!({ "edits": [{ "account": row(&house, "Domus")["account"]["id"], "field": "launched", "value": "9" }] });
        assert_eq!(house.admin.json("PATCH", "/api/v1/portfolio", &edits).status, 200);
        let undone = undo(&house, &import);
        assert_eq!(undone.status, 200, "{}", undone.body);
        let undone = undone.json()["undo"].clone();
        assert_eq!((&undone["removed"], &undone["restored"]), (&json!(1), &json!(1)));
        assert_eq!(undone["left"], json!([before.1["account"]["id"]]));
        let without_version = |mut row: Value| {
            row["version"] = Value::Null;
            row["steps"].as_array_mut().into_iter().flatten().for_each(|step| step["judged_at"] = Value::Null);
            row
        };
        assert_eq!(without_version(row(&house, "Casavero")), without_version(before.0));
        assert_eq!(row(&house, "Domus")["steps"][0]["score"], 9.0, "what was edited since stays");
        assert_eq!(report(&house).len(), 2, "the account that the import made is gone");
        assert_eq!(undo(&house, &import).code(), "conflict", "once");
        let again = imported(&house, second);
        assert_eq!(counts(&again), (1, 2, 0, 0), "what was undone can be imported again");
    }
);

both!(
    fn an_empty_cell_changes_nothing(on) {
        let house = House::new(on);
        imported(&house, "Account,Type,Launched,YTD,Industry\nCasavero,1,6,100,Homes\n");
        let import = imported(&house, "Account,Type,Launched,YTD,Industry\ncasavero,,,,\n");
        // The name's case is the only thing that the second file says otherwise.
        assert_eq!(counts(&import), (0, 1, 0, 0));
        let casavero = row(&house, "casavero");
        assert_eq!((&casavero["type"], &casavero["steps"][0]["score"], &casavero["arr_ytd"]["amount"]), (&json!(1), &json!(6.0), &json!("100.00")));
    }
);

both!(
    fn an_export_comes_back_unchanged_and_no_cell_is_a_formula(on) {
        let house = House::new(on);
        let formula = "\"=HYPERLINK(\"\"http://evil.example\"\")\"";
        imported(&house, &format!("Account,Id,Type,Launched,YTD,Delta ARR,Geography\n{formula},X,2,3.25,100,-20,@home\n"));
        let report_file = upload(&house, "progress-report.csv", REPORT, &[]).json();
        assert_eq!(apply(&house, &report_file, &json!({})).status, 200);
        let path = house.data.folder.path().join("export.csv");
        let file = path.display().to_string();
        let exported = command(&house, &["export", &file]);
        assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
        let text = std::fs::read_to_string(&path).expect("the export is there");
        assert!(text.contains("'=HYPERLINK") && text.contains("'@home") && text.contains(",-20.00,"), "{text}");
        let back = command(&house, &["import", "--json", "--as", "ada@acme.example", &file]);
        assert!(back.status.success(), "{}", String::from_utf8_lossy(&back.stderr));
        let back: Value = serde_json::from_slice(&back.stdout).expect("it prints JSON");
        assert_eq!(counts(&back), (0, 0, 27, 0), "{back}");
    }
);

both!(
    fn the_command_line_imports_as_the_page_does(on) {
        let house = House::new(on);
        let path = house.data.folder.path().join("accounts.csv");
        std::fs::write(&path, "Wer;Wert\nCasavero;1.250,50\n").expect("the file can be written");
        let file = path.display().to_string();
        let map = "name=Wer,arr_ytd=B";
        let dry = command(&house, &["import", "--map", map, "--dry-run", &file]);
        assert!(dry.status.success(), "{}", String::from_utf8_lossy(&dry.stderr));
        assert!(report(&house).is_empty(), "a dry run keeps nothing");
        let done = command(&house, &["import", "--kind", "accounts", "--map", map, &file]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(row(&house, "Casavero")["arr_ytd"]["amount"], "1250.50");
        std::fs::write(&path, "Account,Launched\nDomus,12\n").expect("the file can be written");
        let refused = command(&house, &["import", &file]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("row 2, column B (Launched)"));
        let waiting = house.admin.get("/api/v1/imports").json();
        assert_eq!(waiting["data"].as_array().map(Vec::len), Some(1), "a refused file leaves nothing waiting");
        assert_eq!(command(&house, &["import", "--decimal", "both", &file]).status.code(), Some(1));
        assert_eq!(command(&house, &["import"]).status.code(), Some(2));
    }
);

both!(
    fn the_page_reads_checks_applies_and_undoes(on) {
        let house = House::new(on);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let send = |file: &[u8]| {
            house.admin.send("POST", "/w/acme/import", &[("content-type", &kind), ("accept", "text/html")], &multipart("<b>.csv", file, &[]))
        };
        let bad = send(b"%PDF-1.7");
        assert_eq!(bad.status, 422);
        assert!(bad.body.contains("neither CSV nor Excel") && bad.body.contains("type=\"file\""), "{}", bad.body);
        let staged = send(b"Wer,Launched,YTD\n<i>Casavero</i>,6,100\n,7,\n");
        assert_eq!(staged.status, 303, "{}", staged.body);
        let path = staged.header("location").expect("it leads to the check").to_owned();
        let shown = house.admin.get(&path);
        assert!(shown.body.contains("No column holds the account") && !shown.body.contains("<i>Casavero"), "{}", shown.body);
        let mapped = house.admin.post(&format!("{path}/mapping"), &[("column_0", "name"), ("column_2", "arr_last_year")]);
        assert_eq!(mapped.status, 303, "{}", mapped.body);
        let blocked = house.admin.post(&format!("{path}/apply"), &[("column_2", "arr_ytd")]);
        assert_eq!(blocked.status, 422, "{}", blocked.body);
        assert!(report(&house).is_empty());
        let applied = house.admin.post(&format!("{path}/apply"), &[("leave_out", "1")]);
        assert_eq!(applied.status, 303, "{}", applied.body);
        assert_eq!(row(&house, "<i>Casavero</i>")["arr_ytd"]["amount"], "100.00", "the choice made with the refused apply was kept");
        assert!(house.admin.get(&path).body.contains("Undo this import"));
        assert_eq!(house.admin.post(&format!("{path}/undo"), &[]).status, 303);
        assert!(report(&house).is_empty());
        assert!(house.admin.get("/w/acme/import").body.contains("undone"));
    }
);

/// The first line of the answer to an upload that says it has so many bytes, of which none is sent.
fn refused_unread(house: &House, bytes: usize) -> String {
    use std::io::{BufRead, Write};
    let made = house.admin.json("POST", "/api/v1/tokens", &json!({ "name": "script", "scope": "admin" })).json();
    let token = made["token"].as_str().expect("a token has a secret").to_owned();
    let host = house.server.url.trim_start_matches("http://").to_owned();
    let mut stream = std::net::TcpStream::connect(&host).expect("the server listens");
    let head = format!(
        "POST /api/v1/imports HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         content-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {bytes}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("the head can be sent");
    let mut line = String::new();
    std::io::BufReader::new(stream).read_line(&mut line).expect("the server answers");
    line
}

both!(
    fn hostile_files_are_refused_by_name_of_the_place(on) {
        let house = House::new(on);
        let wide = format!("{}\n{}\n", vec!["Account"; 20_000].join(","), vec!["x"; 20_000].join(","));
        let long = format!("Account\n{}\n", "x".repeat(5 * 1024 * 1024));
        let bomb = workbook::with_sheet(&workbook::sheet_xml(&" ".repeat(70 * 1024 * 1024)));
        let far = workbook::with_sheet(&workbook::sheet_xml(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#));
        let entity = workbook::with_sheet(r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Account</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>"#);
        let mut cut = workbook::of_rows(&[vec![Cell::Text("Account")]]);
        cut.truncate(cut.len() / 2);
        let cases: [(&str, Vec<u8>, &str); 11] = [
            ("wide.csv", wide.into_bytes(), "Row 1 has more than 200 columns"),
            ("long.csv", long.into_bytes(), "Row 2"),
            ("nul.csv", b"Account\nCasa\0vero\n".to_vec(), "Line 2 holds a NUL"),
            ("quote.csv", b"Account\nCasavero\n\"Domus\n".to_vec(), "Row 3: a quote is opened"),
            ("utf16.csv", b"\xFF\xFEA\0\n\0\x00\xD8".to_vec(), "UTF-16"),
            ("empty.csv", b"\n\n".to_vec(), "is empty"),
            ("alone.csv", b"Account,Type\n".to_vec(), "no row below"),
            ("bomb.xlsx", bomb, "unpacks to more than 64 MiB"),
            ("far.xlsx", far, "Row 1048576 has more than 200 columns"),
            ("cut.xlsx", cut, "damaged"),
            ("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "old format"),
        ];
        for (name, file, said) in cases {
            let refused = upload(&house, name, &file, &[]);
            assert_eq!((refused.status, refused.code().as_str()), (422, "invalid"), "{name}: {}", refused.body);
            assert!(refused.body.contains(said), "{name}: {}", refused.body);
        }
        assert!(refused_unread(&house, 201 * 1024 * 1024).contains("413"), "a file that is too large is refused unread");
        let read = upload(&house, "entity.xlsx", &entity, &[]);
        assert!(!read.body.contains("root:"), "an external entity is never resolved: {}", read.body);
        let waiting = house.admin.get("/api/v1/imports").json();
        let names: Vec<&str> = waiting["data"].as_array().into_iter().flatten().filter_map(|i| i["file_name"].as_str()).collect();
        assert!(names.iter().all(|name| *name == "entity.xlsx"), "nothing half-written: {names:?}");
    }
);

both!(
    fn odd_encodings_and_delimiters_are_read(on) {
        let house = House::new(on);
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("Account\tLaunched\r\nHaus & Hof Köln\t6,5\r\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let cases: [(&[u8], &str); 4] = [
            (&utf16, "Haus & Hof Köln"),
            (b"Account;Launched;Note\nK\xFCche;6,5;a, b, c\n", "Küche"),
            ("\u{feff}sep=|\nAccount|Launched\nPiatto|6.5\n".as_bytes(), "Piatto"),
            (b"Report of May,,\n,,\nAccount,Launched,Note\n\"Two\nlines\",6.5,\"say \"\"hi\"\"\"\n", "Two lines"),
        ];
        for (file, name) in cases {
            let import = upload(&house, "odd.csv", file, &[]).json();
            assert_eq!(counts(&import), (1, 0, 0, 0), "{import}");
            assert_eq!(apply(&house, &import, &json!({})).status, 200);
            assert_eq!(row(&house, name)["steps"][0]["score"], 6.5);
        }
    }
);

both!(
    fn rows_that_mean_the_same_account_are_refused(on) {
        let house = House::new(on);
        imported(&house, "Id,Account,Launched\nA1,Casavero,6\n");
        let import = staged(&house, "Id,Account,Launched\nA1,Casavero Group,7\n,casavero,8\n");
        assert_eq!(counts(&import), (0, 1, 0, 1));
        let codes: Vec<&str> = import["problems"].as_array().into_iter().flatten().filter_map(|p| p["code"].as_str()).collect();
        assert_eq!(codes, ["same_account"]);
    }
);

both!(
    fn an_import_takes_its_key_its_version_and_a_proof(on) {
        let house = House::new(on);
        let import = staged(&house, "Account,Launched\nCasavero,6\n");
        let path = format!("/api/v1/imports/{}/apply", id_of(&import));
        let json = ("content-type", "application/json");
        let stale = house.admin.send("POST", &path, &[json, ("if-match", "\"v9\"")], b"{}");
        assert_eq!(stale.status, 412, "{}", stale.body);
        let keyed = [json, ("idempotency-key", "k1")];
        let first = house.admin.send("POST", &path, &keyed, b"{}");
        let again = house.admin.send("POST", &path, &keyed, b"{}");
        assert_eq!((first.status, again.status), (200, 200), "{}", again.body);
        assert_eq!(first.body, again.body, "the same answer, byte for byte");
        let url = format!("{}/api/v1/imports", house.server.url);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let unproven = house.admin.raw("POST", &url, &[("content-type", &kind)], &multipart("a.csv", b"Account\nx\n", &[]));
        assert_eq!(unproven.code(), "bad_csrf", "{}", unproven.body);
    }
);

both!(
    fn rows_have_the_rights_of_whoever_imports(on) {
        let house = House::new(on);
        let hidden = json!({ "name": "Casavero", "type": 1, "external_id": "A1", "confidential": true });
        let made = house.admin.json("POST", "/api/v1/accounts", &hidden);
        assert_eq!(made.status, 201, "{}", made.body);
        let mut leader = house.person("Lea Leader", "lea@acme.example", "leader");
        leader.enter("acme");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let body = multipart("report.csv", b"Id,Account,Launched\nA1,Other,1\n,Casavero,2\n", &[]);
        let import = leader.send("POST", "/api/v1/imports", &[("content-type", &kind)], &body).json();
        assert_eq!((import["problems"][0]["code"].as_str(), counts(&import)), (Some("not_yours"), (1, 0, 0, 1)));
        let path = format!("/api/v1/imports/{}/apply", id_of(&import));
        assert_eq!(leader.json("POST", &path, &json!({ "leave_out_refused": true })).status, 200);
        let open = leader.get("/api/v1/portfolio").json();
        assert_eq!(open["data"].as_array().map(Vec::len), Some(1), "a namesake was made, the hidden account was not found: {open}");
        let scores: Vec<Value> = report(&house).iter().map(|row| row["steps"][0]["score"].clone()).collect();
        assert!(scores.contains(&Value::Null), "the hidden account was not touched: {scores:?}");
        let mut member = house.person("Mia Member", "mia@acme.example", "member");
        member.enter("acme");
        assert_eq!(member.send("POST", "/api/v1/imports", &[("content-type", &kind)], &body).status, 403);
    }
);

/// As many rows as a file may have, or a quarter of them where time is short.
#[expect(clippy::disallowed_methods, reason = "whether the long battery runs is said by the environment")]
fn soak_rows() -> usize {
    if std::env::var_os("MAINSTAY_SOAK").is_some() { 2_000 } else { 250 }
}

both!(
    fn a_long_file_is_one_import_soak(on) {
        let house = House::new(on);
        let count = soak_rows();
        let mut file = String::from("Id,Account,Sales associate,Type,Launched,Last year ARR,Delta ARR,YTD\n");
        for n in 0..count {
            let row = format!("A{n},Account {n},Rui Tavares,2,{},1000,100,1{n}\n", n % 10);
            file.push_str(&row);
        }
        let began = std::time::Instant::now();
        let import = imported(&house, &file);
        println!("{on:?}: {count} rows staged and applied in {:?}", began.elapsed());
        assert_eq!(import["counts"]["create"], count);
        assert_eq!(house.admin.get("/api/v1/portfolio?limit=1").json()["totals"]["accounts"], count);
        let began = std::time::Instant::now();
        let undone = undo(&house, &import);
        println!("{on:?}: undone in {:?}", began.elapsed());
        assert_eq!(undone.json()["undo"]["removed"], count, "{}", undone.body);
    }
);
