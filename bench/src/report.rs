//! What people ask of a report of 10,000 accounts with three years behind it: explanations, groups, ARR, files.
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::time::Instant;

use jiff::ToSpan;

use crate::client::Client;
use crate::data::On;
use crate::load::percentile;
use crate::seed::{OWN_FIELD, Seeded};
use crate::server::Server;
use crate::told;

const WARM_UP: usize = 5;
const ASKED: usize = 200;
/// For answers of a second and more.
const ASKED_SLOW: usize = 5;
const GROUPS: [&str; 9] =
    ["type", "associate", "industry", "geography", "overall", "launched", "gap", "end_quarter", "tenure"];

/// One question and the bound of its answer.
struct Question {
    what: &'static str,
    target: &'static str,
    /// Asked in turn.
    paths: Vec<String>,
    html: bool,
    times: usize,
}

fn question(what: &'static str, target: &'static str, path: String) -> Question {
    Question { what, target, paths: vec![path], html: false, times: ASKED }
}

/// Every question one after another, each with its median and its 99th percentile over HTTP; what fails is said.
pub fn all(on: On, server: &Server, seeded: &Seeded) {
    for asked in questions(seeded) {
        let found = match measured(server, seeded, &asked) {
            Ok(Times { p50, p99, cpu }) => format!("p50 {p50:.1} ms, p99 {p99:.1} ms, CPU {cpu:.1} ms"),
            Err(problem) => problem,
        };
        told(vec![(format!("{on}: {}", asked.what), asked.target.into(), found)]);
    }
    let what = format!("{on}: group by any field, with totals");
    told(vec![(what, "<= 20 ms".into(), groups(server, seeded).unwrap_or_else(|problem| problem))]);
}

fn questions(seeded: &Seeded) -> Vec<Question> {
    let (account, slug) = (seeded.accounts[seeded.accounts.len() / 2], seeded.slug);
    let explain = format!("/api/v1/accounts/{account}/explain");
    let days = |months: i32| seeded.today.saturating_sub(months.months());
    let (year, half) = (days(12), days(6));
    let arr = format!("from={year}&to={half}");
    let past: Vec<String> = (1..=35).map(|month| format!("as_of={}", days(month))).collect();
    let of = |before: &str| past.iter().map(|day| format!("{before}{day}")).collect::<Vec<_>>();
    vec![
        question("explain overall", "<= 5 ms", format!("{explain}/overall")),
        question("explain a step", "<= 5 ms", format!("{explain}/launched")),
        question(
            "explain a step, what moved it in half a year",
            "<= 5 ms",
            format!("{explain}/launched?from={half}&to={}", seeded.today),
        ),
        Question {
            html: true,
            ..question("explain a step, page", "<= 5 ms", format!("/w/{slug}/accounts/{account}/explain/launched"))
        },
        Question {
            paths: of("/api/v1/portfolio?limit=100&sort=-overall&"),
            ..question("report as of the day of any of 35 months, 100 rows", "p99 <= 10 ms", String::new())
        },
        Question {
            paths: of(&format!("/w/{slug}/portfolio?sort=-overall&")),
            html: true,
            ..question("the same as a page", "p99 <= 10 ms", String::new())
        },
        question("compare two dates half a year apart", "<= 50 ms", format!("/api/v1/compare?{arr}")),
        question("compare a day of last year with today", "<= 50 ms", format!("/api/v1/compare?from={year}")),
        Question {
            html: true,
            ..question("the same as a page", "<= 50 ms", format!("/w/{slug}/portfolio/compare?from={year}"))
        },
        question("ARR of half a year", "", format!("/api/v1/arr?{arr}")),
        question("ARR, movements of who grew", "", format!("/api/v1/arr/movements?{arr}&part=expansion")),
        question("ARR, movements of who left", "", format!("/api/v1/arr/movements?{arr}&part=churn")),
        Question { html: true, ..question("ARR page", "", format!("/w/{slug}/portfolio/arr?{arr}&part=expansion")) },
        Question {
            times: ASKED_SLOW,
            ..question("report of 10,000 rows as a workbook", "<= 2 s", "/api/v1/portfolio/export?format=xlsx".into())
        },
        Question {
            times: ASKED_SLOW,
            ..question("report of 10,000 rows as CSV", "", "/api/v1/portfolio/export?format=csv".into())
        },
    ]
}

/// In milliseconds: as the asker waits, and what the server's process worked for each answer.
struct Times {
    p50: f64,
    p99: f64,
    cpu: f64,
}

fn measured(server: &Server, seeded: &Seeded, asked: &Question) -> Result<Times, String> {
    let client = Client::new(server, seeded, asked.html);
    for path in asked.paths.iter().cycle().take(WARM_UP.min(asked.times)) {
        client.get(path)?;
    }
    let mut latencies = Vec::new();
    let before = server.cpu_seconds()?;
    for path in asked.paths.iter().cycle().take(asked.times) {
        let began = Instant::now();
        client.get(path)?;
        latencies.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let cpu = (server.cpu_seconds()? - before) * 1000.0 / asked.times as f64;
    Ok(Times { p50: percentile(&mut latencies, 0.50), p99: percentile(&mut latencies, 0.99), cpu })
}

/// One row of the table: the slowest kind of group, and the middle of all.
fn groups(server: &Server, seeded: &Seeded) -> Result<String, String> {
    let words = GROUPS.into_iter().map(str::to_owned).chain([format!("field.{OWN_FIELD}")]);
    let mut found = Vec::new();
    for word in words {
        let path = format!("/api/v1/portfolio?limit=1&group={word}");
        found.push((measured(server, seeded, &question("", "", path))?, word));
    }
    let middle = found.iter().map(|(times, _)| times.p50).sum::<f64>() / found.len() as f64;
    let slowest = found.into_iter().max_by(|(a, _), (b, _)| a.p50.total_cmp(&b.p50));
    let (Times { p50, p99, cpu }, word) = slowest.ok_or("no groups")?;
    Ok(format!("slowest, {word}: p50 {p50:.1} ms, p99 {p99:.1} ms, CPU {cpu:.1} ms; mean p50 of all {middle:.1} ms"))
}
