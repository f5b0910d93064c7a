//! Data points of programs: rows a second beside a bare loop of the driver, and how soon a crossing is an event.
#![expect(clippy::cast_precision_loss, reason = "figures for people")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Client;
use crate::data::{Data, On};
use crate::seed::{self, Seeded};
use crate::server::Server;
use crate::{Rows, files, imports};

const BATCH: usize = 1_000;
const BATCHES: usize = 200;
const SENDERS: usize = 2;
const NAMES: [&str; 4] = ["seats_used", "logins", "exports", "latency_ms"];
/// The load under which crossings are waited for.
const BATCHES_PER_SECOND: u32 = 5;
const PROBES: usize = 100;
const PROBE_EVERY: Duration = Duration::from_millis(200);
const SEEN_WITHIN: Duration = Duration::from_secs(10);

/// Everything about signals: the bare loop, few accounts, many accounts, crossings.
pub fn all(on: On) -> Result<Rows, String> {
    let bare = bare(on)?;
    let (few, _) = rate(on, 100, false)?;
    let (many, crossings) = rate(on, seed::ACCOUNTS, true)?;
    let share = |rate: f64| format!("{rate:.0} rows/s, {:.0} % of the bare loop's {bare:.0}", rate / bare * 100.0);
    let mut rows = vec![
        (format!("{on}: signals in batches of 1,000, 100 accounts"), ">= 50 %".into(), share(few)),
        (format!("{on}: the same, 10,000 accounts"), ">= 50 %".into(), share(many)),
        (format!("{on}: a row with 10,000 accounts beside one with 100"), "<= 1".into(), format!("{:.2}", few / many)),
    ];
    rows.extend(crossings);
    Ok(rows)
}

/// The n-th point of the run: each is new, its values and accounts are spread.
fn point(n: usize, accounts: &[String]) -> (usize, &str, &'static str, i64) {
    let account = n.wrapping_mul(7_919) % accounts.len();
    (account, &accounts[account], NAMES[n % NAMES.len()], i64::try_from(n * 31 % 100).unwrap_or(0))
}

fn at(began: Timestamp, n: usize) -> Timestamp {
    began - SignedDuration::from_secs(3_600) + SignedDuration::from_millis(i64::try_from(n).unwrap_or(0))
}

fn body(began: Timestamp, batch: usize, accounts: &[String]) -> Value {
    let signals: Vec<Value> = (batch * BATCH..(batch + 1) * BATCH)
        .map(|n| {
            let (_, account, name, value) = point(n, accounts);
            json!({ "account": account, "name": name, "value": value, "at": at(began, n), "id": format!("m-{n}"), "source": "bench" })
        })
        .collect();
    json!({ "signals": signals })
}

/// Rows a second; with many accounts also how soon crossings are seen.
fn rate(on: On, count: usize, with_crossings: bool) -> Result<(f64, Rows), String> {
    let data = Data::new(on)?;
    let seeded = seed::seed(&data, 0)?;
    let server = Server::start(&data)?;
    let client = Client::new(&server, &seeded, false);
    imports::imported(&client, &files::accounts(count))?;
    let accounts = ids(&client)?;
    // Levels that are looked at with each point and never crossed.
    for (measure, days) in [("last", 1), ("sum", 30)] {
        let level =
            json!({ "signal": "seats_used", "measure": measure, "days": days, "side": "at_least", "level": 1e8 });
        client.post("/api/v1/thresholds", &level)?;
    }
    let began_at = Timestamp::now();
    let next = AtomicUsize::new(0);
    // The bodies are made before, as a sender's work is not what is measured.
    let bodies: Vec<Value> = (0..BATCHES).map(|batch| body(began_at, batch, &accounts)).collect();
    let began = Instant::now();
    senders(&server, &seeded, &next, &bodies)?;
    let rate = (BATCHES * BATCH) as f64 / began.elapsed().as_secs_f64();
    let crossings = if with_crossings { crossings(on, &server, &seeded, &accounts)? } else { Rows::new() };
    Ok((rate, crossings))
}

