//! Parents and subsidiaries as a tree: in which order it is read, and what each account brings with those under it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::scope::{Parents, line_up, sums};

/// An account of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: Uuid,
    pub name: String,
    /// The account of which it is a subsidiary; one that is not in the tree counts as none.
    pub parent: Option<Uuid>,
    /// What it brings a year by itself.
    pub arr_minor: i64,
}

/// A row of the tree as it is read from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Place among the members.
    pub member: usize,
    /// 0 stands at the top.
    pub level: usize,
    /// What it brings a year with all that stands under it.
    pub arr_with_below: i64,
}

/// Every member once, each under its parent; among neighbours the one that brings most comes first, then by name.
pub fn rows(members: &[Member]) -> Vec<Row> {
    let known: BTreeMap<Uuid, usize> = members.iter().enumerate().map(|(place, one)| (one.id, place)).collect();
    let parents: Parents =
        members.iter().map(|one| (one.id, one.parent.filter(|parent| known.contains_key(parent)))).collect();
    let own = members.iter().map(|one| (one.id, one.arr_minor)).collect();
    let totals = sums(&parents, &own);
    let place = |id: Uuid| {
        let name = known.get(&id).and_then(|place| members.get(*place)).map_or("", |one| one.name.as_str());
        (Reverse(totals.get(&id).copied().unwrap_or(0)), name, id)
    };
    let mut rows: Vec<(Vec<_>, usize)> = members
        .iter()
        .enumerate()
        .map(|(member, one)| {
            let mut line: Vec<_> = line_up(&parents, one.id).into_iter().map(place).collect();
            line.reverse();
            (line, member)
        })
        .collect();
    rows.sort();
    let row = |(line, member): (Vec<_>, usize)| Row {
        member,
        level: line.len() - 1,
        arr_with_below: totals.get(&members[member].id).copied().unwrap_or(0),
    };
    rows.into_iter().map(row).collect()
}

/// Which members belong to a hierarchy: those with a parent or a subsidiary among them, and those that are divided.
pub fn related(members: &[Member], is_divided: impl Fn(&Member) -> bool) -> Vec<bool> {
    let known: BTreeSet<Uuid> = members.iter().map(|one| one.id).collect();
    let above: BTreeSet<Uuid> = members.iter().filter_map(|one| one.parent).collect();
    let has_parent = |one: &Member| one.parent.is_some_and(|parent| known.contains(&parent));
    members.iter().map(|one| has_parent(one) || above.contains(&one.id) || is_divided(one)).collect()
}
