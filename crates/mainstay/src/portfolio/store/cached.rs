//! Totals are asked for by every look at the report and change only with an event: kept until the workspace's log moves on.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::civil::Date;
use mainstay_db::{Dialect, Tx, events, sql};
use tokio::time::Instant;
use uuid::Uuid;

use super::filter::Filter;
use super::frame::Frame;
use super::totals::{Totals, totals};
use crate::corridor::fault::Fault;

/// Questions remembered; when there are more, all are forgotten.
const KEPT_MAX: usize = 500;
/// Lines also change without an event (a day begins, a person is renamed elsewhere): the net below.
const KEPT_FOR: Duration = Duration::from_secs(10);

struct Kept {
    mark: String,
    day: Date,
    at: Instant,
    totals: Totals,
}

/// What was added up lately, by workspace and question.
#[derive(Default)]
pub struct KeptTotals(Mutex<HashMap<(Uuid, Frame, Filter), Kept>>);

impl KeptTotals {
    /// The totals as of this transaction's snapshot.
    pub fn of(
        &self,
        tx: &mut Tx<'_>,
        (workspace, frame): (Uuid, Frame),
        filter: &Filter,
        day: Date,
    ) -> Result<Totals, Fault> {
        let mark = mark(tx, workspace)?;
        let key = (workspace, frame, filter.clone());
        if let Ok(kept) = self.0.lock()
            && let Some(kept) = kept.get(&key)
            && kept.mark == mark
            && kept.day == day
            && kept.at.elapsed() < KEPT_FOR
        {
            return Ok(kept.totals.clone());
        }
        let totals = totals(tx, workspace, frame, filter)?;
        if let Ok(mut kept) = self.0.lock() {
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            kept.insert(key, Kept { mark, day, at: Instant::now(), totals: totals.clone() });
        }
        Ok(totals)
    }
}

/// The same mark, the same lines. On SQLite the log's end says it; on PostgreSQL transactions commit out of order, so
/// that only the snapshot itself does: it stays while nobody writes.
fn mark(tx: &mut Tx<'_>, workspace: Uuid) -> Result<String, Fault> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(events::head(tx, Some(workspace))?.to_string());
    }
    let snapshot = tx.one(sql!(Postgres, "SELECT pg_current_snapshot()::text"), &[], |row| row.get(0))?;
    snapshot.ok_or_else(|| Fault::internal("PostgreSQL gave no snapshot"))
}
