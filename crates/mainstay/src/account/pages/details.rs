//! Making an account, and its details as a form.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mainstay_db::{Scope, Tx};
use mainstay_rules::account::{AccountType, NewAccount, NewAccountInput};
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::{EXTERNAL_ID_CHARS_MAX, NOTE_CHARS_MAX, SEGMENT_CHARS_MAX};
use mainstay_rules::money::Currency;
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::archive::archive_section;
use super::field_form::{self, Own, TypedFields, put_own};
use super::merge::merge_section;
use super::{Heading, Tab, frame as account_frame, path};
use crate::account::Account;
use crate::account::api::{change, open};
use crate::account::store::{self, AccountChange, Edited, expect_version};
use crate::app::App;
use crate::corridor::access::{Allowed, CreateAccount, Writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu, see_other};
use crate::corridor::frame_form::{Field, notice_bad, select};
use crate::corridor::request::{Care, Posted};
use crate::corridor::verb::By;
use crate::people;
use crate::text::{account as text, frame as words};

/// People offered as sales associate.
const PEOPLE_OFFERED: i64 = 500;
/// Accounts offered as parent.
const PARENTS_OFFERED: i64 = 1_000;

/// The details as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DetailsForm {
    name: String,
    r#type: String,
    /// Why the type is another one.
    type_reason: String,
    associate_id: String,
    end_on: String,
    industry: String,
    vertical: String,
    geography: String,
    external_id: String,
    confidential: String,
    parent_id: String,
    /// The version that the form was filled with.
    version: String,
    /// The workspace's own fields, and whatever else the form sent.
    #[serde(flatten)]
    own: TypedFields,
}

impl DetailsForm {
    fn of(account: &Account, own: &Own, currency: Currency) -> Self {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        Self {
            name: account.name.clone(),
            r#type: account.account_type.number().to_string(),
            type_reason: String::new(),
            associate_id: account.associate_id.map(|id| id.to_string()).unwrap_or_default(),
            end_on: account.end_on.map(|day| day.to_string()).unwrap_or_default(),
            industry: text(&account.industry),
            vertical: text(&account.vertical),
            geography: text(&account.geography),
            external_id: text(&account.external_id),
            confidential: if account.confidential { "1".to_owned() } else { String::new() },
            parent_id: account.parent_id.map(|id| id.to_string()).unwrap_or_default(),
            version: account.version.to_string(),
            own: field_form::filled(&own.values, &own.fields, currency),
        }
    }

    fn check(&self) -> Result<AccountChange, Fault> {
        let mut errors = Vec::new();
        let associate_id = match self.associate_id.as_str() {
            "" => None,
            id => Uuid::parse_str(id).map_err(|_| errors.push(unknown_person())).ok(),
        };
        let parent_id = match self.parent_id.as_str() {
            "" => None,
            id => Uuid::parse_str(id).map_err(|_| errors.push(unknown_parent())).ok(),
        };
        let input = NewAccountInput {
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            account_type: self.r#type.clone(),
            industry: self.industry.clone(),
            vertical: self.vertical.clone(),
            geography: self.geography.clone(),
            end_on: self.end_on.clone(),
            confidential: !self.confidential.is_empty(),
        };
        match NewAccount::check(&input).map_err(|more| errors.extend(more)) {
            Ok(fields) if errors.is_empty() => {
                Ok(AccountChange { associate_id, parent_id, ..AccountChange::new(fields) }.because(&self.type_reason))
            }
            _ => Err(Fault::invalid(errors)),
        }
    }

    /// A field under the name that events give it.
    fn value(&self, field: &str) -> &str {
        match field {
            "name" => self.name.trim(),
            "type" => &self.r#type,
            "associate" => &self.associate_id,
            "industry" => self.industry.trim(),
            "vertical" => self.vertical.trim(),
            "geography" => self.geography.trim(),
            "end_on" => &self.end_on,
            "external_id" => self.external_id.trim(),
            "parent" => &self.parent_id,
            own if own.starts_with("field.") => self.own.get(own).map_or("", |typed| typed.trim()),
            _ => &self.confidential,
        }
    }
}

fn unknown_person() -> FieldError {
    FieldError::new("/associate_id", FieldCode::Unknown, "Choose a person of the list")
}

fn unknown_parent() -> FieldError {
    FieldError::new("/parent_id", FieldCode::Unknown, "Choose an account of the list")
}

/// Ids and names of what can be chosen, and of what is.
type Choices = Vec<(String, String)>;

