//! Accounts on the wire.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::account::{AccountEditInput, AccountType, NewAccountInput};
use mainstay_rules::custom_field::Field;
use mainstay_rules::field::FieldError;
use mainstay_rules::money::{self, Currency};
use mainstay_rules::permission::PodRole;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::field_value::fields_out;
use crate::account::store::Listed;
use crate::corridor::fault::Fault;

/// Exact decimal money.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Money)]
pub struct MoneyOut {
    #[schema(example = "1250000.00")]
    pub amount: String,
    #[schema(example = "EUR")]
    pub currency: &'static str,
}

impl MoneyOut {
    pub fn of(minor: i64, currency: Currency) -> Self {
        Self { amount: money::format_amount(minor, currency), currency: currency.code() }
    }
}

#[derive(Serialize, ToSchema)]
pub struct PersonRef {
    pub id: Uuid,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
pub struct AccountName {
    pub id: Uuid,
    pub name: String,
}

/// A key account.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountOut {
    pub id: Uuid,
    /// Its id in another system; unique in the workspace.
    pub external_id: Option<String>,
    pub name: String,
    /// 1 strategic agreement, 2 potential partner, 3 modest with upside, 4 maintained.
    #[schema(minimum = 1, maximum = 4)]
    pub r#type: i64,
    /// The sales associate.
    pub associate: Option<PersonRef>,
    pub industry: Option<String>,
    pub vertical: Option<String>,
    pub geography: Option<String>,
    /// The last day of the agreement, as it was typed.
    #[schema(value_type = Option<String>, format = Date)]
    pub end_date: Option<Date>,
    /// What counts as its end: the last day of the next contracts to end with at least a tenth of the ARR, else `end_date`.
    #[schema(value_type = Option<String>, format = Date)]
    pub ends_on: Option<Date>,
    /// The ARR that ends on that day, where contracts say it.
    pub end_arr: Option<MoneyOut>,
    /// The last day on which notice of it can be given.
    #[schema(value_type = Option<String>, format = Date)]
    pub notice_by: Option<Date>,
    /// The day on which the last of its contracts ends.
    #[schema(value_type = Option<String>, format = Date)]
    pub last_end_on: Option<Date>,
    /// Only the members of its client pod see it.
    pub confidential: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    /// Today's ARR, derived from the contracts.
    pub arr: MoneyOut,
    /// The ARR on the last day of the fiscal year before.
    pub arr_last_year: MoneyOut,
    /// The wanted increase of ARR in this fiscal year.
    pub arr_delta_target: Option<MoneyOut>,
    /// The account of which it is a subsidiary.
    pub parent: Option<AccountName>,
    /// Your own duty in its client pod: `owner`, `team`, `observer`, or null.
    pub pod_role: Option<&'static str>,
    /// What it has in the workspace's own fields, by key: a text, an exact decimal as text, a day, the key of a choice,
    /// a person, money, or null.
    #[schema(value_type = Object, example = json!({"renewal_likelihood": "likely", "sites": "12"}))]
    pub fields: BTreeMap<String, Json>,
    pub version: i64,
}

impl AccountOut {
    pub fn of(listed: &Listed, fields: &[Field], currency: Currency) -> Self {
        let account = &listed.account;
        Self {
            id: account.id,
            external_id: account.external_id.clone(),
            name: account.name.clone(),
            r#type: account.account_type.number(),
            associate: account.associate_id.map(|id| PersonRef { id, name: account.associate.clone() }),
            industry: account.industry.clone(),
            vertical: account.vertical.clone(),
            geography: account.geography.clone(),
            end_date: account.end_on,
            ends_on: listed.ends_on,
            end_arr: listed.ends.end_arr.map(|minor| MoneyOut::of(minor, currency)),
            notice_by: listed.ends.notice_by,
            last_end_on: listed.ends.last_end_on,
            confidential: account.confidential,
            archived_at: account.archived_at,
            arr: MoneyOut::of(listed.arr_now, currency),
            arr_last_year: MoneyOut::of(listed.arr_last_year, currency),
            arr_delta_target: listed.delta_target.map(|minor| MoneyOut::of(minor, currency)),
            parent: account.parent_id.map(|id| AccountName { id, name: account.parent.clone() }),
            pod_role: account.pod_role.map(PodRole::as_str),
            fields: fields_out(&listed.fields, fields, currency),
            version: account.version,
        }
    }
}

/// What is sent for an account; what is left out stays as it is, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountFields)]
pub struct AccountIn {
    /// Required for a new account, at most 200 characters.
    #[serde(default, deserialize_with = "said")]
    #[schema(example = "Casavero")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable)]
    pub external_id: Option<String>,
    /// 1 to 4; 3 for a new account when left out.
    #[serde(default, deserialize_with = "said_number")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 4)]
    pub r#type: Option<String>,
    /// Why the account has another type; required where `type` changes.
    #[serde(default)]
    pub type_reason: Option<String>,
    /// A user of the workspace; whoever answers for an account joins its pod.
    #[serde(default, deserialize_with = "said_id")]
    #[schema(value_type = Option<Uuid>)]
    pub associate_id: Option<Option<Uuid>>,
    /// The account of which it is a subsidiary; null makes it stand alone.
    #[serde(default, deserialize_with = "said_id")]
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable)]
    pub industry: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable)]
    pub vertical: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable)]
    pub geography: Option<String>,
    /// The last day of the agreement, where no contract says it.
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable, example = "2027-04-12")]
    pub end_date: Option<String>,
    #[serde(default)]
    pub confidential: Option<bool>,
    /// Values for the workspace's own fields, by key; null clears one.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"renewal_likelihood": "likely"}))]
    pub fields: BTreeMap<String, Json>,
}

/// A text that was sent; null is the empty text, which clears.
pub fn said<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::<String>::deserialize(input)?.unwrap_or_default()))
}

fn said_number<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::<i64>::deserialize(input)?.map(|number| number.to_string()).unwrap_or_default()))
}

#[expect(clippy::option_option, reason = "absent, null and an id are three things")]
fn said_id<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Option<Uuid>>, D::Error> {
    Ok(Some(Option::<Uuid>::deserialize(input)?))
}

impl AccountIn {
    pub fn new_input(&self) -> NewAccountInput {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        NewAccountInput {
            name: text(&self.name),
            external_id: text(&self.external_id),
            account_type: self.r#type.clone().unwrap_or_else(|| AccountType::WHEN_UNTOLD.number().to_string()),
            industry: text(&self.industry),
            vertical: text(&self.vertical),
            geography: text(&self.geography),
            end_on: text(&self.end_date),
            confidential: self.confidential.unwrap_or(false),
        }
    }

    pub fn edit_input(&self) -> AccountEditInput {
        AccountEditInput {
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            account_type: self.r#type.clone(),
            industry: self.industry.clone(),
            vertical: self.vertical.clone(),
            geography: self.geography.clone(),
            end_on: self.end_date.clone(),
            confidential: self.confidential,
        }
    }
}

/// The rules' errors under the names that the wire has for these fields.
pub fn on_the_wire(errors: Vec<FieldError>) -> Fault {
    let renamed = errors.into_iter().map(|error| {
        let pointer = match error.pointer.as_str() {
            "/end_on" => "/end_date".to_owned(),
            _ => error.pointer,
        };
        FieldError { pointer, ..error }
    });
    Fault::invalid(renamed.collect())
}
