//! Signals and the days that pass: levels over days are looked at each night, old points are thinned out.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Span, Timestamp};
use mainstay::corridor::fault::Fault;
use mainstay::signal::reactions::look;
use mainstay::signal::store::{self as signals, Arrived, Refusal, Taken, ThresholdTerms, Windowed};
use mainstay_db::{Scope, Tx};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::threshold::{Measure, Side, Threshold};
use uuid::Uuid;

use crate::both;
use crate::job::Engine;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn begun(on: crate::harness::On) -> (Engine, Uuid) {
    let mut engine = Engine::new(on);
    engine.app.jobs = mainstay::app::JOB_KINDS;
    engine.run_due(); // these schedules begin now
    let account = engine.account("Albion");
    (engine, account)
}

fn point(engine: &Engine, account: Uuid, whole: i64, at: Timestamp, who: u128) -> Arrived {
    Arrived {
        place: 0,
        id: engine.app.source.id(),
        account,
        part: None,
        name: "logins".to_owned(),
        value: Decimal::from_millionths(whole * 1_000_000),
        at,
        actor: Some(Uuid::from_u128(who)),
        source: "test".to_owned(),
    }
}

fn take(engine: &Engine, points: Vec<Arrived>) -> Taken {
    let taken = engine.verb(move |tx, by| signals::take(tx, by, &points, &BTreeSet::new())).expect("points are taken");
    engine.runtime.block_on(look(&engine.app)).expect("thresholds are looked at");
    taken
}

/// What a day later does by itself.
fn pass_days(engine: &Engine, days: i64) {
    for _ in 0..days {
        engine.go_to(engine.now() + HOUR * 24);
        engine.run_due();
        engine.runtime.block_on(look(&engine.app)).expect("thresholds are looked at");
    }
}

fn watch(engine: &Engine, measure: Measure, side: Side, level: i64) {
    let rule = Threshold {
        side,
        level: Decimal::from_millionths(level * 1_000_000),
        back_by: Decimal::from_millionths(1_000_000),
        rest_days: 5,
    };
    let what = Windowed { signal: "logins".to_owned(), measure, days: 3 };
    let terms = ThresholdTerms { what, rule, account_types: 0b10, enabled: true };
    engine.verb(move |tx, by| signals::add_threshold(tx, by, &terms, false)).expect("the level is watched");
}

fn read<T: Send + 'static>(
    engine: &Engine,
    read: impl Fn(&mut Tx<'_>, Uuid) -> Result<T, Fault> + Send + 'static,
) -> T {
    let workspace = engine.workspace.id;
    let reading = engine.app.db.read(Scope::Workspace(workspace), move |tx| read(tx, workspace));
    engine.runtime.block_on(reading).expect("it is read")
}

/// Measure and value in whole numbers of every crossing so far.
fn crossings(engine: &Engine) -> Vec<(String, i64)> {
    read(engine, |tx, workspace| {
        // As they are written: readers of the log wait on PostgreSQL until no older transaction runs.
        let written =
            "SELECT data FROM event WHERE workspace_id = $1 AND kind = 'threshold_crossed' ORDER BY account_version";
        let all: Vec<serde_json::Value> = tx.rows(written, &[&workspace], |row| row.get(0))?;
        Ok(all
            .iter()
            .map(|data| {
                let measure = data["measure"].as_str().expect("a measure").to_owned();
                (measure, data["value"].as_i64().expect("a value") / 1_000_000)
            })
            .collect())
    })
}

both!(
    fn silence_crosses_a_level_too(on) {
        let (engine, account) = begun(on);
        take(&engine, vec![point(&engine, account, 2, engine.now() - HOUR, 1)]);
        watch(&engine, Measure::Sum, Side::AtMost, 0);
        watch(&engine, Measure::Distinct, Side::AtMost, 1);
        pass_days(&engine, 2);
        assert_eq!(crossings(&engine), [], "one person in three days was so when it was first watched");
        pass_days(&engine, 4);
        assert_eq!(crossings(&engine), [("sum".to_owned(), 0)], "once, though it is silent day after day");
        let now = engine.now();
        take(&engine, vec![point(&engine, account, 1, now, 1), point(&engine, account, 4, now - HOUR, 2)]);
        pass_days(&engine, 4);
        let expected = [("sum".to_owned(), 0), ("sum".to_owned(), 0), ("distinct".to_owned(), 0)];
        assert_eq!(crossings(&engine), expected, "back by their margins and rested, both were armed again");
    }
);

both!(
    fn old_points_are_thinned_out_and_their_days_stay(on) {
        let (engine, account) = begun(on);
        let begun = engine.now();
        let points: Vec<Arrived> = (1..=3).map(|n| point(&engine, account, n, begun - HOUR * (4 - i32::try_from(n).expect("small")), 7)).collect();
        let again = points[1].clone();
        assert_eq!(take(&engine, points).recorded, 3);
        let summed = |engine: &Engine| {
            let days = (begun.to_zoned(jiff::tz::TimeZone::UTC).date() - Span::new().days(2), engine.workspace.day_of(engine.now()));
            read(engine, move |tx, workspace| {
                let all = signals::summary(tx, workspace, account, account, days)?;
                Ok(all.iter().map(|row| (row.rolled.points, row.rolled.total / 1_000_000, row.rolled.last.millionths() / 1_000_000)).collect::<Vec<_>>())
            })
        };
        let kept = |engine: &Engine| read(engine, move |tx, workspace| Ok(signals::series(tx, workspace, account, "logins", None, 100)?.len()));
        pass_days(&engine, 89);
        assert_eq!((kept(&engine), summed(&engine)), (3, vec![(3, 6, 3)]));
        pass_days(&engine, 3);
        assert_eq!((kept(&engine), summed(&engine)), (1, vec![(3, 6, 3)]), "the last of the day and its roll-up");
        let late = take(&engine, vec![again]);
        assert_eq!((late.recorded, late.refused.first().map(|(_, why)| *why)), (0, Some(Refusal::TooLate)));
        // A day of which nothing was known can still be told.
        let older = begun - HOUR * 24 * 30;
        assert_eq!(take(&engine, vec![point(&engine, account, 9, older, 7)]).recorded, 1);
        assert_eq!(summed(&engine), vec![(3, 6, 3)]);
        let compared = read(&engine, {
            let workspace = std::sync::Arc::clone(&engine.workspace);
            move |tx, _| signals::compare_days(tx, &workspace, account)
        });
        assert!(compared.iter().all(|day| day.is_same) && compared.len() == 1, "{compared:?}");
    }
);
