//! Every statement of every room prepares on both databases, and the schema is what the statements expect.

use mainstay_db::{Config, Database, Db};

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
