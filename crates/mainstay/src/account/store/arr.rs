//! ARR between two days over all accounts that somebody may see: sums for the bridge, and movements to drill into.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use mainstay_db::{Param, Row, Tx, sql};
use mainstay_rules::currency::Currency;
use mainstay_rules::ledger::MovementKind;
use mainstay_rules::limits::PARENT_LEVELS_MAX;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::movement::{StoredMovement, read_movement};
use super::rate::Rates;
use crate::corridor::fault::Fault;

/// One account's ARR on two days, and what its movements in between were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountSums {
    pub start_minor: i64,
    pub end_minor: i64,
    pub price_minor: i64,
    pub came: bool,
    pub returned: bool,
}

/// Which days, who looks, and what other currencies are worth.
pub struct Window<'a> {
    pub workspace: Uuid,
    pub home: Currency,
    pub viewer: Uuid,
    /// Its movements are in the opening balance.
    pub from: Date,
    pub to: Date,
    pub rates: &'a Rates,
}

/// The sums of every account that the viewer may see and that ever had ARR until the window's end.
pub fn arr_sums(tx: &mut Tx<'_>, window: &Window<'_>) -> Result<HashMap<Uuid, AccountSums>, Fault> {
    let mut sums: HashMap<Uuid, AccountSums> = HashMap::new();
    let home = tx.rows(
        sql!(
            // Filters, not CASE: half the time on SQLite. In the alphabet new stands before reactivation.
            "SELECT account_id,
               COALESCE(CAST(SUM(after_minor - before_minor) FILTER (WHERE moved_on <= $2) AS BIGINT), 0),
               CAST(SUM(after_minor - before_minor) AS BIGINT),
               COALESCE(CAST(SUM(after_minor - before_minor) FILTER (WHERE kind = 'price' AND moved_on > $2) AS BIGINT), 0),
               COALESCE(MIN(kind) FILTER (WHERE kind IN ('new', 'reactivation') AND moved_on > $2), '')
             FROM arr_movement WHERE workspace_id = $1 AND moved_on <= $3 AND currency = $4 GROUP BY account_id"
        ),
        &[&window.workspace, &window.from, &window.to, &window.home.code()],
        |row| {
            let came: String = row.get(4)?;
            let sums = AccountSums {
                start_minor: row.get(1)?,
                end_minor: row.get(2)?,
                price_minor: row.get(3)?,
                came: came == MovementKind::New.as_str(),
                returned: came == MovementKind::Reactivation.as_str(),
            };
            Ok((row.get::<Uuid>(0)?, sums))
        },
    )?;
    sums.extend(home);
    if window.rates.has_any() {
        add_foreign(tx, window, &mut sums)?;
    }
    for hidden in hidden_accounts(tx, window.workspace, window.viewer)? {
        sums.remove(&hidden);
    }
    Ok(sums)
}

/// Each amount is converted by itself, so that balances and movements add up to the last cent.
fn add_foreign(tx: &mut Tx<'_>, window: &Window<'_>, sums: &mut HashMap<Uuid, AccountSums>) -> Result<(), Fault> {
    let rows = tx.rows(
        sql!(
            "SELECT moved_on, contract_id, kind, derived_kind, before_minor, after_minor, currency, account_id
             FROM arr_movement WHERE workspace_id = $1 AND moved_on <= $2 AND currency <> $3"
        ),
        &[&window.workspace, &window.to, &window.home.code()],
        |row| Ok((read_movement(row)?, row.get::<Uuid>(7)?)),
    )?;
    for (StoredMovement { movement, currency }, account) in rows {
        let rate = window.rates.rate(currency)?;
        let amount = rate.convert(movement.after_minor) - rate.convert(movement.before_minor);
        let sum = sums.entry(account).or_default();
        sum.end_minor += amount;
        if movement.on <= window.from {
            sum.start_minor += amount;
            continue;
        }
        match movement.kind {
            MovementKind::Price => sum.price_minor += amount,
            MovementKind::New => sum.came = true,
            MovementKind::Reactivation => sum.returned = true,
            MovementKind::Expansion | MovementKind::Contraction | MovementKind::Churn => {}
        }
    }
    Ok(())
}

/// Confidential accounts of whose pod the viewer is not (`permission::reads_account`).
fn hidden_accounts(tx: &mut Tx<'_>, workspace: Uuid, viewer: Uuid) -> Result<HashSet<Uuid>, Fault> {
    let found = tx.rows(
        sql!(
            "SELECT a.id FROM account a WHERE a.workspace_id = $1 AND a.confidential
               AND NOT EXISTS (SELECT 1 FROM pod_account pa JOIN pod p ON p.id = pa.pod_id AND p.kind = 'client'
                 JOIN pod_member m ON m.pod_id = p.id AND m.until IS NULL
                 WHERE pa.account_id = a.id AND pa.until IS NULL AND m.user_id = $2)"
        ),
        &[&workspace, &viewer],
        |row| row.get(0),
    )?;
    Ok(found.into_iter().collect())
}

