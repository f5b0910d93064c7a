//! What follows a failed try.

use jiff::SignedDuration;
use mainstay_rules::job::{State, wait_after_failure};
use proptest::prelude::*;

#[test]
fn waits_double_up_to_an_hour_and_then_it_is_parked() {
    let seconds: Vec<i64> = (1..=10).filter_map(|n| wait_after_failure(n, 11, 0)).map(|wait| wait.as_secs()).collect();
    assert_eq!(seconds, [15, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    assert_eq!(wait_after_failure(11, 11, 0), None);
    assert_eq!(wait_after_failure(1, 1, 0), None);
}

#[test]
fn words_of_states_are_read_again() {
    for state in State::ALL {
        assert_eq!(State::parse(state.as_str()), Some(state));
    }
    assert_eq!(State::parse("lost"), None);
}

proptest! {
    #[test]
    fn chance_adds_a_quarter_at_most(attempts in 1_i64..1_000, chance in any::<u64>()) {
        let plain = wait_after_failure(attempts, i64::MAX, 0).unwrap();
        let spread = wait_after_failure(attempts, i64::MAX, chance).unwrap();
        prop_assert!(plain <= spread && spread <= plain + plain / 4);
        prop_assert!(plain >= SignedDuration::from_secs(15));
    }
}
