//! What a snapshot's numbers were called, measured and counted in: it keeps its own.

use mainstay_db::Tx;
use mainstay_rules::money::Currency;
use mainstay_rules::scorecard::Templates;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::scorecard;

#[derive(Clone, Debug)]
pub struct KeptHeads {
    pub currency: Currency,
    pub fiscal_year_start_month: i8,
    pub templates: Templates,
}

/// As it is stored: the texts of the scorecards as they were, the default's first.
#[derive(Serialize, Deserialize)]
struct Stored {
    currency: String,
    fiscal_year_start_month: i8,
    templates: Vec<(u32, String)>,
}

/// The heads of a report with these templates, as a snapshot keeps them.
pub(super) fn to_json(tx: &mut Tx<'_>, workspace: &Workspace, templates: &Templates) -> Result<Value, Fault> {
    let stored = Stored {
        currency: workspace.currency.code().to_owned(),
        fiscal_year_start_month: workspace.fiscal_year_start_month,
        templates: scorecard::store::texts(tx, workspace.id, templates)?,
    };
    serde_json::to_value(stored).map_err(Fault::internal)
}

pub(super) fn from_json(kept: Value) -> Result<KeptHeads, Fault> {
    let stored: Stored = serde_json::from_value(kept).map_err(Fault::internal)?;
    Ok(KeptHeads {
        currency: Currency::parse(&stored.currency).map_err(|error| Fault::internal(error.to_string()))?,
        fiscal_year_start_month: stored.fiscal_year_start_month,
        templates: scorecard::store::of_texts(&stored.templates)?,
    })
}
