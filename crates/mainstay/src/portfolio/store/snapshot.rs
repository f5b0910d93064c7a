//! Snapshots: the report as we knew it then, row for row, never changed afterwards but for who may see a row.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Param, Row, Tx, sql, statements};
use mainstay_rules::event::Kind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::columns::STORED;
use super::frame::Frame;
use super::heads::{self, KeptHeads};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::{people, scorecard};

/// Why a snapshot was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotKind {
    Weekly,
    Monthly,
    Manual,
}

impl SnapshotKind {
    const ALL: [Self; 3] = [Self::Weekly, Self::Monthly, Self::Manual];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Manual => "manual",
        }
    }

    fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(Self::Manual)
    }
}

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub id: Uuid,
    pub kind: SnapshotKind,
    /// The day at whose end it shows the accounts.
    pub as_of: Date,
    pub taken_at: Timestamp,
    /// The name of who took it, as it was; empty when the schedule did.
    pub taken_by: String,
    pub note: String,
    pub accounts: i64,
    pub heads: KeptHeads,
}

macro_rules! columns {
    () => {
        "SELECT s.id, s.kind, s.as_of, s.taken_at, s.taken_by, s.note, s.accounts, s.heads FROM snapshot s
         WHERE s.workspace_id = $1"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Snapshot> {
    let kind: String = row.get(1)?;
    let heads: Value = row.get(7)?;
    Ok(Snapshot {
        id: row.get(0)?,
        kind: SnapshotKind::parse(&kind),
        as_of: row.get(2)?,
        taken_at: row.get(3)?,
        taken_by: row.get(4)?,
        note: row.get(5)?,
        accounts: row.get(6)?,
        heads: heads::from_json(heads)
            .map_err(|fault| mainstay_db::Error::Row { column: 7, problem: fault.to_string() })?,
    })
}

pub fn snapshot(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid) -> Result<Option<Snapshot>, Fault> {
    Ok(tx.one(sql!(concat!(columns!(), " AND s.id = $2")), &[&workspace, &id], read)?)
}

/// Snapshots, the newest day first.
pub fn snapshots(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    after: Option<(Date, Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Snapshot>, Fault> {
    let (day, at, id) = after.unwrap_or((LAST_DAY, LAST, Uuid::max()));
    Ok(tx.rows(
        sql!(concat!(
            columns!(),
            " AND (s.as_of, s.taken_at, s.id) < ($2, $3, $4) ORDER BY s.as_of DESC, s.taken_at DESC, s.id DESC LIMIT $5"
        )),
        &[&workspace, &day, &at, &id, &limit],
        read,
    )?)
}

/// Later than any snapshot, and still a time for both databases.
const LAST_DAY: Date = jiff::civil::date(9999, 1, 1);
const LAST: Timestamp = Timestamp::constant(7_258_118_400, 0);

/// Whether a schedule's snapshot of that day is there already.
pub fn is_taken(tx: &mut Tx<'_>, workspace: Uuid, kind: SnapshotKind, as_of: Date) -> Result<bool, Fault> {
    let found = tx.one(
        sql!("SELECT 1 FROM snapshot WHERE workspace_id = $1 AND kind = $2 AND as_of = $3 LIMIT 1"),
        &[&workspace, &kind.as_str(), &as_of],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

fn copy_statement(frame: Frame) -> String {
    let columns = STORED.join(", ");
    let copied: Vec<String> = STORED.iter().map(|column| format!("l.{column}")).collect();
    format!("INSERT INTO snapshot_line (snapshot_id, {columns}) SELECT $2, {} {}", copied.join(", "), frame.source(3))
}

fn copy_statements() -> Vec<String> {
    vec![copy_statement(Frame::Now), copy_statement(Frame::KINDS[1])]
}

statements!(copy_statements);

/// Keeps the report of a day as it reads now: today's lines, or those of a day that is over.
pub fn take_snapshot(tx: &mut Tx<'_>, by: &By, kind: SnapshotKind, as_of: Date, note: &str) -> Result<Uuid, Fault> {
    let (id, workspace) = (by.id(), by.workspace.id);
    tx.lock(&[workspace])?;
    let taken_by = match by.user {
        Some(user) => people::store::user(tx, workspace, user)?.map(|user| user.name).unwrap_or_default(),
        None => String::new(),
    };
    let frame = if as_of >= by.today() { Frame::Now } else { Frame::AsOf(as_of) };
    let templates = match frame {
        Frame::AsOf(day) => scorecard::store::times(tx, workspace)?.on(day).clone(),
        _ => scorecard::store::templates(tx, workspace)?,
    };
    let heads = heads::to_json(tx, &by.workspace, &templates)?;
    let unknown = 0_i64;
    tx.exec(
        sql!(
            "INSERT INTO snapshot (id, workspace_id, kind, as_of, taken_at, taken_by_id, taken_by, note, accounts, heads)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        &[&id, &workspace, &kind.as_str(), &as_of, &by.at, &by.user, &taken_by, &note, &unknown, &heads],
    )?;
    let mut parameters: Vec<Box<dyn Param>> = vec![Box::new(workspace), Box::new(id)];
    parameters.extend(frame.parameters());
    let parameters: Vec<&dyn Param> = parameters.iter().map(|value| &**value).collect();
    let accounts = i64::try_from(tx.exec(&copy_statement(frame), &parameters)?).unwrap_or(i64::MAX);
    tx.exec(
        sql!("UPDATE snapshot SET accounts = $3 WHERE workspace_id = $1 AND id = $2"),
        &[&workspace, &id, &accounts],
    )?;
    let data = json!({ "kind": kind.as_str(), "as_of": as_of, "accounts": accounts });
    by.happened(tx, Kind::SnapshotTaken, ("snapshot", id), data)?;
    Ok(id)
}

/// Rights are today's: whether only its pod may see an account, or nobody any more.
pub(super) fn keep_right(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, confidential: bool) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE snapshot_line SET confidential = $3 WHERE workspace_id = $1 AND account_id = $2"),
        &[&workspace, &account, &confidential],
    )?;
    Ok(())
}
