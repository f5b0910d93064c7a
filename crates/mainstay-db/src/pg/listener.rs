//! Commits of other processes: heard by LISTEN, or seen by a look once a second; ours are told by NOTIFY, coalesced.

use std::sync::{Arc, Weak};
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;

use super::Pool;
use crate::error::{Error, Result};

const CHANNEL: &str = "mainstay_committed";
/// All commits within this time are told by one NOTIFY, outside of any write.
const COALESCE: Duration = Duration::from_millis(50);

pub(super) fn start(pool: &Arc<Pool>) -> Result<()> {
    let listening = Arc::downgrade(pool);
    let thread = std::thread::Builder::new().name("database-listener".to_owned());
    let started = thread.spawn(move || listen_for_ever(&listening));
    started.map_err(|error| Error::other(format!("the listener thread could not start: {error}")))?;
    let (wake, announcing) = (pool.wake.clone(), Arc::downgrade(pool));
    tokio::spawn(async move {
        loop {
            wake.unannounced.notified().await;
            tokio::time::sleep(COALESCE).await;
            let Some(pool) = announcing.upgrade() else {
                return;
            };
            let told = pool.blocking(announce).await;
            if let Err(error) = told {
                tracing::debug!(%error, "a commit could not be announced; other processes will see it by polling");
            }
        }
    });
    Ok(())
}

fn announce(pool: &Pool) -> Result<()> {
    let mut connection = pool.take()?;
    let told = connection.batch(&format!("NOTIFY {CHANNEL}"));
    pool.give(connection);
    told
}

fn listen_for_ever(pool: &Weak<Pool>) {
    loop {
        let Some(strong) = pool.upgrade() else { return };
        let (every, wake) = (strong.config.poll, strong.wake.clone());
        let connected = strong.connect();
        drop(strong);
        let ended = connected.and_then(|mut connection| {
            wake.committed_elsewhere(); // whatever was told while nobody listened
            listen(pool, &mut connection.client, every)
        });
        match ended {
            Ok(()) => return,
            Err(error) => {
                tracing::debug!(%error, "the database's announcements cannot be heard; trying again");
            }
        }
        std::thread::sleep(every);
    }
}

/// Until the connection breaks (an error) or the pool is gone.
fn listen(pool: &Weak<Pool>, client: &mut postgres::Client, every: Duration) -> Result<()> {
    if let Err(error) = client.batch_execute(&format!("LISTEN {CHANNEL}")) {
        tracing::warn!(%error, "this server has no LISTEN; commits of other processes are found by polling");
    }
    let mut seen = String::new();
    loop {
        let heard = client.notifications().timeout_iter(every).next()?.is_some();
        let Some(pool) = pool.upgrade() else {
            return Ok(());
        };
        if heard {
            while client.notifications().iter().next()?.is_some() {}
            pool.wake.committed_elsewhere();
            continue;
        }
        let now: String = client.query_one("SELECT pg_snapshot_xmax(pg_current_snapshot())::text", &[])?.get(0);
        if now != seen {
            seen = now;
            pool.wake.committed_elsewhere();
        }
    }
}
