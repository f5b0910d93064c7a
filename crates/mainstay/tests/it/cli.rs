//! The command line beside the server: backup while it runs, the check that finds what is wrong, wrong use.

use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use mainstay_db::{Config, Database, Db, Scope};
use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, Data, House, On, Server, program};

/// The demo company, not served.
fn demo(on: On) -> Data {
    let data = Data::new(on);
    let made = mainstay(&data, "demo", &["--only-make"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    data
}

fn sign_in(server: &Server) -> Browser {
    let mut browser = Browser::new(&server.url);
    let answer = browser.sign_in("marc@snapwright.example", "snapwright-demo");
    assert_eq!(answer.status, 303, "{}", answer.body);
    browser.enter("snapwright");
    browser
}

fn mainstay(data: &Data, command: &str, more: &[&str]) -> Output {
    program().arg(command).args(data.options()).args(more).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn found(output: &Output) -> (bool, Vec<String>) {
    let found = serde_json::from_slice(&output.stdout);
    let found: Value = found.unwrap_or_else(|e| panic!("{e}: {}{}", text(&output.stdout), text(&output.stderr)));
    let wrong = found["wrong"].as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned);
    (found["well"].as_bool().expect("yes or no"), wrong.collect())
}

#[test]
fn a_backup_of_a_running_server_holds_what_was_answered() {
    let data = demo(On::Sqlite);
    let server = Server::start(&data);
    let marc = sign_in(&server);
    let rows = marc.get("/api/v1/portfolio?limit=200").json();
    let id = rows["data"][0]["account"]["id"].as_str().expect("an account has an id").to_owned();
    let edits = json!({ "edits": [{ "account": id, "field": "launched", "value": "9.75" }] });
    assert_eq!(marc.json("PATCH", "/api/v1/portfolio", &edits).status, 200);

    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("mainstay.db");
    let name = file.display().to_string();
    let done = mainstay(&data, "backup", &["--to", &name, "--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let told: Value = serde_json::from_slice(&done.stdout).expect("--json prints JSON");
    assert_eq!(told["file"], name.as_str());
    assert_eq!(told["bytes"].as_u64(), std::fs::metadata(&file).ok().map(|file| file.len()));

    let mut copy = Data::new(On::Sqlite);
    copy.folder = folder;
    assert_eq!(found(&mainstay(&copy, "check", &["--json"])), (true, Vec::new()));
    let restored = Server::start(&copy);
    let rows = sign_in(&restored).get("/api/v1/portfolio?limit=200").json();
    assert_eq!(rows["data"][0]["steps"][0]["judged"], 9.75);

    let again = mainstay(&data, "backup", &["--to", &name]);
    assert_eq!(again.status.code(), Some(1), "a backup is never overwritten");
    assert!(text(&again.stderr).contains("exists already"), "{}", text(&again.stderr));
}

#[test]
fn a_backup_into_a_folder_names_itself() {
    let data = demo(On::Sqlite);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let done = mainstay(&data, "backup", &["--to", &folder.path().display().to_string()]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let names: Vec<String> = std::fs::read_dir(folder.path())
        .expect("the folder can be read")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].starts_with("mainstay-") && names[0].ends_with("Z.db"), "{names:?}");
}

#[test]
fn commands_on_an_empty_folder_make_no_database() {
    let data = Data::new(On::Sqlite);
    for command in ["backup", "check"] {
        let refused = mainstay(&data, command, &[]);
        assert_eq!(refused.status.code(), Some(1), "{command}");
        assert!(text(&refused.stderr).contains("there is no database in"), "{command}: {}", text(&refused.stderr));
        assert!(!data.folder.path().join("mainstay.db").exists(), "{command} made one");
    }
}

#[test]
fn a_postgresql_database_is_sent_to_pg_dump() {
    let data = Data::new(On::Postgres);
    let refused = mainstay(&data, "backup", &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("pg_dump"), "{}", text(&refused.stderr));
}

/// Changes the stored data behind the house's back.
fn database_of(data: &Data) -> Database {
    match data.options().get(3) {
        Some(url) => Database::Postgres { url: url.clone() },
        None => Database::Sqlite { file: data.folder.path().join("mainstay.db") },
    }
}

fn tamper(data: &Data, sql: &'static str) {
    let database = database_of(data);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let changed = runtime.block_on(async {
        let db = Db::open(Config::new(database)).await.expect("the database opens");
        db.write(Scope::System, move |tx| tx.exec(sql, &[])).await
    });
    assert_eq!(changed, Ok(1), "{sql}");
}

both!(
    fn the_check_finds_a_line_that_lies_and_mends_it(on) {
        let data = demo(on);
        assert_eq!(found(&mainstay(&data, "check", &["--json"])), (true, Vec::new()));

        tamper(&data, "UPDATE portfolio_line SET arr_now = 7 WHERE name = 'Krume'");
        let output = mainstay(&data, "check", &["--json"]);
        assert_eq!(output.status.code(), Some(1));
        let (well, wrong) = found(&output);
        assert!(!well);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].contains("differs from a fresh computation"), "{wrong:?}");
        assert_eq!(mainstay(&data, "check", &["--json"]).status.code(), Some(1), "looking changes nothing");
        assert_eq!(mainstay(&data, "check", &["--database"]).status.code(), Some(0), "the database itself is well");

        assert!(mainstay(&data, "check", &["--rebuild"]).status.success());
        assert_eq!(found(&mainstay(&data, "check", &["--json"])), (true, Vec::new()));
    }
);

both!(
    fn the_check_finds_an_automatic_score_that_its_data_points_do_not_give(on) {
        const SPOILED: &str = "UPDATE score_latest SET value = 123 WHERE metric = 'launched.shoots_of_plan'
            AND account_id = (SELECT id FROM account WHERE name = 'Casavero')";
        let data = demo(on);
        assert_eq!(found(&mainstay(&data, "check", &["--json"])), (true, Vec::new()));
        tamper(&data, SPOILED);
        let (well, wrong) = found(&mainstay(&data, "check", &["--json"]));
        assert!(!well);
        let named = |line: &&String| line.contains("launched.shoots_of_plan is 1.23, but its data points give ");
        assert_eq!(wrong.iter().filter(named).count(), 1, "{wrong:?}");
        let anew = mainstay(&data, "check", &["--rebuild"]);
        assert!(anew.status.success(), "written anew, it is right again: {}{}", text(&anew.stdout), text(&anew.stderr));
        assert_eq!(found(&mainstay(&data, "check", &["--json"])), (true, Vec::new()));
    }
);

/// Runs something while a transaction is open on the server that began before it.
fn behind_an_open_transaction(data: &Data, run: impl FnOnce()) {
    let config = Config::new(database_of(data));
    let (is_open, is_over) = (Arc::new(Barrier::new(2)), Arc::new(AtomicBool::new(false)));
    let (opened, over) = (Arc::clone(&is_open), Arc::clone(&is_over));
    let holder = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        let held = runtime.block_on(async {
            let db = Db::open(config).await.expect("the database opens");
            db.write(Scope::System, move |tx| {
                // Has its number from here on; asking again and again keeps it from being ended as idle.
                let ask = "SELECT CAST(pg_current_xact_id() AS TEXT)";
                tx.one(ask, &[], |row| row.get::<String>(0))?;
                opened.wait();
                while !over.load(Ordering::Relaxed) {
                    tx.one(ask, &[], |row| row.get::<String>(0))?;
                    std::thread::sleep(Duration::from_millis(50));
                }
                Ok::<_, mainstay_db::Error>(())
            })
            .await
        });
        held.expect("it is held to the end");
    });
    is_open.wait();
    run();
    is_over.store(true, Ordering::Relaxed);
    holder.join().expect("the holder ends");
}

