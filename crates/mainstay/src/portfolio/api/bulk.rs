//! One field of many accounts at once: what is asked, what it would do to each, and doing it in one transaction.

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::account::{AccountEdit, AccountEditInput, AccountType, check_type_change};
use mainstay_rules::custom_field::{Field, Value};
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::BULK_ACCOUNTS_MAX;
use mainstay_rules::money::Currency;
use mainstay_rules::permission::TokenScope;
use mainstay_rules::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Asked, OWN, heads, viewed};
use crate::account::api::{change, check_secrecy, typed_in};
use crate::account::store::{self as accounts, Account, AccountChange, FieldValues};
use crate::corridor::access::Guarded;
use crate::corridor::caller::{Caller, Workspace};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people;
use crate::portfolio::store::{self, BulkRow, Frame, Sort, SortKey};
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

/// What an account has, as it is kept for an undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Had {
    Associate(Option<Uuid>),
    Type(AccountType),
    Segment(Option<String>),
    Own(Option<Value>),
}

/// The value that all get, checked once.
#[derive(Clone, Debug)]
enum Wanted {
    Associate(Option<Uuid>),
    Edit(AccountEdit),
    Own(Field, Option<Value>),
}

/// What the change would do to one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Change,
    /// It has the value already.
    Same,
    /// Why it cannot be changed.
    Refused(String),
}

pub struct PlannedAccount {
    pub account: Account,
    had: Had,
    pub before: String,
    pub outcome: Outcome,
}

