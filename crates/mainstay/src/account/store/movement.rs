//! Movements of ARR: a read model of what the contracts say, and the kinds that somebody decided.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Param, Row, Tx, id_places, sql, statements};
use mainstay_rules::currency::Currency;
use mainstay_rules::event::Kind;
use mainstay_rules::ledger::{self, Movement, MovementKind, Override};
use serde_json::json;
use uuid::Uuid;

use super::{StoredAmendment, amendments_each, rates_for};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A movement with its currency; amounts are minor units of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMovement {
    pub movement: Movement,
    pub currency: Currency,
}

fn read_kind(row: &Row<'_>, column: usize) -> mainstay_db::Result<MovementKind> {
    let word: String = row.get(column)?;
    MovementKind::parse(&word)
        .ok_or(mainstay_db::Error::Row { column, problem: format!("no kind of movement: {word}") })
}

pub(super) fn read_currency(row: &Row<'_>, column: usize) -> mainstay_db::Result<Currency> {
    let code: String = row.get(column)?;
    Currency::parse(&code).map_err(|error| mainstay_db::Error::Row { column, problem: error.to_string() })
}

/// Reads `moved_on, contract_id, kind, derived_kind, before_minor, after_minor, currency`.
pub(super) fn read_movement(row: &Row<'_>) -> mainstay_db::Result<StoredMovement> {
    let movement = Movement {
        on: row.get(0)?,
        contract: row.get(1)?,
        kind: read_kind(row, 2)?,
        derived: read_kind(row, 3)?,
        before_minor: row.get(4)?,
        after_minor: row.get(5)?,
    };
    Ok(StoredMovement { movement, currency: read_currency(row, 6)? })
}

fn movements_statement() -> String {
    format!(
        "SELECT moved_on, contract_id, kind, derived_kind, before_minor, after_minor, currency, account_id
         FROM arr_movement WHERE workspace_id = $1 AND account_id IN ({})",
        id_places(2)
    )
}

/// The account's movements, oldest first.
pub fn account_movements(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<StoredMovement>, Fault> {
    Ok(movements_each(tx, workspace, &[account])?.remove(&account).unwrap_or_default())
}

fn movements_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Vec<StoredMovement>>, Fault> {
    let read = |row: &Row<'_>| Ok((row.get(7)?, read_movement(row)?));
    let mut each = tx.rows_each(&movements_statement(), &[&workspace], accounts, read)?;
    // Asked for in this order, SQLite would go through the days of the whole workspace.
    for moved in each.values_mut() {
        moved.sort_by_key(|one: &StoredMovement| (one.movement.on, one.movement.contract));
    }
    Ok(each)
}

/// A movement with the words of who wrote it down.
#[derive(Clone, Debug)]
pub struct ToldMovement {
    pub account: Uuid,
    pub stored: StoredMovement,
    pub contract: String,
    /// The person and the note of the amendment that stands; empty when a contract ended by itself.
    pub by: String,
    pub note: String,
}

fn told_statement() -> String {
    format!(
        "SELECT m.moved_on, m.contract_id, m.kind, m.derived_kind, m.before_minor, m.after_minor, m.currency,
           m.account_id, c.name, COALESCE(u.name, ''), COALESCE(a.note, '')
         FROM arr_movement m JOIN contract c ON c.id = m.contract_id
         LEFT JOIN contract_amendment a ON a.id =
           (SELECT o.id FROM contract_amendment o WHERE o.account_id = m.account_id AND o.contract_id = m.contract_id AND o.start_on = m.moved_on
              AND o.withdrawn_at IS NULL ORDER BY o.recorded_at DESC, o.id DESC LIMIT 1)
         LEFT JOIN workspace_user u ON u.id = a.recorded_by
         WHERE m.workspace_id = $1 AND m.moved_on > $2 AND m.moved_on <= $3 AND m.account_id IN ({})",
        id_places(4)
    )
}

fn composed() -> Vec<String> {
    vec![told_statement(), movements_statement(), judgements_statement()]
}

statements!(composed);

/// The movements of these accounts after one day until another, oldest first.
pub fn told_movements(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
    (after, until): (Date, Date),
) -> Result<Vec<ToldMovement>, Fault> {
    let mut told = tx.rows_of(&told_statement(), &[&workspace, &after, &until], accounts, |row| {
        Ok(ToldMovement {
            account: row.get(7)?,
            stored: read_movement(row)?,
            contract: row.get(8)?,
            by: row.get(9)?,
            note: row.get(10)?,
        })
    })?;
    told.sort_by_key(|one: &ToldMovement| (one.stored.movement.on, one.stored.movement.contract));
    Ok(told)
}

/// The projector: the accounts' movements as their contracts tell them now. Nothing changed, nothing is written.
pub fn project_movements(tx: &mut Tx<'_>, by: &By, accounts: &[Uuid]) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    let before = movements_each(tx, workspace, accounts)?;
    let signed = amendments_each(tx, workspace, accounts)?;
    let judged = judgements_each(tx, workspace, accounts)?;
    let mut moved: Vec<(Uuid, StoredMovement)> = Vec::new();
    for account in accounts {
        let judged = judged.get(account).map_or(&[][..], Vec::as_slice);
        let now = match signed.get(account) {
            Some(signed) => derive(tx, by, signed, judged)?,
            None => Vec::new(),
        };
        let before = before.get(account).map_or(&[][..], Vec::as_slice);
        if before == now {
            continue;
        }
        if !before.is_empty() {
            let of: [&dyn Param; 2] = [&workspace, account];
            tx.exec(sql!("DELETE FROM arr_movement WHERE workspace_id = $1 AND account_id = $2"), &of)?;
        }
        moved.extend(now.into_iter().map(|movement| (*account, movement)));
    }
    insert(tx, workspace, &moved)
}

fn insert(tx: &mut Tx<'_>, workspace: Uuid, moved: &[(Uuid, StoredMovement)]) -> Result<(), Fault> {
    let words: Vec<[&str; 3]> = moved
        .iter()
        .map(|(_, one)| [one.movement.kind.as_str(), one.movement.derived.as_str(), one.currency.code()])
        .collect();
    let rows: Vec<Vec<&dyn Param>> = moved
        .iter()
        .zip(&words)
        .map(|((account, StoredMovement { movement, .. }), [kind, derived, currency])| {
            let row: [&dyn Param; 9] = [
                &workspace,
                account,
                &movement.contract,
                &movement.on,
                kind,
                derived,
                currency,
                &movement.before_minor,
                &movement.after_minor,
            ];
            row.to_vec()
        })
        .collect();
    tx.insert_many(
        "INSERT INTO arr_movement (workspace_id, account_id, contract_id, moved_on, kind, derived_kind, currency,
           before_minor, after_minor)",
        "",
        &rows,
    )?;
    Ok(())
}

