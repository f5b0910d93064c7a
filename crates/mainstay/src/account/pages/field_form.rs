//! The workspace's own fields in forms: those of an account's details, and the choices of a field's settings.

use std::collections::HashMap;

use mainstay_db::Tx;
use mainstay_rules::custom_field::{Choice, Field as OwnField, Kind, Value};
use mainstay_rules::field::FieldError;
use mainstay_rules::limits::{FIELD_NAME_CHARS_MAX, FIELD_TEXT_CHARS_MAX};
use mainstay_rules::money::Currency;
use maud::{Markup, html};
use uuid::Uuid;

use super::field::ChangeForm;
use crate::account::api::typed;
use crate::account::store::{self, FieldValues};
use crate::corridor::fault::Fault;
use crate::corridor::frame_form::{Field, select};
use crate::corridor::verb::By;
use crate::text::{account as account_text, field as text};

/// Values as typed, by `field.` and the key.
pub type TypedFields = HashMap<String, String>;

/// The workspace's own fields, and what the account has in them.
#[derive(Default)]
pub struct Own {
    pub fields: Vec<OwnField>,
    pub values: FieldValues,
}

impl Own {
    pub fn load(tx: &mut Tx<'_>, workspace: Uuid, account: Option<Uuid>) -> Result<Self, Fault> {
        let fields = store::live_fields(tx, workspace)?;
        let values = match account {
            Some(account) if !fields.is_empty() => store::field_values(tx, workspace, account)?,
            _ => FieldValues::new(),
        };
        Ok(Self { fields, values })
    }
}

/// Puts what was typed in the workspace's own fields.
pub fn put_own(tx: &mut Tx<'_>, by: &By, account: Uuid, own: Own, form: &TypedFields) -> Result<(), Fault> {
    let wanted = checked(tx, by, own.fields, &own.values, form)?;
    store::put_fields(tx, by, account, &wanted)?;
    Ok(())
}

/// What the form is filled with.
pub fn filled(values: &FieldValues, fields: &[OwnField], currency: Currency) -> TypedFields {
    let raw = |field: &OwnField| match values.get(&field.key) {
        Some(Value::Person { id, .. }) => id.to_string(),
        Some(value) => value.raw(currency),
        None => String::new(),
    };
    fields.iter().map(|field| (field.word(), raw(field))).collect()
}

/// What was typed, checked; a field that the form did not have stays as it is.
pub fn checked(
    tx: &mut Tx<'_>,
    by: &By,
    fields: Vec<OwnField>,
    before: &FieldValues,
    form: &TypedFields,
) -> Result<Vec<(OwnField, Option<Value>)>, Fault> {
    let (mut wanted, mut errors) = (Vec::new(), Vec::new());
    for field in fields {
        let Some(text) = form.get(&field.word()) else { continue };
        // A removed choice, or a person who has left, may stay where they are.
        let kept = before.get(&field.key).filter(|value| match value {
            Value::Choice(key) => key == text,
            Value::Person { id, .. } => id.to_string() == *text,
            _ => false,
        });
        match kept.map_or_else(|| typed(tx, by, &field, text), |value| Ok(Some(value.clone()))) {
            Ok(value) => wanted.push((field, value)),
            Err(fault) if fault.errors.is_empty() => return Err(fault),
            Err(fault) => errors.extend(fault.errors.into_iter().map(|e| FieldError { pointer: field.word(), ..e })),
        }
    }
    if errors.is_empty() { Ok(wanted) } else { Err(Fault::invalid(errors)) }
}

/// The inputs of an account's own fields.
pub fn inputs(
    fields: &[OwnField],
    values: &FieldValues,
    form: &TypedFields,
    people: &[(String, String)],
    errors: &[FieldError],
) -> Markup {
    html! {
        @if !fields.is_empty() {
            fieldset.stack {
                legend { h2 { (text::section()) } }
                div.pair { @for field in fields { (input(field, values.get(&field.key), form, people, errors)) } }
            }
        }
    }
}

