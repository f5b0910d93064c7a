//! Sub-metrics that are worked out from data points: their scores follow in the transaction of whatever moved them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mainstay_db::{Tx, sql};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::{Metric, Origin, Template, Templates};
use uuid::Uuid;

use super::{ScoreIn, latest_before, record_with, score_of, templates};
use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::signal::store as signals;

/// Brings the automatic scores of accounts up to date; a score that stays the same is not written again.
pub fn follow_signals(tx: &mut Tx<'_>, by: &By, accounts: &[Uuid]) -> Result<(), Fault> {
    let templates = templates(tx, by.workspace.id)?;
    if templates.all().all(|template| template.automatic().next().is_none()) {
        return Ok(());
    }
    // An account that is gone has no scores to follow.
    let found = accounts::accounts_each(tx, by.workspace.id, accounts, Uuid::nil())?;
    for account in accounts {
        let template = found.get(account).map(|found| templates.governing(found.segment()));
        if let Some(template) = template.filter(|template| template.automatic().next().is_some()) {
            let moments = signals::moments_since(tx, by, *account)?;
            follow_of(tx, by, *account, template, moments)?;
        }
    }
    Ok(())
}

/// The same of accounts of which programs sent data points since a time: what each day read at its end, and now.
pub fn follow_since(tx: &mut Tx<'_>, by: &By, accounts: &[(Uuid, Timestamp)]) -> Result<(), Fault> {
    let templates = templates(tx, by.workspace.id)?;
    let ids: Vec<Uuid> = accounts.iter().map(|(account, _)| *account).collect();
    let found = accounts::accounts_each(tx, by.workspace.id, &ids, Uuid::nil())?;
    for (account, since) in accounts {
        let Some(template) = found.get(account).map(|found| templates.governing(found.segment())) else { continue };
        let moments = signals::moments_from(tx, by.workspace.id, *account, by.workspace.day_of(*since))?;
        follow_of(tx, by, *account, template, moments)?;
    }
    Ok(())
}

fn follow_of(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    template: &Template,
    mut moments: Vec<Timestamp>,
) -> Result<(), Fault> {
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
    let (score, youngest) = given(tx, by.workspace.id, account, metric, at)?;
    let known = latest_before(tx, by.workspace.id, account, &metric.key, at)?;
    if known.as_ref().and_then(|known| known.value) == score {
        return Ok(());
    }
    // It is so since its youngest input, unless it read otherwise after that: then the template changed now.
    let moment = youngest.unwrap_or(at);
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

/// What the data points give at a time, and when the youngest of them was measured.
fn given(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    metric: &Metric,
    at: Timestamp,
) -> Result<(Option<Score>, Option<Timestamp>), Fault> {
    let mut values: BTreeMap<String, (Decimal, Timestamp)> = BTreeMap::new();
    for name in metric.points() {
        if let Some(point) = signals::as_of(tx, workspace, account, name, at)? {
            values.insert(name.to_owned(), (point.value, point.at));
        }
    }
    let score = metric.computed(|name| values.get(name).map(|(value, _)| *value));
    Ok((score, values.values().map(|(_, at)| *at).max()))
}

/// The newest automatic score of a metric as it is stored, in both places, beside what its data points give.
#[derive(Clone, Debug)]
pub struct Compared {
    pub metric: String,
    pub newest: Option<Score>,
    /// The same score in the history.
    pub recorded: Option<Score>,
    pub given: Option<Score>,
}

/// Every automatic score of an account, worked out anew; writes nothing.
pub fn compare_automatic(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    templates: &Templates,
    at: Timestamp,
) -> Result<Vec<Compared>, Fault> {
    let Some(found) = accounts::account(tx, workspace, account, Uuid::nil())? else { return Ok(Vec::new()) };
    let mut compared = Vec::new();
    for metric in templates.governing(found.segment()).automatic() {
        let stored = tx.one(
            sql!(
                "SELECT l.value, s.value FROM score_latest l JOIN score s ON s.id = l.score_id
                 WHERE l.workspace_id = $1 AND l.account_id = $2 AND l.metric = $3"
            ),
            &[&workspace, &account, &metric.key],
            |row| Ok((score_of(row, 0)?, score_of(row, 1)?)),
        )?;
        let (newest, recorded) = stored.unwrap_or_default();
        let (given, _) = given(tx, workspace, account, metric, at)?;
        compared.push(Compared { metric: metric.key.clone(), newest, recorded, given });
    }
    Ok(compared)
}
