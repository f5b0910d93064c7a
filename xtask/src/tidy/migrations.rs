//! Migrations are numbered without gaps, and every table says whose rows it holds.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::tree::{File, Tree};

const FOLDER: &str = "crates/mainstay/migrations/";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut files: Vec<&File> =
        tree.files.iter().filter(|file| file.path.starts_with(FOLDER) && file.is(&["sql"])).collect();
    files.sort_by_key(|file| &file.path);
    let mut found = Vec::new();
    for (index, file) in files.iter().enumerate() {
        found.extend(numbering(file, index + 1));
    }
    found.extend(unowned_tables(&files));
    found
}

fn numbering(file: &File, expected: usize) -> Option<Finding> {
    let start = format!("{expected:04}_");
    let words = file.name().strip_prefix(&start).and_then(|rest| rest.strip_suffix(".sql"));
    let plain = |words: &str| {
        !words.is_empty() && words.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    (!words.is_some_and(plain)).then(|| {
        let message = format!("should be named {start}<room>_<change>.sql; numbers have no gap");
        Finding::error(&file.path, 0, message)
    })
}

/// Row-level security is switched on by `-- tenant <table>` or `-- system <table>`.
fn unowned_tables(files: &[&File]) -> Vec<Finding> {
    let lines = || files.iter().flat_map(|file| file.lines().map(move |(n, l)| (file, n, l.trim())));
    let owned: BTreeSet<&str> = lines()
        .filter_map(|(_, _, line)| {
            let rest = line.strip_prefix("-- tenant ").or(line.strip_prefix("-- system "))?;
            rest.split_whitespace().next()
        })
        .collect();
    lines()
        .filter_map(|(file, number, line)| {
            let table = created_table(line)?;
            (!owned.contains(table)).then(|| {
                let message = format!(
                    "table `{table}` has neither `-- tenant {table}` nor `-- system {table}`, \
                     so PostgreSQL would show its rows to every workspace"
                );
                Finding::error(&file.path, number, message)
            })
        })
        .collect()
}

fn created_table(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("CREATE TABLE ")?;
    let rest = rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest);
    rest.split(|c: char| c.is_whitespace() || c == '(').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::sample(files)).into_iter().map(|f| f.path).collect()
    }

    #[test]
    fn gaps_doubles_and_odd_names_are_caught() {
        let first = "crates/mainstay/migrations/0001_spine.sql";
        assert_eq!(paths(&[(first, "")]), Vec::<String>::new());
        let gap = "crates/mainstay/migrations/0003_account_tables.sql";
        assert_eq!(paths(&[(first, ""), (gap, "")]), [gap]);
        let double = "crates/mainstay/migrations/0001_tables.sql";
        assert_eq!(paths(&[(first, ""), (double, "")]), [double]);
        let odd = "crates/mainstay/migrations/0002-Account.sql";
        assert_eq!(paths(&[(first, ""), (odd, "")]), [odd]);
    }

    #[test]
    fn a_table_that_says_not_whose_it_is_is_caught() {
        let path = "crates/mainstay/migrations/0001_spine.sql";
        let bad = "CREATE TABLE event (\n  id {uuid}\n) {strict};\n";
        assert_eq!(paths(&[(path, bad)]), [path]);
        let good = format!("{bad}-- tenant event\n");
        assert_eq!(paths(&[(path, &good)]), Vec::<String>::new());
    }
}