#[test]
fn the_check_sees_what_was_written_behind_an_open_transaction() {
    let house = House::new(On::Postgres);
    behind_an_open_transaction(&house.data, || {
        house.account("Casavero");
        assert_eq!(found(&mainstay(&house.data, "check", &["--json"])), (true, Vec::new()));
    });
}

both!(
    fn the_check_finds_events_that_are_gone(on) {
        const OF_LUMEN: &str =
            "DELETE FROM event WHERE account_version = 3 AND account_id = (SELECT id FROM account WHERE name = 'Lumen')";
        const OF_KRUME: &str =
            "UPDATE stream SET version = version + 1 WHERE account_id = (SELECT id FROM account WHERE name = 'Krume')";
        let data = demo(on);
        tamper(&data, OF_LUMEN);
        let (_, wrong) = found(&mainstay(&data, "check", &["--json"]));
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].ends_with("event 4 follows event 2"), "{wrong:?}");

        // The newest event of all is gone: nothing is missing between events, but the version says more.
        tamper(&data, OF_KRUME);
        let (_, wrong) = found(&mainstay(&data, "check", &["--json"]));
        assert!(wrong.iter().any(|line| line.contains("but its events end at")), "{wrong:?}");
    }
);

#[test]
fn wrong_use_ends_with_two() {
    let output = program().arg("chekc").output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    let output = program().args(["check", "--rebuild", "--database"]).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    let output = program().arg("version").output().expect("the program runs");
    assert_eq!(text(&output.stdout).trim(), format!("mainstay {}", env!("CARGO_PKG_VERSION")));
}
