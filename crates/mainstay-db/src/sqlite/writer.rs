//! The writer thread: runs what waits as one group, each job in its savepoint, and answers only after the commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::watch;

use super::queue::{Next, Queue};
use crate::error::{Error, Result};
use crate::run::{Job, Wake, call};
use crate::transaction::{Link, Tx};

/// A group is committed after this many jobs …
const GROUP_JOBS: usize = 64;
/// … or this long after it began.
const GROUP_TIME: Duration = Duration::from_millis(5);
/// A job longer than this holds up everybody who writes, so it is logged.
const SLOW_JOB: Duration = Duration::from_millis(50);

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
            if !job.is_abandoned() {
                whole = self.step(job.as_mut());
                done.push(job);
            }
            if whole && done.len() < GROUP_JOBS && started.elapsed() < GROUP_TIME {
                next = self.queue.another();
            }
        }
        if whole && self.commit(before).is_ok() {
            done.into_iter().for_each(<dyn Job>::answer);
        } else {
            self.rollback();
            for job in done {
                self.alone(job);
            }
        }
    }

    fn run(&self, job: &mut dyn Job) -> bool {
        let started = Instant::now();
        let keep = call(&mut Tx::new(Link::Sqlite(&self.connection), job.scope()), job);
        let took = started.elapsed();
        if took > SLOW_JOB {
            let work = job.name();
            tracing::warn!(work, milliseconds = took.as_millis(), "a write held up all others; make it shorter");
        }
        keep
    }

    /// One job in its savepoint. False: the whole transaction is lost (a full disk ends it), and the group with it.
    fn step(&self, job: &mut dyn Job) -> bool {
        let run = |sql: &str| self.connection.execute_batch(sql).is_ok();
        if !run("SAVEPOINT job") {
            return false;
        }
        let keep = self.run(job);
        if self.connection.is_autocommit() {
            return false;
        }
        run(if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })
    }

    /// A job whose group was lost, in a transaction of its own, so that only its own failure can hurt it.
    fn alone(&self, mut job: Box<dyn Job>) {
        if job.is_abandoned() {
            return;
        }
        if let Err(error) = self.begin() {
            return refused(job, error);
        }
        let before = self.connection.total_changes();
        if !self.run(job.as_mut()) {
            self.rollback();
            return job.answer();
        }
        match self.commit(before) {
            Ok(()) => job.answer(),
            Err(error) => {
                self.rollback();
                refused(job, error);
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
            refused(job, error.clone());
        }
    }
}

/// Nothing was committed.
fn refused(mut job: Box<dyn Job>, error: Error) {
    job.fail(error);
    job.answer();
}
