//! The report held against the last snapshot of a board: each line, each group, and the totals.

use std::collections::HashMap;

use mainstay_db::Tx;
use uuid::Uuid;

use super::Heads;
use super::course::Beside;
use crate::corridor::fault::Fault;
use crate::portfolio::store::{self, Frame, GROUPS_MAX, Kept, Line, Mark, Totals};

pub struct Since {
    pub mark: Mark,
    /// The totals of the snapshot under the same filter.
    pub totals: Totals,
    lines: HashMap<Uuid, Kept>,
    /// By key, empty where nothing stands; None without groups, and when there were more of them than are kept.
    groups: Option<HashMap<String, Totals>>,
}

impl Since {
    /// None: nothing was kept yet.
    pub fn read(
        tx: &mut Tx<'_>,
        beside: &Beside<'_>,
        lines: &[Line],
        totals: impl FnOnce(&mut Tx<'_>, Frame) -> Result<Totals, Fault>,
    ) -> Result<Option<Self>, Fault> {
        let Beside { workspace, heads, filter, .. } = *beside;
        let shown = heads.snapshot.as_ref().map(|snapshot| snapshot.id);
        let Some(mark) = store::last_board(tx, workspace, heads.day, shown)? else { return Ok(None) };
        let accounts: Vec<Uuid> = lines.iter().map(|line| line.account_id).collect();
        let frame = Frame::Snapshot(mark.id);
        let groups = match beside.group {
            None => None,
            Some(word) => {
                let by = heads.known().group(word)?;
                let groups = store::groups(tx, (workspace, frame), filter, &by, mark.as_of)?;
                let all = groups.len() <= GROUPS_MAX;
                all.then(|| groups.into_iter().map(|group| (group.key.unwrap_or_default(), group.totals)).collect())
            }
        };
        let totals = totals(tx, frame)?;
        Ok(Some(Self { mark, totals, lines: store::kept_lines(tx, workspace, mark.id, &accounts)?, groups }))
    }

    pub fn line(&self, account: Uuid) -> Option<Kept> {
        self.lines.get(&account).copied()
    }

    pub fn group(&self, key: Option<&str>) -> Option<&Totals> {
        self.groups.as_ref()?.get(key.unwrap_or_default())
    }

    /// The comparison of the same two reports, as words of an address.
    pub fn compared(&self, heads: &Heads) -> [(&'static str, String); 2] {
        let to = heads.snapshot.as_ref().map_or_else(|| heads.day.to_string(), |snapshot| snapshot.id.to_string());
        [("from", self.mark.id.to_string()), ("to", to)]
    }
}
