//! What is due by the calendar: planned once, caught up once after downtime, true to the clock when it jumps.

use jiff::civil::{Date, date, time};
use jiff::{SignedDuration, Timestamp};
use mainstay::job::store;
use mainstay_rules::schedule::{Cutoff, Rule, Schedule};

use super::engine::{EVERY, Engine, LATEST};
use crate::both;

const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The cut-offs of a kind's jobs, oldest first.
fn cut_offs(engine: &Engine, kind: &str) -> Vec<Date> {
    let mut days: Vec<Date> = engine.jobs().iter().filter(|job| job.kind == kind).map(|job| job.due_on).collect();
    days.sort();
    days
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

both!(
    fn a_week_after_another_each_at_its_cut_off(on) {
        let engine = Engine::new(on);
        engine.go_to(at("2026-11-30T04:59:59Z"));
        assert_eq!(engine.run_due(), 0, "six o'clock in Madrid has not come");
        engine.go_to(at("2026-11-30T05:00:00Z"));
        assert_eq!(engine.run_due(), 2, "one of each kind");
        engine.go_to(at("2026-12-07T05:00:00Z"));
        assert_eq!(engine.run_due(), 2);
        assert_eq!(engine.run_due(), 0);
        for kind in [LATEST.name, EVERY.name] {
            assert_eq!(cut_offs(&engine, kind), [date(2026, 11, 29), date(2026, 12, 6)]);
        }
    }
);

both!(
    fn after_downtime_the_newest_is_done_at_its_own_cut_off_or_each_is(on) {
        let engine = Engine::new(on);
        engine.go_to(at("2026-12-23T10:00:00Z"));
        engine.run_due();
        assert_eq!(cut_offs(&engine, LATEST.name), [date(2026, 12, 20)]);
        let missed = [date(2026, 11, 29), date(2026, 12, 6), date(2026, 12, 13), date(2026, 12, 20)];
        assert_eq!(cut_offs(&engine, EVERY.name), missed);
        assert_eq!(engine.run_due(), 0, "caught up once");
        assert!(engine.jobs().iter().all(|job| job.state.as_str() == "done"));
    }
);

both!(
    fn a_clock_that_is_set_back_repeats_nothing(on) {
        let engine = Engine::new(on);
        let start = engine.now();
        engine.go_to(start + WEEK * 2);
        engine.run_due();
        let done = engine.jobs().len();
        engine.go_to(start);
        assert_eq!(engine.run_due(), 0);
        engine.go_to(start + WEEK * 2 + SignedDuration::from_hours(1));
        assert_eq!(engine.run_due(), 0);
        assert_eq!(engine.jobs().len(), done);
        engine.go_to(start + WEEK * 3);
        assert_eq!(engine.run_due(), 2, "and goes on with the week after");
    }
);

both!(
    fn a_changed_schedule_holds_from_then_on_and_off_is_off(on) {
        let engine = Engine::new(on);
        let daily = Schedule { rule: Rule::Day, at: time(9, 0, 0, 0), zone: None, cutoff: Cutoff::SameDay };
        let off = daily.clone();
        engine.verb(move |tx, by| store::set_schedule(tx, by, &LATEST, &daily, true)).expect("it is changed");
        engine.verb(move |tx, by| store::set_schedule(tx, by, &EVERY, &off, false)).expect("it is switched off");
        assert_eq!(engine.run_due(), 0, "nine o'clock today is over and does not count");
        engine.go_to(at("2026-11-26T08:00:00Z"));
        assert_eq!(engine.run_due(), 1);
        assert_eq!(cut_offs(&engine, LATEST.name), [date(2026, 11, 26)]);
        let daily = Schedule { rule: Rule::Day, at: time(9, 0, 0, 0), zone: None, cutoff: Cutoff::SameDay };
        engine.go_to(at("2026-12-10T00:00:00Z"));
        engine.verb(move |tx, by| store::set_schedule(tx, by, &EVERY, &daily, true)).expect("it is switched on");
        engine.run_due();
        assert_eq!(cut_offs(&engine, EVERY.name), [], "nothing of the time when it was off");
    }
);

both!(
    fn holidays_and_the_zone_move_what_is_due_next(on) {
        let engine = Engine::new(on);
        let second = Schedule { rule: Rule::MonthBusinessDay { nth: 1 }, at: time(7, 0, 0, 0), zone: None, cutoff: Cutoff::SameDay };
        engine.verb(move |tx, by| store::set_schedule(tx, by, &LATEST, &second, true)).expect("it is changed");
        engine.run_due();
        let next = |engine: &Engine| {
            let kinds = engine.app.jobs;
            let planned = engine.verb(move |tx, by| store::schedule(tx, kinds, &by.workspace, LATEST.name, by.at));
            planned.expect("it is read").expect("there is one").next.expect("it is due some day").on
        };
        assert_eq!(next(&engine), date(2026, 12, 1));
        let holiday = store::Holiday { day: date(2026, 12, 1), name: "Founders' day".to_owned() };
        engine.verb(move |tx, by| store::add_holiday(tx, by, &holiday)).expect("it is added");
        assert_eq!(next(&engine), date(2026, 12, 2));
        engine.go_to(at("2026-12-01T12:00:00Z"));
        engine.run_due();
        assert_eq!(cut_offs(&engine, LATEST.name), []);
        engine.go_to(at("2026-12-02T06:00:00Z"));
        engine.run_due();
        assert_eq!(cut_offs(&engine, LATEST.name), [date(2026, 12, 2)]);
    }
);
