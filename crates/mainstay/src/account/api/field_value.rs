//! Values of fields on the wire, and as they are typed in forms and cells.

use std::collections::BTreeMap;

use mainstay_db::Tx;
use mainstay_rules::custom_field::{self, Field, Kind, Typed, Value};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::money::Currency;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::amount_of;
use super::shape::MoneyOut;
use crate::account::store::{self, FieldValues};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people;

/// The values as the API shows them, by the key of their field; one without a value is null.
pub fn fields_out(values: &FieldValues, fields: &[Field], currency: Currency) -> BTreeMap<String, Json> {
    let shown = fields.iter().filter(|field| !field.archived);
    shown
        .map(|field| (field.key.clone(), values.get(&field.key).map_or(Json::Null, |v| value_out(v, currency))))
        .collect()
}

fn value_out(value: &Value, currency: Currency) -> Json {
    match value {
        Value::Person { id, name } => json!({ "id": id, "name": name }),
        Value::Money(minor) => json!(MoneyOut::of(*minor, currency)),
        other => json!(other.raw(currency)),
    }
}

/// What was sent for some fields, checked: every field that does not exist or does not take its value is named.
pub fn fields_in(
    tx: &mut Tx<'_>,
    by: &By,
    sent: &BTreeMap<String, Json>,
) -> Result<Vec<(Field, Option<Value>)>, Fault> {
    let known = if sent.is_empty() { Vec::new() } else { store::live_fields(tx, by.workspace.id)? };
    let mut errors = Vec::new();
    let mut wanted = Vec::with_capacity(sent.len());
    for (key, value) in sent {
        let Some(field) = known.iter().find(|field| field.key == *key) else {
            errors.push(unknown_field(key));
            continue;
        };
        match value_in(tx, by, field, value) {
            Ok(value) => wanted.push((field.clone(), value)),
            Err(fault) if fault.errors.is_empty() => return Err(fault),
            Err(fault) => errors.extend(fault.errors),
        }
    }
    if errors.is_empty() { Ok(wanted) } else { Err(Fault::invalid(errors)) }
}

fn unknown_field(key: &str) -> FieldError {
    let short: String = key.chars().take(40).collect();
    let message = format!("There is no field {short}; the fields are under Settings, Fields");
    FieldError::new(&format!("/fields/{short}"), FieldCode::Unknown, message)
}

fn value_in(tx: &mut Tx<'_>, by: &By, field: &Field, sent: &Json) -> Result<Option<Value>, Fault> {
    let pointer = format!("/fields/{}", field.key);
    let text = match sent {
        Json::Null => return Ok(None),
        Json::String(text) => text.clone(),
        Json::Number(number) if field.kind.is_number() => number.to_string(),
        Json::Object(_) if field.kind == Kind::Money => {
            return Ok(Some(Value::Money(amount_of(&pointer, sent, None, by.workspace.currency)?)));
        }
        // As it is read: {"id": …, "name": …}.
        Json::Object(person) if field.kind == Kind::Person => {
            person.get("id").and_then(Json::as_str).unwrap_or_default().to_owned()
        }
        _ => {
            let message = format!("{} takes a text, or null for none", field.name);
            return Err(Fault::field(FieldError::new(&pointer, FieldCode::Invalid, message)));
        }
    };
    typed(tx, by, field, &text)
}

/// A value as it was typed for a field; empty is none. The door of cells, forms and files.
pub fn typed(tx: &mut Tx<'_>, by: &By, field: &Field, text: &str) -> Result<Option<Value>, Fault> {
    typed_in(tx, &by.workspace, field, text)
}

/// The same before anything is written.
pub fn typed_in(tx: &mut Tx<'_>, workspace: &Workspace, field: &Field, text: &str) -> Result<Option<Value>, Fault> {
    match custom_field::parse(field, text, workspace.currency).map_err(Fault::field)? {
        None => Ok(None),
        Some(Typed::Value(value)) => Ok(Some(value)),
        Some(Typed::Person(who)) => person(tx, workspace.id, field, &who).map(Some),
    }
}

/// One of our people by id, or by a name that only one of us has.
fn person(tx: &mut Tx<'_>, workspace: Uuid, field: &Field, who: &str) -> Result<Value, Fault> {
    let found = match Uuid::parse_str(who) {
        Ok(id) => people::store::user(tx, workspace, id)?.filter(|user| user.active),
        Err(_) => people::store::user_by_name(tx, workspace, who)?,
    };
    let Some(user) = found else {
        let short: String = who.chars().take(40).collect();
        let message =
            format!("Nobody here is called {short}. Choose one of the list, or add the person under Settings, People.");
        return Err(Fault::field(FieldError::new(&format!("/fields/{}", field.key), FieldCode::Unknown, message)));
    };
    Ok(Value::Person { id: user.id, name: user.name })
}
