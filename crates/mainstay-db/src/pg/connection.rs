//! One connection with its prepared statements.

use std::collections::HashMap;

use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, Statement};

use crate::error::{Error, Result};
use crate::transaction::Retry;
use crate::value::Value;

pub(crate) struct Connection {
    pub client: Client,
    /// BEGIN was answered, COMMIT or ROLLBACK not yet.
    pub in_transaction: bool,
    statements: HashMap<String, Prepared>,
    capacity: usize,
    /// The server says that a prepared statement no longer fits its table.
    stale_plan: bool,
}

/// A statement and the plan that the server keeps with it.
struct Prepared {
    statement: Statement,
    uses: u64,
    anew_at: u64,
}

/// A plan fits the tables as large as they were when it was made: of an empty one it reads the whole, and would go on
/// to do so while an import fills it. So a statement is prepared anew after so many uses, and then each time that it
/// has been used twice as often.
const FIRST_USES: u64 = 16;

impl Connection {
    pub fn new(client: Client, capacity: usize) -> Connection {
        Connection { client, in_transaction: false, statements: HashMap::new(), capacity, stale_plan: false }
    }

    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub fn forget_statements(&mut self) {
        self.statements.clear();
        self.stale_plan = false;
    }

    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).map_err(Error::from)
    }

    pub fn exec(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let statement = self.prepared(sql)?;
        let parameters: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let done = self.client.execute(&statement, &parameters);
        self.checked(done)
    }

    pub fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<postgres::Row>> {
        let statement = self.prepared(sql)?;
        let parameters: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let rows = self.client.query(&statement, &parameters);
        self.checked(rows)
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement> {
        if let Some(kept) = self.statements.get_mut(sql) {
            kept.uses += 1;
            if kept.uses < kept.anew_at {
                return Ok(kept.statement.clone());
            }
        }
        let statement = self.client.prepare(sql)?;
        let uses = self.statements.remove(sql).map_or(0, |kept| kept.uses);
        if self.statements.len() >= self.capacity {
            self.statements.clear(); // rare, and simpler than an order of use
        }
        let kept = Prepared { statement: statement.clone(), uses, anew_at: (uses * 2).max(FIRST_USES) };
        self.statements.insert(sql.to_owned(), kept);
        Ok(statement)
    }

    fn checked<T>(&mut self, done: Result<T, postgres::Error>) -> Result<T> {
        done.map_err(|error| {
            let said = error.as_db_error();
            self.stale_plan |= said.is_some_and(|said| {
                said.code() == &SqlState::FEATURE_NOT_SUPPORTED && said.message().contains("cached plan")
            });
            Error::from(error)
        })
    }

    /// Whether the transaction, of which nothing was committed, can be run again after this failure.
    pub fn why_retry(&self, error: &Error) -> Option<Retry> {
        match error {
            Error::Serialization(_) => Some(Retry::Serialization),
            Error::Unavailable(_) => Some(Retry::Reconnect),
            _ if self.stale_plan => Some(Retry::StalePlan),
            _ => None,
        }
    }
}
