//! The runner: makes what is due a job, takes jobs, does them, and sleeps until the next one.

mod housekeeping;
mod work;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mainstay_db::Scope;
use tokio::task::JoinSet;
use uuid::Uuid;

pub use housekeeping::HOUSEKEEPING;

use super::store::{self, Wait};
use super::{Held, kind};
use crate::app::App;
use crate::corridor::fault::Fault;
use crate::people;

/// Jobs that one server does at the same time.
const AT_ONCE: usize = 16;
/// The longest sleep: a clock that was set is noticed after it.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// Between two looks that were caused by somebody's commit.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// After a look that failed, or that saw work which it may not take.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long a server that stops lets its jobs finish before it gives them back.
const GRACE: Duration = Duration::from_secs(5);

/// The jobs of this server.
struct Runner {
    app: App,
    tasks: JoinSet<Uuid>,
    running: HashMap<Uuid, Held>,
    /// The workspace that was served last.
    last: Uuid,
}

/// Works until the server stops.
pub async fn run(app: App) {
    let mut woken = app.db.woken();
    let mut stopping = app.stopping.clone();
    let mut runner = Runner { app, tasks: JoinSet::new(), running: HashMap::new(), last: Uuid::nil() };
    loop {
        let pause = match runner.look().await {
            Ok(pause) => pause,
            Err(fault) => {
                tracing::warn!(%fault, "jobs could not be looked at; trying again");
                AFTER_FAILURE
            }
        };
        let is_over = tokio::select! {
            () = tokio::time::sleep(pause) => false,
            // Somebody committed something, perhaps a timer.
            () = async { let _ = woken.changed().await; tokio::time::sleep(BETWEEN_LOOKS).await } => false,
            () = runner.half_are_free() => false,
            _ = stopping.wait_for(|stop| *stop) => true,
        };
        if is_over {
            break;
        }
    }
    runner.stop().await;
}

/// Does all that is due now and gives the number of tries: for the command line, tests and simulated time.
pub async fn run_due(app: &App) -> Result<usize, Fault> {
    let mut runner = Runner { app: app.clone(), tasks: JoinSet::new(), running: HashMap::new(), last: Uuid::nil() };
    let mut tries = 0;
    loop {
        prepare(app).await?;
        let taken = runner.take().await?;
        if taken == 0 {
            return Ok(tries);
        }
        tries += taken;
        while let Some(ended) = runner.tasks.join_next().await {
            runner.ended(ended);
        }
    }
}

impl Runner {
    /// Plans and takes what is due; says how long to sleep.
    async fn look(&mut self) -> Result<Duration, Fault> {
        let wait = prepare(&self.app).await?;
        if self.take().await? == AT_ONCE || self.tasks.len() > AT_ONCE / 2 {
            return Ok(SLEEP_MAX); // a job that ends wakes it
        }
        let until = |span: jiff::SignedDuration| Duration::try_from(span).unwrap_or(AFTER_FAILURE);
        let now = self.app.source.now();
        let due = wait.due_at.map_or(SLEEP_MAX, |at| until(at.duration_since(now)));
        let lease = wait.lease.map_or(SLEEP_MAX, until);
        Ok(due.min(lease).min(SLEEP_MAX))
    }

    /// Takes as many as there is room for and begins with them.
    async fn take(&mut self) -> Result<usize, Fault> {
        let mut taken = 0;
        loop {
            let (kinds, now) = (self.app.jobs, self.app.source.now());
            let (last, room) = (self.last, AT_ONCE.saturating_sub(self.tasks.len()));
            if room == 0 {
                return Ok(taken);
            }
            let jobs =
                self.app.db.write_bulk(Scope::System, move |tx| store::claim(tx, kinds, now, last, room)).await?;
            if jobs.is_empty() {
                return Ok(taken);
            }
            taken += jobs.len();
            for job in jobs {
                self.begin(job);
            }
        }
    }

    fn begin(&mut self, job: Held) {
        let Some(kind) = kind(self.app.jobs, job.kind) else { return };
        self.last = job.workspace.id;
        self.running.insert(job.id, job.clone());
        let (app, id) = (self.app.clone(), job.id);
        self.tasks.spawn(async move {
            work::work(&app, kind, job).await;
            id
        });
    }

    /// Resolves when there is room for several again: one claim for each job would cost more than the job.
    async fn half_are_free(&mut self) {
        if self.tasks.is_empty() {
            std::future::pending::<()>().await;
        }
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
            if self.tasks.len() <= AT_ONCE / 2 {
                return;
            }
        }
    }

    fn ended(&mut self, task: Result<Uuid, tokio::task::JoinError>) {
        match task {
            Ok(id) => {
                self.running.remove(&id);
            }
            Err(error) => tracing::error!(%error, "a job's task ended badly"),
        }
    }

    /// Lets what runs finish for a while and gives the rest back, so that another server need not wait for the leases.
    async fn stop(mut self) {
        let finishing = async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Ok(id) = ended {
                    self.running.remove(&id);
                }
            }
        };
        if tokio::time::timeout(GRACE, finishing).await.is_ok() {
            return;
        }
        self.tasks.shutdown().await;
        for job in self.running.into_values() {
            let id = job.id;
            let given = self.app.db.write(Scope::System, move |tx| store::give_back(tx, &job)).await;
            if let Err(fault) = given {
                tracing::warn!(%fault, job = %id, "a job could not be given back; its lease will run out");
            }
        }
    }
}

/// Makes jobs of what became due and takes back what servers that are gone had begun; says when there is more.
async fn prepare(app: &App) -> Result<Wait, Fault> {
    let kinds = app.jobs;
    loop {
        let now = app.source.now();
        let (planning, wait) = app
            .db
            .read(Scope::System, move |tx| Ok::<_, Fault>((store::to_plan(tx, kinds, now)?, store::wait(tx, kinds)?)))
            .await?;
        let is_over = wait.lease.is_some_and(|left| left.is_negative());
        if planning.is_empty() && !is_over {
            return Ok(wait);
        }
        let mut has_planned = false;
        for workspace in planning {
            match plan(app, workspace).await {
                Ok(()) => has_planned = true,
                // The others need not wait for it.
                Err(fault) => tracing::warn!(%fault, %workspace, "a workspace's jobs could not be planned"),
            }
        }
        if is_over {
            app.db.write_bulk(Scope::System, move |tx| store::take_back(tx, kinds, now)).await?;
        } else if !has_planned {
            return Ok(wait);
        }
    }
}

async fn plan(app: &App, workspace: Uuid) -> Result<(), Fault> {
    let (kinds, source, now) = (app.jobs, app.source.clone(), app.source.now());
    app.db
        .write_bulk(Scope::Workspace(workspace), move |tx| {
            let workspace = Arc::new(people::store::workspace(tx, workspace)?.ok_or_else(Fault::not_found)?);
            store::plan(tx, kinds, &workspace, &source, now)
        })
        .await
}
