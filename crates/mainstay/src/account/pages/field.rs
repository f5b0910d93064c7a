//! The settings of the fields that the workspace gives its accounts.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mainstay_db::Scope;
use mainstay_rules::custom_field::{Choice, Field as Own, FieldInput, Kind, NewField};
use mainstay_rules::limits::{FIELD_KEY_CHARS_MAX, FIELD_NAME_CHARS_MAX, METRIC_HELP_CHARS_MAX};
use mainstay_rules::permission::Deed;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;

use super::field_form as form;
use crate::account::api::{FieldChangeIn, locked};
use crate::account::store;
use crate::app::App;
use crate::corridor::access::{Allowed, ManageFields, Read, Readable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{Field, select};
use crate::corridor::request::Posted;
use crate::people::pages::settings::{self, Tab};
use crate::text::field as text;

const PATH: &str = "/settings/fields";

/// A new field as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct FieldForm {
    name: String,
    key: String,
    kind: String,
    help: String,
    /// One label a line.
    choices: String,
}

impl FieldForm {
    fn check(&self) -> Result<NewField, Fault> {
        let labels = self.choices.lines().map(str::trim).filter(|line| !line.is_empty());
        let input = FieldInput {
            key: self.key.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            help: self.help.clone(),
            choices: labels.map(|label| (String::new(), label.to_owned())).collect(),
        };
        NewField::check(&input).map_err(Fault::invalid)
    }
}

/// `GET /w/{workspace}/settings/fields`
pub async fn list(State(app): State<App>, caller: Allowed<Read>) -> Result<Response, Fault> {
    list_page(&app, &caller, &FieldForm::default(), None).await
}

async fn list_page(app: &App, caller: &Caller, typed: &FieldForm, fault: Option<&Fault>) -> Result<Response, Fault> {
    let workspace = caller.workspace.id;
    let (fields, uses) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok::<_, Fault>((store::own_fields(tx, workspace)?, store::field_uses(tx, workspace)?))
        })
        .await?;
    let manages = caller.may(Deed::ManageFields);
    let body = html! {
        @if manages {
            details.fold #add open[fault.is_some() || fields.is_empty()] {
                summary { (text::add()) }
                (add_form(caller, typed, fault))
            }
        }
        @if fields.is_empty() {
            section.empty { h2 { (text::none_yet()) } p { (text::none_what()) } }
        } @else {
            (table(caller, &fields, &uses, manages))
        }
    };
    let below = if manages { text::what() } else { text::what_closed() };
    Ok(settings::page(caller, Tab::Fields, below, fault, &body))
}

fn add_form(caller: &Caller, typed: &FieldForm, fault: Option<&Fault>) -> Markup {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let kinds = Kind::ALL.map(|kind| (kind.as_str(), text::kind_words(kind)));
    html! {
        form.form method="post" action=(caller.path(PATH)) {
            (frame::csrf(caller))
            div.pair {
                (Field::text("name", text::name(), &typed.name).required().max(FIELD_NAME_CHARS_MAX).hint(text::name_hint()).show(errors))
                (select("kind", text::kind(), &kinds, &typed.kind, errors))
            }
            (form::area("choices", text::choices(), &typed.choices, text::choices_hint(), errors))
            div.pair {
                (Field::text("help", text::help(), &typed.help).max(METRIC_HELP_CHARS_MAX).hint(text::help_hint()).show(errors))
                (Field::text("key", text::key(), &typed.key).max(FIELD_KEY_CHARS_MAX).hint(text::key_hint()).show(errors))
            }
            div.row { button.primary { (text::add_button()) } }
        }
    }
}

fn table(caller: &Caller, fields: &[Own], uses: &HashMap<uuid::Uuid, i64>, manages: bool) -> Markup {
    html! {
        div.table-box tabindex=[(!manages).then_some("0")] role="group" aria-label=(text::all()) { table.table {
            thead { tr {
                th scope="col" { (text::name()) }
                th scope="col" { (text::kind()) }
                th scope="col" { (text::key()) }
                th.number scope="col" { (text::values()) }
                @if manages { th scope="col" { span.sr { (text::actions()) } } }
            } }
            tbody { @for field in fields { tr {
                th scope="row" {
                    (field.name) @if field.archived { " " span.tag { (text::archived()) } }
                    @if !field.help.is_empty() { br; small.soft { (field.help) } }
                }
                td { (text::kind_words(field.kind)) @if field.kind == Kind::Choice { br; small.soft { (labels(field)) } } }
                td { code { (field.key) } }
                td.number { (uses.get(&field.id).copied().unwrap_or(0)) }
                @if manages {
                    td.actions { a.button.small href=(caller.path(&format!("{PATH}/{}", field.id))) { (text::edit()) span.sr { (text::of_field(&field.name)) } } }
                }
            } } }
        } }
    }
}

fn labels(field: &Own) -> String {
    let offered: Vec<&str> = field.choices.iter().filter(|c| !c.removed).map(|c| c.label.as_str()).collect();
    offered.join(", ")
}

/// `POST /w/{workspace}/settings/fields`
pub async fn add(
    State(app): State<App>,
    caller: Allowed<ManageFields>,
    Posted(typed): Posted<FieldForm>,
) -> Result<Response, Fault> {
    let made = match typed.check() {
        Ok(new) => {
            app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| store::add_field(tx, by, &new))
                .await
        }
        Err(fault) => Err(fault),
    };
    match made {
        Ok(_) => Ok(see_other(&caller.path(PATH))),
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::Conflict) => {
            list_page(&app, &caller, &typed, Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}

/// A known field as typed; each known choice has its own inputs, named by its key.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    name: String,
    help: String,
    position: String,
    more: String,
    #[serde(flatten)]
    choices: HashMap<String, String>,
}

