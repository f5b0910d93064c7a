//! `mainstay jobs`: what is due, failed or parked; trying one again; doing what is due without a server.

use clap::{Args, Subcommand};
use mainstay_db::Scope;
use mainstay_rules::job::State;
use mainstay_rules::limits::LIST_LIMIT_MAX;
use serde_json::json;
use uuid::Uuid;

use super::{Outcome, house};
use crate::config::DataOptions;
use crate::job::api::JobOut;
use crate::job::reactions;
use crate::job::store::{self, JobFilter};

#[derive(Args)]
pub struct Jobs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// List the newest jobs of a workspace
    #[command(after_help = "Example: mainstay jobs list --state parked")]
    List(List),
    /// Have a failed or parked job tried again by the server
    #[command(after_help = "Example: mainstay jobs retry 0198c4f2-7c1e-7b57-a0c8-0a9f6f3a2b11")]
    Retry(Retry),
    /// Do all that is due now, beside a running server or without one
    #[command(after_help = "Example: mainstay jobs run-due --data-dir /var/lib/mainstay")]
    RunDue,
}

#[derive(Args)]
struct List {
    /// due, running, failed, parked or done
    #[arg(long)]
    state: Option<String>,
    #[arg(long)]
    kind: Option<String>,
    /// The workspace's address, when there are several
    #[arg(long)]
    workspace: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Retry {
    /// As `mainstay jobs list` shows it
    id: Uuid,
    /// The workspace's address, when there are several
    #[arg(long)]
    workspace: Option<String>,
}

impl Jobs {
    pub async fn run(self, data: &DataOptions) -> Outcome {
        match self.deed {
            Deed::List(list) => list.run(data).await,
            Deed::Retry(retry) => retry.run(data).await,
            Deed::RunDue => run_due(data).await,
        }
    }
}

impl List {
    async fn run(self, data: &DataOptions) -> Outcome {
        let state = match self.state.as_deref() {
            None => None,
            Some(word) => Some(State::parse(word).ok_or("the state is one of due, running, failed, parked, done")?),
        };
        let filter = JobFilter { state, kind: self.kind };
        let app = house::app(data, "").await?;
        let workspace = house::workspace(&app, self.workspace.as_deref()).await?;
        let id = workspace.id;
        let read = move |tx: &mut mainstay_db::Tx<'_>| store::list_jobs(tx, id, &filter, None, LIST_LIMIT_MAX - 1);
        let jobs = app.db.read(Scope::Workspace(id), read).await?;
        let jobs: Vec<JobOut> = jobs.iter().map(|job| JobOut::of(job, app.jobs)).collect();
        if self.json {
            println!("{}", json!({ "data": jobs }));
            return Ok(());
        }
        for job in jobs {
            let why = job.problem.as_deref().unwrap_or_default();
            println!(
                "{}\t{}\t{}\t{}\tdue {:.0}\t{} tries\t{why}",
                job.id, job.state, job.kind, job.key, job.due_at, job.attempts
            );
        }
        Ok(())
    }
}

impl Retry {
    async fn run(self, data: &DataOptions) -> Outcome {
        let app = house::app(data, "").await?;
        let workspace = house::workspace(&app, self.workspace.as_deref()).await?;
        let id = self.id;
        app.verb(workspace, None, move |tx, by| store::retry(tx, by, id)).await?;
        println!("{id} is due now");
        Ok(())
    }
}

async fn run_due(data: &DataOptions) -> Outcome {
    let app = house::app(data, "").await?;
    let tries = reactions::run_due(&app).await?;
    println!("{tries} done or tried");
    Ok(())
}
