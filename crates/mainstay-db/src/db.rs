//! `Db`: the opened database. Work goes in as a closure over `&mut Tx` and comes out committed, or not at all.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use crate::config::{Config, Database};
use crate::error::{Error, Result};
use crate::pg::{Mode, Pool};
use crate::run::{Job, Wake, job, refuse_nested};
use crate::sqlite::{Lane, Sqlite};
use crate::transaction::Tx;
use crate::{Dialect, Scope};

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Db {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub engine: Engine,
    pub config: Config,
    wake: Arc<Wake>,
}

pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Arc<Pool>),
}

impl Db {
    /// Opens the database (a SQLite file is created when there is none). Does not migrate it.
    pub async fn open(config: Config) -> Result<Db> {
        refuse_nested()?;
        let wake = Arc::new(Wake::new());
        let engine = match config.database.clone() {
            Database::Postgres { url } => Engine::Postgres(Pool::open(&url, &config, wake.clone()).await?),
            Database::Sqlite { file } => {
                let (config, wake) = (config.clone(), wake.clone());
                let opening = tokio::task::spawn_blocking(move || Sqlite::open(&file, &config, wake));
                Engine::Sqlite(opening.await.map_err(|_| Error::Gone)??)
            }
        };
        Ok(Db { shared: Arc::new(Shared { engine, config, wake }) })
    }

    pub fn dialect(&self) -> Dialect {
        match self.shared.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs the closure in a transaction and answers after its commit; an `Err` rolls back all it did.
    ///
    /// The closure may run more than once. It holds up other writers: no I/O, no waiting, and no other `Db` call.
    pub fn write<T, E>(
        &self,
        scope: Scope,
        f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.ask(Mode::Write, job(scope, f))
    }

    /// Like `write`, for work that nobody watches: on SQLite it waits behind interactive writes.
    pub fn write_bulk<T, E>(
        &self,
        scope: Scope,
        f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.ask(Mode::Bulk, job(scope, f))
    }

    /// Runs the closure over one unchanging state of the data, within the read deadline.
    pub fn read<T, E>(
        &self,
        scope: Scope,
        f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.ask(Mode::Read, job(scope, f))
    }

    async fn ask<T, E: From<Error>>(
        &self,
        mode: Mode,
        (job, answer): (Box<dyn Job>, oneshot::Receiver<Result<T, E>>),
    ) -> Result<T, E> {
        refuse_nested()?;
        match (&self.shared.engine, mode) {
            (Engine::Postgres(pool), _) => pool.run(mode, job).await?,
            (Engine::Sqlite(sqlite), Mode::Read) => sqlite.readers.read(job).await?,
            (Engine::Sqlite(sqlite), Mode::Write) => sqlite.write(Lane::Interactive, job).await?,
            (Engine::Sqlite(sqlite), Mode::Bulk) => sqlite.write(Lane::Bulk, job).await?,
        }
        answer.await.unwrap_or_else(|_| Err(E::from(Error::Gone)))
    }

    /// Counts up when something was committed, here or by another process. Only a hint to look again.
    pub fn woken(&self) -> watch::Receiver<u64> {
        self.shared.wake.subscribe()
    }

    /// Resolves when the SQLite writer thread is gone: nothing can be written any more, so the process should end.
    pub async fn died(&self) {
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => {
                let mut alive = sqlite.alive.clone();
                while alive.changed().await.is_ok() {}
            }
            Engine::Postgres(_) => std::future::pending().await, // connections are replaced one by one
        }
    }
}
