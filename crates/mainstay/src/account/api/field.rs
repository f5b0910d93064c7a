//! The fields of the workspace's accounts over the wire.

use axum::Json;
use axum::extract::State;
use mainstay_db::{Scope, Tx};
use mainstay_rules::custom_field::{Choice, Field, FieldInput, Kind, NewField, check_choices};
use mainstay_rules::field::{self, FieldCode, FieldError, keep};
use mainstay_rules::limits::{FIELD_NAME_CHARS_MAX, METRIC_HELP_CHARS_MAX};
use mainstay_rules::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Tagged, tagged};
use crate::account::store::{self, FieldChange};
use crate::app::App;
use crate::corridor::access::{Allowed, Guarded, ManageFields, Read, Readable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::Sent;
use crate::corridor::verb::By;

impl Guarded for Field {
    const PARAMETER: &'static str = "field";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        store::field(tx, caller.workspace.id, id)
    }

    fn readable(&self, _: &Caller) -> bool {
        true
    }

    fn writable(&self, caller: &Caller) -> bool {
        caller.may(mainstay_rules::permission::Deed::ManageFields)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = FieldChoice)]
pub struct ChoiceOut {
    #[schema(example = "likely")]
    pub key: String,
    pub label: String,
    /// No longer offered; accounts that have it keep it.
    pub removed: bool,
}

/// A field that the workspace gives its accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = Field)]
pub struct FieldOut {
    pub id: Uuid,
    /// Never used again, whatever becomes of the field.
    #[schema(example = "renewal_likelihood")]
    pub key: String,
    /// `text`, `number`, `date`, `choice`, `person` or `money`.
    #[schema(example = "choice")]
    pub kind: &'static str,
    pub name: String,
    pub help: String,
    pub position: i64,
    /// No longer shown; its values are kept.
    pub archived: bool,
    pub choices: Vec<ChoiceOut>,
    pub version: i64,
}

impl FieldOut {
    fn of(field: &Field) -> Self {
        let choice = |c: &Choice| ChoiceOut { key: c.key.clone(), label: c.label.clone(), removed: c.removed };
        Self {
            id: field.id,
            key: field.key.clone(),
            kind: field.kind.as_str(),
            name: field.name.clone(),
            help: field.help.clone(),
            position: field.position,
            archived: field.archived,
            choices: field.choices.iter().map(choice).collect(),
            version: field.version,
        }
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFieldChoice)]
pub struct ChoiceIn {
    /// Made from the label when left out.
    #[serde(default)]
    pub key: String,
    pub label: String,
}

fn pairs(choices: &[ChoiceIn]) -> Vec<(String, String)> {
    choices.iter().map(|choice| (choice.key.clone(), choice.label.clone())).collect()
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewField)]
pub struct FieldIn {
    pub name: String,
    /// Made from the name when left out: small letters, digits and `_`.
    #[serde(default)]
    pub key: String,
    pub kind: String,
    #[serde(default)]
    pub help: String,
    /// For the kind `choice`, in their order.
    #[serde(default)]
    pub choices: Vec<ChoiceIn>,
}

/// What is sent changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FieldChange)]
pub struct FieldChangeIn {
    pub name: Option<String>,
    pub help: Option<String>,
    pub position: Option<i64>,
    pub archived: Option<bool>,
    /// All that are offered, in their order; one that is missing is removed.
    pub choices: Option<Vec<ChoiceIn>>,
}

impl FieldChangeIn {
    /// As a form sends it: everything that it shows.
    pub fn typed(name: &str, help: &str, position: Option<i64>, choices: Vec<(String, String)>) -> Self {
        let choices = choices.into_iter().map(|(key, label)| ChoiceIn { key, label }).collect();
        let (name, help) = (Some(name.to_owned()), Some(help.to_owned()));
        Self { name, help, position, archived: None, choices: Some(choices) }
    }

