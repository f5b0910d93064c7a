//! Schedules: a table of hard cases, properties, and some hundreds of cases against an oracle that is not jiff.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday, date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mainstay_rules::schedule::{
    CatchUp, Cutoff, Due, Holidays, LAST, Rule, Schedule, ScheduleText, Weekdays, due_between, instant,
    is_business_day, next_after,
};
use proptest::prelude::*;

/// Made by `schedule_oracle/make.py` with Python's zoneinfo.
const ORACLE: &str = include_str!("schedule_oracle/cases.csv");

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn daily(hour: i8, minute: i8) -> Schedule {
    Schedule { rule: Rule::Day, at: time(hour, minute, 0, 0), zone: None, cutoff: Cutoff::SameDay }
}

fn by(rule: Rule) -> Schedule {
    Schedule { rule, ..daily(7, 0) }
}

/// The civil days on which the next `count` are due.
fn days(schedule: &Schedule, holidays: &Holidays, after: &str, count: usize) -> Vec<Date> {
    let mut found = Vec::new();
    let mut after = at(after);
    for _ in 0..count {
        let due = next_after(schedule, holidays, &TimeZone::UTC, after).unwrap();
        found.push(due.on);
        after = due.at;
    }
    found
}

#[test]
fn agrees_with_the_oracle() {
    let mut count = 0;
    for line in ORACLE.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |cell: &str| (!cell.is_empty()).then(|| cell.parse().unwrap());
        let text = ScheduleText {
            every: cells[0].to_owned(),
            weekdays: cells[1].split_whitespace().map(str::to_owned).collect(),
            day: number(cells[2]),
            nth: number(cells[3]),
            count: number(cells[4]),
            from: (!cells[5].is_empty()).then(|| cells[5].to_owned()),
            at: cells[6].to_owned(),
            zone: Some(cells[7].to_owned()),
            cutoff: Some(cells[8].to_owned()),
        };
        let schedule = text.check(|name| TimeZone::get(name).is_ok()).unwrap();
        let holidays: Holidays = cells[9].split_whitespace().map(|day| day.parse().unwrap()).collect();
        let due = next_after(&schedule, &holidays, &zone(cells[7]), at(cells[10]));
        let wanted = Due { on: cells[11].parse().unwrap(), at: at(cells[12]) };
        assert_eq!(due, Some(wanted), "{line}");
        count += 1;
    }
    assert!(count >= 400, "only {count} cases");
}

#[test]
fn a_time_that_is_leapt_over_is_due_right_after_the_leap() {
    let cases = [
        ("Europe/Madrid", date(2026, 3, 29), time(2, 30, 0, 0), "2026-03-29T01:00:00Z"),
        ("America/New_York", date(2026, 3, 8), time(2, 0, 0, 0), "2026-03-08T07:00:00Z"),
        ("America/Sao_Paulo", date(2018, 11, 4), time(0, 0, 0, 0), "2018-11-04T03:00:00Z"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15, 0, 0), "2026-10-03T15:30:00Z"),
    ];
    for (name, day, clock, wanted) in cases {
        assert_eq!(instant(day, clock, &zone(name)), Some(at(wanted)), "{name}");
    }
}

#[test]
fn a_time_that_comes_twice_is_due_the_first_time_only() {
    let madrid = zone("Europe/Madrid");
    let schedule = daily(2, 30);
    let first = next_after(&schedule, &Holidays::new(), &madrid, at("2026-10-24T12:00:00Z")).unwrap();
    assert_eq!(first, Due { on: date(2026, 10, 25), at: at("2026-10-25T00:30:00Z") });
    let second = next_after(&schedule, &Holidays::new(), &madrid, first.at).unwrap();
    assert_eq!(second.on, date(2026, 10, 26), "not again an hour later");
}

#[test]
fn a_day_that_a_zone_left_out_has_nothing_due() {
    let apia = zone("Pacific/Apia");
    let due = next_after(&daily(9, 0), &Holidays::new(), &apia, at("2011-12-29T20:00:00Z")).unwrap();
    assert_eq!(due.on, date(2011, 12, 31));
    assert_eq!(instant(date(2011, 12, 30), time(9, 0, 0, 0), &apia), None);
}

#[test]
fn months_without_the_day_take_their_last_one() {
    let none = Holidays::new();
    let thirty_first = by(Rule::MonthDay { day: 31 });
    let ends = [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)];
    assert_eq!(days(&thirty_first, &none, "2028-01-01T00:00:00Z", 4), ends);
    assert_eq!(days(&by(Rule::MonthDay { day: LAST }), &none, "2028-01-01T00:00:00Z", 4), ends);
    let leap_day = by(Rule::MonthDay { day: 29 });
    assert_eq!(days(&leap_day, &none, "2027-02-01T00:00:00Z", 2), [date(2027, 2, 28), date(2027, 3, 29)]);
}

