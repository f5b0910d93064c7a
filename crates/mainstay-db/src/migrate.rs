//! Schema changes: one set of files for both databases, applied in order, each once, never edited afterwards.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::transaction::Tx;
use crate::{Dialect, Scope};

/// Held while migrating, so that instances that start together do it once.
const LOCK: Uuid = Uuid::from_u128(0x6d61_696e_7374_6179_6d69_6772_6174_6521);
/// How long a migration waits for another instance, or for tables in use, on PostgreSQL.
const WAIT: &str = "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0";

/// One file of the set. Its name orders it and is remembered.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

/// What `migrate` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    pub applied: Vec<String>,
    pub already: usize,
}

const CREATE: &str = "CREATE TABLE IF NOT EXISTS migration \
    (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at TEXT NOT NULL)";

impl Db {
    /// Applies what is missing, each file in its own transaction. On PostgreSQL `grant_to` names the role that the
    /// application runs under: it gets the use of all tables and sequences, and row-level security applies to it.
    pub async fn migrate(&self, set: &[Migration], grant_to: Option<&str>) -> Result<Migrated> {
        let mut done = Migrated { applied: Vec::new(), already: 0 };
        let set = set.to_vec();
        loop {
            let files = set.clone();
            let step = self.write(Scope::System, move |tx| apply_next(tx, &files)).await?;
            match step {
                Some(name) => done.applied.push(name),
                None => break,
            }
        }
        done.already = set.len() - done.applied.len();
        if let (Dialect::Postgres, Some(role)) = (self.dialect(), grant_to) {
            let sql = grants(role)?;
            self.write(Scope::System, move |tx| {
                tx.batch(WAIT)?;
                tx.lock(&[LOCK])?; // two grants at once would get in each other's way
                tx.batch(&sql)
            })
            .await?;
        }
        Ok(done)
    }

    /// The names that are not applied yet.
    pub async fn pending(&self, set: &[Migration]) -> Result<Vec<String>> {
        let set = set.to_vec();
        self.read(Scope::System, move |tx| {
            let known = tx.by(
                "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
                "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('migration')",
            );
            let exists = tx.one(known, &[], |row| row.get::<i64>(0))? == Some(1);
            let applied = if exists { applied(tx)? } else { Vec::new() };
            Ok(missing(&set, &applied)?.iter().map(|one| one.name.to_owned()).collect())
        })
        .await
    }
}

