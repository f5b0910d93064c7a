//! HTML is made in pages and in the frame, without inline style or script.

use super::{find_word, room_of};
use crate::finding::Finding;
use crate::map;
use crate::tree::{File, Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let house = tree.files.iter().filter(|f| f.path.starts_with(super::HOUSE));
    for file in house {
        found.extend(inline_attributes(file));
        if !may_hold_html(&file.path) {
            found.extend(html_outside(file));
        }
    }
    found
}

fn may_hold_html(path: &str) -> bool {
    room_of(path).is_some_and(|(room, inside)| {
        match room {
            map::CORRIDOR => inside.starts_with("frame"),
            // A sentence may carry marks such as <kbd>.
            map::TEXT => true,
            _ => inside == "pages.rs" || inside.starts_with("pages/"),
        }
    })
}

fn html_outside(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in file.code_lines() {
        let made = ["maud", "html!"].iter().find(|word| find_word(line, word).is_some());
        if let Some(word) = made {
            let message = format!("`{word}` outside pages and the frame; let pages.rs make the HTML");
            found.push(Finding::error(&file.path, number, message));
        }
    }
    found
}

/// Attributes that the content security policy forbids, in maud (`style="`) and in text.
fn inline_attributes(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let literals = file.rust.iter().flat_map(|rust| &rust.literals);
    let lines = file.code_lines().chain(literals.map(|l| (l.line, l.text.as_str())));
    for (number, line) in lines {
        if let Some(name) = attributes(line).find(|name| is_inline(name)) {
            let message = format!("inline `{name}=`, which the policy blocks; use a class or a module");
            found.push(Finding::error(&file.path, number, message));
        }
    }
    found
}

/// Names that stand directly before `="`, `=(` or `={`, as attributes do and formatted Rust never does.
fn attributes(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('=').filter_map(|(at, _)| {
        let value = line[at + 1..].trim_start_matches('\\').chars().next();
        if !matches!(value, Some('"' | '(' | '{' | '\'')) {
            return None;
        }
        let before = &line[..at];
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || "_-:".contains(c)))
            .map_or(0, |end| end + before[end..].chars().next().map_or(1, char::len_utf8));
        Some(&before[start..])
    })
}

fn is_inline(name: &str) -> bool {
    name == "style" || (name.len() > 4 && name.starts_with("on") && !name.contains('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(path: &str, text: &str) -> Vec<usize> {
        let tree = Tree::sample(&[(path, text)]);
        check(&tree).into_iter().map(|f| f.line).collect()
    }

    #[test]
    fn html_outside_pages_is_caught() {
        let text = "use maud::html;\nfn f() { html! { p { \"x\" } } }";
        assert_eq!(caught("crates/mainstay/src/account/api.rs", text), [1, 2]);
        assert!(caught("crates/mainstay/src/account/pages.rs", text).is_empty());
        assert!(caught("crates/mainstay/src/account/pages/list.rs", text).is_empty());
        assert!(caught("crates/mainstay/src/corridor/frame.rs", text).is_empty());
        assert_eq!(caught("crates/mainstay/src/corridor/access.rs", text), [1, 2]);
    }

    #[test]
    fn inline_style_and_script_are_caught_everywhere() {
        let path = "crates/mainstay/src/account/pages.rs";
        assert_eq!(caught(path, "html! { p style=\"color: red\" { } }"), [1]);
        assert_eq!(caught(path, "html! { p onclick=(go) { } }"), [1]);
        assert_eq!(caught(path, "PreEscaped(\"<p style='x'>\")"), [1]);
        assert!(caught(path, "let style = \"plain\"; html! { p data-style=\"x\" class=\"on\" { } }").is_empty());
    }
}
