//! Edits of cells: each goes through the verb of the room that owns the value, all in one transaction.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::account::{AccountEdit, AccountEditInput};
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::limits::EDITS_MAX;
use mainstay_rules::money;
use mainstay_rules::problem::Problem;
use mainstay_rules::progress::fiscal_year;
use mainstay_rules::score::Score;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::api::{change, typed};
use crate::account::store::{self as accounts, Account, AccountChange, NewAmendment};
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people;
use crate::pod::store as pods;
use crate::scorecard::store::{self as scores, ScoreIn};
use mainstay_rules::permission::{PodRole, TokenScope};

/// Cells to change, at most 500 at once.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PortfolioEdits)]
pub struct EditsIn {
    pub edits: Vec<EditIn>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PortfolioEdit)]
pub struct EditIn {
    pub account: Uuid,
    /// `associate`, `end_date`, `type`, `arr_delta_target`, `step_1` to `step_5`, a step's key in the default template,
    /// or `field.` and the key of one of the workspace's own fields.
    #[schema(example = "launched")]
    pub field: String,
    /// The value as typed; empty clears it.
    #[schema(example = "6.5")]
    pub value: String,
    /// Why the account has another type; required where `type` changes.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Applies the edits in their order; gives the accounts that they touch. One bad edit and nothing is done.
pub fn apply(tx: &mut Tx<'_>, by: &By, caller: &Caller, edits: &[EditIn]) -> Result<Vec<Uuid>, Fault> {
    if edits.is_empty() || edits.len() > EDITS_MAX {
        let message = format!("Between 1 and {EDITS_MAX} cells are changed at once.");
        return Err(Fault::field(FieldError::new("/edits", FieldCode::OutOfRange, message)));
    }
    let accounts = load(tx, by, caller, edits)?;
    let mut errors = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        // Read again: an earlier edit of the same list may have changed it.
        let Some(account) = accounts::account(tx, by.workspace.id, edit.account, caller.user)? else {
            return Err(Fault::not_found());
        };
        match apply_one(tx, by, caller, &account, edit) {
            Ok(()) => {}
            Err(fault) if fault.problem == Problem::Invalid => errors.extend(fault.errors.into_iter().map(|error| {
                let part = if error.pointer == "/type_reason" { "reason" } else { "value" };
                FieldError { pointer: format!("/edits/{index}/{part}"), ..error }
            })),
            Err(fault) => return Err(fault),
        }
    }
    if errors.is_empty() { Ok(accounts.into_keys().collect()) } else { Err(Fault::invalid(errors)) }
}

/// Locks every account of the list and checks the right to each.
fn load(tx: &mut Tx<'_>, by: &By, caller: &Caller, edits: &[EditIn]) -> Result<BTreeMap<Uuid, Account>, Fault> {
    if caller.scope() < TokenScope::Write {
        return Err(Fault::not_allowed("This token may only read. Use one with the scope write."));
    }
    let mut ids: Vec<Uuid> = edits.iter().map(|edit| edit.account).collect();
    ids.sort_unstable();
    ids.dedup();
    tx.lock(&ids)?;
    let mut found = BTreeMap::new();
    for id in ids {
        let account = accounts::account(tx, by.workspace.id, id, caller.user)?
            .filter(|account| account.readable(caller))
            .ok_or_else(Fault::not_found)?;
        if account.merged_into.is_some() {
            let detail = format!("{} was merged into another account; change that one.", account.name);
            return Err(Fault::new(Problem::Conflict, detail));
        }
        if !account.writable(caller) {
            let name = &account.name;
            return Err(Fault::not_allowed(format!(
                "Only the pod of {name}, leaders and administrators change it. Ask its owner to add you to the team."
            )));
        }
        found.insert(id, account);
    }
    Ok(found)
}

fn apply_one(tx: &mut Tx<'_>, by: &By, caller: &Caller, account: &Account, edit: &EditIn) -> Result<(), Fault> {
    let value = edit.value.trim();
    match edit.field.as_str() {
        "type" => {
            let input = AccountEditInput { account_type: Some(value.to_owned()), ..Default::default() };
            edit_fields(tx, by, account, &input, edit.reason.as_deref().unwrap_or_default())
        }
        "end_date" => edit_end(tx, by, account, value),
        "associate" => edit_associate(tx, by, caller, account, value),
        "arr_delta_target" => edit_target(tx, by, account.id, value),
        word if word.starts_with(FIELD_PREFIX) => edit_field(tx, by, account.id, &word[FIELD_PREFIX.len()..], value),
        other => edit_step(tx, by, account, other, value),
    }
}

/// A judgement of a step; its column has the key of the default template or is called `step_1` to `step_5`.
fn edit_step(tx: &mut Tx<'_>, by: &By, account: &Account, field: &str, value: &str) -> Result<(), Fault> {
    let templates = scores::templates(tx, by.workspace.id)?;
    let step = templates.default().metric(field).filter(|found| found.metric.is_none());
    let step = step.and_then(|found| templates.governing(account.segment()).steps.get(found.step_index));
    let Some(step) = step else {
        return Err(Fault::field(FieldError::new(
            "/value",
            FieldCode::Unknown,
            format!("{} is worked out from other values and cannot be typed.", shortened(field)),
        )));
    };
    let value =
        if value.is_empty() { None } else { Some(Score::parse(value).map_err(|e| Fault::field(e.at("/value")))?) };
    let new = ScoreIn {
        metric: step.key.clone(),
        value,
        note: String::new(),
        evidence_url: String::new(),
        effective_at: None,
        confirms: false,
    };
    scores::record(tx, by, account.id, &new)
}

