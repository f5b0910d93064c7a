//! Which scorecard governs an account: the one that names its type or segment most closely, else the default.

use std::sync::Arc;

use super::template::Template;
use crate::account::AccountType;

/// The accounts that a template is for. What it does not name does not matter; a template that names
/// nothing governs only as the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppliesTo {
    pub types: Vec<AccountType>,
    pub industries: Vec<String>,
    pub verticals: Vec<String>,
    pub geographies: Vec<String>,
}

/// What the choice depends on.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    pub account_type: AccountType,
    pub industry: Option<&'a str>,
    pub vertical: Option<&'a str>,
    pub geography: Option<&'a str>,
}

impl AppliesTo {
    pub fn is_empty(&self) -> bool {
        self.named() == 0
    }

    fn named(&self) -> usize {
        let lists = [&self.industries, &self.verticals, &self.geographies];
        usize::from(!self.types.is_empty()) + lists.iter().filter(|list| !list.is_empty()).count()
    }

    /// How closely it fits: so many things named, all of them met; none when one is not.
    fn fit(&self, account: Segment<'_>) -> Option<usize> {
        let meets = |list: &[String], value: Option<&str>| {
            list.is_empty() || value.is_some_and(|value| list.iter().any(|one| same(one, value)))
        };
        let fits = (self.types.is_empty() || self.types.contains(&account.account_type))
            && meets(&self.industries, account.industry)
            && meets(&self.verticals, account.vertical)
            && meets(&self.geographies, account.geography);
        Some(self.named()).filter(|named| fits && *named > 0)
    }
}

/// Segments are typed by people.
fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The published templates of a workspace; there is always a default.
#[derive(Debug, Clone)]
pub struct Templates {
    default: Arc<Template>,
    others: Vec<Arc<Template>>,
}

impl Templates {
    pub fn new(default: Arc<Template>, mut others: Vec<Arc<Template>>) -> Self {
        others.sort_by(|one, other| one.key.cmp(&other.key));
        Self { default, others }
    }

    /// Its steps are the heads and the wire keys of the report.
    pub fn default(&self) -> &Arc<Template> {
        &self.default
    }

    /// The default first, the others by key.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Template>> {
        std::iter::once(&self.default).chain(&self.others)
    }

    /// Whether every account has the default, so that nobody need ask.
    pub fn is_uniform(&self) -> bool {
        self.all().all(|template| template.applies_to.is_empty())
    }

    /// The template that fits most closely; of several that fit alike the first by key.
    pub fn governing(&self, account: Segment<'_>) -> &Arc<Template> {
        let mut best: Option<(usize, &Arc<Template>)> = None;
        for template in self.all() {
            let Some(fit) = template.applies_to.fit(account) else { continue };
            let wins = best.is_none_or(|(most, kept)| fit > most || (fit == most && template.key < kept.key));
            if wins {
                best = Some((fit, template));
            }
        }
        best.map_or(&self.default, |(_, template)| template)
    }
}
