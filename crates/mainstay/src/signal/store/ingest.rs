//! What programs send: points are written once however often they come, a corrected one changes its day, and nothing
//! of it is an event (crossings are).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use mainstay_db::{Param, Row, Tx, id_places, sql, statements};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::limits::SIGNAL_RAW_DAYS;
use mainstay_rules::signal::Rolled;
use uuid::Uuid;

use super::day::{self, Cell};
use super::{due, series};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// A point as it was sent, for an account that the sender may write.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Its place in what was sent.
    pub place: usize,
    /// Made of what it says, so that the same point has the same id.
    pub id: Uuid,
    pub account: Uuid,
    /// `scope` or `contract`, and which; none is the account itself.
    pub part: Option<(&'static str, Uuid)>,
    pub name: String,
    pub value: Decimal,
    pub at: Timestamp,
    pub actor: Option<Uuid>,
    pub source: String,
}

impl Arrived {
    fn subject(&self) -> Uuid {
        self.part.map_or(self.account, |(_, id)| id)
    }

    fn cell(&self, by: &By) -> Cell {
        Cell {
            account: self.account,
            subject: self.subject(),
            name: self.name.clone(),
            day: by.workspace.day_of(self.at),
        }
    }
}

/// Why a point was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The workspace has as many signals as it may have, and this name is none of them.
    TooManySignals,
    /// Of its day only the roll-up is left.
    TooLate,
}

/// What became of what was sent.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub recorded: usize,
    /// There already, with the same value.
    pub repeated: usize,
    /// There already, with another value, which is overwritten.
    pub corrected: usize,
    pub refused: Vec<(usize, Refusal)>,
}

/// Takes points; `scored` are the names that scorecards are worked out from.
pub fn take(tx: &mut Tx<'_>, by: &By, sent: &[Arrived], scored: &BTreeSet<String>) -> Result<Taken, Fault> {
    let mut taken = Taken::default();
    let points = acceptable(tx, by, sent, &mut taken)?;
    let written = insert(tx, by, &points)?;
    let (new, old): (Vec<&Arrived>, Vec<&Arrived>) = points.into_iter().partition(|one| written.contains(&one.id));
    taken.recorded = new.len();
    let mut cells: BTreeMap<Cell, Rolled<Timestamp>> = BTreeMap::new();
    for one in &new {
        cells
            .entry(one.cell(by))
            .and_modify(|rolled| rolled.add(one.value, one.at))
            .or_insert_with(|| Rolled::of(one.value, one.at));
    }
    let cells: Vec<_> = cells.into_iter().collect();
    day::join(tx, by.workspace.id, &cells)?;
    note_actors(tx, by, &new)?;
    let corrected = correct(tx, by, &old, &mut taken)?;
    let arrivals: Vec<_> = new
        .iter()
        .chain(&corrected)
        .filter(|one| one.part.is_none())
        .map(|one| (one.account, one.name.as_str(), one.at))
        .collect();
    due::note_thresholds(tx, by, &arrivals)?;
    due::note_scores(tx, by, &arrivals, scored)?;
    Ok(taken)
}

/// Each point once, of signals that are known, of days that can still be added to.
fn acceptable<'a>(tx: &mut Tx<'_>, by: &By, sent: &'a [Arrived], taken: &mut Taken) -> Result<Vec<&'a Arrived>, Fault> {
    let mut names: Vec<&str> = sent.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let known: HashSet<String> = series::make_known(tx, by, &names)?.into_iter().collect();
    let whole_since = by.today().saturating_sub(jiff::Span::new().days(SIGNAL_RAW_DAYS));
    let mut late: HashMap<Cell, bool> = HashMap::new();
    let mut places: HashMap<Uuid, usize> = HashMap::with_capacity(sent.len());
    let mut points: Vec<&Arrived> = Vec::with_capacity(sent.len());
    for one in sent {
        if !known.contains(&one.name) {
            taken.refused.push((one.place, Refusal::TooManySignals));
            continue;
        }
        if by.workspace.day_of(one.at) < whole_since {
            let cell = one.cell(by);
            if !late.contains_key(&cell) {
                late.insert(cell.clone(), day::is_thinned(tx, by.workspace.id, &cell)?);
            }
            if late.get(&cell) == Some(&true) {
                taken.refused.push((one.place, Refusal::TooLate));
                continue;
            }
        }
        if let Some(place) = places.get(&one.id) {
            // The later word counts, as if it had come by itself.
            let is_same = points[*place].value == one.value && points[*place].at == one.at;
            if is_same {
                taken.repeated += 1;
            } else {
                taken.corrected += 1;
            }
            points[*place] = one;
            continue;
        }
        places.insert(one.id, points.len());
        points.push(one);
    }
    Ok(points)
}

