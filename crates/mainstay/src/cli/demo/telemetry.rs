//! What the order system sends about a client by itself, and the level that is watched: day by day, as it would come.

use std::collections::BTreeSet;
use std::sync::Arc;

use mainstay_db::Tx;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::signal::Direction;
use mainstay_rules::threshold::{Measure, Side, Threshold};
use uuid::Uuid;

use super::story::Account;
use crate::account::store as accounts;
use crate::app;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::signal::store::{self as signals, Arrived, SignalChange, ThresholdTerms, Windowed};

/// Shoots that failed, of each hundred.
const SIGNAL: &str = "failed_shoots";
/// What the contract of the largest client allows.
const ALLOWED_PERCENT: i64 = 3;
const WHOLE: i64 = 1_000_000;
const TENTH: i64 = 100_000;

/// A point of the order system; with the first, somebody says what it is and watches it.
pub fn send(tx: &mut Tx<'_>, by: &By, account: &Account, id: Uuid, index: usize) -> Result<(), Fault> {
    let arrived = Arrived {
        place: 0,
        id: by.id(),
        account: id,
        part: None,
        name: SIGNAL.to_owned(),
        value: Decimal::from_millionths(account.failed_shoots[index].1 * TENTH),
        at: by.at,
        actor: None,
        source: "order system".to_owned(),
    };
    signals::take(tx, by, &[arrived], &BTreeSet::new())?;
    if index == 0 {
        watch(tx, by)?;
    }
    // As the reader after the commit does it.
    let system = By::new(Arc::clone(&by.workspace), None, by.source());
    signals::settle(tx, by.workspace.id, signals::Due::Threshold, &[id])?;
    let types = accounts::types_each(tx, by.workspace.id, &[id])?;
    signals::cross(tx, &system, &types)?;
    app::project(tx, &system)
}

fn watch(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    let words = SignalChange {
        title: Some("Failed shoots".to_owned()),
        unit: Some("%".to_owned()),
        direction: Some(Direction::LowerIsBetter),
    };
    signals::change_signal(tx, by, SIGNAL, &words)?;
    let terms = ThresholdTerms {
        what: Windowed { signal: SIGNAL.to_owned(), measure: Measure::Last, days: 1 },
        rule: Threshold {
            side: Side::AtLeast,
            level: Decimal::from_millionths(ALLOWED_PERCENT * WHOLE),
            back_by: Decimal::from_millionths(5 * TENTH),
            rest_days: 30,
        },
        account_types: 0,
        enabled: true,
    };
    signals::add_threshold(tx, by, &terms, false).map(drop)
}
