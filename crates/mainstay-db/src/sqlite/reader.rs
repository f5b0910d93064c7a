//! Read-only connections: each read sees one state of the data and is stopped at its deadline.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connect;
use crate::Scope;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::run::{call, hold};
use crate::transaction::{Link, Tx};

/// Steps of SQLite's machine between two looks at the clock (well under a millisecond).
const STEPS: i32 = 4_000;

pub(crate) struct Readers {
    file: PathBuf,
    config: Config,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub fn new(file: PathBuf, config: Config) -> Readers {
        let permits = Arc::new(Semaphore::new(config.readers));
        Readers { file, config, idle: Mutex::default(), permits }
    }

    pub fn in_use(&self) -> usize {
        self.config.readers.saturating_sub(self.permits.available_permits())
    }

    pub async fn read<T, E, F>(self: &Arc<Self>, scope: Scope, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let deadline = Instant::now() + self.config.read_deadline;
        let Ok(permit) = timeout(self.config.read_deadline, self.permits.clone().acquire_owned()).await else {
            return Err(E::from(Error::Busy("every reading connection stayed in use".to_owned())));
        };
        let permit = permit.map_err(|_| Error::Gone)?;
        let readers = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            readers.run(scope, deadline, &f)
        });
        reading.await.unwrap_or_else(|_| Err(E::from(Error::Gone)))
    }

    fn run<T, E: From<Error>>(
        &self,
        scope: Scope,
        deadline: Instant,
        f: &impl Fn(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.take()?;
        connection.progress_handler(STEPS, Some(move || Instant::now() >= deadline)).map_err(Error::from)?;
        connection.execute_batch("BEGIN").map_err(Error::from)?;
        let result = call(&mut Tx::new(Link::Sqlite(&connection), scope), f);
        connection.progress_handler(0, None::<fn() -> bool>).map_err(Error::from)?;
        let clean = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        if clean {
            hold(&self.idle).push(connection);
        }
        result
    }

    fn take(&self) -> Result<Connection> {
        if let Some(connection) = hold(&self.idle).pop() {
            return Ok(connection);
        }
        let connection = connect(&self.file, &self.config)?;
        connection.execute_batch("PRAGMA query_only = ON")?;
        Ok(connection)
    }
}
