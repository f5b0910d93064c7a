//! Large files through the import, from the first byte that is sent to the last row that is written.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::data::{Data, On};
use crate::seed::{self, Seeded};
use crate::server::Server;
use crate::{Rows, files};

const SCORES_EACH: usize = 100;
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Longer than any of them may take.
const TIME_MAX: Duration = Duration::from_secs(400);

/// 10,000 accounts with their contracts: as a report, and as a list of contracts.
pub fn accounts(on: On) -> Result<Rows, String> {
    let kinds =
        [("a progress report", files::accounts(seed::ACCOUNTS)), ("contracts", files::contracts(seed::ACCOUNTS))];
    let mut rows = Rows::new();
    for (what, file) in kinds {
        let data = Data::new(on)?;
        let seeded = seed::seed(&data, 0)?;
        let server = Server::start(&data)?;
        let came = imported(&Client::new(&server, &seeded, false), &file)?;
        rows.push((
            format!("{on}: import of 10,000 accounts with contracts, from {what}"),
            "<= 5 s".into(),
            came.to_string(),
        ));
    }
    Ok(rows)
}

/// A million scores, and how much memory they take.
pub fn scores(on: On) -> Result<Rows, String> {
    let data = Data::new(on)?;
    let seeded = seed::seed(&data, 0)?;
    let server = Server::start(&data)?;
    let client = Client::new(&server, &seeded, false);
    imported(&client, &files::accounts(seed::ACCOUNTS))?;
    drop(server);
    // Idle is what a server takes that has only just begun.
    let server = Server::start(&data)?;
    let client = Client::new(&server, &seeded, false);
    let file = files::scores(seed::ACCOUNTS, SCORES_EACH, seeded.today);
    let (came, idle, peak) = watched(&server, &seeded, || imported(&client, &file))?;
    Ok(vec![
        (format!("{on}: import of 1,000,000 scores"), "<= 60 s".into(), came?.to_string()),
        (format!("{on}: memory above idle meanwhile"), "<= 150 MB".into(), format!("{:.0} MB", peak - idle)),
    ])
}

/// Does something and looks at the server's memory meanwhile: its result, idle MB and the most MB.
fn watched<T>(server: &Server, seeded: &Seeded, what: impl FnOnce() -> T) -> Result<(T, f64, f64), String> {
    Client::new(server, seeded, true).get(&format!("/w/{}/portfolio", seeded.slug))?;
    let idle = server.resident_mb()?;
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut most: f64 = 0.0;
            while !is_done.load(Ordering::Relaxed) {
                most = most.max(server.resident_mb().unwrap_or(0.0));
                std::thread::sleep(LOOK_EVERY);
            }
            most
        });
        let result = what();
        is_done.store(true, Ordering::Relaxed);
        let most = watching.join().map_err(|_| "the watcher panicked".to_owned())?;
        Ok((result, idle, most))
    })
}

/// How long each part took.
pub struct Came {
    checked: Duration,
    written: Duration,
}

impl std::fmt::Display for Came {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (checked, written) = (self.checked.as_secs_f64(), self.written.as_secs_f64());
        write!(f, "{:.1} s ({checked:.1} s until it is checked, {written:.1} s to write)", checked + written)
    }
}

pub fn imported(client: &Client<'_>, file: &[u8]) -> Result<Came, String> {
    let began = Instant::now();
    let staged = client.upload("file.csv", file)?;
    let id = staged["id"].as_str().ok_or("an import has an id")?.to_owned();
    let staged = settled(client, &id)?;
    if staged["counts"]["refused"] != json!(0) || staged["questions"] != json!([]) {
        return Err(format!("the file is not as it should be: {staged}"));
    }
    let checked = began.elapsed();
    client.post(&format!("/api/v1/imports/{id}/apply"), &json!({}))?;
    let done = settled(client, &id)?;
    if done["status"] != json!("applied") {
        return Err(format!("the import ended otherwise: {done}"));
    }
    Ok(Came { checked, written: began.elapsed().saturating_sub(checked) })
}

fn settled(client: &Client<'_>, id: &str) -> Result<Value, String> {
    let began = Instant::now();
    while began.elapsed() < TIME_MAX {
        let import = client.json(&format!("/api/v1/imports/{id}"))?;
        if import["progress"].is_null() {
            return Ok(import);
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Err(format!("the import was not done in {} s", TIME_MAX.as_secs()))
}
