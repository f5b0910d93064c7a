//! Files stay small enough to be read in one go.

use crate::finding::Finding;
use crate::tree::{File, Tree};

const LINES_GOOD: usize = 300;
const LINES_MAX: usize = 500;

/// Files that may be longer, each with its reason.
const EXEMPT: &[(&str, &str)] = &[];

pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter_map(of_file).collect()
}

fn of_file(file: &File) -> Option<Finding> {
    if !file.is(&["rs", "js", "mjs", "ts", "css"]) || EXEMPT.iter().any(|(path, _)| *path == file.path) {
        return None;
    }
    let lines = file.text.lines().count();
    if lines > LINES_MAX {
        let message = format!("{lines} lines, the maximum is {LINES_MAX}; split it by idea");
        return Some(Finding::error(&file.path, 0, message));
    }
    // Style sheets are lists; only the maximum counts for them.
    (lines > LINES_GOOD && !file.is(&["css"])).then(|| {
        let message = format!("{lines} lines; is it still one idea?");
        Finding::warning(&file.path, 0, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Weight;

    #[test]
    fn long_files_are_warned_about_and_very_long_ones_refused() {
        let tree = Tree::sample(&[
            ("fits.rs", &"x\n".repeat(LINES_GOOD)),
            ("long.rs", &"x\n".repeat(LINES_GOOD + 1)),
            ("endless.js", &"x\n".repeat(LINES_MAX + 1)),
            ("list.css", &"x\n".repeat(LINES_MAX)),
        ]);
        let found = check(&tree);
        let seen: Vec<(&str, Weight)> = found.iter().map(|f| (&*f.path, f.weight)).collect();
        assert_eq!(seen, [("long.rs", Weight::Warning), ("endless.js", Weight::Error)]);
    }
}
