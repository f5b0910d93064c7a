//! Applying a file: one transaction, every row by the verbs of the rooms that own the values, all rows or none.

use std::collections::HashMap;

use mainstay_db::{Dialect, IDS_AT_ONCE, Tx, events};
use mainstay_rules::event::Kind;
use mainstay_rules::field;
use mainstay_rules::import::{Severity, StagedRow};
use mainstay_rules::limits::IMPORT_PROBLEMS_SHOWN_MAX;
use mainstay_rules::permission::{PodRole, Role};
use mainstay_rules::problem::Problem;
use mainstay_rules::progress::fiscal_year;
use mainstay_rules::score::Score;
use serde_json::json;
use uuid::Uuid;

use super::check::{Against, Checked, Counts, Outcome, PlannedRow, check};
use super::fresh::{self, Fresh, user_of};
use super::large::{apply_at_once, expect_answers, is_compared_live, is_small};
use super::match_row::Who;
use super::model::{Applied, Before, Found, Import, Job, Status, Summary, Work};
use super::money::{MoneyChange, OPENING_CONTRACT};
use super::own;
use super::staged;
use crate::account::store::{self as accounts, Account, AccountChange, NewContract};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::people::store::{self as people, NewUser};
use crate::pod::store as pods;
use crate::portfolio::api::set_associate;
use crate::scorecard::store::{self as scores, ScoreIn};

/// Times that the file is compared anew because somebody changed an account before it was locked.
const COMPARISONS_MAX: usize = 4;

/// Imports the file. Rows with errors stay out only when the caller says so.
pub fn apply(tx: &mut Tx<'_>, by: &By, who: Who, import: Uuid, leave_out_refused: bool) -> Result<(), Fault> {
    tx.lock(&[by.workspace.id])?;
    let import = staged::get(tx, by.workspace.id, import)?.ok_or_else(Fault::not_found)?;
    if import.status != Status::Staged {
        return Err(Fault::new(
            Problem::Conflict,
            format!("“{}” was imported already. Upload it again to import it once more.", import.file_name),
        ));
    }
    if let Some(work) = import.work {
        return Err(busy(&import, work));
    }
    if !is_compared_live(&import) {
        return apply_whole(tx, by, who, &import, leave_out_refused);
    }
    if import.settings.kind_unclear {
        return expect_answers(&import, &Found::default(), leave_out_refused);
    }
    let mut fresh = HashMap::new();
    let checked = lock_and_check(tx, by, who, &import, &mut fresh)?;
    checked.expect_answers(&import.settings)?;
    let counts = checked.counts();
    if counts.refused > 0 && !leave_out_refused {
        let message = format!("{} rows have errors. Mend them in the file, or leave these rows out.", counts.refused);
        return Err(Fault::new(Problem::Conflict, message));
    }
    write(tx, by, &import, &checked, &fresh)
}

/// Contracts, scores and large files: at once, or from here on in the background.
fn apply_whole(tx: &mut Tx<'_>, by: &By, who: Who, import: &Import, leave_out_refused: bool) -> Result<(), Fault> {
    if is_small(import) {
        return apply_at_once(tx, by, who, import, leave_out_refused);
    }
    let Some(found) = &import.summary.check else { return Err(busy(import, Work::Checking)) };
    expect_answers(import, found, leave_out_refused)?;
    let job = Job { of: import.row_count, user: who.user, leave_out_refused, ..Job::default() };
    staged::set_work(tx, by.workspace.id, import.id, Some(Work::Preparing), &job)
}

pub(super) fn busy(import: &Import, work: Work) -> Fault {
    let message = format!("“{}” is being worked on ({}). Wait until it is done.", import.file_name, work.as_str());
    Fault::new(Problem::Conflict, message)
}

