//! Accounts: the client, its type and segment, its contracts as dated amendments, and the target of the year.

pub mod api;
pub mod pages;
pub mod store;

use mainstay_db::Tx;
use mainstay_rules::permission::{self, AccountFacts};
use mainstay_rules::scorecard::Segment;
use uuid::Uuid;

use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;

pub use store::Account;

impl Guarded for Account {
    const PARAMETER: &'static str = "account";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        store::account(tx, caller.workspace.id, id, caller.user)
    }

    fn readable(&self, _: &Caller) -> bool {
        permission::reads_account(self.facts())
    }

    fn writable(&self, caller: &Caller) -> bool {
        permission::writes_account(caller.role, self.facts())
    }
}

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
