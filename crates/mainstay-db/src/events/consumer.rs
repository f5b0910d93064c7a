//! A durable reader of events: what it does and how far it has read are committed together, per workspace.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use uuid::Uuid;

use super::{Cursor, Event, after, parked, visible};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::run::panic_text;
use crate::transaction::Tx;
use crate::{Scope, sql};

/// Events handled in one transaction; their accounts are locked meanwhile.
const BATCH: i64 = 50;
/// How often an event is tried before it is parked.
const ATTEMPTS: i64 = 5;
/// A pause between looks when nothing wakes the consumer, and after a failure.
const POLL: Duration = Duration::from_secs(1);
/// The longest text of a problem that is kept.
const PROBLEM_CHARACTERS: usize = 500;

type React = dyn Fn(&mut Tx<'_>, &Event) -> Result<(), Problem> + Send + Sync;
type Problem = Box<dyn std::error::Error + Send + Sync>;
type Locks = dyn Fn(&Event) -> Vec<Uuid> + Send + Sync;

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    pub handled: usize,
    pub parked: usize,
    /// Failed, and will be tried again.
    pub failed: usize,
}

/// A named reader. Several instances of one name share the work and never do it twice.
#[derive(Clone)]
pub struct Consumer {
    name: &'static str,
    attempts: i64,
    react: Arc<React>,
    locks: Arc<Locks>,
}

/// How far one workspace got in one transaction.
#[derive(Clone, Copy, Default)]
struct Step {
    ran: Ran,
    /// Worth looking again at once.
    more: bool,
}

