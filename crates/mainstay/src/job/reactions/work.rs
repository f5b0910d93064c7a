//! One job in the hands of this server: done under a lease that is renewed, then finished, failed or lost.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use mainstay_db::Scope;

use crate::app::App;
use crate::corridor::fault::Fault;
use crate::job::{Held, JobKind, LEASE, store};
use crate::text::job as text;

/// Signs of life come three times in a lease, so that one which is late costs nothing.
const RENEW: Duration = Duration::from_secs(LEASE.as_secs().unsigned_abs() / 3);

pub(super) async fn work(app: &App, kind: &'static JobKind, job: Held) {
    let (given, held) = (app.clone(), job.clone());
    let mut run = pin!(AssertUnwindSafe(async move { (kind.run)(given, held).await }).catch_unwind());
    let mut alive = tokio::time::interval_at(tokio::time::Instant::now() + RENEW, RENEW);
    let outcome = loop {
        tokio::select! {
            outcome = &mut run => break outcome,
            _ = alive.tick() => if is_lost(app, &job).await {
                tracing::warn!(job = %job.id, kind = kind.name, "the job was taken over or moved; this try ends");
                return;
            },
        }
    };
    let ended = match outcome {
        Ok(Ok(())) => finish(app, &job).await,
        Ok(Err(fault)) => fail(app, kind, &job, fault.to_string()).await,
        Err(panic) => fail(app, kind, &job, text::panicked(panic_text(&*panic))).await,
    };
    if let Err(fault) = ended {
        tracing::warn!(%fault, job = %job.id, kind = kind.name, "a job's end could not be written down");
    }
}

/// What cannot be asked is not lost yet: the token decides when it finishes.
async fn is_lost(app: &App, job: &Held) -> bool {
    let held = job.clone();
    let renewed = app.db.write_bulk(Scope::Workspace(job.workspace.id), move |tx| store::renew(tx, &held)).await;
    matches!(renewed, Ok(false))
}

async fn finish(app: &App, job: &Held) -> Result<(), Fault> {
    let (scope, asked) = (Scope::Workspace(job.workspace.id), job.clone());
    // Most work marks its end itself, and a read costs no sync to disk.
    if app.db.read(scope, move |tx| asked.is_finished(tx)).await? {
        return Ok(());
    }
    let (held, now) = (job.clone(), app.source.now());
    app.db.write_bulk(scope, move |tx| held.finish_in(tx, now)).await
}

async fn fail(app: &App, kind: &'static JobKind, job: &Held, problem: String) -> Result<(), Fault> {
    tracing::warn!(job = %job.id, kind = kind.name, attempt = job.attempt, problem, "a job failed");
    let (held, when) = (job.clone(), (app.source.now(), app.source.chance()));
    app.db.write_bulk(Scope::Workspace(job.workspace.id), move |tx| store::fail(tx, &held, kind, &problem, when)).await
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a text")
}
