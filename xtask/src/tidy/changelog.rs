//! The changelog has a place for what is not released yet.

use crate::finding::Finding;
use crate::tree::Tree;

const PATH: &str = "CHANGELOG.md";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.files.iter().find(|file| file.path == PATH) else {
        return vec![Finding::error(PATH, 0, "is missing")];
    };
    let mut lines = file.text.lines().map(str::trim);
    let has_section = lines.any(|line| line == "## [Unreleased]" || line == "## Unreleased");
    let entries = lines.take_while(|line| !line.starts_with("## ")).any(|line| line.starts_with("- "));
    match (has_section, entries) {
        (true, true) => Vec::new(),
        (true, false) => {
            let message = "`Unreleased` is empty; add one line for people who run Mainstay";
            vec![Finding::warning(PATH, 0, message)]
        }
        (false, _) => vec![Finding::error(PATH, 0, "has no section `## Unreleased`")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> usize {
        check(&Tree::sample(&[(PATH, text)])).len()
    }

    #[test]
    fn a_changelog_without_its_open_section_is_caught() {
        assert_eq!(check(&Tree::sample(&[])).len(), 1);
        assert_eq!(findings("# Changelog\n\n## 0.1.0\n- x\n"), 1);
        assert_eq!(findings("# Changelog\n\n## Unreleased\n\n## 0.1.0\n- x\n"), 1);
        assert_eq!(findings("# Changelog\n\n## Unreleased\n### Added\n- x\n"), 0);
    }
}
