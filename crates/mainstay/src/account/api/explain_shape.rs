//! The JSON shapes of a number about money, opened.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::currency::Currency;
use mainstay_rules::ledger::End;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::MoneyOut;
use super::explain::{MoneyExplained, MoneyPart, MoneyValue};
use crate::text::account_explain as text;

/// One input of a number about money.
#[derive(Serialize, ToSchema)]
#[schema(as = MoneyExplanationInput)]
pub struct MoneyInputOut {
    /// What it is explained by in turn; null for a contract or what was typed.
    #[schema(example = "arr_ytd")]
    pub what: Option<&'static str>,
    pub contract_id: Option<Uuid>,
    pub name: String,
    /// In the workspace's currency. Of contracts they add up to the number exactly.
    pub amount: Option<MoneyOut>,
    /// As the contract says it, where that is another currency.
    pub original: Option<MoneyOut>,
    /// The rate between the two, and the fiscal year for which it was set.
    #[schema(example = "0.92")]
    pub rate: Option<String>,
    pub rate_fiscal_year: Option<i64>,
    /// The days from and until which a contract's amendment counts.
    #[schema(value_type = Option<String>, format = Date)]
    pub start: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub end: Option<Date>,
    /// Who recorded it; null when the system did, or nobody knows.
    pub by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub recorded_at: Option<Timestamp>,
    pub note: Option<String>,
}

/// A number about money, opened.
#[derive(Serialize, ToSchema)]
#[schema(as = MoneyExplanation)]
pub struct MoneyExplainOut {
    pub account: Uuid,
    #[schema(example = "arr_ytd")]
    pub what: &'static str,
    pub name: &'static str,
    /// An amount, where the number is one.
    pub value: Option<MoneyOut>,
    /// Progress in percent, with two decimals.
    #[schema(example = "44.00")]
    pub percent: Option<String>,
    /// A day, where the number is one.
    #[schema(value_type = Option<String>, format = Date)]
    pub date: Option<Date>,
    /// The day of which it is.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    pub fiscal_year: i64,
    /// How it is worked out, with its own figures.
    pub formula: String,
    /// Where the formula's figures come from.
    pub source: &'static str,
    pub inputs: Vec<MoneyInputOut>,
    /// Progress by the share of the year that has passed, in percent; 100.00 is on time.
    pub pace: Option<String>,
    /// Of an end date: the ARR at stake and the last day of notice.
    pub end_arr: Option<MoneyOut>,
    #[schema(value_type = Option<String>, format = Date)]
    pub notice_by: Option<Date>,
}

impl MoneyExplainOut {
    pub fn of(account: Uuid, explained: &MoneyExplained, home: Currency) -> Self {
        Self {
            account,
            what: explained.figure.word(),
            name: text::name(explained.figure),
            value: match explained.value {
                MoneyValue::Minor(minor) => Some(MoneyOut::of(minor, home)),
                _ => None,
            },
            percent: match explained.value {
                MoneyValue::Percent(hundredths) => Some(text::percent(hundredths)),
                _ => None,
            },
            date: match explained.value {
                MoneyValue::Day(day) => Some(day),
                _ => None,
            },
            on: explained.on,
            fiscal_year: explained.fiscal_year,
            formula: text::formula(explained, home),
            source: text::source(explained),
            inputs: explained.parts.iter().map(|part| MoneyInputOut::of(part, home)).collect(),
            pace: explained.pace.map(text::percent),
            end_arr: explained.end.map(|End { arr_minor, .. }| MoneyOut::of(arr_minor, home)),
            notice_by: explained.notice_by,
        }
    }
}

impl MoneyInputOut {
    fn of(part: &MoneyPart, home: Currency) -> Self {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let plain = Self {
            what: None,
            contract_id: None,
            name: text::part_name(part),
            amount: part.minor().map(|minor| MoneyOut::of(minor, home)),
            original: part.original(home).map(|(minor, currency)| MoneyOut::of(minor, currency)),
            rate: None,
            rate_fiscal_year: None,
            start: None,
            end: part.until(),
            by: None,
            recorded_at: None,
            note: None,
        };
        match part {
            MoneyPart::Contract { contract, amendment, rate, rate_year, .. } => Self {
                contract_id: Some(*contract),
                rate: rate_year.map(|_| rate.decimal()),
                rate_fiscal_year: *rate_year,
                start: Some(amendment.amendment.start_on),
                by: filled(&amendment.recorder),
                recorded_at: Some(amendment.amendment.recorded_at),
                note: filled(&amendment.note),
                ..plain
            },
            MoneyPart::Figure { figure, .. } => Self { what: Some(figure.word()), ..plain },
            MoneyPart::Typed { day, at, by, .. } => Self { end: *day, by: filled(by), recorded_at: *at, ..plain },
        }
    }
}