    /// The field as it is to be.
    pub fn check(&self, before: &Field) -> Result<FieldChange, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = self.name.as_deref().unwrap_or(&before.name);
        let help = self.help.as_deref().unwrap_or(&before.help);
        let name = keep(field::text("/name", name, FIELD_NAME_CHARS_MAX), &mut errors);
        let help = keep(field::optional_text("/help", help, METRIC_HELP_CHARS_MAX), &mut errors);
        let offered = || before.choices.iter().filter(|choice| !choice.removed).cloned().collect();
        let choices = match &self.choices {
            Some(choices) if before.kind == Kind::Choice => keep(check_choices(&pairs(choices)), &mut errors),
            Some(choices) if !choices.is_empty() => {
                errors.push(FieldError::new(
                    "/choices",
                    FieldCode::Invalid,
                    "Only a field of the kind choice has choices",
                ));
                None
            }
            _ => Some(offered()),
        };
        match (name, help, choices) {
            (Some(name), Some(help), Some(choices)) if errors.is_empty() => Ok(FieldChange {
                name,
                help: help.unwrap_or_default(),
                position: self.position.unwrap_or(before.position),
                archived: self.archived.unwrap_or(before.archived),
                choices,
            }),
            _ => Err(errors),
        }
    }
}

/// The fields that this workspace gives its accounts, in their order, archived ones last.
#[utoipa::path(get, path = "/api/v1/fields", tag = "accounts", responses((status = 200, body = List<FieldOut>)))]
pub async fn list_fields(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<List<FieldOut>>, Fault> {
    let workspace = caller.workspace.id;
    let fields = app.db.read(Scope::Workspace(workspace), move |tx| store::own_fields(tx, workspace)).await?;
    Ok(Json(List { data: fields.iter().map(FieldOut::of).collect(), next_cursor: None }))
}

/// One field.
#[utoipa::path(get, path = "/api/v1/fields/{field}", tag = "accounts", params(("field" = Uuid, Path)),
    responses((status = 200, body = FieldOut)))]
pub async fn get_field(_: Allowed<Read>, field: Readable<Field>) -> Tagged<FieldOut> {
    tagged(field.version, FieldOut::of(&field))
}

fn changed(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<(Field, FieldOut), Fault> {
    let field = store::field(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
    let body = FieldOut::of(&field);
    Ok((field, body))
}

/// Adds a field. Its key and kind stay for good.
#[utoipa::path(post, path = "/api/v1/fields", tag = "accounts", request_body = FieldIn,
    responses((status = 201, body = FieldOut)))]
pub async fn add_field(
    State(app): State<App>,
    caller: Allowed<ManageFields>,
    Sent(sent, care): Sent<FieldIn>,
) -> Result<Answer, Fault> {
    let choices = pairs(&sent.choices);
    let input = FieldInput { key: sent.key, kind: sent.kind, name: sent.name, help: sent.help, choices };
    let new = NewField::check(&input).map_err(Fault::invalid)?;
    app.commit(&caller, care, move |tx, by| {
        let id = store::add_field(tx, by, &new)?;
        let (field, body) = changed(tx, by, id)?;
        Ok(Answer::created(format!("/api/v1/fields/{id}"), &body)?.version(field.version))
    })
    .await
}

/// Changes a field: its name, help, place and choices; archives it or brings it back.
#[utoipa::path(patch, path = "/api/v1/fields/{field}", tag = "accounts", params(("field" = Uuid, Path)),
    request_body = FieldChangeIn, responses((status = 200, body = FieldOut)))]
pub async fn change_field(
    State(app): State<App>,
    caller: Allowed<ManageFields>,
    field: Readable<Field>,
    Sent(sent, care): Sent<FieldChangeIn>,
) -> Result<Answer, Fault> {
    let id = field.id;
    app.commit(&caller, care.clone(), move |tx, by| {
        let before = locked(tx, by, id)?;
        care.expect(before.version)?;
        store::change_field(tx, by, &before, &sent.check(&before).map_err(Fault::invalid)?)?;
        let (field, body) = changed(tx, by, id)?;
        Ok(Answer::ok(&body)?.version(field.version))
    })
    .await
}

/// The field as it is now, and nobody changes it meanwhile.
pub fn locked(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<Field, Fault> {
    tx.lock(&[by.workspace.id])?;
    store::field(tx, by.workspace.id, id)?.ok_or_else(|| Fault::new(Problem::NotFound, "The field is gone."))
}
