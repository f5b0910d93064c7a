//! One pass through all rows of a file, some chunks at a time: to check it, or to sort what it says by account.

use std::sync::Arc;

use mainstay_db::{Scope, Tx};
use mainstay_rules::custom_field::Field as OwnField;
use mainstay_rules::import::Detector;
use uuid::Uuid;

use super::{Import, Workspace, who};
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::import::store::{self, Found, Index, Job, Summary, Walker, Work};

/// Chunks that one read takes.
const CHUNKS_AT_ONCE: i64 = 4;
/// Rows whose facts wait in memory before they are written.
const WAITING_MAX: usize = 100_000;
/// Accounts whose facts one transaction writes.
const FACTS_AT_ONCE: usize = 500;
/// Reads between two notes of the progress.
const NOTED_EVERY: i64 = 10;

/// Checks the whole file and keeps what was found.
pub async fn check(app: &App, workspace: &Arc<Workspace>, import: &Import) -> Result<(), Fault> {
    let own = own_fields(app, workspace).await?;
    let found = match store::mapping_of(import, &own) {
        _ if store::is_small(import) => at_once(app, workspace, import).await?,
        Err(message) => {
            let rows = chunks(app, workspace, import, 0).await?;
            Found { mapping_error: Some(message), sample: rows.into_iter().take(6).collect(), ..Found::default() }
        }
        Ok(_) => {
            let (mut walker, told) = begin(app, workspace, import).await?;
            let mut from = 0;
            while from < store::chunk_count(import) {
                chunks(app, workspace, import, from).await?.into_iter().for_each(|row| walker.row(row));
                walker.take();
                from += CHUNKS_AT_ONCE;
                if !note(app, workspace, import, Work::Checking, from).await? {
                    return Ok(());
                }
            }
            store::with_conventions(walker.finish(), &told)
        }
    };
    end(app, workspace, import, Work::Checking, (None, Job { user: import.job.user, ..Job::default() }), found).await
}

/// A small file, compared with what is held as well.
async fn at_once(app: &App, workspace: &Arc<Workspace>, import: &Import) -> Result<Found, Fault> {
    let (who, source) = (who(app, workspace, import).await?, app.source.clone());
    let (workspace, import) = (Arc::clone(workspace), import.clone());
    app.db
        .read(Scope::Workspace(workspace.id), move |tx| {
            let by = By::new(Arc::clone(&workspace), Some(who.user), source.clone());
            store::check_at_once(tx, &by, who, &import)
        })
        .await
}

/// Writes what the rows say of each account beside one another, so that an account is written once and whole.
pub async fn prepare(app: &App, workspace: &Arc<Workspace>, import: &Import) -> Result<(), Fault> {
    let (scope, ids) = (Scope::Workspace(workspace.id), (workspace.id, import.id));
    while app.db.write_bulk(scope, move |tx| store::forget_facts(tx, ids.0, ids.1)).await? {}
    let (mut walker, told) = begin(app, workspace, import).await?;
    let (mut from, mut part, total) = (0, 0, store::chunk_count(import));
    while from < total {
        chunks(app, workspace, import, from).await?.into_iter().for_each(|row| walker.row(row));
        from += CHUNKS_AT_ONCE;
        if walker.waiting() >= WAITING_MAX || from >= total {
            keep(app, workspace, import, &mut walker, part).await?;
            part += 1;
        }
        if !note(app, workspace, import, Work::Preparing, from).await? {
            return Ok(());
        }
    }
    let found = store::with_conventions(walker.finish(), &told);
    let refused = Arc::new(std::mem::take(&mut walker.refused));
    for place in (0..refused.len()).step_by(FACTS_AT_ONCE) {
        let rows = Arc::clone(&refused);
        let put = move |tx: &mut Tx<'_>| {
            let slice = &rows[place..rows.len().min(place + FACTS_AT_ONCE)];
            store::put_refused(tx, ids.0, ids.1, slice)
        };
        app.db.write_bulk(scope, put).await?;
    }
    // Something may have become wrong since the file was checked.
    if let Err(fault) = store::expect_answers(import, &found, import.job.leave_out_refused) {
        let job = Job { user: import.job.user, ..Job::default() };
        tracing::info!(%fault, "an import is not what it was when it was checked");
        return end(app, workspace, import, Work::Preparing, (None, job), found).await;
    }
    let job = Job {
        of: i64::try_from(found.counts.create + found.counts.update).unwrap_or(0),
        user: import.job.user,
        refused: found.counts.refused,
        left_out: found.counts.left_out,
        ..Job::default()
    };
    add_people(app, workspace, import, &found).await?;
    end(app, workspace, import, Work::Preparing, (Some(Work::Applying), job), found).await
}

async fn add_people(app: &App, workspace: &Arc<Workspace>, import: &Import, found: &Found) -> Result<(), Fault> {
    if found.new_people.is_empty() {
        return Ok(());
    }
    let found = found.clone();
    super::step(app, workspace, import, move |tx, by| {
        store::with_people(tx, by, &found)?;
        Ok(true)
    })
    .await
}

