//! The account's scores that its scopes give: they follow in the transaction of whatever moved them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Tx, id_places, sql, statements};
use mainstay_rules::roll_up::{Tree, Weight, expected_users};
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::{MetricRef, Origin, Template};
use uuid::Uuid;

use super::scope::{of_metric, of_metric_at};
use super::{ScoreIn, latest_before, newest_of_scopes, record_with, templates};
use crate::account::store as accounts;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Later scores of one metric that a backdated one rewrites at most.
const MOMENTS_MAX: i64 = 500;

fn scored_statement() -> String {
    format!(
        "SELECT DISTINCT account_id FROM scope_score_latest WHERE workspace_id = $1 AND account_id IN ({})",
        id_places(2)
    )
}

fn composed() -> Vec<String> {
    vec![scored_statement()]
}

statements!(composed);

/// Brings the accounts' scores up to date that are rolled up from their scopes; few have any.
pub fn follow_scopes(tx: &mut Tx<'_>, by: &By, accounts: &[Uuid]) -> Result<(), Fault> {
    let scored: Vec<Uuid> = tx.rows_of(&scored_statement(), &[&by.workspace.id], accounts, |row| row.get(0))?;
    scored.into_iter().try_for_each(|account| follow_of(tx, by, account))
}

/// A score that stays the same is not written again, unless somebody looked again. What the scopes weigh is what they
/// bring on that day.
fn follow_of(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let newest = newest_of_scopes(tx, by.workspace.id, account)?;
    if newest.is_empty() {
        return Ok(());
    }
    let Some(found) = accounts::account(tx, by.workspace.id, account, Uuid::nil())? else { return Ok(()) };
    let templates = templates(tx, by.workspace.id)?;
    let template = templates.governing(found.segment());
    let moments = moments(tx, by, account)?;
    let mut trees: BTreeMap<Date, Tree> = BTreeMap::new();
    let keys: BTreeSet<&str> = newest.iter().map(|one| one.score.metric.as_str()).collect();
    for key in keys {
        let Some(metric) = typed_metric(template, key) else { continue };
        let told = moments.get(key).map_or(&[][..], Vec::as_slice);
        for (at, is_new) in told.iter().filter(|(at, _)| *at < by.at) {
            let day = by.workspace.day_of(*at);
            let own = of_metric_at(tx, by.workspace.id, account, key, *at)?;
            let reading = tree_of(tx, by, account, day, &mut trees)?.read(&own, None, metric.step_index == 0);
            follow(tx, by, account, (template, key), reading.map(|reading| reading.score()), (*at, *is_new))?;
        }
        let own = of_metric(&newest, key);
        let is_new = told.iter().any(|(at, is_new)| *at == by.at && *is_new);
        if own.is_empty() && !is_new {
            // No scope scores it any more: what the account read last stands, and people type the next one.
            continue;
        }
        let reading = tree_of(tx, by, account, by.today(), &mut trees)?.read(&own, None, metric.step_index == 0);
        follow(tx, by, account, (template, key), reading.map(|reading| reading.score()), (by.at, is_new))?;
    }
    Ok(())
}

/// A metric that scopes score: one that the template knows and that is not worked out from data points.
pub fn typed_metric<'a>(template: &'a Template, key: &str) -> Option<MetricRef<'a>> {
    let metric = template.metric(key)?;
    metric.metric.is_none_or(|metric| !metric.is_automatic()).then_some(metric)
}

fn follow(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    (template, metric): (&Template, &str),
    value: Option<Score>,
    (at, is_new): (Timestamp, bool),
) -> Result<(), Fault> {
    let known = latest_before(tx, by.workspace.id, account, metric, at)?;
    if known.and_then(|known| known.value) == value && !is_new {
        return Ok(());
    }
    let new = ScoreIn {
        metric: metric.to_owned(),
        value,
        note: String::new(),
        evidence_url: String::new(),
        effective_at: Some(at),
        confirms: is_new,
    };
    record_with(tx, by, account, &new, template, Origin::WorkedOut)
}

/// For each metric that this verb scored on a scope: when, and every later time at which a scope was scored; of each
/// whether it is this verb's.
fn moments(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<BTreeMap<String, Vec<(Timestamp, bool)>>, Fault> {
    let rows: Vec<(String, Timestamp, i64)> = tx.rows(
        sql!(
            "SELECT s.metric, s.effective_at, CAST(MAX(CASE WHEN s.recorded_at = $3 THEN 1 ELSE 0 END) AS BIGINT)
             FROM scope_score s
             JOIN (SELECT metric, MIN(effective_at) AS first_at FROM scope_score
               WHERE workspace_id = $1 AND account_id = $2 AND recorded_at = $3 GROUP BY metric) n ON n.metric = s.metric
             WHERE s.workspace_id = $1 AND s.account_id = $2 AND s.effective_at >= n.first_at
             GROUP BY s.metric, s.effective_at ORDER BY s.metric, s.effective_at LIMIT $4"
        ),
        &[&by.workspace.id, &account, &by.at, &MOMENTS_MAX],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut moments: BTreeMap<String, Vec<(Timestamp, bool)>> = BTreeMap::new();
    for (metric, at, is_new) in rows {
        moments.entry(metric).or_default().push((at, is_new == 1));
    }
    Ok(moments)
}

fn tree_of<'a>(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    day: Date,
    trees: &'a mut BTreeMap<Date, Tree>,
) -> Result<&'a Tree, Fault> {
    Ok(match trees.entry(day) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(tree_on(tx, &by.workspace, account, day)?),
    })
}

/// The account's living scopes and what they weigh on a day.
pub fn tree_on(tx: &mut Tx<'_>, workspace: &Workspace, account: Uuid, day: Date) -> Result<Tree, Fault> {
    let scopes = accounts::scopes(tx, workspace.id, account)?;
    let arr = accounts::scope_arr(tx, workspace, account, &scopes, day)?;
    let parents = accounts::living_parents(&scopes);
    let living = scopes.iter().filter(|scope| scope.is_living());
    let said = living.filter_map(|scope| Some((scope.id, scope.fields.expected_users?))).collect();
    let users = expected_users(&parents, &said);
    let weight = |scope: &Uuid| Weight { arr_minor: arr.of(*scope), expected_users: users.get(scope).copied() };
    let weights = parents.keys().map(|scope| (*scope, weight(scope))).collect();
    Ok(Tree { parents, weights })
}
