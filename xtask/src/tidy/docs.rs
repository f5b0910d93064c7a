//! Paths that documents name exist.

use crate::finding::Finding;
use crate::tree::{File, Tree};

/// Documents write paths as readers say them: from one of these folders.
const STARTS: &[&str] = &["", "crates/mainstay/", "crates/mainstay/src/", "crates/"];

/// Paths that exist only after a build or a test run.
const MADE: &[&str] = &["target/", "tests/browser/node_modules", "tests/browser/out"];

const EXTENSIONS: &[&str] = &["rs", "md", "toml", "sql", "js", "mjs", "css", "json", "yaml", "sh"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    // The changelog speaks of files that have gone since.
    let documents = tree.files.iter().filter(|file| file.is(&["md"]) && file.path != "CHANGELOG.md");
    documents.flat_map(|file| of_document(tree, file)).collect()
}

fn of_document(tree: &Tree, file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        // STYLE.md shows what is refused; such files should not exist.
        if fenced || line.starts_with("Bad:") {
            continue;
        }
        let dead_links = links(line).filter(|link| !link_exists(tree, file, link));
        let dead_paths = spans(line).filter(|span| is_path(span) && !path_exists(tree, file, span));
        for dead in dead_links.chain(dead_paths) {
            let message = format!("`{dead}` does not exist; mend the path or take it out");
            found.push(Finding::error(&file.path, number, message));
        }
    }
    found
}

/// The targets of `[words](target)`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](").filter_map(|(at, mark)| {
        let rest = &line[at + mark.len()..];
        rest.split_once(')').map(|(target, _)| target)
    })
}

/// What stands between backticks.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_path(span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if span.is_empty() || !span.chars().all(plain) || span.starts_with(['/', '-']) {
        return false;
    }
    let extension = span.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known_extension = EXTENSIONS.contains(&extension);
    let known_start =
        ["crates/", "docs/", "xtask/", "bin/", "tests/", ".ci/"].iter().any(|start| span.starts_with(start));
    known_extension && !span.starts_with('.') || known_start
}

fn link_exists(tree: &Tree, file: &File, link: &str) -> bool {
    let outside = link.contains("://") || link.starts_with('#') || link.starts_with("mailto:");
    let target = link.split('#').next().unwrap_or(link);
    outside || tree.paths.contains(&beside(file, target))
}

fn path_exists(tree: &Tree, file: &File, span: &str) -> bool {
    let span = span.trim_end_matches('/');
    let made = MADE.iter().any(|path| span.starts_with(path.trim_end_matches('/')));
    let known = |path: &str| tree.paths.contains(path);
    made || STARTS.iter().any(|start| known(&format!("{start}{span}")))
        || known(&beside(file, span))
        || (!span.contains('/') && tree.files.iter().any(|file| file.name() == span))
}

/// A path as seen from the folder of the document.
fn beside(file: &File, target: &str) -> String {
    let mut parts: Vec<&str> = file.path.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(text: &str) -> Vec<String> {
        let tree = Tree::sample(&[
            ("docs/guide/page.md", text),
            ("docs/how-to/add-a-room.md", ""),
            ("crates/mainstay/src/account/store.rs", ""),
        ]);
        let messages = check(&tree).into_iter().map(|f| f.message);
        messages.map(|m| m.split('`').nth(1).unwrap_or("").to_owned()).collect()
    }

    #[test]
    fn dead_links_and_dead_paths_are_caught() {
        assert_eq!(dead("see [how](../how-to/gone.md)"), ["../how-to/gone.md"]);
        assert_eq!(dead("see `crates/mainstay/src/gone.rs`"), ["crates/mainstay/src/gone.rs"]);
        assert_eq!(dead("see `gone.rs` and `docs/gone`"), ["gone.rs", "docs/gone"]);
    }

    #[test]
    fn living_paths_pass_as_readers_say_them() {
        let text = "[how](../how-to/add-a-room.md#first) `account/store.rs` `store.rs` \
                    `docs/how-to/` `GET /accounts` `<room>/store.rs` `target/release/mainstay` \
                    [out](https://example.com/x.md)\n```\n`crates/in/a/fence.rs`\n```\nBad: `utils.rs`\n";
        assert_eq!(dead(text), Vec::<String>::new());
    }
}
