//! Merging an account into another: what it would do, and doing it. Its id leads to the other from then on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{self, FieldCode, FieldError};
use mainstay_rules::merge::{Side, check_merge};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{AccountName, AccountOut, answer};
use crate::account::Account;
use crate::account::store::{self, Taken, lock_hierarchy};
use crate::app::App;
use crate::corridor::access::{Guarded, Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::request::{Care, Sent};
use crate::corridor::verb::By;

/// Into which account, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountMerge)]
pub struct MergeIn {
    /// The account that stays.
    pub account: Uuid,
    /// Required; it stands in the feeds of both.
    pub reason: String,
}

/// Which merge is looked at.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MergeAddress {
    /// The account that would lead to the other.
    pub account: Uuid,
    /// The account that would stay.
    pub into: Uuid,
}

/// What a merge would do.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountMergePreview)]
pub struct MergePreviewOut {
    pub account: AccountName,
    pub into: AccountName,
    /// Why it is refused; null when it can be done.
    pub refused: Option<String>,
    /// What goes to the account that stays.
    pub contracts: i64,
    pub subsidiaries: i64,
    pub scopes: i64,
    pub open_tasks: i64,
    /// People of its pod who join the pod of the account that stays.
    pub joining: Vec<String>,
}

/// Everything that a merge is decided by.
pub struct MergePlan {
    pub source: Account,
    pub target: Account,
    pub taken: Taken,
    pub open_tasks: i64,
    pub joining: Vec<String>,
    pub refused: Option<FieldError>,
}

/// Looks at both accounts; the one that is to stay is named by the caller and must be theirs to steer.
pub fn merge_plan(tx: &mut Tx<'_>, caller: &Caller, source: Uuid, target: Uuid) -> Result<MergePlan, Fault> {
    let workspace = caller.workspace.id;
    let find = |tx: &mut Tx<'_>, id| -> Result<Option<Account>, Fault> {
        Ok(store::account(tx, workspace, id, caller.user)?.filter(|account| account.readable(caller)))
    };
    let source = find(tx, source)?.ok_or_else(Fault::not_found)?;
    let target = find(tx, target)?.ok_or_else(|| {
        let message = "No account that you may see has this id. Choose another one.";
        Fault::field(FieldError::new("/account", FieldCode::Unknown, message))
    })?;
    let (open_tasks, joining) = crate::app::merge_takes(tx, workspace, source.id, target.id)?;
    let taken = store::taken_along(tx, workspace, source.id)?;
    let sides = (side(tx, workspace, &source, taken)?, {
        let own = store::taken_along(tx, workspace, target.id)?;
        side(tx, workspace, &target, own)?
    });
    let refused = check_merge(&sides.0, &sides.1).err().or_else(|| unsteered(caller, &source, &target));
    Ok(MergePlan { source, target, taken, open_tasks, joining, refused })
}

/// Who is in a pod changes with a merge, so it takes whoever decides that, of both.
fn unsteered(caller: &Caller, source: &Account, target: &Account) -> Option<FieldError> {
    let foreign = [source, target].into_iter().find(|account| !account.steered_by(caller))?;
    let message = format!("Only the owner of the pod of {}, leaders and administrators merge it", foreign.name);
    Some(FieldError::new("/account", FieldCode::Conflict, message))
}

fn side(tx: &mut Tx<'_>, workspace: Uuid, account: &Account, taken: Taken) -> Result<Side, Fault> {
    let count = |number: i64| usize::try_from(number).unwrap_or(usize::MAX / 2);
    Ok(Side {
        id: account.id,
        confidential: account.confidential,
        archived: account.archived_at.is_some(),
        merged: account.merged_into.is_some(),
        amendments: count(taken.amendments),
        scopes: count(taken.scopes),
        above: store::ancestors(tx, workspace, account.id)?,
    })
}

/// Makes the merge: what the page and the API do alike.
pub fn merge(
    tx: &mut Tx<'_>,
    by: &By,
    caller: &Caller,
    source: Uuid,
    sent: &MergeIn,
    care: &Care,
) -> Result<(), Fault> {
    let reason = field::note("/reason", &sent.reason)?.ok_or_else(|| {
        FieldError::new("/reason", FieldCode::Required, "Say why the two are one, for example “the same client twice”")
    })?;
    let mut ids = vec![source, sent.account];
    ids.extend(store::subsidiaries_of(tx, by, source)?);
    ids.sort_unstable();
    ids.dedup();
    tx.lock(&ids)?;
    lock_hierarchy(tx, by)?;
    let plan = merge_plan(tx, caller, source, sent.account)?;
    care.expect(plan.source.version)?;
    if let Some(refused) = plan.refused {
        return Err(Fault::field(refused));
    }
    store::merge_account(tx, by, &plan.source, &plan.target, &reason)?;
    crate::app::follow_merge(tx, by, plan.source.id, (plan.target.id, &plan.target.name))
}

/// What a merge would do, and whether it can be done.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/merged-into/{into}", tag = "accounts", params(MergeAddress),
    responses((status = 200, body = MergePreviewOut)))]
pub async fn preview_merge(
    State(app): State<App>,
    account: Readable<Account>,
    axum::extract::Path(address): axum::extract::Path<MergeAddress>,
) -> Result<Json<MergePreviewOut>, Fault> {
    let acting = account.caller.clone();
    let read = app
        .db
        .read(Scope::Workspace(acting.workspace.id), move |tx| merge_plan(tx, &acting, address.account, address.into));
    let plan = read.await?;
    Ok(Json(MergePreviewOut {
        account: AccountName { id: plan.source.id, name: plan.source.name.clone() },
        into: AccountName { id: plan.target.id, name: plan.target.name.clone() },
        refused: plan.refused.map(|error| error.message),
        contracts: plan.taken.contracts,
        subsidiaries: plan.taken.subsidiaries,
        scopes: plan.taken.scopes,
        open_tasks: plan.open_tasks,
        joining: plan.joining,
    }))
}

/// Merges the account into another: contracts, targets, usage, scopes, subsidiaries and open tasks go there; its scores and
/// its history stay, and every address with its id leads to the other from then on (308).
#[utoipa::path(put, path = "/api/v1/accounts/{account}/merged-into", tag = "accounts",
    params(("account" = Uuid, Path)), request_body = MergeIn,
    responses((status = 200, description = "The account that stays", body = AccountOut)))]
pub async fn merge_account(
    State(app): State<App>,
    account: Writable<Account>,
    Sent(sent, care): Sent<MergeIn>,
) -> Result<Answer, Fault> {
    let (id, acting) = (account.id, account.caller.clone());
    app.commit(&account.caller, care.clone(), move |tx, by| {
        merge(tx, by, &acting, id, &sent, &care)?;
        answer(tx, by, sent.account, StatusCode::OK)
    })
    .await
}
