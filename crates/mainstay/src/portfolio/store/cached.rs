//! Totals are asked for by every look at the report and change only with an event: kept until the workspace's log moves on.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_db::events::{self, Cursor};
use tokio::time::Instant;
use uuid::Uuid;

use super::read::{Filter, Totals, totals};
use crate::corridor::fault::Fault;

/// Questions remembered; when there are more, all are forgotten.
const KEPT_MAX: usize = 500;
/// Lines also change without an event (a day begins, a person is renamed elsewhere): the net below.
const KEPT_FOR: Duration = Duration::from_secs(10);

struct Kept {
    head: Cursor,
    day: Date,
    at: Instant,
    totals: Totals,
}

/// What was added up lately, by workspace and question.
#[derive(Default)]
pub struct KeptTotals(Mutex<HashMap<(Uuid, Filter), Kept>>);

impl KeptTotals {
    /// The totals as of this transaction's snapshot.
    pub fn of(&self, tx: &mut Tx<'_>, workspace: Uuid, filter: &Filter, day: Date) -> Result<Totals, Fault> {
        let head = events::head(tx, Some(workspace))?;
        let key = (workspace, filter.clone());
        if let Ok(kept) = self.0.lock()
            && let Some(kept) = kept.get(&key)
            && kept.head == head
            && kept.day == day
            && kept.at.elapsed() < KEPT_FOR
        {
            return Ok(kept.totals.clone());
        }
        let totals = totals(tx, workspace, filter)?;
        if let Ok(mut kept) = self.0.lock() {
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            kept.insert(key, Kept { head, day, at: Instant::now(), totals: totals.clone() });
        }
        Ok(totals)
    }
}
