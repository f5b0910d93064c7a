//! Large files step by step, each step a short transaction: keep the rows, check them, sort them by account, write the
//! accounts one after the other, and take them back. A step that was done is not done again after a crash.

use mainstay_db::{IDS_AT_ONCE, Tx, events};
use mainstay_rules::custom_field::Field as OwnField;
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::import::{
    CellError, Conventions, DateOrder, DecimalMark, Detector, Field, Mapping, ProblemCode, RowProblem, Severity,
    SheetKind,
};
use mainstay_rules::limits::{IMPORT_PROBLEMS_SHOWN_MAX, IMPORT_ROWS_AT_ONCE_MAX};
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::apply::add_people;
use super::check::Counts;
use super::chunk::{self, CHUNK_ROWS, Written};
use super::facts::{self, Done, Facts};
use super::index::Index;
use super::match_row::Who;
use super::model::{Found, Import, Job, Status, Summary, UndoSummary, Work};
use super::people::People;
use super::sheet::{Cell, SheetRow};
use super::staged;
use super::undo;
use super::walk::Walker;
use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;

/// Rows that one transaction writes about: some twenty milliseconds on SQLite, behind which others wait.
const STEP_ROWS: i64 = 1_500;
/// Accounts that one transaction writes: each has its line of the report and its event.
const STEP_ACCOUNTS: i64 = 50;
/// Chunks of one file that one transaction reads when everything is done at once.
const ALL: i64 = 1_000_000;

/// The mapping of the columns, or why they cannot be read.
pub fn mapping_of(import: &Import, own: &[OwnField]) -> Result<Mapping, String> {
    Mapping::new(import.kind, &import.headers, &import.settings.fields, own).map_err(|error| error.to_string())
}

/// What the rows tell of how they write numbers and dates.
pub fn look(detector: &mut Detector, mapping: &Mapping, rows: &[SheetRow]) {
    for row in rows {
        let typed: Vec<String> = row.cells.iter().map(Cell::typed).collect();
        detector.look(mapping, &typed);
    }
}

/// The conventions, and what of them is unclear.
pub fn conventions(import: &Import, detector: &Detector) -> (Conventions, Found) {
    let detected = detector.detected();
    let (decimal, dates) = (detected.decimal.certain(), detected.dates.certain());
    let settings = &import.settings;
    let conventions = Conventions {
        decimal: settings.decimal.or(decimal).unwrap_or(DecimalMark::Dot),
        dates: settings.dates.or(dates).unwrap_or(DateOrder::DayFirst),
    };
    let found = Found {
        decimal_unclear: decimal.is_none(),
        dates_unclear: dates.is_none(),
        decimal: settings.decimal.or(decimal),
        dates: settings.dates.or(dates),
        ..Found::default()
    };
    (conventions, found)
}

/// What was told of the conventions goes with what was found in the rows.
pub fn with_conventions(found: Found, told: &Found) -> Found {
    Found {
        decimal_unclear: told.decimal_unclear,
        dates_unclear: told.dates_unclear,
        decimal: told.decimal,
        dates: told.dates,
        ..found
    }
}

/// What stands between the file and its import, whatever rows are left out.
pub fn expect_answers(import: &Import, found: &Found, leave_out_refused: bool) -> Result<(), Fault> {
    let mut errors = Vec::new();
    if import.settings.kind_unclear {
        let message = "Say what the file is about: accounts, contracts or scores.";
        errors.push(FieldError::new("/kind", FieldCode::Required, message));
    }
    if let Some(message) = &found.mapping_error {
        errors.push(FieldError::new("/mapping", FieldCode::Invalid, message.clone()));
    }
    if found.decimal_unclear && import.settings.decimal.is_none() {
        let message =
            "Numbers of the file can be read in two ways. Say whether decimals stand behind a dot or a comma.";
        errors.push(FieldError::new("/decimal", FieldCode::Required, message));
    }
    if found.dates_unclear && import.settings.dates.is_none() {
        let message = "Dates of the file can be read in two ways. Say whether the day or the month comes first.";
        errors.push(FieldError::new("/dates", FieldCode::Required, message));
    }
    if !errors.is_empty() {
        return Err(Fault::invalid(errors));
    }
    if found.counts.refused > 0 && !leave_out_refused {
        let message =
            format!("{} rows have errors. Mend them in the file, or leave these rows out.", found.counts.refused);
        return Err(Fault::new(Problem::Conflict, message));
    }
    Ok(())
}

