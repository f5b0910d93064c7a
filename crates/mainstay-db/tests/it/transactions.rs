//! What a transaction promises to its closure, on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mainstay_db::{Db, Error, Scope, Tx};

use crate::home::{Home, eventually, id, on_both};

const TABLES: &str = "CREATE TABLE room (workspace_id {uuid} NOT NULL, name TEXT NOT NULL,
        size BIGINT NOT NULL DEFAULT 1 CHECK (size > 0), PRIMARY KEY (workspace_id, name)){strict};
    CREATE TABLE chair (room TEXT NOT NULL, workspace_id {uuid} NOT NULL,
        FOREIGN KEY (workspace_id, room) REFERENCES room (workspace_id, name)){strict};";

on_both! { an_error_rolls_back_everything errors_have_one_word_on_both a_swallowed_failure_is_not_committed
a_savepoint_undoes_only_its_part nested_calls_are_refused a_read_cannot_write a_panic_is_an_error
the_callers_own_error_type locks_are_held a_commit_wakes a_read_sees_one_state transaction_words_are_refused
health_is_well the_clock_of_the_database a_slow_read_is_stopped statements_are_checked_before_they_run }

pub fn insert(tx: &mut Tx<'_>, name: &str) -> Result<u64, Error> {
    tx.exec("INSERT INTO room (workspace_id, name) VALUES ($1, $2)", &[&id(1), &name])
}

pub async fn names(db: &Db) -> Vec<String> {
    let names =
        db.read::<_, Error>(Scope::System, |tx| tx.rows("SELECT name FROM room ORDER BY name", &[], |row| row.get(0)));
    names.await.expect("the names")
}

async fn an_error_rolls_back_everything(home: Home) {
    let home = home.with(TABLES).await;
    let done = home.db.write(Scope::System, |tx| {
        insert(tx, "kitchen")?;
        Err::<(), _>(Error::Other("changed my mind".to_owned()))
    });
    assert_eq!(done.await, Err(Error::Other("changed my mind".to_owned())));
    assert!(names(&home.db).await.is_empty());
}

async fn errors_have_one_word_on_both(home: Home) {
    let home = home.with(TABLES).await;
    home.db.write(Scope::System, |tx| insert(tx, "hall")).await.expect("a room");
    let twice = home.db.write(Scope::System, |tx| insert(tx, "hall")).await.expect_err("twice");
    assert!(twice.is_unique("room") && !twice.is_unique("chair"), "{twice:?}");
    let run = |sql: &'static str| home.db.write::<_, Error>(Scope::System, move |tx| tx.exec(sql, &[&id(1)]));
    let nowhere = run("INSERT INTO chair (workspace_id, room) VALUES ($1, 'nowhere')").await;
    assert!(matches!(nowhere, Err(Error::ForeignKey { .. })), "{nowhere:?}");
    let small = run("INSERT INTO room (workspace_id, name, size) VALUES ($1, 'small', 0)").await;
    assert!(matches!(small, Err(Error::Check { .. })), "{small:?}");
    let nameless = run("INSERT INTO room (workspace_id) VALUES ($1)").await;
    assert!(matches!(&nameless, Err(Error::NotNull { column }) if column == "room.name"), "{nameless:?}");
    let nonsense = run("SELECT nothing FROM nowhere WHERE a = $1").await;
    assert!(matches!(nonsense, Err(Error::Other(_))), "{nonsense:?}");
    let several = home.db.write::<_, Error>(Scope::System, |tx| {
        insert(tx, "attic")?;
        tx.one("SELECT name FROM room", &[], |row| row.get::<String>(0))
    });
    assert!(matches!(several.await, Err(Error::Other(_))), "two rows where one was asked for");
}

async fn a_swallowed_failure_is_not_committed(home: Home) {
    let home = home.with(TABLES).await;
    let done = home.db.write::<_, Error>(Scope::System, |tx| {
        insert(tx, "hall")?;
        let _ = insert(tx, "hall");
        let after = insert(tx, "attic");
        assert!(after.is_err(), "after a failure nothing runs");
        Ok(())
    });
    assert!(done.await.is_err());
    assert!(names(&home.db).await.is_empty());
}

async fn a_savepoint_undoes_only_its_part(home: Home) {
    let home = home.with(TABLES).await;
    let done = home.db.write::<_, Error>(Scope::System, |tx| {
        insert(tx, "hall")?;
        let part = tx.savepoint(|tx| {
            insert(tx, "attic")?;
            insert(tx, "hall")
        });
        assert!(part.is_err_and(|error| error.is_unique("room")));
        let swallowed = tx.savepoint(|tx| Ok::<_, Error>(insert(tx, "hall").is_err()));
        assert!(swallowed.is_err(), "a savepoint with a failure inside does not hold");
        tx.savepoint(|tx| tx.savepoint(|tx| insert(tx, "cellar")))
    });
    assert_eq!(done.await, Ok(1));
    assert_eq!(names(&home.db).await, ["cellar", "hall"]);
}

