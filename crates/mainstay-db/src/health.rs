//! Is the database well? Figures for `/readyz` and metrics, the check of statements, integrity, and the backup.

use std::path::{Path, PathBuf};

use crate::config::Database;
use crate::db::{Db, Engine};
use crate::error::{Error, Result};
use crate::sqlite::connect;
use crate::statement::registered;
use crate::{Dialect, Scope};

/// Problems that `integrity_check` lists at most.
const MAX_PROBLEMS: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub dialect: Dialect,
    /// A read was answered within its deadline.
    pub readable: bool,
    /// SQLite: the writer thread lives. PostgreSQL: always true.
    pub writer_alive: bool,
    /// SQLite: size of the write-ahead file. A long read keeps it growing.
    pub wal_bytes: u64,
    /// Connections in use: of the pool, or of SQLite's readers.
    pub connections_in_use: usize,
    pub connections: usize,
    /// SQLite: jobs that wait for the writer.
    pub waiting_interactive: usize,
    pub waiting_bulk: usize,
}

impl Health {
    pub fn is_well(&self) -> bool {
        self.readable && self.writer_alive
    }
}

impl Db {
    pub async fn health(&self) -> Result<Health> {
        let one = self.read(Scope::System, |tx| tx.one(crate::sql!("SELECT 1"), &[], |row| row.get::<i64>(0))).await;
        if let Err(Error::Nested) = one {
            return Err(Error::Nested);
        }
        let mut health = Health {
            dialect: self.dialect(),
            readable: one == Ok(Some(1)),
            writer_alive: true,
            wal_bytes: 0,
            connections_in_use: 0,
            connections: self.shared.config.pool,
            waiting_interactive: 0,
            waiting_bulk: 0,
        };
        match &self.shared.engine {
            Engine::Postgres(pool) => health.connections_in_use = pool.in_use(),
            Engine::Sqlite(sqlite) => {
                health.writer_alive = sqlite.alive.has_changed().is_ok();
                health.wal_bytes = self.wal_bytes();
                health.connections_in_use = sqlite.readers.in_use();
                health.connections = self.shared.config.readers;
                (health.waiting_interactive, health.waiting_bulk) = sqlite.queue.depth();
            }
        }
        Ok(health)
    }

    fn wal_bytes(&self) -> u64 {
        let Database::Sqlite { file } = &self.shared.config.database else {
            return 0;
        };
        let mut wal = file.clone().into_os_string();
        wal.push("-wal");
        std::fs::metadata(PathBuf::from(wal)).map_or(0, |file| file.len())
    }

    /// Prepares every registered statement; the errors name the SQL. Answers how many there are.
    pub async fn prepare_statements(&self) -> Result<usize, Vec<String>> {
        let texts = registered(self.dialect());
        let count = texts.len();
        let problems = match &self.shared.engine {
            Engine::Sqlite(_) => {
                self.with_sqlite(move |connection| {
                    let failing =
                        |sql: &String| connection.prepare(sql).err().map(|error| format!("{error} in: {sql}"));
                    Ok(texts.iter().filter_map(failing).collect::<Vec<_>>())
                })
                .await
            }
            Engine::Postgres(pool) => {
                pool.blocking(move |pool| {
                    let mut connection = pool.take()?;
                    let mut failing = |sql: &String| {
                        let failed = connection.client.prepare(sql).err().map(Error::from);
                        failed.map(|error| format!("{error} in: {sql}"))
                    };
                    let problems = texts.iter().filter_map(&mut failing).collect::<Vec<_>>();
                    pool.give(connection);
                    Ok::<_, Error>(problems)
                })
                .await
            }
        };
        match problems {
            Ok(problems) if problems.is_empty() => Ok(count),
            Ok(problems) => Err(problems),
            Err(error) => Err(vec![error.to_string()]),
        }
    }

    /// SQLite: writes a whole copy while work goes on, and answers its size once it is safe on disk.
    pub async fn backup_to(&self, file: &Path) -> Result<u64> {
        if let Engine::Postgres(_) = self.shared.engine {
            return Err(Error::Unsupported("a PostgreSQL database is backed up with pg_dump".to_owned()));
        }
        let target = file.to_owned();
        self.with_sqlite(move |connection| {
            if target.exists() {
                return Err(Error::other(format!("{} exists already; name a new file", target.display())));
            }
            let failed = |error: std::io::Error| Error::other(format!("backup to {}: {error}", target.display()));
            let part = target.with_extension("part");
            match std::fs::remove_file(&part) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed(error));
                }
                _ => {}
            }
            let name = part.to_str().ok_or_else(|| Error::other("the name of the backup must be UTF-8"))?;
            connection.execute("VACUUM INTO $1", [name])?;
            let written = std::fs::File::open(&part).map_err(failed)?;
            written.sync_all().map_err(failed)?;
            let size = written.metadata().map_err(failed)?.len();
            std::fs::rename(&part, &target).map_err(failed)?;
            let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = std::fs::File::open(folder.unwrap_or(Path::new("."))).map_err(failed)?;
            folder.sync_all().map_err(failed)?;
            Ok(size)
        })
        .await
    }

    /// SQLite: what is wrong with the file, by its own checks; empty when all is well. PostgreSQL: empty.
    pub async fn integrity_check(&self) -> Result<Vec<String>> {
        if let Engine::Postgres(_) = self.shared.engine {
            return Ok(Vec::new());
        }
        self.with_sqlite(|connection| {
            let mut problems = Vec::new();
            let mut check = connection.prepare(&format!("PRAGMA integrity_check({MAX_PROBLEMS})"))?;
            for line in check.query_map([], |row| row.get::<_, String>(0))? {
                problems.push(line?);
            }
            problems.retain(|line| line != "ok");
            let mut check = connection.prepare("PRAGMA foreign_key_check")?;
            let mut rows = check.query([])?;
            while let Some(row) = rows.next()?
                && problems.len() < MAX_PROBLEMS
            {
                let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
                problems.push(format!("a row of {table} points to a row of {parent} that does not exist"));
            }
            Ok(problems)
        })
        .await
    }

    /// Runs long work on a SQLite connection of its own, so that it neither has a deadline nor takes a reader.
    async fn with_sqlite<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let config = self.shared.config.clone();
        let Database::Sqlite { file } = config.database.clone() else {
            return Err(Error::Unsupported("only for SQLite".to_owned()));
        };
        let working = tokio::task::spawn_blocking(move || work(&connect(&file, &config)?));
        working.await.map_err(|_| Error::Gone)?
    }
}
