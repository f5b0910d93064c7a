//! Time, identifiers and randomness come from one injected source.

use super::find_word;
use crate::finding::Finding;
use crate::tree::Tree;

/// The one source, which everything else is given.
const SOURCE: &str = "crates/mainstay/src/corridor/source.rs";

/// Other files that may ask the machine, each with its reason.
const EXEMPT: &[(&str, &str)] = &[(
    "crates/mainstay-db/src/transaction.rs",
    "the database's clock decides leases, and on SQLite that is this process's clock",
)];

/// `Instant::now` is not listed: a duration that is measured and logged decides nothing.
const NAMES: &[&str] = &[
    "Timestamp::now",
    "Zoned::now",
    "SystemTime::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "getrandom::",
    "OsRng",
    "thread_rng",
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        let production = file.path.starts_with("crates/") && file.path.contains("/src/");
        let exempt = EXEMPT.iter().any(|(path, _)| *path == file.path);
        if !production || exempt || file.path == SOURCE {
            continue;
        }
        for (number, line) in file.code_lines() {
            for name in NAMES.iter().filter(|name| find_word(line, name).is_some()) {
                let message = format!("`{name}` outside {SOURCE}; take the value as an argument");
                found.push(Finding::error(&file.path, number, message));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_the_machine_outside_the_source_is_caught() {
        let bad = "// Timestamp::now in words is fine\nlet at = jiff::Timestamp::now();\n";
        let tree = Tree::sample(&[
            ("crates/mainstay/src/account/store.rs", bad),
            (SOURCE, bad),
            ("crates/mainstay/tests/it/main.rs", bad),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "crates/mainstay/src/account/store.rs");
        assert_eq!(found[0].line, 2);
    }
}
