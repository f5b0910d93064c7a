//! What only a server can do to us: lost connections, conflicts, changed plans, time-outs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mainstay_db::{Config, Database, Db, Error, Scope};

use crate::home::{Home, eventually, id};

const TABLES: &str = "CREATE TABLE counter (id {uuid} PRIMARY KEY, n BIGINT NOT NULL){strict};
    INSERT INTO counter (id, n) VALUES ('00000000-0000-0000-0000-000000000001', 0),
                                       ('00000000-0000-0000-0000-000000000002', 0);";

async fn add(db: &Db, counter: u128) -> Result<u64, Error> {
    db.write(Scope::System, move |tx| tx.exec("UPDATE counter SET n = n + 1 WHERE id = $1", &[&id(counter)])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_are_replaced_unseen() {
    let home = Home::postgres().await.with(TABLES).await;
    for round in 0..3 {
        let tasks: Vec<_> = (0..12)
            .map(|_| {
                let db = home.db.clone();
                tokio::spawn(async move { add(&db, 1).await })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.expect("a task"), Ok(1), "round {round}");
        }
        let ended = home.owner.write::<_, Error>(Scope::System, |tx| {
            let sql = "SELECT COUNT(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            tx.one(sql, &[], |row| row.get::<i64>(0))
        });
        assert!(ended.await.expect("ended") > Some(1));
    }
    assert_eq!(add(&home.db, 1).await, Ok(1));
    assert!(home.db.health().await.expect("health").is_well());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_in_the_middle_runs_again_once() {
    let home = Home::postgres().await.with(TABLES).await;
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let owner = home.owner.clone();
    // the closure ends its own connection the first time it runs
    let done = home.db.write::<_, Error>(Scope::System, move |tx| {
        tx.exec("UPDATE counter SET n = n + 1 WHERE id = $1", &[&id(1)])?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            let own = tx.one("SELECT pg_backend_pid()", &[], |row| row.get::<i64>(0))?.expect("a pid");
            let (owner, told) = (owner.clone(), std::sync::mpsc::channel());
            std::thread::scope(|scope| {
                scope.spawn(move || {
                    let runtime =
                        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                    let end = owner.read::<_, Error>(Scope::System, move |tx| {
                        tx.one("SELECT pg_terminate_backend(CAST($1 AS BIGINT)::int)", &[&own], |row| {
                            row.get::<bool>(0)
                        })
                    });
                    told.0.send(runtime.block_on(end)).expect("told");
                });
            });
            assert_eq!(told.1.recv(), Ok(Ok(Some(true))));
        }
        tx.one("SELECT n FROM counter WHERE id = $1", &[&id(1)], |row| row.get::<i64>(0))
    });
    assert_eq!(done.await, Ok(Some(1)), "the first run was never committed");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlocks_run_again() {
    let home = Home::postgres_with(|config| config.lock_timeout = Duration::from_secs(20)).await.with(TABLES).await;
    let runs = Arc::new(AtomicU32::new(0));
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let (db, runs) = (home.db.clone(), runs.clone());
            tokio::spawn(async move {
                let (first, second) = if task % 2 == 0 { (1, 2) } else { (2, 1) };
                db.write::<_, Error>(Scope::System, move |tx| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    tx.exec("UPDATE counter SET n = n + 1 WHERE id = $1", &[&id(first)])?;
                    std::thread::sleep(Duration::from_millis(30));
                    tx.exec("UPDATE counter SET n = n + 1 WHERE id = $1", &[&id(second)])
                })
                .await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("a task"), Ok(1));
    }
    assert!(runs.load(Ordering::Relaxed) > 4, "there was at least one deadlock");
    let sum = home.db.read::<_, Error>(Scope::System, |tx| {
        tx.rows("SELECT n FROM counter ORDER BY id", &[], |row| row.get::<i64>(0))
    });
    assert_eq!(sum.await, Ok(vec![4, 4]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serialization_failure_runs_again_and_then_surfaces() {
    let home = Home::postgres().await.with(TABLES).await;
    let fail = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$";
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let done = home.db.write::<_, Error>(Scope::System, move |tx| {
        tx.exec("UPDATE counter SET n = n + 1 WHERE id = $1", &[&id(1)])?;
        // hidden by a savepoint from the closure, but not from the layer
        if counted.fetch_add(1, Ordering::SeqCst) < 2 {
            let _ = tx.savepoint(|tx| tx.exec(fail, &[]));
        }
        tx.one("SELECT n FROM counter WHERE id = $1", &[&id(1)], |row| row.get::<i64>(0))
    });
    assert_eq!(done.await, Ok(Some(1)));
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    let (counted, tries) = (runs.clone(), runs.load(Ordering::SeqCst));
    let never = home.db.write::<_, Error>(Scope::System, move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.exec(fail, &[])
    });
    assert!(matches!(never.await, Err(Error::Serialization(_))));
    assert_eq!(runs.load(Ordering::SeqCst) - tries, 8, "the first run and seven more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_table_does_not_disturb_prepared_statements() {
    let home = Home::postgres_with(|config| config.pool = 1).await.with(TABLES).await;
    let all = || {
        home.db.read::<_, Error>(Scope::System, |tx| {
            tx.one("SELECT * FROM counter WHERE id = $1", &[&id(1)], |row| row.get::<i64>(1))
        })
    };
    assert_eq!(all().await, Ok(Some(0)));
    let change =
        home.owner.write::<_, Error>(Scope::System, |tx| tx.exec("ALTER TABLE counter ADD COLUMN text TEXT", &[]));
    change.await.expect("changed");
    assert_eq!(all().await, Ok(Some(0)), "\"cached plan must not change result type\" is not shown to anybody");
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_and_statements_have_time_outs() {
    let home = Home::postgres_with(|config| {
        config.lock_timeout = Duration::from_millis(200);
        config.statement_timeout = Duration::from_millis(600);
    });
    let home = home.await.with(TABLES).await;
    let slow = home.db.write::<_, Error>(Scope::System, |tx| tx.exec("SELECT pg_sleep(5)", &[])).await;
    assert!(matches!(slow, Err(Error::Deadline(_))), "{slow:?}");
    let (told, entered) = tokio::sync::oneshot::channel();
    let told = std::sync::Mutex::new(Some(told));
    let db = home.db.clone();
    let holder = tokio::spawn(async move {
        let held = db.write::<_, Error>(Scope::System, move |tx| {
            tx.lock(&[id(7)])?;
            told.lock().expect("one").take().map(|told| told.send(()));
            std::thread::sleep(Duration::from_millis(500));
            Ok(())
        });
        held.await
    });
    entered.await.expect("locked");
    let second = home.db.write::<_, Error>(Scope::System, |tx| tx.try_lock(id(7))).await;
    assert_eq!(second, Ok(false), "another transaction holds it");
    let blocked = home.db.write::<_, Error>(Scope::System, |tx| tx.lock(&[id(7)])).await;
    assert!(matches!(blocked, Err(Error::Busy(_))), "{blocked:?}");
    assert_eq!(holder.await.expect("a task"), Ok(()));
    assert_eq!(home.db.write::<_, Error>(Scope::System, |tx| tx.try_lock(id(7))).await, Ok(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_pool_is_busy_and_an_absent_server_unavailable() {
    let home = Home::postgres_with(|config| {
        config.pool = 1;
        config.lock_timeout = Duration::from_millis(200);
    });
    let home = home.await.with(TABLES).await;
    let db = home.db.clone();
    let holder = tokio::spawn(async move {
        let held = db.write::<_, Error>(Scope::System, |_| {
            std::thread::sleep(Duration::from_millis(600));
            Ok(())
        });
        held.await
    });
    eventually("the connection is in use", async || matches!(add(&home.db, 1).await, Err(Error::Busy(_)))).await;
    assert_eq!(holder.await.expect("a task"), Ok(()));
    assert_eq!(add(&home.db, 1).await, Ok(1));

    let nobody = Db::open(Config::new(Database::Postgres { url: "postgres://x@127.0.0.1:1/none".to_owned() }));
    assert!(matches!(nobody.await.map(drop), Err(Error::Unavailable(_))));
    let Database::Postgres { url } = home.config.database.clone() else { panic!("PostgreSQL") };
    let nowhere = Db::open(Config::new(Database::Postgres { url: format!("{url}_not_there") })).await;
    assert!(matches!(nowhere.map(drop), Err(Error::Unavailable(text)) if text.contains("does not exist")));
    let typo = Db::open(Config::new(Database::Postgres { url: "postgres://x@h/y?sslmode=maybe".to_owned() })).await;
    assert!(matches!(typo.map(drop), Err(Error::Unavailable(text)) if text.contains("address")));
}
