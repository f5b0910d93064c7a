//! Large files: checked and written in the background, whole after a crash, undone as a whole.

use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both;
use crate::harness::{House, Server};
use crate::import::{apply, events, id_of, imported, report, undo, upload};

const PATIENCE: Duration = Duration::from_secs(120);
const ACCOUNTS: usize = 60;

fn house_of_many(on: crate::harness::On) -> House {
    let house = House::new(on);
    let mut file = String::from("Id,Account,Type\n");
    for n in 0..ACCOUNTS {
        writeln!(file, "A{n},Account {n},2").expect("a text can be written to");
    }
    imported(&house, &file);
    house
}

/// Scores of every account and step, one a day.
fn scores(rows: usize) -> String {
    let mut file = String::from("Account id,Step,Score,Date\n");
    let day = jiff::civil::date(2020, 1, 1);
    for n in 0..rows {
        let on = day.saturating_add(jiff::Span::new().days(i64::try_from(n / (ACCOUNTS * 5)).expect("few days")));
        writeln!(file, "A{},step {},{}.5,{on}", n % ACCOUNTS, n / ACCOUNTS % 5 + 1, n % 9)
            .expect("a text can be written to");
    }
    file
}

/// Waits until nothing is being done with the import.
pub fn rest(house: &House, import: &Value) -> Value {
    let began = Instant::now();
    loop {
        let now = house.admin.get(&format!("/api/v1/imports/{}", id_of(import))).json();
        if now["progress"].is_null() {
            return now;
        }
        assert!(began.elapsed() < PATIENCE, "it never came to rest: {now}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn history(house: &House) -> usize {
    let all = crate::import::everything(house);
    all.iter().filter(|thing| thing["table"] == "score").count()
}

both!(
    fn a_large_file_goes_on_by_itself_and_is_one_import(on) {
        let house = house_of_many(on);
        let rows = 6_000;
        let staged = upload(&house, "history.csv", scores(rows).as_bytes(), &[]);
        assert_eq!(staged.status, 201, "{}", staged.body);
        let checked = rest(&house, &staged.json());
        assert_eq!((&checked["kind"], &checked["counts"]["create"]), (&json!("scores"), &json!(rows)), "{checked}");
        assert_eq!(history(&house), 0, "checking writes nothing");
        let begun = apply(&house, &checked, &json!({}));
        assert_eq!(begun.status, 202, "{}", begun.body);
        assert_eq!(begun.json()["progress"]["stage"], "preparing");
        let done = rest(&house, &checked);
        assert_eq!((&done["status"], &done["accounts"]), (&json!("applied"), &json!(ACCOUNTS)), "{done}");
        assert_eq!(history(&house), rows);
        let told = events(&house);
        let of = |kind: &str| told.iter().filter(|event| event["kind"] == kind).count();
        assert_eq!((of("scores_imported"), of("import_applied")), (ACCOUNTS, 2), "the accounts' own import was the other");
        let again = upload(&house, "history.csv", scores(rows).as_bytes(), &[]).json();
        let again = rest(&house, &again);
        assert_eq!(apply(&house, &again, &json!({})).status, 202);
        assert_eq!(rest(&house, &again)["counts"]["unchanged"], rows, "the same file again changes nothing");
        let begun = undo(&house, &done);
        assert_eq!(begun.status, 202, "{}", begun.body);
        let undone = rest(&house, &done);
        assert_eq!((&undone["status"], &undone["undo"]["restored"]), (&json!("undone"), &json!(ACCOUNTS)), "{undone}");
        assert_eq!(history(&house), 0);
        assert!(report(&house).iter().all(|row| row["steps"][0]["score"].is_null()), "the newest scores are gone too");
    }
);

both!(
    fn a_crash_in_the_middle_leaves_all_or_nothing_and_it_goes_on(on) {
        let mut house = house_of_many(on);
        let rows = 9_000;
        let staged = upload(&house, "history.csv", scores(rows).as_bytes(), &[]).json();
        let import = rest(&house, &staged);
        assert_eq!(apply(&house, &import, &json!({})).status, 202);
        let path = format!("/api/v1/imports/{}", id_of(&import));
        let mut crashes = 0;
        // Killed whenever something was written since the last start, until it is done.
        loop {
            let now = house.admin.get(&path).json();
            if now["progress"].is_null() {
                assert_eq!(now["status"], "applied", "{now}");
                break;
            }
            if crashes < 4 && (now["progress"]["stage"] == "applying" || crashes == 0) {
                crashes += 1;
                house.server.kill();
                house.server = Server::start(&house.data);
                house.admin = house.admin.at(&house.server.url);
            }
            std::thread::sleep(Duration::from_millis(15));
        }
        assert!(crashes > 1, "it was never killed while it wrote");
        assert_eq!(history(&house), rows, "everything once");
        let told = events(&house);
        assert_eq!(told.iter().filter(|event| event["kind"] == "scores_imported").count(), ACCOUNTS);
    }
);

/// Begins an import and cancels it at once; none when it was done before, and is undone then.
fn cancelled_in_time(house: &House) -> Option<Value> {
    let staged = upload(house, "history.csv", scores(9_000).as_bytes(), &[]).json();
    let import = rest(house, &staged);
    assert_eq!(apply(house, &import, &json!({})).status, 202);
    let path = format!("/api/v1/imports/{}", id_of(&import));
    let cancelled = house.admin.send("DELETE", &path, &[], b"");
    let now = rest(house, &import);
    if cancelled.status == 409 {
        assert_eq!(now["status"], "applied", "{now}");
        assert_eq!(house.admin.json("POST", &format!("{path}/undo"), &json!({})).status, 202);
        rest(house, &import);
        return None;
    }
    assert_eq!((cancelled.status, &now["status"]), (202, &json!("staged")), "{now}");
    Some(import)
}

both!(
    fn what_is_cancelled_half_way_is_taken_back(on) {
        let house = house_of_many(on);
        let import = (0..5).find_map(|_| cancelled_in_time(&house)).expect("it was never cancelled before its end");
        assert_eq!(history(&house), 0, "nothing of it is left");
        assert_eq!(apply(&house, &import, &json!({})).status, 202, "it can be begun again");
        assert_eq!(rest(&house, &import)["status"], "applied");
        assert_eq!(history(&house), 9_000);
    }
);

both!(
    fn many_accounts_come_in_with_their_money(on) {
        let house = House::new(on);
        let mut file = String::from("Id,Account,Sales associate,Type,Launched,Last year ARR,YTD\n");
        for n in 0..2_200 {
            writeln!(file, "A{n},Account {n},Rui Tavares,2,{},1000,11{n}", n % 10).expect("a text can be written to");
        }
        let staged = upload(&house, "accounts.csv", file.as_bytes(), &[]).json();
        let checked = rest(&house, &staged);
        assert_eq!((&checked["counts"]["create"], &checked["new_people"]), (&json!(2_200), &json!(["Rui Tavares"])), "{checked}");
        let page = house.admin.get(&format!("/w/acme/import/{}", id_of(&checked)));
        assert!(page.body.contains("Import 2,200 rows"), "{}", page.body);
        assert_eq!(apply(&house, &checked, &json!({})).status, 202);
        let done = rest(&house, &checked);
        assert_eq!(done["counts"]["create"], 2_200, "{done}");
        assert_eq!(house.admin.get("/api/v1/portfolio?limit=1").json()["totals"]["accounts"], 2_200);
        assert_eq!(undo(&house, &done).status, 202);
        assert_eq!(rest(&house, &done)["undo"]["removed"], 2_200);
        assert!(report(&house).is_empty());
    }
);

both!(
    fn files_of_uploads_that_never_ended_go_at_the_next_start(on) {
        let mut house = House::new(on);
        let uploads = house.data.folder.path().join("uploads");
        fs::create_dir_all(&uploads).expect("a folder can be made");
        let [old, fresh] = ["left", "fresh"].map(|name| uploads.join(name));
        for file in [&old, &fresh] {
            fs::write(file, "Id,Account\n").expect("a file can be written");
        }
        let long_ago = fs::metadata(&old).and_then(|held| held.modified()).expect("it has a time") - Duration::from_secs(2 * 60 * 60);
        fs::File::options().write(true).open(&old).and_then(|file| file.set_modified(long_ago)).expect("its time can be set");
        house.server.kill();
        house.server = Server::start(&house.data);
        let began = Instant::now();
        while old.exists() {
            assert!(began.elapsed() < Duration::from_secs(20), "the old file is still there");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(fresh.exists(), "what may still be coming in stays");
    }
);
