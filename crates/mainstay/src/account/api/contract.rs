//! Contracts over the wire: dated amendments, from which the ARR is derived.

use axum::Json;
use axum::extract::{RawPathParams, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::currency::Currency;
use mainstay_rules::field::{self, FieldCode, FieldError, keep};
use mainstay_rules::ledger::{self, Amendment, check_amendment};
use mainstay_rules::limits::{AMENDMENTS_PER_ACCOUNT_MAX, EXTERNAL_ID_CHARS_MAX, NAME_CHARS_MAX};
use mainstay_rules::money::parse_amount;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MoneyOut, PersonRef, Tagged, tagged, version_of};
use crate::account::Account;
use crate::account::store::{self, Contract, NewAmendment, NewContract, StoredAmendment, expect_version};
use crate::app::App;
use crate::corridor::access::{Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::corridor::verb::By;

/// From `start` until `end` the contract brings `arr` a year, unless a later amendment takes its place.
#[derive(Serialize, ToSchema)]
#[schema(as = Amendment)]
pub struct AmendmentOut {
    pub id: Uuid,
    #[schema(value_type = String, format = Date)]
    pub start: Date,
    /// The last day; null is an open end.
    #[schema(value_type = Option<String>, format = Date)]
    pub end: Option<Date>,
    pub arr: MoneyOut,
    pub note: String,
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// Null when the system recorded it.
    pub recorded_by: Option<PersonRef>,
}

/// A contract as its amendments tell it.
#[derive(Serialize, ToSchema)]
#[schema(as = Contract)]
pub struct ContractOut {
    pub id: Uuid,
    /// Its id in another system; unique in the workspace.
    pub external_id: Option<String>,
    pub name: String,
    /// The first day of its first amendment; null when every amendment was withdrawn.
    #[schema(value_type = Option<String>, format = Date)]
    pub start: Option<Date>,
    /// The last day of its last amendment; null is an open end.
    #[schema(value_type = Option<String>, format = Date)]
    pub end: Option<Date>,
    /// What it brings a year, today.
    pub arr: MoneyOut,
    #[schema(example = "EUR")]
    pub currency: &'static str,
    /// Those that stand, oldest first.
    pub amendments: Vec<AmendmentOut>,
}

/// The day before an exclusive end: the last day, as people say it.
pub fn last_day(end_on: Date) -> Date {
    end_on.yesterday().unwrap_or(end_on)
}

impl ContractOut {
    pub fn of(contract: &Contract, stored: &[StoredAmendment], today: Date, currency: Currency) -> Self {
        let own: Vec<&StoredAmendment> = stored.iter().filter(|one| one.amendment.contract == contract.id).collect();
        let rows: Vec<Amendment> = own.iter().map(|one| one.amendment).collect();
        Self {
            id: contract.id,
            external_id: contract.external_id.clone(),
            name: contract.name.clone(),
            start: rows.first().map(|row| row.start_on),
            end: rows.last().and_then(|row| row.end_on).map(last_day),
            arr: MoneyOut::of(ledger::arr_on(&rows, today), currency),
            currency: currency.code(),
            amendments: own.into_iter().map(|one| AmendmentOut::of(one, currency)).collect(),
        }
    }
}

impl AmendmentOut {
    fn of(stored: &StoredAmendment, currency: Currency) -> Self {
        let row = &stored.amendment;
        Self {
            id: stored.id,
            start: row.start_on,
            end: row.end_on.map(last_day),
            arr: MoneyOut::of(row.arr_minor, currency),
            note: stored.note.clone(),
            recorded_at: row.recorded_at,
            recorded_by: stored.recorded_by.map(|id| PersonRef { id, name: stored.recorder.clone() }),
        }
    }
}

/// An amendment as it is sent.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAmendment)]
pub struct AmendmentIn {
    /// The first day.
    #[serde(default)]
    #[schema(example = "2026-04-13")]
    pub start: String,
    /// The last day; null or left out is an open end.
    #[schema(example = "2027-04-12")]
    pub end: Option<String>,
    /// ARR as money, or as an exact decimal text; 0 for a contract that brings nothing.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"amount": "1250000.00", "currency": "EUR"}))]
    pub arr: Value,
    /// The workspace's currency, where `arr` does not name it.
    pub currency: Option<String>,
    pub note: Option<String>,
}

/// A contract with its first amendment, as it is sent.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContract)]
pub struct ContractIn {
    /// Its name or number; the external id when left out.
    pub name: Option<String>,
    pub external_id: Option<String>,
    #[serde(default)]
    #[schema(example = "2026-04-13")]
    pub start: String,
    /// The last day; null or left out is an open end.
    #[schema(example = "2027-04-12")]
    pub end: Option<String>,
    /// ARR as money, or as an exact decimal text.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"amount": "1250000.00", "currency": "EUR"}))]
    pub arr: Value,
    /// The workspace's currency, where `arr` does not name it.
    pub currency: Option<String>,
    pub note: Option<String>,
}

/// An amount as sent, in the workspace's currency and no other.
pub fn amount_of(pointer: &str, value: &Value, currency: Option<&str>, ours: Currency) -> Result<i64, FieldError> {
    let (amount, named) = match value {
        Value::Object(money) => {
            (money.get("amount").unwrap_or(&Value::Null), money.get("currency").and_then(Value::as_str))
        }
        other => (other, None),
    };
    for code in [named, currency].into_iter().flatten().filter(|code| !code.trim().is_empty()) {
        let given = Currency::parse(code).map_err(|error| error.at(pointer))?;
        if given != ours {
            let message = format!("This workspace counts in {ours}; give the amount in {ours} instead of {given}");
            return Err(FieldError::new(pointer, FieldCode::Invalid, message));
        }
    }
    let text = match amount {
        Value::String(text) => text.clone(),
        Value::Number(whole) if whole.is_i64() => whole.to_string(),
        Value::Null => String::new(),
        _ => {
            let message = "Write the amount as a text, for example \"1250000.00\", so that no cent is lost";
            return Err(FieldError::new(pointer, FieldCode::Invalid, message));
        }
    };
    parse_amount(&text, ours).map_err(|error| error.at(pointer))
}

impl AmendmentIn {
    /// Checks all fields at once; pointers are those of the wire.
    pub fn check(&self, ours: Currency) -> Result<NewAmendment, Vec<FieldError>> {
        let mut errors = Vec::new();
        let start_on = keep(field::date("/start", &self.start), &mut errors);
        let end = keep(field::optional_date("/end", self.end.as_deref().unwrap_or_default()), &mut errors);
        let arr_minor = keep(amount_of("/arr", &self.arr, self.currency.as_deref(), ours), &mut errors);
        let note = keep(field::note("/note", self.note.as_deref().unwrap_or_default()), &mut errors);
        let (Some(start_on), Some(end), Some(arr_minor), Some(note)) = (start_on, end, arr_minor, note) else {
            return Err(errors);
        };
        // Kept is the first day without it; the years of the rules leave room for one day more.
        let end_on = end.map(|day| day.tomorrow().unwrap_or(day));
        check_amendment(start_on, end_on, arr_minor).map_err(named_as_on_the_wire)?;
        Ok(NewAmendment { start_on, end_on, arr_minor, note: note.unwrap_or_default() })
    }
}

fn named_as_on_the_wire(errors: Vec<FieldError>) -> Vec<FieldError> {
    let named = |error: FieldError| match error.pointer.as_str() {
        "/start_on" => FieldError { pointer: "/start".to_owned(), ..error },
        "/end_on" if error.code == FieldCode::OutOfRange => FieldError::new(
            "/end",
            FieldCode::OutOfRange,
            "The last day may not be before the first, and not after the year 2200",
        ),
        _ => error,
    };
    errors.into_iter().map(named).collect()
}

impl ContractIn {
    pub fn check(&self, ours: Currency) -> Result<(NewContract, NewAmendment), Fault> {
        let mut errors = Vec::new();
        let external_id = self.external_id.as_deref().unwrap_or_default();
        let external_id = keep(field::optional_text("/external_id", external_id, EXTERNAL_ID_CHARS_MAX), &mut errors);
        let named = self.name.as_deref().filter(|name| !name.trim().is_empty());
        let name = named.or(self.external_id.as_deref()).unwrap_or_default();
        let name = keep(field::text("/name", name, NAME_CHARS_MAX), &mut errors);
        let first = AmendmentIn {
            start: self.start.clone(),
            end: self.end.clone(),
            arr: self.arr.clone(),
            currency: self.currency.clone(),
            note: self.note.clone(),
        };
        let first = first.check(ours).map_err(|more| errors.extend(more)).ok();
        match (name, external_id, first) {
            (Some(name), Some(external_id), Some(first)) if errors.is_empty() => {
                Ok((NewContract { name, external_id }, first))
            }
            _ => Err(Fault::invalid(errors)),
        }
    }
}

/// Refuses when the account's ledger is full.
pub fn check_room(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let count = store::amendment_count(tx, by.workspace.id, account)?;
    if usize::try_from(count).is_ok_and(|count| count < AMENDMENTS_PER_ACCOUNT_MAX) {
        return Ok(());
    }
    let message =
        format!("An account has at most {AMENDMENTS_PER_ACCOUNT_MAX} contract amendments, and this one has them all.");
    Err(Fault::field(FieldError::new("", FieldCode::TooMany, message)))
}

/// An id in the address; what is no id names nothing.
pub fn named_in(path: &RawPathParams, parameter: &str) -> Result<Uuid, Fault> {
    let text = path.iter().find(|(name, _)| *name == parameter).map(|(_, value)| value);
    text.and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(Fault::not_found)
}

fn contract_out(tx: &mut Tx<'_>, by: &By, account: Uuid, id: Uuid) -> Result<ContractOut, Fault> {
    let contract = store::contract(tx, by.workspace.id, account, id)?.ok_or_else(Fault::not_found)?;
    let stored = store::amendments(tx, by.workspace.id, account)?;
    Ok(ContractOut::of(&contract, &stored, by.today(), by.workspace.currency))
}

/// The account's contracts, oldest first.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/contracts", tag = "accounts", params(("account" = Uuid, Path)),
    responses((status = 200, body = List<ContractOut>)))]