impl Consumer {
    /// `react` runs in a savepoint of its own, in the scope of the event's workspace, with the event's account locked.
    /// A database error that passes (`Error::is_transient`) is tried again without counting.
    pub fn new<E>(
        name: &'static str,
        react: impl Fn(&mut Tx<'_>, &Event) -> Result<(), E> + Send + Sync + 'static,
    ) -> Consumer
    where
        E: Into<Problem>,
    {
        let react = move |tx: &mut Tx<'_>, event: &Event| react(tx, event).map_err(Into::into);
        Consumer { name, attempts: ATTEMPTS, react: Arc::new(react), locks: Arc::new(|_| Vec::new()) }
    }

    /// After this many failures an event is parked.
    #[must_use]
    pub fn attempts(mut self, attempts: i64) -> Consumer {
        self.attempts = attempts.max(1);
        self
    }

    /// Further accounts that `react` appends events to: locked before the first write, so that nothing runs twice.
    #[must_use]
    pub fn locks(mut self, locks: impl Fn(&Event) -> Vec<Uuid> + Send + Sync + 'static) -> Consumer {
        self.locks = Arc::new(locks);
        self
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Reads every workspace to its end, or to its first failure. A workspace that fails does not stop the others.
    pub async fn run_once(&self, db: &Db) -> Result<Ran> {
        let mut total = Ran::default();
        let mut failure = None;
        for workspace in self.behind(db).await? {
            loop {
                let consumer = self.clone();
                let step = db.write_bulk(Scope::Workspace(workspace), move |tx| consumer.step(tx, workspace)).await;
                match step {
                    Ok(step) => {
                        total.handled += step.ran.handled;
                        total.parked += step.ran.parked;
                        total.failed += step.ran.failed;
                        if !step.more {
                            break;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(consumer = self.name, %workspace, %error, "a workspace's events must wait");
                        failure.get_or_insert(error);
                        break;
                    }
                }
            }
        }
        failure.map_or(Ok(total), Err)
    }

    /// Runs until `stop` becomes true or its sender is gone: whenever something was committed, and once a second.
    pub async fn run(&self, db: &Db, mut stop: watch::Receiver<bool>) {
        let mut woken = db.woken();
        while !*stop.borrow_and_update() {
            woken.mark_unchanged();
            let paused = match self.run_once(db).await {
                Ok(ran) => ran.failed > 0,
                Err(Error::Gone) => return,
                Err(error) => {
                    tracing::warn!(consumer = self.name, %error, "events could not be read; trying again");
                    true
                }
            };
            let wake = async {
                if paused || woken.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = wake => {}
                () = tokio::time::sleep(POLL) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// The workspaces with events that this consumer has not seen. Only a read, so that an idle one writes nothing.
    async fn behind(&self, db: &Db) -> Result<Vec<Uuid>> {
        let name = self.name;
        db.read(Scope::System, move |tx| {
            let sql = behind_sql(visible(tx));
            tx.rows(&sql, &[&name], |row| row.get(0))
        })
        .await
    }

    /// One transaction: the next events of one workspace, their effects, and the cursor.
    fn step(&self, tx: &mut Tx<'_>, workspace: Uuid) -> Result<Step> {
        if !tx.try_lock(self.key(workspace))? {
            return Ok(Step::default()); // another instance is at it
        }
        let known = self.cursor(tx, workspace)?;
        let (cursor, attempts) = known.unwrap_or((Cursor::START, 0));
        let batch = after(tx, Some(workspace), cursor, BATCH)?;
        // every account before the first write: see `Tx::lock`
        let locks: Vec<Uuid> = batch.iter().flat_map(|event| self.locks_of(event)).collect();
        tx.lock(&locks)?;
        if !self.claim(tx, workspace, known)? {
            return Ok(Step::default());
        }
        let mut place = Place { cursor, attempts, problem: None };
        let mut ran = Ran::default();
        for event in &batch {
            let Err(problem) = self.attempt(tx, event)? else {
                place = Place { cursor: event.cursor, attempts: 0, problem: None };
                ran.handled += 1;
                continue;
            };
            place.attempts += 1;
            if place.attempts < self.attempts {
                place.problem = Some(problem);
                ran.failed += 1;
                break;
            }
            tracing::error!(consumer = self.name, event = %event.id, problem, "an event was parked");
            parked::park(tx, self.name, event, place.attempts, &problem)?;
            place = Place { cursor: event.cursor, attempts: 0, problem: None };
            ran.parked += 1;
        }
        self.keep(tx, workspace, &place)?;
        let more = ran.failed == 0 && batch.len() as u64 == BATCH.unsigned_abs();
        Ok(Step { ran, more })
    }

    /// Handles one event in a savepoint. The inner result is the event's own; the outer ends the transaction.
    pub(super) fn attempt(&self, tx: &mut Tx<'_>, event: &Event) -> Result<Result<(), String>> {
        let done = tx.savepoint(|tx| {
            let reacted = catch_unwind(AssertUnwindSafe(|| (self.react)(tx, event)));
            match reacted {
                Ok(result) => result.map_err(Failed::Problem),
                Err(panic) => Err(Failed::Problem(format!("it panicked: {}", panic_text(&*panic)).into())),
            }
        });
        match done {
            Ok(()) => Ok(Ok(())),
            Err(Failed::Database(error)) => {
                if error.is_transient() {
                    Err(error)
                } else {
                    Ok(Err(shortened(&error)))
                }
            }
            Err(Failed::Problem(problem)) => match problem.downcast_ref::<Error>() {
                Some(error) if error.is_transient() => Err(error.clone()),
                _ => Ok(Err(shortened(&problem))),
            },
        }
    }

    /// What must be locked before `react` sees the event.
    pub(super) fn locks_of(&self, event: &Event) -> Vec<Uuid> {
        let mut locks = (self.locks)(event);
        locks.push(event.account.unwrap_or(event.workspace));
        locks
    }

    /// Names the consumer's place in one workspace as a lock.
    fn key(&self, workspace: Uuid) -> Uuid {
        let digest = Sha256::new().chain_update(self.name).chain_update(workspace.as_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Uuid::from_bytes(bytes)
    }

    fn cursor(&self, tx: &mut Tx<'_>, workspace: Uuid) -> Result<Option<(Cursor, i64)>> {
        let sql = sql!("SELECT x, seq, attempts FROM event_consumer WHERE name = $1 AND workspace_id = $2");
        tx.one(sql, &[&self.name, &workspace], |row| Ok((Cursor { x: row.get(0)?, seq: row.get(1)? }, row.get(2)?)))
    }

    /// Locks the cursor's row and says whether it still stands where it was read: the row is what holds, whatever
    /// became of the advisory lock.
    fn claim(&self, tx: &mut Tx<'_>, workspace: Uuid, known: Option<(Cursor, i64)>) -> Result<bool> {
        if known.is_none() {
            let sql = sql!(
                "INSERT INTO event_consumer (name, workspace_id, x, seq, attempts) VALUES ($1, $2, 0, 0, 0)
                 ON CONFLICT (name, workspace_id) DO NOTHING"
            );
            return Ok(tx.exec(sql, &[&self.name, &workspace])? == 1);
        }
        let lock = tx.by(
            sql!(Sqlite, "SELECT x, seq FROM event_consumer WHERE name = $1 AND workspace_id = $2"),
            sql!(Postgres, "SELECT x, seq FROM event_consumer WHERE name = $1 AND workspace_id = $2 FOR UPDATE"),
        );
        let now = tx.one(lock, &[&self.name, &workspace], |row| Ok(Cursor { x: row.get(0)?, seq: row.get(1)? }))?;
        Ok(now == known.map(|(cursor, _)| cursor))
    }

    fn keep(&self, tx: &mut Tx<'_>, workspace: Uuid, place: &Place) -> Result<()> {
        let sql = sql!(
            "UPDATE event_consumer SET x = $3, seq = $4, attempts = $5, problem = $6 WHERE name = $1 AND workspace_id = $2"
        );
        let Cursor { x, seq } = place.cursor;
        tx.exec(sql, &[&self.name, &workspace, &x, &seq, &place.attempts, &place.problem]).map(drop)
    }
}

/// Where a consumer stands in a workspace.
struct Place {
    cursor: Cursor,
    attempts: i64,
    problem: Option<String>,
}

/// Why an attempt failed: the database itself, or what the reaction said.
enum Failed {
    Database(Error),
    Problem(Problem),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed::Database(error)
    }
}

pub(super) fn shortened(problem: &impl ToString) -> String {
    let printable = |character: char| {
        if character.is_control() { ' ' } else { character }
    };
    problem.to_string().chars().map(printable).take(PROBLEM_CHARACTERS).collect()
}

/// Steps from workspace to workspace along the index, and keeps those with an event after the consumer's cursor.
pub(super) fn behind_sql(visible: &str) -> String {
    // As in `after`: SQLite seeks by seq only where x is held fast.
    let beyond = if visible == super::VISIBLE[0] {
        "event.x = COALESCE(c.x, 0) AND event.seq > COALESCE(c.seq, 0)"
    } else {
        "(event.x, event.seq) > (COALESCE(c.x, 0), COALESCE(c.seq, 0))"
    };
    format!(
        "WITH RECURSIVE workspace (id) AS (
             SELECT (SELECT workspace_id FROM event ORDER BY workspace_id LIMIT 1)
             UNION ALL
             SELECT (SELECT workspace_id FROM event WHERE workspace_id > workspace.id ORDER BY workspace_id LIMIT 1)
             FROM workspace WHERE workspace.id IS NOT NULL)
         SELECT workspace.id FROM workspace
         LEFT JOIN event_consumer c ON c.name = $1 AND c.workspace_id = workspace.id
         WHERE workspace.id IS NOT NULL AND EXISTS (
             SELECT 1 FROM event WHERE event.workspace_id = workspace.id
             AND {beyond} AND {})",
        visible.replacen("x <", "event.x <", 1)
    )
}
