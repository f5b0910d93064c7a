//! The event spine: appended inside the write that makes them true, read in order by cursors that miss nothing.

mod consumer;
mod cursor;
mod parked;

pub use consumer::{Consumer, Ran};
pub use cursor::Cursor;
pub use parked::{Parked, parked, retry_parked};

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::transaction::{Row, Tx};
use crate::value::Param;
use crate::{Dialect, Scope, id_places, sql, statements};

/// Events that one call answers at most.
pub const MAX_EVENTS: i64 = 1_000;

/// Bytes that the data of one event may have: it is numbers and ids.
pub const MAX_DATA_BYTES: usize = 64 * 1024;

/// An event on its way in. Ids and numbers only: personal data and free text live in rows that can be erased.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub id: Uuid,
    pub workspace: Uuid,
    pub account: Option<Uuid>,
    pub kind: &'static str,
    pub v: i64,
    pub effective_at: Timestamp,
    pub recorded_at: Timestamp,
    pub actor: Option<Uuid>,
    pub cause: Option<Uuid>,
    pub subject_kind: &'static str,
    pub subject: Uuid,
    pub data: Json,
}

/// An event as it was stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub cursor: Cursor,
    pub id: Uuid,
    pub workspace: Uuid,
    pub account: Option<Uuid>,
    pub account_version: Option<i64>,
    pub kind: String,
    pub v: i64,
    pub effective_at: Timestamp,
    pub recorded_at: Timestamp,
    pub actor: Option<Uuid>,
    pub cause: Option<Uuid>,
    pub subject_kind: String,
    pub subject: Uuid,
    pub data: Json,
}

/// Stores one event and answers the new version of its account. The transaction must hold the account's lock
/// (`tx.lock`); for an event of the workspace as a whole the workspace's lock is taken here.
pub fn append(tx: &mut Tx<'_>, event: &NewEvent) -> Result<Option<i64>> {
    expect(tx, event)?;
    let Some(account) = event.account else {
        insert(tx, event, None)?;
        return Ok(None);
    };
    if tx.dialect() == Dialect::Postgres {
        return insert_next(tx, event);
    }
    let version = tx.one(
        sql!(
            "INSERT INTO stream (workspace_id, account_id, version) VALUES ($1, $2, 1)
             ON CONFLICT (workspace_id, account_id) DO UPDATE SET version = stream.version + 1 RETURNING version"
        ),
        &[&event.workspace, &account],
        |row| row.get::<i64>(0),
    )?;
    insert(tx, event, version)?;
    Ok(version)
}

/// Stores many events of accounts of one workspace, each account's in the order in which they come.
pub fn append_all(tx: &mut Tx<'_>, events: &[NewEvent]) -> Result<()> {
    let Some(workspace) = events.first().map(|event| event.workspace) else { return Ok(()) };
    let mut more: BTreeMap<Uuid, i64> = BTreeMap::new();
    for event in events {
        expect(tx, event)?;
        let account = event.account.filter(|_| event.workspace == workspace);
        let account = account.ok_or_else(|| Error::other(format!("event {}: not of an account here", event.kind)))?;
        *more.entry(account).or_default() += 1;
    }
    let rows: Vec<Vec<&dyn Param>> =
        more.iter().map(|(account, count)| vec![&workspace as &dyn Param, account, count]).collect();
    tx.insert_many(
        "INSERT INTO stream (workspace_id, account_id, version)",
        "ON CONFLICT (workspace_id, account_id) DO UPDATE SET version = stream.version + excluded.version",
        &rows,
    )?;
    let accounts: Vec<Uuid> = more.keys().copied().collect();
    let mut last = versions(tx, workspace, &accounts)?;
    for (account, count) in &more {
        *last.entry(*account).or_default() -= count;
    }
    let mut numbers = Vec::with_capacity(events.len());
    for account in events.iter().filter_map(|event| event.account) {
        let last = last.entry(account).or_default();
        *last += 1;
        numbers.push(Some(*last));
    }
    let rows: Vec<Vec<&dyn Param>> =
        events.iter().zip(&numbers).map(|(event, number)| values(event, number).to_vec()).collect();
    tx.insert_many(
        "INSERT INTO event (id, workspace_id, account_id, kind, v, effective_at, recorded_at, actor_id, cause_id,
                            subject_kind, subject_id, data, account_version)",
        "",
        &rows,
    )
}

fn versions_sql() -> String {
    format!("SELECT account_id, version FROM stream WHERE workspace_id = $1 AND account_id IN ({})", id_places(2))
}

/// The version of each of these accounts: how many events it has.
pub fn versions(tx: &mut Tx<'_>, workspace: Uuid, accounts: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let found = tx.rows_of(&versions_sql(), &[&workspace], accounts, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.into_iter().collect())
}

