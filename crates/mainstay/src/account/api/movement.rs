//! The kind of a movement, decided by somebody: its amount follows from the contracts alone.

use axum::extract::{RawPathParams, State};
use jiff::civil::Date;
use mainstay_rules::field::{self, FieldCode, FieldError, keep};
use mainstay_rules::ledger::MovementKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{named_in, version_of};
use crate::account::Account;
use crate::account::store::{self, expect_version};
use crate::app::App;
use crate::corridor::access::Writable;
use crate::corridor::answer::Answer;
use crate::corridor::fault::Fault;
use crate::corridor::request::Sent;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MovementKindChange)]
pub struct JudgeIn {
    /// `new`, `expansion`, `contraction`, `churn`, `reactivation` or `price`; null gives back what the contracts say.
    #[schema(example = "price")]
    pub kind: Option<String>,
    /// Why; required with a kind.
    pub reason: Option<String>,
}

/// The movement's kind as it counts now.
#[derive(Serialize, ToSchema)]
#[schema(as = MovementKind)]
pub struct JudgedOut {
    pub contract_id: Uuid,
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    pub kind: &'static str,
    /// What the contracts alone would say.
    pub derived: &'static str,
}

impl JudgeIn {
    /// A kind with its reason, or none to take a decision back.
    pub fn check(&self) -> Result<Option<(MovementKind, String)>, Fault> {
        let Some(word) = self.kind.as_deref().map(str::trim).filter(|word| !word.is_empty()) else { return Ok(None) };
        let mut errors = Vec::new();
        let kind = MovementKind::parse(word).ok_or_else(|| {
            let message = "Choose new, expansion, contraction, churn, reactivation or price";
            FieldError::new("/kind", FieldCode::Unknown, message)
        });
        let kind = keep(kind, &mut errors);
        let reason = keep(field::note("/reason", self.reason.as_deref().unwrap_or_default()), &mut errors);
        if reason == Some(None) {
            let message = "Say why the kind is another one than the contracts tell";
            errors.push(FieldError::new("/reason", FieldCode::Required, message));
        }
        match (kind, reason.flatten()) {
            (Some(kind), Some(reason)) => Ok(Some((kind, reason))),
            _ => Err(Fault::invalid(errors)),
        }
    }
}

/// The day in the address; what is no day names nothing.
pub fn day_in(path: &RawPathParams) -> Result<Date, Fault> {
    let text = path.iter().find(|(name, _)| *name == "day").map(|(_, value)| value);
    text.and_then(|text| text.parse().ok()).ok_or_else(Fault::not_found)
}

/// Decides the kind of a movement, with a reason; only its kind, never its amount.
#[utoipa::path(put, path = "/api/v1/accounts/{account}/contracts/{contract}/movements/{day}", tag = "accounts",
    params(("account" = Uuid, Path), ("contract" = Uuid, Path), ("day" = String, Path, example = "2026-04-13")),
    request_body = JudgeIn, responses((status = 200, body = JudgedOut)))]
pub async fn judge(
    State(app): State<App>,
    account: Writable<Account>,
    path: RawPathParams,
    Sent(sent, care): Sent<JudgeIn>,
) -> Result<Answer, Fault> {
    let (id, contract, on) = (account.id, named_in(&path, "contract")?, day_in(&path)?);
    let decided = sent.check()?;
    app.commit(&account.caller, care.clone(), move |tx, by| {
        expect_version(tx, by, id, &care)?;
        let decided = decided.as_ref().map(|(kind, reason)| (*kind, reason.as_str()));
        store::judge_movement(tx, by, id, (contract, on), decided)?;
        store::project_movements(tx, by, &[id])?;
        let now = store::account_movements(tx, by.workspace.id, id)?;
        let now = now.iter().map(|one| one.movement).find(|one| one.contract == contract && one.on == on);
        let now = now.ok_or_else(Fault::not_found)?;
        let body = JudgedOut { contract_id: contract, on, kind: now.kind.as_str(), derived: now.derived.as_str() };
        Ok(Answer::ok(&body)?.version(version_of(tx, by, id)?))
    })
    .await
}
