//! kill -9 under eight writers: nothing acknowledged is lost, nothing is doubled, the server is back at once.
//!
//! Every write carries an Idempotency-Key. What was in flight at the crash is sent again with its key, as a careful
//! client does; then every note must stand in the history exactly once. 20 rounds, 200 under `bin/soak`.
#![expect(clippy::disallowed_methods, reason = "rounds come by the environment, and a restart is timed")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::both;
use crate::harness::{Browser, House, Server};

const WRITERS: usize = 8;
const ACCOUNTS: usize = 4;
/// Time to write between two crashes; odd, so that crashes fall on different places of a write.
const BETWEEN: [u64; 5] = [37, 83, 131, 59, 173];
const PATIENCE: Duration = Duration::from_secs(5);
const RESTART_MAX: Duration = Duration::from_secs(2);

fn rounds() -> usize {
    if std::env::var_os("MAINSTAY_SOAK").is_some() { 200 } else { 20 }
}

/// One write: who, which, and whether it was acknowledged.
struct Write {
    key: String,
    account: String,
    acknowledged: bool,
}

impl Write {
    fn send(&self, browser: &Browser, base: &str) -> Result<u16, ()> {
        let body = json!({ "value": 6.5, "note": self.key }).to_string();
        let path = format!("{base}/api/v1/accounts/{}/scores/launched", self.account);
        browser.send_quietly("PUT", &path, &self.key, &body)
    }
}

fn write_until_killed(
    browser: &Browser,
    base: &str,
    accounts: &[String],
    who: usize,
    round: usize,
    (stop, acknowledged): (&AtomicBool, &AtomicUsize),
) -> Vec<Write> {
    let mut writes = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let key = format!("round {round} writer {who} write {}", writes.len());
        let mut write =
            Write { key, account: accounts[(who + writes.len()) % accounts.len()].clone(), acknowledged: false };
        let answer = write.send(browser, base);
        write.acknowledged = answer == Ok(200);
        acknowledged.fetch_add(usize::from(write.acknowledged), Ordering::Relaxed);
        let is_over = answer.is_err();
        writes.push(write);
        if is_over {
            break;
        }
    }
    writes
}

both!(
    fn nothing_acknowledged_is_lost_soak(on) {
        let mut house = House::new(on);
        let accounts: Vec<String> = (0..ACCOUNTS).map(|n| house.account(&format!("Account {n}"))).collect();
        let mut all: Vec<Write> = Vec::new();
        let mut slowest = Duration::ZERO;
        for round in 0..rounds() {
            let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
            let base = house.server.url.clone();
            let admin = house.admin.at(&base);
            let written: Vec<Write> = std::thread::scope(|scope| {
                let writers: Vec<_> = (0..WRITERS)
                    .map(|who| {
                        let (admin, base, accounts, told) = (&admin, &base, &accounts, (&stop, &acknowledged));
                        scope.spawn(move || write_until_killed(admin, base, accounts, who, round, told))
                    })
                    .collect();
                std::thread::sleep(Duration::from_millis(BETWEEN[round % BETWEEN.len()]));
                // On a busy machine the first answers take their time, and a crash before them tries nothing.
                let began = Instant::now();
                while acknowledged.load(Ordering::Relaxed) < WRITERS && began.elapsed() < PATIENCE {
                    std::thread::sleep(Duration::from_millis(1));
                }
                house.server.kill();
                stop.store(true, Ordering::Relaxed);
                writers.into_iter().flat_map(|writer| writer.join().expect("a writer ends")).collect()
            });
            let began = Instant::now();
            house.server = Server::start(&house.data);
            slowest = slowest.max(began.elapsed());
            house.admin = house.admin.at(&house.server.url);
            for write in written.iter().filter(|write| !write.acknowledged) {
                assert_eq!(write.send(&house.admin, &house.server.url), Ok(200), "{}", write.key);
            }
            all.extend(written);
        }
        assert!(slowest <= RESTART_MAX, "a restart took {slowest:?}");
        let acknowledged = all.iter().filter(|write| write.acknowledged).count();
        assert!(acknowledged > rounds() * WRITERS / 2, "only {acknowledged} writes were acknowledged: the test tried too little");
        let stored = notes(&house, &accounts);
        for write in &all {
            assert_eq!(stored.get(&write.key), Some(&1), "{} stands so many times", write.key);
        }
        assert_eq!(stored.len(), all.len(), "nothing stands there that nobody wrote");
    }
);

/// How many times each note stands in the histories.
fn notes(house: &House, accounts: &[String]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for account in accounts {
        let mut cursor = String::new();
        loop {
            let page = house.admin.get(&format!("/api/v1/accounts/{account}/scores/launched?limit=200{cursor}"));
            assert_eq!(page.status, 200, "{}", page.body);
            let page = page.json();
            for score in page["data"].as_array().expect("a list has data") {
                *found.entry(score["note"].as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
    }
    found
}
