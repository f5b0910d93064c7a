//! The adverse test of the spine: slow and failing producers, competing and failing readers; nothing lost, nothing twice.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use mainstay_db::events::{self, Cursor, Event};
use mainstay_db::{Db, Error, Scope, Tx};
use uuid::Uuid;

use crate::home::{Home, eventually, id, on_both};
use crate::spine::event;

const PRODUCERS: u128 = 8;
const ACCOUNTS: u64 = 12;
const WRITES: u128 = 100;
// no unique key: what is done twice must be seen. `n` is the order in which effects were committed.
const TABLES: &str = "CREATE TABLE effect (n {serial}, seq BIGINT NOT NULL, account_id {uuid} NOT NULL,
        version BIGINT NOT NULL){strict};
    CREATE TABLE place (x BIGINT NOT NULL, seq BIGINT NOT NULL){strict};
    INSERT INTO place (x, seq) VALUES (0, 0);";

on_both! { nothing_is_lost_or_done_twice }

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn account(number: u64) -> Uuid {
    id(1_000 + u128::from(number))
}

/// One or two accounts locked, some time passes inside the transaction, and every twentieth changes its mind.
async fn produce(db: Db, producer: u128) -> usize {
    let mut dice = Dice(u64::try_from(producer).expect("small") + 1);
    let mut committed = 0;
    for number in 0..WRITES {
        let accounts =
            if dice.roll(4) == 0 { vec![dice.roll(ACCOUNTS), dice.roll(ACCOUNTS)] } else { vec![dice.roll(ACCOUNTS)] };
        let (before, between, fails) = (dice.roll(4), dice.roll(4), dice.roll(20) == 0);
        let wrote = db.write(Scope::Workspace(id(1)), move |tx| {
            let accounts: Vec<Uuid> = accounts.iter().copied().map(account).collect();
            tx.lock(&accounts)?;
            std::thread::sleep(Duration::from_millis(before));
            for (part, account) in (0..).zip(&accounts) {
                let number = 1_000_000 + (producer * WRITES + number) * 2 + part;
                events::append(tx, &event(number, id(1), Some(*account)))?;
                std::thread::sleep(Duration::from_millis(between));
            }
            if fails { Err(Error::Other("rolled back".to_owned())) } else { Ok(accounts.len()) }
        });
        match wrote.await {
            Ok(events) => committed += events,
            Err(error) => assert_eq!(error, Error::Other("rolled back".to_owned())),
        }
    }
    committed
}

/// One step of a reader: the place is locked, the effects and the place are written; some steps are rolled back.
fn step(tx: &mut Tx<'_>, fails: bool) -> Result<usize, Error> {
    let sql = tx.by("SELECT x, seq FROM place", "SELECT x, seq FROM place FOR UPDATE");
    let place = tx.one(sql, &[], |row| Ok(Cursor { x: row.get(0)?, seq: row.get(1)? }))?.expect("the place");
    let batch: Vec<Event> = events::after(tx, Some(id(1)), place, 20)?;
    for event in &batch {
        tx.exec(
            "INSERT INTO effect (seq, account_id, version) VALUES ($1, $2, $3)",
            &[&event.cursor.seq, &event.account, &event.account_version],
        )?;
    }
    if let Some(last) = batch.last() {
        tx.exec("UPDATE place SET x = $1, seq = $2", &[&last.cursor.x, &last.cursor.seq])?;
    }
    if fails && !batch.is_empty() { Err(Error::Other("reader gave up".to_owned())) } else { Ok(batch.len()) }
}

