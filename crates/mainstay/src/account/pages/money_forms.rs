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
use crate::account::api::{
    AmendmentIn, ContractEditIn, ContractIn, JudgeIn, amount_of, check_room, day_in, month_of, named_in, revenue_of,
    usual_currency,
};
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
    pub currency: String,
    pub is_price: String,
    pub notice_days: String,
    pub auto_renew: String,
    pub kind: String,
    pub reason: String,
    pub month: String,
    pub revenue: String,
}

impl MoneyForm {
    fn amendment(&self) -> AmendmentIn {
        AmendmentIn {
            start: self.start.clone(),
            end: Some(self.end.clone()),
            arr: Value::String(self.arr.clone()),
            currency: Some(self.currency.clone()),
            note: Some(self.note.clone()),
            is_price: !self.is_price.is_empty(),
        }
    }

    /// The days as a number, as the API gets them.
    fn notice_days(&self) -> Result<Option<i64>, FieldError> {
        match self.notice_days.trim() {
            "" => Ok(None),
            days => days.parse().map(Some).map_err(|_| {
                FieldError::new(
                    "/notice_days",
                    FieldCode::NotANumber,
                    "Write the days of notice in figures, for example 90",
                )
            }),
        }
    }

    fn contract(&self) -> Result<ContractIn, FieldError> {
        let AmendmentIn { start, end, arr, currency, note, .. } = self.amendment();
        Ok(ContractIn {
            notice_days: self.notice_days()?,
            auto_renew: !self.auto_renew.is_empty(),
            name: Some(self.name.clone()),
            external_id: Some(self.external_id.clone()),
            start,
            end,
            arr,
            currency,
            note,
        })
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
    let (contract, first) =
        match fields.contract().map_err(Fault::field).and_then(|sent| sent.check(account.caller.workspace.currency)) {
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
    let usual = usual_currency(&app, &account.caller, contract).await?;
    let amendment = match fields.amendment().check(usual) {
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

/// `POST /w/{workspace}/accounts/{account}/contracts/{contract}`
pub async fn edit_contract(
    State(app): State<App>,
    account: Writable<Account>,
    parameters: RawPathParams,
    Posted(fields): Posted<MoneyForm>,
) -> Result<Response, Fault> {
    let contract = named_in(&parameters, "contract")?;
    let form = Form::Terms(contract);
    let notice_days = match fields.notice_days() {
        Ok(days) => days,
        Err(error) => return refuse(&app, &account, form, &fields, error.into()).await,
    };
    let auto_renew = Some(!fields.auto_renew.is_empty());
    let sent = ContractEditIn { name: Some(fields.name.clone()), notice_days: Some(notice_days), auto_renew };
    save(&app, &account, form, &fields, move |tx, by, id| {
        let before = store::contract(tx, by.workspace.id, id, contract)?.ok_or_else(Fault::not_found)?;
        store::edit_contract(tx, by, &before, &sent.check(&before).map_err(Fault::invalid)?)
    })
    .await
}

/// `POST /w/{workspace}/accounts/{account}/contracts/{contract}/movements/{day}`
pub async fn judge(
    State(app): State<App>,
    account: Writable<Account>,
    parameters: RawPathParams,
    Posted(fields): Posted<MoneyForm>,
) -> Result<Response, Fault> {
    let (contract, on) = (named_in(&parameters, "contract")?, day_in(&parameters)?);
    let form = Form::Judgement(contract, on);
    let sent = JudgeIn { kind: Some(fields.kind.clone()), reason: Some(fields.reason.clone()) };
    let decided = match sent.check() {
        Ok(decided) => decided,
        Err(fault) => return refuse(&app, &account, form, &fields, fault).await,
    };
    save(&app, &account, form, &fields, move |tx, by, id| {
        let decided = decided.as_ref().map(|(kind, reason)| (*kind, reason.as_str()));
        store::judge_movement(tx, by, id, (contract, on), decided)
    })
    .await
}

/// `POST /w/{workspace}/accounts/{account}/usage`
pub async fn record_usage(
    State(app): State<App>,
    account: Writable<Account>,
    Posted(fields): Posted<MoneyForm>,
) -> Result<Response, Fault> {
    let checked = month_of("/month", &fields.month).and_then(|month| {
        let text = fields.revenue.trim();
        let value = Value::String(text.to_owned());
        let revenue = if text.is_empty() { None } else { Some(revenue_of(&value, &account.caller.workspace)?) };
        Ok((month, revenue))
    });
    let (month, revenue) = match checked {
        Ok(checked) => checked,
        Err(error) => return refuse(&app, &account, Form::Usage, &fields, error.into()).await,
    };
    save(&app, &account, Form::Usage, &fields, move |tx, by, id| store::record_usage(tx, by, id, month, revenue)).await
}
