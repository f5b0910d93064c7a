//! PostgreSQL: a pool of connections on blocking threads, opened when needed and replaced when broken.

mod connection;
mod listener;
mod tls;
mod transact;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

pub(crate) use connection::Connection;
pub(crate) use transact::Mode;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::run::{Job, Wake, hold};

/// A server that fell silent is noticed after a few of these.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// Bulk work gets one connection in this many.
const BULK_SHARE: usize = 4;

pub(crate) struct Pool {
    config: Config,
    address: postgres::Config,
    tls: Option<tokio_postgres_rustls::MakeRustlsConnect>,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    bulk: Arc<Semaphore>,
    wake: Arc<Wake>,
}

impl Pool {
    /// Reads the address and connects once, so that a wrong one is told at the start.
    pub async fn open(url: &str, config: &Config, wake: Arc<Wake>) -> Result<Arc<Pool>> {
        let (mut address, tls) = tls::address(url)?;
        address.connect_timeout(config.connect_timeout);
        address.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE).keepalives_retries(3);
        address.tcp_user_timeout(config.statement_timeout + KEEPALIVE);
        if address.get_application_name().is_none() {
            address.application_name("mainstay");
        }
        let permits = Arc::new(Semaphore::new(config.pool));
        let bulk = Arc::new(Semaphore::new((config.pool / BULK_SHARE).max(1)));
        let pool = Pool { config: config.clone(), address, tls, idle: Mutex::default(), permits, bulk, wake };
        let pool = Arc::new(pool);
        pool.blocking(|pool| pool.take().map(|connection| pool.give(connection))).await?;
        listener::start(&pool)?;
        Ok(pool)
    }

    pub fn in_use(&self) -> usize {
        self.config.pool.saturating_sub(self.permits.available_permits())
    }

    /// Has the job run and answered on a thread that may block; an error when it could not begin.
    pub async fn run(self: &Arc<Self>, mode: Mode, mut job: Box<dyn Job>) -> Result<()> {
        let bulk = match mode {
            Mode::Bulk => Some(self.bulk.clone().acquire_owned().await.map_err(|_| Error::Gone)?),
            Mode::Read | Mode::Write => None,
        };
        let permit = self.permit().await?;
        let pool = self.clone();
        tokio::task::spawn_blocking(move || {
            pool.transact(mode, job.as_mut());
            drop((permit, bulk));
            job.answer();
        });
        Ok(())
    }

    /// Runs work that may block on a connection, as many at a time as there are connections.
    pub async fn blocking<T, W>(self: &Arc<Self>, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Pool) -> Result<T> + Send + 'static,
    {
        let permit = self.permit().await?;
        let pool = self.clone();
        let running = tokio::task::spawn_blocking(move || {
            let result = work(&pool);
            drop(permit);
            result
        });
        running.await.unwrap_or(Err(Error::Gone))
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        match timeout(self.config.lock_timeout, self.permits.clone().acquire_owned()).await {
            Ok(permit) => permit.map_err(|_| Error::Gone),
            Err(_) => Err(Error::Busy("every database connection stayed in use".to_owned())),
        }
    }

    pub fn take(&self) -> Result<Connection> {
        let idle = hold(&self.idle).pop();
        idle.map_or_else(|| self.connect(), Ok)
    }

    fn connect(&self) -> Result<Connection> {
        let client = match &self.tls {
            Some(tls) => self.address.connect(tls.clone()),
            None => self.address.connect(postgres::NoTls),
        };
        Ok(Connection::new(client?, self.config.statement_cache))
    }

    /// Takes back a connection that is between transactions.
    pub fn give(&self, connection: Connection) {
        if !connection.is_closed() {
            hold(&self.idle).push(connection);
        }
    }

    /// When one idle connection was found dead, the others most likely are too.
    fn forget_idle(&self) {
        let dead = std::mem::take(&mut *hold(&self.idle));
        drop(dead);
    }
}

impl Drop for Pool {
    /// A connection blocks when it is dropped, which an async thread must not: so they go on a thread of their own.
    fn drop(&mut self) {
        let idle = std::mem::take(&mut *hold(&self.idle));
        self.wake.unannounced.notify_one();
        if !idle.is_empty() {
            let closing = std::thread::Builder::new().name("database-close".to_owned());
            if let Err(error) = closing.spawn(move || drop(idle)) {
                tracing::error!(%error, "no thread to close the database connections");
            }
        }
    }
}
