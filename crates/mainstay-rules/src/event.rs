//! The closed list of what can happen: one kind per change of state, `noun_verb` in the past tense.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// The kind of an event. Its `v` is 1 until the shape of its data changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $name),* }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// The workspace was set up.
    WorkspaceCreated = "workspace_created";
    /// Name, currency, zone or fiscal year of the workspace changed.
    WorkspaceChanged = "workspace_changed";
    /// A person was added who has not signed in yet.
    UserAdded = "user_added";
    /// An invitation link was made.
    UserInvited = "user_invited";
    /// An invited person signed in for the first time.
    UserJoined = "user_joined";
    /// Name, role or function of a user changed.
    UserChanged = "user_changed";
    /// A user may no longer sign in to this workspace.
    UserDeactivated = "user_deactivated";
    UserReactivated = "user_reactivated";
    TokenCreated = "token_created";
    TokenRevoked = "token_revoked";
    /// The workspace's accounts have another field; `data` has its key and kind.
    FieldAdded = "field_added";
    /// Name, help, place or choices of a field changed.
    FieldChanged = "field_changed";
    /// The field is no longer shown; its values are kept.
    FieldArchived = "field_archived";
    FieldRestored = "field_restored";
    /// A shared view of the report was saved.
    ViewAdded = "view_added";
    ViewChanged = "view_changed";
    ViewDeleted = "view_deleted";
    /// A field of many accounts was changed at once; `data` has the field's word and how many.
    BulkEditApplied = "bulk_edit_applied";
    BulkEditUndone = "bulk_edit_undone";
    AccountCreated = "account_created";
    /// Fields of the account changed; `data.fields` names them.
    AccountEdited = "account_edited";
    /// The account's type 1-4 changed; `data` has before and after.
    AccountTypeChanged = "account_type_changed";
    AccountArchived = "account_archived";
    AccountRestored = "account_restored";
    /// Two accounts became one; of both, `data` has which one leads to which.
    AccountMerged = "account_merged";
    /// An import that created the account was undone.
    AccountRemoved = "account_removed";
    PodMemberAdded = "pod_member_added";
    PodMemberChanged = "pod_member_changed";
    PodMemberRemoved = "pod_member_removed";
    ContractAdded = "contract_added";
    /// From a date on, the contract has another ARR or end.
    ContractAmended = "contract_amended";
    /// An amendment was taken back.
    AmendmentWithdrawn = "amendment_withdrawn";
    /// Name, notice or renewal of a contract changed; what it is worth changes by amendments alone.
    ContractEdited = "contract_edited";
    /// Somebody decided the kind of a movement of ARR, or took that back.
    MovementJudged = "movement_judged";
    /// The usage revenue of a month was recorded or taken back.
    UsageRecorded = "usage_recorded";
    /// The exchange rate of a fiscal year was set.
    ExchangeRateSet = "exchange_rate_set";
    /// The wanted increase of ARR in a fiscal year was set or cleared.
    TargetSet = "target_set";
    ScoreRecorded = "score_recorded";
    /// A score was taken back; the metric is unscored from then on.
    ScoreWithdrawn = "score_withdrawn";
    /// An activity of a step was done; `data` names the step.
    ActivityDone = "activity_done";
    /// The tick of an activity was taken back.
    ActivityReopened = "activity_reopened";
    /// The draft of a scorecard template was saved.
    TemplateDrafted = "template_drafted";
    /// A version of a scorecard template was published; `data` has its key and number.
    TemplatePublished = "template_published";
    /// A piece of work got an owner, and perhaps a date.
    TaskAdded = "task_added";
    /// `data.fields` names what changed; `moved` is the answer whether the score has moved.
    TaskChanged = "task_changed";
    TaskDone = "task_done";
    TaskDropped = "task_dropped";
    TaskReopened = "task_reopened";
    /// A number was measured of the account; `data` has its name and millionths.
    DataPointRecorded = "data_point_recorded";
    /// A signal's title, unit or direction changed.
    SignalChanged = "signal_changed";
    /// A level of a signal is watched from now on.
    ThresholdAdded = "threshold_added";
    ThresholdChanged = "threshold_changed";
    ThresholdRemoved = "threshold_removed";
    /// A signal of the account got beyond a level; `data` has its name, measure, value and level in millionths.
    ThresholdCrossed = "threshold_crossed";
    /// An import brought scores of the past to the account; `data` says how many and of what.
    ScoresImported = "scores_imported";
    /// Scores that an import had brought were taken back.
    ScoresWithdrawn = "scores_withdrawn";
    /// The account has one more scope: a division, a region, a product line or a site.
    ScopeAdded = "scope_added";
    /// Fields of a scope changed; `data.fields` names them.
    ScopeChanged = "scope_changed";
    /// A scope was archived: it no longer counts, its history stays.
    ScopeRemoved = "scope_removed";
    ScopeRestored = "scope_restored";
    /// A scope was scored; the account's own score follows by itself. `data` is that of a score, with its row.
    ScopeScoreRecorded = "scope_score_recorded";
    ScopeScoreWithdrawn = "scope_score_withdrawn";
    /// A contract names another scope, or none.
    ContractScopeChanged = "contract_scope_changed";
    /// The progress report of a day was kept as it read.
    SnapshotTaken = "snapshot_taken";
    ImportApplied = "import_applied";
    ImportUndone = "import_undone";
    /// When a kind of machine work happens was changed.
    JobScheduleChanged = "job_schedule_changed";
    /// A failed or parked job was tried again by hand.
    JobRetried = "job_retried";
    HolidayAdded = "holiday_added";
    HolidayRemoved = "holiday_removed";
}
