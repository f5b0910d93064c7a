//! The closed list of what can go wrong in a database, the same words for both.

use postgres::error::SqlState;
use rusqlite::ffi;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong. Texts never hold parameters or row values, so they may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A unique rule was broken; `constraint` is table and columns (SQLite) or table and name of the index (PostgreSQL).
    #[error("a row with the same key exists already ({constraint})")]
    Unique { constraint: String },
    #[error("a row that this one points to, or that points to this one, forbids it ({constraint})")]
    ForeignKey { constraint: String },
    #[error("a value is outside what its column accepts ({constraint})")]
    Check { constraint: String },
    #[error("a required value is missing ({column})")]
    NotNull { column: String },
    #[error("a value is too long: {0}")]
    TooLong(String),
    #[error("no space is left for the database, nothing was stored; free disk space and try again: {0}")]
    Full(String),
    #[error("the database stayed locked by other work, try again: {0}")]
    Busy(String),
    #[error("the statement took longer than its deadline and was stopped: {0}")]
    Deadline(String),
    #[error("other transactions kept getting in the way after several tries, try again: {0}")]
    Serialization(String),
    #[error("a transaction was opened inside the closure of another one; pass the outer `tx` on instead")]
    Nested,
    #[error("the database of this process is closed")]
    Gone,
    #[error("the database server cannot be reached, check its address and that it runs: {0}")]
    Unavailable(String),
    #[error("migration {name}: {problem}")]
    Migration { name: String, problem: String },
    #[error("{0}")]
    Unsupported(String),
    #[error("column {column} of the result cannot be read: {problem}")]
    Row { column: usize, problem: String },
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// True when a unique rule was broken whose table and columns hold every word of `needle` ("account.name").
    /// SQLite names the columns and PostgreSQL the index: so name unique indexes after their table and columns.
    pub fn is_unique(&self, needle: &str) -> bool {
        let Error::Unique { constraint } = self else {
            return false;
        };
        needle.split(['.', ',', ' ']).all(|word| constraint.contains(word))
    }

    /// True when the same work may succeed later without a change.
    pub fn is_transient(&self) -> bool {
        use Error::{Busy, Full, Gone, Serialization, Unavailable};
        matches!(self, Busy(_) | Full(_) | Gone | Serialization(_) | Unavailable(_))
    }

    pub(crate) fn other(what: impl Into<String>) -> Error {
        Error::Other(what.into())
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        let rusqlite::Error::SqliteFailure(code, message) = &error else {
            return Error::other(format!("SQLite: {error}"));
        };
        let text = message.clone().unwrap_or_else(|| code.to_string());
        // "UNIQUE constraint failed: account.workspace_id, account.name" -> what follows the colon
        let subject = || text.split_once(": ").map_or(text.clone(), |(_, names)| names.to_owned());
        match code.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
                return Error::Unique { constraint: subject() };
            }
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Error::ForeignKey { constraint: text },
            ffi::SQLITE_CONSTRAINT_NOTNULL => return Error::NotNull { column: subject() },
            ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_DATATYPE => {
                return Error::Check { constraint: subject() };
            }
            _ => {}
        }
        if code.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
            return Error::Full(text); // the index of the write-ahead file could not grow
        }
        match code.extended_code & 0xff {
            ffi::SQLITE_FULL => Error::Full(text),
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Error::Busy(text),
            ffi::SQLITE_INTERRUPT => Error::Deadline(text),
            ffi::SQLITE_TOOBIG => Error::TooLong(text),
            ffi::SQLITE_READONLY => Error::other("a read may not change anything; use `write`"),
            ffi::SQLITE_CANTOPEN => Error::Unavailable(text),
            _ => Error::other(format!("SQLite: {text}")),
        }
    }
}

/// The driver keeps its kinds of failure to itself, but not their words.
const LOST: [&str; 4] = ["connecting to", "communicating with", "TLS handshake", "timeout waiting"];

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Error {
        let Some(said) = error.as_db_error() else {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            let text = format!("{error}{cause}");
            return if error.is_closed() || LOST.iter().any(|words| text.contains(words)) {
                Error::Unavailable(text)
            } else {
                Error::other(format!("PostgreSQL: {text}"))
            };
        };
        let text = said.message().to_owned();
        let constraint = || {
            let name = said.constraint().unwrap_or("unnamed");
            format!("{}: {name}", said.table().unwrap_or("unknown table"))
        };
        match said.code() {
            &SqlState::UNIQUE_VIOLATION | &SqlState::EXCLUSION_VIOLATION => Error::Unique { constraint: constraint() },
            &SqlState::FOREIGN_KEY_VIOLATION => Error::ForeignKey { constraint: constraint() },
            &SqlState::CHECK_VIOLATION => Error::Check { constraint: constraint() },
            &SqlState::NUMERIC_VALUE_OUT_OF_RANGE | &SqlState::UNTRANSLATABLE_CHARACTER => {
                Error::Check { constraint: text }
            }
            &SqlState::NOT_NULL_VIOLATION => {
                Error::NotNull { column: format!("{}.{}", said.table().unwrap_or("?"), said.column().unwrap_or("?")) }
            }
            &SqlState::STRING_DATA_RIGHT_TRUNCATION | &SqlState::PROGRAM_LIMIT_EXCEEDED => Error::TooLong(text),
            &SqlState::DISK_FULL => Error::Full(text),
            &SqlState::LOCK_NOT_AVAILABLE | &SqlState::OBJECT_IN_USE => Error::Busy(text),
            &SqlState::QUERY_CANCELED => Error::Deadline(text),
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => Error::Serialization(text),
            &SqlState::READ_ONLY_SQL_TRANSACTION => Error::other("a read may not change anything; use `write`"),
            code if is_unavailable(code) => Error::Unavailable(text),
            code => Error::other(format!("PostgreSQL {}: {text}", code.code())),
        }
    }
}

/// The server went away, refuses connections, or does not know us: nothing the statement could help.
fn is_unavailable(code: &SqlState) -> bool {
    const CLASSES: [&str; 2] = ["08", "28"];
    const CODES: [&str; 6] = ["57P01", "57P02", "57P03", "53300", "25P03", "3D000"];
    CLASSES.iter().any(|class| code.code().starts_with(class)) || CODES.contains(&code.code())
}
