//! One field of many accounts at once: what is asked, of which accounts, and what it would do to each.

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::bulk::{self, Had, Outcome, Wanted};
use mainstay_rules::custom_field::Value;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::BULK_ACCOUNTS_MAX;
use mainstay_rules::money::Currency;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bulk_wanted::{own_words, wanted};
use super::{Asked, heads, viewed};
use crate::account::api::check_secrecy;
use crate::account::store::{self as accounts, Account, AccountChange, FieldValues};
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::portfolio::store::{self, Frame, Sort, SortKey};
use crate::text::bulk as text;

/// Which accounts get which value.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkEditIn)]
pub struct BulkIn {
    /// These accounts, at most 500; or `query`.
    #[serde(default)]
    pub accounts: Option<Vec<Uuid>>,
    /// Every account that these words of the report match and that you may see, at most 500.
    #[schema(example = "industry=Food&type=3")]
    #[serde(default)]
    pub query: Option<String>,
    /// `associate`, `type`, `industry`, `vertical`, `geography`, or `field.` and the key of an own field.
    #[schema(example = "industry")]
    pub field: String,
    /// As typed; empty clears the field.
    #[serde(default)]
    pub value: String,
    /// Why; required where types change.
    #[serde(default)]
    pub reason: String,
    /// Answers what would happen, and changes nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Changes the others where some accounts are refused; else nothing is changed then.
    #[serde(default)]
    pub leave_out_refused: bool,
}

pub struct PlannedAccount {
    pub account: Account,
    pub(super) had: Had,
    pub before: String,
    pub outcome: Outcome,
}

/// The whole change before it is made.
pub struct Plan {
    pub(super) wanted: Wanted,
    /// The value as people read it; empty when the field is cleared.
    pub after: String,
    pub rows: Vec<PlannedAccount>,
}

impl Plan {
    pub fn changed(&self) -> usize {
        self.rows.iter().filter(|row| row.outcome == Outcome::Change).count()
    }

    pub fn refused(&self) -> usize {
        self.rows.iter().filter(|row| matches!(row.outcome, Outcome::Refused(_))).count()
    }
}

pub(super) fn bad(pointer: &str, code: FieldCode, message: impl Into<String>) -> Fault {
    Fault::field(FieldError::new(pointer, code, message))
}

/// The accounts that are meant, each once.
pub fn chosen(tx: &mut Tx<'_>, caller: &Caller, asked: &BulkIn, today: Date) -> Result<Vec<Uuid>, Fault> {
    let mut ids = match (&asked.accounts, &asked.query) {
        (Some(ids), None) => ids.clone(),
        (None, Some(query)) => matching(tx, caller, query, today)?.into_iter().map(|line| line.account_id).collect(),
        _ => return Err(bad("/accounts", FieldCode::Required, "Name the accounts, or a query that finds them")),
    };
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(bad("/accounts", FieldCode::Required, "No account is chosen"));
    }
    if ids.len() > BULK_ACCOUNTS_MAX {
        return Err(bad("/accounts", FieldCode::OutOfRange, text::too_many()));
    }
    Ok(ids)
}

/// The lines that the words of the report match, by name; one more than may be changed at once tells that there are more.
pub fn matching(tx: &mut Tx<'_>, caller: &Caller, query: &str, today: Date) -> Result<Vec<store::Line>, Fault> {
    let workspace = caller.workspace.id;
    let heads = heads(tx, &caller.workspace, Frame::Now, today)?;
    let mut asked = viewed(tx, caller, Asked::of_query(query))?;
    let known = heads.known();
    asked.tidy(known.heads);
    let filter = asked.filter(caller, &known)?;
    let limit = i64::try_from(BULK_ACCOUNTS_MAX).unwrap_or(i64::MAX).saturating_add(1);
    store::page(tx, (workspace, Frame::Now), &filter, Sort { key: SortKey::Name, descending: false }, None, limit)
}

/// What the change would do to each of the accounts; those that the caller may not see do not exist.
pub fn plan(tx: &mut Tx<'_>, caller: &Caller, asked: &BulkIn, ids: &[Uuid]) -> Result<Plan, Fault> {
    let workspace = &*caller.workspace;
    let (wanted, after) = wanted(tx, workspace, asked)?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let account = accounts::account(tx, workspace.id, *id, caller.user)?.filter(|account| account.readable(caller));
        let account = account.ok_or_else(Fault::not_found)?;
        rows.push(planned(tx, caller, account, &wanted, asked)?);
    }
    rows.sort_by_key(|row| row.account.name.to_lowercase());
    Ok(Plan { wanted, after, rows })
}

fn planned(
    tx: &mut Tx<'_>,
    caller: &Caller,
    account: Account,
    wanted: &Wanted,
    asked: &BulkIn,
) -> Result<PlannedAccount, Fault> {
    let workspace = &*caller.workspace;
    let values = match wanted {
        Wanted::Own(..) => accounts::field_values(tx, workspace.id, account.id)?,
        _ => FieldValues::new(),
    };
    let (fields, own) = (AccountChange::of(&account).fields, own_value(wanted, &values));
    let had = Had::of(wanted, &asked.field, &fields, account.associate_id, own);
    let before = words_of(&account, &had, wanted, workspace.currency);
    let barred = barred(caller, &account, wanted, &asked.reason);
    let outcome = bulk::outcome(wanted, &had, &fields, &asked.reason, barred).map_err(Fault::field)?;
    Ok(PlannedAccount { account, had, before, outcome })
}

fn own_value<'a>(wanted: &Wanted, values: &'a FieldValues) -> Option<&'a Value> {
    let Wanted::Own(field, _) = wanted else { return None };
    values.get(&field.key)
}

/// Why a single change of the account would be refused to this person.
fn barred(caller: &Caller, account: &Account, wanted: &Wanted, reason: &str) -> Option<String> {
    if !account.writable(caller) {
        return Some(text::not_yours(&account.name));
    }
    let change = change_of(account, wanted, reason)?;
    check_secrecy(caller, account, &change).err().map(|fault| fault.detail)
}

pub(super) fn change_of(account: &Account, wanted: &Wanted, reason: &str) -> Option<AccountChange> {
    match wanted {
        Wanted::Associate(id) => Some(AccountChange { associate_id: *id, ..AccountChange::of(account) }),
        Wanted::Edit(edit) => Some(AccountChange::of(account).with(edit).because(reason)),
        Wanted::Own(..) => None,
    }
}

fn words_of(account: &Account, had: &Had, wanted: &Wanted, currency: Currency) -> String {
    match (had, wanted) {
        (Had::Associate(_), _) => account.associate.clone(),
        (Had::Type(kind), _) => kind.number().to_string(),
        (Had::Segment(text), _) => text.clone().unwrap_or_default(),
        (Had::Own(Some(value)), Wanted::Own(field, _)) => own_words(field, value, currency),
        (Had::Own(_), _) => String::new(),
    }
}
