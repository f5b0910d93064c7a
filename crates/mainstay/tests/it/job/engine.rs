//! The house's engine room without its doors: an `App` with kinds of its own and a simulated clock.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::{Weekday, time};
use mainstay::account::store::{self as accounts, AccountChange};
use mainstay::app::App;
use mainstay::corridor::caller::Workspace;
use mainstay::corridor::fault::Fault;
use mainstay::corridor::source::Source;
use mainstay::corridor::verb::By;
use mainstay::job::store::{self, Job, JobFilter};
use mainstay::job::{Held, JobKind, Kinds, reactions};
use mainstay::people;
use mainstay_db::{Config, Database, Db, Scope, Tx};
use mainstay_rules::account::{NewAccount, NewAccountInput};
use mainstay_rules::event::Kind;
use mainstay_rules::job::State;
use mainstay_rules::money::Currency;
use mainstay_rules::problem::Problem;
use mainstay_rules::schedule::{CatchUp, Cutoff, Rule, Schedule, Weekdays};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use uuid::Uuid;

use crate::harness::{Data, On};

type Doing = BoxFuture<'static, Result<(), Fault>>;

const fn timer(name: &'static str, attempts_max: i64, run: fn(App, Held) -> Doing) -> JobKind {
    JobKind { name, title: || "A test", attempts_max, catch_up: CatchUp::Latest, schedule: None, run }
}

const fn weekly(name: &'static str, catch_up: CatchUp) -> JobKind {
    let rule = Rule::Week { on: Weekdays::only(Weekday::Monday) };
    let schedule = Schedule { rule, at: time(6, 0, 0, 0), zone: None, cutoff: Cutoff::DayBefore };
    JobKind {
        name,
        title: || "A test",
        attempts_max: 5,
        catch_up,
        schedule: Some(schedule),
        run: |app, job| Box::pin(effect(app, job)),
    }
}

/// Has its effect at once.
pub static TIMER: JobKind = timer("test_timer", 50, |app, job| Box::pin(effect(app, job)));
/// Waits as many milliseconds as its payload says before its effect.
pub static SLOW: JobKind = timer("test_slow", 50, |app, job| Box::pin(slow(app, job)));
/// Fails after its effect, which must not stay.
pub static FAILS: JobKind = timer("test_fails", 4, |app, job| Box::pin(fails(app, job)));
pub static PANICS: JobKind = timer("test_panics", 4, |_, _| Box::pin(async { panic!("the worker fell over") }));
pub static LATEST: JobKind = weekly("test_latest", CatchUp::Latest);
pub static EVERY: JobKind = weekly("test_every", CatchUp::Every);

static KINDS: Kinds = &[&TIMER, &SLOW, &FAILS, &PANICS, &LATEST, &EVERY];

/// The effect that tests count: an event about the job, committed with the job's end.
pub fn happened(tx: &mut Tx<'_>, by: &By, job: &Held) -> Result<(), Fault> {
    tx.lock(&[by.workspace.id])?;
    let data = json!({ "key": job.key, "kind": job.kind, "early": by.at < job.due_at });
    by.happened(tx, Kind::HolidayAdded, ("job", job.id), data)?;
    job.finish_in(tx, by.at)
}

pub async fn effect(app: App, job: Held) -> Result<(), Fault> {
    app.verb(Arc::clone(&job.workspace), None, move |tx, by| happened(tx, by, &job)).await
}

async fn slow(app: App, job: Held) -> Result<(), Fault> {
    let millis = job.payload["millis"].as_u64().unwrap_or(0);
    tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
    effect(app, job).await
}

async fn fails(app: App, job: Held) -> Result<(), Fault> {
    app.verb(Arc::clone(&job.workspace), None, move |tx, by| {
        happened(tx, by, &job)?;
        Err(Fault::new(Problem::Conflict, "the printer is on fire"))
    })
    .await
}

pub struct Engine {
    pub app: App,
    pub runtime: Runtime,
    pub stop: watch::Sender<bool>,
    pub workspace: Arc<Workspace>,
    pub data: Data,
}

/// A Wednesday.
pub const START: &str = "2026-11-25T12:00:00Z";

impl Engine {
    pub fn new(on: On) -> Self {
        let data = Data::new(on);
        let runtime = Runtime::new().expect("a runtime starts");
        let source = Source::simulated(START.parse().expect("an instant"));
        let (stop, stopping) = watch::channel(false);
        let app = runtime.block_on(open(&data.options(), source, stopping));
        let workspace = runtime.block_on(make_workspace(&app, "first"));
        let engine = Self { app, runtime, stop, workspace, data };
        engine.run_due(); // the schedules begin now
        engine
    }

    pub fn now(&self) -> Timestamp {
        self.app.source.now()
    }

    pub fn go_to(&self, at: Timestamp) {
        self.app.source.set(at);
    }

    pub fn run_due(&self) -> usize {
        self.runtime.block_on(reactions::run_due(&self.app)).expect("the jobs are looked at")
    }

    pub fn workspace(&self, slug: &str) -> Arc<Workspace> {
        self.runtime.block_on(make_workspace(&self.app, slug))
    }

    /// Does a verb in the first workspace.
    pub fn verb<T: Send + 'static>(
        &self,
        verb: impl Fn(&mut Tx<'_>, &By) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.runtime.block_on(self.app.verb(Arc::clone(&self.workspace), None, verb))
    }

