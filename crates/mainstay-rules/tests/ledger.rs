//! ARR of dated amendments, compared with a naive walk from day to day.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use mainstay_rules::field::FieldCode;
use mainstay_rules::ledger::{
    Amendment, End, arr_on, behind_end, check_amendment, counted_on, last_end, next_change_after, next_material_end,
};
use mainstay_rules::limits::MONEY_MINOR_MAX;
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

#[test]
fn arr_counts_from_the_start_until_the_day_before_the_end() {
    let contract = [amendment(1, date(2026, 1, 1), Some(date(2027, 1, 1)), 1_200, 0)];
    assert_eq!(arr_on(&contract, date(2025, 12, 31)), 0);
    assert_eq!(arr_on(&contract, date(2026, 1, 1)), 1_200);
    assert_eq!(arr_on(&contract, date(2026, 12, 31)), 1_200);
    assert_eq!(arr_on(&contract, date(2027, 1, 1)), 0);
    assert_eq!(arr_on(&[], date(2026, 1, 1)), 0);
}

#[test]
fn an_amendment_takes_the_place_of_the_one_before() {
    let raised = [
        amendment(1, date(2026, 1, 1), Some(date(2027, 1, 1)), 1_200, 1),
        amendment(1, date(2026, 7, 1), Some(date(2028, 1, 1)), 1_500, 2),
        // Learned later about the same day: it wins.
        amendment(1, date(2026, 7, 1), Some(date(2028, 1, 1)), 1_600, 3),
        amendment(2, date(2026, 3, 1), None, 100, 4),
    ];
    assert_eq!(arr_on(&raised, date(2026, 2, 1)), 1_200);
    assert_eq!(arr_on(&raised, date(2026, 6, 30)), 1_300);
    assert_eq!(arr_on(&raised, date(2026, 7, 1)), 1_700);
    assert_eq!(arr_on(&raised, date(2027, 12, 31)), 1_700);
    assert_eq!(arr_on(&raised, date(2028, 1, 1)), 100);
    let today = date(2026, 2, 1);
    assert_eq!(next_change_after(&raised, today), Some(date(2026, 3, 1)));
    assert_eq!(next_change_after(&raised, date(2026, 7, 1)), Some(date(2028, 1, 1)));
    assert_eq!(next_change_after(&raised, date(2028, 1, 1)), None);
    // The first amendment's end was replaced, so it is none.
    assert_eq!(last_end(&raised, today), Some(End { on: date(2028, 1, 1), arr_minor: 1_600 }));
}

#[test]
fn a_shortened_contract_leaves_nothing_of_its_first_end() {
    let shortened = [
        amendment(1, date(2026, 1, 1), Some(date(2030, 1, 1)), 1_200, 1),
        amendment(1, date(2026, 6, 1), Some(date(2026, 9, 1)), 1_200, 2),
    ];
    assert_eq!(arr_on(&shortened, date(2026, 9, 1)), 0);
    assert_eq!(last_end(&shortened, date(2026, 1, 1)).unwrap().on, date(2026, 9, 1));
}

#[test]
fn an_end_is_material_from_a_tenth_of_the_arr() {
    let mixed = [
        amendment(1, date(2025, 1, 1), Some(date(2026, 3, 1)), 99, 1),
        amendment(2, date(2025, 1, 1), Some(date(2026, 6, 1)), 60, 2),
        amendment(3, date(2025, 1, 1), Some(date(2026, 6, 1)), 41, 3),
        amendment(4, date(2025, 1, 1), None, 800, 4),
    ];
    let today = date(2026, 1, 1);
    assert_eq!(arr_on(&mixed, today), 1_000);
    // 99 of 1,000 is less than a tenth; 60 and 41 end on one day and are 101.
    assert_eq!(next_material_end(&mixed, today), Some(End { on: date(2026, 6, 1), arr_minor: 101 }));
    assert_eq!(next_material_end(&mixed, today).unwrap().last_day(), date(2026, 5, 31));
    assert_eq!(next_material_end(&mixed, date(2026, 6, 1)), None);
    assert_eq!(last_end(&mixed[3..], today), None);
}

#[test]
fn a_renewal_carries_on_and_a_gap_does_not() {
    let renewed = |start| {
        [
            amendment(1, date(2025, 1, 1), Some(date(2026, 3, 1)), 100, 1),
            amendment(1, start, Some(date(2027, 3, 1)), 100, 2),
        ]
    };
    let today = date(2026, 1, 1);
    assert_eq!(next_material_end(&renewed(date(2026, 3, 1)), today).unwrap().on, date(2027, 3, 1));
    assert_eq!(next_change_after(&renewed(date(2026, 3, 1)), today), Some(date(2027, 3, 1)));
    assert_eq!(next_material_end(&renewed(date(2026, 4, 1)), today).unwrap().on, date(2026, 3, 1));
}

#[test]
fn an_amendment_to_nothing_is_a_change_but_no_end() {
    let emptied = [
        amendment(1, date(2025, 1, 1), Some(date(2027, 1, 1)), 100, 1),
        amendment(1, date(2026, 3, 1), Some(date(2027, 1, 1)), 0, 2),
    ];
    let today = date(2026, 1, 1);
    assert_eq!(next_change_after(&emptied, today), Some(date(2026, 3, 1)));
    assert_eq!(next_material_end(&emptied, today), None);
    assert_eq!(last_end(&emptied, today), None);
    // Another contract that ends on the same day is alone in what ends.
    let other = amendment(2, date(2025, 1, 1), Some(date(2026, 3, 1)), 50, 3);
    let both = [emptied.as_slice(), &[other]].concat();
    let end = End { on: date(2026, 3, 1), arr_minor: 50 };
    assert_eq!(next_material_end(&both, today), Some(end));
}

