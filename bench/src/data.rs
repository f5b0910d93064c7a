//! Where a run keeps its data: memory-backed where there is one, so that figures are ours and not the disk's.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads its environment and the clock")]

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use mainstay_db::{Config, Database, Db};
use tempfile::TempDir;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Sqlite { "SQLite" } else { "PostgreSQL" })
    }
}

pub struct Data {
    pub folder: TempDir,
    pub url: Option<String>,
}

impl Data {
    pub fn new(on: On) -> Result<Self, String> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let folder = folder.map_err(|e| e.to_string())?;
        let url = match on {
            On::Sqlite => None,
            On::Postgres => Some(fresh_database(folder.path())?),
        };
        Ok(Self { folder, url })
    }

    pub fn options(&self) -> Vec<String> {
        let mut options = vec!["--data-dir".to_owned(), self.folder.path().display().to_string()];
        if let Some(url) = &self.url {
            options.extend(["--database-url".to_owned(), url.clone()]);
        }
        options
    }

    pub async fn open(&self) -> Result<Db, String> {
        let database = match &self.url {
            Some(url) => Database::Postgres { url: url.clone() },
            None => Database::Sqlite { file: self.folder.path().join("mainstay.db") },
        };
        Db::open(Config::new(database)).await.map_err(|e| e.to_string())
    }
}

/// The program as it ships.
pub fn program() -> Command {
    let mut command = Command::new(binary());
    command.env_clear().stdin(Stdio::null());
    command
}

pub fn binary() -> String {
    std::env::var("MAINSTAY_BINARY").unwrap_or_else(|_| "target/release/mainstay".to_owned())
}

fn fresh_database(folder: &Path) -> Result<String, String> {
    let maintenance = std::env::var("MAINSTAY_TEST_POSTGRES").map_err(|_| {
        "MAINSTAY_TEST_POSTGRES is not set: `cargo xtask bench` starts a PostgreSQL and sets it".to_owned()
    })?;
    let name = format!("bench_{}_{}", std::process::id(), folder.file_name().map_or(0, std::ffi::OsStr::len));
    let mut client = postgres::Client::connect(&maintenance, postgres::NoTls).map_err(|e| e.to_string())?;
    client
        .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        .and_then(|()| client.batch_execute(&format!("CREATE DATABASE {name}")))
        .map_err(|e| e.to_string())?;
    let (_, after) = maintenance.split_once('@').ok_or("the address names no role")?;
    let (host, _) = after.rsplit_once('/').ok_or("the address names no database")?;
    let owner = format!("postgres://mainstay_test@{host}/{name}");
    let done = program()
        .args(["migrate", "--grant-to", "mainstay_app", "--owner-database-url", &owner, "--data-dir"])
        .arg(folder)
        .output()
        .map_err(|e| e.to_string())?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned());
    }
    Ok(format!("postgres://mainstay_app@{host}/{name}"))
}
