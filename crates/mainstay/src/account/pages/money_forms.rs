//! What the forms of the money page do: the target, contracts, amendments and taking them back.

use std::sync::Arc;

use axum::extract::{RawPathParams, State};
use axum::response::{IntoResponse, Response};
use mainstay_db::Tx;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::problem::Problem;
use mainstay_rules::progress::fiscal_year;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::money::{Form, Typed, page};
use super::{Nothing, path};
use crate::account::Account;
use crate::account::api::{AmendmentIn, ContractIn, amount_of, check_room, named_in};
use crate::account::store::{self, expect_version};
use crate::app::App;
use crate::corridor::access::Writable;
use crate::corridor::fault::Fault;
use crate::corridor::frame::see_other;
use crate::corridor::request::{Care, Posted};
use crate::corridor::verb::By;

/// The fields of the three forms as typed; each form has some of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MoneyForm {
    pub name: String,
    pub external_id: String,
    pub start: String,
    pub end: String,
    pub arr: String,
    pub note: String,
    pub delta: String,
}

impl MoneyForm {
    fn amendment(&self) -> AmendmentIn {
        AmendmentIn {
            start: self.start.clone(),
            end: Some(self.end.clone()),
            arr: Value::String(self.arr.clone()),
            currency: None,
            note: Some(self.note.clone()),
        }
    }

    fn contract(&self) -> ContractIn {
        let AmendmentIn { start, end, arr, currency, note } = self.amendment();
        ContractIn {
            name: Some(self.name.clone()),
            external_id: Some(self.external_id.clone()),
            start,
            end,
            arr,
            currency,
            note,
        }
    }
}

/// Does a verb on the locked account; a refusal brings the page back with the form as it was typed.
async fn save(
    app: &App,
    account: &Writable<Account>,
    form: Form,
    fields: &MoneyForm,
    verb: impl Fn(&mut Tx<'_>, &By, Uuid) -> Result<(), Fault> + Send + 'static,
) -> Result<Response, Fault> {
    let (id, caller) = (account.id, &account.caller);
    let saved = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            expect_version(tx, by, id, &Care::default())?;
            verb(tx, by, id)
        })
        .await;
    match saved {
        Ok(()) => Ok(see_other(&path(caller, account, "/money"))),
        Err(fault) if matches!(fault.problem, Problem::Invalid | Problem::AlreadyExists) => {
            refuse(app, account, form, fields, fault).await
        }
        Err(fault) => Err(fault),
    }
}

async fn refuse(
    app: &App,
    account: &Writable<Account>,
    form: Form,
    fields: &MoneyForm,
    mut fault: Fault,
) -> Result<Response, Fault> {
    if fault.errors.is_empty() {
        fault.errors.push(FieldError::new("/external_id", FieldCode::Duplicate, fault.detail.clone()));
    }
    let typed = Typed { form, fields, errors: &fault.errors };
    Ok((fault.status(), page(app, &account.caller, account.id, &typed).await?).into_response())
}

/// `POST /w/{workspace}/accounts/{account}/target`
pub async fn set_target(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(fields): Posted<MoneyForm>,
) -> Result<Response, Fault> {
    let workspace = &account.caller.workspace;
    let delta = match fields.delta.trim() {
        "" => None,
        text => match amount_of("/delta", &Value::String(text.to_owned()), None, workspace.currency) {
            Ok(minor) => Some(minor),
            Err(error) => return refuse(&app, &account, Form::Target, &fields, error.into()).await,
        },
    };
    let month = workspace.fiscal_year_start_month;
    save(&app, &account, Form::Target, &fields, move |tx, by, id| {
        store::set_target(tx, by, id, i64::from(fiscal_year(by.today(), month)), delta)
    })
    .await
}

/// `POST /w/{workspace}/accounts/{account}/contracts`
pub async fn add_contract(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(fields): Posted<MoneyForm>,
) -> Result<Response, Fault> {
    let (contract, first) = match fields.contract().check(account.caller.workspace.currency) {
        Ok(checked) => checked,
        Err(fault) => return refuse(&app, &account, Form::Contract, &fields, fault).await,
    };
    save(&app, &account, Form::Contract, &fields, move |tx, by, id| {
        check_room(tx, by, id)?;
        store::add_contract(tx, by, id, &contract, &first).map(|_| ())
    })
    .await
}

/// `POST /w/{workspace}/accounts/{account}/contracts/{contract}/amendments`
pub async fn amend_contract(
    State(app): State<App>,
    account: Writable<Account>,
    parameters: RawPathParams,
    Posted(fields): Posted<MoneyForm>,
) -> Result<Response, Fault> {
    let contract = named_in(&parameters, "contract")?;
    let form = Form::Amendment(contract);
    let amendment = match fields.amendment().check(account.caller.workspace.currency) {
        Ok(amendment) => amendment,
        Err(errors) => return refuse(&app, &account, form, &fields, Fault::invalid(errors)).await,
    };
    save(&app, &account, form, &fields, move |tx, by, id| {
        store::contract(tx, by.workspace.id, id, contract)?.ok_or_else(Fault::not_found)?;
        check_room(tx, by, id)?;
        store::amend_contract(tx, by, id, contract, &amendment).map(|_| ())
    })
    .await
}

/// `POST /w/{workspace}/accounts/{account}/contracts/{contract}/amendments/{amendment}/withdraw`
pub async fn withdraw_amendment(
    State(app): State<App>,
    account: Writable<Account>,
    parameters: RawPathParams,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let (contract, amendment) = (named_in(&parameters, "contract")?, named_in(&parameters, "amendment")?);
    save(&app, &account, Form::None, &MoneyForm::default(), move |tx, by, id| {
        store::withdraw_amendment(tx, by, id, contract, amendment)
    })
    .await
}
