//! When two accounts may become one: the one leads to the other from then on.

use uuid::Uuid;

use crate::field::{FieldCode, FieldError};
use crate::limits::{AMENDMENTS_PER_ACCOUNT_MAX, SCOPES_PER_ACCOUNT_MAX};

/// What the rule looks at of either account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    pub id: Uuid,
    pub confidential: bool,
    pub archived: bool,
    /// Leads to another one already.
    pub merged: bool,
    pub amendments: usize,
    pub scopes: usize,
    /// The accounts above it, the nearest first.
    pub above: Vec<Uuid>,
}

/// Whether `source` may be merged into `target`; the error stands at the target, which is what was chosen.
pub fn check_merge(source: &Side, target: &Side) -> Result<(), FieldError> {
    let refuse = |message: &str| Err(FieldError::new("/account", FieldCode::Conflict, message));
    if source.id == target.id {
        return refuse("An account cannot be merged into itself; choose another one");
    }
    if source.merged || target.merged {
        return refuse("One of the two was merged already; choose the account that it leads to");
    }
    if target.archived {
        return refuse("The chosen account is archived; restore it first, or choose another one");
    }
    if source.confidential != target.confidential {
        // Contracts would be shown to people who may not see them, or hidden from those who do.
        return refuse("One of the two is confidential and the other is not; make them alike first");
    }
    if target.above.contains(&source.id) {
        return refuse("The chosen account is a subsidiary of this one; give it another parent first");
    }
    if source.amendments + target.amendments > AMENDMENTS_PER_ACCOUNT_MAX {
        let message = format!("Together they have more than {AMENDMENTS_PER_ACCOUNT_MAX} amendments of contracts");
        return refuse(&message);
    }
    if source.scopes + target.scopes > SCOPES_PER_ACCOUNT_MAX {
        return refuse(&format!("Together they have more than {SCOPES_PER_ACCOUNT_MAX} scopes"));
    }
    Ok(())
}