impl ChangeForm {
    fn of(field: &Own) -> Self {
        let mut choices = HashMap::new();
        for (place, choice) in (1..).zip(&field.choices) {
            choices.insert(format!("label.{}", choice.key), choice.label.clone());
            choices.insert(format!("place.{}", choice.key), i64::to_string(&place));
            if !choice.removed {
                choices.insert(format!("offer.{}", choice.key), "1".to_owned());
            }
        }
        Self {
            name: field.name.clone(),
            help: field.help.clone(),
            position: field.position.to_string(),
            more: String::new(),
            choices,
        }
    }

    pub(super) fn of_choice(&self, what: &str, key: &str) -> &str {
        self.choices.get(&format!("{what}.{key}")).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn more(&self) -> &str {
        &self.more
    }

    /// What is to change of the field, in the order of the places that were typed.
    fn change(&self, before: &Own) -> FieldChangeIn {
        let offered = |choice: &&Choice| !self.of_choice("offer", &choice.key).is_empty();
        let mut known: Vec<&Choice> = before.choices.iter().filter(offered).collect();
        known.sort_by_key(|choice| self.of_choice("place", &choice.key).trim().parse().unwrap_or(i64::MAX));
        let mut choices: Vec<(String, String)> = known
            .into_iter()
            .map(|choice| (choice.key.clone(), self.of_choice("label", &choice.key).to_owned()))
            .collect();
        let more = self.more.lines().map(str::trim).filter(|line| !line.is_empty());
        choices.extend(more.map(|label| (String::new(), label.to_owned())));
        FieldChangeIn::typed(&self.name, &self.help, self.position.trim().parse().ok(), choices)
    }
}

/// `GET /w/{workspace}/settings/fields/{field}`
pub async fn show(caller: Allowed<ManageFields>, field: Readable<Own>) -> Response {
    page(&caller, &field, &ChangeForm::of(&field), None)
}

fn page(caller: &Caller, field: &Own, typed: &ChangeForm, fault: Option<&Fault>) -> Response {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let path = caller.path(&format!("{PATH}/{}", field.id));
    let body = html! {
        p.crumbs { a href=(caller.path(PATH)) { (text::all()) } " / " (field.name) }
        @if field.archived { div.notice.warn { p { (text::is_archived()) } } }
        form.form method="post" action=(path) {
            (frame::csrf(caller))
            p.soft { (text::kind_words(field.kind)) " · " code { (field.key) } }
            div.pair {
                (Field::text("name", text::name(), &typed.name).required().max(FIELD_NAME_CHARS_MAX).show(errors))
                (Field::text("position", text::place(), &typed.position).kind("number", "off").hint(text::place_hint()).show(errors))
            }
            (Field::text("help", text::help(), &typed.help).max(METRIC_HELP_CHARS_MAX).hint(text::help_hint()).show(errors))
            @if field.kind == Kind::Choice { (form::choices(field, typed, errors)) }
            div.row { button.primary { (text::save()) } a.button.quiet href=(caller.path(PATH)) { (crate::text::frame::cancel()) } }
        }
        section.section aria-labelledby="archive-head" {
            h2 #archive-head { @if field.archived { (text::restore()) } @else { (text::archive()) } }
            @if !field.archived { p.soft { (text::archive_what()) } }
            form method="post" action=(format!("{path}/archive")) {
                (frame::csrf(caller))
                input type="hidden" name="archived" value=(if field.archived { "" } else { "1" });
                @if field.archived { button { (text::restore()) } } @else { button.danger { (text::archive()) } }
            }
        }
    };
    settings::page(caller, Tab::Fields, text::what(), fault, &body)
}

/// `POST /w/{workspace}/settings/fields/{field}`
pub async fn change(
    State(app): State<App>,
    caller: Allowed<ManageFields>,
    field: Readable<Own>,
    Posted(typed): Posted<ChangeForm>,
) -> Result<Response, Fault> {
    let (id, form) = (field.id, typed.clone());
    let done = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            let before = locked(tx, by, id)?;
            store::change_field(tx, by, &before, &form.change(&before).check(&before).map_err(Fault::invalid)?)
        })
        .await;
    match done {
        Ok(()) => Ok(see_other(&caller.path(PATH))),
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::Conflict) => {
            Ok(page(&caller, &field, &typed, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize)]
pub struct ArchiveForm {
    /// Empty brings the field back.
    archived: String,
}

/// `POST /w/{workspace}/settings/fields/{field}/archive`
pub async fn archive(
    State(app): State<App>,
    caller: Allowed<ManageFields>,
    field: Readable<Own>,
    Posted(form): Posted<ArchiveForm>,
) -> Result<Response, Fault> {
    let (id, archived) = (field.id, !form.archived.is_empty());
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let before = locked(tx, by, id)?;
        let change = FieldChangeIn { archived: Some(archived), ..FieldChangeIn::default() };
        store::change_field(tx, by, &before, &change.check(&before).map_err(Fault::invalid)?)
    })
    .await?;
    Ok(see_other(&caller.path(PATH)))
}
