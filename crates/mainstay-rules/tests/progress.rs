//! Progress of the year: percent where a percentage says something, money elsewhere.

use jiff::civil::{Date, date};
use mainstay_rules::progress::{Progress, Totals, fiscal_year, last_year_end, pace, progress, year_start};
use proptest::prelude::*;

#[test]
fn a_fiscal_year_is_named_after_the_year_in_which_it_ends() {
    for (today, month, start, named) in [
        (date(2026, 11, 21), 1, date(2026, 1, 1), 2026),
        (date(2026, 1, 1), 1, date(2026, 1, 1), 2026),
        (date(2026, 6, 30), 7, date(2025, 7, 1), 2026),
        (date(2026, 7, 1), 7, date(2026, 7, 1), 2027),
        (date(2026, 2, 1), 2, date(2026, 2, 1), 2027),
        (date(2026, 1, 31), 2, date(2025, 2, 1), 2026),
        (date(2024, 2, 29), 12, date(2023, 12, 1), 2024),
    ] {
        assert_eq!(year_start(today, month), start);
        assert_eq!(fiscal_year(today, month), named, "{today} from month {month}");
        assert_eq!(last_year_end(today, month).tomorrow().unwrap(), start);
    }
}

#[test]
fn progress_is_what_was_gained_of_what_was_wanted() {
    for (now, before, target, expected) in [
        (1_100, 1_000, Some(200), Progress::Percent(5_000)),
        (1_200, 1_000, Some(200), Progress::Percent(10_000)),
        (900, 1_000, Some(200), Progress::Percent(-5_000)),
        (1_001, 1_000, Some(300), Progress::Percent(33)),
        (1_002, 1_000, Some(300), Progress::Percent(67)),
        // A new account has no ARR of last year, so any target is large enough.
        (50, 0, Some(100), Progress::Percent(5_000)),
        (1_100, 1_000, None, Progress::None),
        (1_100, 1_000, Some(50), Progress::Percent(20_000)),
        (1_100, 1_000, Some(49), Progress::Money(100)),
        (1_100, 1_000, Some(0), Progress::Money(100)),
        (800, 1_000, Some(-300), Progress::Money(-200)),
        (0, 0, Some(0), Progress::Money(0)),
    ] {
        assert_eq!(progress(now, before, target), expected, "{now} {before} {target:?}");
    }
}

#[test]
fn totals_are_sum_over_sum_with_new_accounts() {
    let mut totals = Totals::default();
    assert_eq!(totals.progress(), Progress::None);
    totals.add(1_100, 1_000, Some(200));
    totals.add(300, 0, None);
    totals.add(500, 600, Some(100));
    // Gained 100 + 300 - 100 of 300: the mean of the percentages would be a lie.
    assert_eq!(totals.progress(), Progress::Percent(10_000));
}

#[test]
fn pace_compares_with_the_share_of_the_year_that_passed() {
    let half = Progress::Percent(5_000);
    // 2026-07-02 is day 183 of 365.
    assert_eq!(pace(half, date(2026, 7, 2), 1), Some(9_973));
    assert_eq!(pace(Progress::Percent(10_000), date(2026, 12, 31), 1), Some(10_000));
    assert_eq!(pace(Progress::Percent(10), date(2026, 1, 1), 1), Some(3_650));
    assert_eq!(pace(Progress::Percent(10_000), date(2024, 12, 31), 1), Some(10_000));
    assert_eq!(pace(Progress::Money(5), date(2026, 7, 2), 1), None);
    assert_eq!(pace(Progress::None, date(2026, 7, 2), 1), None);
}

proptest! {
    #[test]
    fn a_year_start_is_at_most_a_year_ago(days in 0_i32..70_000, month in 1_i8..=12) {
        let today = date(1990, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let start = year_start(today, month);
        prop_assert!(start <= today && start.day() == 1 && start.month() == month);
        prop_assert!((today - start).get_days() < 366);
        prop_assert_eq!(fiscal_year(today, month), fiscal_year(start, month));
        prop_assert_eq!(fiscal_year(last_year_end(today, month), month), fiscal_year(today, month) - 1);
    }

    #[test]
    fn no_amount_makes_progress_panic(now in any::<i64>(), before in any::<i64>(), target in any::<Option<i64>>(), month in any::<i8>()) {
        let found = progress(now, before, target);
        for today in [Date::MIN, Date::MAX, date(2026, 1, 1)] {
            let _ = (pace(found, today, month), fiscal_year(today, month), last_year_end(today, month));
        }
    }
}