fn senders(server: &Server, seeded: &Seeded, next: &AtomicUsize, bodies: &[Value]) -> Result<(), String> {
    std::thread::scope(|scope| {
        let sending: Vec<_> = (0..SENDERS)
            .map(|_| {
                scope.spawn(|| {
                    let client = Client::new(server, seeded, false);
                    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let taken = client.post("/api/v1/signals", body)?;
                        if taken["recorded"] != json!(BATCH) {
                            return Err(format!("not all were recorded: {taken}"));
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        sending.into_iter().try_for_each(|one| one.join().map_err(|_| "a sender panicked".to_owned())?)
    })
}

fn ids(client: &Client<'_>) -> Result<Vec<String>, String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.json(&format!("/api/v1/accounts?limit=200{cursor}"))?;
        let data = page["data"].as_array().ok_or("a list has data")?;
        ids.extend(data.iter().filter_map(|account| account["id"].as_str().map(str::to_owned)));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(ids),
        }
    }
}

/// While 5,000 points a second arrive, single ones cross a level: how soon is that an event that anybody can read?
fn crossings(on: On, server: &Server, seeded: &Seeded, accounts: &[String]) -> Result<Rows, String> {
    let client = Client::new(server, seeded, false);
    let level = json!({ "signal": "pressure", "measure": "last", "side": "at_least", "level": 10 });
    client.post("/api/v1/thresholds", &level)?;
    let is_over = AtomicBool::new(false);
    let began_at = Timestamp::now();
    let mut waited = std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let client = Client::new(server, seeded, false);
            let began = Instant::now();
            for batch in 0_u32.. {
                let due = Duration::from_secs(1) * batch / BATCHES_PER_SECOND;
                std::thread::sleep(due.saturating_sub(began.elapsed()));
                if is_over.load(Ordering::Relaxed) {
                    return Ok::<_, String>(f64::from(batch) * BATCH as f64 / began.elapsed().as_secs_f64());
                }
                client.post("/api/v1/signals", &body(began_at, BATCHES + batch as usize, accounts))?;
            }
            Ok(0.0)
        });
        let waited: Result<Vec<Duration>, String> = (0..PROBES)
            .map(|n| {
                let began = Instant::now();
                let seen = crossed(&client, &accounts[n * 97 % accounts.len()])?;
                std::thread::sleep(PROBE_EVERY.saturating_sub(began.elapsed()));
                Ok(seen)
            })
            .collect();
        is_over.store(true, Ordering::Relaxed);
        let arrived = load.join().map_err(|_| "the load panicked".to_owned())??;
        if arrived < 4_500.0 {
            eprintln!("bench: {on}: only {arrived:.0} points/s arrived beside the crossings");
        }
        waited
    })?;
    waited.sort_unstable();
    let ms = |share: usize| waited[(waited.len() * share / 100).min(waited.len() - 1)].as_millis();
    Ok(vec![(
        format!("{on}: signal to crossing event, while 5,000/s arrive"),
        "p99 <= 250 ms".into(),
        format!("p50 {} ms, p99 {} ms", ms(50), ms(99)),
    )])
}