/// What an event needs before it may be stored.
fn expect(tx: &mut Tx<'_>, event: &NewEvent) -> Result<()> {
    match event.account {
        Some(account) if !tx.holds(account) => {
            return Err(Error::other(format!("event {}: call tx.lock(&[account]) first in this write", event.kind)));
        }
        Some(_) => {}
        None => tx.lock(&[event.workspace])?,
    }
    keep_order(tx, event)?;
    if let Scope::Workspace(own) = tx.scope()
        && own != event.workspace
    {
        return Err(Error::other(format!("event {}: it belongs to another workspace than this write", event.kind)));
    }
    if event.data.to_string().len() > MAX_DATA_BYTES {
        return Err(Error::TooLong(format!("event {}: data of more than {MAX_DATA_BYTES} bytes", event.kind)));
    }
    Ok(())
}

fn insert(tx: &mut Tx<'_>, event: &NewEvent, version: Option<i64>) -> Result<()> {
    tx.exec(
        sql!(
            "INSERT INTO event (id, workspace_id, account_id, kind, v, effective_at, recorded_at, actor_id, cause_id,
                                subject_kind, subject_id, data, account_version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        ),
        &values(event, &version),
    )?;
    Ok(())
}

/// Both statements in one: on PostgreSQL each is a round trip, and every verb writes events.
fn insert_next(tx: &mut Tx<'_>, event: &NewEvent) -> Result<Option<i64>> {
    let first = 1_i64;
    tx.one(
        sql!(
            Postgres,
            "WITH next AS (INSERT INTO stream (workspace_id, account_id, version) VALUES ($2, $3, $13)
               ON CONFLICT (workspace_id, account_id) DO UPDATE SET version = stream.version + 1 RETURNING version)
             INSERT INTO event (id, workspace_id, account_id, kind, v, effective_at, recorded_at, actor_id, cause_id,
                                subject_kind, subject_id, data, account_version)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, next.version FROM next
             RETURNING account_version"
        ),
        &values(event, &first),
        |row| row.get(0),
    )
}

fn values<'a>(event: &'a NewEvent, version: &'a dyn Param) -> [&'a dyn Param; 13] {
    [
        &event.id,
        &event.workspace,
        &event.account,
        &event.kind,
        &event.v,
        &event.effective_at,
        &event.recorded_at,
        &event.actor,
        &event.cause,
        &event.subject_kind,
        &event.subject,
        &event.data,
        version,
    ]
}

/// A lock that was taken after the first write may have come too late: when somebody with a later transaction id has
/// appended here meanwhile, this event would be read before theirs. Then this transaction starts again.
fn keep_order(tx: &mut Tx<'_>, event: &NewEvent) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite || !tx.holds_late(event.account.unwrap_or(event.workspace)) {
        return Ok(());
    }
    let of_account = sql!(
        Postgres,
        "SELECT seq FROM event WHERE account_id = $1 AND x > pg_current_xact_id()::text::bigint LIMIT 1"
    );
    let of_workspace = sql!(
        Postgres,
        "SELECT seq FROM event WHERE workspace_id = $1 AND account_id IS NULL
         AND x > pg_current_xact_id()::text::bigint LIMIT 1"
    );
    let later = match event.account {
        Some(account) => tx.one(of_account, &[&account], |row| row.get::<i64>(0))?,
        None => tx.one(of_workspace, &[&event.workspace], |row| row.get::<i64>(0))?,
    };
    later.map_or(Ok(()), |_| Err(tx.conflict("a later transaction wrote to the same account first")))
}

const COLUMNS: &str = "x, seq, id, workspace_id, account_id, account_version, kind, v, effective_at, recorded_at, \
                       actor_id, cause_id, subject_kind, subject_id, data";

/// Everything is visible on SQLite; on PostgreSQL only what no running transaction can still come before.
const VISIBLE: [&str; 2] = ["1 = 1", "x < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"];

