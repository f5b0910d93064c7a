//! Words that no file may hold: silenced lints, unfinished work, paths and hosts of one machine.

use super::find_word;
use crate::finding::Finding;
use crate::tree::{File, Tree};

/// This file names the words, so it cannot be checked for them.
const OWN: &str = "xtask/src/tidy/words.rs";

const UNFINISHED: &[&str] = &["TODO", "FIXME", "todo!", "unimplemented!"];
const SILENCED: &[&str] = &["#[allow(", "#![allow("];
const MACHINE: &[&str] = &["/work/", "/home/", "/root/", "/Users/"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != OWN) {
        silenced(file, &mut found);
        unfinished(file, &mut found);
        machine(file, &mut found);
    }
    found
}

fn silenced(file: &File, found: &mut Vec<Finding>) {
    for (number, line) in file.code_lines() {
        if SILENCED.iter().any(|word| line.contains(word)) {
            let message = "a silenced lint; use `#[expect(lint, reason = \"…\")]` or mend the cause";
            found.push(Finding::error(&file.path, number, message));
        }
    }
}

fn unfinished(file: &File, found: &mut Vec<Finding>) {
    let code = file.is(&["rs", "sql", "js", "mjs", "ts", "css", "sh", "toml"]);
    if !code && !file.path.starts_with("bin/") {
        return;
    }
    for (number, line) in file.lines() {
        if let Some(word) = UNFINISHED.iter().find(|word| find_word(line, word).is_some()) {
            let message = format!("`{word}`: finish it, or open an issue and take the note out");
            found.push(Finding::error(&file.path, number, message));
        }
    }
}

fn machine(file: &File, found: &mut Vec<Finding>) {
    if file.name() == "package-lock.json" && file.text.contains("\"resolved\"") {
        let message = "names a registry host; see `omit-lockfile-registry-resolved` in .npmrc";
        found.push(Finding::error(&file.path, 0, message));
    }
    for (number, line) in file.lines() {
        if let Some(word) = MACHINE.iter().find(|word| is_machine_path(line, word)) {
            let message = format!("a path of one machine (`{word}…`); make it relative or a parameter");
            found.push(Finding::error(&file.path, number, message));
        }
    }
}

/// The folder at the start of an absolute path, not in the middle of a longer one.
fn is_machine_path(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let inside = |c: char| c.is_alphanumeric() || "_-.}>*".contains(c);
        !line[..at].ends_with(inside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Tree::sample(&[(path, text)])).len()
    }

    #[test]
    fn silenced_lints_and_unfinished_work_are_caught() {
        assert_eq!(found("a.rs", "#[allow(dead_code)]\nfn f() {}"), 1);
        assert_eq!(found("a.rs", "#![allow(clippy::all)]"), 1);
        assert_eq!(found("a.rs", "fn f() { todo!() }"), 1);
        assert_eq!(found("a.sql", "-- FIXME later"), 1);
        assert_eq!(found("a.rs", "// say \"#[allow(x)]\" in words\nlet todo = 1;"), 0);
    }

    #[test]
    fn machine_paths_and_registry_hosts_are_caught() {
        assert_eq!(found("a.md", "see /work/x/y"), 1);
        assert_eq!(found("a.sh", "cd \"/home/me\""), 1);
        assert_eq!(found("a.md", "docs/work/x is a relative path"), 0);
        assert_eq!(found("t/package-lock.json", "{\"resolved\": \"x\"}"), 1);
    }
}
