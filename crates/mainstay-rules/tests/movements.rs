//! Movements and the bridge: tables for the kinds, and properties over random histories against a naive walk.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use mainstay_rules::currency::Currency;
use mainstay_rules::ledger::MovementKind::{Churn, Contraction, Expansion, New, Price, Reactivation};
use mainstay_rules::ledger::{
    Amendment, Concentration, Movement, MovementKind, Override, Part, Rate, Standing, arr_on, bridge, concentration,
    movements, parse_rate, run_rate,
};
use proptest::prelude::*;
use uuid::Uuid;

fn amendment(contract: u128, start_on: Date, end_on: Option<Date>, arr: i64, learned: i64) -> Amendment {
    Amendment {
        contract: Uuid::from_u128(contract),
        start_on,
        end_on,
        arr_minor: arr,
        recorded_at: Timestamp::from_second(learned).unwrap(),
    }
}

fn plain(amendments: &[Amendment]) -> Vec<Movement> {
    movements(amendments, &[], &[], |_, minor| minor)
}

fn told(found: &[Movement]) -> Vec<(Date, MovementKind, i64)> {
    found.iter().map(|one| (one.on, one.kind, one.amount_minor())).collect()
}

fn day(n: i64) -> Date {
    date(2026, 1, 1).saturating_add(Span::new().days(n))
}

#[test]
fn the_kind_is_the_accounts() {
    let life = [
        amendment(1, day(0), None, 100, 1),
        amendment(2, day(10), Some(day(30)), 50, 2),
        amendment(1, day(20), None, 80, 3),
        amendment(1, day(40), Some(day(50)), 80, 4),
        amendment(3, day(60), None, 10, 5),
    ];
    let expected = [
        (day(0), New, 100),
        (day(10), Expansion, 50),
        (day(20), Contraction, -20),
        (day(30), Contraction, -50),
        (day(50), Churn, -80),
        (day(60), Reactivation, 10),
    ];
    assert_eq!(told(&plain(&life)), expected);
}

#[test]
fn what_ends_and_begins_on_one_day_is_netted() {
    let swap = |arr| vec![amendment(1, day(0), Some(day(9)), 100, 1), amendment(2, day(9), None, arr, 2)];
    assert_eq!(told(&plain(&swap(130)))[1..], [(day(9), Expansion, -100), (day(9), Expansion, 130)]);
    assert_eq!(told(&plain(&swap(70)))[1..], [(day(9), Contraction, -100), (day(9), Contraction, 70)]);
    assert_eq!(told(&plain(&swap(100)))[1..], [(day(9), Expansion, -100), (day(9), Expansion, 100)]);
    assert_eq!(told(&plain(&swap(0)))[1..], [(day(9), Churn, -100)]);
}

#[test]
fn a_price_is_one_only_while_the_contract_goes_on() {
    let raised =
        [amendment(1, day(0), None, 100, 1), amendment(1, day(5), None, 110, 2), amendment(2, day(5), None, 7, 3)];
    let contract = Uuid::from_u128(1);
    let found = movements(&raised, &[(contract, day(5)), (contract, day(0))], &[], |_, minor| minor);
    assert_eq!(told(&found), [(day(0), New, 100), (day(5), Price, 10), (day(5), Expansion, 7)]);
    let ended = [amendment(1, day(0), None, 100, 1), amendment(1, day(5), None, 0, 2)];
    let found = movements(&ended, &[(contract, day(5))], &[], |_, minor| minor);
    assert_eq!(told(&found)[1..], [(day(5), Churn, -100)]);
}

#[test]
fn only_the_kind_is_decided() {
    let life = [amendment(1, day(0), None, 100, 1), amendment(1, day(5), None, 110, 2)];
    let decided = Override { contract: Uuid::from_u128(1), on: day(5), kind: Price };
    let found = movements(&life, &[], &[decided], |_, minor| minor);
    assert_eq!((found[1].kind, found[1].derived, found[1].amount_minor()), (Price, Expansion, 10));
}

fn standing(start: i64, end: i64, price: i64) -> Standing {
    Standing { start_minor: start, end_minor: end, price_minor: price, returns: false }
}

#[test]
fn the_bridge_by_hand() {
    let clients = [
        standing(100, 150, 20),
        standing(100, 60, 0),
        standing(50, 0, 5),
        standing(0, 70, 0),
        Standing { returns: true, ..standing(0, 30, 0) },
        standing(10, 12, 2),
        standing(0, 0, 0),
    ];
    let sum = bridge(clients);
    assert_eq!((sum.accounts, sum.accounts_end, sum.lost_logos), (4, 5, 1));
    assert_eq!((sum.start_minor, sum.end_minor), (260, 322));
    assert_eq!((sum.new_minor, sum.reactivation_minor), (100, 30));
    assert_eq!((sum.expansion_minor, sum.price_minor, sum.contraction_minor, sum.churn_minor), (30, 22, 40, 50));
    // 100 + 60 + 0 + 10 of 260; 150 + 60 + 0 + 12 of 260; 1 of 4.
    assert_eq!((sum.grr(), sum.nrr(), sum.logo_churn()), (Some(6_538), Some(8_538), Some(2_500)));
    assert_eq!(bridge([standing(0, 5, 0)]).grr(), None);
    assert_eq!(standing(10, 12, 2).part(), Part::Unchanged);
}

