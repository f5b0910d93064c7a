//! What the server is told at start: command line, environment, defaults.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use mainstay_db::{Config, Database};

/// Where the data is: a folder with everything, or a PostgreSQL database beside it.
#[derive(Args, Clone, Debug)]
pub struct DataOptions {
    /// Folder that holds the data (database, files, keys); made when it is not there
    #[arg(long, env = "MAINSTAY_DATA_DIR", default_value = "mainstay-data", global = true)]
    pub data_dir: PathBuf,
    /// PostgreSQL instead of the SQLite file in the folder: `postgres://user:password@host/database`
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// PostgreSQL: the owner's address, used for migrations only; the application's role needs no right to change tables
    #[arg(long, env = "MAINSTAY_OWNER_DATABASE_URL", hide_env_values = true, global = true)]
    pub owner_database_url: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub struct ServeOptions {
    /// Address to listen on
    #[arg(long, env = "MAINSTAY_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address under which people reach the server, for links; the listening address otherwise
    #[arg(long, env = "MAINSTAY_BASE_URL")]
    pub base_url: Option<String>,
}

impl DataOptions {
    pub fn database(&self) -> Database {
        match &self.database_url {
            Some(url) => Database::Postgres { url: url.clone() },
            None => Database::Sqlite { file: self.data_dir.join("mainstay.db") },
        }
    }

    pub fn config(&self) -> Config {
        Config::new(self.database())
    }
}
