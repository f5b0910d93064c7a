//! Accounts that are parents or subsidiaries, or are divided into scopes, as far as the viewer may see them.

use mainstay_db::{Tx, sql};
use mainstay_rules::account::AccountType;
use mainstay_rules::hierarchy::{Member, related};
use mainstay_rules::limits::HIERARCHY_ACCOUNTS_MAX;
use mainstay_rules::score::Mean;
use uuid::Uuid;

use super::list::with_line;
use super::{joined, read_type};
use crate::corridor::fault::Fault;

/// An account of the hierarchy.
#[derive(Clone, Debug)]
pub struct Related {
    pub member: Member,
    pub account_type: AccountType,
    /// Empty without one.
    pub associate: String,
    /// None as long as nothing is scored.
    pub overall: Option<Mean>,
    /// It has living scopes.
    pub is_divided: bool,
}

/// Every account that belongs to a hierarchy, archived ones left out; and whether these are all.
pub fn hierarchy(tx: &mut Tx<'_>, workspace: Uuid, viewer: Uuid) -> Result<(Vec<Related>, bool), Fault> {
    let mut found = tx.rows(
        sql!(concat!(
            "SELECT a.id, a.name, a.type, COALESCE(u.name, ''), o.id, l.arr_now, l.overall, l.scored_steps,
               EXISTS (SELECT 1 FROM scope s WHERE s.account_id = a.id AND s.archived_at IS NULL)",
            with_line!(),
            " WHERE a.workspace_id = $1 AND a.archived_at IS NULL AND (NOT a.confidential OR m.role IS NOT NULL)
               AND (a.parent_id IS NOT NULL
                 OR EXISTS (SELECT 1 FROM account c WHERE c.workspace_id = a.workspace_id AND c.parent_id = a.id)
                 OR EXISTS (SELECT 1 FROM scope s WHERE s.account_id = a.id AND s.archived_at IS NULL))
              ORDER BY l.arr_now DESC, l.name_key, a.id LIMIT $3"
        )),
        &[&workspace, &viewer, &(HIERARCHY_ACCOUNTS_MAX + 1)],
        |row| {
            let scored: i64 = row.get(7)?;
            let overall: i64 = row.get(6)?;
            Ok(Related {
                member: Member { id: row.get(0)?, name: row.get(1)?, parent: row.get(4)?, arr_minor: row.get(5)? },
                account_type: read_type(row, 2)?,
                associate: row.get(3)?,
                overall: (scored > 0).then(|| Mean::from_millionths(overall)),
                is_divided: row.get(8)?,
            })
        },
    )?;
    let most = usize::try_from(HIERARCHY_ACCOUNTS_MAX).unwrap_or(usize::MAX);
    let are_all = found.len() <= most;
    found.truncate(most);
    let members: Vec<Member> = found.iter().map(|one| one.member.clone()).collect();
    let divided: Vec<Uuid> = found.iter().filter(|one| one.is_divided).map(|one| one.member.id).collect();
    let belong = related(&members, |one| divided.contains(&one.id));
    let kept = found.into_iter().zip(belong).filter_map(|(one, belongs)| belongs.then_some(one)).collect();
    Ok((kept, are_all))
}