/// Whom and what the form offers.
#[derive(Clone)]
struct Offered {
    people: Choices,
    parents: Choices,
}

fn offered(tx: &mut Tx<'_>, workspace: Uuid, user: Uuid, account: Option<&Account>) -> Result<Offered, Fault> {
    Ok(Offered { people: people(tx, workspace, account)?, parents: parents(tx, workspace, user, account)? })
}

fn parents(tx: &mut Tx<'_>, workspace: Uuid, user: Uuid, account: Option<&Account>) -> Result<Choices, Fault> {
    let offered = store::parents_offered(tx, workspace, user, PARENTS_OFFERED)?;
    let mut parents: Choices = offered
        .into_iter()
        .filter(|(id, _)| account.is_none_or(|account| account.id != *id))
        .map(|(id, name)| (id.to_string(), name))
        .collect();
    if let Some((id, name)) = account.and_then(|a| Some((a.parent_id?.to_string(), a.parent.clone())))
        && parents.iter().all(|(known, _)| *known != id)
    {
        parents.push((id, name));
    }
    Ok(parents)
}

fn people(tx: &mut Tx<'_>, workspace: Uuid, account: Option<&Account>) -> Result<Choices, Fault> {
    let users = people::store::list_users(tx, workspace, ("", Uuid::nil()), PEOPLE_OFFERED)?;
    let mut people: Choices =
        users.into_iter().filter(|user| user.active).map(|user| (user.id.to_string(), user.name)).collect();
    if let Some((id, name)) = account.and_then(|a| Some((a.associate_id?.to_string(), a.associate.clone())))
        && people.iter().all(|(known, _)| *known != id)
    {
        people.push((id, name));
    }
    Ok(people)
}

/// What stands in the form beside what was typed.
struct Around<'a> {
    errors: &'a [FieldError],
    offered: &'a Offered,
    own: &'a Own,
    button: &'a str,
    action: String,
    back: String,
}

