//! Contracts and amendments on the wire, and what is checked of them.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::currency::Currency;
use mainstay_rules::field::{self, FieldCode, FieldError, keep};
use mainstay_rules::ledger::{self, Amendment, End, check_amendment};
use mainstay_rules::limits::{EXTERNAL_ID_CHARS_MAX, NAME_CHARS_MAX, NOTICE_DAYS_MAX};
use mainstay_rules::money::parse_amount;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MoneyOut, PersonRef};
use crate::account::store::{self, Contract, ContractTerms, NewAmendment, NewContract, StoredAmendment};
use crate::corridor::fault::Fault;

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
    /// It changes the price alone.
    pub is_price: bool,
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
    /// The part of the account that it belongs to; null is the account as a whole.
    pub scope_id: Option<Uuid>,
    /// The first day of its first amendment; null when every amendment was withdrawn.
    #[schema(value_type = Option<String>, format = Date)]
    pub start: Option<Date>,
    /// The last day of its last amendment; null is an open end.
    #[schema(value_type = Option<String>, format = Date)]
    pub end: Option<Date>,
    /// What it brings a year, today, in its own currency.
    pub arr: MoneyOut,
    #[schema(example = "EUR")]
    pub currency: &'static str,
    /// Days before its last day by which notice is given.
    pub notice_days: Option<i64>,
    /// The last day on which notice can be given; null without notice days or with an open end.
    #[schema(value_type = Option<String>, format = Date)]
    pub notice_by: Option<Date>,
    /// It goes on by itself when nobody gives notice. Its ARR still ends on its last day until an amendment renews it.
    pub auto_renew: bool,
    /// Those that stand, oldest first.
    pub amendments: Vec<AmendmentOut>,
}

/// The day before an exclusive end: the last day, as people say it.
pub fn last_day(end_on: Date) -> Date {
    end_on.yesterday().unwrap_or(end_on)
}

impl ContractOut {
    /// `home` is the currency of a contract whose amendments were all withdrawn.
    pub fn of(contract: &Contract, stored: &[StoredAmendment], today: Date, home: Currency) -> Self {
        let currency = store::currency_in(stored, contract.id).unwrap_or(home);
        let own: Vec<&StoredAmendment> = stored.iter().filter(|one| one.amendment.contract == contract.id).collect();
        let rows: Vec<Amendment> = own.iter().map(|one| one.amendment).collect();
        Self {
            id: contract.id,
            external_id: contract.external_id.clone(),
            name: contract.name.clone(),
            scope_id: contract.scope_id,
            start: rows.first().map(|row| row.start_on),
            end: rows.last().and_then(|row| row.end_on).map(last_day),
            arr: MoneyOut::of(ledger::arr_on(&rows, today), currency),
            currency: currency.code(),
            notice_days: contract.notice_days,
            notice_by: notice_by(contract, &rows),
            auto_renew: contract.auto_renew,
            amendments: own.into_iter().map(AmendmentOut::of).collect(),
        }
    }
}

/// The last day on which notice of a contract can be given.
pub fn notice_by(contract: &Contract, rows: &[Amendment]) -> Option<Date> {
    let last = rows.last()?;
    let end = End { on: last.end_on?, arr_minor: last.arr_minor };
    contract.notice_days.map(|days| end.notice_by(days))
}

