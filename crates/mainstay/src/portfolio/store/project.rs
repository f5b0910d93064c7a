//! The projector: one account's line, computed by the rules from what the other rooms hold.

use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::ledger;
use mainstay_rules::progress::{fiscal_year, last_year_end, year_start};
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{Scorecard, Source, evaluate_below};
use uuid::Uuid;

use super::facets::facets;
use super::line::{LineDetails, LineStep};
use crate::account::store::{self as accounts, Account};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::{people, scorecard};

/// What the ledger says of an account on a day.
struct Money {
    fiscal_year: i64,
    last_year: i64,
    now: i64,
    delta_target: Option<i64>,
    end_on: Option<Date>,
    next_change_on: Date,
    details: LineDetails,
}

/// Writes the account's line as of today; an account that is gone has none.
pub fn project(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    let Some(account) = accounts::account(tx, workspace, id, Uuid::nil())? else {
        return remove_line(tx, workspace, id);
    };
    let latest = scorecard::store::latest(tx, workspace, id)?;
    let templates = scorecard::store::templates(tx, workspace)?;
    let template = templates.governing(account.segment());
    let low = scorecard::store::low_of(tx, workspace, id, template, by.today())?;
    let card = evaluate_below(template, &latest, &low);
    let mut money = money(tx, by, &account)?;
    if let Some(turn) = scorecard::store::next_band(tx, workspace, id, template, by.today())? {
        money.next_change_on = money.next_change_on.min(turn);
    }
    money.details.fields = accounts::field_values(tx, workspace, id)?;
    write(tx, by, &account, &card, &money)
}

fn money(tx: &mut Tx<'_>, by: &By, account: &Account) -> Result<Money, Fault> {
    let today = by.today();
    let month = by.workspace.fiscal_year_start_month;
    let ledger_rows = accounts::ledger(tx, &by.workspace, account.id, today)?;
    let year = i64::from(fiscal_year(today, month));
    let end = ledger::next_material_end(&ledger_rows, today);
    let notice_days = match end {
        Some(_) => accounts::notice_days(tx, by.workspace.id, account.id)?,
        None => Vec::new(),
    };
    let details = LineDetails {
        end_arr: end.map(|end| end.arr_minor),
        notice_by: end.and_then(|end| ledger::notice_by(&ledger_rows, end, &notice_days)),
        last_end_on: ledger::last_end(&ledger_rows, today).map(ledger::End::last_day),
        since_on: ledger_rows.iter().map(|row| row.start_on).min(),
        fields: accounts::FieldValues::new(),
    };
    Ok(Money {
        fiscal_year: year,
        last_year: ledger::arr_on(&ledger_rows, last_year_end(today, month)),
        now: ledger::arr_on(&ledger_rows, today),
        delta_target: accounts::target(tx, by.workspace.id, account.id, year)?,
        // Contracts know their end; the typed date stands where none of them ends.
        end_on: end.map(ledger::End::last_day).or(account.end_on),
        details,
        next_change_on: next_change(&ledger_rows, today, month),
    })
}

/// The first day on which the line reads otherwise without anybody writing: a contract turns, or a fiscal year begins.
fn next_change(rows: &[ledger::Amendment], today: Date, month: i8) -> Date {
    let next_year = year_start(today, month).saturating_add(jiff::Span::new().years(1));
    match ledger::next_change_after(rows, today) {
        Some(turn) if turn < next_year => turn,
        _ => next_year,
    }
}

fn steps_of(card: &Scorecard) -> Vec<LineStep> {
    card.steps
        .iter()
        .map(|step| LineStep {
            score: step.score.map(Mean::millionths),
            measured: step.measured.map(Mean::millionths),
            judged: step.judged.map(|(score, _)| Score::hundredths(score)),
            judged_at: step.judged.map(|(_, at)| at),
            is_judged: step.source == Source::Judged,
            scored: step.scored,
            of: step.of,
        })
        .collect()
}

/// The gap's step, the first being 0, and its sub-metric.
fn gap_of(card: &Scorecard) -> (Option<i64>, Option<String>) {
    let Some(gap) = &card.gap else { return (None, None) };
    (i64::try_from(gap.step).ok(), gap.metric.clone())
}

