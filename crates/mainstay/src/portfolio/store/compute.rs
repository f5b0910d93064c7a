//! A line as the rules compute it for a day: today's and every past one by the same function.

use jiff::civil::Date;
use mainstay_rules::ledger::{self, Amendment};
use mainstay_rules::progress::{fiscal_year, last_year_end, year_start};
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{Latest, Scorecard, Source, Template, Templates, evaluate_below};
use uuid::Uuid;

use super::line::{Line, LineDetails, LineStep};
use crate::account::store::{Account, FieldValues};

/// What the other rooms hold of an account, as it was on the day.
pub(super) struct Books<'a> {
    pub templates: &'a Templates,
    pub latest: &'a [Latest],
    /// In the workspace's currency at the rates of the day's fiscal year.
    pub ledger: &'a [Amendment],
    /// Days of notice by contract.
    pub notice_days: &'a [(Uuid, i64)],
    pub target: Option<i64>,
}

/// The account's own words on a line whose numbers are still to be computed.
pub(super) fn base(account: &Account, fields: FieldValues) -> Line {
    Line {
        account_id: account.id,
        version: account.version,
        name: account.name.clone(),
        external_id: account.external_id.clone(),
        account_type: account.account_type,
        associate_id: account.associate_id,
        associate: account.associate.clone(),
        industry: account.industry.clone(),
        vertical: account.vertical.clone(),
        geography: account.geography.clone(),
        end_on: None,
        confidential: account.confidential,
        archived: account.archived_at.is_some(),
        steps: Vec::new(),
        overall: 0,
        scored_steps: 0,
        ranked: false,
        gap_step: None,
        gap_metric: None,
        fiscal_year: 0,
        arr_last_year: 0,
        arr_delta_target: None,
        arr_now: 0,
        details: LineDetails { typed_end_on: account.end_on, fields, ..LineDetails::default() },
        key: String::new(),
        name_key: account.name.to_lowercase(),
    }
}

/// The line on a day: the words of `base`, the numbers of the books.
pub(super) fn line(base: &Line, books: &Books<'_>, day: Date, fiscal_year_start_month: i8) -> Line {
    let template = books.templates.governing(base.segment());
    let low = template.low_on(base.account_type, client_since(books.ledger), day);
    let card = evaluate_below(template, books.latest, &low);
    let details = details(base, books, day);
    Line {
        steps: steps_of(&card),
        overall: card.overall.millionths(),
        scored_steps: i64::try_from(card.scored_steps).unwrap_or(0),
        ranked: card.ranked,
        gap_step: card.gap.as_ref().and_then(|gap| i64::try_from(gap.step).ok()),
        gap_metric: card.gap.as_ref().and_then(|gap| gap.metric.clone()),
        fiscal_year: i64::from(fiscal_year(day, fiscal_year_start_month)),
        arr_last_year: ledger::arr_on(books.ledger, last_year_end(day, fiscal_year_start_month)),
        arr_delta_target: books.target,
        arr_now: ledger::arr_on(books.ledger, day),
        // Contracts know their end; the typed date stands where none of them ends.
        end_on: ledger::next_material_end(books.ledger, day).map(ledger::End::last_day).or(details.typed_end_on),
        details,
        ..base.clone()
    }
}

fn details(base: &Line, books: &Books<'_>, day: Date) -> LineDetails {
    let end = ledger::next_material_end(books.ledger, day);
    LineDetails {
        end_arr: end.map(|end| end.arr_minor),
        notice_by: end.and_then(|end| ledger::notice_by(books.ledger, end, books.notice_days)),
        last_end_on: ledger::last_end(books.ledger, day).map(ledger::End::last_day),
        since_on: client_since(books.ledger),
        typed_end_on: base.details.typed_end_on,
        fields: base.details.fields.clone(),
    }
}

/// The first day of its first contract.
pub(super) fn client_since(ledger: &[Amendment]) -> Option<Date> {
    ledger.iter().map(|row| row.start_on).min()
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

/// The first day on which the line reads otherwise without anybody writing: a contract turns, the account grows out of
/// a band, or a fiscal year begins.
pub(super) fn next_change(rows: &[Amendment], template: &Template, today: Date, fiscal_year_start_month: i8) -> Date {
    let next_year = year_start(today, fiscal_year_start_month).saturating_add(jiff::Span::new().years(1));
    let bands = client_since(rows).into_iter().flat_map(|since| template.band_turns(since));
    let turns = bands.filter(|day| *day > today).chain(ledger::next_change_after(rows, today));
    turns.fold(next_year, Date::min)
}

/// The first day of the day's month.
pub(super) fn month_of(day: Date) -> Date {
    day.first_of_month()
}

/// The first day of the next month.
pub(super) fn month_after(day: Date) -> Date {
    day.last_of_month().tomorrow().unwrap_or(Date::MAX)
}