pub async fn list_contracts(
    State(app): State<App>,
    account: Readable<Account>,
) -> Result<Json<List<ContractOut>>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    let (contracts, stored) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok::<_, Fault>((store::contracts(tx, workspace, id)?, store::amendments(tx, workspace, id)?))
        })
        .await?;
    let (today, currency) = (account.caller.today(&app), account.caller.workspace.currency);
    let data = contracts.iter().map(|contract| ContractOut::of(contract, &stored, today, currency)).collect();
    Ok(Json(List { data, next_cursor: None }))
}

/// One contract; its version is the account's.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/contracts/{contract}", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path)), responses((status = 200, body = ContractOut)))]
pub async fn get_contract(
    State(app): State<App>,
    account: Readable<Account>,
    path: RawPathParams,
) -> Result<Tagged<ContractOut>, Fault> {
    let (workspace, id, wanted) = (account.caller.workspace.id, account.id, named_in(&path, "contract")?);
    let (contract, stored) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            let contract = store::contract(tx, workspace, id, wanted)?.ok_or_else(Fault::not_found)?;
            Ok::<_, Fault>((contract, store::amendments(tx, workspace, id)?))
        })
        .await?;
    let (today, currency) = (account.caller.today(&app), account.caller.workspace.currency);
    Ok(tagged(account.version, ContractOut::of(&contract, &stored, today, currency)))
}