/// The whole file in one transaction: everything at once, or nothing.
pub fn apply_at_once(
    tx: &mut Tx<'_>,
    by: &By,
    who: Who,
    import: &Import,
    leave_out_refused: bool,
) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    tx.lock(&[workspace])?;
    let rows = chunk::chunks(tx, workspace, import.id, 0, ALL)?;
    let (mut walker, told) = walker(tx, by, who, import, &rows)?;
    for row in rows {
        walker.row(row);
    }
    let mut found = with_conventions(walker.finish(), &told);
    let mut facts: Vec<(Uuid, Facts)> = walker.take().into_iter().collect();
    facts.sort_by_key(|(account, _)| *account);
    tx.lock(&facts.iter().map(|(account, _)| *account).collect::<Vec<_>>())?;
    let held_refused = compare_held(tx, by, import, &facts, &mut found)?;
    expect_answers(import, &found, leave_out_refused)?;
    let people = with_people(tx, by, &found)?;
    // Writing counts them once more.
    let refused = found.counts.refused - held_refused;
    let mut job = Job { refused, left_out: found.counts.left_out, ..Job::default() };
    for some in some_at_a_time(facts) {
        write_accounts(tx, by, import.id, some, &people, &mut job)?;
    }
    chunk::put_refused(tx, workspace, import.id, &walker.refused)?;
    finish(tx, by, import, &found, &job)
}

/// For a check of a small file in the same words: what is new, and what is here already.
pub fn check_at_once(tx: &mut Tx<'_>, by: &By, who: Who, import: &Import) -> Result<Found, Fault> {
    if let Err(message) = mapping_of(import, &accounts::live_fields(tx, by.workspace.id)?) {
        let rows = chunk::chunks(tx, by.workspace.id, import.id, 0, 1)?;
        let sample = rows.into_iter().take(6).collect();
        return Ok(Found { mapping_error: Some(message), sample, ..Found::default() });
    }
    let rows = chunk::chunks(tx, by.workspace.id, import.id, 0, ALL)?;
    let (mut walker, told) = walker(tx, by, who, import, &rows)?;
    for row in rows {
        walker.row(row);
    }
    let mut found = with_conventions(walker.finish(), &told);
    let facts: Vec<(Uuid, Facts)> = walker.take().into_iter().collect();
    compare_held(tx, by, import, &facts, &mut found)?;
    Ok(found)
}

/// What is here already is no news, and what does not fit what is here is refused; gives how many rows do not.
fn compare_held(
    tx: &mut Tx<'_>,
    by: &By,
    import: &Import,
    all: &[(Uuid, Facts)],
    found: &mut Found,
) -> Result<usize, Fault> {
    let mapping = mapping_of(import, &accounts::live_fields(tx, by.workspace.id)?).map_err(Fault::internal)?;
    let mut refused = 0;
    for (account, facts) in all.iter().filter(|(_, facts)| facts.report.is_none()) {
        let news = facts::news(tx, by, *account, facts)?;
        found.counts.unchanged += news.unchanged;
        refused += news.refused;
        found.counts.create = news.count() + found.counts.create - facts.rows();
        for (row, own) in &news.in_other_currency {
            let message =
                format!("The contract is in {own} and keeps it; give its amounts in {own}, or add another contract");
            let error = CellError::new(ProblemCode::OtherCurrency, message);
            found.problem_count += 1;
            found.problems.insert(0, RowProblem::at(&mapping, *row, Field::Currency, Severity::Error, error));
        }
    }
    found.problems.truncate(IMPORT_PROBLEMS_SHOWN_MAX);
    found.counts.refused += refused;
    Ok(refused)
}

fn walker(tx: &mut Tx<'_>, by: &By, who: Who, import: &Import, rows: &[SheetRow]) -> Result<(Walker, Found), Fault> {
    let mapping = mapping_of(import, &accounts::live_fields(tx, by.workspace.id)?)
        .map_err(|message| Fault::field(FieldError::new("/mapping", FieldCode::Invalid, message)))?;
    let mut detector = Detector::default();
    look(&mut detector, &mapping, rows);
    let (conventions, told) = conventions(import, &detector);
    let index = Index::load(tx, &by.workspace, by.today(), who, &mapping)?;
    let at = (&*by.workspace, by.at);
    Ok((Walker::new(import.clone(), mapping, conventions, at, index, by.source()), told))
}

/// Our people, with those whom the file names and nobody knows yet.
pub fn with_people(tx: &mut Tx<'_>, by: &By, found: &Found) -> Result<People, Fault> {
    if !found.new_people.is_empty() {
        let people = People::load(tx, by.workspace.id)?;
        let unknown = found.new_people.iter().filter(|name| people.knows_not(name));
        add_people(tx, by, unknown)?;
    }
    People::load(tx, by.workspace.id)
}

fn some_at_a_time(mut all: Vec<(Uuid, Facts)>) -> impl Iterator<Item = Vec<(Uuid, Facts)>> {
    std::iter::from_fn(move || {
        let some: Vec<(Uuid, Facts)> = all.drain(..all.len().min(IDS_AT_ONCE)).collect();
        (!some.is_empty()).then_some(some)
    })
}