impl AmendmentOut {
    fn of(stored: &StoredAmendment) -> Self {
        let row = &stored.amendment;
        Self {
            id: stored.id,
            start: row.start_on,
            end: row.end_on.map(last_day),
            arr: MoneyOut::of(row.arr_minor, stored.currency),
            is_price: stored.is_price,
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
    /// The contract's currency, where `arr` does not name it.
    pub currency: Option<String>,
    pub note: Option<String>,
    /// It changes the price alone: its movement is `price`.
    #[serde(default)]
    pub is_price: bool,
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
    /// Of ISO 4217; the workspace's where neither this nor `arr` names one. Another one needs an exchange rate first.
    #[schema(example = "EUR")]
    pub currency: Option<String>,
    pub note: Option<String>,
    /// Days before its last day by which notice is given.
    #[schema(minimum = 0, maximum = 1100)]
    pub notice_days: Option<i64>,
    #[serde(default)]
    pub auto_renew: bool,
}

/// What can change of a contract beside its worth; what is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractFields)]
pub struct ContractEditIn {
    pub name: Option<String>,
    /// Null: no notice was agreed.
    #[serde(default, deserialize_with = "said_days")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1100)]
    pub notice_days: Option<Option<i64>>,
    pub auto_renew: Option<bool>,
}

#[expect(clippy::option_option, reason = "absent, null and a number are three things")]
fn said_days<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Option<i64>>, D::Error> {
    Ok(Some(Option::<i64>::deserialize(input)?))
}

/// Days of notice, when they can be meant.
fn notice_days(days: Option<i64>) -> Result<Option<i64>, FieldError> {
    if days.is_none_or(|days| (0..=NOTICE_DAYS_MAX).contains(&days)) {
        return Ok(days);
    }
    let message = format!("Days of notice are a number from 0 to {NOTICE_DAYS_MAX}");
    Err(FieldError::new("/notice_days", FieldCode::OutOfRange, message))
}

impl ContractEditIn {
    pub fn check(&self, contract: &Contract) -> Result<ContractTerms, Vec<FieldError>> {
        let mut errors = Vec::new();
        let before = ContractTerms::of(contract);
        let name = match &self.name {
            Some(name) => keep(field::text("/name", name, NAME_CHARS_MAX), &mut errors),
            None => Some(before.name),
        };
        let days = keep(notice_days(self.notice_days.unwrap_or(before.notice_days)), &mut errors);
        match (name, days) {
            (Some(name), Some(notice_days)) => {
                Ok(ContractTerms { name, notice_days, auto_renew: self.auto_renew.unwrap_or(before.auto_renew) })
            }
            _ => Err(errors),
        }
    }
}

/// An amount as sent, in the workspace's currency and no other.
pub fn amount_of(pointer: &str, value: &Value, currency: Option<&str>, ours: Currency) -> Result<i64, FieldError> {
    let (minor, given) = money_of(pointer, value, currency, ours)?;
    if given != ours {
        let message = format!("This workspace counts in {ours}; give the amount in {ours} instead of {given}");
        return Err(FieldError::new(pointer, FieldCode::Invalid, message));
    }
    Ok(minor)
}

/// An amount as sent, in the currency that it or `currency` names, else in `usual`.
pub fn money_of(
    pointer: &str,
    value: &Value,
    currency: Option<&str>,
    usual: Currency,
) -> Result<(i64, Currency), FieldError> {
    let (amount, named) = match value {
        Value::Object(money) => {
            (money.get("amount").unwrap_or(&Value::Null), money.get("currency").and_then(Value::as_str))
        }
        other => (other, None),
    };
    let mut given = None;
    for code in [named, currency].into_iter().flatten().filter(|code| !code.trim().is_empty()) {
        let one = Currency::parse(code).map_err(|error| error.at(pointer))?;
        if given.is_some_and(|other| other != one) {
            let message = "The amount and the field beside it name two currencies; name one";
            return Err(FieldError::new(pointer, FieldCode::Conflict, message));
        }
        given = Some(one);
    }
    let currency = given.unwrap_or(usual);
    let text = match amount {
        Value::String(text) => text.clone(),
        Value::Number(whole) if whole.is_i64() => whole.to_string(),
        Value::Null => String::new(),
        _ => {
            let message = "Write the amount as a text, for example \"1250000.00\", so that no cent is lost";
            return Err(FieldError::new(pointer, FieldCode::Invalid, message));
        }
    };
    parse_amount(&text, currency).map(|minor| (minor, currency)).map_err(|error| error.at(pointer))
}

impl AmendmentIn {
    /// Checks all fields at once; pointers are those of the wire. `usual` is the currency where none is named.
    pub fn check(&self, usual: Currency) -> Result<NewAmendment, Vec<FieldError>> {
        let mut errors = Vec::new();
        let start_on = keep(field::date("/start", &self.start), &mut errors);
        let end = keep(field::optional_date("/end", self.end.as_deref().unwrap_or_default()), &mut errors);
        let arr = keep(money_of("/arr", &self.arr, self.currency.as_deref(), usual), &mut errors);
        let note = keep(field::note("/note", self.note.as_deref().unwrap_or_default()), &mut errors);
        let (Some(start_on), Some(end), Some((arr_minor, currency)), Some(note)) = (start_on, end, arr, note) else {
            return Err(errors);
        };
        // Kept is the first day without it; the years of the rules leave room for one day more.
        let end_on = end.map(|day| day.tomorrow().unwrap_or(day));
        check_amendment(start_on, end_on, arr_minor).map_err(named_as_on_the_wire)?;
        let (currency, note) = (Some(currency), note.unwrap_or_default());
        Ok(NewAmendment { start_on, end_on, arr_minor, note, currency, is_price: self.is_price })
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
            is_price: false,
        };
        let notice_days = keep(notice_days(self.notice_days), &mut errors);
        let first = first.check(ours).map_err(|more| errors.extend(more)).ok();
        match (name, external_id, notice_days, first) {
            (Some(name), Some(external_id), Some(notice_days), Some(first)) if errors.is_empty() => {
                Ok((NewContract { name, external_id, notice_days, auto_renew: self.auto_renew }, first))
            }
            _ => Err(Fault::invalid(errors)),
        }
    }
}
