//! The gaps of one person's accounts, for their day.

use mainstay_db::{Row, Tx, sql};
use mainstay_rules::account::AccountType;
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::Segment;
use uuid::Uuid;

use super::LineStep;
use crate::account::store::read_type;
use crate::corridor::fault::Fault;
use crate::scorecard::store::templates;
use crate::task::OpenGap;

/// Gaps that one person is shown; more is no day's work.
const GAPS_SHOWN_MAX: i64 = 200;

/// What of a line says its gap.
struct GapLine {
    account: Uuid,
    name: String,
    account_type: AccountType,
    industry: Option<String>,
    vertical: Option<String>,
    geography: Option<String>,
    step: i64,
    steps: String,
}

fn read(row: &Row<'_>) -> mainstay_db::Result<GapLine> {
    Ok(GapLine {
        account: row.get(0)?,
        name: row.get(1)?,
        account_type: read_type(row, 2)?,
        industry: row.get(3)?,
        vertical: row.get(4)?,
        geography: row.get(5)?,
        step: row.get(6)?,
        steps: row.get(7)?,
    })
}

/// Accounts that somebody is the associate or the pod's owner of, and that have a gap; the most ARR first.
pub fn gaps_of(tx: &mut Tx<'_>, workspace: Uuid, user: Uuid) -> Result<Vec<OpenGap>, Fault> {
    let lines = tx.rows(
        sql!(
            "SELECT l.account_id, l.name, l.type, l.industry, l.vertical, l.geography, l.gap_step, l.steps
             FROM portfolio_line l
             LEFT JOIN pod_account pa ON pa.account_id = l.account_id AND pa.until IS NULL
               AND EXISTS (SELECT 1 FROM pod p WHERE p.id = pa.pod_id AND p.kind = 'client')
             LEFT JOIN pod_member m ON m.pod_id = pa.pod_id AND m.user_id = $2 AND m.until IS NULL
             WHERE l.workspace_id = $1 AND l.archived = $3 AND l.gap_step IS NOT NULL
               AND (m.role = 'owner' OR (l.associate_id = $2 AND (NOT l.confidential OR m.role IS NOT NULL)))
             ORDER BY l.arr_now DESC, l.name_key, l.account_id LIMIT $4"
        ),
        &[&workspace, &user, &false, &GAPS_SHOWN_MAX],
        read,
    )?;
    let templates = templates(tx, workspace)?;
    let mut gaps = Vec::with_capacity(lines.len());
    for line in lines {
        let steps: Vec<LineStep> = serde_json::from_str(&line.steps).map_err(Fault::internal)?;
        let segment = Segment {
            account_type: line.account_type,
            industry: line.industry.as_deref(),
            vertical: line.vertical.as_deref(),
            geography: line.geography.as_deref(),
        };
        let index = usize::try_from(line.step).unwrap_or_default();
        let Some(step) = templates.governing(segment).steps.get(index) else { continue };
        let score = steps.get(index).and_then(|step| step.score).map(Mean::from_millionths);
        let step_name = step.name.clone();
        gaps.push(OpenGap {
            account: line.account,
            name: line.name,
            account_type: line.account_type,
            step_name,
            score,
        });
    }
    Ok(gaps)
}
