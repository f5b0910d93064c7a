//! Machine work: planned, taken, done once, tried again, parked; timers; several servers; time that jumps.

mod doors;
mod engine;
mod instances;
mod schedules;
mod timers;

use jiff::SignedDuration;
use serde_json::json;

use crate::both;
pub use doors::failed_job;
pub use engine::Engine;
use engine::{FAILS, PANICS, TIMER};

both!(
    fn a_job_is_done_once_and_never_before_its_time(on) {
        let engine = Engine::new(on);
        let at = engine.now() + SignedDuration::from_hours(1);
        engine.set_timer(&TIMER, "one", at, json!({}));
        assert_eq!(engine.run_due(), 0, "it is not time yet");
        engine.go_to(at - SignedDuration::from_secs(1));
        assert_eq!(engine.run_due(), 0, "a second early is early");
        engine.go_to(at);
        assert_eq!(engine.run_due(), 1);
        assert_eq!(engine.run_due(), 0);
        assert_eq!(engine.effects("one"), 1);
        let job = engine.job("one");
        assert_eq!((job.state.as_str(), job.attempts), ("done", 1));
    }
);

both!(
    fn a_failing_job_waits_longer_each_time_and_is_parked_and_retried_by_hand(on) {
        let engine = Engine::new(on);
        engine.set_timer(&FAILS, "stubborn", engine.now(), json!({}));
        assert_eq!(engine.run_due(), 1);
        let failed = engine.job("stubborn");
        assert_eq!((failed.state.as_str(), failed.attempts), ("failed", 1));
        assert!(failed.problem.as_deref().is_some_and(|why| why.contains("the printer is on fire")), "{failed:?}");
        let wait = failed.next_try_at.duration_since(engine.now()).as_secs();
        assert!((10..=19).contains(&wait), "the first wait is 15 to 19 seconds, not {wait}");
        assert_eq!(engine.run_due(), 0, "not before its wait is over");
        for attempt in 2..=FAILS.attempts_max {
            engine.go_to(engine.job("stubborn").next_try_at);
            assert_eq!(engine.run_due(), 1, "attempt {attempt}");
        }
        let parked = engine.job("stubborn");
        assert_eq!((parked.state.as_str(), parked.attempts), ("parked", FAILS.attempts_max));
        engine.go_to(engine.now() + SignedDuration::from_hours(24 * 30));
        engine.run_due(); // what the calendar brought meanwhile
        assert_eq!(engine.job("stubborn").state.as_str(), "parked", "it waits for a person");
        engine.retry("stubborn");
        assert_eq!(engine.run_due(), 1);
        assert_eq!(engine.job("stubborn").attempts, 1, "with all its tries anew");
        assert_eq!(engine.effects("stubborn"), 0, "nothing of a failed try is committed");
    }
);

both!(
    fn a_panic_is_a_failure(on) {
        let engine = Engine::new(on);
        engine.set_timer(&PANICS, "clumsy", engine.now(), json!({}));
        engine.set_timer(&TIMER, "careful", engine.now(), json!({}));
        assert_eq!(engine.run_due(), 2);
        let failed = engine.job("clumsy");
        assert_eq!(failed.state.as_str(), "failed");
        assert!(failed.problem.as_deref().is_some_and(|why| why.contains("fell over")), "{failed:?}");
        assert_eq!(engine.effects("careful"), 1, "the others go on");
    }
);

both!(
    fn workspaces_take_turns(on) {
        let engine = Engine::new(on);
        let quiet = engine.workspace("quiet");
        let early = engine.now() - SignedDuration::from_hours(1);
        for n in 0..200 {
            engine.set_timer(&TIMER, &format!("busy {n}"), early, json!({}));
        }
        for n in 0..3 {
            engine.set_timer_in(&quiet, &TIMER, &format!("quiet {n}"), engine.now(), json!({}));
        }
        let first: Vec<String> = engine.claim(16).iter().map(|held| held.key.clone()).collect();
        let quiet = first.iter().filter(|key| key.starts_with("quiet")).count();
        assert_eq!(quiet, 3, "the later jobs of the quiet workspace come with the first: {first:?}");
        assert!(first.len() > 3);
    }
);