fn visible(tx: &Tx<'_>) -> &'static str {
    tx.by(VISIBLE[0], VISIBLE[1])
}

/// Beyond a cursor. On SQLite x is always 0, and only with x held fast does it seek by seq: compared as a pair, it
/// would walk the whole log (measured: 200 ms instead of 0.1 with a million events).
const BEYOND: [&str; 2] = ["x = $1 AND seq > $2", "(x, seq) > ($1, $2)"];
const OLDER: [&str; 2] = ["x = $4 AND seq < $5", "(x, seq) < ($4, $5)"];

fn after_sql(visible: &str, of_workspace: bool) -> String {
    let beyond = if visible == VISIBLE[0] { BEYOND[0] } else { BEYOND[1] };
    let whose = if of_workspace { "workspace_id = $4 AND " } else { "" };
    format!("SELECT {COLUMNS} FROM event WHERE {whose}{beyond} AND {visible} ORDER BY x, seq LIMIT $3")
}

fn head_sql(visible: &str, of_workspace: bool) -> String {
    let whose = if of_workspace { "workspace_id = $1 AND " } else { "" };
    format!("SELECT x, seq FROM event WHERE {whose}{visible} ORDER BY x DESC, seq DESC LIMIT 1")
}

fn of_account_sql(visible: &str, from: bool) -> String {
    let older = match (from, visible == VISIBLE[0]) {
        (false, _) => String::new(),
        (true, true) => format!("AND {}", OLDER[0]),
        (true, false) => format!("AND {}", OLDER[1]),
    };
    format!(
        "SELECT {COLUMNS} FROM event WHERE workspace_id = $1 AND account_id = $2 {older} ORDER BY x DESC, seq DESC LIMIT $3"
    )
}

fn texts(visible: &str) -> Vec<String> {
    let both = [true, false];
    let queries =
        both.iter().flat_map(|one| [after_sql(visible, *one), head_sql(visible, *one), of_account_sql(visible, *one)]);
    queries.chain([consumer::behind_sql(visible), versions_sql()]).collect()
}
fn sqlite_texts() -> Vec<String> {
    texts(VISIBLE[0])
}
fn postgres_texts() -> Vec<String> {
    texts(VISIBLE[1])
}
statements!(Sqlite, sqlite_texts);
statements!(Postgres, postgres_texts);

/// The next events after a cursor, of one workspace or (in the System scope) of all, each account's in order.
pub fn after(tx: &mut Tx<'_>, workspace: Option<Uuid>, cursor: Cursor, limit: i64) -> Result<Vec<Event>> {
    let limit = limit.clamp(0, MAX_EVENTS);
    let sql = after_sql(visible(tx), workspace.is_some());
    match workspace {
        Some(workspace) => tx.rows(&sql, &[&cursor.x, &cursor.seq, &limit, &workspace], read),
        None => tx.rows(&sql, &[&cursor.x, &cursor.seq, &limit], read),
    }
}

/// The events of an account that are of one of these kinds, in its order; those of this transaction too.
pub fn of_account_kinds(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid, kinds: [&str; 4]) -> Result<Vec<Event>> {
    let [one, two, three, four] = kinds;
    tx.rows(
        sql!(
            "SELECT x, seq, id, workspace_id, account_id, account_version, kind, v, effective_at, recorded_at,
               actor_id, cause_id, subject_kind, subject_id, data
             FROM event WHERE workspace_id = $1 AND account_id = $2 AND kind IN ($3, $4, $5, $6)
             ORDER BY account_version"
        ),
        &[&workspace, &account, &one, &two, &three, &four],
        read,
    )
}

/// The versions of an account's events in the order of the list. Unlike [`after`] it holds nothing back for the sake of
/// transactions that are open elsewhere on the server: one account's events are committed in their order.
pub fn versions_of_account(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<i64>> {
    let versions = tx.rows(
        sql!("SELECT account_version FROM event WHERE workspace_id = $1 AND account_id = $2 ORDER BY x, seq"),
        &[&workspace, &account],
        |row| row.get::<Option<i64>>(0),
    )?;
    Ok(versions.into_iter().flatten().collect())
}

/// The cursor of the newest event that `after` would answer: whoever starts here sees all that comes later.
pub fn head(tx: &mut Tx<'_>, workspace: Option<Uuid>) -> Result<Cursor> {
    let sql = head_sql(visible(tx), workspace.is_some());
    let cursor = |row: &Row<'_>| Ok(Cursor { x: row.get(0)?, seq: row.get(1)? });
    let newest = match workspace {
        Some(workspace) => tx.one(&sql, &[&workspace], cursor),
        None => tx.one(&sql, &[], cursor),
    };
    Ok(newest?.unwrap_or(Cursor::START))
}

/// An account's events, newest first, older than `before`. Also those committed a moment ago: it is for people.
pub fn of_account(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Event>> {
    let limit = limit.clamp(0, MAX_EVENTS);
    let sql = of_account_sql(visible(tx), before.is_some());
    match before {
        Some(before) => tx.rows(&sql, &[&workspace, &account, &limit, &before.x, &before.seq], read),
        None => tx.rows(&sql, &[&workspace, &account, &limit], read),
    }
}

fn read(row: &Row<'_>) -> Result<Event> {
    Ok(Event {
        cursor: Cursor { x: row.get(0)?, seq: row.get(1)? },
        id: row.get(2)?,
        workspace: row.get(3)?,
        account: row.get(4)?,
        account_version: row.get(5)?,
        kind: row.get(6)?,
        v: row.get(7)?,
        effective_at: row.get(8)?,
        recorded_at: row.get(9)?,
        actor: row.get(10)?,
        cause: row.get(11)?,
        subject_kind: row.get(12)?,
        subject: row.get(13)?,
        data: row.get(14)?,
    })
}
