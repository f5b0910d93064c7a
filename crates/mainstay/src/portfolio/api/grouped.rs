//! The groups of a report as they are read: named, in their order, each with the condition that gives its rows.

use std::collections::HashMap;

use mainstay_db::Tx;
use mainstay_rules::custom_field::Kind;
use mainstay_rules::money::Currency;
use uuid::Uuid;

use super::{GroupOut, Known, condition};
use crate::corridor::fault::Fault;
use crate::people;
use crate::portfolio::store::{self, Filter, Frame, GROUPS_MAX, Group, GroupBy};

/// One group as it is shown.
pub struct Named {
    pub group: Group,
    pub label: String,
    /// The word and value that give its rows.
    pub condition: (String, String),
}

pub struct Grouped {
    pub groups: Vec<Named>,
    /// There are smaller groups that are left out.
    pub more: bool,
}

/// The report's groups by a word of its address.
pub fn grouped(
    tx: &mut Tx<'_>,
    of: (Uuid, Frame),
    filter: &Filter,
    word: &str,
    known: &Known<'_>,
) -> Result<Grouped, Fault> {
    let by = known.group(word)?;
    let mut groups = store::groups(tx, of, filter, &by, known.today)?;
    let more = groups.len() > GROUPS_MAX;
    groups.truncate(GROUPS_MAX);
    let kind = known.own(word).map(|field| field.kind);
    let people = if kind == Some(Kind::Person) { names(tx, of.0, &groups)? } else { HashMap::new() };
    let label = |key: Option<&str>| known.label(&by, key, |id| people.get(id).cloned());
    let ordered = known.ordered(&by, groups, |key| label(Some(key)));
    let named = ordered.into_iter().map(|group| Named {
        label: label(group.key.as_deref()),
        condition: condition(&by, group.key.as_deref(), kind),
        group,
    });
    Ok(Grouped { groups: named.collect(), more })
}

fn names(tx: &mut Tx<'_>, workspace: Uuid, groups: &[Group]) -> Result<HashMap<String, String>, Fault> {
    let mut names = HashMap::new();
    for key in groups.iter().filter_map(|group| group.key.as_deref()) {
        let Ok(id) = Uuid::parse_str(key) else { continue };
        if let Some(user) = people::store::user(tx, workspace, id)? {
            names.insert(key.to_owned(), user.name);
        }
    }
    Ok(names)
}

impl Grouped {
    /// The condition of the group that an address opens by its value.
    pub fn condition(&self, open: Option<&str>) -> Option<(&str, &str)> {
        let named = self.groups.iter().find(|named| open == Some(named.condition.1.as_str()))?;
        Some((&named.condition.0, &named.condition.1))
    }

    pub fn out(self, currency: Currency) -> Vec<GroupOut> {
        self.groups
            .into_iter()
            .map(|named| GroupOut::of(&named.group, named.label, named.condition, currency))
            .collect()
    }
}

/// How accounts of a type and tenure stand: a row for each type, a column for each band of tenure.
pub fn heat(tx: &mut Tx<'_>, of: (Uuid, Frame), filter: &Filter, known: &Known<'_>) -> Result<Vec<Group>, Fault> {
    store::groups(tx, of, filter, &GroupBy::Heat, known.today)
}
