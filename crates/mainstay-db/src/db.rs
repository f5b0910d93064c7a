//! `Db`: the opened database. Work goes in as a closure over `&mut Tx` and comes out committed, or not at all.

use std::sync::Arc;

use tokio::sync::watch;

use crate::config::{Config, Database};
use crate::error::{Error, Result};
use crate::pg::{Mode, Pool};
use crate::run::{Wake, refuse_nested};
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
    pub async fn write<T, E>(
        &self,
        scope: Scope,
        f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_in(Lane::Interactive, scope, f).await
    }

    /// Like `write`, for work that nobody watches: on SQLite it waits behind interactive writes.
    pub async fn write_bulk<T, E>(
        &self,
        scope: Scope,
        f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_in(Lane::Bulk, scope, f).await
    }

    async fn write_in<T, E, F>(&self, lane: Lane, scope: Scope, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        refuse_nested()?;
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.write(lane, scope, f).await,
            Engine::Postgres(pool) => {
                pool.run(if lane == Lane::Bulk { Mode::Bulk } else { Mode::Write }, scope, f).await
            }
        }
    }

    /// Runs the closure over one unchanging state of the data, within the read deadline.
    pub async fn read<T, E>(
        &self,
        scope: Scope,
        f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        refuse_nested()?;
        match &self.shared.engine {
            Engine::Sqlite(sqlite) => sqlite.readers.read(scope, f).await,
            Engine::Postgres(pool) => pool.run(Mode::Read, scope, f).await,
        }
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
