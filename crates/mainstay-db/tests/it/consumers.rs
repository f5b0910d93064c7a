//! Durable consumers: effects and cursor together, poison parked, workspaces apart.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use mainstay_db::events::{self, Consumer, Event, Ran, retry_parked};
use mainstay_db::{Db, Error, Scope, Tx};
use tokio::sync::watch;
use uuid::Uuid;

use crate::home::{Home, eventually, id, on_both};
use crate::spine::event;

const TABLES: &str = "CREATE TABLE effect (workspace_id {uuid} NOT NULL, event_id {uuid} NOT NULL){strict};
    -- tenant effect
    ";

on_both! { each_event_once_then_nothing poison_is_parked_and_retried workspaces_do_not_block_one_another
competing_instances_share_the_work a_passing_fault_is_not_counted a_reaction_may_append a_running_consumer_wakes_and_stops }

async fn append(db: &Db, workspace: Uuid, numbers: impl IntoIterator<Item = u128>) {
    for number in numbers {
        let account = id(workspace.as_u128() * 100_000 + number % 5);
        let done = db.write(Scope::Workspace(workspace), move |tx| {
            tx.lock(&[account])?;
            events::append(tx, &event(number, workspace, Some(account)))
        });
        done.await.expect("an event");
    }
}

fn effect(tx: &mut Tx<'_>, event: &Event) -> Result<(), Error> {
    let sql = "INSERT INTO effect (workspace_id, event_id) VALUES ($1, $2)";
    tx.exec(sql, &[&event.workspace, &event.id]).map(drop)
}

async fn effects(db: &Db) -> Vec<Uuid> {
    let read = db.read::<_, Error>(Scope::System, |tx| {
        tx.rows("SELECT event_id FROM effect ORDER BY event_id", &[], |row| row.get(0))
    });
    read.await.expect("effects")
}

