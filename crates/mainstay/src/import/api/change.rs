//! What an import would change, value by value, as JSON.

use mainstay_rules::money::Currency;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::import::store::ValueChange;

/// A value of an account that is here already and gets another one.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportChange)]
pub struct ChangeOut {
    /// The row's number as the spreadsheet shows it.
    pub row: usize,
    pub account: Uuid,
    pub name: String,
    #[schema(example = "field.sites")]
    pub field: String,
    /// Exactly, as a cell could say it; null where there is nothing yet.
    pub before: Option<String>,
    pub after: String,
}

impl ChangeOut {
    pub fn of(change: &ValueChange, currency: Currency) -> Self {
        Self {
            row: change.row,
            account: change.account,
            name: change.name.clone(),
            field: change.field.key().into_owned(),
            before: change.before.as_ref().map(|value| value.raw(currency)),
            after: change.after.raw(currency),
        }
    }
}