/// The first pass tells the conventions; then the walker is ready for the second.
async fn begin(app: &App, workspace: &Arc<Workspace>, import: &Import) -> Result<(Walker, Found), Fault> {
    let own = own_fields(app, workspace).await?;
    let mapping = store::mapping_of(import, &own).map_err(Fault::internal)?;
    let mut detector = Detector::default();
    let settings = &import.settings;
    let mut from = 0;
    // Both were chosen already: the cells need not be asked.
    while from < store::chunk_count(import) && (settings.decimal.is_none() || settings.dates.is_none()) {
        store::look(&mut detector, &mapping, &chunks(app, workspace, import, from).await?);
        from += CHUNKS_AT_ONCE;
    }
    let (conventions, told) = store::conventions(import, &detector);
    let (id, who) = (workspace.id, who(app, workspace, import).await?);
    let (now, home) = (app.source.now(), Arc::clone(workspace));
    let of = mapping.clone();
    let load = move |tx: &mut Tx<'_>| Index::load(tx, &home, home.day_of(now), who, &of);
    let index = app.db.read(Scope::Workspace(id), load).await?;
    let at = (&**workspace, now);
    Ok((Walker::new(import.clone(), mapping, conventions, at, index, app.source.clone()), told))
}

async fn own_fields(app: &App, workspace: &Workspace) -> Result<Vec<OwnField>, Fault> {
    let id = workspace.id;
    app.db.read(Scope::Workspace(id), move |tx| accounts::live_fields(tx, id)).await
}

async fn chunks(
    app: &App,
    workspace: &Arc<Workspace>,
    import: &Import,
    from: i64,
) -> Result<Vec<store::SheetRow>, Fault> {
    let (workspace, import) = (workspace.id, import.id);
    let reading = move |tx: &mut Tx<'_>| store::chunks(tx, workspace, import, from, CHUNKS_AT_ONCE);
    app.db.read(Scope::Workspace(workspace), reading).await
}

async fn keep(
    app: &App,
    workspace: &Arc<Workspace>,
    import: &Import,
    walker: &mut Walker,
    part: i64,
) -> Result<(), Fault> {
    let facts = Arc::new(store::as_rows(walker.take())?);
    let (workspace, import, me) = (workspace.id, import.id, app.process);
    for place in (0..facts.len()).step_by(FACTS_AT_ONCE) {
        let facts = Arc::clone(&facts);
        let put = move |tx: &mut Tx<'_>| {
            if !is_ours(tx, (workspace, import), me, Work::Preparing)? {
                return Ok(());
            }
            let slice = &facts[place..facts.len().min(place + FACTS_AT_ONCE)];
            store::put_facts(tx, workspace, import, part, slice)
        };
        app.db.write_bulk(Scope::Workspace(workspace), put).await?;
    }
    Ok(())
}

/// Notes the progress from time to time; says whether the work is still to be done.
async fn note(app: &App, workspace: &Arc<Workspace>, import: &Import, work: Work, chunks: i64) -> Result<bool, Fault> {
    if (chunks / CHUNKS_AT_ONCE) % NOTED_EVERY != 0 {
        return Ok(true);
    }
    let (workspace, id, job) = (workspace.id, import.id, import.job.clone());
    let (me, now) = (app.process, app.source.now());
    let size = i64::try_from(store::CHUNK_ROWS).unwrap_or(1);
    let (done, of) = ((chunks * size).min(import.row_count), import.row_count);
    app.db
        .write_bulk(Scope::Workspace(workspace), move |tx| {
            if !is_ours(tx, (workspace, id), me, work)? {
                return Ok(false);
            }
            let job = Job { done, of, holder: me, heard_at: Some(now), ..job.clone() };
            store::set_work(tx, workspace, id, Some(work), &job)?;
            Ok(true)
        })
        .await
}

/// Whether the work is still to be done, and by this process.
fn is_ours(tx: &mut Tx<'_>, (workspace, id): (Uuid, Uuid), me: Uuid, work: Work) -> Result<bool, Fault> {
    tx.lock(&[id])?;
    let import = store::get(tx, workspace, id)?;
    Ok(import.is_some_and(|import| import.work == Some(work) && import.job.holder == me))
}

async fn end(
    app: &App,
    workspace: &Arc<Workspace>,
    import: &Import,
    work: Work,
    (next, job): (Option<Work>, Job),
    found: Found,
) -> Result<(), Fault> {
    let (workspace, id, me) = (workspace.id, import.id, app.process);
    app.db
        .write_bulk(Scope::Workspace(workspace), move |tx| {
            if !is_ours(tx, (workspace, id), me, work)? {
                return Ok(());
            }
            let Some(import) = store::get(tx, workspace, id)? else { return Ok(()) };
            let summary = Summary { check: Some(found.clone()), failure: None, ..import.summary };
            store::set_summary(tx, workspace, id, &summary)?;
            store::set_work(tx, workspace, id, next, &job)
        })
        .await
}
