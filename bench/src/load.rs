//! Requests at a fixed rate whatever the answers take (open loop), and one after another for CPU time.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Rows;
use crate::client::Client;
use crate::data::On;
use crate::seed::Seeded;
use crate::server::Server;

const RATE_PER_SECOND: u32 = 100;
const OPEN_LOOP: usize = 1_500;
const CLIENTS: usize = 8;
const ONE_BY_ONE: usize = 1_000;
const WARM_UP: usize = 100;
const SCORES: usize = 1_000;

/// How the server begins, and what it takes with nothing to do.
pub fn beginning(on: On, server: &Server) -> Result<Rows, String> {
    let (first, idle) = (format!("{} ms", server.first_page_ms), format!("{:.0} MB", server.resident_mb()?));
    Ok(vec![
        (format!("{on}: start to first page"), "<= 500 ms".into(), first),
        (format!("{on}: idle memory"), "<= 60 MB".into(), idle),
    ])
}

/// The report and the account, as JSON and as HTML.
pub fn pages(on: On, server: &Server, seeded: &Seeded) -> Result<Rows, String> {
    let account = seeded.accounts[seeded.accounts.len() / 2];
    let slug = seeded.slug;
    let asked = [
        ("report of 100 rows, JSON", "/api/v1/portfolio?limit=100&sort=-overall".to_owned(), false, "<= 1 CPU-ms"),
        ("report of 100 rows, HTML", format!("/w/{slug}/portfolio?sort=-overall"), true, "<= 2.5 CPU-ms"),
        ("account, JSON", format!("/api/v1/accounts/{account}"), false, "<= 1 CPU-ms"),
        ("account, HTML", format!("/w/{slug}/accounts/{account}"), true, "<= 2.5 CPU-ms"),
    ];
    let mut rows = Rows::new();
    for (what, path, html, target) in asked {
        let client = Client::new(server, seeded, html);
        for _ in 0..WARM_UP {
            client.get(&path)?;
        }
        let before = server.cpu_seconds()?;
        for _ in 0..ONE_BY_ONE {
            client.get(&path)?;
        }
        let cpu_ms = (server.cpu_seconds()? - before) * 1000.0 / ONE_BY_ONE as f64;
        let mut latencies = open_loop(server, seeded, html, &path)?;
        let (p50, p99) = (percentile(&mut latencies, 0.50), percentile(&mut latencies, 0.99));
        rows.push((format!("{on}: {what}, CPU per request"), target.into(), format!("{cpu_ms:.2} ms")));
        rows.push((
            format!("{on}: {what}, latency at {RATE_PER_SECOND}/s"),
            "p99 <= 5 ms".into(),
            format!("p50 {p50:.2} ms, p99 {p99:.2} ms"),
        ));
    }
    Ok(rows)
}

/// Latencies in ms, each counted from when its request was due: a slow answer delays no measurement.
fn open_loop(server: &Server, seeded: &Seeded, html: bool, path: &str) -> Result<Vec<f64>, String> {
    let (began, next) = (Instant::now(), AtomicUsize::new(0));
    let gap = Duration::from_secs(1) / RATE_PER_SECOND;
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let client = Client::new(server, seeded, html);
                    let mut latencies = Vec::new();
                    loop {
                        let turn = next.fetch_add(1, Ordering::Relaxed);
                        if turn >= OPEN_LOOP {
                            return Ok::<Vec<f64>, String>(latencies);
                        }
                        let due = began + gap * turn as u32;
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                        client.get(path)?;
                        latencies.push(due.elapsed().as_secs_f64() * 1000.0);
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.join().map_err(|_| "a client panicked".to_owned())??);
        }
        Ok::<_, String>(all)
    })
}

/// Recording a score, one after another, all over the accounts.
pub fn scores(on: On, server: &Server, seeded: &Seeded, accounts: usize) -> Result<Rows, String> {
    let client = Client::new(server, seeded, false);
    let mut latencies = Vec::new();
    let before = server.cpu_seconds()?;
    for turn in 0..SCORES + WARM_UP {
        let account = seeded.accounts[turn * 7_919 % seeded.accounts.len()];
        let began = Instant::now();
        let value = (turn % 100) as f64 / 10.0;
        client.put(&format!("/api/v1/accounts/{account}/scores/launched"), &serde_json::json!({ "value": value }))?;
        if turn >= WARM_UP {
            latencies.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let cpu_ms = (server.cpu_seconds()? - before) * 1000.0 / (SCORES + WARM_UP) as f64;
    let (p50, p99) = (percentile(&mut latencies, 0.50), percentile(&mut latencies, 0.99));
    Ok(vec![(
        format!("{on}: recording a score, {accounts} accounts"),
        "p50 <= 2 ms, flat".into(),
        format!("p50 {p50:.2} ms, p99 {p99:.2} ms, CPU {cpu_ms:.2} ms"),
    )])
}

pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share) as usize;
    values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}