/// What stands before the key of one of the workspace's own fields.
const FIELD_PREFIX: &str = "field.";

fn edit_field(tx: &mut Tx<'_>, by: &By, account: Uuid, key: &str, value: &str) -> Result<(), Fault> {
    let fields = accounts::live_fields(tx, by.workspace.id)?;
    let Some(field) = fields.into_iter().find(|field| field.key == key) else {
        let message = format!("There is no field {}; the fields are under Settings, Fields", shortened(key));
        return Err(Fault::field(FieldError::new("/value", FieldCode::Unknown, message)));
    };
    let value = typed(tx, by, &field, value)?;
    accounts::put_fields(tx, by, account, &[(field, value)])?;
    Ok(())
}

/// What a hostile client sends as a name is shown only so far.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn edit_fields(
    tx: &mut Tx<'_>,
    by: &By,
    account: &Account,
    input: &AccountEditInput,
    type_reason: &str,
) -> Result<(), Fault> {
    let edit = AccountEdit::check(input).map_err(Fault::invalid)?;
    accounts::edit_account(tx, by, account, &AccountChange::of(account).with(&edit).because(type_reason))
}

/// The end date is the contract's where one contract runs, the account's own where none does.
fn edit_end(tx: &mut Tx<'_>, by: &By, account: &Account, value: &str) -> Result<(), Fault> {
    let last_day = field::optional_date("/value", value)?;
    let today = by.today();
    let stored = accounts::amendments(tx, by.workspace.id, account.id)?;
    let mut running = BTreeMap::new();
    for stored in stored.iter().filter(|stored| stored.amendment.start_on <= today) {
        // Oldest first, so the last one of a contract is the one in force.
        running.insert(stored.amendment.contract, stored.amendment);
    }
    running.retain(|_, amendment| amendment.end_on.is_none_or(|end| today < end));
    let mut running = running.into_values();
    match (running.next(), running.len()) {
        (None, _) => {
            let input = AccountEditInput { end_on: Some(value.to_owned()), ..Default::default() };
            edit_fields(tx, by, account, &input, "")
        }
        (Some(only), 0) => {
            let end_on =
                last_day.map(Date::tomorrow).transpose().map_err(|e| Fault::new(Problem::Invalid, e.to_string()))?;
            if end_on == only.end_on {
                return Ok(());
            }
            let change = NewAmendment { start_on: today, end_on, arr_minor: only.arr_minor, ..NewAmendment::default() };
            mainstay_rules::ledger::check_amendment(change.start_on, change.end_on, change.arr_minor)
                .map_err(Fault::invalid)?;
            accounts::amend_contract(tx, by, account.id, only.contract, &change).map(|_| ())
        }
        (Some(_), more) => Err(Fault::field(FieldError::new(
            "/value",
            FieldCode::Conflict,
            format!("{} has {} running contracts. Change the end of one on its Money tab.", account.name, more + 1),
        ))),
    }
}

fn edit_associate(tx: &mut Tx<'_>, by: &By, caller: &Caller, account: &Account, value: &str) -> Result<(), Fault> {
    let associate = if value.is_empty() {
        None
    } else {
        let person = people::store::user_by_name(tx, by.workspace.id, value)?.ok_or_else(|| {
            let message = format!(
                "Nobody here is called {}. Choose one of the list, or add the person under Settings, People.",
                shortened(value)
            );
            Fault::field(FieldError::new("/value", FieldCode::Unknown, message))
        })?;
        Some(person.id)
    };
    change(tx, by, caller, account, &AccountChange { associate_id: associate, ..AccountChange::of(account) })
}

/// Makes somebody the account's sales associate; whoever answers for an account is in its pod.
pub fn set_associate(tx: &mut Tx<'_>, by: &By, account: &Account, associate: Option<Uuid>) -> Result<(), Fault> {
    accounts::edit_account(tx, by, account, &AccountChange { associate_id: associate, ..AccountChange::of(account) })?;
    let Some(user) = associate else { return Ok(()) };
    let members = pods::members(tx, by.workspace.id, account.id)?;
    if members.iter().any(|member| member.user_id == user && member.role != PodRole::Observer) {
        return Ok(());
    }
    let role = if members.iter().any(|member| member.role == PodRole::Owner) { PodRole::Team } else { PodRole::Owner };
    pods::put_member(tx, by, (account.id, &account.name), user, role, "account_executive")
}

fn edit_target(tx: &mut Tx<'_>, by: &By, account: Uuid, value: &str) -> Result<(), Fault> {
    let delta = if value.is_empty() {
        None
    } else {
        Some(money::parse_amount(value, by.workspace.currency).map_err(|e| Fault::field(e.at("/value")))?)
    };
    let year = i64::from(fiscal_year(by.today(), by.workspace.fiscal_year_start_month));
    accounts::set_target(tx, by, account, year, delta)
}
