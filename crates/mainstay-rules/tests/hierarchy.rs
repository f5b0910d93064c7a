//! The tree of parents and subsidiaries: its order, its sums, and who belongs to it.

use mainstay_rules::hierarchy::{Member, related, rows};
use proptest::prelude::*;
use uuid::Uuid;

fn member(id: u128, name: &str, parent: u128, arr_minor: i64) -> Member {
    Member {
        id: Uuid::from_u128(id),
        name: name.to_owned(),
        parent: (parent > 0).then(|| Uuid::from_u128(parent)),
        arr_minor,
    }
}

fn told(members: &[Member]) -> Vec<(&str, usize, i64)> {
    rows(members).into_iter().map(|row| (members[row.member].name.as_str(), row.level, row.arr_with_below)).collect()
}

#[test]
fn each_stands_under_its_parent_and_the_largest_first() {
    let members = [
        member(1, "Alpha", 0, 10),
        member(2, "Beta", 0, 5),
        member(3, "Beta North", 2, 20),
        member(4, "Beta South", 2, 20),
        member(5, "Beta North Video", 3, 1),
        member(6, "Of somebody else", 99, 2),
    ];
    let expected = [
        ("Beta", 0, 46),
        ("Beta North", 1, 21),
        ("Beta North Video", 2, 1),
        ("Beta South", 1, 20),
        ("Alpha", 0, 10),
        ("Of somebody else", 0, 2),
    ];
    assert_eq!(told(&members), expected);
    let belong = related(&members, |one| one.name == "Alpha");
    assert_eq!(belong, [true, true, true, true, true, false], "a parent that is not seen makes no subsidiary");
    assert!(!related(&members, |_| false)[0], "nor does anything belong by itself");
}

proptest! {
    #[test]
    fn every_one_once_and_the_tops_add_up(links in prop::collection::vec((0_usize..20, 0_i64..1_000_000), 0..20)) {
        // Any links, circles among them: broken rows must not make it endless.
        let members: Vec<Member> = links.iter().enumerate()
            .map(|(place, (parent, arr))| member(place as u128 + 1, &format!("N{place}"), (*parent % (place + 1)) as u128, *arr))
            .collect();
        let found = rows(&members);
        let mut seen: Vec<usize> = found.iter().map(|row| row.member).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..members.len()).collect::<Vec<_>>());
        let tops: i64 = found.iter().filter(|row| row.level == 0).map(|row| row.arr_with_below).sum();
        prop_assert_eq!(tops, members.iter().map(|one| one.arr_minor).sum::<i64>());
        for (place, row) in found.iter().enumerate() {
            let before = place.checked_sub(1).map_or(0, |before| found[before].level + 1);
            prop_assert!(row.level <= before, "a row stands at most one level under the row before it");
        }
    }

    #[test]
    fn a_circle_ends(links in prop::collection::vec(0_usize..8, 1..8)) {
        let members: Vec<Member> =
            links.iter().enumerate().map(|(place, parent)| member(place as u128 + 1, "N", *parent as u128, 1)).collect();
        prop_assert_eq!(rows(&members).len(), members.len());
    }
}
