//! Which accounts outgrow their type.

use mainstay_rules::account::AccountType::{self, Four, One, Three, Two};
use mainstay_rules::mobility::{Direction, MOVED, mobility};
use mainstay_rules::score::Mean;
use proptest::prelude::*;

fn mean(hundredths: i64) -> Mean {
    Mean::from_millionths(hundredths * 10_000)
}

#[test]
fn a_type_three_that_rises_by_two_is_a_two_to_talk_about() {
    for (kind, before, now, expected) in [
        (Three, 300, 500, Some((Direction::Rises, Two))),
        (Three, 300, 499, None),
        (Four, 100, 410, Some((Direction::Rises, Three))),
        // An agreement is signed, not scored.
        (Two, 500, 900, None),
        (One, 500, 900, None),
        (One, 800, 600, Some((Direction::Falls, Two))),
        (Two, 700, 310, Some((Direction::Falls, Three))),
        (Three, 700, 310, None),
        (Four, 700, 310, None),
    ] {
        assert_eq!(mobility(kind, mean(before), mean(now)), expected, "{kind:?} from {before} to {now}");
    }
}

proptest! {
    #[test]
    fn nothing_rises_and_falls_and_small_changes_are_no_news(kind in 1_i64..=4, before in 0_i64..=1_000, now in 0_i64..=1_000) {
        let kind = AccountType::try_from(kind).unwrap();
        let (there, back) = (mobility(kind, mean(before), mean(now)), mobility(kind, mean(now), mean(before)));
        prop_assert!(there.is_none() || back.is_none());
        if (now - before).abs() * 10_000 < MOVED.millionths() {
            prop_assert_eq!(there, None);
        }
        if let Some((direction, to)) = there {
            prop_assert_eq!(direction == Direction::Rises, to < kind);
            prop_assert_eq!((to.number() - kind.number()).abs(), 1);
        }
    }
}
