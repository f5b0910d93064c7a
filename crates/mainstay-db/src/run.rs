//! Runs a caller's closure: without a transaction inside a transaction, and without letting a panic through.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::error::{Error, Result};
use crate::transaction::Tx;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// An error when this thread is inside a transaction's closure: waiting there for another one would be a deadlock.
pub(crate) fn refuse_nested() -> Result<()> {
    if INSIDE.get() { Err(Error::Nested) } else { Ok(()) }
}

/// Runs the closure once. What it answers counts only if no statement failed behind its back.
pub(crate) fn call<T, E: From<Error>>(tx: &mut Tx<'_>, f: &impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
    INSIDE.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| f(tx)));
    INSIDE.set(false);
    match outcome {
        Ok(Ok(value)) => match &tx.state.failure {
            None => Ok(value),
            Some(failure) => Err(E::from(Error::other(format!("a statement failed and the work went on: {failure}")))),
        },
        Ok(Err(error)) => Err(error),
        Err(panic) => Err(E::from(Error::other(format!("the work panicked: {}", panic_text(&*panic))))),
    }
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