/// The topmost account above each subsidiary, as far up as the viewer may see.
pub fn topmost(tx: &mut Tx<'_>, workspace: Uuid, viewer: Uuid) -> Result<HashMap<Uuid, Uuid>, Fault> {
    let links = tx.rows(
        sql!("SELECT id, parent_id FROM account WHERE workspace_id = $1 AND parent_id IS NOT NULL"),
        &[&workspace],
        |row| Ok((row.get::<Uuid>(0)?, row.get::<Uuid>(1)?)),
    )?;
    if links.is_empty() {
        return Ok(HashMap::new());
    }
    let hidden = hidden_accounts(tx, workspace, viewer)?;
    let parents: HashMap<Uuid, Uuid> = links.into_iter().filter(|(_, parent)| !hidden.contains(parent)).collect();
    let top = |account: Uuid| {
        let mut place = account;
        for _ in 0..PARENT_LEVELS_MAX {
            match parents.get(&place) {
                Some(parent) => place = *parent,
                None => break,
            }
        }
        place
    };
    Ok(parents.keys().map(|account| (*account, top(*account))).collect())
}

/// A movement of the list, with the names of what moved.
#[derive(Clone, Debug)]
pub struct ListedMovement {
    pub stored: StoredMovement,
    pub account_id: Uuid,
    pub account: String,
    pub contract: String,
    /// Why somebody decided its kind, and who.
    pub decided: Option<(String, String)>,
}

/// Where a page of movements ended: the newest come first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MovementPlace {
    on: Date,
    contract: Uuid,
}

impl MovementPlace {
    pub fn of(listed: &ListedMovement) -> Self {
        Self { on: listed.stored.movement.on, contract: listed.stored.movement.contract }
    }
}

/// Which movements of the window.
#[derive(Clone, Debug, Default)]
pub struct MovementsWanted {
    pub kind: Option<MovementKind>,
    pub account: Option<Uuid>,
    /// Of these accounts only.
    pub within: Option<Vec<Uuid>>,
}

/// `$10` is a list of accounts as JSON; without one every account counts.
macro_rules! movements {
    ($within:literal) => {
        concat!(
            "SELECT m.moved_on, m.contract_id, m.kind, m.derived_kind, m.before_minor, m.after_minor, m.currency,
               m.account_id, a.name, c.name, k.reason, COALESCE(u.name, '')
             FROM arr_movement m
             JOIN account a ON a.id = m.account_id
             JOIN contract c ON c.id = m.contract_id
             LEFT JOIN movement_kind k ON k.contract_id = m.contract_id AND k.moved_on = m.moved_on
             LEFT JOIN workspace_user u ON u.id = k.decided_by
             WHERE m.workspace_id = $1 AND m.moved_on > $2 AND m.moved_on <= $3 AND ($4 = '' OR m.kind = $4)
               AND m.account_id = COALESCE($5, m.account_id)
               AND (m.moved_on < $6 OR (m.moved_on = $6 AND m.contract_id > $7))
               AND (NOT a.confidential OR EXISTS (SELECT 1 FROM pod_account pa
                 JOIN pod p ON p.id = pa.pod_id AND p.kind = 'client'
                 JOIN pod_member s ON s.pod_id = p.id AND s.until IS NULL
                 WHERE pa.account_id = a.id AND pa.until IS NULL AND s.user_id = $8))",
            $within,
            " ORDER BY m.moved_on DESC, m.contract_id LIMIT $9"
        )
    };
}

/// A page of the movements that the viewer may see, after `from` until `to`, the newest first.
pub fn movement_page(
    tx: &mut Tx<'_>,
    window: &Window<'_>,
    wanted: &MovementsWanted,
    after: Option<&MovementPlace>,
    limit: i64,
) -> Result<Vec<ListedMovement>, Fault> {
    // The first page begins above everything.
    let (on, contract) = after.map_or((Date::MAX, Uuid::nil()), |place| (place.on, place.contract));
    let kind = wanted.kind.map_or("", MovementKind::as_str);
    let fixed: [&dyn Param; 9] =
        [&window.workspace, &window.from, &window.to, &kind, &wanted.account, &on, &contract, &window.viewer, &limit];
    let Some(within) = &wanted.within else { return Ok(tx.rows(sql!(movements!("")), &fixed, read_listed)?) };
    let list = serde_json::to_string(within).map_err(Fault::internal)?;
    let text = tx.by(
        sql!(Sqlite, movements!(" AND m.account_id IN (SELECT unhex(value, '-') FROM json_each($10))")),
        sql!(
            Postgres,
            movements!(
                " AND m.account_id = ANY(ARRAY(SELECT CAST(json_array_elements_text(CAST(CAST($10 AS TEXT) AS json)) AS uuid)))"
            )
        ),
    );
    let parameters: Vec<&dyn Param> = fixed.into_iter().chain([&list as &dyn Param]).collect();
    Ok(tx.rows(text, &parameters, read_listed)?)
}

fn read_listed(row: &Row<'_>) -> mainstay_db::Result<ListedMovement> {
    let reason: Option<String> = row.get(10)?;
    let by: String = row.get(11)?;
    Ok(ListedMovement {
        stored: read_movement(row)?,
        account_id: row.get(7)?,
        account: row.get(8)?,
        contract: row.get(9)?,
        decided: reason.map(|reason| (reason, by)),
    })
}

/// Names of accounts, for those that a page has to name.
pub fn account_names(tx: &mut Tx<'_>, workspace: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, Fault> {
    let mut names = HashMap::with_capacity(ids.len());
    for id in ids {
        let name =
            tx.one(sql!("SELECT name FROM account WHERE workspace_id = $1 AND id = $2"), &[&workspace, id], |row| {
                row.get::<String>(0)
            })?;
        names.extend(name.map(|name| (*id, name)));
    }
    Ok(names)
}