#[test]
fn one_contract_for_another_keeps_the_total_but_is_a_change() {
    let moved = [
        amendment(1, date(2025, 1, 1), Some(date(2026, 3, 1)), 100, 1),
        amendment(2, date(2026, 3, 1), Some(date(2027, 3, 1)), 100, 2),
    ];
    assert_eq!(next_change_after(&moved, date(2026, 1, 1)), Some(date(2026, 3, 1)));
}

#[test]
fn a_wrong_amendment_is_told_everything_at_once() {
    let start = date(2026, 1, 1);
    assert_eq!(check_amendment(start, None, 0), Ok(()));
    assert_eq!(check_amendment(start, Some(date(2026, 1, 2)), MONEY_MINOR_MAX), Ok(()));
    let errors = check_amendment(start, Some(start), -1).unwrap_err();
    let found: Vec<_> = errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(found, ["/end_on", "/arr"]);
    let errors = check_amendment(date(1900, 1, 1), Some(date(9999, 1, 1)), i64::MAX).unwrap_err();
    assert_eq!(errors.len(), 3);
    assert!(errors.iter().all(|error| error.code == FieldCode::OutOfRange));
}

fn day(number: i32) -> Date {
    date(2026, 1, 1).checked_add(Span::new().days(number)).unwrap()
}

const DAYS: i32 = 60;

prop_compose! {
    fn any_amendment()(
        contract in 0_u128..4, start in 0..DAYS, length in prop::option::of(1..DAYS),
        arr in 0_i64..50, learned in 0_i64..1_000,
    ) -> Amendment {
        amendment(contract, day(start), length.map(|length| day(start + length)), arr, learned)
    }
}

/// Amendments that were never learned in the same second, as the store guarantees per contract.
fn ledger() -> impl Strategy<Value = Vec<Amendment>> {
    prop::collection::vec(any_amendment(), 0..12).prop_map(|mut amendments| {
        for (second, amendment) in (0_i64..).zip(&mut amendments) {
            let learned = amendment.recorded_at.as_second() * 100 + second;
            amendment.recorded_at = Timestamp::from_second(learned).unwrap();
        }
        amendments
    })
}

/// What a person would do: write every amendment into a calendar, in the order of start and news.
fn naive(amendments: &[Amendment], contract: Uuid) -> Vec<i64> {
    let mut calendar = vec![0; usize::try_from(DAYS * 2 + 2).unwrap()];
    let mut own: Vec<_> = amendments.iter().filter(|a| a.contract == contract).collect();
    own.sort_by_key(|a| (a.start_on, a.recorded_at));
    for amendment in own {
        for (number, arr) in (0..).zip(&mut calendar) {
            if day(number) >= amendment.start_on {
                let over = amendment.end_on.is_some_and(|end| day(number) >= end);
                *arr = if over { 0 } else { amendment.arr_minor };
            }
        }
    }
    calendar
}

fn contracts(amendments: &[Amendment]) -> BTreeSet<Uuid> {
    amendments.iter().map(|a| a.contract).collect()
}

proptest! {
    #[test]
    fn arr_equals_the_naive_calendar_and_adds_over_contracts(amendments in ledger()) {
        let calendars: Vec<_> =
            contracts(&amendments).into_iter().map(|c| naive(&amendments, c)).collect();
        for number in 0..DAYS * 2 {
            let index = usize::try_from(number).unwrap();
            let sum: i64 = calendars.iter().map(|calendar| calendar[index]).sum();
            prop_assert_eq!(arr_on(&amendments, day(number)), sum);
        }
        let changes = |n: &i32| {
            let index = usize::try_from(*n).unwrap();
            calendars.iter().any(|calendar| calendar[index] != calendar[0])
        };
        let first = (1..DAYS * 2).find(changes).map(day);
        prop_assert_eq!(next_change_after(&amendments, day(0)), first);
    }

    #[test]
    fn the_order_of_amendments_does_not_matter(
        (amendments, shuffled) in ledger().prop_flat_map(|a| (Just(a.clone()), Just(a).prop_shuffle())),
        number in 0..DAYS * 2,
    ) {
        let today = day(number);
        prop_assert_eq!(arr_on(&amendments, today), arr_on(&shuffled, today));
        prop_assert_eq!(next_change_after(&amendments, today), next_change_after(&shuffled, today));
        prop_assert_eq!(next_material_end(&amendments, today), next_material_end(&shuffled, today));
        prop_assert_eq!(last_end(&amendments, today), last_end(&shuffled, today));
    }

    #[test]
    fn what_counts_adds_up_to_the_number(amendments in ledger(), number in 0..DAYS * 2) {
        let today = day(number);
        let sum = |parts: &[Amendment]| parts.iter().map(|part| part.arr_minor).sum::<i64>();
        let counted = counted_on(&amendments, today);
        prop_assert_eq!(sum(&counted), arr_on(&amendments, today));
        prop_assert_eq!(contracts(&counted).len(), counted.len());
        if let Some(end) = next_material_end(&amendments, today) {
            prop_assert_eq!(sum(&behind_end(&amendments, end)), end.arr_minor);
        }
    }

    #[test]
    fn an_end_lies_ahead_and_loses_what_it_says(amendments in ledger(), number in 0..DAYS) {
        let today = day(number);
        if let Some(end) = next_material_end(&amendments, today) {
            prop_assert!(end.on > today);
            prop_assert!(end.arr_minor * 10 >= arr_on(&amendments, today));
            prop_assert!(end.arr_minor <= arr_on(&amendments, end.last_day()));
            prop_assert!(end.on <= last_end(&amendments, today).unwrap().on);
        }
    }
}
