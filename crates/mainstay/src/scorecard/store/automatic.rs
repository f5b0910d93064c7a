//! Sub-metrics that are worked out from data points: their scores follow in the transaction of whatever moved them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mainstay_db::Tx;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::scorecard::{Metric, Origin, Template};
use uuid::Uuid;

use super::{ScoreIn, latest_before, record_with, templates};
use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::signal::store as signals;

/// Brings the automatic scores of an account up to date; a score that stays the same is not written again.
pub fn follow_signals(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let templates = templates(tx, by.workspace.id)?;
    if templates.all().all(|template| template.automatic().next().is_none()) {
        return Ok(());
    }
    // An account that is gone has no scores to follow.
    let Some(found) = accounts::account(tx, by.workspace.id, account, Uuid::nil())? else { return Ok(()) };
    let template = templates.governing(found.segment());
    if template.automatic().next().is_none() {
        return Ok(());
    }
    let mut moments = signals::moments_since(tx, by, account)?;
    moments.retain(|at| *at < by.at);
    moments.push(by.at);
    for at in moments {
        for metric in template.automatic() {
            rescore(tx, by, account, template, metric, at)?;
        }
    }
    Ok(())
}

fn rescore(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    template: &Template,
    metric: &Metric,
    at: Timestamp,
) -> Result<(), Fault> {
    let mut values: BTreeMap<String, (Decimal, Timestamp)> = BTreeMap::new();
    for name in metric.points() {
        if let Some(point) = signals::as_of(tx, by.workspace.id, account, name, at)? {
            values.insert(name.to_owned(), (point.value, point.at));
        }
    }
    let score = metric.computed(|name| values.get(name).map(|(value, _)| *value));
    let known = latest_before(tx, by.workspace.id, account, &metric.key, at)?;
    if known.as_ref().and_then(|known| known.value) == score {
        return Ok(());
    }
    // It is so since its youngest input, unless it read otherwise after that: then the template changed now.
    let moment = values.values().map(|(_, at)| *at).max().unwrap_or(at);
    let effective_at = if known.is_some_and(|known| known.effective_at >= moment) { at } else { moment };
    let new = ScoreIn {
        metric: metric.key.clone(),
        value: score,
        note: String::new(),
        evidence_url: String::new(),
        effective_at: Some(effective_at),
        confirms: false,
    };
    record_with(tx, by, account, &new, template, Origin::WorkedOut)
}
