//! SQLite: one writer thread with group commit and a few read-only connections with a deadline.

mod queue;
mod reader;
pub(crate) mod statement;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) use queue::Lane;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::run::{Job, Wake};
use queue::Queue;
use reader::Readers;
use writer::Writer;

/// Truncate the write-ahead file to this size after a checkpoint, so that one large write does not keep its disk.
const JOURNAL_SIZE_LIMIT: u64 = 64 * 1024 * 1024;
/// Pages in the write-ahead file before SQLite moves them into the database (4 MB).
const CHECKPOINT_PAGES: u32 = 1_000;
/// Page cache per connection, in KiB.
const CACHE_KIB: u32 = 32 * 1024;

pub(crate) struct Sqlite {
    pub queue: Arc<Queue>,
    pub readers: Arc<Readers>,
    /// Closed by the end of the writer thread, whatever ended it.
    pub alive: watch::Receiver<()>,
    lock_timeout: Duration,
}

impl Sqlite {
    pub fn open(file: &Path, config: &Config, wake: Arc<Wake>) -> Result<Sqlite> {
        let connection = connect(file, config)?;
        let queue = Arc::new(Queue::new(config.interactive_queue, config.bulk_queue));
        let alive = Writer::start(connection, queue.clone(), wake, config.poll)?;
        let readers = Arc::new(Readers::new(file.to_owned(), config.clone()));
        Ok(Sqlite { queue, readers, alive, lock_timeout: config.lock_timeout })
    }

    /// Puts the job into the writer's queue, which answers it; an error when it cannot come in.
    pub async fn write(&self, lane: Lane, job: Box<dyn Job>) -> Result<()> {
        let room = self.queue.room(lane);
        let Ok(room) = timeout(self.lock_timeout, room.acquire_owned()).await else {
            return Err(Error::Busy("the queue of writes is full".to_owned()));
        };
        let room = room.map_err(|_| Error::Gone)?;
        self.queue.push(lane, job, room)
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// A connection with the settings that every connection of ours has.
pub(crate) fn connect(file: &Path, config: &Config) -> Result<Connection> {
    let connection = Connection::open(file).map_err(|error| {
        Error::Unavailable(format!(
            "{}: {error}; does the folder exist, and may this user write there?",
            file.display()
        ))
    })?;
    connection.busy_timeout(config.lock_timeout)?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; PRAGMA journal_size_limit = {JOURNAL_SIZE_LIMIT};
         PRAGMA cache_size = -{CACHE_KIB}; PRAGMA temp_store = MEMORY;"
    ))?;
    // Without it SQLite looks at the values that are bound, and compiles a kept statement anew each time they change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(config.statement_cache);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::config::Database;

    #[test]
    fn a_kept_statement_is_compiled_once() {
        let file = Path::new(":memory:");
        let config = Config::new(Database::Sqlite { file: file.to_owned() });
        let connection = connect(file, &config).expect("a connection");
        // A partial index has the planner compare its condition with what is bound.
        connection
            .execute_batch("CREATE TABLE one (a INTEGER, b INTEGER); CREATE INDEX some ON one (a) WHERE b = 1;")
            .expect("a table");
        let mut statement = connection.prepare("SELECT a FROM one WHERE a = $1 AND b = $2").expect("a statement");
        for value in 0..10 {
            statement.query([value, value + 1]).expect("an answer").next().expect("no row");
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
