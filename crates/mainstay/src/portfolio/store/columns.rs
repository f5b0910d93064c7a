//! The columns that a line has wherever it is stored, and their values.

use mainstay_db::Param;
use uuid::Uuid;

use super::facets::{Places, facets};
use super::line::Line;
use crate::corridor::fault::Fault;

/// In the order of `values`.
pub(super) const STORED: [&str; 31] = [
    "account_id",
    "workspace_id",
    "name",
    "name_key",
    "external_id",
    "type",
    "associate_id",
    "associate",
    "industry",
    "vertical",
    "geography",
    "end_on",
    "confidential",
    "archived",
    "step_1",
    "step_2",
    "step_3",
    "step_4",
    "step_5",
    "steps",
    "overall",
    "scored_steps",
    "ranked",
    "gap_step",
    "gap_metric",
    "fiscal_year",
    "arr_last_year",
    "arr_delta_target",
    "arr_now",
    "details",
    "facets",
];

pub(super) fn values(line: &Line, workspace: Uuid, places: &Places) -> Result<Vec<Box<dyn Param>>, Fault> {
    let step = |index: usize| line.steps.get(index).and_then(|step| step.score);
    Ok(vec![
        Box::new(line.account_id),
        Box::new(workspace),
        Box::new(line.name.clone()),
        Box::new(line.name_key.clone()),
        Box::new(line.external_id.clone()),
        Box::new(line.account_type.number()),
        Box::new(line.associate_id),
        Box::new(line.associate.clone()),
        Box::new(line.industry.clone()),
        Box::new(line.vertical.clone()),
        Box::new(line.geography.clone()),
        Box::new(line.end_on),
        Box::new(line.confidential),
        Box::new(line.archived),
        Box::new(step(0)),
        Box::new(step(1)),
        Box::new(step(2)),
        Box::new(step(3)),
        Box::new(step(4)),
        Box::new(serde_json::to_string(&line.steps).map_err(Fault::internal)?),
        Box::new(line.overall),
        Box::new(line.scored_steps),
        Box::new(line.ranked),
        Box::new(line.gap_step),
        Box::new(line.gap_metric.clone()),
        Box::new(line.fiscal_year),
        Box::new(line.arr_last_year),
        Box::new(line.arr_delta_target),
        Box::new(line.arr_now),
        Box::new(serde_json::to_string(&line.details).map_err(Fault::internal)?),
        Box::new(facets(&line.details, places)),
    ])
}

/// The line of today, written or written anew: the head and the tail of `insert_many`. A history that waits already
/// goes on waiting from its own day, where that is the earlier one.
pub(super) fn line_statement() -> (String, String) {
    const WAITS: &str = "history_from = CASE WHEN portfolio_line.history_from < excluded.history_from
                         THEN portfolio_line.history_from ELSE excluded.history_from END";
    let columns: Vec<&str> = STORED.into_iter().chain(["version", "computed_on", "next_change_on"]).collect();
    let set: Vec<String> = columns.iter().skip(2).map(|column| format!("{column} = excluded.{column}")).collect();
    (
        format!("INSERT INTO portfolio_line ({}, history_from)", columns.join(", ")),
        format!("ON CONFLICT (account_id) DO UPDATE SET {}, {WAITS}", set.join(", ")),
    )
}