fn form(caller: &Caller, form: &DetailsForm, around: &Around<'_>) -> Markup {
    let errors = around.errors;
    let mut people = vec![("", text::nobody_yet())];
    people.extend(around.offered.people.iter().map(|(id, name)| (id.as_str(), name.as_str())));
    let mut parents = vec![("", text::no_parent())];
    parents.extend(around.offered.parents.iter().map(|(id, name)| (id.as_str(), name.as_str())));
    let segment = |name, label, value| Field::text(name, label, value).max(SEGMENT_CHARS_MAX).show(errors);
    html! {
        form.form method="post" action=(around.action) {
            (frame::csrf(caller))
            @if !form.version.is_empty() { input type="hidden" name="version" value=(form.version); }
            @if !errors.is_empty() { (notice_bad(&text::not_saved(errors.len()))) }
            (Field::text("name", text::name(), &form.name).required().show(errors))
            (types(&form.r#type, errors))
            @if !form.version.is_empty() {
                (Field::text("type_reason", text::type_reason(), &form.type_reason).max(NOTE_CHARS_MAX).hint(text::type_reason_hint()).show(errors))
            }
            div.pair {
                (select("associate_id", text::sales_associate(), &people, &form.associate_id, errors))
                (Field::text("end_on", text::end_date(), &form.end_on).kind("date", "off").hint(text::end_date_hint()).show(errors))
            }
            div.pair {
                (segment("industry", text::industry(), &form.industry))
                (segment("vertical", text::vertical(), &form.vertical))
                (segment("geography", text::geography(), &form.geography))
            }
            div.pair {
                (Field::text("external_id", text::external_id(), &form.external_id).max(EXTERNAL_ID_CHARS_MAX)
                    .hint(text::external_id_hint()).show(errors))
                (select("parent_id", text::parent(), &parents, &form.parent_id, errors))
            }
            (field_form::inputs(&around.own.fields, &around.own.values, &form.own, &around.offered.people, errors))
            (confidential(&form.confidential, errors))
            div.row { button.primary { (around.button) } a.button.quiet href=(around.back) { (words::cancel()) } }
        }
    }
}

fn types(chosen: &str, errors: &[FieldError]) -> Markup {
    html! {
        fieldset.field {
            legend { (text::kind()) }
            div.filters {
                @for kind in AccountType::ALL {
                    @let number = kind.number().to_string();
                    label.chip title=(kind.meaning()) {
                        input type="radio" name="type" value=(number) checked[number == chosen];
                        (text::type_choice(kind))
                    }
                }
            }
            @for error in errors.iter().filter(|error| error.pointer == "/type") { p.error { (error.message) } }
        }
    }
}

fn confidential(value: &str, errors: &[FieldError]) -> Markup {
    html! {
        label.check {
            input type="checkbox" name="confidential" value="1" checked[!value.is_empty()];
            span { (text::confidential_check()) }
        }
        @for error in errors.iter().filter(|error| error.pointer == "/confidential") { p.error { (error.message) } }
    }
}

/// Errors that a form can show: of fields, or that an external id is taken.
fn for_form(fault: Fault) -> Result<Fault, Fault> {
    match fault.problem {
        Problem::Invalid => Ok(fault),
        Problem::AlreadyExists => {
            let error = FieldError::new("/external_id", FieldCode::Duplicate, fault.detail.clone());
            Ok(Fault { errors: vec![error], ..fault })
        }
        _ => Err(fault),
    }
}

/// `GET /w/{workspace}/accounts/new`
pub async fn new(State(app): State<App>, caller: Allowed<CreateAccount>) -> Result<Markup, Fault> {
    let form = DetailsForm { r#type: AccountType::WHEN_UNTOLD.number().to_string(), ..DetailsForm::default() };
    new_page(&app, &caller, &form, &[]).await
}

async fn new_page(app: &App, caller: &Caller, typed: &DetailsForm, errors: &[FieldError]) -> Result<Markup, Fault> {
    let workspace = caller.workspace.id;
    let user = caller.user;
    let (offered, own) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok::<_, Fault>((offered(tx, workspace, user, None)?, Own::load(tx, workspace, None)?))
        })
        .await?;
    let (action, button) = (caller.path("/accounts"), text::add_account());
    let around = Around { errors, offered: &offered, own: &own, button, back: action.clone(), action };
    let body = html! {
        div.page-head { div { h1 { (text::add_account()) } p { (text::add_what()) } } }
        (form(caller, typed, &around))
    };
    Ok(frame::narrow_page(caller, Menu::Accounts, text::add_account(), &body))
}

/// `POST /w/{workspace}/accounts`
pub async fn create(
    State(app): State<App>,
    caller: Allowed<CreateAccount>,
    Posted(typed): Posted<DetailsForm>,
) -> Result<Response, Fault> {
    let who = caller.into_caller();
    let made = match typed.check() {
        Ok(new) => {
            let (acting, typed) = (who.clone(), typed.clone());
            app.verb(Arc::clone(&who.workspace), Some(who.user), move |tx, by| {
                let id = open(tx, by, &acting, &new)?;
                let own = Own::load(tx, by.workspace.id, None)?;
                put_own(tx, by, id, own, &typed.own)?;
                Ok(id)
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    match made {
        Ok(id) => Ok(see_other(&who.path(&format!("/accounts/{id}")))),
        Err(fault) => {
            let fault = for_form(fault)?;
            let typed = DetailsForm { version: String::new(), ..typed };
            Ok((fault.status(), new_page(&app, &who, &typed, &fault.errors).await?).into_response())
        }
    }
}

/// `GET /w/{workspace}/accounts/{account}/edit`
pub async fn edit(State(app): State<App>, account: Writable<Account>) -> Result<Markup, Fault> {
    edit_page(&app, &account, None, &[], None).await
}

/// The form again when somebody was faster: who, and which fields read otherwise now.
struct Meanwhile {
    now: Account,
    own: Own,
    edited: Edited,
}

async fn edit_page(
    app: &App,
    account: &Writable<Account>,
    typed: Option<&DetailsForm>,
    errors: &[FieldError],
    meanwhile: Option<&Meanwhile>,
) -> Result<Markup, Fault> {
    let caller = &account.caller;
    let (workspace, id, today) = (caller.workspace.id, account.id, caller.today(app));
    let user = caller.user;
    let (account, heading, offered, own) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let account = store::account(tx, workspace, id, user)?.ok_or_else(Fault::not_found)?;
            let heading: Heading = crate::app::heading(tx, workspace, id, today)?;
            let offered = offered(tx, workspace, user, Some(&account))?;
            Ok::<_, Fault>((account, heading, offered, Own::load(tx, workspace, Some(id))?))
        })
        .await?;
    let filled = DetailsForm::of(&account, &own, caller.workspace.currency);
    let typed = typed.unwrap_or(&filled);
    let around = Around {
        errors,
        offered: &offered,
        own: &own,
        button: text::save_details(),
        action: path(caller, &account, "/edit"),
        back: path(caller, &account, ""),
    };
    let body = html! {
        @if let Some(meanwhile) = meanwhile { (conflict(caller, typed, meanwhile, &offered)) }
        (form(caller, typed, &around))
        @if account.steered_by(caller) { (merge_section(caller, &account)) }
        @if account.archived_at.is_none() { (archive_section(caller, &account)) }
    };
    Ok(account_frame(caller, &account, &heading, Tab::Details, &body))
}

fn conflict(caller: &Caller, typed: &DetailsForm, meanwhile: &Meanwhile, offered: &Offered) -> Markup {
    let theirs = DetailsForm::of(&meanwhile.now, &meanwhile.own, caller.workspace.currency);
    html! {
        div.notice.warn role="alert" {
            p {
                (text::changed_by(&meanwhile.edited.by))
                @for (index, field) in differing(&theirs, typed, &meanwhile.edited).iter().enumerate() {
                    @if index > 0 { "; " }
                    b { (field_form::name_of(field, &meanwhile.own.fields)) }
                    (text::is_now(&said(&theirs, field, offered), &said(typed, field, offered)))
                }
                ". " (text::save_or()) " "
                a href=(path(caller, &meanwhile.now, "/edit")) { (text::load_theirs()) } "."
            }
        }
    }
}

/// Fields that somebody else changed and that read otherwise in the form.
fn differing<'e>(theirs: &DetailsForm, typed: &DetailsForm, edited: &'e Edited) -> Vec<&'e str> {
    let mut fields: Vec<&str> = edited.fields.iter().map(String::as_str).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.retain(|field| theirs.value(field) != typed.value(field));
    fields
}

/// A field's value as people say it.
fn said(form: &DetailsForm, field: &str, offered: &Offered) -> String {
    let value = form.value(field);
    match field {
        "confidential" => (if value.is_empty() { text::no() } else { text::yes() }).to_owned(),
        _ if value.is_empty() => text::nothing_said().to_owned(),
        "end_on" => value.parse().map_or_else(|_| value.to_owned(), words::day),
        // A person in an own field is kept by id too.
        field if field == "associate" || field == "parent" || field.starts_with("field.") => {
            let choices = if field == "parent" { &offered.parents } else { &offered.people };
            choices.iter().find(|(id, _)| id == value).map_or_else(|| value.to_owned(), |(_, name)| name.clone())
        }
        _ => value.to_owned(),
    }
}

/// `POST /w/{workspace}/accounts/{account}/edit`
pub async fn save(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(typed): Posted<DetailsForm>,
) -> Result<Response, Fault> {
    let saved = match typed.check() {
        Ok(change) => save_details(&app, &account, &typed, change).await,
        Err(fault) => Err(fault),
    };
    match saved {
        Ok(None) => Ok(see_other(&path(&account.caller, &account, ""))),
        Ok(Some(meanwhile)) => {
            // Saving again is then a decision: it carries the version that was shown.
            let again = DetailsForm { version: meanwhile.now.version.to_string(), ..typed };
            let page = edit_page(&app, &account, Some(&again), &[], Some(&meanwhile)).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(fault) => {
            let fault = for_form(fault)?;
            Ok((fault.status(), edit_page(&app, &account, Some(&typed), &fault.errors, None).await?).into_response())
        }
    }
}

async fn save_details(
    app: &App,
    account: &Writable<Account>,
    typed: &DetailsForm,
    wanted: AccountChange,
) -> Result<Option<Meanwhile>, Fault> {
    let (id, typed, caller) = (account.id, typed.clone(), account.caller.clone());
    let known = typed.version.parse::<i64>().unwrap_or(0);
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let before = expect_version(tx, by, id, &Care::default())?;
        let own = Own::load(tx, by.workspace.id, Some(id))?;
        if let Some(edited) = edited_meanwhile(tx, by, &before, known)?
            && !differing(&DetailsForm::of(&before, &own, by.workspace.currency), &typed, &edited).is_empty()
        {
            return Ok(Some(Meanwhile { now: before, own, edited }));
        }
        change(tx, by, &caller, &before, &wanted)?;
        put_own(tx, by, id, own, &typed.own)?;
        Ok(None)
    })
    .await
}

/// Scores and contracts change the account's version too; only an edit of the details is a conflict.
fn edited_meanwhile(tx: &mut Tx<'_>, by: &By, now: &Account, known: i64) -> Result<Option<Edited>, Fault> {
    if now.version == known { Ok(None) } else { store::edited_since(tx, by.workspace.id, now.id, known) }
}