/// Sends a point that crosses and waits until the account's timeline tells it.
fn crossed(client: &Client<'_>, account: &str) -> Result<Duration, String> {
    let began = Instant::now();
    client.post("/api/v1/signals", &json!({ "signals": [{ "account": account, "name": "pressure", "value": 11 }] }))?;
    while began.elapsed() < SEEN_WITHIN {
        let newest = client.json(&format!("/api/v1/accounts/{account}/timeline?limit=1"))?;
        if newest["data"][0]["kind"] == "threshold_crossed" {
            return Ok(began.elapsed());
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    Err(format!("the crossing of {account} was not seen within {} s", SEEN_WITHIN.as_secs()))
}

const TABLE: &str =
    "CREATE TABLE data_point (id {uuid} PRIMARY KEY, workspace_id {uuid} NOT NULL, account_id {uuid} NOT NULL,
    name TEXT NOT NULL, at {time} NOT NULL, value BIGINT NOT NULL, source TEXT NOT NULL, recorded_at {time} NOT NULL,
    recorded_by {uuid}, subject_kind TEXT, subject_id {uuid}, actor {uuid}, sent {bool})";
const INDEX: &str =
    "CREATE INDEX data_point_series ON data_point (account_id, name, at DESC, recorded_at DESC, id DESC)";
const INSERT: &str =
    "INSERT INTO data_point (id, workspace_id, account_id, name, at, value, source, recorded_at, recorded_by, sent)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// The driver alone, inserting the same rows into a table with the same indexes, a thousand in a transaction.
fn bare(on: On) -> Result<f64, String> {
    let data = Data::new(on)?;
    let ids: Vec<Uuid> = (0..seed::ACCOUNTS as u128).map(|n| Uuid::from_u128((n << 64) | 0x0192_0000)).collect();
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let took = match on {
        On::Sqlite => bare_sqlite(&data, &ids, &names).map_err(|error| error.to_string())?,
        On::Postgres => bare_postgres(&data, &ids, &names)?,
    };
    Ok((BATCHES * BATCH) as f64 / took.as_secs_f64())
}

const WORKSPACE: Uuid = Uuid::from_u128(1);

/// Spread like a digest.
fn row_id(n: usize) -> Uuid {
    Uuid::from_u128((n as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

fn bare_sqlite(data: &Data, ids: &[Uuid], names: &[String]) -> Result<Duration, rusqlite::Error> {
    let mut db = rusqlite::Connection::open(data.folder.path().join("bare.db"))?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;")?;
    let table = TABLE.replace("{uuid}", "BLOB").replace("{time}", "TEXT").replace("{bool}", "INTEGER");
    db.execute_batch(&format!("{} STRICT; {INDEX};", table.replace("BIGINT", "INTEGER")))?;
    let (began, began_at) = (Instant::now(), Timestamp::now());
    for batch in 0..BATCHES {
        let tx = db.transaction()?;
        {
            let mut insert = tx.prepare_cached(INSERT)?;
            for n in batch * BATCH..(batch + 1) * BATCH {
                let (account, _, name, value) = point(n, names);
                let (id, at) = (row_id(n), at(began_at, n).to_string());
                let who = WORKSPACE.as_bytes();
                let account = ids[account].as_bytes();
                insert.execute(params![id.as_bytes(), who, account, name, at, value * WHOLE, "bench", at, who, 1])?;
            }
        }
        tx.commit()?;
    }
    Ok(began.elapsed())
}

/// Millionths of one.
const WHOLE: i64 = 1_000_000;

fn bare_postgres(data: &Data, ids: &[Uuid], names: &[String]) -> Result<Duration, String> {
    let url = std::env::var("MAINSTAY_TEST_POSTGRES").map_err(|error| error.to_string())?;
    let own = data.url.as_deref().and_then(|url| url.rsplit_once('/')).map_or("", |(_, name)| name);
    let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base);
    let failed = |error: postgres::Error| error.to_string();
    let mut db = postgres::Client::connect(&format!("{base}/{own}"), postgres::NoTls).map_err(failed)?;
    let table = TABLE.replace("{uuid}", "UUID").replace("{time}", "TIMESTAMPTZ").replace("{bool}", "BOOLEAN");
    db.batch_execute("CREATE SCHEMA bare; SET search_path = bare").map_err(failed)?;
    db.batch_execute(&format!("{table}; {INDEX};")).map_err(failed)?;
    let insert = db.prepare(INSERT).map_err(failed)?;
    let (began, began_at) = (Instant::now(), Timestamp::now());
    for batch in 0..BATCHES {
        let mut tx = db.transaction().map_err(failed)?;
        for n in batch * BATCH..(batch + 1) * BATCH {
            let (account, _, name, value) = point(n, names);
            let (id, at, value) = (row_id(n), std::time::SystemTime::from(at(began_at, n)), value * WHOLE);
            let row: [&(dyn postgres::types::ToSql + Sync); 10] =
                [&id, &WORKSPACE, &ids[account], &name, &at, &value, &"bench", &at, &WORKSPACE, &true];
            tx.execute(&insert, &row).map_err(failed)?;
        }
        tx.commit().map_err(failed)?;
    }
    Ok(began.elapsed())
}