#[test]
fn a_month_without_a_fifth_weekday_has_none() {
    let fifth = by(Rule::MonthWeekday { nth: 5, weekday: Weekday::Monday });
    let wanted = [date(2026, 3, 30), date(2026, 6, 29), date(2026, 8, 31)];
    assert_eq!(days(&fifth, &Holidays::new(), "2026-01-01T00:00:00Z", 3), wanted);
    let last = by(Rule::MonthWeekday { nth: LAST, weekday: Weekday::Friday });
    assert_eq!(days(&last, &Holidays::new(), "2026-02-01T00:00:00Z", 2), [date(2026, 2, 27), date(2026, 3, 27)]);
}

#[test]
fn business_days_leave_out_weekends_and_holidays() {
    let holidays: Holidays = [date(2026, 1, 1), date(2026, 1, 6), date(2026, 12, 25), date(2026, 12, 31)].into();
    let second = by(Rule::MonthBusinessDay { nth: 2 });
    assert_eq!(days(&second, &holidays, "2026-01-01T00:00:00Z", 2), [date(2026, 1, 5), date(2026, 2, 3)]);
    let last = by(Rule::MonthBusinessDay { nth: LAST });
    assert_eq!(days(&last, &holidays, "2026-12-01T00:00:00Z", 1), [date(2026, 12, 30)]);
    let every_third = by(Rule::BusinessDays { count: 3, from: date(2026, 1, 3) });
    let wanted = [date(2026, 1, 5), date(2026, 1, 9), date(2026, 1, 14)];
    assert_eq!(days(&every_third, &holidays, "2026-01-01T00:00:00Z", 3), wanted);
}

#[test]
fn a_month_with_fewer_business_days_takes_its_last_one_and_one_of_holidays_has_none() {
    let mut holidays: Holidays = (1..=31).map(|day| date(2026, 8, day)).collect();
    let twentieth = by(Rule::MonthBusinessDay { nth: 20 });
    assert_eq!(days(&twentieth, &holidays, "2026-07-31T12:00:00Z", 1), [date(2026, 9, 28)]);
    holidays.remove(&date(2026, 8, 19));
    assert_eq!(days(&twentieth, &holidays, "2026-07-31T12:00:00Z", 1), [date(2026, 8, 19)]);
}

#[test]
fn a_calendar_of_nothing_but_holidays_is_never_due() {
    let holidays: Holidays = date(2026, 1, 1).series(jiff::Span::new().days(1)).take(3_000).collect();
    let schedule = by(Rule::BusinessDays { count: 1, from: date(2026, 1, 1) });
    assert_eq!(next_after(&schedule, &holidays, &TimeZone::UTC, at("2026-01-01T00:00:00Z")), None);
}

#[test]
fn the_first_of_a_month_can_close_the_month_before() {
    let monthly = Schedule { cutoff: Cutoff::DayBefore, ..by(Rule::MonthDay { day: 1 }) };
    let due = next_after(&monthly, &Holidays::new(), &TimeZone::UTC, at("2028-02-10T00:00:00Z")).unwrap();
    assert_eq!(due, Due { on: date(2028, 2, 29), at: at("2028-03-01T07:00:00Z") });
}

#[test]
fn missed_periods_are_caught_up_once_or_each() {
    let weekly = by(Rule::Week { on: Weekdays::only(Weekday::Monday) });
    let (none, utc) = (Holidays::new(), TimeZone::UTC);
    let span = (at("2026-01-05T07:00:00Z"), at("2026-01-28T00:00:00Z"));
    let on = |catch_up| -> Vec<Date> {
        due_between(&weekly, &none, &utc, span, catch_up).iter().map(|due| due.on).collect()
    };
    assert_eq!(on(CatchUp::Latest), [date(2026, 1, 26)]);
    assert_eq!(on(CatchUp::Every), [date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)]);
    let nothing = (span.0, at("2026-01-12T06:59:59Z"));
    assert!(due_between(&weekly, &none, &utc, nothing, CatchUp::Every).is_empty());
    let backwards = (span.1, span.0);
    assert!(due_between(&weekly, &none, &utc, backwards, CatchUp::Every).is_empty());
}

