//! Where a test's data lives: a fresh folder, and for PostgreSQL a fresh database under a role that owns nothing.
#![expect(clippy::disallowed_methods, reason = "the address of the throwaway PostgreSQL comes by the environment")]

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};
use tempfile::TempDir;

use super::program;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

pub struct Data {
    pub folder: TempDir,
    database: Option<Fresh>,
}

/// A database of its own, dropped with the value.
struct Fresh {
    maintenance: String,
    name: String,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Data {
    pub fn new(on: On) -> Self {
        Self::within(on, &std::env::temp_dir())
    }

    /// In a folder inside this one.
    pub fn within(on: On, parent: &Path) -> Self {
        let folder = TempDir::new_in(parent).expect("a temporary folder can be made");
        let database = (on == On::Postgres).then(Fresh::new);
        let data = Self { folder, database };
        if let Some(fresh) = &data.database {
            let done = program()
                .args([
                    "migrate",
                    "--grant-to",
                    "mainstay_app",
                    "--owner-database-url",
                    &fresh.url("mainstay_test"),
                    "--data-dir",
                ])
                .arg(data.folder.path())
                .output()
                .expect("migrate runs");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        data
    }

    /// The options by which any command reaches this data.
    pub fn options(&self) -> Vec<String> {
        let mut options = vec!["--data-dir".to_owned(), self.folder.path().display().to_string()];
        if let Some(fresh) = &self.database {
            options.extend(["--database-url".to_owned(), fresh.url("mainstay_app")]);
        }
        options
    }
}

impl Fresh {
    fn new() -> Self {
        let maintenance = std::env::var("MAINSTAY_TEST_POSTGRES")
            .expect("MAINSTAY_TEST_POSTGRES is not set: run the tests by `bin/test rust`, which starts a PostgreSQL");
        let name = format!("it_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut client = Client::connect(&maintenance, NoTls).expect("the throwaway PostgreSQL answers");
        client.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database can be made");
        Self { maintenance, name }
    }

    /// The database's address under a role.
    fn url(&self, role: &str) -> String {
        let (_, after) = self.maintenance.split_once('@').expect("the address names a role");
        let (host, _) = after.rsplit_once('/').expect("the address names a database");
        format!("postgres://{role}@{host}/{}", self.name)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Ok(mut client) = Client::connect(&self.maintenance, NoTls) {
            let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}
