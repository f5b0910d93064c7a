//! Scopes: the divisions, regions, product lines and sites of one account, as a tree of bounded depth.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::field::{FieldCode, FieldError, keep, text};
use crate::limits::{EXPECTED_USERS_MAX, NAME_CHARS_MAX, SCOPE_DEPTH_MAX, SCOPES_PER_ACCOUNT_MAX};

/// What part of the client a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScopeKind {
    Division,
    Region,
    ProductLine,
    Site,
}

impl ScopeKind {
    pub const ALL: [Self; 4] = [Self::Division, Self::Region, Self::ProductLine, Self::Site];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Division => "division",
            Self::Region => "region",
            Self::ProductLine => "product_line",
            Self::Site => "site",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text.trim())
    }
}

/// A scope's own fields as typed; empty means "not said".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeInput {
    pub name: String,
    pub kind: String,
    pub expected_users: String,
}

/// A scope's own fields that satisfy the rules; who owns it and where it stands is decided apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeFields {
    pub name: String,
    pub kind: ScopeKind,
    /// Users or sites that are to be reached.
    pub expected_users: Option<i64>,
}

impl ScopeFields {
    /// Every error at once, so that a form is mended in one go.
    pub fn check(input: &ScopeInput) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = keep(text("/name", &input.name, NAME_CHARS_MAX), &mut errors);
        let kind = keep(kind(&input.kind), &mut errors);
        let expected_users = keep(expected_users(&input.expected_users), &mut errors);
        match (name, kind, expected_users) {
            (Some(name), Some(kind), Some(expected_users)) if errors.is_empty() => {
                Ok(Self { name, kind, expected_users })
            }
            _ => Err(errors),
        }
    }
}

fn kind(value: &str) -> Result<ScopeKind, FieldError> {
    ScopeKind::parse(value).ok_or_else(|| {
        let message = "A scope is a division, a region, a product_line or a site";
        FieldError::new("/kind", FieldCode::Unknown, message)
    })
}

fn expected_users(value: &str) -> Result<Option<i64>, FieldError> {
    let pointer = "/expected_users";
    if value.trim().is_empty() {
        return Ok(None);
    }
    let Ok(count) = value.trim().parse::<i64>() else {
        let message = "Write the expected users or sites as a whole number, for example 1200";
        return Err(FieldError::new(pointer, FieldCode::NotANumber, message));
    };
    if (0..=EXPECTED_USERS_MAX).contains(&count) {
        return Ok(Some(count));
    }
    let message = format!("The expected users or sites are a number from 0 to {EXPECTED_USERS_MAX}");
    Err(FieldError::new(pointer, FieldCode::OutOfRange, message))
}

/// The scopes of one account and what each stands under; none is the account itself.
pub type Parents = BTreeMap<Uuid, Option<Uuid>>;

/// Whether `id` may stand under `parent`: in the same account, not under itself, and not too deep with all it holds.
pub fn check_place(parents: &Parents, id: Uuid, parent: Option<Uuid>) -> Result<(), FieldError> {
    let Some(parent) = parent else { return Ok(()) };
    let refused = |code, message: String| Err(FieldError::new("/parent_id", code, message));
    if !parents.contains_key(&parent) {
        return refused(FieldCode::Unknown, "Choose a scope of this account, or none".to_owned());
    }
    let above = line_up(parents, parent);
    if above.contains(&id) {
        return refused(FieldCode::Conflict, "A scope cannot stand under itself".to_owned());
    }
    if above.len() + height(parents, id) > SCOPE_DEPTH_MAX {
        let message = format!("Scopes stand at most {SCOPE_DEPTH_MAX} deep; choose a higher place");
        return refused(FieldCode::TooMany, message);
    }
    Ok(())
}

/// Refuses one more scope where there are as many as an account can have, archived ones included.
pub fn check_room(count: usize) -> Result<(), FieldError> {
    if count < SCOPES_PER_ACCOUNT_MAX {
        return Ok(());
    }
    let message = format!("An account has at most {SCOPES_PER_ACCOUNT_MAX} scopes, and this one has them all");
    Err(FieldError::new("", FieldCode::TooMany, message))
}

/// The scope itself and everything it stands under, the nearest first. Broken rows never make it endless.
pub fn line_up(parents: &Parents, id: Uuid) -> Vec<Uuid> {
    let mut line = vec![id];
    let mut here = id;
    while let Some(Some(above)) = parents.get(&here) {
        if line.contains(above) {
            break;
        }
        line.push(*above);
        here = *above;
    }
    line
}

/// How many levels a scope takes with all that stands under it; a new one takes one.
fn height(parents: &Parents, id: Uuid) -> usize {
    let below = parents.keys().filter_map(|scope| line_up(parents, *scope).iter().position(|above| *above == id));
    below.max().unwrap_or(0) + 1
}

/// What each scope adds up to with all that stands under it; parts of a scope that is not there count for nothing.
pub fn sums(parents: &Parents, own: &BTreeMap<Uuid, i64>) -> BTreeMap<Uuid, i64> {
    let mut sums: BTreeMap<Uuid, i64> = parents.keys().map(|scope| (*scope, 0)).collect();
    for (scope, minor) in own {
        for above in line_up(parents, *scope) {
            if let Some(sum) = sums.get_mut(&above) {
                *sum = sum.saturating_add(*minor);
            }
        }
    }
    sums
}