async fn nested_calls_are_refused(home: Home) {
    let home = home.with(TABLES).await;
    let (inner, runtime) = (home.db.clone(), tokio::runtime::Handle::current());
    let nested = move |tx: &mut Tx<'_>| {
        insert(tx, "hall")?;
        let write = runtime.block_on(inner.write(Scope::System, |tx| insert(tx, "attic")));
        assert_eq!(write, Err(Error::Nested));
        let read = runtime.block_on(inner.read::<_, Error>(Scope::System, |_| Ok(())));
        assert_eq!(read, Err(Error::Nested));
        assert_eq!(runtime.block_on(inner.health()), Err(Error::Nested));
        Ok::<_, Error>(())
    };
    let done = tokio::time::timeout(Duration::from_secs(5), home.db.write(Scope::System, nested));
    assert_eq!(done.await.expect("no deadlock"), Ok(()));
    assert_eq!(names(&home.db).await, ["hall"]);
}

async fn a_read_cannot_write(home: Home) {
    let home = home.with(TABLES).await;
    let done = home.db.read(Scope::System, |tx| insert(tx, "hall")).await;
    assert!(matches!(&done, Err(Error::Other(text)) if text.contains("use `write`")), "{done:?}");
    assert!(names(&home.db).await.is_empty());
}

async fn a_panic_is_an_error(home: Home) {
    let home = home.with(TABLES).await;
    for _ in 0..20 {
        let done = home.db.write::<u64, Error>(Scope::System, |tx| {
            insert(tx, "hall")?;
            panic!("number {}", 5)
        });
        assert!(matches!(done.await, Err(Error::Other(text)) if text.contains("number 5")));
        let read = home.db.read::<u64, Error>(Scope::System, |_| panic!("reading"));
        assert!(matches!(read.await, Err(Error::Other(text)) if text.contains("reading")));
    }
    assert!(names(&home.db).await.is_empty());
    home.db.write(Scope::System, |tx| insert(tx, "hall")).await.expect("the database goes on");
}

async fn the_callers_own_error_type(home: Home) {
    #[derive(Debug, PartialEq)]
    enum Refused {
        TooFew,
        Database(Error),
    }
    impl From<Error> for Refused {
        fn from(error: Error) -> Refused {
            Refused::Database(error)
        }
    }
    let home = home.with(TABLES).await;
    let done = home.db.write(Scope::System, |_| Err::<(), _>(Refused::TooFew)).await;
    assert_eq!(done, Err(Refused::TooFew));
    let done = home.db.write::<_, Refused>(Scope::System, |tx| Ok(tx.exec("nonsense", &[])?)).await;
    assert!(matches!(done, Err(Refused::Database(Error::Other(_)))));
}

async fn locks_are_held(home: Home) {
    let home = home.with(TABLES).await;
    let done = home.db.write::<_, Error>(Scope::System, |tx| {
        tx.lock(&[id(9), id(2), id(9)])?;
        assert!(tx.try_lock(id(3))? && tx.try_lock(id(2))? && tx.holds(id(9)) && !tx.holds(id(4)));
        tx.rows("WITH a AS (SELECT 1) SELECT 1 FROM a", &[], |_| Ok(()))?;
        tx.lock(&[id(4)])?;
        insert(tx, "hall")?;
        tx.lock(&[id(9)])?; // held already
        tx.lock(&[id(5)])?;
        assert!(tx.holds(id(5)));
        let undone = tx.savepoint(|tx| tx.lock(&[id(6)]).and(Err::<(), _>(Error::Gone)));
        assert!(undone.is_err() && !tx.holds(id(6)), "the server gives such a lock back");
        Ok(())
    });
    assert_eq!(done.await, Ok(()));
}

