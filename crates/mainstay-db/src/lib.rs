//! One data layer over SQLite (embedded) and PostgreSQL (shared): transactions, migrations and the event spine.
//!
//! Every query is written once, as portable SQL with `$n`, in plain synchronous functions over `&mut Tx`.

pub mod config;
pub mod error;
pub mod events;
pub mod migrate;
pub mod statement;

mod db;
mod health;
mod pg;
mod run;
mod sqlite;
mod transaction;
mod value;

pub use config::{Config, Database};
pub use db::Db;
pub use error::{Error, Result};
pub use health::Health;
pub use migrate::{Migrated, Migration};
pub use transaction::{IDS_AT_ONCE, Row, Tx, id_places, only};
pub use value::{Col, Param, Value};

use uuid::Uuid;

/// Whose rows a transaction may see. On PostgreSQL row-level security holds it; on both, queries name the workspace too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Workspace(Uuid),
    System,
}

/// Which database answers; only `Tx::by` and the migration runner fork on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    Sqlite,
    Postgres,
}
