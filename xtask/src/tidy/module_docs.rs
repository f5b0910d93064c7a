//! Every Rust file starts with one line that says what it is for.

use crate::finding::Finding;
use crate::tree::{File, Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter_map(of_file).collect()
}

fn of_file(file: &File) -> Option<Finding> {
    file.rust.as_ref()?;
    let first = file.text.lines().next().unwrap_or("");
    let words = first.strip_prefix("//! ").unwrap_or("").trim();
    words.is_empty().then(|| {
        let advice = "starts without a one-line `//!`; say in one sentence what the file is for";
        Finding::error(&file.path, 1, advice)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_its_sentence_is_caught() {
        let tree = Tree::sample(&[
            ("a.rs", "//! Good.\n"),
            ("b.rs", "use std::fmt;\n"),
            ("c.rs", "//! \n"),
            ("d.md", "# Not Rust\n"),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|f| f.path).collect();
        assert_eq!(found, ["b.rs", "c.rs"]);
    }
}