#[test]
fn every_error_of_a_text_is_named_at_its_field() {
    let check = |toml: &str| toml::from_str::<ScheduleText>(toml).unwrap().check(|name| name == "Europe/Madrid");
    let pointers = |toml: &str| -> Vec<String> { check(toml).unwrap_err().into_iter().map(|e| e.pointer).collect() };
    assert_eq!(pointers("every = 'hour'\nat = '7:00'"), ["/every", "/at"]);
    assert_eq!(pointers("every = 'week'\nat = '07:00'"), ["/weekdays"]);
    assert_eq!(pointers("every = 'day'\nat = '07:00'\nday = 3"), ["/day"]);
    assert_eq!(pointers("every = 'month_day'\nat = '24:00'\nday = 32\nzone = 'Mars/Base'"), ["/day", "/at", "/zone"]);
    assert_eq!(
        pointers("every = 'month_weekday'\nat = '07:00'\nnth = 0\nweekdays = ['monday', 'friday']"),
        ["/nth", "/weekdays"]
    );
    assert_eq!(
        pointers("every = 'business_days'\nat = '07:00'\ncount = 0\nfrom = 'x'\ncutoff = 'y'"),
        ["/count", "/from", "/cutoff"]
    );
    let fine = check("every = 'week'\nweekdays = ['friday', 'monday']\nat = '07:00'\nzone = 'Europe/Madrid'").unwrap();
    assert_eq!(fine.rule, Rule::Week { on: Weekdays::only(Weekday::Monday).and(Weekday::Friday) });
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let weekday = (1_i8..=7).prop_map(|day| Weekday::from_monday_one_offset(day).unwrap());
    prop_oneof![
        Just(Rule::Day),
        weekday.clone().prop_map(|day| Rule::Week { on: Weekdays::only(day) }),
        prop_oneof![Just(LAST), 1_i8..=31].prop_map(|day| Rule::MonthDay { day }),
        (prop_oneof![Just(LAST), 1_i8..=5], weekday).prop_map(|(nth, weekday)| Rule::MonthWeekday { nth, weekday }),
        prop_oneof![Just(LAST), 1_i8..=20].prop_map(|nth| Rule::MonthBusinessDay { nth }),
        (1_i64..=260, 0_i64..4_000).prop_map(|(count, days)| Rule::BusinessDays {
            count,
            from: date(2020, 1, 1) + jiff::Span::new().days(days)
        }),
    ]
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let cutoff = prop_oneof![Just(Cutoff::SameDay), Just(Cutoff::DayBefore)];
    (any_rule(), 0_i8..24, 0_i8..60, cutoff).prop_map(|(rule, hour, minute, cutoff)| Schedule {
        rule,
        at: time(hour, minute, 0, 0),
        zone: None,
        cutoff,
    })
}

fn any_zone() -> impl Strategy<Value = TimeZone> {
    let names =
        ["UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/Nuuk", "Africa/Casablanca"];
    proptest::sample::select(names.to_vec()).prop_map(zone)
}

fn any_holidays() -> impl Strategy<Value = Holidays> {
    proptest::collection::btree_set(
        (0_i64..2_500).prop_map(|days| date(2020, 1, 1) + jiff::Span::new().days(days)),
        0..40,
    )
}

proptest! {
    /// Later than asked, on a new day each time, and nothing between.
    #[test]
    fn dues_ascend_and_none_is_left_out(
        schedule in any_schedule(), zone in any_zone(), holidays in any_holidays(), start in 1_577_836_800_i64..1_700_000_000,
    ) {
        let after = Timestamp::from_second(start).unwrap();
        let first = next_after(&schedule, &holidays, &zone, after).unwrap();
        let second = next_after(&schedule, &holidays, &zone, first.at).unwrap();
        prop_assert!(after < first.at && first.at < second.at && first.on < second.on);
        let just_before = first.at - SignedDuration::from_micros(1);
        prop_assert_eq!(next_after(&schedule, &holidays, &zone, just_before.max(after)), Some(first));
        let between = due_between(&schedule, &holidays, &zone, (after, second.at), CatchUp::Every);
        prop_assert_eq!(between, vec![first, second]);
    }

    /// Counting business days in closed form is the same as counting them one by one.
    #[test]
    fn business_days_are_counted_as_one_counts_them(count in 1_i64..30, from in 0_i64..1_000, holidays in any_holidays()) {
        let from = date(2020, 1, 1) + jiff::Span::new().days(from);
        let schedule = by(Rule::BusinessDays { count, from });
        let start = from.yesterday().unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp();
        let found: BTreeSet<Date> =
            due_between(&schedule, &holidays, &TimeZone::UTC, (start, start + SignedDuration::from_hours(24 * 200)), CatchUp::Every)
                .iter().map(|due| due.on).collect();
        let mut seen = 0;
        for day in from.series(jiff::Span::new().days(1)).take(190) {
            let is_business = is_business_day(day, &holidays);
            prop_assert_eq!(found.contains(&day), is_business && seen % count == 0, "{}", day);
            seen += i64::from(is_business);
        }
    }

    #[test]
    fn what_is_written_is_read_again(schedule in any_schedule()) {
        let text = toml::to_string(&ScheduleText::from(&schedule)).unwrap();
        let read = toml::from_str::<ScheduleText>(&text).unwrap().check(|_| true);
        prop_assert_eq!(read, Ok(schedule), "{}", text);
    }

    #[test]
    fn any_text_is_checked_without_a_panic(every in ".{0,12}", at in ".{0,8}", day in any::<i64>(), from in ".{0,12}") {
        let text = ScheduleText { every, at, day: Some(day), from: Some(from), ..ScheduleText::default() };
        let _ = text.check(|_| true);
    }
}
