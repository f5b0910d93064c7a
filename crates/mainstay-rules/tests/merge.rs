//! When two accounts may become one.

use mainstay_rules::limits::{AMENDMENTS_PER_ACCOUNT_MAX, SCOPES_PER_ACCOUNT_MAX};
use mainstay_rules::merge::{Side, check_merge};
use proptest::prelude::*;
use uuid::Uuid;

fn side(id: u128) -> Side {
    Side {
        id: Uuid::from_u128(id),
        confidential: false,
        archived: false,
        merged: false,
        amendments: 1,
        scopes: 0,
        above: Vec::new(),
    }
}

#[test]
fn what_may_not_become_one_says_why() {
    let (source, target) = (side(1), side(2));
    assert_eq!(check_merge(&source, &target), Ok(()));
    let archived = Side { archived: true, ..source.clone() };
    assert_eq!(check_merge(&archived, &target), Ok(()), "an archived double may be merged away");
    for (source, target, why) in [
        (source.clone(), source.clone(), "into itself"),
        (Side { merged: true, ..source.clone() }, target.clone(), "merged already"),
        (source.clone(), Side { merged: true, ..target.clone() }, "merged already"),
        (source.clone(), Side { archived: true, ..target.clone() }, "archived"),
        (source.clone(), Side { confidential: true, ..target.clone() }, "confidential"),
        (source.clone(), Side { above: vec![side(3).id, source.id], ..target.clone() }, "subsidiary"),
        (source.clone(), Side { amendments: AMENDMENTS_PER_ACCOUNT_MAX, ..target.clone() }, "amendments"),
        (source.clone(), Side { scopes: SCOPES_PER_ACCOUNT_MAX + 1, ..target.clone() }, "scopes"),
    ] {
        let error = check_merge(&source, &target).unwrap_err();
        assert!(error.pointer == "/account" && error.message.contains(why), "{why}: {}", error.message);
    }
}

proptest! {
    #[test]
    fn two_are_never_merged_into_each_other(ids in (1_u128..4, 1_u128..4), merged in any::<(bool, bool)>()) {
        let (one, other) = (Side { merged: merged.0, ..side(ids.0) }, Side { merged: merged.1, ..side(ids.1) });
        if check_merge(&one, &other).is_ok() {
            // From then on the one leads to the other, so the way back is refused.
            let gone = Side { merged: true, ..one };
            prop_assert!(check_merge(&other, &gone).is_err());
        }
    }
}
