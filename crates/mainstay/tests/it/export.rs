//! The report as a file: exact in CSV, alive in a workbook, harmless in every spreadsheet program.

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use calamine::{Data as Cell, Range, Reader, Xlsx};
use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, House};

/// Accounts with scores, money, a name that looks like a formula, and steps whose means have no end in decimals.
fn filled(house: &House) {
    let made = [
        ("Casavero", [Some("6.1"), Some("3.5"), Some("7"), Some("6.2"), None], "1900000", "250000"),
        ("=HYPERLINK(\"http://evil.example\")", [Some("10"), None, None, None, None], "0", "100"),
        ("Krume, \"the baker\"", [Some("3.33"), Some("6.67"), Some("5"), Some("0"), Some("9.99")], "95000.50", "10000"),
        ("Never scored", [None; 5], "40000", ""),
    ];
    let steps = ["launched", "roi_generated", "roi_recognized", "monetizes", "strategic_partner"];
    for (name, scores, arr, target) in made {
        let id = house.account(name);
        let contract = json!({ "name": "Main", "start": "2020-01-01", "arr": arr });
        assert_eq!(house.admin.json("POST", &format!("/api/v1/accounts/{id}/contracts"), &contract).status, 201);
        let typed = steps.iter().zip(scores).filter_map(|(step, score)| Some((*step, score?)));
        let edits: Vec<Value> = typed
            .chain((!target.is_empty()).then_some(("arr_delta_target", target)))
            .map(|(field, value)| json!({ "account": id, "field": field, "value": value }))
            .collect();
        if !edits.is_empty() {
            let edited = house.admin.json("PATCH", "/api/v1/portfolio", &json!({ "edits": edits }));
            assert_eq!(edited.status, 200, "{}", edited.body);
        }
    }
    // A step measured by thirds: 6.33…
    let id = house.account("Thirds");
    for (metric, value) in
        [("expected_users_active", 7), ("used_several_times_a_week", 6), ("used_five_times_a_week", 6)]
    {
        let path = format!("/api/v1/accounts/{id}/scores/launched.{metric}");
        assert_eq!(house.admin.json("PUT", &path, &json!({ "value": value })).status, 200);
    }
}

fn file(house: &House, format: &str) -> Answer {
    let answer = house.admin.get(&format!("/w/acme/portfolio/export?format={format}&sort=name"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let named = answer.header("content-disposition").expect("it is an attachment");
    assert!(named.starts_with("attachment; filename=\"progress-report-") && named.ends_with(&format!(".{format}\"")));
    answer
}

fn sheet(bytes: &[u8]) -> Range<Cell> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("it is a workbook");
    book.worksheet_range("Progress report").expect("it has the report")
}

/// The cells of a column below its head.
fn column(sheet: &Range<Cell>, head: &str) -> Vec<Cell> {
    let heads = sheet.rows().next().expect("it has heads");
    let place = heads
        .iter()
        .position(|cell| matches!(cell, Cell::String(words) if words == head))
        .expect("the column is there");
    sheet.rows().skip(1).map(|row| row[place].clone()).collect()
}

both!(
    fn csv_is_exact_and_comes_back_unchanged(on) {
        let house = House::new(on);
        filled(&house);
        let text = file(&house, "csv").body;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a record")).collect();
        assert_eq!(rows.len(), 5);
        assert_eq!(&rows[0][0], "'=HYPERLINK(\"http://evil.example\")", "no cell is a formula");
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '@', '\t', '\r']), "{cell}");
            assert!(!cell.starts_with('-') || cell[1..].starts_with(|c: char| c.is_ascii_digit()), "{cell}");
        }
        let thirds = rows.iter().find(|row| &row[0] == "Thirds").expect("the account is there");
        assert_eq!((&thirds[5], &thirds[10]), ("6.33", "1.27"), "two decimals, each rounded once");
        let krume = rows.iter().find(|row| row[0].starts_with("Krume")).expect("the account is there");
        assert_eq!(&krume[13], "95000.50");
    }
);

both!(
    fn a_workbook_holds_numbers_dates_and_formulas(on) {
        let house = House::new(on);
        filled(&house);
        let bytes = file(&house, "xlsx").bytes;
        let shown = sheet(&bytes);
        assert_eq!(column(&shown, "ARR YTD")[1], Cell::Float(1_900_000.0), "money is a number");
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("it is a workbook");
        let formulas = book.worksheet_formula("Progress report").expect("it has formulas");
        let texts: Vec<String> = formulas.used_cells().map(|(_, _, formula)| formula.clone()).collect();
        assert!(texts.iter().any(|formula| formula == "ROUND(SUM(F2:J2)/5,4)"), "{texts:?}");
        assert!(!texts.iter().any(|formula| formula.contains("HYPERLINK")), "a name is never computed");
        assert_eq!(column(&shown, "Account")[0], Cell::String("=HYPERLINK(\"http://evil.example\")".to_owned()));
        let about = book.worksheet_range("About").expect("it says what it is");
        assert!(about.rows().flatten().any(|cell| cell.to_string().contains("as of")));
    }
);

