//! Several servers and servers that die: a lease is held by one, a frozen holder is refused, nothing is done twice.
#![expect(
    clippy::disallowed_methods,
    reason = "the length of the battery comes by the environment, and waits are timed"
)]

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use mainstay::app::App;
use mainstay::corridor::source::Source;
use mainstay::corridor::verb::By;
use mainstay::job::{reactions, store};
use mainstay_db::{Scope, Tx};
use mainstay_rules::job::State;
use mainstay_rules::problem::Problem;
use serde_json::json;
use tokio::sync::watch;

use super::engine::{Engine, FAILS, SLOW, TIMER, happened, open};
use crate::both;
use crate::harness::On;

const PATIENCE: Duration = Duration::from_secs(120);

fn is_soak() -> bool {
    std::env::var_os("MAINSTAY_SOAK").is_some()
}

/// Waits until every job of the engine's workspace is done.
fn wait_until_done(engine: &Engine) {
    let began = Instant::now();
    let waits = |state| engine.count(state) > 0;
    while waits(State::Due) || waits(State::Running) || waits(State::Failed) {
        assert!(began.elapsed() < PATIENCE, "still not done: {} are", engine.count(State::Done));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(engine.count(State::Parked), 0);
}

both!(
    fn a_frozen_holder_is_refused_and_another_does_it_once(on) {
        let engine = Engine::new(on);
        engine.set_timer(&TIMER, "frozen", engine.now(), json!({}));
        let held = engine.claim(16).pop().expect("it is taken");
        assert_eq!(engine.run_due(), 0, "nobody else takes it while the lease lasts");
        engine.let_leases_run_out();
        assert_eq!(engine.run_due(), 1, "then another does");
        let late = held.clone();
        let ended = engine.verb(move |tx, by| happened(tx, by, &late));
        assert_eq!(ended.expect_err("the stale holder is refused").problem, Problem::Conflict);
        assert_eq!(engine.effects("frozen"), 1);
        let job = engine.job("frozen");
        assert_eq!((job.state.as_str(), job.attempts), ("done", 2));
    }
);

both!(
    fn a_job_that_ends_its_servers_is_parked(on) {
        let engine = Engine::new(on);
        engine.set_timer(&FAILS, "deadly", engine.now(), json!({}));
        for _ in 0..FAILS.attempts_max {
            assert_eq!(engine.claim(16).len(), 1);
            engine.let_leases_run_out();
            let take_back = {
                let (kinds, now) = (engine.app.jobs, engine.now());
                move |tx: &mut Tx<'_>| store::take_back(tx, kinds, now)
            };
            engine.runtime.block_on(engine.app.db.write(Scope::System, take_back)).expect("it is taken back");
        }
        assert_eq!(engine.job("deadly").state.as_str(), "parked");
    }
);

both!(
    fn a_server_that_stops_gives_its_leases_back(on) {
        let engine = Engine::new(on);
        engine.set_timer(&SLOW, "long", engine.now(), json!({ "millis": 600_000 }));
        engine.runtime.block_on(async {
            let running = tokio::spawn(reactions::run(engine.app.clone()));
            let is_running = |app: App, id| async move {
                let read = move |tx: &mut Tx<'_>| store::count_by_state(tx, id);
                let counts = app.db.read(Scope::Workspace(id), read).await.expect("jobs are counted");
                counts.iter().any(|(state, _)| *state == State::Running)
            };
            let began = Instant::now();
            while !is_running(engine.app.clone(), engine.workspace.id).await {
                assert!(began.elapsed() < PATIENCE, "it never began");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            engine.stop.send(true).expect("the runner listens");
            running.await.expect("the runner ends");
        });
        let job = engine.job("long");
        assert_eq!((job.state.as_str(), job.attempts), ("due", 0), "as if it had not been tried");
        assert_eq!(engine.claim(16).len(), 1, "and at once there for others");
    }
);

#[test]
fn two_servers_share_the_work_and_double_nothing_soak() {
    let engine = Engine::new(On::Postgres);
    let count = if is_soak() { 12_000 } else { 600 };
    let past = Source::system().now() - SignedDuration::from_secs(1);
    let workspace = Arc::clone(&engine.workspace);
    let set = move |tx: &mut Tx<'_>, by: &By| {
        for n in 0..count {
            store::set_timer(tx, by, &TIMER, &format!("timer {n}"), past, &json!({}))?;
        }
        Ok(())
    };
    engine.runtime.block_on(engine.app.verb(workspace, None, set)).expect("the timers are set");
    let mut stops = Vec::new();
    for _ in 0..2 {
        let (stop, stopping) = watch::channel(false);
        let app = engine.runtime.block_on(open(&engine.data.options(), Source::system(), stopping));
        stops.push((stop, engine.runtime.spawn(reactions::run(app))));
    }
    wait_until_done(&engine);
    for (stop, running) in stops {
        stop.send(true).expect("the runner listens");
        engine.runtime.block_on(running).expect("the runner ends");
    }
    let effects = engine.all_effects();
    assert_eq!(effects.len(), count, "each once");
    assert!(effects.iter().all(|effect| effect["early"] == false), "none early");
    let keys: std::collections::BTreeSet<&str> = effects.iter().filter_map(|effect| effect["key"].as_str()).collect();
    assert_eq!(keys.len(), count);
}

/// Names the data on which a process of this test binary works as a server does.
const WORKER: &str = "MAINSTAY_TEST_WORKER";

/// Not a test by itself: the process that the next test kills.
#[test]
fn worker() {
    let Ok(options) = std::env::var(WORKER) else { return };
    let options: Vec<String> = options.lines().map(str::to_owned).collect();
    let (_stop, stopping) = watch::channel(false);
    tokio::runtime::Runtime::new().expect("a runtime starts").block_on(async {
        reactions::run(open(&options, Source::system(), stopping).await).await;
    });
}

fn start_worker(engine: &Engine) -> Child {
    Command::new(std::env::current_exe().expect("the path of this test"))
        .args(["--exact", "job::instances::worker"])
        .env(WORKER, engine.data.options().join("\n"))
        .stdout(Stdio::null())
        .spawn()
        .expect("the worker starts")
}

both!(
    fn killed_in_the_middle_everything_is_done_once_soak(on) {
        let engine = Engine::new(on);
        let (count, rounds) = if is_soak() { (1_200, 30) } else { (80, 3) };
        for n in 0..count {
            engine.set_timer(&SLOW, &format!("step {n}"), engine.now(), json!({ "millis": 40 + n % 7 * 20 }));
        }
        for round in 1..=rounds {
            let before = engine.count(State::Done);
            let mut worker = start_worker(&engine);
            let began = Instant::now();
            while engine.count(State::Done) < before + count / (rounds + 2) {
                assert!(began.elapsed() < PATIENCE, "the worker of round {round} does nothing");
                std::thread::sleep(Duration::from_millis(5));
            }
            worker.kill().expect("it is killed");
            worker.wait().expect("it is gone");
            if !is_soak() {
                engine.let_leases_run_out(); // the long battery waits for them
            }
        }
        let mut last = start_worker(&engine);
        wait_until_done(&engine);
        last.kill().expect("it is killed");
        last.wait().expect("it is gone");
        assert_eq!(engine.all_effects().len(), count, "each once");
        assert!((0..count).all(|n| engine.effects(&format!("step {n}")) == 1));
        let again = engine.jobs().iter().filter(|job| job.attempts > 1).count();
        assert!(again > 0, "no job was interrupted: the test tried too little");
    }
);