/// Adds a contract with its first amendment.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/contracts", tag = "accounts", params(("account" = Uuid, Path)),
    request_body = ContractIn, responses((status = 201, body = ContractOut)))]
pub async fn add_contract(
    State(app): State<App>,
    account: Writable<Account>,
    Sent(sent, care): Sent<ContractIn>,
) -> Result<Answer, Fault> {
    let (contract, first) = sent.check(account.caller.workspace.currency)?;
    let id = account.id;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        check_room(tx, by, id)?;
        let (added, _) = store::add_contract(tx, by, id, &contract, &first)?;
        let body = contract_out(tx, by, id, added)?;
        let place = format!("/api/v1/accounts/{id}/contracts/{added}");
        Ok(Answer::created(place, &body)?.version(version_of(tx, by, id)?))
    })
    .await
}

/// Adds an amendment: from its first day on, it takes the place of the one before as a whole, its end included.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/contracts/{contract}/amendments", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path)), request_body = AmendmentIn,
    responses((status = 201, description = "The contract as amended", body = ContractOut)))]
pub async fn amend_contract(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Sent(sent, care): Sent<AmendmentIn>,
) -> Result<Answer, Fault> {
    let amendment = sent.check(account.caller.workspace.currency).map_err(Fault::invalid)?;
    let (id, contract) = (account.id, named_in(&path, "contract")?);
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        store::contract(tx, by.workspace.id, id, contract)?.ok_or_else(Fault::not_found)?;
        check_room(tx, by, id)?;
        store::amend_contract(tx, by, id, contract, &amendment)?;
        let body = contract_out(tx, by, id, contract)?;
        Ok(Answer::json(StatusCode::CREATED, &body)?.version(version_of(tx, by, id)?))
    })
    .await
}

/// Takes an amendment back, as if it had never been signed.
#[utoipa::path(delete, path = "/api/v1/accounts/{account}/contracts/{contract}/amendments/{amendment}", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path), ("amendment" = Uuid, Path)),
    responses((status = 200, description = "The contract without it", body = ContractOut)))]
pub async fn withdraw_amendment(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (contract, amendment) = (named_in(&path, "contract")?, named_in(&path, "amendment")?);
    let id = account.id;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        store::withdraw_amendment(tx, by, id, contract, amendment)?;
        let body = contract_out(tx, by, id, contract)?;
        Ok(Answer::ok(&body)?.version(version_of(tx, by, id)?))
    })
    .await
}
