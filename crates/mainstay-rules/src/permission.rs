//! Who may do what: the one permission table. A handler asks it; nothing else decides a right.

use serde::{Deserialize, Serialize};

/// A user's standing in the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Admin,
    Leader,
    Member,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Admin, Self::Leader, Self::Member];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Leader => "leader",
            Self::Member => "member",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// A user's duty in one client pod: the owner is the client's point of contact, the team works, observers are informed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PodRole {
    Owner,
    Team,
    Observer,
}

impl PodRole {
    pub const ALL: [Self; 3] = [Self::Owner, Self::Team, Self::Observer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Team => "team",
            Self::Observer => "observer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// The functions a person can have in a pod (seed 000, 001).
pub const FUNCTIONS: [&str; 13] = [
    "account_manager",
    "account_executive",
    "customer_success",
    "sales_development",
    "lead_generation",
    "sales_lead",
    "operations",
    "support",
    "engineering",
    "revenue_operations",
    "executive",
    "founder",
    "other",
];

/// What an API token may do; each scope includes the ones before it, never more than its user's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    Read,
    Write,
    Admin,
}

impl TokenScope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// What can be done in a workspace as a whole; deeds on one account are asked with [`reads_account`] and [`writes_account`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// See accounts, the portfolio, people and events (each row by its own right).
    Read,
    CreateAccount,
    /// Write work down (on an account, by the right to the task that it will be).
    AddTask,
    Import,
    /// Keep the report as it reads.
    TakeSnapshot,
    ManagePeople,
    ManageWorkspace,
    /// Draft and publish scorecard templates.
    ManageScorecards,
    /// See, retry and schedule machine work, and keep the holidays.
    ManageJobs,
    /// The fields that the workspace gives its accounts.
    ManageFields,
    /// Send data points, each by the right to its account.
    SendSignals,
    /// What signals are called, and which of their levels are watched.
    ManageSignals,
    /// One's own tokens, password and sessions.
    ManageOwn,
}

/// The table of workspace deeds by role.
pub fn may(role: Role, deed: Deed) -> bool {
    match deed {
        Deed::Read | Deed::CreateAccount | Deed::AddTask | Deed::SendSignals | Deed::ManageOwn => true,
        Deed::Import | Deed::TakeSnapshot | Deed::ManageScorecards | Deed::ManageFields | Deed::ManageSignals => {
            matches!(role, Role::Admin | Role::Leader)
        }
        Deed::ManagePeople | Deed::ManageWorkspace | Deed::ManageJobs => role == Role::Admin,
    }
}

/// The least token scope that a deed needs.
pub fn scope_for(deed: Deed) -> TokenScope {
    match deed {
        Deed::Read => TokenScope::Read,
        Deed::CreateAccount
        | Deed::AddTask
        | Deed::Import
        | Deed::TakeSnapshot
        | Deed::ManageScorecards
        | Deed::SendSignals
        | Deed::ManageSignals => TokenScope::Write,
        Deed::ManageFields | Deed::ManagePeople | Deed::ManageWorkspace | Deed::ManageJobs | Deed::ManageOwn => {
            TokenScope::Admin
        }
    }
}

/// What a right to one account depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    pub confidential: bool,
    /// The asking user's membership in the account's client pod, today.
    pub pod_role: Option<PodRole>,
}

/// An account is readable by the workspace; a confidential one by its pod only, administrators included.
pub fn reads_account(facts: AccountFacts) -> bool {
    !facts.confidential || facts.pod_role.is_some()
}

/// An account is written by its pod's owner and team, and by administrators and leaders unless it is confidential.
pub fn writes_account(role: Role, facts: AccountFacts) -> bool {
    match facts.pod_role {
        Some(PodRole::Owner | PodRole::Team) => true,
        Some(PodRole::Observer) => role != Role::Member,
        None => !facts.confidential && role != Role::Member,
    }
}

/// Who is in the pod, and whether it is confidential, is decided by its owner and by whoever manages people.
pub fn steers_account(role: Role, facts: AccountFacts) -> bool {
    match facts.pod_role {
        Some(PodRole::Owner) => true,
        _ => writes_account(role, facts) && role != Role::Member,
    }
}

/// What a right to one task depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskFacts {
    /// Of the account that the task is about; none when it is about none.
    pub account: Option<AccountFacts>,
    /// The asking user is to do it.
    pub is_owner: bool,
    /// The asking user wrote it down.
    pub is_creator: bool,
}

/// A task about an account is read by whoever reads the account; one about none by its owner and who wrote it down.
pub fn reads_task(facts: TaskFacts) -> bool {
    match facts.account {
        Some(account) => reads_account(account),
        None => facts.is_owner || facts.is_creator,
    }
}

/// A task about an account is written by its owner and by whoever writes the account; one about none as it is read.
pub fn writes_task(role: Role, facts: TaskFacts) -> bool {
    reads_task(facts) && facts.account.is_none_or(|account| facts.is_owner || writes_account(role, account))
}

/// A view of the report is seen by its owner, and by everybody when it is shared.
pub fn reads_view(is_owner: bool, shared: bool) -> bool {
    is_owner || shared
}

/// A view is changed by its owner; a shared one also by administrators and leaders.
pub fn changes_view(role: Role, is_owner: bool, shared: bool) -> bool {
    is_owner || (shared && role != Role::Member)
}

/// What a right to one scope of an account depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeFacts {
    pub account: AccountFacts,
    /// The asking user owns this scope.
    pub owns: bool,
    /// The asking user owns a scope that this one stands under.
    pub owns_above: bool,
}

/// A scope is written by whoever writes its account, and by its owner and the owners of what it stands under; of a
/// confidential account they must be in the pod, as for reading it.
pub fn writes_scope(role: Role, facts: ScopeFacts) -> bool {
    writes_account(role, facts.account) || ((facts.owns || facts.owns_above) && reads_account(facts.account))
}

/// Where a scope stands, who owns it and whether it counts is decided by whoever writes what it stands under.
pub fn steers_scope(role: Role, facts: ScopeFacts) -> bool {
    writes_account(role, facts.account) || (facts.owns_above && reads_account(facts.account))
}
