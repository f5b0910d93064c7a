//! The map of the house: which room may import which, and what stands outside the rooms.

/// The rooms in the order of the cycle. A room may import every room that stands before it,
/// none that stands after it. A new room gets its place here first.
pub const CYCLE: &[(&str, &[&str])] = &[
    ("home", &["people", "job", "account", "pod", "timeline", "task"]),
    ("know", &["stakeholder", "voice_of_customer", "swot"]),
    ("act", &["plan", "playbook", "issue", "opportunity", "review"]),
    ("measure", &["signal", "scorecard", "portfolio", "value", "sales_pod"]),
    (
        "doors",
        &[
            "import",
            "export",
            "search",
            "notify",
            "chat",
            "mail",
            "calendar",
            "webhook",
            "single_sign_on",
            "provisioning",
            "agent",
        ],
    ),
];

/// What the rooms share: the corridor, and the words that people read. Every room may import them;
/// they import no room, except that `text/<language>/<room>.rs` belongs to its room.
pub const CORRIDOR: &str = "corridor";
pub const TEXT: &str = "text";
pub const SHARED: &[&str] = &[CORRIDOR, TEXT];

/// Folders beside the rooms that put the house together and may import every room.
pub const ASSEMBLY: &[&str] = &["cli", "demo"];

/// A room holds files of these names, or folders of these names with one file per action.
pub const ROOM_FILES: &[&str] = &["mod", "store", "api", "pages", "reactions"];

/// Imports against the order, each with its reason.
pub const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("corridor/caller.rs", "people", "every request begins with a session or a token, and these are rows of people"),
    ("timeline/store.rs", "scorecard", "the feed quotes the notes of scores, which are rows that can be erased"),
    ("timeline/store.rs", "task", "the feed quotes the titles of tasks, which are rows that can be erased"),
    ("timeline/pages/sentence.rs", "scorecard", "the feed names metrics and shows scores as the scorecard does"),
];

/// The place of a room in the cycle.
pub fn place(room: &str) -> Option<usize> {
    CYCLE.iter().flat_map(|(_, rooms)| rooms.iter()).position(|known| *known == room)
}

/// Whether code in `from` may import `to`, both being folders of the house.
pub fn allows(from: &str, to: &str) -> bool {
    if from == to || SHARED.contains(&to) || ASSEMBLY.contains(&from) {
        return true;
    }
    match (place(from), place(to)) {
        (Some(from), Some(to)) => to < from,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_go_down_the_cycle_only() {
        assert!(allows("portfolio", "account"));
        assert!(!allows("account", "portfolio"));
        assert!(allows("import", "scorecard"));
        assert!(!allows("scorecard", "import"));
    }

    #[test]
    fn the_corridor_serves_all_and_knows_none() {
        assert!(allows("account", CORRIDOR));
        assert!(allows("account", "text"));
        assert!(!allows(CORRIDOR, "people"));
        assert!(allows("cli", "portfolio"));
    }
}
