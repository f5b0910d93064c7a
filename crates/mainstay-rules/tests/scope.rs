//! The tree of scopes: its limits, its guard against circles, and what it adds up to.

use std::collections::BTreeMap;

use mainstay_rules::field::FieldCode;
use mainstay_rules::limits::{EXPECTED_USERS_MAX, SCOPE_DEPTH_MAX, SCOPES_PER_ACCOUNT_MAX};
use mainstay_rules::scope::{Parents, ScopeFields, ScopeInput, ScopeKind, check_place, check_room, line_up, sums};
use proptest::prelude::*;
use uuid::Uuid;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// 1 stands at the top, 2 under it, and so on.
fn chain(length: u128) -> Parents {
    (1..=length).map(|n| (id(n), (n > 1).then(|| id(n - 1)))).collect()
}

fn refusal(parents: &Parents, scope: u128, parent: u128) -> Option<FieldCode> {
    check_place(parents, id(scope), Some(id(parent))).err().map(|error| error.code)
}

#[test]
fn the_fields_are_checked_all_at_once() {
    let typed = |name: &str, kind: &str, users: &str| ScopeInput {
        name: name.to_owned(),
        kind: kind.to_owned(),
        expected_users: users.to_owned(),
    };
    let good = ScopeFields::check(&typed(" Nordics ", "region", "1200"));
    let expected = ScopeFields { name: "Nordics".to_owned(), kind: ScopeKind::Region, expected_users: Some(1_200) };
    assert_eq!(good, Ok(expected));
    assert_eq!(ScopeFields::check(&typed("Nordics", "site", " ")).map(|fields| fields.expected_users), Ok(None));
    let errors = ScopeFields::check(&typed("", "galaxy", "many")).expect_err("all three are wrong");
    let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/kind", "/expected_users"]);
    for users in ["-1".to_owned(), (EXPECTED_USERS_MAX + 1).to_string()] {
        let errors = ScopeFields::check(&typed("Nordics", "region", &users)).expect_err("it is out of range");
        assert_eq!(errors[0].code, FieldCode::OutOfRange, "{users}");
    }
}

#[test]
fn a_scope_never_stands_under_itself() {
    let parents = chain(3);
    assert_eq!(refusal(&parents, 1, 1), Some(FieldCode::Conflict));
    assert_eq!(refusal(&parents, 1, 3), Some(FieldCode::Conflict), "nor under what stands under it");
    assert_eq!(refusal(&parents, 3, 1), None);
    assert_eq!(refusal(&parents, 9, 8), Some(FieldCode::Unknown), "the parent is of another account");
    assert_eq!(check_place(&parents, id(3), None), Ok(()));
}

#[test]
fn the_depth_and_the_count_are_limited() {
    let full = u128::try_from(SCOPE_DEPTH_MAX).expect("a small number");
    let parents = chain(full);
    assert_eq!(refusal(&parents, 99, full), Some(FieldCode::TooMany));
    assert_eq!(refusal(&parents, 99, full - 1), None);
    let mut parents = chain(full - 1);
    parents.insert(id(50), None);
    parents.insert(id(51), Some(id(50)));
    assert_eq!(refusal(&parents, 50, full - 1), Some(FieldCode::TooMany), "what it holds comes with it");
    assert_eq!(refusal(&parents, 51, full - 1), None);
    assert!(check_room(SCOPES_PER_ACCOUNT_MAX - 1).is_ok());
    assert!(check_room(SCOPES_PER_ACCOUNT_MAX).is_err());
}

proptest! {
    /// Whatever moves are tried, the tree stays one: no circle, never too deep, and no money lost or counted twice.
    #[test]
    fn any_moves_leave_a_tree(
        moves in proptest::collection::vec((1_u128..=12, 0_u128..=12), 1..60),
        own in proptest::collection::btree_map(1_u128..=12, 0_i64..=1_000_000, 0..12),
    ) {
        let mut parents: Parents = (1..=12).map(|n| (id(n), None)).collect();
        for (scope, parent) in moves {
            let wanted = (parent > 0).then(|| id(parent));
            if check_place(&parents, id(scope), wanted).is_ok() {
                parents.insert(id(scope), wanted);
            }
        }
        for scope in parents.keys() {
            let line = line_up(&parents, *scope);
            prop_assert!(line.len() <= SCOPE_DEPTH_MAX);
            let top = line.last().copied().unwrap_or_default();
            prop_assert_eq!(parents.get(&top), Some(&None));
        }
        let own: BTreeMap<Uuid, i64> = own.into_iter().map(|(n, minor)| (id(n), minor)).collect();
        let sums = sums(&parents, &own);
        let tops: i64 = parents.iter().filter(|(_, parent)| parent.is_none()).map(|(scope, _)| sums[scope]).sum();
        prop_assert_eq!(tops, own.values().sum::<i64>());
    }
}
