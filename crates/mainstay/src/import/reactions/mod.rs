//! Large files in the background: checked, written and taken back step by step, gone on with after a crash.

mod leftovers;
mod pass;
mod stage;

pub use leftovers::FOLDER as UPLOADS;
pub use stage::{Incoming, stage};

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use mainstay_db::{Scope, Tx};
use mainstay_rules::permission::Role;
use mainstay_rules::problem::Problem;
use uuid::Uuid;

use super::store::{self, Import, Job, Status, Who, Work};
use crate::app::App;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people;

/// Whoever begins something wakes the runner; this is the net below.
const POLL: Duration = Duration::from_secs(5);
/// At the start, and then once a day.
const SWEPT_EVERY_SECONDS: i64 = 24 * 60 * 60;
/// A process that has not been heard of for so long has ended.
const HEARD_WITHIN: SignedDuration = SignedDuration::from_secs(15);
/// Times that a step is tried before the import is taken back.
const ATTEMPTS_MAX: u32 = 5;

/// Looks after imports that are at work until the server stops.
pub async fn run(app: App) {
    let mut stopping = app.stopping.clone();
    let mut swept = None;
    loop {
        let day = app.source.now().as_second() / SWEPT_EVERY_SECONDS;
        if swept.replace(day) != Some(day) {
            leftovers::sweep(&app).await;
        }
        if let Err(fault) = work(&app).await {
            tracing::warn!(%fault, "imports could not be gone on with and will be tried again");
        }
        tokio::select! {
            () = app.imports.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

async fn work(app: &App) -> Result<(), Fault> {
    for workspace in app.db.read(Scope::System, people::store::workspaces).await? {
        let workspace = Arc::new(workspace);
        let id = workspace.id;
        let at_work = app.db.read(Scope::Workspace(id), move |tx| store::at_work(tx, id)).await?;
        for import in at_work {
            if *app.stopping.borrow() {
                return Ok(());
            }
            let age = app.source.now().duration_since(import.created_at);
            if import.work == Some(Work::Staging) && age > stage::TIME_MAX {
                // Its upload ended with the server that took it; nobody waits for it any more.
                let gone = move |tx: &mut Tx<'_>| store::discard(tx, id, import.id);
                app.db.write_bulk(Scope::Workspace(id), gone).await?;
                continue;
            }
            go_on(app, &workspace, import.id).await?;
        }
    }
    Ok(())
}

/// Does all that is to be done with an import, step by step; waits while another process goes through its file.
pub async fn finish_work(app: &App, workspace: &Arc<Workspace>, id: Uuid) -> Result<(), Fault> {
    while !go_on(app, workspace, id).await? {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Says whether it came to an end; it does not while another process goes through the file.
async fn go_on(app: &App, workspace: &Arc<Workspace>, id: Uuid) -> Result<bool, Fault> {
    let mut failures = 0;
    while !*app.stopping.borrow() {
        let Some((import, work)) = at_work(app, workspace, id).await? else {
            sweep(app, workspace, id).await?;
            return Ok(true);
        };
        if matches!(work, Work::Checking | Work::Preparing) && !claim(app, workspace, id, work).await? {
            return Ok(false);
        }
        let done = match work {
            Work::Staging => return Ok(true),
            Work::Checking => pass::check(app, workspace, &import).await,
            Work::Preparing => pass::prepare(app, workspace, &import).await,
            Work::Applying => step(app, workspace, &import, move |tx, by| store::apply_step(tx, by, id)).await,
            Work::Undoing | Work::Reversing => {
                step(app, workspace, &import, move |tx, by| store::undo_step(tx, by, id, work)).await
            }
        };
        match done {
            Ok(()) => failures = 0,
            Err(fault) => {
                failures += 1;
                tracing::warn!(%fault, import = %id, work = work.as_str(), failures, "a step of an import failed");
                give_up(app, workspace, &import, work, &fault, failures).await?;
                tokio::time::sleep(Duration::from_millis(200) * failures).await;
            }
        }
    }
    Ok(true)
}

/// A file is gone through by one process at a time: two would sort its rows beside each other.
async fn claim(app: &App, workspace: &Arc<Workspace>, id: Uuid, work: Work) -> Result<bool, Fault> {
    let (workspace, me, now) = (workspace.id, app.process, app.source.now());
    app.db
        .write_bulk(Scope::Workspace(workspace), move |tx| {
            tx.lock(&[id])?;
            let Some(import) = store::get(tx, workspace, id)?.filter(|import| import.work == Some(work)) else {
                return Ok(true);
            };
            let held = import.job;
            let is_fresh = held.heard_at.is_some_and(|at| now.duration_since(at) < HEARD_WITHIN);
            if held.holder != me && is_fresh {
                return Ok(false);
            }
            store::set_work(tx, workspace, id, Some(work), &Job { holder: me, heard_at: Some(now), ..held })?;
            Ok(true)
        })
        .await
}

/// Once a large file is written, its rows are not needed any more.
async fn sweep(app: &App, workspace: &Arc<Workspace>, id: Uuid) -> Result<(), Fault> {
    let (scope, workspace) = (Scope::Workspace(workspace.id), workspace.id);
    let import = app.db.read(scope, move |tx| store::get(tx, workspace, id)).await?;
    if import.is_none_or(|import| import.status == Status::Staged || store::is_small(&import)) {
        return Ok(());
    }
    while app.db.write_bulk(scope, move |tx| store::sweep(tx, workspace, id)).await? {}
    app.behind.notify_one();
    Ok(())
}

async fn at_work(app: &App, workspace: &Arc<Workspace>, id: Uuid) -> Result<Option<(Import, Work)>, Fault> {
    let workspace = workspace.id;
    let import = app.db.read(Scope::Workspace(workspace), move |tx| store::get(tx, workspace, id)).await?;
    Ok(import.and_then(|import| import.work.map(|work| (import, work))))
}

/// One transaction in the name of whoever imports, with the import as the cause of its events.
async fn step(
    app: &App,
    workspace: &Arc<Workspace>,
    import: &Import,
    verb: impl Fn(&mut Tx<'_>, &By) -> Result<bool, Fault> + Send + 'static,
) -> Result<(), Fault> {
    let user = (!import.job.user.is_nil()).then_some(import.job.user);
    app.verb_bulk(Arc::clone(workspace), user, Some(import.id), verb).await?;
    Ok(())
}

/// What cannot be finished is taken back as a whole; what could be a passing trouble is tried some times before.
async fn give_up(
    app: &App,
    workspace: &Arc<Workspace>,
    import: &Import,
    work: Work,
    fault: &Fault,
    failures: u32,
) -> Result<(), Fault> {
    let is_final = matches!(fault.problem, Problem::Invalid | Problem::Conflict | Problem::AlreadyExists);
    if !is_final && failures < ATTEMPTS_MAX {
        return Ok(());
    }
    let (after, failure) = match work {
        Work::Applying => (Some(Work::Reversing), fault.detail.clone()),
        Work::Staging | Work::Checking | Work::Preparing => (None, fault.detail.clone()),
        // Taking back is tried for ever: half an import must not stay.
        Work::Undoing | Work::Reversing => return Ok(()),
    };
    let (workspace, id) = (workspace.id, import.id);
    app.db
        .write_bulk(Scope::Workspace(workspace), move |tx| {
            let Some(import) = store::get(tx, workspace, id)?.filter(|import| import.work == Some(work)) else {
                return Ok(());
            };
            let job = Job { user: import.job.user, failure: Some(failure.clone()), ..Job::default() };
            let summary = store::Summary { failure: Some(failure.clone()), ..import.summary };
            store::set_summary(tx, workspace, id, &summary)?;
            store::set_work(tx, workspace, id, after, &job)
        })
        .await
}

/// Whose rights count: those that the person has today.
async fn who(app: &App, workspace: &Arc<Workspace>, import: &Import) -> Result<Who, Fault> {
    let (id, user) = (workspace.id, import.job.user);
    if user.is_nil() {
        return Ok(Who::operator());
    }
    let found = app.db.read(Scope::Workspace(id), move |tx| people::store::user(tx, id, user)).await?;
    let person = found.filter(|person| person.active).ok_or_else(|| {
        Fault::new(Problem::Conflict, "Whoever began this import may not sign in any more. Import the file again.")
    })?;
    Ok(Who { user, role: Role::parse(&person.role).unwrap_or(Role::Member) })
}
