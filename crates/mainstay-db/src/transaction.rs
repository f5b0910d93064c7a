//! `Tx`: the one handle that domain functions get, and `Row`, what it reads. The only place that talks to both drivers.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::pg::Connection as PgConnection;
use crate::sqlite::statement as sqlite;
use crate::value::{Col, Param, Value};
use crate::{Dialect, Scope};

/// Rows that one query may answer; larger sets are paged by key.
pub const MAX_ROWS: usize = 200_000;
/// Accounts that one transaction may lock.
pub const MAX_LOCKS: usize = 2_500;
/// Sizes of the statements that `insert_many` splits its rows into on PostgreSQL: few, so that they stay prepared. As
/// many as are asked for at once are written at once.
const CHUNKS: [usize; 5] = [256, IDS_AT_ONCE, 16, 4, 1];
const MAX_PARAMETERS: usize = 65_535;
/// Ids that one statement of [`Tx::rows_of`] asks for.
pub const IDS_AT_ONCE: usize = 50;

/// Why PostgreSQL wants the whole transaction run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Serialization,
    StalePlan,
    Reconnect,
}

/// What happened so far in the transaction.
#[derive(Default)]
pub(crate) struct State {
    pub failure: Option<Error>,
    pub retry: Option<Retry>,
    /// A statement ran that writes or locks rows.
    pub wrote: bool,
    /// In the order in which they were taken, so that a savepoint can give its share back.
    locked: Vec<Uuid>,
    /// The same, to ask for one: an import holds thousands.
    held: HashSet<Uuid>,
    /// Of those, the ones taken after the first write.
    late: Vec<Uuid>,
}

pub(crate) enum Link<'a> {
    Sqlite(&'a Connection),
    Postgres(&'a mut PgConnection),
}

/// One transaction. It ends with the closure that received it: `Ok` commits, `Err` rolls back.
pub struct Tx<'a> {
    link: Link<'a>,
    scope: Scope,
    pub(crate) state: State,
}

