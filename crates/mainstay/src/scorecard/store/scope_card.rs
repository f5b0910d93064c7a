//! What an account's scopes read today: each metric rolled up, the steps, and the overall score of each scope.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::roll_up::{Reading, Tree};
use mainstay_rules::scope::line_up;
use mainstay_rules::scorecard::{Latest, Scorecard, Template, evaluate};
use uuid::Uuid;

use super::roll_up::{tree_on, typed_metric};
use super::scope::of_metric;
use super::{Recorded, ScopeScore, newest_of_scopes, template_of};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;

/// The scores of an account's scopes, and how they are rolled up.
pub struct ScopeCards {
    pub template: Arc<Template>,
    pub tree: Tree,
    pub newest: Vec<ScopeScore>,
}

/// What one scope reads.
pub struct ScopeCard {
    pub result: Scorecard,
    /// By the key of the metric.
    pub readings: BTreeMap<String, Reading>,
}

pub fn scope_cards(tx: &mut Tx<'_>, workspace: &Workspace, account: Uuid, today: Date) -> Result<ScopeCards, Fault> {
    let template = template_of(tx, workspace.id, account)?;
    let tree = tree_on(tx, workspace, account, today)?;
    Ok(ScopeCards { template, tree, newest: newest_of_scopes(tx, workspace.id, account)? })
}

impl ScopeCards {
    /// What a scope reads of a metric; `of` None is the account as its scopes make it.
    pub fn reading(&self, key: &str, of: Option<Uuid>) -> Option<Reading> {
        let metric = typed_metric(&self.template, key)?;
        self.tree.read(&of_metric(&self.newest, metric.key()), of, metric.step_index == 0)
    }

    /// The score that was recorded on this very scope.
    pub fn own(&self, key: &str, scope: Uuid) -> Option<&Recorded> {
        self.newest.iter().find(|one| one.scope == scope && one.score.metric == key).map(|one| &one.score)
    }

    pub fn card(&self, scope: Uuid) -> ScopeCard {
        let keys = self.template.steps.iter().flat_map(|step| {
            step.metrics.iter().map(|metric| metric.key.as_str()).chain(std::iter::once(step.key.as_str()))
        });
        let readings: BTreeMap<String, Reading> =
            keys.filter_map(|key| Some((key.to_owned(), self.reading(key, Some(scope))?))).collect();
        let fact = |(key, reading): (&String, &Reading)| {
            let (value, effective_at) = (Some(reading.score()), self.youngest(key, scope)?);
            Some(Latest { metric: key.clone(), value, effective_at })
        };
        let facts: Vec<Latest> = readings.iter().filter_map(fact).collect();
        ScopeCard { result: evaluate(&self.template, &facts), readings }
    }

    /// When the youngest score was given that a scope reads.
    pub fn youngest(&self, key: &str, scope: Uuid) -> Option<Timestamp> {
        let counts = |one: &&ScopeScore| {
            let is_known = one.score.metric == key && one.score.value.is_some();
            is_known && line_up(&self.tree.parents, one.scope).contains(&scope)
        };
        self.newest.iter().filter(counts).map(|one| one.score.effective_at).max()
    }
}