/// Writes those that are not there yet and answers their ids.
fn insert(tx: &mut Tx<'_>, by: &By, points: &[&Arrived]) -> Result<HashSet<Uuid>, Fault> {
    let workspace = by.workspace.id;
    let numbers: Vec<(i64, Option<&str>, Option<Uuid>)> = points
        .iter()
        .map(|one| (one.value.millionths(), one.part.map(|(kind, _)| kind), one.part.map(|(_, id)| id)))
        .collect();
    let rows: Vec<Vec<&dyn Param>> = points
        .iter()
        .zip(&numbers)
        .map(|(one, (value, kind, part))| {
            let row: Vec<&dyn Param> = vec![
                &one.id,
                &workspace,
                &one.account,
                &one.name,
                &one.at,
                value,
                &one.source,
                &by.at,
                &by.user,
                kind,
                part,
                &one.actor,
                &true,
            ];
            row
        })
        .collect();
    let written = tx.insert_missing(
        "INSERT INTO data_point (id, workspace_id, account_id, name, at, value, source, recorded_at, recorded_by,
           subject_kind, subject_id, actor, sent)",
        "id",
        &rows,
    )?;
    Ok(written.into_iter().collect())
}

fn note_actors(tx: &mut Tx<'_>, by: &By, points: &[&Arrived]) -> Result<(), Fault> {
    let actors: BTreeSet<(Cell, Uuid)> =
        points.iter().filter_map(|one| one.actor.map(|actor| (one.cell(by), actor))).collect();
    let workspace = by.workspace.id;
    let rows: Vec<Vec<&dyn Param>> = actors
        .iter()
        .map(|(cell, actor)| vec![&workspace as &dyn Param, &cell.account, &cell.subject, &cell.name, &cell.day, actor])
        .collect();
    tx.insert_many(
        "INSERT INTO signal_actor (workspace_id, account_id, subject_id, name, day, actor)",
        "ON CONFLICT (account_id, name, subject_id, day, actor) DO NOTHING",
        &rows,
    )?;
    Ok(())
}

/// A point as it stands.
struct Stored {
    id: Uuid,
    value: Decimal,
    cell: Cell,
    at: Timestamp,
}

fn stored_statement() -> String {
    format!(
        "SELECT id, value, at, account_id, COALESCE(subject_id, account_id), name FROM data_point
         WHERE workspace_id = $1 AND id IN ({})",
        id_places(2)
    )
}

fn statements_of_many() -> Vec<String> {
    vec![stored_statement()]
}

statements!(statements_of_many);

fn read_stored(row: &Row<'_>, by: &By) -> mainstay_db::Result<Stored> {
    let at: Timestamp = row.get(2)?;
    let cell = Cell { account: row.get(3)?, subject: row.get(4)?, name: row.get(5)?, day: by.workspace.day_of(at) };
    Ok(Stored { id: row.get(0)?, value: Decimal::from_millionths(row.get(1)?), cell, at })
}

/// Overwrites those of the points that say something else than what is there, and works their days out anew.
fn correct<'a>(tx: &mut Tx<'_>, by: &By, known: &[&'a Arrived], taken: &mut Taken) -> Result<Vec<&'a Arrived>, Fault> {
    let ids: Vec<Uuid> = known.iter().map(|one| one.id).collect();
    let stored = tx.rows_of(&stored_statement(), &[&by.workspace.id], &ids, |row| read_stored(row, by))?;
    let stored: HashMap<Uuid, Stored> = stored.into_iter().map(|one| (one.id, one)).collect();
    let mut corrected = Vec::new();
    let mut days: BTreeSet<Cell> = BTreeSet::new();
    for one in known {
        let Some(was) = stored.get(&one.id).filter(|was| was.value != one.value || was.at != one.at) else {
            taken.repeated += 1;
            continue;
        };
        if day::is_thinned(tx, by.workspace.id, &was.cell)? {
            taken.refused.push((one.place, Refusal::TooLate));
            continue;
        }
        tx.exec(
            sql!("UPDATE data_point SET value = $3, at = $4, recorded_at = $5 WHERE workspace_id = $1 AND id = $2"),
            &[&by.workspace.id, &one.id, &one.value.millionths(), &one.at, &by.at],
        )?;
        days.extend([was.cell.clone(), Cell { day: by.workspace.day_of(one.at), ..was.cell.clone() }]);
        taken.corrected += 1;
        corrected.push(*one);
    }
    for cell in &days {
        day::recompute(tx, &by.workspace, cell)?;
    }
    Ok(corrected)
}