fn write_accounts(
    tx: &mut Tx<'_>,
    by: &By,
    import: Uuid,
    all: Vec<(Uuid, Facts)>,
    people: &People,
    job: &mut Job,
) -> Result<(), Fault> {
    let (mut fresh, mut done) = (Vec::new(), Vec::new());
    for (account, mut facts) in all {
        match facts.new.take() {
            Some(named) => fresh.push((account, facts, named)),
            None => done.push((account, facts::write(tx, by, import, account, &facts, people)?)),
        }
    }
    done.extend(facts::make(tx, by, &fresh, people)?);
    let mut traces = Vec::new();
    for (account, Done { written, unchanged, refused, trace }) in done {
        job.unchanged += unchanged;
        job.refused += refused;
        job.written += written;
        if written > 0 || trace.made {
            job.accounts += 1;
            job.accounts_new += usize::from(trace.made);
            traces.push((account, 0, trace));
        }
    }
    let ids: Vec<Uuid> = traces.iter().map(|(account, ..)| *account).collect();
    let versions = events::versions(tx, by.workspace.id, &ids)?;
    for (account, version, _) in &mut traces {
        *version = versions.get(account).copied().unwrap_or(0);
    }
    chunk::put_traces(tx, by.workspace.id, import, &traces)
}

/// The next accounts of a file that is written in the background; says whether it is finished.
pub fn apply_step(tx: &mut Tx<'_>, by: &By, import: Uuid) -> Result<bool, Fault> {
    let Some((import, mut job)) = held(tx, by, import, Work::Applying)? else { return Ok(true) };
    let workspace = by.workspace.id;
    let after = job.after.unwrap_or_else(Uuid::nil);
    let mut some = chunk::accounts_after(tx, workspace, import.id, after, STEP_ACCOUNTS)?;
    let mut rows = 0;
    let fit = some.iter().position(|(_, count)| {
        rows += count;
        rows > STEP_ROWS
    });
    some.truncate(fit.map_or(some.len(), |at| at.max(1)));
    let Some((last, _)) = some.last() else {
        tx.lock(&[workspace])?;
        let found = import.summary.check.clone().unwrap_or_default();
        finish(tx, by, &import, &found, &job)?;
        return Ok(true);
    };
    job.after = Some(*last);
    let ids: Vec<Uuid> = some.iter().map(|(account, _)| *account).collect();
    tx.lock(&ids)?;
    let names_people = import.kind == SheetKind::Accounts;
    let people = if names_people { People::load(tx, workspace)? } else { People::default() };
    let facts = chunk::facts_of(tx, workspace, import.id, &ids)?;
    write_accounts(tx, by, import.id, facts, &people, &mut job)?;
    job.done += some.iter().map(|(_, count)| count).sum::<i64>();
    staged::set_work(tx, workspace, import.id, Some(Work::Applying), &job)?;
    Ok(false)
}

/// The import as it is now, when this work is still to be done with it. Two processes take turns.
fn held(tx: &mut Tx<'_>, by: &By, import: Uuid, work: Work) -> Result<Option<(Import, Job)>, Fault> {
    tx.lock(&[import])?;
    let found = staged::get(tx, by.workspace.id, import)?.filter(|import| import.work == Some(work));
    Ok(found.map(|import| {
        let job = import.job.clone();
        (import, job)
    }))
}

/// Everything is written: it is told to whoever reads of imports.
fn finish(tx: &mut Tx<'_>, by: &By, import: &Import, found: &Found, job: &Job) -> Result<(), Fault> {
    let is_report = import.kind == SheetKind::Accounts;
    let created = if is_report { job.accounts_new } else { job.written };
    let counts = Counts {
        create: created,
        update: if is_report { job.written.saturating_sub(job.accounts_new) } else { 0 },
        unchanged: job.unchanged,
        refused: job.refused,
        left_out: job.left_out,
    };
    let errors = found.problems.iter().filter(|problem| problem.severity == Severity::Error);
    let check = Found { problems: Vec::new(), accounts: job.accounts, accounts_new: job.accounts_new, ..found.clone() };
    let summary = Summary { counts, refused: errors.cloned().collect(), check: Some(check), ..Summary::default() };
    staged::mark_applied(tx, by, import.id, &summary)?;
    staged::set_work(tx, by.workspace.id, import.id, None, &Job { after: None, ..job.clone() })?;
    if job.written + job.accounts_new > 0 {
        let data = json!({
            "kind": import.kind.key(), "create": counts.create, "update": counts.update, "unchanged": counts.unchanged,
            "refused": counts.refused, "accounts": job.accounts,
        });
        by.happened(tx, Kind::ImportApplied, ("import", import.id), data)?;
    }
    Ok(())
}

