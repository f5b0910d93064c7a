//! Rolling up: what a scope, and the account, read where the scopes under them are scored.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::limits::SCOPE_DEPTH_MAX;
use crate::rounding::{half_away, saturate};
use crate::scope::{Parents, line_up};
use crate::score::{Mean, Score};

/// What a scope weighs among its neighbours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// What it brings a year, with all that stands under it.
    pub arr_minor: i64,
    /// Users or sites to be reached, with all that stands under it; None: nobody said.
    pub expected_users: Option<i64>,
}

/// The living scopes of one account, what each stands under, and what it weighs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    pub parents: Parents,
    pub weights: BTreeMap<Uuid, Weight>,
}

/// By what the parts of a number were weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    Arr,
    /// Of the first step, so that a new division weighs something.
    ExpectedUsers,
    /// None of them brings anything so far.
    Equal,
}

/// One scope that goes into the number of what it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub scope: Uuid,
    pub value: Mean,
    pub weight: i64,
}

/// What a scope or the account reads, and from what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    exact: i128,
    /// None: its own score, as somebody gave it.
    pub basis: Option<Basis>,
    /// The scopes right under it that are scored, in the order of their ids; empty for its own score.
    pub parts: Vec<Part>,
}

/// Parts of a hundredth in which means are kept on their way up: far finer than what is shown, so that rounding
/// happens once. The highest score times the largest weight of all scopes stays inside an i128.
const GRAIN: i128 = 1_000_000_000_000;

impl Reading {
    /// To the millionth, for being shown.
    pub fn mean(&self) -> Mean {
        Mean::from_millionths(saturate(half_away(self.exact * 10_000, GRAIN)))
    }

    /// To the hundredth, for being recorded.
    pub fn score(&self) -> Score {
        // A mean of scores lies between them.
        Score::from_hundredths(saturate(half_away(self.exact, GRAIN))).unwrap_or(Score::ZERO)
    }
}

impl Tree {
    /// What `of` reads for one metric; `of` None is the account. A scope reads the mean of the scored scopes right
    /// under it, and its own score where there are none; so a score counts at exactly one level. Unscored scopes are
    /// left out. `own` holds what was recorded on each scope.
    pub fn read(&self, own: &BTreeMap<Uuid, Score>, of: Option<Uuid>, is_first_step: bool) -> Option<Reading> {
        self.read_at(own, of, is_first_step, 0)
    }

    fn read_at(&self, own: &BTreeMap<Uuid, Score>, of: Option<Uuid>, first: bool, depth: usize) -> Option<Reading> {
        if depth > SCOPE_DEPTH_MAX {
            return None;
        }
        let under = self.parents.iter().filter(|(_, above)| **above == of).map(|(scope, _)| *scope);
        let scored: Vec<(Uuid, Reading)> =
            under.filter_map(|scope| Some((scope, self.read_at(own, Some(scope), first, depth + 1)?))).collect();
        if scored.is_empty() {
            let score = own.get(&of?)?;
            let exact = i128::from(score.hundredths()) * GRAIN;
            return Some(Reading { exact, basis: None, parts: Vec::new() });
        }
        let (basis, weights) = self.weigh(scored.iter().map(|(scope, _)| *scope), first);
        let sum: i128 = scored.iter().zip(&weights).map(|((_, part), weight)| part.exact * i128::from(*weight)).sum();
        let exact = half_away(sum, weights.iter().map(|weight| i128::from(*weight)).sum());
        let part = |((scope, part), weight): (&(Uuid, Reading), &i64)| Part {
            scope: *scope,
            value: part.mean(),
            weight: *weight,
        };
        Some(Reading { exact, basis: Some(basis), parts: scored.iter().zip(&weights).map(part).collect() })
    }

    /// What neighbours weigh: the first step by expected users where all of them say how many, everything else by ARR.
    fn weigh(&self, scopes: impl Iterator<Item = Uuid>, first: bool) -> (Basis, Vec<i64>) {
        let of: Vec<Weight> = scopes.map(|scope| self.weights.get(&scope).copied().unwrap_or_default()).collect();
        let users: Option<Vec<i64>> = of.iter().map(|weight| weight.expected_users.map(|users| users.max(0))).collect();
        if let Some(users) = users.filter(|users| first && users.iter().any(|users| *users > 0)) {
            return (Basis::ExpectedUsers, users);
        }
        let arr: Vec<i64> = of.iter().map(|weight| weight.arr_minor.max(0)).collect();
        if arr.iter().any(|arr| *arr > 0) {
            return (Basis::Arr, arr);
        }
        (Basis::Equal, vec![1; of.len()])
    }

    /// Whether a scope that stands under this one is scored: then this one reads theirs and takes none of its own.
    pub fn is_scored_below(&self, own: &BTreeMap<Uuid, Score>, scope: Uuid) -> bool {
        own.keys().any(|scored| *scored != scope && self.lies_under(*scored, scope))
    }

    fn lies_under(&self, scope: Uuid, above: Uuid) -> bool {
        self.parents.contains_key(&scope) && line_up(&self.parents, scope).contains(&above)
    }
}

/// The users or sites of each scope: as it says itself, or what the scopes right under it have together.
pub fn expected_users(parents: &Parents, own: &BTreeMap<Uuid, i64>) -> BTreeMap<Uuid, i64> {
    let mut sums = own.clone();
    // The deepest first, so that what stands under a scope is known before it.
    let mut scopes: Vec<(usize, Uuid)> = parents.keys().map(|scope| (line_up(parents, *scope).len(), *scope)).collect();
    scopes.sort_unstable_by(|a, b| b.cmp(a));
    for (_, scope) in scopes {
        let (Some(Some(above)), Some(users)) = (parents.get(&scope), sums.get(&scope).copied()) else { continue };
        if !own.contains_key(above) {
            let sum = sums.entry(*above).or_insert(0);
            *sum = sum.saturating_add(users);
        }
    }
    sums
}