/// Runs until all that is committed is seen: on PostgreSQL other tests' transactions can hold the mark back briefly.
async fn run_until(consumer: &Consumer, db: &Db, enough: impl Fn(&Ran) -> bool) -> Ran {
    let mut total = Ran::default();
    for _ in 0..1_500 {
        let ran = consumer.run_once(db).await.expect("ran");
        total.handled += ran.handled;
        total.parked += ran.parked;
        total.failed += ran.failed;
        if enough(&total) {
            return total;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("only {total:?}");
}

async fn each_event_once_then_nothing(home: Home) {
    let home = home.with(TABLES).await;
    append(&home.db, id(1), 100..180).await;
    append(&home.db, id(2), 200..210).await;
    let consumer = Consumer::new("digest", effect);
    let ran = run_until(&consumer, &home.db, |ran| ran.handled >= 90).await;
    assert_eq!(ran, Ran { handled: 90, parked: 0, failed: 0 });
    assert_eq!(consumer.run_once(&home.db).await, Ok(Ran::default()));
    assert_eq!(effects(&home.db).await, (100..180).chain(200..210).map(id).collect::<Vec<_>>());
    // another name starts at the beginning
    run_until(&Consumer::new("search", effect), &home.db, |ran| ran.handled >= 90).await;
    assert_eq!(effects(&home.db).await.len(), 180);
}

async fn poison_is_parked_and_retried(home: Home) {
    let home = home.with(TABLES).await;
    append(&home.db, id(1), 100..106).await;
    let healed = Arc::new(AtomicBool::new(false));
    let cured = healed.clone();
    let consumer = Consumer::new("digest", move |tx, event| {
        effect(tx, event)?;
        match event.id.as_u128() {
            102 if !cured.load(Ordering::SeqCst) => Err(Error::Other("cannot digest this".to_owned())),
            104 if !cured.load(Ordering::SeqCst) => panic!("choked"),
            _ => Ok(()),
        }
    });
    let consumer = consumer.attempts(3);
    let ran = run_until(&consumer, &home.db, |ran| ran.handled + ran.parked >= 6).await;
    assert_eq!(ran, Ran { handled: 4, parked: 2, failed: 4 });
    assert_eq!(effects(&home.db).await, [100, 101, 103, 105].map(id), "a failed attempt leaves nothing behind");
    let parked = home.db.read(Scope::Workspace(id(1)), |tx| events::parked(tx, id(1))).await.expect("parked");
    let told: Vec<_> = parked.iter().map(|one| (one.event, one.attempts, one.problem.as_str())).collect();
    assert_eq!(told, [(id(102), 3, "cannot digest this"), (id(104), 3, "it panicked: choked")]);
    assert_eq!(retry_parked(&home.db, &consumer, id(1), id(102)).await, Ok(false));
    healed.store(true, Ordering::SeqCst);
    assert_eq!(retry_parked(&home.db, &consumer, id(1), id(102)).await, Ok(true));
    assert!(retry_parked(&home.db, &consumer, id(1), id(102)).await.is_err(), "it is not parked any more");
    assert_eq!(effects(&home.db).await, [100, 101, 102, 103, 105].map(id));
    let parked = home.db.read(Scope::Workspace(id(1)), |tx| events::parked(tx, id(1))).await.expect("parked");
    assert_eq!(parked.len(), 1);
}

async fn workspaces_do_not_block_one_another(home: Home) {
    let home = home.with(TABLES).await;
    append(&home.db, id(1), 100..103).await;
    append(&home.db, id(2), 200..203).await;
    append(&home.db, id(3), 300..303).await;
    let consumer = Consumer::new("digest", |tx, event| {
        effect(tx, event)?;
        if event.workspace == id(2) { Err(Error::Other("never".to_owned())) } else { Ok(()) }
    });
    let consumer = consumer.attempts(1_000);
    let ran = run_until(&consumer, &home.db, |ran| ran.handled >= 6).await;
    assert!(ran.handled == 6 && ran.parked == 0 && ran.failed > 0, "{ran:?}");
    assert_eq!(effects(&home.db).await, [100, 101, 102, 300, 301, 302].map(id));
}

async fn competing_instances_share_the_work(home: Home) {
    let home = home.with(TABLES).await;
    for workspace in 1..=4 {
        append(&home.db, id(workspace), workspace * 1000..workspace * 1000 + 40).await;
    }
    let injected = Arc::new(AtomicU32::new(0));
    let faults = injected.clone();
    let consumer = Consumer::new("digest", move |tx, event| {
        effect(tx, event)?;
        match faults.fetch_add(1, Ordering::Relaxed) % 23 {
            7 => Err(Error::Other("a fault".to_owned())),
            15 => Err(Error::Serialization("a conflict ends the whole transaction".to_owned())),
            _ => Ok(()),
        }
    });
    let consumer = consumer.attempts(100);
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let (db, consumer) = (home.db.clone(), consumer.clone());
            tokio::spawn(async move {
                for _ in 0..60 {
                    let _ = consumer.run_once(&db).await; // the injected conflict comes out here
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("an instance");
    }
    let found = effects(&home.db).await;
    let mut times: HashMap<Uuid, usize> = HashMap::new();
    for event in &found {
        *times.entry(*event).or_default() += 1;
    }
    assert!(injected.load(Ordering::Relaxed) > 160, "faults were injected");
    assert_eq!((found.len(), times.len()), (160, 160), "each event has one effect");
}

async fn a_passing_fault_is_not_counted(home: Home) {
    let home = home.with(TABLES).await;
    append(&home.db, id(1), 100..102).await;
    let tries = Arc::new(AtomicU32::new(0));
    let counted = tries.clone();
    let consumer = Consumer::new("digest", move |tx, event| {
        effect(tx, event)?;
        match counted.fetch_add(1, Ordering::SeqCst) {
            0..20 => Err(Error::Busy("somebody else".to_owned())),
            _ => Ok(()),
        }
    });
    let consumer = consumer.attempts(2);
    let mut busy = 0;
    eventually("it passes", async || consumer.run_once(&home.db).await.is_ok_and(|ran| ran.handled == 2)).await;
    busy += tries.load(Ordering::SeqCst);
    assert_eq!(busy, 22);
    assert_eq!(effects(&home.db).await, [100, 101].map(id));
}

async fn a_reaction_may_append(home: Home) {
    let home = home.with(TABLES).await;
    append(&home.db, id(1), 100..110).await;
    let follow_up = |tx: &mut Tx<'_>, seen: &Event| {
        if seen.id.as_u128() >= 1_000 {
            return effect(tx, seen);
        }
        let mut next = event(seen.id.as_u128() + 1_000, seen.workspace, seen.account);
        next.cause = Some(seen.id);
        events::append(tx, &next)?;
        let mut other = event(seen.id.as_u128() + 2_000, seen.workspace, Some(id(999)));
        other.cause = Some(seen.id);
        events::append(tx, &other).map(drop)
    };
    let consumer = Consumer::new("chain", follow_up).locks(|_| vec![id(999)]);
    let ran = run_until(&consumer, &home.db, |ran| ran.handled >= 30).await;
    assert_eq!(ran, Ran { handled: 30, parked: 0, failed: 0 });
    assert_eq!(effects(&home.db).await.len(), 20);
    let of_other = home.db.read(Scope::Workspace(id(1)), |tx| events::of_account(tx, id(1), id(999), None, 100));
    let versions: Vec<_> = of_other.await.expect("events").iter().filter_map(|one| one.account_version).collect();
    assert_eq!(versions, (1..=10).rev().collect::<Vec<_>>());
}

async fn a_running_consumer_wakes_and_stops(home: Home) {
    let home = home.with(TABLES).await;
    let (stop, stopped) = watch::channel(false);
    let (db, consumer) = (home.db.clone(), Consumer::new("digest", effect));
    let running = tokio::spawn(async move { consumer.run(&db, stopped).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    append(&home.db, id(1), 100..105).await;
    eventually("the events are handled", async || effects(&home.db).await.len() == 5).await;
    stop.send(true).expect("it listens");
    tokio::time::timeout(Duration::from_secs(2), running).await.expect("stops").expect("a task");
}