/// The next accounts of an import that is undone or taken back; says whether it is finished.
pub fn undo_step(tx: &mut Tx<'_>, by: &By, import: Uuid, work: Work) -> Result<bool, Fault> {
    let Some((import, mut job)) = held(tx, by, import, work)? else { return Ok(true) };
    let after = job.after.unwrap_or_else(Uuid::nil);
    let some = chunk::written_after(tx, by.workspace.id, import.id, after, STEP_ACCOUNTS)?;
    let Some(last) = some.last() else {
        tx.lock(&[by.workspace.id])?;
        undone(tx, by, &import, work, &job)?;
        return Ok(true);
    };
    job.after = Some(last.account);
    take_back(tx, by, import.id, &some, &mut job)?;
    staged::set_work(tx, by.workspace.id, import.id, Some(work), &job)?;
    Ok(false)
}

/// All of it in one transaction.
pub fn undo_at_once(tx: &mut Tx<'_>, by: &By, import: &Import) -> Result<(), Fault> {
    let some = chunk::written_after(tx, by.workspace.id, import.id, Uuid::nil(), ALL)?;
    let mut job = import.job.clone();
    take_back(tx, by, import.id, &some, &mut job)?;
    undone(tx, by, import, Work::Undoing, &job)
}

fn take_back(tx: &mut Tx<'_>, by: &By, import: Uuid, some: &[Written], job: &mut Job) -> Result<(), Fault> {
    tx.lock(&some.iter().map(|written| written.account).collect::<Vec<_>>())?;
    for written in some {
        job.done += 1;
        match accounts::account(tx, by.workspace.id, written.account, Uuid::nil())? {
            Some(account) if account.version == written.version => {
                undo::take_back(tx, by, import, &account, &written.trace)?;
                *(if written.trace.made { &mut job.removed } else { &mut job.restored }) += 1;
            }
            Some(account) => job.left.push(account.id),
            // Somebody removed it; nothing of the import is left.
            None => job.removed += 1,
        }
        chunk::forget_trace(tx, by.workspace.id, import, written.account)?;
    }
    Ok(())
}

fn undone(tx: &mut Tx<'_>, by: &By, import: &Import, work: Work, job: &Job) -> Result<(), Fault> {
    let data = json!({ "removed": job.removed, "restored": job.restored, "left": job.left.len() });
    let rest = Job { user: job.user, ..Job::default() };
    if work == Work::Undoing {
        let done = UndoSummary { removed: job.removed, restored: job.restored, left: job.left.clone() };
        let summary = Summary { undo: Some(done), ..import.summary.clone() };
        staged::mark_undone(tx, by, import.id, &summary)?;
        by.happened(tx, Kind::ImportUndone, ("import", import.id), data)?;
    } else {
        let summary = Summary { failure: job.failure.clone(), ..import.summary.clone() };
        staged::set_summary(tx, by.workspace.id, import.id, &summary)?;
    }
    staged::set_work(tx, by.workspace.id, import.id, None, &rest)
}

/// Whether the file is applied and undone in one transaction.
pub fn is_small(import: &Import) -> bool {
    usize::try_from(import.row_count).is_ok_and(|rows| rows <= IMPORT_ROWS_AT_ONCE_MAX)
}

/// Whether every look at the file compares it anew with what is held: a small file about accounts.
pub fn is_compared_live(import: &Import) -> bool {
    import.kind == SheetKind::Accounts && is_small(import)
}

/// Accounts that the import has written to.
pub fn written_count(tx: &mut Tx<'_>, by: &By, import: &Import) -> Result<i64, Fault> {
    chunk::written_count(tx, by.workspace.id, import.id)
}

/// What `facts` say, as the rows of the table that holds them.
pub fn as_rows(facts: impl IntoIterator<Item = (Uuid, Facts)>) -> Result<Vec<(Uuid, String, i64)>, Fault> {
    let mut rows = Vec::new();
    for (account, facts) in facts {
        let text = serde_json::to_string(&facts).map_err(Fault::internal)?;
        rows.push((account, text, i64::try_from(facts.rows()).unwrap_or(0)));
    }
    // In the order of the table's key, so that its pages are written once.
    rows.sort_by_key(|(account, ..)| *account);
    Ok(rows)
}

/// How many chunks hold so many rows.
pub fn chunk_count(import: &Import) -> i64 {
    let size = i64::try_from(CHUNK_ROWS).unwrap_or(1);
    (import.row_count + size - 1) / size
}

/// An import whose undoing goes in the background.
pub fn expect_applied(import: &Import) -> Result<(), Fault> {
    match import.status {
        Status::Applied => Ok(()),
        Status::Staged => Err(Fault::new(Problem::Conflict, "It was never imported, so there is nothing to undo.")),
        Status::Undone => Err(Fault::new(Problem::Conflict, "It was undone already.")),
    }
}