/// The whole change before it is made.
pub struct Plan {
    wanted: Wanted,
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

fn bad(pointer: &str, code: FieldCode, message: impl Into<String>) -> Fault {
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
    let had = had(&account, wanted, asked, &values);
    let before = words_of(&account, &had, wanted, workspace.currency);
    let outcome = if is_same(&had, wanted, &account) {
        Outcome::Same
    } else if !account.writable(caller) {
        Outcome::Refused(text::not_yours(&account.name))
    } else {
        match allowed(caller, &account, wanted, asked) {
            Ok(()) => Outcome::Change,
            // The reason is the same for all of them: it is asked for once.
            Err(fault) if fault.errors.iter().any(|error| error.pointer == "/reason") => return Err(fault),
            Err(fault) => Outcome::Refused(fault.detail),
        }
    };
    Ok(PlannedAccount { account, had, before, outcome })
}

/// The rules that a single change of the account would ask.
fn allowed(caller: &Caller, account: &Account, wanted: &Wanted, asked: &BulkIn) -> Result<(), Fault> {
    let Some(change) = change_of(account, wanted, &asked.reason) else { return Ok(()) };
    check_type_change(account.account_type, change.fields.account_type, &asked.reason, false)
        .map_err(|error| Fault::field(FieldError { pointer: "/reason".to_owned(), ..error }))?;
    check_secrecy(caller, account, &change)
}

fn change_of(account: &Account, wanted: &Wanted, reason: &str) -> Option<AccountChange> {
    match wanted {
        Wanted::Associate(id) => Some(AccountChange { associate_id: *id, ..AccountChange::of(account) }),
        Wanted::Edit(edit) => Some(AccountChange::of(account).with(edit).because(reason)),
        Wanted::Own(..) => None,
    }
}

fn is_same(had: &Had, wanted: &Wanted, account: &Account) -> bool {
    match (had, wanted) {
        (Had::Own(value), Wanted::Own(_, wanted)) => value == wanted,
        (Had::Associate(id), Wanted::Associate(wanted)) => id == wanted,
        (_, Wanted::Edit(edit)) => AccountChange::of(account).with(edit).fields == AccountChange::of(account).fields,
        _ => false,
    }
}

fn had(account: &Account, wanted: &Wanted, asked: &BulkIn, values: &FieldValues) -> Had {
    match wanted {
        Wanted::Associate(_) => Had::Associate(account.associate_id),
        Wanted::Own(field, _) => Had::Own(values.get(&field.key).cloned()),
        Wanted::Edit(_) => match asked.field.as_str() {
            "type" => Had::Type(account.account_type),
            "industry" => Had::Segment(account.industry.clone()),
            "vertical" => Had::Segment(account.vertical.clone()),
            _ => Had::Segment(account.geography.clone()),
        },
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

fn own_words(field: &Field, value: &Value, currency: Currency) -> String {
    match value {
        Value::Choice(key) => field.choice(key).map_or_else(|| key.clone(), |choice| choice.label.clone()),
        other => other.raw(currency),
    }
}

/// The value, checked once for all, and how people read it.
fn wanted(tx: &mut Tx<'_>, workspace: &Workspace, asked: &BulkIn) -> Result<(Wanted, String), Fault> {
    let value = asked.value.trim();
    let mut input = AccountEditInput::default();
    let text = Some(value.to_owned());
    match asked.field.as_str() {
        "associate" => return associate(tx, workspace, value),
        "type" => input.account_type = text,
        "industry" => input.industry = text,
        "vertical" => input.vertical = text,
        "geography" => input.geography = text,
        other => return own(tx, workspace, other.strip_prefix(OWN), value),
    }
    let at_value = |error: FieldError| FieldError { pointer: "/value".to_owned(), ..error };
    let edit =
        AccountEdit::check(&input).map_err(|errors| Fault::invalid(errors.into_iter().map(at_value).collect()))?;
    let after = edit.account_type.map_or_else(|| value.to_owned(), |kind| kind.number().to_string());
    Ok((Wanted::Edit(edit), after))
}

fn associate(tx: &mut Tx<'_>, workspace: &Workspace, value: &str) -> Result<(Wanted, String), Fault> {
    if value.is_empty() {
        return Ok((Wanted::Associate(None), String::new()));
    }
    let found = match Uuid::parse_str(value) {
        Ok(id) => people::store::user(tx, workspace.id, id)?.filter(|user| user.active),
        Err(_) => people::store::user_by_name(tx, workspace.id, value)?,
    };
    let person = found.ok_or_else(|| bad("/value", FieldCode::Unknown, text::nobody(value)))?;
    Ok((Wanted::Associate(Some(person.id)), person.name))
}

fn own(tx: &mut Tx<'_>, workspace: &Workspace, key: Option<&str>, value: &str) -> Result<(Wanted, String), Fault> {
    let fields = accounts::live_fields(tx, workspace.id)?;
    let field = key.and_then(|key| fields.into_iter().find(|field| field.key == key));
    let field = field.ok_or_else(|| bad("/field", FieldCode::Unknown, text::unknown_field()))?;
    let typed = typed_in(tx, workspace, &field, value).map_err(|mut fault| {
        for error in &mut fault.errors {
            "/value".clone_into(&mut error.pointer);
        }
        fault
    })?;
    let words = typed.as_ref().map_or_else(String::new, |value| own_words(&field, value, workspace.currency));
    Ok((Wanted::Own(field, typed), words))
}

/// Makes the change, each account by the verb that would change it alone; gives the change and what it did.
pub fn apply_bulk(tx: &mut Tx<'_>, by: &By, caller: &Caller, asked: &BulkIn) -> Result<(Uuid, Plan), Fault> {
    if caller.scope() < TokenScope::Write {
        return Err(Fault::not_allowed("This token may only read. Use one with the scope write."));
    }
    let ids = chosen(tx, caller, asked, by.today())?;
    tx.lock(&ids)?;
    let plan = plan(tx, caller, asked, &ids)?;
    if plan.refused() > 0 && !asked.leave_out_refused {
        return Err(Fault::new(Problem::Conflict, text::some_refused(plan.refused())));
    }
    if plan.changed() == 0 {
        return Err(Fault::new(Problem::Conflict, text::nothing_to_change()));
    }
    let id = store::add_bulk_edit(tx, by, &asked.field, &plan.after, asked.reason.trim())?;
    for row in plan.rows.iter().filter(|row| row.outcome == Outcome::Change) {
        write(tx, by, caller, &row.account, &plan.wanted, &asked.reason)?;
        // Another scorecard may score it anew, which counts as one of its events: the version after that is kept.
        crate::app::project_account(tx, by, row.account.id)?;
        let kept = BulkRow {
            account: row.account.id,
            name: String::new(),
            before: serde_json::to_string(&row.had).map_err(Fault::internal)?,
            before_words: row.before.clone(),
            version: version_of(tx, by, row.account.id)?,
            undone: false,
        };
        store::add_bulk_row(tx, by, id, &kept)?;
    }
    let data = json!({ "field": asked.field, "changed": plan.changed() });
    by.happened(tx, Kind::BulkEditApplied, ("bulk_edit", id), data)?;
    Ok((id, plan))
}

fn write(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    account: &Account,
    wanted: &Wanted,
    reason: &str,
) -> Result<(), Fault> {
    if let Wanted::Own(field, value) = wanted {
        accounts::put_fields(tx, by, account.id, &[(field.clone(), value.clone())])?;
    }
    match change_of(account, wanted, reason) {
        Some(wanted) => change(tx, by, caller, account, &wanted),
        None => Ok(()),
    }
}

fn version_of(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<i64, Fault> {
    let now = accounts::account(tx, by.workspace.id, account, Uuid::nil())?;
    Ok(now.ok_or_else(Fault::not_found)?.version)
}

/// What an undo did.
pub struct Undone {
    pub restored: usize,
    /// Accounts that somebody changed since, or that the caller may no longer change.
    pub left: Vec<(Uuid, String)>,
}

/// Gives every account of the change what it had, unless something changed on it since.
pub fn undo_bulk(tx: &mut Tx<'_>, by: &By, caller: &Caller, edit: Uuid) -> Result<Undone, Fault> {
    let edit = store::bulk_edit(tx, by.workspace.id, edit)?.ok_or_else(Fault::not_found)?;
    if edit.undone_at.is_some() {
        return Err(Fault::new(Problem::Conflict, text::undone_already()));
    }
    let rows = store::bulk_rows(tx, by.workspace.id, edit.id, caller.user)?;
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.account).collect();
    ids.sort_unstable();
    tx.lock(&ids)?;
    let mut undone = Undone { restored: 0, left: Vec::new() };
    let mut restored = Vec::new();
    for row in &rows {
        let account = accounts::account(tx, by.workspace.id, row.account, caller.user)?;
        match account.filter(|now| now.version == row.version && now.writable(caller)) {
            Some(account) => {
                give_back(tx, by, caller, &account, &edit.field, &row.before)?;
                restored.push(account.id);
            }
            None => undone.left.push((row.account, row.name.clone())),
        }
    }
    if restored.is_empty() {
        return Err(Fault::new(Problem::Conflict, text::all_changed_since()));
    }
    undone.restored = restored.len();
    store::mark_undone(tx, by, edit.id, &restored)?;
    let data = json!({ "restored": undone.restored, "left": undone.left.len() });
    by.happened(tx, Kind::BulkEditUndone, ("bulk_edit", edit.id), data)?;
    Ok(undone)
}

fn give_back(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    account: &Account,
    field: &str,
    before: &str,
) -> Result<(), Fault> {
    let had: Had = serde_json::from_str(before).map_err(Fault::internal)?;
    let wanted = match had {
        Had::Associate(id) => Wanted::Associate(id),
        Had::Type(kind) => Wanted::Edit(AccountEdit { account_type: Some(kind), ..AccountEdit::default() }),
        Had::Segment(text) => Wanted::Edit(match field {
            "industry" => AccountEdit { industry: Some(text), ..AccountEdit::default() },
            "vertical" => AccountEdit { vertical: Some(text), ..AccountEdit::default() },
            _ => AccountEdit { geography: Some(text), ..AccountEdit::default() },
        }),
        Had::Own(value) => {
            let key = field.strip_prefix(OWN);
            let fields = accounts::live_fields(tx, by.workspace.id)?;
            let field = key.and_then(|key| fields.into_iter().find(|field| field.key == key));
            Wanted::Own(field.ok_or_else(|| Fault::new(Problem::Conflict, text::field_gone()))?, value)
        }
    };
    write(tx, by, caller, account, &wanted, text::undo_reason())
}
