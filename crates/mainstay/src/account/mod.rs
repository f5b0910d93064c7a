//! Accounts: the client, its type and segment, its contracts as dated amendments, and the target of the year.

pub mod api;
pub mod pages;
pub mod store;

use axum::extract::RawPathParams;
use mainstay_db::Tx;
use mainstay_rules::permission::{self, AccountFacts, ScopeFacts};
use mainstay_rules::scope::line_up;
use mainstay_rules::scorecard::Segment;
use uuid::Uuid;

use crate::corridor::access::{Guarded, check_writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;

pub use store::{Account, AccountScope};

impl Guarded for Account {
    const PARAMETER: &'static str = "account";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        store::account(tx, caller.workspace.id, id, caller.user)
    }

    fn readable(&self, _: &Caller) -> bool {
        permission::reads_account(self.facts())
    }

    fn writable(&self, caller: &Caller) -> bool {
        self.merged_into.is_none() && permission::writes_account(caller.role, self.facts())
    }

    fn moved_to(&self, path: &str) -> Option<Uuid> {
        // Its history is kept where it was.
        let is_history = HISTORY.iter().any(|rest| path.ends_with(rest));
        self.merged_into.filter(|_| !is_history)
    }
}

/// What a merged account still shows of itself.
const HISTORY: [&str; 3] = ["/feed", "/fragment/feed", "/timeline"];

impl Account {
    /// What the choice of its scorecard depends on.
    pub fn segment(&self) -> Segment<'_> {
        Segment {
            account_type: self.account_type,
            industry: self.industry.as_deref(),
            vertical: self.vertical.as_deref(),
            geography: self.geography.as_deref(),
        }
    }

    pub fn facts(&self) -> AccountFacts {
        AccountFacts { confidential: self.confidential, pod_role: self.pod_role }
    }

    /// May decide who is in the pod and whether the account is confidential.
    pub fn steered_by(&self, caller: &Caller) -> bool {
        permission::steers_account(caller.role, self.facts())
    }
}

/// A scope with the account that it is a part of, and how the caller stands to both.
#[derive(Clone, Debug)]
pub struct Scoped {
    pub scope: AccountScope,
    pub account: Account,
    /// Every scope of the account.
    pub all: Vec<AccountScope>,
    owns_above: bool,
    owns: bool,
}

impl Guarded for Scoped {
    const PARAMETER: &'static str = "scope";
    const REFUSED: &'static str = "Only its owner, the owners of what it stands under and whoever may change the account \
                                   change a scope. Ask the account's owner.";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        let workspace = caller.workspace.id;
        let Some(scope) = store::scope(tx, workspace, id)? else { return Ok(None) };
        let Some(account) = store::account(tx, workspace, scope.account_id, caller.user)? else { return Ok(None) };
        let all = store::scopes(tx, workspace, account.id)?;
        let line = line_up(&store::parents(&all), id);
        let owned = |scope: &Uuid| all.iter().any(|one| one.id == *scope && one.owner_id == Some(caller.user));
        let (owns, owns_above) = (owned(&id), line.iter().skip(1).any(owned));
        Ok(Some(Self { scope, account, all, owns_above, owns }))
    }

    fn readable(&self, caller: &Caller) -> bool {
        self.account.readable(caller)
    }

    fn writable(&self, caller: &Caller) -> bool {
        permission::writes_scope(caller.role, self.facts())
    }
}

impl Scoped {
    fn facts(&self) -> ScopeFacts {
        ScopeFacts { account: self.account.facts(), owns: self.owns, owns_above: self.owns_above }
    }

    /// The account's id, when the address names this very account: a scope is nowhere else.
    pub fn within(&self, path: &RawPathParams) -> Result<Uuid, Fault> {
        let named = api::named_in(path, Account::PARAMETER)?;
        if named == self.account.id { Ok(named) } else { Err(Fault::not_found()) }
    }

    /// Locks the account and reads the scope as it is now, with the right to write it.
    pub fn locked(tx: &mut Tx<'_>, caller: &Caller, account: Uuid, id: Uuid) -> Result<Self, Fault> {
        tx.lock(&[account])?;
        let found = Self::load(tx, caller, id)?.filter(|found| found.readable(caller) && found.account.id == account);
        let found = found.ok_or_else(Fault::not_found)?;
        check_writable(caller, &found)?;
        Ok(found)
    }

    /// May decide where the scope stands, who owns it and whether it counts.
    pub fn steered_by(&self, caller: &Caller) -> bool {
        permission::steers_scope(caller.role, self.facts())
    }

    pub fn check_steers(&self, caller: &Caller) -> Result<(), Fault> {
        if self.steered_by(caller) {
            return Ok(());
        }
        Err(Fault::not_allowed(
            "Where a scope stands, who owns it and whether it counts is decided by whoever writes what is above it. \
             Ask the account's owner.",
        ))
    }
}
