//! The snapshots that a schedule takes: at their own cut-off after downtime, each once.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use mainstay::corridor::fault::Fault;
use mainstay::corridor::verb::By;
use mainstay::portfolio::store::{self as portfolio, Filter, Frame, SnapshotKind, Sort, SortKey};
use mainstay::scorecard::store::{self as scores, ScoreIn};
use mainstay_db::{Scope, Tx};
use mainstay_rules::score::Score;
use uuid::Uuid;

use crate::both;
use crate::job::Engine;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn score(engine: &Engine, account: Uuid, hundredths: i64) {
    let value = Some(Score::from_hundredths(hundredths).expect("a score"));
    let new = ScoreIn {
        metric: "launched".to_owned(),
        value,
        note: String::new(),
        evidence_url: String::new(),
        effective_at: None,
        confirms: false,
    };
    let record = move |tx: &mut Tx<'_>, by: &By| {
        tx.lock(&[account])?;
        scores::record(tx, by, account, &new)
    };
    engine.verb(record).expect("the score is recorded");
}

/// Kind and day of each snapshot with the first step as it shows it, the oldest day first.
fn kept(engine: &Engine) -> Vec<(&'static str, Date, Option<i64>)> {
    let workspace = engine.workspace.id;
    let read = move |tx: &mut Tx<'_>| {
        let mut kept = Vec::new();
        for snapshot in portfolio::snapshots(tx, workspace, None, 100)? {
            let of = (workspace, Frame::Snapshot(snapshot.id));
            let sort = Sort { key: SortKey::Name, descending: false };
            let lines = portfolio::page(tx, of, &Filter::default(), sort, None, 10)?;
            assert_eq!(lines.len(), 1, "the account is in it");
            kept.push((snapshot.kind.as_str(), snapshot.as_of, lines[0].steps[0].score));
        }
        kept.sort();
        Ok::<_, Fault>(kept)
    };
    engine.runtime.block_on(engine.app.db.read(Scope::Workspace(workspace), read)).expect("snapshots are read")
}

/// The day of the snapshot that the report of a day is held against.
fn board(engine: &Engine, day: Date) -> Option<Date> {
    let workspace = engine.workspace.id;
    let read = move |tx: &mut Tx<'_>| portfolio::last_board(tx, workspace, day, None);
    let mark = engine.runtime.block_on(engine.app.db.read(Scope::Workspace(workspace), read)).expect("it is read");
    mark.map(|mark| mark.as_of)
}

both!(
    fn after_downtime_every_month_is_kept_as_it_ended_and_the_last_week(on) {
        let mut engine = Engine::new(on);
        engine.app.jobs = mainstay::app::JOB_KINDS;
        engine.run_due(); // these schedules begin now
        let account = engine.account("Albion");
        score(&engine, account, 400);
        engine.go_to(at("2026-11-30T22:59:59Z"));
        engine.run_due();
        assert_eq!(kept(&engine), vec![("weekly", date(2026, 11, 29), Some(4_000_000))], "no month is over yet");
        // The server is away; somebody records a score on another one in between.
        engine.go_to(at("2026-12-20T10:00:00Z"));
        score(&engine, account, 800);
        engine.go_to(at("2027-02-03T09:00:00Z"));
        engine.run_due();
        let expected = vec![
            ("monthly", date(2026, 11, 30), Some(4_000_000)),
            ("monthly", date(2026, 12, 31), Some(8_000_000)),
            ("monthly", date(2027, 1, 31), Some(8_000_000)),
            ("weekly", date(2026, 11, 29), Some(4_000_000)),
            ("weekly", date(2027, 1, 31), Some(8_000_000)),
        ];
        assert_eq!(kept(&engine), expected);
        engine.run_due();
        assert_eq!(kept(&engine), expected, "each once");
        assert_eq!(board(&engine, date(2027, 2, 3)), Some(date(2027, 1, 31)), "the board looks back to a month's end");
        assert_eq!(board(&engine, date(2027, 1, 31)), Some(date(2026, 12, 31)), "of that day itself to the one before");
        assert_eq!(board(&engine, date(2026, 11, 30)), None, "weeks are no board's");
        let by_hand = |tx: &mut Tx<'_>, by: &By| {
            portfolio::take_snapshot(tx, by, SnapshotKind::Manual, date(2026, 11, 29), "Board")
        };
        engine.verb(by_hand).expect("a snapshot is taken");
        assert_eq!(board(&engine, date(2026, 11, 30)), Some(date(2026, 11, 29)), "until a month is kept, one by hand is");
        assert_eq!(board(&engine, date(2027, 2, 3)), Some(date(2027, 1, 31)));
    }
);
