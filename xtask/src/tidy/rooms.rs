//! Rooms hold files of known names and import only what the map allows.

use super::{find_word, room_of};
use crate::finding::Finding;
use crate::map;
use crate::tree::{File, Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.rust.is_some()) {
        if let Some((room, inside)) = room_of(&file.path) {
            found.extend(name(file, room, inside));
            found.extend(imports(file, room, inside));
        }
    }
    found
}

fn name(file: &File, room: &str, inside: &str) -> Option<Finding> {
    if map::SHARED.contains(&room) || map::ASSEMBLY.contains(&room) {
        return None;
    }
    if map::place(room).is_none() {
        let message = format!("`{room}` is not on the map; give it its place in xtask/src/map.rs");
        return Some(Finding::error(&file.path, 0, message));
    }
    let first = inside.split('/').next().unwrap_or(inside);
    let first = first.strip_suffix(".rs").unwrap_or(first);
    (!map::ROOM_FILES.contains(&first)).then(|| {
        let known = map::ROOM_FILES.join(", ");
        let message = format!("a room holds only {known} (.rs, or folders of these names)");
        Finding::error(&file.path, 0, message)
    })
}

fn imports(file: &File, room: &str, inside: &str) -> Vec<Finding> {
    let code = file.rust.as_ref().map_or("", |rust| rust.code.as_str());
    let above = "super::".repeat(depth(inside));
    let room = owner(file, room);
    let mut found = Vec::new();
    for start in ["crate::", &above] {
        for (offset, target) in paths_after(code, start) {
            let known = map::place(target).is_some() || map::ASSEMBLY.contains(&target);
            if known && !map::allows(room, target) && !excepted(&file.path, target) {
                let line = code[..offset].matches('\n').count() + 1;
                let message = format!(
                    "`{room}` may not import `{target}`, which comes later on the map (xtask/src/map.rs); \
                     let the later room read, project or react"
                );
                found.push(Finding::error(&file.path, line, message));
            }
        }
    }
    found
}

/// The words of a room stand in the text folder and belong to the room all the same: `account.rs`, `account_explain.rs`.
fn owner<'a>(file: &'a File, room: &'a str) -> &'a str {
    let stem = file.name().trim_end_matches(".rs");
    let first = stem.split_once('_').map_or(stem, |(first, _)| first);
    let of = [stem, first].into_iter().find(|name| map::place(name).is_some());
    of.filter(|_| room == map::TEXT).unwrap_or(room)
}

fn excepted(path: &str, target: &str) -> bool {
    let mut exceptions = map::EXCEPTIONS.iter();
    exceptions.any(|(file, room, _)| path.ends_with(file) && *room == target)
}

/// How many `super::` lead from a file of a room to the root of the crate.
fn depth(inside: &str) -> usize {
    let folders = inside.matches('/').count();
    let own = usize::from(!inside.ends_with("mod.rs"));
    1 + folders + own
}

/// The first names that follow `start` (`crate::a`, and each of `crate::{a, b::c}`) with their offsets.
fn paths_after<'a>(code: &'a str, start: &str) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = find_word(&code[from..], start) {
        let offset = from + at;
        let rest = &code[offset + start.len()..];
        if !code[..offset].ends_with("super::") {
            found.extend(first_names(rest).into_iter().map(|name| (offset, name)));
        }
        from = offset + start.len();
    }
    found
}

fn first_names(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else {
        return vec![leading_name(rest)];
    };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut item = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth > 0 => {}
            ',' | '}' => {
                names.push(leading_name(group[item..at].trim_start()));
                item = at + 1;
            }
            _ => {}
        }
        if character == '}' && item == at + 1 {
            break;
        }
    }
    names
}

fn leading_name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        let tree = Tree::sample(&[(path, text)]);
        check(&tree).into_iter().map(|f| (f.line, f.message)).collect()
    }

    #[test]
    fn an_import_upwards_is_caught_in_every_spelling() {
        for text in [
            "use crate::portfolio::store;",
            "use crate::{\n    corridor::{Actor, Page},\n    portfolio::store,\n};",
            "fn f() { crate::portfolio::store::totals() }",
            "use super::super::portfolio::store;",
        ] {
            let findings = found("crates/mainstay/src/account/store.rs", text);
            assert_eq!(findings.len(), 1, "{text}: {findings:?}");
            assert!(findings[0].1.contains("`portfolio`"), "{findings:?}");
        }
    }

    #[test]
    fn an_import_downwards_or_of_the_corridor_passes() {
        let text = "//! x\nuse crate::{account, corridor::Actor, people};\nuse super::store;\n// crate::import\n";
        assert_eq!(found("crates/mainstay/src/portfolio/pages.rs", text), []);
    }

    #[test]
    fn the_corridor_imports_no_room() {
        let findings = found("crates/mainstay/src/corridor/access.rs", "use crate::people;");
        assert_eq!(findings.len(), 1);
    }

    #[test]
    fn an_exception_counts_for_its_file_and_its_room_only() {
        let caller = "crates/mainstay/src/corridor/caller.rs";
        assert_eq!(found(caller, "use crate::people;"), []);
        assert_eq!(found(caller, "use crate::account;").len(), 1);
    }

    #[test]
    fn the_words_of_a_room_may_know_their_room_only() {
        let words = "crates/mainstay/src/text/en/portfolio.rs";
        assert_eq!(found(words, "use crate::portfolio::store::SortKey;"), []);
        assert_eq!(found(words, "use crate::import;").len(), 1);
        let shared = "crates/mainstay/src/text/en/frame.rs";
        assert_eq!(found(shared, "use crate::portfolio;").len(), 1);
    }

    #[test]
    fn unknown_rooms_and_unknown_files_are_caught() {
        assert!(found("crates/mainstay/src/helpers/mod.rs", "")[0].1.contains("not on the map"));
        assert!(found("crates/mainstay/src/account/utils.rs", "")[0].1.contains("a room holds only"));
        assert_eq!(found("crates/mainstay/src/account/store/create.rs", ""), []);
    }

    #[test]
    fn the_root_is_as_many_steps_up_as_the_file_lies_deep() {
        assert_eq!(depth("mod.rs"), 1);
        assert_eq!(depth("store.rs"), 2);
        assert_eq!(depth("store/mod.rs"), 2);
        assert_eq!(depth("store/create.rs"), 3);
    }
}
