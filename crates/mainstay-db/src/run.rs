//! Runs a caller's closure: without a transaction inside a transaction, and without letting a panic through.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot, watch};

use crate::Scope;
use crate::error::{Error, Result};
use crate::transaction::Tx;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// An error when this thread is inside a transaction's closure: waiting there for another one would be a deadlock.
pub(crate) fn refuse_nested() -> Result<()> {
    if INSIDE.get() { Err(Error::Nested) } else { Ok(()) }
}

/// Work of one caller, its types forgotten: so the engines are compiled once and not once for each closure.
/// It may run more than once; it is answered once.
pub(crate) trait Job: Send {
    fn scope(&self) -> Scope;
    /// Runs and remembers the result. True: its changes are to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// The result is this error, whatever it was.
    fn fail(&mut self, error: Error);
    /// The caller gets the result.
    fn answer(self: Box<Self>);
    /// The caller has gone away.
    fn is_abandoned(&self) -> bool;
    fn name(&self) -> &'static str;
}

struct Asked<T, E, F> {
    scope: Scope,
    f: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// A closure as a job, and where its answer arrives.
pub(crate) fn job<T, E, F>(scope: Scope, f: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Asked { scope, f, result: None, reply }), answer)
}

impl<T, E, F> Job for Asked<T, E, F>
where
    T: Send,
    E: From<Error> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn scope(&self) -> Scope {
        self.scope
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = (self.f)(tx);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn fail(&mut self, error: Error) {
        self.result = Some(Err(E::from(error)));
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(E::from(Error::Gone)));
        let _ = self.reply.send(result); // a caller who left meanwhile needs no answer
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn name(&self) -> &'static str {
        std::any::type_name::<F>()
    }
}

/// Runs the job once. What it answers counts only if no statement failed behind its back.
pub(crate) fn call(tx: &mut Tx<'_>, job: &mut dyn Job) -> bool {
    INSIDE.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| job.run(tx)));
    INSIDE.set(false);
    let problem = match (outcome, &tx.state.failure) {
        (Ok(false), _) => return false,
        (Ok(true), None) => return true,
        (Ok(true), Some(failure)) => format!("a statement failed and the work went on: {failure}"),
        (Err(panic), _) => format!("the work panicked: {}", panic_text(&*panic)),
    };
    job.fail(Error::other(problem));
    false
}

pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a text")
}

/// A mutex whose holder panicked still guards whole values here.
pub(crate) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells that something was committed: to watchers here, and to the task that tells other processes.
pub(crate) struct Wake {
    count: watch::Sender<u64>,
    pub unannounced: Notify,
}

impl Wake {
    pub fn new() -> Wake {
        Wake { count: watch::Sender::new(0), unannounced: Notify::new() }
    }

    pub fn committed_here(&self) {
        self.committed_elsewhere();
        self.unannounced.notify_one();
    }

    pub fn committed_elsewhere(&self) {
        self.count.send_modify(|count| *count += 1);
    }

    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }
}