async fn a_commit_wakes(home: Home) {
    let home = home.with(TABLES).await;
    let quiet = home.db.clone();
    // wait until what the set-up committed has been told
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut woken = quiet.woken();
    woken.mark_unchanged();
    quiet.write::<_, Error>(Scope::System, |_| Ok(())).await.expect("an empty write");
    if quiet.dialect() == mainstay_db::Dialect::Sqlite {
        assert!(!woken.has_changed().expect("alive"), "a write that changes nothing wakes nobody");
    }
    quiet.write(Scope::System, |tx| insert(tx, "hall")).await.expect("a room");
    tokio::time::timeout(Duration::from_secs(1), woken.changed()).await.expect("woken").expect("alive");
    // and another process
    let other = Db::open(home.config.clone()).await.expect("a second way in");
    let heard = other.woken();
    let start = *heard.borrow();
    tokio::time::sleep(Duration::from_millis(100)).await;
    home.db.write(Scope::System, |tx| insert(tx, "attic")).await.expect("a room");
    eventually("the other process hears it", async || *heard.borrow() > start).await;
}

async fn a_read_sees_one_state(home: Home) {
    let home = home.with(TABLES).await;
    let (db, runtime) = (home.db.clone(), tokio::runtime::Handle::current());
    let read = home.db.read::<_, Error>(Scope::System, move |tx| {
        let count = |tx: &mut Tx<'_>| tx.one("SELECT COUNT(*) FROM room", &[], |row| row.get::<i64>(0));
        let before = count(tx)?;
        let (db, done) = (db.clone(), std::sync::mpsc::channel());
        let told = done.0;
        runtime.spawn(async move {
            db.write(Scope::System, |tx| insert(tx, "hall")).await.expect("a room meanwhile");
            told.send(()).expect("the reader waits");
        });
        done.1.recv_timeout(Duration::from_secs(3)).expect("the write is done");
        Ok((before, count(tx)?))
    });
    assert_eq!(read.await, Ok((Some(0), Some(0))));
    assert_eq!(names(&home.db).await, ["hall"]);
}

async fn transaction_words_are_refused(home: Home) {
    let home = home.with(TABLES).await;
    for sql in ["COMMIT", " rollback", "BEGIN", "SAVEPOINT x", "end"] {
        let done = home.db.write(Scope::System, |tx| {
            insert(tx, "hall")?;
            tx.exec(sql, &[])
        });
        assert!(matches!(done.await, Err(Error::Other(text)) if text.contains("the layer's own")), "{sql}");
    }
    assert!(names(&home.db).await.is_empty());
}

async fn health_is_well(home: Home) {
    let home = home.with(TABLES).await;
    let health = home.db.health().await.expect("health");
    assert!(health.is_well() && health.connections > 0 && health.connections_in_use == 0, "{health:?}");
    let sqlite = home.db.dialect() == mainstay_db::Dialect::Sqlite;
    assert_eq!(health.wal_bytes > 0, sqlite);
    assert_eq!(home.db.integrity_check().await, Ok(vec![]));
}

async fn the_clock_of_the_database(home: Home) {
    let home = home.with(TABLES).await;
    let now = home
        .db
        .read::<_, Error>(Scope::System, |tx| tx.now().map(jiff::Timestamp::as_millisecond))
        .await
        .expect("a time");
    let apart = now.abs_diff(jiff::Timestamp::now().as_millisecond());
    assert!(apart < 60_000, "{apart} ms");
}

async fn a_slow_read_is_stopped(home: Home) {
    let mut config = home.config.clone();
    config.read_deadline = Duration::from_millis(200);
    let db = Db::open(config).await.expect("a second way in");
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let started = std::time::Instant::now();
    let slow = db.read::<_, Error>(Scope::System, move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        let sql = tx.by(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
            "SELECT COUNT(*) FROM generate_series(1, 1000000000)",
        );
        tx.one(sql, &[], |row| row.get::<i64>(0))
    });
    assert!(matches!(slow.await, Err(Error::Deadline(_))));
    assert!(started.elapsed() < Duration::from_secs(3), "stopped after {:?}", started.elapsed());
    assert_eq!(runs.load(Ordering::Relaxed), 1, "a read that is too slow is not tried again");
    let next = db.read::<_, Error>(Scope::System, |tx| tx.one("SELECT 1", &[], |row| row.get::<i64>(0)));
    assert_eq!(next.await, Ok(Some(1)), "the connection goes on");
}

async fn statements_are_checked_before_they_run(home: Home) {
    let bare = home.db.prepare_statements().await.expect_err("there are no tables yet");
    assert!(bare.iter().any(|problem| problem.contains("in: INSERT INTO stream")), "{bare:?}");
    let home = home.with(TABLES).await;
    let before = home.db.prepare_statements().await.expect("every statement is good SQL");
    let text = mainstay_db::sql!("SELECT name FROM room WHERE size > $1 AND 1 = 2");
    assert!(before > 10, "{before}");
    assert!(mainstay_db::statement::registered(home.db.dialect()).iter().any(|one| one == text));
}
