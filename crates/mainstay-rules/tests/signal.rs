//! Signals and thresholds: names, roll-ups that do not depend on how the points were grouped, and edges that fire once.

use jiff::civil::{Date, date};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::signal::{Rolled, name, name_of};
use mainstay_rules::threshold::{Side, Standing, Step, Threshold};
use proptest::prelude::*;

#[test]
fn names_are_those_of_templates() {
    for good in ["seats_used", "a", "nps2"] {
        assert_eq!(name("/name", good).as_deref(), Ok(good));
    }
    for bad in ["", "2nps", "_a", "Seats", "seats used", "é", &"a".repeat(81)] {
        assert!(name("/name", bad).is_err(), "{bad}");
    }
}

#[test]
fn words_of_programs_become_names() {
    let table = [
        ("Report Exported", Some("report_exported")),
        ("  checkout--Done! ", Some("checkout_done")),
        ("2nd step", Some("nd_step")),
        ("$pageview", Some("pageview")),
        ("___", None),
        ("日本", None),
    ];
    for (words, expected) in table {
        assert_eq!(name_of(words).as_deref(), expected, "{words}");
        assert!(name_of(words).is_none_or(|found| name("/name", &found).is_ok()), "{words}");
    }
    assert_eq!(name_of(&"a b".repeat(100)).map(|found| found.len()), Some(79));
}

fn points() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((-2_000_000_i64..2_000_000, 0_i64..50), 1..40)
}

fn rolled(points: &[(i64, i64)]) -> Rolled<i64> {
    let mut all = points.iter().map(|(value, at)| (Decimal::from_millionths(*value), *at));
    let (value, at) = all.next().expect("at least one");
    let mut rolled = Rolled::of(value, at);
    all.for_each(|(value, at)| rolled.add(value, at));
    rolled
}

proptest! {
    #[test]
    fn a_roll_up_is_the_same_however_the_points_are_split(points in points(), at in 0_usize..40) {
        let at = at.clamp(0, points.len());
        let whole = rolled(&points);
        let mut parts = [&points[..at], &points[at..]].into_iter().filter(|part| !part.is_empty()).map(rolled);
        let mut joined = parts.next().expect("one part has a point");
        parts.for_each(|part| joined.join(&part));
        prop_assert_eq!(joined, whole);
        prop_assert_eq!(whole.total, points.iter().map(|(value, _)| value).sum::<i64>());
        prop_assert!(whole.least <= whole.mean() && whole.mean() <= whole.most);
    }

    #[test]
    fn it_fires_at_most_once_in_its_rest(values in prop::collection::vec(0_i64..100, 1..200), rest in 0_i64..40) {
        let threshold = at_least(80, 5, rest);
        let mut standing = Standing::default();
        let mut fired: Vec<usize> = Vec::new();
        for (day, value) in values.iter().enumerate() {
            let today = day_of(day);
            let step = threshold.step(standing, whole(*value), today);
            if step == Step::Fires {
                prop_assert!(*value >= 80);
                fired.push(day);
            }
            standing = standing.after(step, today);
        }
        for pair in fired.windows(2) {
            prop_assert!(i64::try_from(pair[1] - pair[0]).expect("small") >= rest.max(1));
            prop_assert!(values[pair[0]..pair[1]].iter().any(|value| *value <= 75), "it was never back in between");
        }
        let first = values.iter().position(|value| *value >= 80);
        prop_assert_eq!(fired.first().copied(), first);
    }
}

fn whole(number: i64) -> Decimal {
    Decimal::from_millionths(number * 1_000_000)
}

fn at_least(level: i64, back_by: i64, rest_days: i64) -> Threshold {
    Threshold { side: Side::AtLeast, level: whole(level), back_by: whole(back_by), rest_days }
}

fn day_of(index: usize) -> Date {
    date(2026, 1, 1).saturating_add(jiff::Span::new().days(i64::try_from(index).expect("small")))
}

#[test]
fn it_is_armed_again_when_it_is_back_and_has_rested() {
    let threshold = Threshold { side: Side::AtMost, ..at_least(6, 2, 30) };
    let fired = Standing::default().after(threshold.step(Standing::default(), whole(6), day_of(0)), day_of(0));
    assert_eq!(fired, Standing { armed: false, fired_on: Some(day_of(0)) });
    let table = [(3, 40, Step::Stays), (7, 40, Step::Stays), (8, 29, Step::Stays), (8, 30, Step::Rearms)];
    for (value, day, expected) in table {
        assert_eq!(threshold.step(fired, whole(value), day_of(day)), expected, "{value} on day {day}");
    }
    // Without a margin the level itself is not back: it would fire again at once.
    let bare = at_least(80, 0, 0);
    let fired = Standing { armed: false, fired_on: Some(day_of(0)) };
    assert_eq!(bare.step(fired, whole(80), day_of(9)), Step::Stays);
    assert_eq!(bare.step(fired, whole(79), day_of(9)), Step::Rearms);
}

#[test]
fn what_is_beyond_when_the_threshold_is_made_does_not_fire() {
    let threshold = at_least(80, 5, 30);
    let standing = threshold.standing_at_first(whole(95), day_of(0));
    assert_eq!(threshold.step(standing, whole(99), day_of(100)), Step::Stays);
    assert_eq!(threshold.step(threshold.standing_at_first(whole(10), day_of(0)), whole(80), day_of(0)), Step::Fires);
}
