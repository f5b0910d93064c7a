//! Every SQL text is registered where it is written, so that one test can prepare all of them on both databases.

use crate::Dialect;

pub use inventory;

/// A registered text; `only` when it is written for one database.
pub struct Statement {
    pub only: Option<Dialect>,
    pub sql: &'static str,
}

/// Registered texts that are composed from closed lists of sort and filter words.
pub struct Statements {
    pub only: Option<Dialect>,
    pub compose: fn() -> Vec<String>,
}

inventory::collect!(Statement);
inventory::collect!(Statements);

/// The SQL text itself, registered for `Db::prepare_statements`. `sql!(Sqlite, "…")` for one database only.
#[macro_export]
macro_rules! sql {
    ($text:expr) => {{
        $crate::statement::inventory::submit! { $crate::statement::Statement { only: None, sql: $text } }
        $text
    }};
    ($dialect:ident, $text:expr) => {{
        $crate::statement::inventory::submit! {
            $crate::statement::Statement { only: Some($crate::Dialect::$dialect), sql: $text }
        }
        $text
    }};
}

/// Registers `fn() -> Vec<String>`: all texts that a composed query can become.
#[macro_export]
macro_rules! statements {
    ($compose:path) => {
        $crate::statement::inventory::submit! { $crate::statement::Statements { only: None, compose: $compose } }
    };
    ($dialect:ident, $compose:path) => {
        $crate::statement::inventory::submit! {
            $crate::statement::Statements { only: Some($crate::Dialect::$dialect), compose: $compose }
        }
    };
}

/// All registered texts for one database, each once.
pub fn registered(dialect: Dialect) -> Vec<String> {
    let fits = |only: Option<Dialect>| only.is_none_or(|only| only == dialect);
    let fixed = inventory::iter::<Statement>().filter(|one| fits(one.only)).map(|one| one.sql.to_owned());
    let composed = inventory::iter::<Statements>().filter(|some| fits(some.only)).flat_map(|some| (some.compose)());
    let mut all: Vec<String> = fixed.chain(composed).collect();
    all.sort();
    all.dedup();
    all
}
