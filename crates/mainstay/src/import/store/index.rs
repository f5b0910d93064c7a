//! What tells accounts, contracts and people apart, held in memory while a large file is read.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::currency::Currency;
use mainstay_rules::import::{CellError, Field, Mapping, MetricNames, ProblemCode};
use mainstay_rules::permission;
use mainstay_rules::progress::fiscal_year;
use uuid::Uuid;

use super::match_row::{Remark, Who};
use super::people::People;
use crate::account::store::{self as accounts, Account, FieldValues};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::scorecard::store as scores;

/// Rows of one query.
const AT_ONCE: i64 = 5_000;

#[derive(Clone, Copy)]
struct Entry {
    id: Uuid,
    may_write: bool,
    has_external_id: bool,
}

#[derive(Default)]
pub struct Index {
    by_id: HashMap<String, Entry>,
    by_name: HashMap<String, Vec<Entry>>,
    /// Whose a contract is, by the id that another system gave it.
    contracts: HashMap<String, Uuid>,
    pub people: People,
    pub metrics: MetricNames,
    /// What accounts have that a cell may say again and no cell may say anew: people, and choices offered no longer.
    pub held: HashMap<Uuid, FieldValues>,
    /// Currencies beside the workspace's that have a rate today.
    pub rated: Vec<Currency>,
}

impl Entry {
    fn of(who: Who, account: &Account) -> Self {
        let facts = account.facts();
        let may_write = permission::reads_account(facts) && permission::writes_account(who.role, facts);
        Self { id: account.id, may_write, has_external_id: account.external_id.is_some() }
    }
}

impl Index {
    pub fn load(tx: &mut Tx<'_>, home: &Workspace, today: Date, who: Who, mapping: &Mapping) -> Result<Self, Fault> {
        let workspace = home.id;
        let templates = scores::templates(tx, workspace)?;
        let metrics = MetricNames::of(templates.all().map(AsRef::as_ref));
        let year = i64::from(fiscal_year(today, home.fiscal_year_start_month));
        let rated = accounts::Rates::of(tx, home, year)?.known();
        let mut index = Self { people: People::load(tx, workspace)?, metrics, rated, ..Self::default() };
        if mapping.has_own() {
            index.held = accounts::lasting_values(tx, workspace)?;
        }
        let mut merged = Vec::new();
        let mut after = Uuid::nil();
        loop {
            let some = accounts::accounts_after(tx, workspace, who.user, after, AT_ONCE)?;
            let Some(last) = some.last() else { break };
            after = last.id;
            for account in &some {
                match (account.merged_into, &account.external_id) {
                    (Some(into), Some(id)) => merged.push((id.clone(), into)),
                    (Some(_), None) => {}
                    (None, _) => index.add_held(who, account),
                }
            }
        }
        // The id of a merged account leads to the one that stays.
        for (id, into) in merged {
            if let Some(account) = accounts::account(tx, workspace, into, who.user)? {
                index.by_id.insert(id, Entry::of(who, &account));
            }
        }
        after = Uuid::nil();
        loop {
            let some = accounts::contract_keys(tx, workspace, after, AT_ONCE)?;
            let Some((last, ..)) = some.last() else { break };
            after = *last;
            index.contracts.extend(some.into_iter().map(|(_, key, account)| (key, account)));
        }
        Ok(index)
    }

    fn add_held(&mut self, who: Who, account: &Account) {
        let entry = Entry::of(who, account);
        if let Some(id) = &account.external_id {
            self.by_id.insert(id.clone(), entry);
        }
        if entry.may_write && account.archived_at.is_none() {
            self.by_name.entry(account.name.to_lowercase()).or_default().push(entry);
        }
    }

    /// An account that a row of the file makes; later rows find it.
    pub fn add(&mut self, id: Uuid, name: &str, external_id: Option<&str>) {
        let entry = Entry { id, may_write: true, has_external_id: external_id.is_some() };
        if let Some(external_id) = external_id {
            self.by_id.insert(external_id.to_owned(), entry);
        }
        self.by_name.entry(name.to_lowercase()).or_default().push(entry);
    }

    /// The account that a row means, if it is there and the importing person may change it.
    pub fn account(&self, name: Option<&str>, external_id: Option<&str>) -> Result<Option<Uuid>, Remark> {
        if let Some(entry) = external_id.and_then(|id| self.by_id.get(id)) {
            if entry.may_write {
                return Ok(Some(entry.id));
            }
            let message =
                "The id belongs to an account that you cannot change; ask an administrator, or use another id";
            return Err((Field::ExternalId, CellError::new(ProblemCode::NotYours, message)));
        }
        let named = name.and_then(|name| self.by_name.get(&name.to_lowercase()));
        let fits = |entry: &&Entry| external_id.is_none() || !entry.has_external_id;
        let mut found = named.into_iter().flatten().filter(fits);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                let message = "Several accounts have this name; give the row the external id of the one that is meant";
                Err((Field::Name, CellError::new(ProblemCode::DuplicateName, message)))
            }
            (entry, _) => Ok(entry.map(|entry| entry.id)),
        }
    }

    /// A contract belongs to one account, whatever a file says.
    pub fn claim(&mut self, contract: &str, account: Uuid) -> Result<(), Remark> {
        if *self.contracts.entry(contract.to_owned()).or_insert(account) == account {
            return Ok(());
        }
        let message = "The contract with this id belongs to another account; give it another id, or mend the account";
        Err((Field::ContractId, CellError::new(ProblemCode::OtherAccount, message)))
    }
}
