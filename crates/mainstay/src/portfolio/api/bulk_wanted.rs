//! The value that many accounts get: what was typed for a field, checked once for all, and how people read it.

use mainstay_db::Tx;
use mainstay_rules::account::{AccountEdit, AccountEditInput};
use mainstay_rules::bulk::Wanted;
use mainstay_rules::custom_field::{Field, Value};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::money::Currency;
use uuid::Uuid;

use super::OWN;
use super::bulk::{BulkIn, bad};
use crate::account::api::typed_in;
use crate::account::store as accounts;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::people;
use crate::text::bulk as text;

/// The value, checked once for all, and how people read it.
pub(super) fn wanted(tx: &mut Tx<'_>, workspace: &Workspace, asked: &BulkIn) -> Result<(Wanted, String), Fault> {
    let value = asked.value.trim();
    let mut input = AccountEditInput::default();
    let text = Some(value.to_owned());
    match asked.field.as_str() {
        "associate" => return associate(tx, workspace, value),
        "type" => input.account_type = text,
        "industry" => input.industry = text,
        "vertical" => input.vertical = text,
        "geography" => input.geography = text,
        other => return own(tx, workspace, other.strip_prefix(OWN), value),
    }
    let at_value = |error: FieldError| FieldError { pointer: "/value".to_owned(), ..error };
    let edit =
        AccountEdit::check(&input).map_err(|errors| Fault::invalid(errors.into_iter().map(at_value).collect()))?;
    let after = edit.account_type.map_or_else(|| value.to_owned(), |kind| kind.number().to_string());
    Ok((Wanted::Edit(edit), after))
}

fn associate(tx: &mut Tx<'_>, workspace: &Workspace, value: &str) -> Result<(Wanted, String), Fault> {
    if value.is_empty() {
        return Ok((Wanted::Associate(None), String::new()));
    }
    let found = match Uuid::parse_str(value) {
        Ok(id) => people::store::user(tx, workspace.id, id)?.filter(|user| user.active),
        Err(_) => people::store::user_by_name(tx, workspace.id, value)?,
    };
    let person = found.ok_or_else(|| bad("/value", FieldCode::Unknown, text::nobody(value)))?;
    Ok((Wanted::Associate(Some(person.id)), person.name))
}

fn own(tx: &mut Tx<'_>, workspace: &Workspace, key: Option<&str>, value: &str) -> Result<(Wanted, String), Fault> {
    let fields = accounts::live_fields(tx, workspace.id)?;
    let field = key.and_then(|key| fields.into_iter().find(|field| field.key == key));
    let field = field.ok_or_else(|| bad("/field", FieldCode::Unknown, text::unknown_field()))?;
    let typed = typed_in(tx, workspace, &field, value).map_err(|mut fault| {
        for error in &mut fault.errors {
            "/value".clone_into(&mut error.pointer);
        }
        fault
    })?;
    let words = typed.as_ref().map_or_else(String::new, |value| own_words(&field, value, workspace.currency));
    Ok((Wanted::Own(field, typed), words))
}

pub(super) fn own_words(field: &Field, value: &Value, currency: Currency) -> String {
    match value {
        Value::Choice(key) => field.choice(key).map_or_else(|| key.clone(), |choice| choice.label.clone()),
        other => other.raw(currency),
    }
}
