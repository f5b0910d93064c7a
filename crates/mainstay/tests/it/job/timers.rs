//! Timers: set, moved and cancelled in the transaction of what they watch.

use jiff::SignedDuration;
use mainstay::corridor::fault::Fault;
use mainstay::job::store;
use mainstay_rules::problem::Problem;
use serde_json::json;

use super::engine::{Engine, TIMER, happened};
use crate::both;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

both!(
    fn a_timer_is_moved_and_cancelled(on) {
        let engine = Engine::new(on);
        let now = engine.now();
        engine.set_timer(&TIMER, "moved", now + HOUR, json!({}));
        engine.set_timer(&TIMER, "moved", now + HOUR * 3, json!({ "step": 2 }));
        engine.set_timer(&TIMER, "cancelled", now + HOUR, json!({}));
        let cancel = |key: &'static str| engine.verb(move |tx, by| store::cancel_timer(tx, by, &TIMER, key));
        assert!(cancel("cancelled").expect("it is cancelled"));
        assert!(!cancel("cancelled").expect("there is none any more"));
        engine.go_to(now + HOUR * 2);
        assert_eq!(engine.run_due(), 0);
        engine.go_to(now + HOUR * 3);
        assert_eq!(engine.run_due(), 1);
        assert_eq!((engine.effects("moved"), engine.effects("cancelled")), (1, 0));
        assert!(!cancel("moved").expect("what went off is not cancelled"));
        engine.set_timer(&TIMER, "moved", now + HOUR * 4, json!({}));
        engine.go_to(now + HOUR * 4);
        assert_eq!(engine.run_due(), 1, "set anew, it goes off anew");
        assert_eq!(engine.effects("moved"), 2);
    }
);

both!(
    fn what_is_rolled_back_sets_moves_and_cancels_nothing(on) {
        let engine = Engine::new(on);
        let now = engine.now();
        engine.set_timer(&TIMER, "kept", now + HOUR, json!({}));
        let failed = engine.verb(move |tx, by| {
            store::set_timer(tx, by, &TIMER, "never", now, &json!({}))?;
            store::cancel_timer(tx, by, &TIMER, "kept")?;
            Err::<(), _>(Fault::new(Problem::Conflict, "changed my mind"))
        });
        assert!(failed.is_err());
        engine.go_to(now + HOUR);
        assert_eq!(engine.run_due(), 1);
        assert_eq!((engine.effects("kept"), engine.effects("never")), (1, 0));
    }
);

both!(
    fn work_that_runs_cannot_finish_once_its_timer_is_moved_or_cancelled(on) {
        let engine = Engine::new(on);
        engine.set_timer(&TIMER, "moved", engine.now(), json!({}));
        engine.set_timer(&TIMER, "cancelled", engine.now(), json!({}));
        let held = engine.claim(16);
        assert_eq!(held.len(), 2);
        let later = engine.now() + HOUR;
        engine.set_timer(&TIMER, "moved", later, json!({}));
        engine.verb(|tx, by| store::cancel_timer(tx, by, &TIMER, "cancelled")).expect("it is cancelled");
        for job in held {
            let ended = engine.verb(move |tx, by| happened(tx, by, &job));
            assert_eq!(ended.expect_err("it is refused").problem, Problem::Conflict);
        }
        assert!(engine.all_effects().is_empty(), "what was refused left nothing behind");
        engine.go_to(later);
        assert_eq!(engine.run_due(), 1);
        assert_eq!(engine.effects("moved"), 1);
    }
);

both!(
    fn a_key_has_limits(on) {
        let engine = Engine::new(on);
        let now = engine.now();
        let long = "x".repeat(201);
        let set = |key: String| engine.verb(move |tx, by| store::set_timer(tx, by, &TIMER, &key, now, &json!({})));
        for key in [String::new(), long] {
            assert_eq!(set(key).expect_err("it is refused").problem, Problem::Invalid);
        }
    }
);