/// The workbook as `LibreOffice` computes it anew, whatever results stand in it.
fn recomputed(folder: &Path, bytes: &[u8]) -> Range<Cell> {
    let profile = folder.join("profile/user");
    std::fs::create_dir_all(&profile).expect("a profile can be made");
    let always = r#"<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"#;
    std::fs::write(profile.join("registrymodifications.xcu"), always).expect("a setting can be written");
    std::fs::write(folder.join("report.xlsx"), bytes).expect("the workbook can be written");
    let out = folder.join("out");
    let done = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()))
        .args(["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"])
        .arg(&out)
        .arg(folder.join("report.xlsx"))
        .output()
        .expect("LibreOffice runs; bin/setup installs it");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    sheet(&std::fs::read(out.join("report.xlsx")).expect("LibreOffice wrote a workbook"))
}

/// As a reader sees a score: one decimal, halves away from zero, like the page.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Float(number) => format!("{:.1}", (number * 10.0 + 1e-9).round() / 10.0),
        other => other.to_string(),
    }
}

#[test]
fn libreoffice_computes_the_same_means() {
    let house = House::new(crate::harness::On::Sqlite);
    filled(&house);
    let mut bytes = file(&house, "xlsx").bytes;
    let ours = sheet(&bytes);
    // Wrong results in the file, so that an agreement can only come from the formulas.
    bytes = with_wrong_results(&bytes);
    assert_ne!(column(&sheet(&bytes), "Overall"), column(&ours, "Overall"), "the results were spoilt");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let theirs = recomputed(folder.path(), &bytes);
    for head in ["Overall", "Progress", "Effectively launched", "Generate ROI", "ARR YTD", "Last year ARR"] {
        let (ours, theirs) = (column(&ours, head), column(&theirs, head));
        let (ours, theirs): (Vec<String>, Vec<String>) =
            (ours.iter().map(shown).collect(), theirs.iter().map(shown).collect());
        assert_eq!(ours, theirs, "{head}");
    }
    let page = house.admin.get("/api/v1/portfolio?sort=name&limit=200").json();
    let overall = page["totals"]["overall"].as_f64().expect("the totals have a mean");
    let mean = column(&theirs, "Overall").pop().expect("a last line");
    assert_eq!(shown(&mean), shown(&Cell::Float(overall)), "the mean of the last line is the page's");
}

/// The same workbook with 77 as the result of every formula.
fn with_wrong_results(bytes: &[u8]) -> Vec<u8> {
    use std::io::{Read, Write};
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook is an archive");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).expect("a part");
        let (name, mut content) = (part.name().expect("a part has a name").into_owned(), Vec::new());
        part.read_to_end(&mut content).expect("a part can be read");
        if name == "xl/worksheets/sheet1.xml" {
            let text = String::from_utf8(content).expect("XML is text");
            let spoilt: Vec<String> = text
                .split("</f><v>")
                .enumerate()
                .map(|(place, rest)| match (place, rest.split_once("</v>")) {
                    (0, _) | (_, None) => rest.to_owned(),
                    (_, Some((_, after))) => format!("77</v>{after}"),
                })
                .collect();
            content = spoilt.join("</f><v>").into_bytes();
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part can be begun");
        to.write_all(&content).expect("a part can be written");
    }
    to.finish().expect("the archive can be closed").into_inner()
}

both!(
    fn what_may_not_be_seen_does_not_leave(on) {
        let house = House::new(on);
        let secret = json!({ "name": "Top secret", "type": 1, "confidential": true });
        assert_eq!(house.admin.json("POST", "/api/v1/accounts", &secret).status, 201);
        house.account("Open");
        let mut member = house.person("Mia Member", "mia@acme.example", "member");
        member.enter("acme");
        for path in ["/w/acme/portfolio/export?format=csv", "/w/acme/portfolio/print", "/api/v1/portfolio/export"] {
            let answer = member.get(path);
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.body.contains("Open") && !answer.body.contains("Top secret"), "{path}");
        }
        let refused = member.get("/api/v1/portfolio/export?format=pdf");
        assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].as_str()), (422, Some("/format")));
    }
);
