//! Where the database is, and every limit of the layer by name.

use std::path::PathBuf;
use std::time::Duration;

/// The two homes of the data.
#[derive(Clone, Debug)]
pub enum Database {
    Sqlite { file: PathBuf },
    Postgres { url: String },
}

/// The limits of one opened database. `Config::new` has the values for production.
#[derive(Clone, Debug)]
pub struct Config {
    pub database: Database,
    /// SQLite: read-only connections.
    pub readers: usize,
    /// PostgreSQL: connections at most, and so transactions at a time.
    pub pool: usize,
    /// How long one read may take, waiting for a connection included.
    pub read_deadline: Duration,
    /// How long to wait for a lock, for room in the writer's queue, or for a connection.
    pub lock_timeout: Duration,
    /// PostgreSQL: how long one statement of a write may take.
    pub statement_timeout: Duration,
    /// PostgreSQL: how long a transaction may sit idle before the server ends it.
    pub idle_in_transaction_timeout: Duration,
    /// PostgreSQL: how long one attempt to connect may take.
    pub connect_timeout: Duration,
    /// SQLite: jobs that may wait in the interactive lane; more callers wait outside.
    pub interactive_queue: usize,
    /// SQLite: jobs that may wait in the bulk lane.
    pub bulk_queue: usize,
    /// Prepared statements kept per connection.
    pub statement_cache: usize,
    /// How often commits of other processes are looked for when nothing announces them.
    pub poll: Duration,
}

impl Config {
    pub fn new(database: Database) -> Config {
        Config {
            database,
            readers: 4,
            pool: 16,
            read_deadline: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            idle_in_transaction_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            interactive_queue: 1024,
            bulk_queue: 64,
            statement_cache: 512,
            poll: Duration::from_secs(1),
        }
    }
}
