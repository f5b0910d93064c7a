//! The writer's two bounded lanes: people first, bulk work behind them, but never for ever.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::run::{Job, hold};

/// Bulk work that waited this long goes next, however many people write.
const BULK_PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    Interactive,
    Bulk,
}

/// A job that waits. Its place in the lane is given back when it is taken.
struct Waiting {
    job: Box<dyn Job>,
    since: Instant,
    _room: OwnedSemaphorePermit,
}

#[derive(Default)]
struct Lanes {
    interactive: VecDeque<Waiting>,
    bulk: VecDeque<Waiting>,
    closed: bool,
}

pub(crate) struct Queue {
    lanes: Mutex<Lanes>,
    arrived: Condvar,
    interactive_room: Arc<Semaphore>,
    bulk_room: Arc<Semaphore>,
}

pub(super) enum Next {
    Job(Box<dyn Job>),
    Nothing,
    Closed,
}

impl Queue {
    pub fn new(interactive: usize, bulk: usize) -> Queue {
        Queue {
            lanes: Mutex::default(),
            arrived: Condvar::new(),
            interactive_room: Arc::new(Semaphore::new(interactive)),
            bulk_room: Arc::new(Semaphore::new(bulk)),
        }
    }

    pub fn room(&self, lane: Lane) -> Arc<Semaphore> {
        match lane {
            Lane::Interactive => self.interactive_room.clone(),
            Lane::Bulk => self.bulk_room.clone(),
        }
    }

    pub fn push(&self, lane: Lane, job: Box<dyn Job>, room: OwnedSemaphorePermit) -> Result<()> {
        let mut lanes = hold(&self.lanes);
        if lanes.closed {
            return Err(Error::Gone);
        }
        let waiting = Waiting { job, since: Instant::now(), _room: room };
        match lane {
            Lane::Interactive => lanes.interactive.push_back(waiting),
            Lane::Bulk => lanes.bulk.push_back(waiting),
        }
        self.arrived.notify_one();
        Ok(())
    }

    /// The next job of any lane, waiting at most `patience` for one.
    pub(super) fn next(&self, patience: Duration) -> Next {
        let lanes = hold(&self.lanes);
        let idle = |lanes: &mut Lanes| !lanes.closed && lanes.interactive.is_empty() && lanes.bulk.is_empty();
        let waited = self.arrived.wait_timeout_while(lanes, patience, idle);
        let (mut lanes, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if lanes.closed {
            return Next::Closed;
        }
        let overdue = lanes.bulk.front().is_some_and(|first| first.since.elapsed() > BULK_PATIENCE);
        let first = if overdue { None } else { lanes.interactive.pop_front() };
        match first.or_else(|| lanes.bulk.pop_front()) {
            Some(waiting) => Next::Job(waiting.job),
            None => Next::Nothing,
        }
    }

    /// Another interactive job for the group that is open; bulk work starts groups and never joins one.
    pub(super) fn another(&self) -> Option<Box<dyn Job>> {
        hold(&self.lanes).interactive.pop_front().map(|waiting| waiting.job)
    }

    /// No job comes in any more; those that wait are dropped, which tells their callers.
    pub fn close(&self) {
        let dropped = {
            let mut lanes = hold(&self.lanes);
            lanes.closed = true;
            (std::mem::take(&mut lanes.interactive), std::mem::take(&mut lanes.bulk))
        };
        self.interactive_room.close();
        self.bulk_room.close();
        self.arrived.notify_all();
        drop(dropped);
    }

    /// How many jobs wait: interactive and bulk.
    pub fn depth(&self) -> (usize, usize) {
        let lanes = hold(&self.lanes);
        (lanes.interactive.len(), lanes.bulk.len())
    }
}
