//! SQL stands in a room's store, in the data layer and in migrations, nowhere else.

use super::room_of;
use crate::finding::Finding;
use crate::tree::{File, Tree};

const FIRST_WORDS: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE", "ALTER", "DROP"];

/// Folders whose Rust files are checked; tests may look into the database.
const CHECKED: &[&str] = &["crates/mainstay/src/", "crates/mainstay-rules/src/"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| applies(file)) {
        let literals = file.rust.iter().flat_map(|rust| &rust.literals);
        for literal in literals.filter(|literal| is_sql(&literal.text)) {
            let message = "SQL outside a store; move the query into the room's store.rs";
            found.push(Finding::error(&file.path, literal.line, message));
        }
    }
    found
}

fn applies(file: &File) -> bool {
    CHECKED.iter().any(|folder| file.path.starts_with(folder)) && !is_store(&file.path)
}

fn is_store(path: &str) -> bool {
    room_of(path).is_some_and(|(_, inside)| inside == "store.rs" || inside.starts_with("store/"))
}

/// A literal that begins with a word of SQL in capitals; a text for people never does.
fn is_sql(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c == '\\' || c.is_whitespace());
    FIRST_WORDS.iter().any(|word| {
        text.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_outside_a_store_is_caught() {
        let query = "fn f() {\n    run(\"\\\n     SELECT id FROM account\");\n}";
        let tree = Tree::sample(&[
            ("crates/mainstay/src/account/api.rs", query),
            ("crates/mainstay/src/account/store.rs", query),
            ("crates/mainstay/src/account/store/create.rs", query),
            ("crates/mainstay/tests/it/main.rs", query),
            ("crates/mainstay/src/app.rs", query),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|f| f.path).collect();
        assert_eq!(found, ["crates/mainstay/src/account/api.rs", "crates/mainstay/src/app.rs"]);
    }

    #[test]
    fn words_for_people_are_not_sql() {
        assert!(!is_sql("Update the account"));
        assert!(!is_sql("SELECTED"));
        assert!(is_sql("WITH latest AS (SELECT 1)"));
    }
}