fn derive(
    tx: &mut Tx<'_>,
    by: &By,
    stored: &[StoredAmendment],
    judged: &[Judgement],
) -> Result<Vec<StoredMovement>, Fault> {
    let home = by.workspace.currency;
    let currency_of = |contract: Uuid| currency_in(stored, contract).unwrap_or(home);
    let rates = rates_for(tx, &by.workspace, stored, by.today())?;
    let rows: Vec<ledger::Amendment> = stored.iter().map(|one| one.amendment).collect();
    let prices: Vec<(Uuid, Date)> =
        stored.iter().filter(|one| one.is_price).map(|one| (one.amendment.contract, one.amendment.start_on)).collect();
    let decided: Vec<Override> = judged.iter().map(|judgement| judgement.judged).collect();
    let mut worth = Vec::new();
    for one in stored {
        worth.push((one.amendment.contract, rates.rate(one.currency)?));
    }
    let convert = |contract: Uuid, minor: i64| {
        worth.iter().find(|(known, _)| *known == contract).map_or(minor, |(_, rate)| rate.convert(minor))
    };
    let movements = ledger::movements(&rows, &prices, &decided, convert);
    Ok(movements
        .into_iter()
        .map(|movement| StoredMovement { currency: currency_of(movement.contract), movement })
        .collect())
}

/// The currency of a contract: all its amendments have one.
pub fn currency_in(stored: &[StoredAmendment], contract: Uuid) -> Option<Currency> {
    stored.iter().find(|one| one.amendment.contract == contract).map(|one| one.currency)
}

/// What somebody decided about a movement, and why.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub judged: Override,
    pub reason: String,
    pub decided_at: Timestamp,
    /// Empty when the person is gone.
    pub decided_by: String,
}

fn judgements_statement() -> String {
    format!(
        "SELECT k.contract_id, k.moved_on, k.kind, k.reason, k.decided_at, COALESCE(u.name, ''), k.account_id
         FROM movement_kind k LEFT JOIN workspace_user u ON u.id = k.decided_by
         WHERE k.workspace_id = $1 AND k.account_id IN ({}) ORDER BY k.moved_on, k.contract_id",
        id_places(2)
    )
}

pub fn judgements(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Judgement>, Fault> {
    Ok(judgements_each(tx, workspace, &[account])?.remove(&account).unwrap_or_default())
}

fn judgements_each(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Judgement>>, Fault> {
    Ok(tx.rows_each(&judgements_statement(), &[&workspace], accounts, |row| {
        let judgement = Judgement {
            judged: Override { contract: row.get(0)?, on: row.get(1)?, kind: read_kind(row, 2)? },
            reason: row.get(3)?,
            decided_at: row.get(4)?,
            decided_by: row.get(5)?,
        };
        Ok((row.get(6)?, judgement))
    })?)
}

/// Decides the kind of a movement that is there, or takes the decision back; its amount stays what it is.
pub fn judge_movement(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    (contract, on): (Uuid, Date),
    decided: Option<(MovementKind, &str)>,
) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    let there = account_movements(tx, workspace, account)?
        .into_iter()
        .find(|one| one.movement.contract == contract && one.movement.on == on)
        .ok_or_else(Fault::not_found)?;
    let key: [&dyn Param; 4] = [&workspace, &account, &contract, &on];
    let removed = tx.exec(
        sql!(
            "DELETE FROM movement_kind WHERE workspace_id = $1 AND account_id = $2 AND contract_id = $3 AND moved_on = $4"
        ),
        &key,
    )?;
    if removed == 0 && decided.is_none() {
        return Ok(());
    }
    if let Some((kind, reason)) = decided {
        tx.exec(
            sql!(
                "INSERT INTO movement_kind (workspace_id, account_id, contract_id, moved_on, kind, reason, decided_at,
                   decided_by)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            ),
            &[&workspace, &account, &contract, &on, &kind.as_str(), &reason, &by.at, &by.user],
        )?;
    }
    let after = decided.map_or(there.movement.derived, |(kind, _)| kind);
    let data = json!({
        "moved_on": on, "before": there.movement.kind.as_str(), "after": after.as_str(), "decided": decided.is_some(),
    });
    by.happened_to(tx, account, Kind::MovementJudged, ("contract", contract), data)?;
    Ok(())
}
