//! The room's own job: finished jobs are forgotten after their time.

use std::sync::Arc;

use jiff::civil::time;
use mainstay_rules::schedule::{CatchUp, Cutoff, Rule, Schedule};

use crate::app::App;
use crate::corridor::fault::Fault;
use crate::job::{Held, JobKind, store};
use crate::text::job as text;

pub static HOUSEKEEPING: JobKind = JobKind {
    name: "housekeeping",
    title: text::housekeeping,
    attempts_max: 8,
    catch_up: CatchUp::Latest,
    schedule: Some(Schedule { rule: Rule::Day, at: time(3, 0, 0, 0), zone: None, cutoff: Cutoff::SameDay }),
    run: |app, job| Box::pin(forget(app, job)),
};

async fn forget(app: App, job: Held) -> Result<(), Fault> {
    let workspace = Arc::clone(&job.workspace);
    app.verb(workspace, None, move |tx, by| {
        store::forget_finished(tx, by.workspace.id, by.at)?;
        job.finish_in(tx, by.at)
    })
    .await
}