/// Locks the accounts that the file is about and those that it will make; compares again once they hold still.
fn lock_and_check(
    tx: &mut Tx<'_>,
    by: &By,
    who: Who,
    import: &Import,
    fresh: &mut HashMap<usize, Uuid>,
) -> Result<Checked, Fault> {
    let rows = staged::rows(tx, by.workspace.id, import.id)?;
    let against = Against { workspace: &by.workspace, who, at: by.at };
    for _ in 0..COMPARISONS_MAX {
        let checked = check(tx, &against, &import.headers, &rows, &import.settings)?;
        let mut wanted = Vec::new();
        for row in &checked.rows {
            match (row.outcome, &row.account) {
                (Outcome::Create, _) => wanted.push(*fresh.entry(row.staged.row).or_insert_with(|| by.id())),
                (Outcome::Update, Some(account)) => wanted.push(account.id),
                _ => {}
            }
        }
        // On SQLite there is one writer: nothing can have changed since.
        if tx.dialect() == Dialect::Sqlite || wanted.iter().all(|id| tx.holds(*id)) {
            tx.lock(&wanted)?;
            return Ok(checked);
        }
        tx.lock(&wanted)?;
    }
    Err(Fault::new(
        Problem::Conflict,
        "Others are changing these accounts at this moment. Nothing was imported; try again.",
    ))
}

fn write(
    tx: &mut Tx<'_>,
    by: &By,
    import: &Import,
    checked: &Checked,
    fresh: &HashMap<usize, Uuid>,
) -> Result<(), Fault> {
    let rows = staged::rows(tx, by.workspace.id, import.id)?;
    staged::put_rows(tx, by.workspace.id, import.id, &rows)?;
    let newcomers = add_people(tx, by, checked.new_people.values())?;
    let versions = create(tx, by, checked, fresh, &newcomers)?;
    for row in &checked.rows {
        let done = match (row.outcome, &row.account) {
            (Outcome::Create, _) => Applied {
                number: row.staged.row,
                outcome: Outcome::Create.as_str(),
                account: fresh.get(&row.staged.row).map(|id| (*id, versions.get(id).copied().unwrap_or(0))),
                before: None,
            },
            (Outcome::Update, Some(account)) => update(tx, by, account, row, &newcomers)?,
            (outcome, account) => Applied {
                number: row.staged.row,
                outcome: outcome.as_str(),
                account: account.as_ref().map(|account| (account.id, account.version)),
                before: None,
            },
        };
        staged::mark_row(tx, by, import.id, &done)?;
    }
    let counts = checked.counts();
    let errors = checked.problems.iter().filter(|problem| problem.severity == Severity::Error);
    let refused = errors.take(IMPORT_PROBLEMS_SHOWN_MAX).cloned().collect();
    let summary = Summary { counts, refused, ..Summary::default() };
    staged::mark_applied(tx, by, import.id, &summary)?;
    // A file that changes nothing is noted in its own row, but is no news.
    if counts.create + counts.update > 0 {
        by.happened(tx, Kind::ImportApplied, ("import", import.id), event_data(counts))?;
    }
    Ok(())
}

fn event_data(counts: Counts) -> serde_json::Value {
    json!({
        "create": counts.create, "update": counts.update, "unchanged": counts.unchanged, "refused": counts.refused,
    })
}

/// Associates whom nobody knows yet become people without sign-in; an administrator can invite them later.
pub(super) fn add_people<'a>(
    tx: &mut Tx<'_>,
    by: &By,
    names: impl Iterator<Item = &'a String>,
) -> Result<HashMap<String, Uuid>, Fault> {
    let mut added = HashMap::new();
    for text in names {
        let email = field::email("", text).ok();
        let new = NewUser {
            name: text.clone(),
            email,
            identity: None,
            role: Role::Member,
            function: "account_executive".to_owned(),
        };
        added.insert(text.to_lowercase(), people::add_user(tx, by, &new)?.id);
    }
    Ok(added)
}

/// Makes the accounts that are not there; gives their versions.
fn create(
    tx: &mut Tx<'_>,
    by: &By,
    checked: &Checked,
    fresh: &HashMap<usize, Uuid>,
    newcomers: &HashMap<String, Uuid>,
) -> Result<HashMap<Uuid, i64>, Fault> {
    let templates = scores::templates(tx, by.workspace.id)?;
    let mut all = Vec::new();
    for row in checked.rows.iter().filter(|row| row.outcome == Outcome::Create) {
        let id = fresh.get(&row.staged.row).copied().ok_or_else(|| Fault::internal("a new row has no id"))?;
        all.push(Fresh::of_report(id, (&row.staged, &row.change), &templates, newcomers)?);
    }
    let mut versions = HashMap::new();
    for some in all.chunks(IDS_AT_ONCE) {
        fresh::make(tx, by, some)?;
        let ids: Vec<Uuid> = some.iter().map(|new| new.id).collect();
        versions.extend(events::versions(tx, by.workspace.id, &ids)?);
    }
    Ok(versions)
}

