//! `cargo xtask tidy`: the rules of STYLE.md and ARCHITECTURE.md that a machine can hold.

mod changelog;
mod docs;
mod html;
mod migrations;
mod module_docs;
mod rooms;
mod sizes;
mod sources;
mod sql;
mod words;

use std::path::PathBuf;
use std::time::Instant;

use crate::finding::{Finding, Weight};
use crate::tree::Tree;

/// The folder whose subfolders are the rooms.
const HOUSE: &str = "crates/mainstay/src/";

type Check = fn(&Tree) -> Vec<Finding>;

const CHECKS: &[(&str, Check)] = &[
    ("module docs", module_docs::check),
    ("sizes", sizes::check),
    ("rooms", rooms::check),
    ("SQL", sql::check),
    ("clock and randomness", sources::check),
    ("HTML", html::check),
    ("documents", docs::check),
    ("changelog", changelog::check),
    ("words", words::check),
    ("migrations", migrations::check),
];

/// True when nothing but warnings was found.
pub fn run() -> Result<bool, String> {
    let started = Instant::now();
    let tree = Tree::read(&root()?)?;
    let mut errors = 0;
    let mut warnings = 0;
    for (name, check) in CHECKS {
        for finding in check(&tree) {
            match finding.weight {
                Weight::Error => errors += 1,
                Weight::Warning => warnings += 1,
            }
            println!("{finding} [{name}]");
        }
    }
    println!(
        "tidy: {} checks over {} files, {errors} errors, {warnings} warnings, {} ms",
        CHECKS.len(),
        tree.files.len(),
        started.elapsed().as_millis(),
    );
    Ok(errors == 0)
}

fn root() -> Result<PathBuf, String> {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(PathBuf::from)
        .ok_or_else(|| "the folder above xtask/ does not exist".to_owned())
}

/// The folder of the house that a file belongs to, and the rest of its path.
fn room_of(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix(HOUSE)?.split_once('/')
}

/// Where a whole word stands in a line, not a part of a longer name.
fn find_word(line: &str, word: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    while let Some(found) = line[from..].find(word) {
        let start = from + found;
        let end = start + word.len();
        let free_before = !word.starts_with(is_part) || !line[..start].ends_with(is_part);
        let free_after = !word.ends_with(is_part) || !line[end..].starts_with(is_part);
        if free_before && free_after {
            return Some(start);
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_only_when_it_stands_alone() {
        assert_eq!(find_word("a maud::html b", "maud"), Some(2));
        assert_eq!(find_word("a maudlin b", "maud"), None);
        assert_eq!(find_word("now_at and now", "now"), Some(11));
    }

    #[test]
    fn the_room_is_the_first_folder_of_the_house() {
        assert_eq!(room_of("crates/mainstay/src/account/store/read.rs"), Some(("account", "store/read.rs")));
        assert_eq!(room_of("crates/mainstay/src/app.rs"), None);
    }
}
