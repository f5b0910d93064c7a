//! Migrations: once, in order, never edited; a database made in steps equals one made at once.

use mainstay_db::migrate::translate;
use mainstay_db::{Db, Dialect, Error, Migration, Scope};

use crate::home::{APP_ROLE, Home, SPINE, on_both};

const ONE: Migration =
    Migration { name: "0001_one", sql: "CREATE TABLE one (id {uuid} PRIMARY KEY, n BIGINT){strict};" };
const TWO: Migration = Migration {
    name: "0002_two",
    sql: "ALTER TABLE one ADD COLUMN text TEXT;
-- only sqlite
CREATE TABLE only_here (id {uuid} PRIMARY KEY){strict};
-- only postgres
CREATE TABLE only_here (id {uuid} PRIMARY KEY, there BIGINT);
-- end
INSERT INTO one (n, text, id) SELECT 1, 'x', id FROM one;",
};
const BROKEN: Migration = Migration { name: "0003_broken", sql: "CREATE TABLE three (n BIGINT){strict}; nonsense;" };

on_both! { each_once edited_and_unknown_are_refused a_broken_one_leaves_nothing steps_equal_one_go
several_instances_at_once pending_names_what_is_missing }

fn names(set: &[Migration]) -> Vec<String> {
    set.iter().map(|one| one.name.to_owned()).collect()
}

/// Every table and column (and on PostgreSQL policy) of the database.
async fn schema(db: &Db) -> Vec<String> {
    let read = db.read::<_, Error>(Scope::System, |tx| {
        let sql = tx.by(
            "SELECT name || ': ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1",
            "SELECT table_name || '.' || column_name || ' ' || data_type || COALESCE(column_default, '')
               FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT tablename || ' ' || policyname || qual || with_check FROM pg_policies
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        );
        tx.rows(sql, &[], |row| row.get::<String>(0))
    });
    read.await.expect("the schema")
}

async fn each_once(home: Home) {
    let first = home.owner.migrate(&[ONE, TWO], None).await.expect("migrated");
    assert_eq!((first.applied, first.already), (names(&[ONE, TWO]), 0));
    let before = schema(&home.owner).await;
    let second = home.owner.migrate(&[ONE, TWO], None).await.expect("again");
    assert_eq!((second.applied, second.already), (vec![], 2));
    assert_eq!(schema(&home.owner).await, before);
}

async fn edited_and_unknown_are_refused(home: Home) {
    home.owner.migrate(&[ONE, TWO], None).await.expect("migrated");
    let refusal = async |set: &[Migration], name: &str, word: &str| {
        for result in [home.owner.migrate(set, None).await.map(drop), home.owner.pending(set).await.map(drop)] {
            match result {
                Err(Error::Migration { name: named, problem }) => {
                    assert!(named == name && problem.contains(word), "{named}: {problem}");
                }
                other => panic!("{name} must be refused: {other:?}"),
            }
        }
    };
    let edited = Migration { sql: "CREATE TABLE one (id {uuid} PRIMARY KEY){strict};", ..ONE };
    refusal(&[edited, TWO], ONE.name, "edited").await;
    refusal(&[ONE], TWO.name, "newer").await;
    let between = Migration { name: "0001_zzz", sql: "SELECT 1;" };
    refusal(&[ONE, between, TWO], between.name, "later name").await;
    refusal(&[TWO, ONE], ONE.name, "sorted").await;
}

async fn a_broken_one_leaves_nothing(home: Home) {
    let broken = home.owner.migrate(&[ONE, TWO, BROKEN], None).await;
    assert!(matches!(broken, Err(Error::Migration { name, .. }) if name == BROKEN.name));
    assert!(!schema(&home.owner).await.iter().any(|line| line.starts_with("three")));
    assert_eq!(home.owner.pending(&[ONE, TWO, BROKEN]).await, Ok(names(&[BROKEN])));
    for sql in ["-- only mysql\n", "-- only sqlite\nSELECT 1;", "-- tenant a;b\n"] {
        assert!(translate(sql, Dialect::Postgres).is_err(), "{sql}");
    }
}

async fn steps_equal_one_go(home: Home) {
    let sqlite = home.owner.dialect() == Dialect::Sqlite;
    let fresh = if sqlite { Home::sqlite().await } else { Home::postgres().await };
    let set = [SPINE, Migration { name: "0002_one", ..ONE }, Migration { name: "0003_two", ..TWO }];
    for steps in 1..=set.len() {
        home.owner.migrate(&set[..steps], Some(APP_ROLE)).await.expect("a step");
    }
    fresh.owner.migrate(&set, Some(APP_ROLE)).await.expect("at once");
    let made = schema(&fresh.owner).await;
    assert!(made.len() > 5);
    assert_eq!(schema(&home.owner).await, made);
}

async fn several_instances_at_once(home: Home) {
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let mut config = home.config.clone();
        config.database = match &config.database {
            mainstay_db::Database::Postgres { url } => mainstay_db::Database::Postgres { url: Home::as_owner(url) },
            sqlite @ mainstay_db::Database::Sqlite { .. } => sqlite.clone(),
        };
        let db = Db::open(config).await.expect("an instance");
        tasks.push(tokio::spawn(
            async move { db.migrate(&[SPINE], Some(APP_ROLE)).await.expect("migrated").applied.len() },
        ));
    }
    let mut applied = 0;
    for task in tasks {
        applied += task.await.expect("an instance");
    }
    assert_eq!(applied, 1, "one of them did it");
}

async fn pending_names_what_is_missing(home: Home) {
    assert_eq!(home.owner.pending(&[ONE, TWO]).await, Ok(names(&[ONE, TWO])));
    home.owner.migrate(&[ONE], Some(APP_ROLE)).await.expect("migrated");
    assert_eq!(home.db.pending(&[ONE, TWO]).await, Ok(names(&[TWO])), "also under the application's role");
}