fn input(
    field: &OwnField,
    held: Option<&Value>,
    form: &TypedFields,
    people: &[(String, String)],
    errors: &[FieldError],
) -> Markup {
    let word = field.word();
    let typed = form.get(&word).map(String::as_str).unwrap_or_default();
    let hint = |other: &'static str| if field.help.is_empty() { other } else { &field.help };
    match field.kind {
        Kind::Text => Field::text(&word, &field.name, typed).max(FIELD_TEXT_CHARS_MAX).hint(hint("")).show(errors),
        Kind::Number | Kind::Money => {
            Field::text(&word, &field.name, typed).max(30).hint(hint(text::number_hint())).show(errors)
        }
        Kind::Date => Field::text(&word, &field.name, typed).kind("date", "off").hint(hint("")).show(errors),
        Kind::Choice => {
            let offered = field.choices.iter().filter(|choice| !choice.removed || held_is(held, choice));
            let options: Vec<(String, String)> = offered.map(|choice| (choice.key.clone(), label(choice))).collect();
            choose(&word, field, text::no_choice(), &options, typed, errors)
        }
        Kind::Person => {
            let mut options = people.to_vec();
            if let Some(Value::Person { id, name }) = held
                && people.iter().all(|(known, _)| *known != id.to_string())
            {
                options.push((id.to_string(), name.clone()));
            }
            choose(&word, field, text::nobody(), &options, typed, errors)
        }
    }
}

fn held_is(held: Option<&Value>, choice: &Choice) -> bool {
    matches!(held, Some(Value::Choice(key)) if *key == choice.key)
}

fn label(choice: &Choice) -> String {
    if choice.removed { text::removed(&choice.label) } else { choice.label.clone() }
}

fn choose(
    word: &str,
    field: &OwnField,
    none: &str,
    options: &[(String, String)],
    chosen: &str,
    errors: &[FieldError],
) -> Markup {
    let mut all = vec![("", none)];
    all.extend(options.iter().map(|(value, words)| (value.as_str(), words.as_str())));
    select(word, &field.name, &all, chosen, errors)
}

/// The name of a field of the details, of the workspace's own too.
pub fn name_of(word: &str, fields: &[OwnField]) -> String {
    match fields.iter().find(|field| field.word() == word) {
        Some(field) => field.name.clone(),
        None => account_text::field(word).to_owned(),
    }
}

/// Several lines of text.
pub fn area(name: &str, label: &str, value: &str, hint: &str, errors: &[FieldError]) -> Markup {
    let error = errors.iter().find(|error| error.pointer.trim_start_matches('/') == name);
    html! {
        div.field {
            label for=(name) { (label) }
            textarea id=(name) name=(name) rows="4" aria-describedby=(format!("{name}-hint")) aria-invalid=[error.map(|_| "true")] { (value) }
            @if let Some(error) = error { p.error id=(format!("{name}-hint")) { (error.message) } }
            @else { p.hint id=(format!("{name}-hint")) { (hint) } }
        }
    }
}

/// The known choices, each with its label, its place and whether it is offered; and more of them.
pub fn choices(field: &OwnField, typed: &ChangeForm, errors: &[FieldError]) -> Markup {
    html! {
        fieldset.stack {
            legend { h2 { (text::choices()) } }
            @for choice in &field.choices {
                @let (label, place) = (format!("label.{}", choice.key), format!("place.{}", choice.key));
                div.row {
                    input type="text" name=(label) aria-label=(text::label_of(&choice.key)) value=(typed.of_choice("label", &choice.key))
                        maxlength=(FIELD_NAME_CHARS_MAX) autocomplete="off";
                    input.short type="number" name=(place) aria-label=(text::place_of(&choice.key)) value=(typed.of_choice("place", &choice.key));
                    label.check {
                        input type="checkbox" name=(format!("offer.{}", choice.key)) value="1" checked[!typed.of_choice("offer", &choice.key).is_empty()];
                        span { (text::offered()) span.sr { (text::of_field(&choice.label)) } }
                    }
                }
            }
            (area("more", text::more_choices(), typed.more(), text::more_choices_hint(), &[]))
            @for error in errors.iter().filter(|error| error.pointer == "/choices") { p.error role="alert" { (error.message) } }
        }
    }
}