async fn consume(db: Db, reader: u64, done: Arc<AtomicBool>, rollbacks: Arc<AtomicU32>) {
    let mut dice = Dice(1_000 + reader);
    loop {
        let last = done.load(Ordering::SeqCst);
        let fails = dice.roll(5) == 0;
        match db.write(Scope::Workspace(id(1)), move |tx| step(tx, fails)).await {
            Ok(0) if last => return,
            Ok(0) => tokio::time::sleep(Duration::from_millis(2)).await,
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error, Error::Other("reader gave up".to_owned()));
                rollbacks.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

async fn nothing_is_lost_or_done_twice(home: Home) {
    let home = home.with(TABLES).await;
    let (done, rollbacks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let readers: Vec<_> =
        (0..3).map(|reader| tokio::spawn(consume(home.db.clone(), reader, done.clone(), rollbacks.clone()))).collect();
    let producers: Vec<_> = (0..PRODUCERS).map(|producer| tokio::spawn(produce(home.db.clone(), producer))).collect();
    let mut committed = 0;
    for producer in producers {
        committed += producer.await.expect("a producer");
    }
    // an unrelated transaction may still hold the visible mark back
    eventually("the last event is visible", async || {
        let all = home.db.read::<_, Error>(Scope::Workspace(id(1)), |tx| {
            let newest = tx.one("SELECT MAX(seq) FROM event", &[], |row| row.get::<i64>(0))?;
            Ok((newest, events::head(tx, Some(id(1)))?))
        });
        let (newest, head) = all.await.expect("events");
        let visible = home.db.read::<_, Error>(Scope::Workspace(id(1)), move |tx| {
            tx.one("SELECT COUNT(*) FROM event WHERE (x, seq) > ($1, $2)", &[&head.x, &head.seq], |row| {
                row.get::<i64>(0)
            })
        });
        newest.is_some() && visible.await.expect("a count") == Some(0)
    })
    .await;
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.expect("a reader");
    }
    assert!(committed > 700 && rollbacks.load(Ordering::Relaxed) > 3, "{committed} events, {rollbacks:?} rollbacks");
    let effects = home.db.read::<_, Error>(Scope::Workspace(id(1)), |tx| {
        tx.rows("SELECT seq, account_id, version FROM effect ORDER BY n", &[], |row| {
            Ok((row.get::<i64>(0)?, row.get::<Uuid>(1)?, row.get::<i64>(2)?))
        })
    });
    let effects = effects.await.expect("effects");
    let distinct: HashSet<i64> = effects.iter().map(|one| one.0).collect();
    assert_eq!((effects.len(), distinct.len()), (committed, committed), "done, and done once, of {committed}");
    // the order of effects within one transaction is the order of reading; transactions were serial by the place's lock
    let mut versions: HashMap<Uuid, i64> = HashMap::new();
    for (seq, account, version) in effects {
        let last = versions.entry(account).or_insert(0);
        assert_eq!(version, *last + 1, "account {account}, event {seq}");
        *last = version;
    }
    assert_eq!(versions.len() as u64, ACCOUNTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_without_its_lock_is_refused() {
    for home in [Home::sqlite().await, Home::postgres().await] {
        let home = home.with("").await;
        let bare = home.db.write(Scope::System, |tx| events::append(tx, &event(1, id(1), Some(id(2)))));
        assert!(matches!(bare.await, Err(Error::Other(text)) if text.contains("tx.lock(&[account])")));
        let of_workspace = home.db.write(Scope::System, |tx| events::append(tx, &event(1, id(1), None)));
        assert_eq!(of_workspace.await, Ok(None));
        let late = home.db.write(Scope::System, |tx| {
            tx.lock(&[id(2)])?;
            events::append(tx, &event(2, id(1), Some(id(2))))?;
            tx.lock(&[id(3)])?;
            events::append(tx, &event(3, id(1), Some(id(3))))
        });
        assert_eq!(late.await, Ok(Some(1)), "a late lock is fine when nobody came between");
        let foreign = home.db.write(Scope::Workspace(id(9)), |tx| {
            tx.lock(&[id(2)])?;
            events::append(tx, &event(4, id(1), Some(id(2))))
        });
        assert!(matches!(foreign.await, Err(Error::Other(text)) if text.contains("another workspace")));
    }
}

/// A reader must not pass an event whose transaction began earlier and commits later.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_transaction_is_waited_for() {
    let home = Home::postgres().await.with("").await;
    let scope = Scope::Workspace(id(1));
    let append = move |tx: &mut Tx<'_>, number: u128, account: u128| {
        tx.lock(&[id(account)])?;
        events::append(tx, &event(number, id(1), Some(id(account))))
    };
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (told, began) = tokio::sync::oneshot::channel();
    let (held, told) = (std::sync::Mutex::new(held), std::sync::Mutex::new(Some(told)));
    let db = home.db.clone();
    let slow = tokio::spawn(async move {
        db.write(scope, move |tx| {
            append(tx, 1, 2)?;
            told.lock().expect("one").take().map(|told| told.send(()));
            let _ = held.lock().expect("one").recv_timeout(Duration::from_secs(5));
            Ok::<_, Error>(())
        })
        .await
    });
    began.await.expect("the slow one has its place");
    home.db.write(scope, move |tx| append(tx, 2, 3)).await.expect("a quick one");
    let seen = AtomicI64::new(0);
    let look = || home.db.read::<_, Error>(scope, |tx| events::after(tx, Some(id(1)), Cursor::START, 10));
    assert_eq!(look().await.expect("events").len(), 0, "the quick one is committed, but not passed yet");
    let start = home.db.read::<_, Error>(scope, |tx| events::head(tx, Some(id(1)))).await.expect("a head");
    drop(release);
    slow.await.expect("a task").expect("committed");
    eventually("both are seen", async || {
        let found = home.db.read::<_, Error>(scope, move |tx| events::after(tx, Some(id(1)), start, 10));
        let found = found.await.expect("events");
        seen.store(i64::try_from(found.len()).expect("few"), Ordering::Relaxed);
        found.iter().map(|one| one.id).eq([id(1), id(2)])
    })
    .await;
    assert_eq!(seen.load(Ordering::Relaxed), 2);
}

/// A transaction that writes first and locks later must not put its event before one that was there already.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_came_too_late_starts_again() {
    for account in [Some(id(2)), None] {
        let home = Home::postgres().await.with("").await;
        let (scope, runs) = (Scope::Workspace(id(1)), Arc::new(AtomicU32::new(0)));
        let (go, went) = std::sync::mpsc::channel::<()>();
        let (told, began) = tokio::sync::oneshot::channel();
        let (went, told) = (std::sync::Mutex::new(went), std::sync::Mutex::new(Some(told)));
        let (db, counted) = (home.db.clone(), runs.clone());
        let early = tokio::spawn(async move {
            let wrote = db.write::<_, Error>(scope, move |tx| {
                tx.lock(&[id(3)])?;
                let number = u128::from(counted.fetch_add(1, Ordering::SeqCst)) + 1;
                events::append(tx, &event(10 + number, id(1), Some(id(3))))?; // now it has its transaction id
                told.lock().expect("one").take().map(|told| told.send(()));
                let _ = went.lock().expect("one").recv_timeout(Duration::from_secs(5));
                tx.lock(account.as_slice())?;
                events::append(tx, &event(20, id(1), account))
            });
            wrote.await
        });
        began.await.expect("it has begun");
        let between = home.db.write::<_, Error>(scope, move |tx| {
            tx.lock(account.as_slice())?;
            events::append(tx, &event(21, id(1), account))
        });
        assert_eq!(between.await, Ok(account.map(|_| 1)));
        drop(go);
        assert_eq!(early.await.expect("a task"), Ok(account.map(|_| 2)));
        assert_eq!(runs.load(Ordering::SeqCst), 2, "it started again with a later transaction id");
        let order = home.db.read::<_, Error>(scope, |tx| {
            tx.rows("SELECT id FROM event WHERE id IN ($1, $2) ORDER BY x, seq", &[&id(20), &id(21)], |row| row.get(0))
        });
        assert_eq!(order.await, Ok(vec![id(21), id(20)]));
    }
}