fn applied(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>> {
    tx.rows(crate::sql!("SELECT name, checksum FROM migration ORDER BY name"), &[], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// The part of the set that follows what is applied, which must be its beginning, unchanged.
fn missing<'s>(set: &'s [Migration], applied: &[(String, String)]) -> Result<&'s [Migration]> {
    let refuse =
        |name: &str, problem: &str| Err(Error::Migration { name: name.to_owned(), problem: problem.to_owned() });
    if let Some(pair) = set.windows(2).find(|pair| pair[0].name >= pair[1].name) {
        return refuse(pair[1].name, "the set must be sorted by name, each name once");
    }
    for (at, (name, checksum)) in applied.iter().enumerate() {
        match set.get(at) {
            Some(file) if file.name == name && checksum_of(file) == *checksum => {}
            Some(file) if file.name == name => {
                return refuse(name, "the file was edited after it was applied; restore it and add a new migration");
            }
            Some(file) if set.iter().any(|other| other.name == name) => {
                return refuse(file.name, "it sorts before migrations that are already applied; give it a later name");
            }
            _ => {
                return refuse(
                    name,
                    "the database is newer than this program, which does not know it; run a newer version",
                );
            }
        }
    }
    Ok(set.get(applied.len()..).unwrap_or_default())
}

fn checksum_of(file: &Migration) -> String {
    Sha256::digest(file.sql.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}

/// Applies one file and remembers it, in one transaction.
fn apply_next(tx: &mut Tx<'_>, set: &[Migration]) -> Result<Option<String>> {
    if tx.dialect() == Dialect::Postgres {
        tx.batch(WAIT)?;
    }
    tx.lock(&[LOCK])?;
    tx.exec(CREATE, &[])?;
    let before = applied(tx)?;
    let Some(file) = missing(set, &before)?.first() else {
        return Ok(None);
    };
    let refuse = |problem: String| Error::Migration { name: file.name.to_owned(), problem };
    let sql = translate(file.sql, tx.dialect()).map_err(refuse)?;
    tx.batch(&sql).map_err(|error| refuse(error.to_string()))?;
    let now = tx.now()?.to_string();
    tx.exec(
        crate::sql!("INSERT INTO migration (name, checksum, applied_at) VALUES ($1, $2, $3)"),
        &[&file.name, &checksum_of(file), &now],
    )?;
    Ok(Some(file.name.to_owned()))
}

/// What a type word means: (word, SQLite, PostgreSQL).
const WORDS: [(&str, &str, &str); 11] = [
    ("{uuid}", "BLOB", "UUID"),
    ("{json}", "TEXT", "JSONB"),
    ("{time}", "TEXT", "TIMESTAMPTZ"),
    ("{date}", "TEXT", "DATE"),
    ("{bool}", "INTEGER", "BOOLEAN"),
    ("{bytes}", "BLOB", "BYTEA"),
    ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
    ("{xid}", "BIGINT NOT NULL DEFAULT 0", "BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint)"),
    ("{strict}", " STRICT", ""),
    ("BIGINT", "INTEGER", "BIGINT"),
    ("DOUBLE PRECISION", "REAL", "DOUBLE PRECISION"),
];

/// The text of a file for one database: its sections, its type words, and the policies of its tables.
pub fn translate(sql: &str, dialect: Dialect) -> Result<String, String> {
    let (mut on, mut open, mut out, mut policies) = (true, false, String::new(), String::new());
    for line in sql.lines() {
        match line.trim().strip_prefix("-- ").unwrap_or_default() {
            "only sqlite" => (on, open) = (dialect == Dialect::Sqlite, true),
            "only postgres" => (on, open) = (dialect == Dialect::Postgres, true),
            "end" => (on, open) = (true, false),
            directive if directive.starts_with("only ") => {
                return Err(format!("unknown section `-- {directive}`"));
            }
            directive if on && dialect == Dialect::Postgres => {
                policies.push_str(&policy(directive)?);
            }
            _ => {}
        }
        if on {
            out.push_str(line);
            out.push('\n');
        }
    }
    if open {
        return Err("a section `-- only …` has no `-- end`".to_owned());
    }
    for (word, sqlite, postgres) in WORDS {
        out = out.replace(word, if dialect == Dialect::Sqlite { sqlite } else { postgres });
    }
    Ok(out + &policies)
}

/// `-- tenant <table> [by <column>]` and `-- system <table>` become row-level security; other comments nothing.
fn policy(directive: &str) -> Result<String, String> {
    const SYSTEM: &str = "(SELECT current_setting('mainstay.system', true)) = 'on'";
    let words: Vec<&str> = directive.split_whitespace().collect();
    let (table, column) = match words.as_slice() {
        ["tenant", table] => (table, Some("workspace_id")),
        ["tenant", table, "by", column] => (table, Some(*column)),
        ["system", table] => (table, None),
        _ => return Ok(String::new()),
    };
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_name(table) || !column.is_none_or(is_name) {
        return Err(format!("`-- {directive}` does not name a table and column"));
    }
    let visible = column.map_or(SYSTEM.to_owned(), |column| {
        format!("{column} = (SELECT NULLIF(current_setting('mainstay.workspace', true), '')::uuid) OR {SYSTEM}")
    });
    Ok(format!(
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\nALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n\
         CREATE POLICY tenant ON {table} USING ({visible}) WITH CHECK ({visible});\n"
    ))
}

fn grants(role: &str) -> Result<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if role.is_empty() || !role.chars().all(fits) {
        return Err(Error::Migration { name: role.to_owned(), problem: "this is not the name of a role".to_owned() });
    }
    Ok(format!(
        "DO $grant$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO \"{role}\"', current_schema());
           EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO \"{role}\"', current_schema());
           EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO \"{role}\"', current_schema());
         END $grant$; REVOKE INSERT, UPDATE, DELETE ON migration FROM \"{role}\""
    ))
}