fn write(tx: &mut Tx<'_>, by: &By, a: &Account, card: &Scorecard, money: &Money) -> Result<(), Fault> {
    let steps = steps_of(card);
    let text = serde_json::to_string(&steps).map_err(Fault::internal)?;
    let facets = facets(&money.details, &accounts::choice_places(tx, by.workspace.id, a.id)?);
    let details = serde_json::to_string(&money.details).map_err(Fault::internal)?;
    let scores: Vec<Option<i64>> = steps.iter().map(|step| step.score).collect();
    let (gap_step, gap_metric) = gap_of(card);
    let scored_steps = i64::try_from(card.scored_steps).unwrap_or(0);
    tx.exec(
        sql!(
            "INSERT INTO portfolio_line (account_id, workspace_id, version, name, name_key, external_id, type,
               associate_id, associate, industry, vertical, geography, end_on, confidential, archived,
               step_1, step_2, step_3, step_4, step_5, steps, overall, scored_steps, ranked, gap_step, gap_metric,
               fiscal_year, arr_last_year, arr_delta_target, arr_now, computed_on, next_change_on, details, facets)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
               $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)
             ON CONFLICT (account_id) DO UPDATE SET version = $3, name = $4, name_key = $5, external_id = $6, type = $7,
               associate_id = $8, associate = $9, industry = $10, vertical = $11, geography = $12, end_on = $13,
               confidential = $14, archived = $15, step_1 = $16, step_2 = $17, step_3 = $18, step_4 = $19,
               step_5 = $20, steps = $21, overall = $22, scored_steps = $23, ranked = $24, gap_step = $25,
               gap_metric = $26, fiscal_year = $27, arr_last_year = $28, arr_delta_target = $29, arr_now = $30,
               computed_on = $31, next_change_on = $32, details = $33, facets = $34"
        ),
        &[
            &a.id,
            &by.workspace.id,
            &a.version,
            &a.name,
            &a.name.to_lowercase(),
            &a.external_id,
            &a.account_type.number(),
            &a.associate_id,
            &a.associate,
            &a.industry,
            &a.vertical,
            &a.geography,
            &money.end_on,
            &a.confidential,
            &a.archived_at.is_some(),
            &scores[0],
            &scores[1],
            &scores[2],
            &scores[3],
            &scores[4],
            &text,
            &card.overall.millionths(),
            &scored_steps,
            &card.ranked,
            &gap_step,
            &gap_metric,
            &money.fiscal_year,
            &money.last_year,
            &money.delta_target,
            &money.now,
            &by.today(),
            &money.next_change_on,
            &details,
            &facets,
        ],
    )?;
    Ok(())
}

/// The associate's name on every line that shows it.
pub fn project_name(tx: &mut Tx<'_>, by: &By, user: Uuid) -> Result<(), Fault> {
    let Some(person) = people::store::user(tx, by.workspace.id, user)? else { return Ok(()) };
    tx.exec(
        sql!("UPDATE portfolio_line SET associate = $3 WHERE workspace_id = $1 AND associate_id = $2"),
        &[&by.workspace.id, &user, &person.name],
    )?;
    // Where the person stands in a field, the line waits for the next housekeeping.
    for account in accounts::accounts_naming(tx, by.workspace.id, user)? {
        make_line_due(tx, by.workspace.id, account)?;
    }
    Ok(())
}

fn make_line_due(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE portfolio_line SET next_change_on = $3 WHERE workspace_id = $1 AND account_id = $2"),
        &[&workspace, &account, &LONG_AGO],
    )?;
    Ok(())
}

pub fn remove_line(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<(), Fault> {
    tx.exec(sql!("DELETE FROM portfolio_line WHERE workspace_id = $1 AND account_id = $2"), &[&workspace, &account])?;
    Ok(())
}

/// Accounts of one workspace whose line reads otherwise since a day began.
pub fn due_lines(tx: &mut Tx<'_>, workspace: Uuid, today: Date, limit: i64) -> Result<Vec<Uuid>, Fault> {
    Ok(tx.rows(
        sql!("SELECT account_id FROM portfolio_line WHERE workspace_id = $1 AND next_change_on <= $2 LIMIT $3"),
        &[&workspace, &today, &limit],
        |row| row.get(0),
    )?)
}

/// A day before all others: a line that was to change on it is due.
const LONG_AGO: Date = jiff::civil::date(1990, 1, 1);

/// Every line of the workspace is to be written anew: its days or fiscal years begin at other times now.
pub fn make_due(tx: &mut Tx<'_>, workspace: Uuid) -> Result<(), Fault> {
    tx.exec(sql!("UPDATE portfolio_line SET next_change_on = $2 WHERE workspace_id = $1"), &[&workspace, &LONG_AGO])?;
    Ok(())
}
