//! Changes of many accounts over the wire: the preview, the change, what was done lately, and the undo.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use mainstay_db::{Scope, Tx};
use mainstay_rules::bulk::Outcome;
use mainstay_rules::permission;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bulk::{BulkIn, Plan, PlannedAccount, chosen, plan};
use super::bulk_apply::{apply_bulk, undo_bulk};
use crate::account::api::AccountName;
use crate::app::App;
use crate::corridor::access::{Allowed, CreateAccount, Guarded, Read, Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::portfolio::store::{self, BulkEdit, BulkRow};

impl Guarded for BulkEdit {
    const PARAMETER: &'static str = "bulk_edit";
    const REFUSED: &'static str = "Only who made this change, leaders and administrators undo it.";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        store::bulk_edit(tx, caller.workspace.id, id)
    }

    fn readable(&self, _: &Caller) -> bool {
        true
    }

    fn writable(&self, caller: &Caller) -> bool {
        permission::changes_view(caller.role, self.created_by == caller.user, true)
    }
}

/// One account of the change.
#[derive(Serialize, ToSchema)]
pub struct BulkAccountOut {
    pub account: AccountName,
    pub before: Option<String>,
    pub after: Option<String>,
    /// `change`, `same` or `refused`.
    pub outcome: &'static str,
    /// Why it is refused.
    pub refused: Option<String>,
}

/// A change of many accounts, as it would be or as it was made.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkEditPlan)]
pub struct PlanOut {
    /// Null for a dry run.
    pub id: Option<Uuid>,
    pub field: String,
    pub value: Option<String>,
    pub changed: usize,
    pub refused: usize,
    pub accounts: Vec<BulkAccountOut>,
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl PlanOut {
    fn of(id: Option<Uuid>, field: &str, plan: &Plan) -> Self {
        Self {
            id,
            field: field.to_owned(),
            value: filled(&plan.after),
            changed: plan.changed(),
            refused: plan.refused(),
            accounts: plan.rows.iter().map(|row| account_out(row, &plan.after)).collect(),
        }
    }
}

fn account_out(row: &PlannedAccount, after: &str) -> BulkAccountOut {
    let (outcome, refused) = match &row.outcome {
        Outcome::Change => ("change", None),
        Outcome::Same => ("same", None),
        Outcome::Refused(why) => ("refused", Some(why.clone())),
    };
    BulkAccountOut {
        account: AccountName { id: row.account.id, name: row.account.name.clone() },
        before: filled(&row.before),
        after: if outcome == "change" { filled(after) } else { filled(&row.before) },
        outcome,
        refused,
    }
}

/// A change of many accounts that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkEdit)]
pub struct BulkEditOut {
    pub id: Uuid,
    pub field: String,
    pub value: Option<String>,
    pub reason: Option<String>,
    pub by: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Timestamp>,
}

impl BulkEditOut {
    fn of(edit: &BulkEdit) -> Self {
        Self {
            id: edit.id,
            field: edit.field.clone(),
            value: filled(&edit.value),
            reason: filled(&edit.reason),
            by: edit.by.clone(),
            created_at: edit.created_at,
            undone_at: edit.undone_at,
        }
    }
}

/// One account that was changed.
#[derive(Serialize, ToSchema)]
pub struct BulkRowOut {
    pub account: AccountName,
    pub before: Option<String>,
    /// It has again what it had before.
    pub undone: bool,
}

/// A change with its accounts that you may see.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkEditWhole)]
pub struct BulkWholeOut {
    #[serde(flatten)]
    pub edit: BulkEditOut,
    pub accounts: Vec<BulkRowOut>,
}

impl BulkWholeOut {
    fn of(edit: &BulkEdit, rows: &[BulkRow]) -> Self {
        let row = |row: &BulkRow| BulkRowOut {
            account: AccountName { id: row.account, name: row.name.clone() },
            before: filled(&row.before_words),
            undone: row.undone,
        };
        Self { edit: BulkEditOut::of(edit), accounts: rows.iter().map(row).collect() }
    }
}

/// What an undo did.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkEditUndone)]
pub struct UndoneOut {
    pub restored: usize,
    /// Accounts that were changed since, or that you may no longer change: they keep what they have.
    pub left: Vec<AccountName>,
}

/// Changes a field of many accounts in one transaction, or answers what that would do.
#[utoipa::path(post, path = "/api/v1/bulk-edits", tag = "portfolio", request_body = BulkIn,
    responses((status = 200, description = "A dry run", body = PlanOut), (status = 201, body = PlanOut)))]
pub async fn bulk_edit_accounts(
    State(app): State<App>,
    caller: Allowed<CreateAccount>,
    Sent(asked, care): Sent<BulkIn>,
) -> Result<Answer, Fault> {
    let today = caller.today(&app);
    let who = caller.into_caller();
    let acting = who.clone();
    if asked.dry_run {
        let read = app.db.read(Scope::Workspace(who.workspace.id), move |tx| {
            let ids = chosen(tx, &acting, &asked, today)?;
            Ok::<_, Fault>(PlanOut::of(None, &asked.field, &plan(tx, &acting, &asked, &ids)?))
        });
        return Answer::json(StatusCode::OK, &read.await?);
    }
    app.commit(&who, care, move |tx, by| {
        let (id, plan) = apply_bulk(tx, by, &acting, &asked)?;
        Answer::created(format!("/api/v1/bulk-edits/{id}"), &PlanOut::of(Some(id), &asked.field, &plan))
    })
    .await
}

/// The newest changes of many accounts.
#[utoipa::path(get, path = "/api/v1/bulk-edits", tag = "portfolio", responses((status = 200, body = List<BulkEditOut>)))]
pub async fn list_bulk_edits(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<List<BulkEditOut>>, Fault> {
    let workspace = caller.workspace.id;
    let edits = app.db.read(Scope::Workspace(workspace), move |tx| store::bulk_edits(tx, workspace)).await?;
    Ok(Json(List { data: edits.iter().map(BulkEditOut::of).collect(), next_cursor: None }))
}

/// One change with its accounts that you may see.
#[utoipa::path(get, path = "/api/v1/bulk-edits/{bulk_edit}", tag = "portfolio", params(("bulk_edit" = Uuid, Path)),
    responses((status = 200, body = BulkWholeOut)))]
pub async fn get_bulk_edit(State(app): State<App>, edit: Readable<BulkEdit>) -> Result<Json<BulkWholeOut>, Fault> {
    let (workspace, viewer, id) = (edit.caller.workspace.id, edit.caller.user, edit.id);
    let rows = app.db.read(Scope::Workspace(workspace), move |tx| store::bulk_rows(tx, workspace, id, viewer)).await?;
    Ok(Json(BulkWholeOut::of(&edit, &rows)))
}

/// Gives the accounts what they had; one that was changed since keeps what it has.
#[utoipa::path(post, path = "/api/v1/bulk-edits/{bulk_edit}/undo", tag = "portfolio",
    params(("bulk_edit" = Uuid, Path)), responses((status = 200, body = UndoneOut)))]
pub async fn undo_bulk_edit(
    State(app): State<App>,
    edit: Writable<BulkEdit>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let (id, acting) = (edit.id, edit.caller.clone());
    app.commit(&edit.caller, care, move |tx, by| {
        let undone = undo_bulk(tx, by, &acting, id)?;
        let left = undone.left.into_iter().map(|(id, name)| AccountName { id, name }).collect();
        Answer::ok(&UndoneOut { restored: undone.restored, left })
    })
    .await
}
