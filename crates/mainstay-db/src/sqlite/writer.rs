//! The writer thread: runs what waits as one group, each job in its savepoint, and answers only after the commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::queue::{Next, Queue};
use crate::Scope;
use crate::error::{Error, Result};
use crate::run::{Wake, call};
use crate::transaction::{Link, Tx};

/// A group is committed after this many jobs …
const GROUP_JOBS: usize = 64;
/// … or this long after it began.
const GROUP_TIME: Duration = Duration::from_millis(5);
/// A job longer than this holds up everybody who writes, so it is logged.
const SLOW_JOB: Duration = Duration::from_millis(50);

/// Work of one caller. It may run more than once; it is answered once.
pub(crate) trait Job: Send {
    /// Runs and remembers the result. True: its changes are to be kept.
    fn run(&mut self, connection: &Connection) -> bool;
    /// The commit succeeded, or there was nothing to commit: the caller gets the result.
    fn answer(self: Box<Self>);
    /// Nothing was committed.
    fn fail(self: Box<Self>, error: Error);
    /// The caller has gone away.
    fn abandoned(&self) -> bool;
}

pub(super) struct WriteJob<T, E, F> {
    scope: Scope,
    f: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> WriteJob<T, E, F> {
    pub fn new(scope: Scope, f: F, reply: oneshot::Sender<Result<T, E>>) -> Self {
        WriteJob { scope, f, result: None, reply }
    }
}

impl<T, E, F> Job for WriteJob<T, E, F>
where
    T: Send,
    E: From<Error> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let started = Instant::now();
        let result = call(&mut Tx::new(Link::Sqlite(connection), self.scope), &self.f);
        let took = started.elapsed();
        if took > SLOW_JOB {
            let work = std::any::type_name::<F>();
            tracing::warn!(work, milliseconds = took.as_millis(), "a write held up all others; make it shorter");
        }
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(E::from(Error::Gone)));
        let _ = self.reply.send(result); // a caller who left meanwhile needs no answer
    }

    fn fail(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(E::from(error)));
    }

    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

pub(super) struct Writer {
    connection: Connection,
    queue: Arc<Queue>,
    wake: Arc<Wake>,
    poll: Duration,
    seen: i64,
}

/// Lives as long as the thread, however it ends: then nobody can queue, and whoever waits is told.
struct Alive {
    queue: Arc<Queue>,
    _signal: watch::Sender<()>,
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Writer {
    pub fn start(
        connection: Connection,
        queue: Arc<Queue>,
        wake: Arc<Wake>,
        poll: Duration,
    ) -> Result<watch::Receiver<()>> {
        let (signal, alive) = watch::channel(());
        let guard = Alive { queue: queue.clone(), _signal: signal };
        let mut writer = Writer { connection, queue, wake, poll, seen: 0 };
        writer.seen = writer.data_version();
        let thread = std::thread::Builder::new().name("database-writer".to_owned());
        let started = thread.spawn(move || {
            let _guard = guard;
            writer.serve();
        });
        started.map_err(|error| Error::other(format!("the writer thread could not start: {error}")))?;
        Ok(alive)
    }

    fn serve(&mut self) {
        let mut looked = Instant::now();
        loop {
            match self.queue.next(self.poll) {
                Next::Job(job) => self.group(job),
                Next::Nothing => {}
                Next::Closed => return,
            }
            if looked.elapsed() >= self.poll {
                looked = Instant::now();
                self.look_elsewhere();
            }
        }
    }

    /// The number changes when another connection, so another process, has committed.
    fn data_version(&self) -> i64 {
        self.connection.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap_or(0)
    }

    fn look_elsewhere(&mut self) {
        let now = self.data_version();
        if now != self.seen {
            self.seen = now;
            self.wake.committed_elsewhere();
        }
    }

    fn group(&mut self, first: Box<dyn Job>) {
        let started = Instant::now();
        if let Err(error) = self.begin() {
            return self.refuse(first, &error);
        }
        let before = self.connection.total_changes();
        let (mut done, mut next, mut whole) = (Vec::new(), Some(first), true);
        while let Some(mut job) = next.take() {
            if !job.abandoned() {
                whole = self.step(job.as_mut());
                done.push(job);
            }
            if whole && done.len() < GROUP_JOBS && started.elapsed() < GROUP_TIME {
                next = self.queue.another();
            }
        }
        if whole && self.commit(before).is_ok() {
            done.into_iter().for_each(Job::answer);
        } else {
            self.rollback();
            for job in done {
                self.alone(job);
            }
        }
    }

    /// One job in its savepoint. False: the whole transaction is lost (a full disk ends it), and the group with it.
    fn step(&self, job: &mut dyn Job) -> bool {
        let run = |sql: &str| self.connection.execute_batch(sql).is_ok();
        if !run("SAVEPOINT job") {
            return false;
        }
        let keep = job.run(&self.connection);
        if self.connection.is_autocommit() {
            return false;
        }
        run(if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })
    }

    /// A job whose group was lost, in a transaction of its own, so that only its own failure can hurt it.
    fn alone(&self, mut job: Box<dyn Job>) {
        if job.abandoned() {
            return;
        }
        if let Err(error) = self.begin() {
            return job.fail(error);
        }
        let before = self.connection.total_changes();
        if !job.run(&self.connection) {
            self.rollback();
            return job.answer();
        }
        match self.commit(before) {
            Ok(()) => job.answer(),
            Err(error) => {
                self.rollback();
                job.fail(error);
            }
        }
    }

    fn begin(&self) -> Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(Error::from)
    }

    fn commit(&self, changes_before: u64) -> Result<()> {
        self.connection.execute_batch("COMMIT")?;
        if self.connection.total_changes() != changes_before {
            self.wake.committed_here();
        }
        Ok(())
    }

    fn rollback(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    /// No transaction could begin: everybody who waits now hears it at once, not one time-out after another. They are
    /// collected before the first is answered, so that whoever comes after the answer gets a try of their own.
    fn refuse(&self, first: Box<dyn Job>, error: &Error) {
        let others = std::iter::from_fn(|| self.queue.another()).take(GROUP_JOBS);
        let waiting: Vec<_> = std::iter::once(first).chain(others).collect();
        for job in waiting {
            job.fail(error.clone());
        }
    }
}
