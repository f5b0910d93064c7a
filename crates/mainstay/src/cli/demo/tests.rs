//! The story holds on whatever day it is told: young years, leap years, the nights when clocks change.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use mainstay_rules::ledger::{Amendment, arr_on};
use mainstay_rules::progress::last_year_end;
use uuid::Uuid;

use super::calendar::Calendar;
use super::founding::{FISCAL_YEAR_START_MONTH, ZONE};
use super::script::{self, Act, Deed};
use super::stage::{THOUSAND, terms};
use super::story::{self, Account};

/// As the demo's founding sets it.
const DIRHAM_A_EURO: i64 = 4;

fn days() -> impl Iterator<Item = Date> {
    // From one new year over a leap day to another.
    let first = date(2027, 1, 1);
    (0..800).step_by(29).chain([0, 1, 19, 20, 33, 364, 365, 423, 424]).map(move |n| first.saturating_add(n.days()))
}

fn calendar(today: Date) -> Calendar {
    Calendar::new(today, TimeZone::get(ZONE).expect("the zone is known"), FISCAL_YEAR_START_MONTH)
}

/// The account's ledger as the verbs make it.
fn ledger(calendar: &Calendar, account: &Account, acts: &[Act], place: usize) -> Vec<Amendment> {
    acts.iter()
        .filter(|act| act.account == place)
        .filter_map(|act| match act.deed {
            Deed::AddContract { contract } => Some((act.at, contract, 0)),
            Deed::AmendContract { contract, step } => Some((act.at, contract, step)),
            _ => None,
        })
        .map(|(recorded_at, contract, step)| {
            let written = &account.contracts[contract];
            let terms = terms(calendar, written, &written.steps[step]).expect("the terms satisfy the rules");
            Amendment {
                contract: Uuid::from_u128(contract as u128),
                start_on: terms.start_on,
                end_on: terms.end_on,
                arr_minor: terms.arr_minor / if terms.currency.is_some() { DIRHAM_A_EURO } else { 1 },
                recorded_at,
            }
        })
        .collect()
}

#[test]
fn arr_is_the_same_on_every_day_of_telling() {
    let story = story::read().expect("the tables can be read");
    for today in days() {
        let calendar = calendar(today);
        let acts = script::write(&story, &calendar).expect("the script can be written");
        let (mut now, mut last_year) = (0, 0);
        for (place, account) in story.accounts.iter().enumerate() {
            let ledger = ledger(&calendar, account, &acts, place);
            now += arr_on(&ledger, today);
            if account.archived.is_none() {
                last_year += arr_on(&ledger, last_year_end(today, FISCAL_YEAR_START_MONTH));
            }
        }
        assert_eq!((now, last_year), (23_237 * THOUSAND, 20_855 * THOUSAND), "told on {today}");
    }
}

#[test]
fn everything_happened_before_today_and_after_the_account_came() {
    let story = story::read().expect("the tables can be read");
    for today in days() {
        let calendar = calendar(today);
        let midnight = calendar.instant(0, 0).expect("today has a midnight");
        let acts = script::write(&story, &calendar).expect("the script can be written");
        let mut there = vec![false; story.accounts.len()];
        for act in &acts {
            assert!(act.at < midnight, "told on {today}, {} acts on day {}", act.who, act.day);
            let is_arrival = matches!(act.deed, Deed::CreateAccount);
            assert!(is_arrival || there[act.account], "{}: day {}", story.accounts[act.account].name, act.day);
            there[act.account] = true;
        }
    }
}

#[test]
fn whoever_is_named_is_one_of_the_thirty() {
    let story = story::read().expect("the tables can be read");
    assert_eq!(story.people.len(), 30);
    let known = |key: &str| story.people.iter().any(|person| person.key == key);
    for account in &story.accounts {
        let names = account.team.iter().chain([&account.owner, &account.associate, &account.seller]);
        names.for_each(|key| assert!(known(key), "{}: {key}", account.name));
        let lines = account.regions.iter().flat_map(|region| &region.lines);
        lines.for_each(|line| assert!(known(&line.owner), "{}: {}", account.name, line.owner));
    }
    let acts = script::write(&story, &calendar(date(2027, 6, 1))).expect("the script can be written");
    for act in &acts {
        assert!(known(&act.who), "{}", act.who);
    }
}

#[test]
fn measured_figures_are_as_high_as_the_course_of_their_step() {
    use super::scoring::measured_for_test;
    for step in &crate::scorecard::shipped()[0].template.steps {
        for level in 0..=100 {
            for seat in 0..27 {
                let values = measured_for_test(step, level, seat);
                let sum: i64 = values.iter().sum();
                let count = i64::try_from(values.len()).expect("a few");
                assert!(count > 0);
                assert_eq!(sum, level * 10 * count, "{} at {level}, seat {seat}: {values:?}", step.key);
            }
        }
    }
}
