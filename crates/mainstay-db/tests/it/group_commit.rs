//! The SQLite writer: what is written together does not fail together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mainstay_db::{Db, Error, Scope};
use tokio::sync::Notify;

use crate::home::Home;
use crate::transactions::{insert, names};

const TABLES: &str =
    "CREATE TABLE room (workspace_id {uuid} NOT NULL, name TEXT NOT NULL, PRIMARY KEY (workspace_id, name)){strict};
    CREATE TABLE wall (id BIGINT PRIMARY KEY){strict};
    CREATE TABLE door (room TEXT NOT NULL, wall BIGINT,
        FOREIGN KEY (wall) REFERENCES wall (id) DEFERRABLE INITIALLY DEFERRED){strict};";

/// Keeps the writer busy until told, so that what is sent meanwhile becomes one group.
pub async fn hold_the_writer(db: &Db) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (held, entered, db) = (std::sync::Mutex::new(held), Arc::new(Notify::new()), db.clone());
    let inside = entered.clone();
    let task = tokio::spawn(async move {
        let held_up = db.write::<_, Error>(Scope::System, move |_| {
            inside.notify_one();
            let _ = held.lock().expect("one job").recv_timeout(Duration::from_secs(5));
            Ok(())
        });
        held_up.await.expect("an empty write");
    });
    entered.notified().await;
    (release, task)
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_and_the_faults_of_some() {
    let home = Home::sqlite().await.with(TABLES).await;
    let (release, held) = hold_the_writer(&home.db).await;
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let db = home.db.clone();
            tokio::spawn(async move {
                db.write(Scope::System, move |tx| {
                    insert(tx, &format!("room {number:02}"))?;
                    match number % 16 {
                        3 => Err(Error::Other("mine".to_owned())),
                        7 => insert(tx, &format!("room {number:02}")),
                        11 => panic!("job {number}"),
                        _ => Ok(number),
                    }
                })
                .await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(release);
    held.await.expect("held");
    for (number, task) in tasks.into_iter().enumerate() {
        let result = task.await.expect("a task");
        match number % 16 {
            3 => assert_eq!(result, Err(Error::Other("mine".to_owned()))),
            7 => assert!(matches!(result, Err(Error::Unique { .. })), "{result:?}"),
            11 => assert!(matches!(result, Err(Error::Other(text)) if text.contains("panicked"))),
            _ => assert_eq!(result, Ok(number as u64)),
        }
    }
    let kept: Vec<String> = (0..64)
        .filter(|number| ![3, 7, 11].contains(&(number % 16)))
        .map(|number| format!("room {number:02}"))
        .collect();
    assert_eq!(names(&home.db).await, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_hurts_only_its_cause() {
    let home = Home::sqlite().await.with(TABLES).await;
    let (release, held) = hold_the_writer(&home.db).await;
    let runs = Arc::new(AtomicU32::new(0));
    let tasks: Vec<_> = (0..10)
        .map(|number| {
            let (db, runs) = (home.db.clone(), runs.clone());
            tokio::spawn(async move {
                db.write::<_, Error>(Scope::System, move |tx| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    insert(tx, &format!("room {number}"))?;
                    if number == 5 {
                        // checked at COMMIT only: the whole group's commit fails
                        tx.exec("INSERT INTO door (room, wall) VALUES ('x', 999)", &[])?;
                    }
                    Ok(())
                })
                .await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(release);
    held.await.expect("held");
    for (number, task) in tasks.into_iter().enumerate() {
        let result = task.await.expect("a task");
        assert_eq!(matches!(result, Err(Error::ForeignKey { .. })), number == 5, "{number}: {result:?}");
    }
    assert_eq!(names(&home.db).await.len(), 9);
    assert!(runs.load(Ordering::Relaxed) > 10, "the survivors ran again, one by one");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_is_skipped() {
    let home = Home::sqlite().await.with(TABLES).await;
    let (release, held) = hold_the_writer(&home.db).await;
    let db = home.db.clone();
    let abandoned = tokio::spawn(async move { db.write(Scope::System, |tx| insert(tx, "left")).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    abandoned.abort();
    let _ = abandoned.await;
    let db = home.db.clone();
    let stays = tokio::spawn(async move { db.write(Scope::System, |tx| insert(tx, "stays")).await });
    drop(release);
    held.await.expect("held");
    assert_eq!(stays.await.expect("a task"), Ok(1));
    assert_eq!(names(&home.db).await, ["stays"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_waits_behind_people() {
    let home = Home::sqlite().await.with(TABLES).await;
    let (release, held) = hold_the_writer(&home.db).await;
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let send = |bulk: bool, number: u32| {
        let (db, order) = (home.db.clone(), order.clone());
        tokio::spawn(async move {
            let work = move |_: &mut mainstay_db::Tx<'_>| {
                order.lock().expect("one at a time").push((bulk, number));
                Ok::<_, Error>(())
            };
            let done =
                if bulk { db.write_bulk(Scope::System, work).await } else { db.write(Scope::System, work).await };
            done.expect("done");
        })
    };
    let bulk: Vec<_> = (0..3).map(|number| send(true, number)).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let people: Vec<_> = (0..5).map(|number| send(false, number)).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(release);
    held.await.expect("held");
    for task in bulk.into_iter().chain(people) {
        task.await.expect("a task");
    }
    let order: Vec<bool> = order.lock().expect("done").iter().map(|one| one.0).collect();
    assert_eq!(order, [false, false, false, false, false, true, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_so() {
    let home = Home::sqlite_with(|config| {
        config.interactive_queue = 2;
        config.lock_timeout = Duration::from_millis(100);
    });
    let home = home.await.with(TABLES).await;
    let (release, held) = hold_the_writer(&home.db).await;
    let waiting: Vec<_> = (0..2)
        .map(|number| {
            let db = home.db.clone();
            tokio::spawn(async move { db.write(Scope::System, move |tx| insert(tx, &format!("{number}"))).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let third = home.db.write(Scope::System, |tx| insert(tx, "third")).await;
    assert!(matches!(third, Err(Error::Busy(_))), "{third:?}");
    assert_eq!(home.db.health().await.expect("health").waiting_interactive, 2);
    drop(release);
    held.await.expect("held");
    for task in waiting {
        assert_eq!(task.await.expect("a task"), Ok(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_that_holds_the_file_is_busy() {
    let home = Home::sqlite_with(|config| config.lock_timeout = Duration::from_millis(200)).await.with(TABLES).await;
    let mainstay_db::Database::Sqlite { file } = home.config.database.clone() else { panic!("SQLite") };
    let other = rusqlite::Connection::open(file).expect("another connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let blocked = home.db.write(Scope::System, |tx| insert(tx, "hall")).await;
    assert!(matches!(blocked, Err(Error::Busy(_))), "{blocked:?}");
    other.execute_batch("COMMIT").expect("released");
    assert_eq!(home.db.write(Scope::System, |tx| insert(tx, "hall")).await, Ok(1));
}

/// A result that ends the thread which drops it: the only way to kill the writer from outside.
struct Bomb(bool);
impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.0, "dropped on the writer thread");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_writer_is_seen() {
    let home = Home::sqlite().await.with(TABLES).await;
    let watched = home.db.clone();
    let died = tokio::spawn(async move { watched.died().await });
    let (gone, entered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (db, inside, left) = (home.db.clone(), entered.clone(), gone.clone());
    let runtime = tokio::runtime::Handle::current();
    let caller = tokio::spawn(async move {
        let done = db.write::<_, Error>(Scope::System, move |_| {
            inside.notify_one();
            runtime.block_on(left.notified());
            Ok(Bomb(true))
        });
        done.await.map(std::mem::forget)
    });
    entered.notified().await;
    assert!(!died.is_finished());
    let db = home.db.clone();
    let waiting = tokio::spawn(async move { db.write(Scope::System, |tx| insert(tx, "late")).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    caller.abort(); // nobody takes the result any more, so the writer thread drops it
    let _ = caller.await;
    gone.notify_one();
    tokio::time::timeout(Duration::from_secs(5), died).await.expect("seen").expect("a task");
    let late = waiting.await.expect("a task");
    assert!(late == Err(Error::Gone) || late == Ok(1), "answered either way: {late:?}");
    assert_eq!(home.db.write(Scope::System, |tx| insert(tx, "later")).await, Err(Error::Gone));
    assert!(!home.db.health().await.expect("reads still work").is_well());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_whole_while_work_goes_on() {
    let home = Home::sqlite().await.with(TABLES).await;
    for number in 0..50 {
        home.db.write(Scope::System, move |tx| insert(tx, &format!("{number:02}"))).await.expect("a room");
    }
    let mainstay_db::Database::Sqlite { file } = home.config.database.clone() else { panic!("SQLite") };
    let copy = file.with_file_name("copy.db");
    let db = home.db.clone();
    let writing = tokio::spawn(async move {
        for number in 50..100 {
            db.write(Scope::System, move |tx| insert(tx, &format!("{number:02}"))).await.expect("a room");
        }
    });
    let size = home.db.backup_to(&copy).await.expect("a backup");
    writing.await.expect("written");
    assert_eq!(std::fs::metadata(&copy).expect("the copy").len(), size);
    assert!(home.db.backup_to(&copy).await.is_err(), "an existing file is never overwritten");
    let mut config = home.config.clone();
    config.database = mainstay_db::Database::Sqlite { file: copy };
    let copied = Db::open(config).await.expect("the copy opens");
    assert_eq!(copied.integrity_check().await, Ok(vec![]));
    assert!(names(&copied).await.len() >= 50);
    let unsupported = Home::postgres().await.db.backup_to(&file).await;
    assert!(matches!(unsupported, Err(Error::Unsupported(text)) if text.contains("pg_dump")));
}
