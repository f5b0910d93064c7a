//! What is typed about people and the workspace, checked; the API, the pages and the command line read it alike.

use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::NAME_CHARS_MAX;
use mainstay_rules::permission::{FUNCTIONS, Role, TokenScope};

use super::sign_in::{check_month, check_zone};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::people::store::{NewUser, User, UserEdit, WorkspaceEdit};

/// The function of somebody of whom nothing else is said.
pub const FUNCTION_DEFAULT: &str = "other";

pub fn role(text: &str) -> Result<Role, FieldError> {
    Role::parse(text).ok_or_else(|| one_of("/role", "role", &Role::ALL.map(Role::as_str)))
}

pub fn function(text: &str) -> Result<String, FieldError> {
    let known = FUNCTIONS.into_iter().find(|known| *known == text).map(str::to_owned);
    known.ok_or_else(|| one_of("/function", "function", &FUNCTIONS))
}

pub fn scope(text: &str) -> Result<TokenScope, FieldError> {
    TokenScope::parse(text).ok_or_else(|| one_of("/scope", "scope", &TokenScope::ALL.map(TokenScope::as_str)))
}

fn one_of(pointer: &str, name: &str, words: &[&str]) -> FieldError {
    FieldError::new(pointer, FieldCode::Unknown, format!("The {name} is one of {}", words.join(", ")))
}

fn optional_email(text: &str) -> Result<Option<String>, FieldError> {
    if text.trim().is_empty() { Ok(None) } else { field::email("/email", text).map(Some) }
}

/// A person to add, as typed.
#[derive(Clone, Debug, Default)]
pub struct UserInput {
    pub name: String,
    pub email: String,
    pub role: String,
    /// Empty: other.
    pub function: String,
}

impl UserInput {
    /// Every error of the form at once.
    pub fn check(&self) -> Result<NewUser, Fault> {
        let mut errors = Vec::new();
        let name = field::keep(field::text("/name", &self.name, NAME_CHARS_MAX), &mut errors);
        let email = field::keep(optional_email(&self.email), &mut errors);
        let role = field::keep(role(&self.role), &mut errors);
        let typed = if self.function.is_empty() { FUNCTION_DEFAULT } else { &self.function };
        let function = field::keep(function(typed), &mut errors);
        match (name, email, role, function) {
            (Some(name), Some(email), Some(role), Some(function)) => {
                Ok(NewUser { name, email, identity: None, role, function })
            }
            _ => Err(Fault::invalid(errors)),
        }
    }
}

/// What is to change of a user; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    pub name: Option<String>,
    /// Empty takes it away.
    pub email: Option<String>,
    pub role: Option<String>,
    pub function: Option<String>,
}

impl UserChange {
    pub fn check(&self, now: &User) -> Result<UserEdit, Fault> {
        let mut errors = Vec::new();
        let name = self
            .name
            .as_deref()
            .map_or_else(|| Ok(now.name.clone()), |text| field::text("/name", text, NAME_CHARS_MAX));
        let name = field::keep(name, &mut errors);
        let email = self.email.as_deref().map_or_else(|| Ok(now.email.clone()), optional_email);
        let email = field::keep(email, &mut errors);
        let role = field::keep(role(self.role.as_deref().unwrap_or(&now.role)), &mut errors);
        // What is kept is not judged again.
        let function = self.function.as_deref().map_or_else(|| Ok(now.function.clone()), function);
        let function = field::keep(function, &mut errors);
        match (name, email, role, function) {
            (Some(name), Some(email), Some(role), Some(function)) => Ok(UserEdit { name, email, role, function }),
            _ => Err(Fault::invalid(errors)),
        }
    }
}

/// What is to change of the workspace; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceChange {
    pub name: Option<String>,
    pub zone: Option<String>,
    pub fiscal_year_start_month: Option<String>,
}

impl WorkspaceChange {
    pub fn check(&self, now: &Workspace) -> Result<WorkspaceEdit, Fault> {
        let mut errors = Vec::new();
        let name = self
            .name
            .as_deref()
            .map_or_else(|| Ok(now.name.clone()), |text| field::text("/name", text, NAME_CHARS_MAX));
        let name = field::keep(name, &mut errors);
        let zone = field::keep(self.zone.as_deref().map_or_else(|| Ok(now.zone_name.clone()), check_zone), &mut errors);
        let month = self.fiscal_year_start_month.as_deref().map_or(Ok(now.fiscal_year_start_month), check_month);
        let month = field::keep(month, &mut errors);
        match (name, zone, month) {
            (Some(name), Some(zone), Some(fiscal_year_start_month)) => {
                Ok(WorkspaceEdit { name, zone, fiscal_year_start_month })
            }
            _ => Err(Fault::invalid(errors)),
        }
    }
}