/// One row of an answer.
pub enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    pub fn get<T: Col>(&self, column: usize) -> Result<T> {
        match self {
            Row::Sqlite(row) => match row.get_ref(column) {
                Ok(value) => T::from_sqlite(value),
                Err(error) => Err(error.to_string()),
            },
            Row::Postgres(row) => T::from_postgres(row, column),
        }
        .map_err(|problem| Error::Row { column, problem })
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(link: Link<'a>, scope: Scope) -> Tx<'a> {
        Tx { link, scope, state: State::default() }
    }

    pub fn scope(&self) -> Scope {
        self.scope
    }

    pub fn dialect(&self) -> Dialect {
        match self.link {
            Link::Sqlite(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The only fork on the database: picks the text for this one.
    pub fn by<'s>(&self, lite: &'s str, pg: &'s str) -> &'s str {
        match self.dialect() {
            Dialect::Sqlite => lite,
            Dialect::Postgres => pg,
        }
    }

    /// Runs one statement; answers how many rows it touched.
    pub fn exec(&mut self, sql: &str, parameters: &[&dyn Param]) -> Result<u64> {
        self.statement(sql, parameters, |link, sql, values| match link {
            Link::Sqlite(connection) => sqlite::exec(connection, sql, values),
            Link::Postgres(connection) => connection.exec(sql, values),
        })
    }

    /// Runs one query and reads every row.
    pub fn rows<T>(
        &mut self,
        sql: &str,
        parameters: &[&dyn Param],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.statement(sql, parameters, |link, sql, values| match link {
            Link::Sqlite(connection) => sqlite::rows(connection, sql, values, &read),
            Link::Postgres(connection) => {
                let rows = connection.query(sql, values)?;
                within_limit(rows.len())?;
                rows.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        })
    }

    /// Runs one query about many things, so many at a time: `sql` ends its parameters with the [`id_places`].
    ///
    /// One place, or always as many: so each query is two prepared statements whatever is asked; those left are nil, or
    /// empty where the things are known by a text.
    pub fn rows_of<T, I: Param + Clone + Default>(
        &mut self,
        sql: &str,
        parameters: &[&dyn Param],
        ids: &[I],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(IDS_AT_ONCE) {
            if let [one] = some {
                let with_id: Vec<&dyn Param> = parameters.iter().copied().chain([one as &dyn Param]).collect();
                let first = parameters.len() + 1;
                let of_one = sql.replacen(&id_places(first), &format!("${first}"), 1);
                found.extend(self.rows(&of_one, &with_id, &read)?);
                continue;
            }
            let padded: Vec<I> =
                some.iter().cloned().chain(std::iter::repeat(I::default())).take(IDS_AT_ONCE).collect();
            let with_ids: Vec<&dyn Param> =
                parameters.iter().copied().chain(padded.iter().map(|id| id as &dyn Param)).collect();
            found.extend(self.rows(sql, &with_ids, &read)?);
        }
        Ok(found)
    }

    /// The rows of [`Tx::rows_of`] by the id that each is read with.
    pub fn rows_each<T>(
        &mut self,
        sql: &str,
        parameters: &[&dyn Param],
        ids: &[Uuid],
        read: impl Fn(&Row<'_>) -> Result<(Uuid, T)>,
    ) -> Result<HashMap<Uuid, Vec<T>>> {
        let mut each: HashMap<Uuid, Vec<T>> = HashMap::with_capacity(ids.len());
        for (id, one) in self.rows_of(sql, parameters, ids, read)? {
            each.entry(id).or_default().push(one);
        }
        Ok(each)
    }

    /// Runs one query that answers one row or none; more than one is an error.
    pub fn one<T>(
        &mut self,
        sql: &str,
        parameters: &[&dyn Param],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut rows = self.rows(sql, parameters, read)?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            many => Err(Error::other(format!("expected at most one row and found {many}: {}", start(sql)))),
        }
    }

    /// Many rows in few statements: `head` is "INSERT INTO t (a, b)", `tail` an ON CONFLICT clause or "".
    pub fn insert_many(&mut self, head: &str, tail: &str, rows: &[Vec<&dyn Param>]) -> Result<()> {
        self.in_chunks(head, rows, |tx, places, values| {
            tx.exec(&format!("{head} VALUES {places} {tail}"), values).map(drop)
        })
    }

    /// Writes those of many rows whose `key`, a column of ids, is not there yet; answers the keys of those it wrote.
    pub fn insert_missing(&mut self, head: &str, key: &str, rows: &[Vec<&dyn Param>]) -> Result<Vec<Uuid>> {
        let mut written = Vec::with_capacity(rows.len());
        self.in_chunks(head, rows, |tx, places, values| {
            let sql = format!("{head} VALUES {places} ON CONFLICT ({key}) DO NOTHING RETURNING {key}");
            written.extend(tx.rows(&sql, values, |row| row.get::<Uuid>(0))?);
            Ok(())
        })?;
        Ok(written)
    }

    /// Splits rows into as few sizes of statements as there are, and hands each its places and values.
    fn in_chunks(
        &mut self,
        head: &str,
        rows: &[Vec<&dyn Param>],
        mut write: impl FnMut(&mut Self, &str, &[&dyn Param]) -> Result<()>,
    ) -> Result<()> {
        let Some(width) = rows.first().map(Vec::len) else {
            return Ok(());
        };
        if width == 0 || rows.iter().any(|row| row.len() != width) {
            return Err(Error::other(format!("every row needs the same number of values: {head}")));
        }
        let mut rest = rows;
        while !rest.is_empty() {
            let fits = |size: &usize| match self.dialect() {
                Dialect::Sqlite => *size == 1, // in-process, one prepared row stepped n times is the fastest
                Dialect::Postgres => *size <= rest.len() && size * width <= MAX_PARAMETERS,
            };
            let size = CHUNKS.into_iter().find(fits).unwrap_or(1);
            let (chunk, later) = rest.split_at(size);
            write(self, &placeholders(size, width), &chunk.concat())?;
            rest = later;
        }
        Ok(())
    }

    /// Takes the locks of these accounts (or of the workspace) until the transaction ends, in one order for everybody.
    ///
    /// Best before the first write: a transaction id given before the lock can make a later event of the account sort
    /// before an earlier one. `events::append` notices that and has the transaction run again.
    pub fn lock(&mut self, ids: &[Uuid]) -> Result<()> {
        let mut wanted: Vec<Uuid> = ids.iter().copied().filter(|id| !self.holds(*id)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(());
        }
        self.may_lock(wanted.len())?;
        let calls: Vec<String> =
            wanted.iter().map(|id| format!("SELECT pg_advisory_xact_lock({});", lock_key(*id))).collect();
        if let Link::Postgres(connection) = &mut self.link {
            let locked = connection.batch(&calls.concat());
            self.note(locked)?;
        }
        self.took(&wanted);
        Ok(())
    }

    /// Takes the lock if nobody holds it; says whether it did.
    pub fn try_lock(&mut self, id: Uuid) -> Result<bool> {
        if self.holds(id) {
            return Ok(true);
        }
        self.may_lock(1)?;
        let taken = match self.dialect() {
            Dialect::Sqlite => true,
            Dialect::Postgres => {
                let sql = crate::sql!(Postgres, "SELECT pg_try_advisory_xact_lock($1)");
                self.one(sql, &[&lock_key(id)], |row| row.get(0))?.unwrap_or(false)
            }
        };
        if taken {
            self.took(&[id]);
        }
        Ok(taken)
    }

    /// The database's clock, which decides about leases and due jobs when there are several instances.
    #[expect(clippy::disallowed_methods, reason = "on SQLite the database's clock is this process's")]
    pub fn now(&mut self) -> Result<Timestamp> {
        match self.dialect() {
            Dialect::Sqlite => Ok(Timestamp::now()),
            Dialect::Postgres => {
                let now = self.one(crate::sql!(Postgres, "SELECT clock_timestamp()"), &[], |row| row.get(0))?;
                now.ok_or_else(|| Error::other("the database does not know the time"))
            }
        }
    }

    /// Whether this transaction has taken the lock.
    pub fn holds(&self, id: Uuid) -> bool {
        self.state.held.contains(&id)
    }

    fn took(&mut self, ids: &[Uuid]) {
        self.state.locked.extend(ids);
        self.state.held.extend(ids);
        if self.state.wrote {
            self.state.late.extend(ids);
        }
    }

    /// Whether the lock was taken after the transaction had begun to write.
    pub(crate) fn holds_late(&self, id: Uuid) -> bool {
        self.state.late.contains(&id)
    }

    /// An answer that this transaction cannot give: it must run again from its start.
    pub(crate) fn conflict(&mut self, what: &str) -> Error {
        let error = Error::Serialization(what.to_owned());
        let _ = self.note(Err::<(), _>(error.clone()));
        error
    }

    fn may_lock(&self, more: usize) -> Result<()> {
        if self.state.locked.len() + more > MAX_LOCKS {
            return Err(Error::other(format!("a transaction may lock {MAX_LOCKS} things at most; split the work")));
        }
        Ok(())
    }

    /// Runs a part of the work so that its failure undoes only that part.
    pub fn savepoint<T, E: From<Error>>(&mut self, part: impl FnOnce(&mut Tx<'a>) -> Result<T, E>) -> Result<T, E> {
        self.batch("SAVEPOINT part")?;
        let held = self.state.locked.len();
        let result = part(self);
        if result.is_ok() && self.state.failure.is_none() {
            self.batch("RELEASE SAVEPOINT part")?;
            return result;
        }
        let swallowed = self.state.failure.take();
        // The server gives back what was locked since the savepoint.
        for id in self.state.locked.drain(held..) {
            self.state.held.remove(&id);
        }
        self.batch("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")?;
        match (result, swallowed) {
            (Ok(_), Some(failure)) => Err(E::from(failure)),
            (result, _) => result,
        }
    }

    /// Text of this layer's own, without parameters and possibly several statements.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        let done = match &mut self.link {
            Link::Sqlite(connection) => connection.execute_batch(sql).map_err(Error::from),
            Link::Postgres(connection) => connection.batch(sql),
        };
        self.note(done)
    }

    fn statement<T>(
        &mut self,
        sql: &str,
        parameters: &[&dyn Param],
        run: impl FnOnce(&mut Link<'a>, &str, &[Value<'_>]) -> Result<T>,
    ) -> Result<T> {
        if let Some(failure) = &self.state.failure {
            return Err(Error::other(format!("an earlier statement of this transaction failed: {failure}")));
        }
        let word = first_word(sql);
        if matches!(word.as_str(), "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "SAVEPOINT" | "RELEASE") {
            return Err(Error::other(format!(
                "{word} is the layer's own: return from the closure, or use tx.savepoint"
            )));
        }
        self.state.wrote |= writes(&word, sql);
        let values = parameters.iter().map(|one| one.value().checked()).collect::<Result<Vec<_>>>();
        let done = values.and_then(|values| run(&mut self.link, sql, &values));
        self.note(done)
    }

    /// Remembers a failure: PostgreSQL refuses all that follows one, so both do, and nothing half done is committed.
    fn note<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(error) = &done {
            if let Link::Postgres(connection) = &mut self.link {
                self.state.retry = self.state.retry.or(connection.why_retry(error));
            }
            self.state.failure.get_or_insert_with(|| error.clone());
        }
        done
    }
}

fn first_word(sql: &str) -> String {
    sql.trim_start().chars().take_while(char::is_ascii_alphabetic).take(10).collect::<String>().to_ascii_uppercase()
}

/// Whether a statement changes or locks rows. Errs towards yes.
fn writes(word: &str, sql: &str) -> bool {
    let holds = |words: &[&str]| words.iter().any(|word| contains(sql, word));
    match word {
        "SELECT" | "VALUES" => holds(&["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE"]),
        "WITH" => holds(&["INSERT ", "UPDATE ", "DELETE ", "FOR SHARE"]),
        _ => true,
    }
}

/// Case aside, and without a copy of the text: it is asked of every statement.
fn contains(sql: &str, word: &str) -> bool {
    sql.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// The start of a text for an error message.
fn start(sql: &str) -> String {
    sql.split_whitespace().take(12).collect::<Vec<_>>().join(" ")
}

/// Advisory locks are named by 64 bits; two ids on one key only wait for each other without need.
#[expect(clippy::cast_possible_wrap, clippy::cast_possible_truncation, reason = "any 64 bits will do as a key")]
fn lock_key(id: Uuid) -> i64 {
    let bits = id.as_u128();
    ((bits >> 64) as u64 ^ bits as u64) as i64
}

/// `$5, $6, …`: the places of the ids of [`Tx::rows_of`], for an `IN`.
pub fn id_places(first: usize) -> String {
    let names: Vec<String> = (first..first + IDS_AT_ONCE).map(|place| format!("${place}")).collect();
    names.join(", ")
}

/// `column = place` as a condition by which nothing is sought, beside an `IN` of ids. No database knows how many rows a
/// workspace has before it has counted them, and would take its index for a better one than the key of the account.
pub fn only(column: &str, place: &str) -> String {
    format!("CASE WHEN {column} = {place} THEN TRUE ELSE FALSE END")
}

fn placeholders(rows: usize, width: usize) -> String {
    let row = |row: usize| {
        let names: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
        format!("({})", names.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

pub(crate) fn within_limit(rows: usize) -> Result<()> {
    if rows > MAX_ROWS {
        Err(Error::other(format!("a query answered more than {MAX_ROWS} rows; page it by key")))
    } else {
        Ok(())
    }
}
