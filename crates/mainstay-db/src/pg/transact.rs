//! One transaction on PostgreSQL: begin with scope and time-outs, run, commit; again when the server asks for it.

use std::fmt::Write;
use std::time::Duration;

use super::{Connection, Pool};
use crate::Scope;
use crate::error::Error;
use crate::run::{Job, call};
use crate::transaction::{Link, Retry, Tx};

/// How often a transaction is run again after a serialization failure or deadlock.
const MAX_RETRIES: u32 = 7;
/// The first pause before that; each further one is twice as long (127 times this in all).
const FIRST_PAUSE: Duration = Duration::from_millis(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
    /// A write that leaves most of the connections to people.
    Bulk,
}

/// What came of running a transaction once; the job holds the result, of a failure too.
enum Attempt {
    Done,
    Again(Retry),
}

impl Pool {
    pub fn transact(&self, mode: Mode, job: &mut dyn Job) {
        let (mut conflicts, mut replanned, mut reconnected) = (0, false, false);
        loop {
            let mut connection = match self.take() {
                Ok(connection) => connection,
                Err(error) => return job.fail(error),
            };
            let attempt = self.attempt(&mut connection, mode, job);
            if !connection.is_closed() {
                if let Attempt::Again(Retry::StalePlan) = attempt {
                    connection.forget_statements();
                }
                self.end(connection);
            }
            match attempt {
                Attempt::Again(Retry::Serialization) if conflicts < MAX_RETRIES => {
                    std::thread::sleep(FIRST_PAUSE * 2_u32.pow(conflicts));
                    conflicts += 1;
                }
                Attempt::Again(Retry::StalePlan) if !replanned => replanned = true,
                Attempt::Again(Retry::Reconnect) if !reconnected => {
                    self.forget_idle();
                    reconnected = true;
                }
                Attempt::Done | Attempt::Again(_) => return,
            }
        }
    }

    fn attempt(&self, connection: &mut Connection, mode: Mode, job: &mut dyn Job) -> Attempt {
        if let Err(error) = connection.batch(&self.begin(mode, job.scope())) {
            let attempt = match &error {
                Error::Unavailable(_) => Attempt::Again(Retry::Reconnect),
                _ => Attempt::Done,
            };
            job.fail(error);
            return attempt;
        }
        connection.in_transaction = true;
        let mut tx = Tx::new(Link::Postgres(&mut *connection), job.scope());
        let keep = call(&mut tx, job);
        let state = tx.state;
        if let Some(retry) = state.retry {
            if keep {
                // a savepoint may have hidden the failure from the closure, but the transaction is lost all the same
                let error =
                    state.failure.unwrap_or_else(|| Error::Serialization("a conflict with other work".to_owned()));
                job.fail(error);
            }
            return Attempt::Again(retry);
        }
        if !keep {
            return Attempt::Done;
        }
        match connection.batch("COMMIT") {
            Ok(()) => connection.in_transaction = false,
            Err(error) => {
                let attempt = match &error {
                    Error::Serialization(_) => Attempt::Again(Retry::Serialization),
                    _ => Attempt::Done,
                };
                job.fail(error);
                return attempt;
            }
        }
        if state.wrote {
            self.wake.committed_here();
        }
        Attempt::Done
    }

    /// Back to the pool only between transactions; a connection that cannot roll back is dropped (on this thread).
    fn end(&self, mut connection: Connection) {
        if connection.in_transaction && connection.batch("ROLLBACK").is_ok() {
            connection.in_transaction = false;
        }
        if !connection.in_transaction {
            self.give(connection);
        }
    }

    /// One round trip. `SET LOCAL` ends with the transaction, so a connection carries nothing to its next user.
    fn begin(&self, mode: Mode, scope: Scope) -> String {
        let (kind, statement) = match mode {
            // a read sees one state of the data, as on SQLite
            Mode::Read => ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", self.config.read_deadline),
            // a write must see what was committed while it waited for its locks
            Mode::Write | Mode::Bulk => {
                ("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", self.config.statement_timeout)
            }
        };
        let (workspace, system) = match scope {
            Scope::Workspace(id) => (id.to_string(), "off"),
            Scope::System => (String::new(), "on"),
        };
        // Compiling a statement took 40 of the 60 ms in which it added up 10,000 lines, each time anew.
        let mut sql = format!(
            "{kind}; SET LOCAL jit = off; SET LOCAL mainstay.workspace = '{workspace}'; \
             SET LOCAL mainstay.system = '{system}';"
        );
        for (name, limit) in [
            ("statement_timeout", statement),
            ("lock_timeout", self.config.lock_timeout),
            ("idle_in_transaction_session_timeout", self.config.idle_in_transaction_timeout),
        ] {
            let _ = write!(sql, " SET LOCAL {name} = {};", limit.as_millis()); // writing to a String cannot fail
        }
        sql
    }
}
