//! Lines of accounts whose scores can have moved lately: what the mobility list looks at.

use jiff::Timestamp;
use mainstay_db::{Tx, sql};
use mainstay_rules::limits::MOBILITY_ACCOUNTS_MAX;
use uuid::Uuid;

use super::filter::visible;
use super::line::{Line, columns, read};
use crate::corridor::fault::Fault;

/// Ranked accounts with a score since then that the viewer may see, those with the most ARR first.
pub fn scored_since(tx: &mut Tx<'_>, workspace: Uuid, viewer: Uuid, since: Timestamp) -> Result<Vec<Line>, Fault> {
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " FROM portfolio_line l WHERE l.workspace_id = $1 AND NOT l.archived AND l.ranked AND ",
            visible!("$2"),
            " AND EXISTS (SELECT 1 FROM score_latest n WHERE n.account_id = l.account_id AND n.effective_at > $3)
              ORDER BY l.arr_now DESC, l.account_id LIMIT $4"
        )),
        &[&workspace, &viewer, &since, &MOBILITY_ACCOUNTS_MAX],
        read,
    )?)
}
