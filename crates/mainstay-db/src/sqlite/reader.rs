//! Read-only connections: each read sees one state of the data and is stopped at its deadline.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connect;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::run::{Job, call, hold};
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

    /// Has the job run and answered on a thread that may block; an error when it could not begin.
    pub async fn read(self: &Arc<Self>, mut job: Box<dyn Job>) -> Result<()> {
        let deadline = Instant::now() + self.config.read_deadline;
        let Ok(permit) = timeout(self.config.read_deadline, self.permits.clone().acquire_owned()).await else {
            return Err(Error::Busy("every reading connection stayed in use".to_owned()));
        };
        let permit = permit.map_err(|_| Error::Gone)?;
        let readers = self.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = readers.run(deadline, job.as_mut()) {
                job.fail(error);
            }
            drop(permit);
            job.answer();
        });
        Ok(())
    }

    fn run(&self, deadline: Instant, job: &mut dyn Job) -> Result<()> {
        let mut connection = self.take()?;
        connection.progress_handler(STEPS, Some(move || Instant::now() >= deadline))?;
        connection.execute_batch("BEGIN")?;
        call(&mut Tx::new(Link::Sqlite(&connection), job.scope()), job);
        connection.progress_handler(0, None::<fn() -> bool>)?;
        let clean = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        if clean {
            hold(&self.idle).push(connection);
        }
        Ok(())
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
