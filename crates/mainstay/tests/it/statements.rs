//! Every statement of every room prepares on both databases, and the schema is what the statements expect.

use mainstay_db::statement::registered;
use mainstay_db::{Config, Database, Db, Dialect, Param, Scope};

use crate::harness::{Data, On};

fn prepared(on: On) -> usize {
    let data = Data::new(on);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let options = data.options();
        let database = match options.get(3) {
            Some(url) => Database::Postgres { url: url.clone() },
            None => Database::Sqlite { file: data.folder.path().join("mainstay.db") },
        };
        let db = Db::open(Config::new(database)).await.expect("the database opens");
        if on == On::Sqlite {
            db.migrate(mainstay::migrations::SET, None).await.expect("the schema applies");
        }
        match db.prepare_statements().await {
            Ok(count) => count,
            Err(broken) => panic!("{} statements do not prepare:\n{}", broken.len(), broken.join("\n\n")),
        }
    })
}

/// The rooms' own statements are among them, not only those of the data layer.
const STATEMENTS_MIN: usize = 100;

#[test]
fn prepare_on_sqlite() {
    assert!(prepared(On::Sqlite) > STATEMENTS_MIN);
}

#[test]
fn prepare_on_postgres() {
    assert!(prepared(On::Postgres) > STATEMENTS_MIN);
}

/// What is asked of one account or contract is found by its key. Whoever has ten accounts would not notice otherwise, and
/// an import of ten thousand would read all of them for each.
#[test]
fn one_thing_is_found_by_its_key() {
    let data = Data::new(On::Sqlite);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let reads_too_much = runtime.block_on(async {
        let db = Db::open(Config::new(Database::Sqlite { file: data.folder.path().join("mainstay.db") })).await;
        let db = db.expect("the database opens");
        db.migrate(mainstay::migrations::SET, None).await.expect("the schema applies");
        db.read(Scope::System, |tx| {
            let about_one = |sql: &str| sql.contains("account_id = $") || sql.contains("contract_id = $");
            let about_some = |sql: &str| sql.contains("id IN ($");
            let mut found = Vec::new();
            for sql in registered(Dialect::Sqlite).iter().filter(|sql| about_one(sql) || about_some(sql)) {
                let parameters: Vec<&dyn Param> = (0..places(sql)).map(|_| &None::<i64> as &dyn Param).collect();
                let plan: Vec<String> = tx.rows(&format!("EXPLAIN QUERY PLAN {sql}"), &parameters, |row| row.get(3))?;
                let made = |step: &str| {
                    let name = step.strip_prefix("SCAN ").unwrap_or_default();
                    plan.iter()
                        .any(|step| *step == format!("MATERIALIZE {name}") || *step == format!("CO-ROUTINE {name}"))
                };
                found.extend(
                    plan.iter()
                        .filter(|step| !made(step))
                        .filter(|step| reads_the_workspace(step) || about_some(sql) && reads_a_part_of_it(step))
                        .map(|step| format!("{step}: {sql}")),
                );
            }
            Ok::<_, mainstay_db::Error>(found)
        })
        .await
        .expect("the plans are read")
    });
    assert!(reads_too_much.is_empty(), "{}", reads_too_much.join("\n\n"));
}

/// How many parameters a statement has.
fn places(sql: &str) -> usize {
    let numbers =
        sql.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    numbers.filter_map(|number| number.parse().ok()).max().unwrap_or(0)
}

fn reads_the_workspace(step: &str) -> bool {
    step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW" || step.ends_with("(workspace_id=?)")
}

/// Of what is asked of some accounts: another index than one that holds the account, by our id or by another system's.
fn reads_a_part_of_it(step: &str) -> bool {
    step.contains("(workspace_id=?") && !step.contains("account_id=?") && !step.contains("external_id=?")
}
