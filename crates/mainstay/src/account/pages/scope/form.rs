//! The form of a scope, and the choice of a contract's scope.

use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::scope::{ScopeFields, ScopeInput, ScopeKind, line_up};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{Shown, Typed};
use crate::account::store::{AccountScope, ScopeChange, living_parents, parents};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
use crate::corridor::frame_form::{Field, notice_bad, select};
use crate::text::{account as words, scope as text};

/// Characters of a count as typed.
const COUNT_CHARS_MAX: usize = 12;

/// A scope as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ScopeForm {
    pub name: String,
    pub kind: String,
    pub parent_id: String,
    pub owner_id: String,
    pub expected_users: String,
    /// The version that the form was filled with; empty for a new scope.
    pub version: String,
}

fn optional_id(pointer: &str, value: &str) -> Result<Option<Uuid>, FieldError> {
    match value.trim() {
        "" => Ok(None),
        id => Uuid::parse_str(id)
            .map(Some)
            .map_err(|_| FieldError::new(pointer, FieldCode::Unknown, "Choose one of the list")),
    }
}

impl ScopeForm {
    pub fn of(scope: &AccountScope) -> Self {
        let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        Self {
            name: scope.fields.name.clone(),
            kind: scope.fields.kind.as_str().to_owned(),
            parent_id: id(scope.parent_id),
            owner_id: id(scope.owner_id),
            expected_users: scope.fields.expected_users.map(|count| count.to_string()).unwrap_or_default(),
            version: scope.version.to_string(),
        }
    }

    /// What it is to stand under, as far as it can be read: the right to add it depends on that.
    pub fn parent(&self) -> Option<Uuid> {
        Uuid::parse_str(self.parent_id.trim()).ok()
    }

    pub fn check(&self) -> Result<ScopeChange, Fault> {
        let input = ScopeInput {
            name: self.name.clone(),
            kind: self.kind.clone(),
            expected_users: self.expected_users.clone(),
        };
        let fields = ScopeFields::check(&input).map_err(Fault::invalid)?;
        let parent_id = optional_id("/parent_id", &self.parent_id).map_err(Fault::field)?;
        let owner_id = optional_id("/owner_id", &self.owner_id).map_err(Fault::field)?;
        Ok(ScopeChange { fields, parent_id, owner_id })
    }
}

pub fn changed_meanwhile() -> FieldError {
    FieldError::new("", FieldCode::Conflict, text::changed_meanwhile())
}

/// What stands around the fields.
pub struct Around<'a> {
    pub action: &'a str,
    pub button: &'a str,
    /// Places and owners are offered.
    pub steers: bool,
    /// The scope itself, which cannot stand under itself.
    pub own: Option<Uuid>,
}

pub fn show(caller: &Caller, shown: &Shown, typed: &Typed<'_>, around: &Around<'_>) -> Markup {
    let (form, errors) = (typed.form, typed.errors);
    let kinds: Vec<(&str, &str)> =
        ScopeKind::ALL.into_iter().map(|kind| (kind.as_str(), text::kind_words(kind))).collect();
    let places = places(shown, around.own);
    let mut parents = vec![("", text::the_account())];
    parents.extend(places.iter().map(|(id, name)| (id.as_str(), name.as_str())));
    let mut people = vec![("", words::nobody_yet())];
    people.extend(shown.people.iter().map(|(id, name)| (id.as_str(), name.as_str())));
    html! {
        form.form method="post" action=(around.action) {
            (frame::csrf(caller))
            @if !form.version.is_empty() { input type="hidden" name="version" value=(form.version); }
            @for error in errors.iter().filter(|error| error.pointer.is_empty()) { (notice_bad(&error.message)) }
            div.pair {
                (Field::text("name", text::name(), &form.name).required().show(errors))
                (select("kind", text::kind(), &kinds, &form.kind, errors))
            }
            @if around.steers {
                div.pair {
                    (select("parent_id", text::parent(), &parents, &form.parent_id, errors))
                    (select("owner_id", words::owner(), &people, &form.owner_id, errors))
                }
            }
            (Field::text("expected_users", text::expected_users(), &form.expected_users).max(COUNT_CHARS_MAX)
                .hint(text::expected_users_hint()).show(errors))
            div.row { button.primary { (around.button) } }
        }
    }
}

/// Where a scope can stand: every living one with its whole name, but not itself nor what stands under it.
fn places(shown: &Shown, own: Option<Uuid>) -> Vec<(String, String)> {
    let living = living_parents(&shown.scopes);
    let under_itself =
        |id: &str| Uuid::parse_str(id).is_ok_and(|id| own.is_some_and(|own| line_up(&living, id).contains(&own)));
    scope_names(&shown.scopes).into_iter().filter(|(id, _)| !under_itself(id)).collect()
}

/// "Nordics, Video": a scope with what it stands under.
pub fn whole_name(scopes: &[AccountScope], scope: &AccountScope) -> String {
    let line = line_up(&parents(scopes), scope.id);
    let name = |id: &Uuid| scopes.iter().find(|one| one.id == *id).map(|one| one.fields.name.as_str());
    let mut names: Vec<&str> = line.iter().filter_map(name).collect();
    names.reverse();
    names.join(", ")
}

/// Which scope a contract belongs to, as chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContractScopeForm {
    scope_id: String,
}

impl ContractScopeForm {
    pub fn check(&self) -> Result<Option<Uuid>, Fault> {
        optional_id("/scope_id", &self.scope_id).map_err(Fault::field)
    }
}

/// Ids and whole names of the living scopes, in the order of the names.
pub fn scope_names(scopes: &[AccountScope]) -> Vec<(String, String)> {
    let living = scopes.iter().filter(|scope| scope.is_living());
    let mut names: Vec<(String, String)> =
        living.map(|scope| (scope.id.to_string(), whole_name(scopes, scope))).collect();
    names.sort_by(|a, b| a.1.cmp(&b.1));
    names
}