pub(super) fn update(
    tx: &mut Tx<'_>,
    by: &By,
    account: &Account,
    row: &PlannedRow,
    newcomers: &HashMap<String, Uuid>,
) -> Result<Applied, Fault> {
    let mut before = before_of(account);
    let mut change = AccountChange::of(account).with(&row.change.edit);
    let associate = user_of(row.change.associate.as_ref(), newcomers);
    change.associate_id = associate.or(change.associate_id);
    accounts::edit_account(tx, by, account, &change)?;
    if let Some(user) = associate {
        let members = pods::members(tx, by.workspace.id, account.id)?;
        // The associate of a pod without an owner becomes its owner, and a pod keeps its owner when the import is undone.
        let has_owner = members.iter().any(|member| member.role == PodRole::Owner);
        before.joined = (has_owner && members.iter().all(|member| member.user_id != user)).then_some(user);
        let edited = current(tx, by, account.id)?;
        set_associate(tx, by, &edited, Some(user))?;
    }
    write_values(tx, by, account.id, row, &mut before)?;
    let version = current(tx, by, account.id)?.version;
    Ok(Applied {
        number: row.staged.row,
        outcome: Outcome::Update.as_str(),
        account: Some((account.id, version)),
        before: Some(before),
    })
}

fn before_of(account: &Account) -> Before {
    Before {
        name: account.name.clone(),
        external_id: account.external_id.clone(),
        account_type: account.account_type.number(),
        associate_id: account.associate_id,
        industry: account.industry.clone(),
        vertical: account.vertical.clone(),
        geography: account.geography.clone(),
        end_on: account.end_on,
        ..Before::default()
    }
}

fn current(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<Account, Fault> {
    accounts::account(tx, by.workspace.id, id, Uuid::nil())?
        .ok_or_else(|| Fault::internal("an account of the import is gone"))
}

/// Scores, money, own fields and target; what was there before is noted for undo.
fn write_values(tx: &mut Tx<'_>, by: &By, account: Uuid, row: &PlannedRow, before: &mut Before) -> Result<(), Fault> {
    write_scores(tx, by, account, row, before)?;
    write_money(tx, by, account, &row.change.money, &row.staged, before)?;
    before.own = own::write(tx, by, account, &row.change.own)?;
    if let Some(target) = row.change.target {
        let year = i64::from(fiscal_year(by.today(), by.workspace.fiscal_year_start_month));
        before.target = Some((year, accounts::target(tx, by.workspace.id, account, year)?));
        accounts::set_target(tx, by, account, year, Some(target))?;
    }
    Ok(())
}

fn write_scores(tx: &mut Tx<'_>, by: &By, account: Uuid, row: &PlannedRow, before: &mut Before) -> Result<(), Fault> {
    if row.change.scores.is_empty() {
        return Ok(());
    }
    let latest = scores::latest(tx, by.workspace.id, account)?;
    let template = scores::template_of(tx, by.workspace.id, account)?;
    for (place, score) in &row.change.scores {
        let Some(step) = template.steps.get(*place) else { continue };
        let typed = latest.iter().find(|fact| fact.metric == step.key).and_then(|fact| fact.value);
        before.scores.push((step.key.clone(), typed.map(Score::hundredths)));
        let new = ScoreIn {
            metric: step.key.clone(),
            value: Some(*score),
            note: row.staged.note.clone().unwrap_or_default(),
            evidence_url: String::new(),
            effective_at: None,
            confirms: false,
        };
        scores::record(tx, by, account, &new)?;
    }
    Ok(())
}

fn write_money(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    money: &MoneyChange,
    row: &StagedRow,
    before: &mut Before,
) -> Result<(), Fault> {
    let mut contract = money.contract;
    for amendment in [&money.earlier, &money.now].into_iter().flatten() {
        fresh::expect_amendment(amendment, row.row)?;
        let (on, id) = if let Some(on) = contract {
            (on, accounts::amend_contract(tx, by, account, on, amendment)?)
        } else {
            let new = NewContract { name: OPENING_CONTRACT.to_owned(), ..NewContract::default() };
            accounts::add_contract(tx, by, account, &new, amendment)?
        };
        contract = Some(on);
        before.amendments.push((on, id));
    }
    Ok(())
}