#[test]
fn concentration_by_hand() {
    assert_eq!(concentration([0, 0]), None);
    assert_eq!(concentration([7]), Some(Concentration { top_1: 10_000, top_5: 10_000, hhi: 10_000 }));
    assert_eq!(concentration([5; 10]), Some(Concentration { top_1: 1_000, top_5: 5_000, hhi: 1_000 }));
    let huge = concentration([90_000_000_000_000; 1_000]).unwrap();
    assert_eq!((huge.top_1, huge.top_5, huge.hhi), (10, 50, 10));
}

#[test]
fn money_of_other_currencies_keeps_both_exponents() {
    let rate = |from: &str, to: &str, text: &str| Rate {
        from: Currency::parse(from).unwrap(),
        to: Currency::parse(to).unwrap(),
        millionths: parse_rate(text).unwrap(),
    };
    // 1,000,000 yen at 0.0061; 1,000.500 dinar at 3.05.
    assert_eq!(rate("JPY", "EUR", "0.0061").convert(1_000_000), 610_000);
    assert_eq!(rate("KWD", "EUR", "3.05").convert(1_000_500), 305_153);
    assert_eq!(rate("EUR", "JPY", "163.2").convert(100), 163);
    assert_eq!(rate("EUR", "KWD", "0.3279").convert(100), 328);
    assert_eq!(Rate::one(Currency::parse("EUR").unwrap()).convert(7), 7);
    assert_eq!(rate("USD", "EUR", "0.920000").decimal(), "0.92");
    for bad in ["", "x", "1.", ".5", "-1", "0", "0.0000001", "1000001", "1e3"] {
        assert!(parse_rate(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_run_rate_is_of_three_full_months() {
    let months = [
        (date(2026, 4, 1), 1),
        (date(2026, 5, 1), 10),
        (date(2026, 6, 1), 20),
        (date(2026, 7, 1), 30),
        (date(2026, 8, 1), 99),
    ];
    assert_eq!(run_rate(&months, date(2026, 8, 20)), Some(240));
    assert_eq!(run_rate(&months[..1], date(2026, 8, 20)), None);
}

/// Random histories: some amendments are withdrawn, some end, some fall on one day, some bring nothing.
fn histories() -> impl Strategy<Value = Vec<Amendment>> {
    let one = (
        0..4_u128,
        0..40_i64,
        proptest::option::of(1..30_i64),
        prop_oneof![Just(0), 1..1_000_i64],
        0..10_i64,
        any::<bool>(),
    );
    proptest::collection::vec(one, 0..14).prop_map(|rows| {
        rows.into_iter()
            .filter(|row| row.5 || row.4 > 2)
            .map(|(contract, start, length, arr, learned, _)| {
                amendment(contract, day(start), length.map(|length| day(start + length)), arr, learned)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn opening_and_movements_are_closing(history in histories(), a in -5..80_i64, b in -5..80_i64, kinds in proptest::collection::vec(0..6_usize, 30)) {
        let (from, to) = (day(a.min(b)), day(a.max(b)));
        let derived = plain(&history);
        let decided: Vec<Override> = derived
            .iter()
            .zip(&kinds)
            .filter(|(_, kind)| **kind % 2 == 0)
            .map(|(one, kind)| Override { contract: one.contract, on: one.on, kind: MovementKind::ALL[*kind] })
            .collect();
        let prices: Vec<(Uuid, Date)> = history.iter().step_by(2).map(|one| (one.contract, one.start_on)).collect();
        let found = movements(&history, &prices, &decided, |_, minor| minor);
        let sum: i64 = found.iter().filter(|one| one.on > from && one.on <= to).map(Movement::amount_minor).sum();
        prop_assert_eq!(arr_on(&history, from) + sum, arr_on(&history, to));
        let all: i64 = found.iter().filter(|one| one.on <= to).map(Movement::amount_minor).sum();
        prop_assert_eq!(all, arr_on(&history, to));
        for one in &found {
            prop_assert!(one.amount_minor() != 0);
        }
    }

    #[test]
    fn kinds_tell_the_life_of_the_account(history in histories()) {
        let mut days: BTreeMap<Date, Vec<Movement>> = BTreeMap::new();
        for one in plain(&history) {
            days.entry(one.on).or_default().push(one);
        }
        let mut had_some = false;
        for (on, moved) in days {
            let (before, after) = (arr_on(&history, on.yesterday().unwrap()), arr_on(&history, on));
            for one in moved {
                match one.kind {
                    New => prop_assert!(before == 0 && !had_some),
                    Reactivation => prop_assert!(before == 0 && had_some),
                    Churn => prop_assert!(before > 0 && after == 0),
                    Expansion => prop_assert!(before > 0 && after >= before),
                    Contraction => prop_assert!(before > after && after > 0),
                    Price => prop_assert!(false, "no amendment is one of price"),
                }
            }
            had_some = had_some || after > 0;
        }
    }

    #[test]
    fn the_bridge_adds_up(rows in proptest::collection::vec((0..500_i64, 0..500_i64, -300..300_i64), 0..30)) {
        let sum = bridge(rows.iter().map(|(start, end, price)| standing(*start, *end, *price)));
        let moved = sum.new_minor + sum.expansion_minor + sum.price_minor - sum.contraction_minor - sum.churn_minor;
        prop_assert_eq!(sum.start_minor + moved, sum.end_minor);
        prop_assert!(sum.kept_minor >= 0 && sum.kept_minor <= sum.start_minor);
        prop_assert!(sum.contraction_minor >= 0 && sum.churn_minor >= 0 && sum.expansion_minor >= 0);
    }
}