    /// An account of type 1.
    pub fn account(&self, name: &str) -> Uuid {
        let input =
            NewAccountInput { name: name.to_owned(), account_type: "1".to_owned(), ..NewAccountInput::default() };
        let fields = NewAccount::check(&input).expect("the account is well described");
        let (change, id) = (AccountChange::new(fields), self.app.source.id());
        self.verb(move |tx, by| accounts::create_account(tx, by, id, &change)).expect("the account is made");
        id
    }

    pub fn set_timer(&self, kind: &'static JobKind, key: &str, at: Timestamp, payload: Value) {
        self.set_timer_in(&Arc::clone(&self.workspace), kind, key, at, payload);
    }

    pub fn set_timer_in(
        &self,
        workspace: &Arc<Workspace>,
        kind: &'static JobKind,
        key: &str,
        at: Timestamp,
        payload: Value,
    ) {
        let key = key.to_owned();
        let set = move |tx: &mut Tx<'_>, by: &By| store::set_timer(tx, by, kind, &key, at, &payload);
        self.runtime.block_on(self.app.verb(Arc::clone(workspace), None, set)).expect("the timer is set");
    }

    pub fn claim(&self, count: usize) -> Vec<Held> {
        let (kinds, now) = (self.app.jobs, self.now());
        let claim = move |tx: &mut Tx<'_>| store::claim(tx, kinds, now, Uuid::nil(), count);
        self.runtime.block_on(self.app.db.write(Scope::System, claim)).expect("jobs are claimed")
    }

    /// As if the servers that hold jobs had given no sign of life for longer than a lease.
    pub fn let_leases_run_out(&self) {
        let past: Timestamp = "2020-01-01T00:00:00Z".parse().expect("an instant");
        let expire = move |tx: &mut Tx<'_>| {
            tx.exec("UPDATE job SET lease_until = $1 WHERE state = 'running'", &[&past]).map_err(Fault::from)
        };
        self.runtime.block_on(self.app.db.write(Scope::System, expire)).expect("the leases are over");
    }

    pub fn jobs(&self) -> Vec<Job> {
        jobs_of(&self.runtime, &self.app, &self.workspace)
    }

    /// How many jobs of the first workspace are in this state.
    pub fn count(&self, state: State) -> usize {
        let id = self.workspace.id;
        let count = move |tx: &mut Tx<'_>| store::count_by_state(tx, id);
        let counts = self.runtime.block_on(self.app.db.read(Scope::Workspace(id), count)).expect("jobs are counted");
        let found = counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
        usize::try_from(found).expect("a count")
    }

    pub fn job(&self, key: &str) -> Job {
        self.jobs().into_iter().find(|job| job.key == key).unwrap_or_else(|| panic!("there is no job {key}"))
    }

    pub fn retry(&self, key: &str) {
        let id = self.job(key).id;
        self.verb(move |tx, by| store::retry(tx, by, id)).expect("the job is tried again");
    }

    /// How often the job of this key had its effect.
    pub fn effects(&self, key: &str) -> usize {
        self.all_effects().iter().filter(|data| data["key"] == key).count()
    }

    pub fn all_effects(&self) -> Vec<Value> {
        let read = |tx: &mut Tx<'_>| {
            let sql = "SELECT data FROM event WHERE subject_kind = 'job' AND kind = 'holiday_added'";
            tx.rows(sql, &[], |row| row.get::<Value>(0)).map_err(Fault::from)
        };
        self.runtime.block_on(self.app.db.read(Scope::System, read)).expect("events are read")
    }
}

pub fn jobs_of(runtime: &Runtime, app: &App, workspace: &Workspace) -> Vec<Job> {
    let id = workspace.id;
    let list = move |tx: &mut Tx<'_>| store::list_jobs(tx, id, &JobFilter::default(), None, 100_000);
    runtime.block_on(app.db.read(Scope::Workspace(id), list)).expect("jobs are listed")
}

/// Opens the data as a server does, with the kinds of the tests.
pub async fn open(options: &[String], source: Source, stopping: watch::Receiver<bool>) -> App {
    let database = match options.get(3) {
        Some(url) => Database::Postgres { url: url.clone() },
        None => Database::Sqlite { file: std::path::Path::new(&options[1]).join("mainstay.db") },
    };
    let is_sqlite = matches!(database, Database::Sqlite { .. });
    let db = Db::open(Config::new(database)).await.expect("the database opens");
    if is_sqlite {
        db.migrate(mainstay::migrations::SET, None).await.expect("the schema applies");
    }
    let mut app = App::new(db, source, "", stopping);
    app.jobs = KINDS;
    app
}

async fn make_workspace(app: &App, slug: &str) -> Arc<Workspace> {
    let (id, now, slug) = (app.source.id(), app.source.now(), slug.to_owned());
    let make = move |tx: &mut Tx<'_>| {
        let new = people::store::NewWorkspace {
            id,
            slug: slug.clone(),
            name: slug.clone(),
            currency: Currency::parse("EUR").map_err(Fault::internal)?,
            zone: "Europe/Madrid".to_owned(),
            fiscal_year_start_month: 1,
        };
        people::store::create_workspace(tx, &new, now)
    };
    Arc::new(app.db.write(Scope::System, make).await.expect("a workspace is made"))
}
