//! A stretch of history written anew from the facts: what was so on each day, as we know it now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mainstay_db::{Tx, events};
use mainstay_rules::account::AccountType;
use mainstay_rules::event::Kind;
use mainstay_rules::ledger::Amendment;
use mainstay_rules::progress::fiscal_year;
use mainstay_rules::scorecard::Latest;
use uuid::Uuid;

use super::compute::{self, Books, month_after, month_of};
use super::history::{self, Stretch};
use super::line::Line;
use crate::account::store::{self as accounts, Rates, StoredAmendment};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::scorecard;
use crate::scorecard::store::Times;

/// Changes whose course only the events know.
const COURSE: [Kind; 4] = [Kind::AccountTypeChanged, Kind::AccountArchived, Kind::AccountRestored, Kind::TargetSet];

/// Everything that the account's past follows from.
struct Past {
    created_on: Date,
    /// Oldest first, each with its day.
    scores: Vec<(Date, Latest)>,
    /// Each with the first day on which it counts: its start, or the day on which it was agreed before that.
    amendments: Vec<(Date, StoredAmendment)>,
    rates: Rates,
    /// Today's terms: what was agreed about notice has no history.
    notice_days: Vec<(Uuid, i64)>,
    /// A past day is measured by the scorecard of its time.
    templates: Times,
    types: Vec<(Date, AccountType, AccountType)>,
    /// From that day on: archived or not.
    archived: Vec<(Date, bool)>,
    /// From that day on, in that fiscal year.
    targets: Vec<(Date, i64, Option<i64>)>,
}

/// Writes the history anew from a day on, up to the line of today.
pub(super) fn rewrite(tx: &mut Tx<'_>, by: &By, now: &Line, from: Date) -> Result<(), Fault> {
    let workspace = by.workspace.id;
    let past = Past::load(tx, by, now.account_id)?;
    let written = history::stretches(tx, workspace, now.account_id)?;
    let today = by.today();
    // On the day of its creation the account is still being described, its days before that too.
    let from = if past.created_on == today { Date::MIN } else { from };
    // From the beginning of the stretch that holds the day, so that it grows instead of being cut.
    let from = written.iter().find(|old| old.from_on < from && from < old.until_on).map_or(from, |old| old.from_on);
    let start = from.max(past.birth());
    let anew = Anew { by, now, past: &past, written: &written }.stretches(start)?;
    if from <= past.birth() {
        history::remove(tx, workspace, now.account_id)?;
    } else {
        history::end_before(tx, workspace, now.account_id, from)?;
    }
    history::insert(tx, workspace, &anew)?;
    history::is_written(tx, by, now.account_id)
}

/// The account's line of today and its whole history, computed from nothing but the facts.
pub fn rebuild(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    super::project::project(tx, by, &[account])?;
    match super::line::line(tx, by.workspace.id, account)? {
        Some(line) => rewrite(tx, by, &Line { version: 0, ..line }, super::project::LONG_AGO),
        None => Ok(()),
    }
}

impl Past {
    fn load(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<Self, Fault> {
        let workspace = &by.workspace;
        let day = |at| workspace.day_of(at);
        let created_on = accounts::created_at(tx, workspace.id, account)?.map_or_else(|| by.today(), day);
        let scores = scorecard::store::all(tx, workspace.id, account)?;
        let amendments = accounts::amendments(tx, workspace.id, account)?;
        let rates = accounts::rates_for(tx, workspace, &amendments, by.today())?;
        let counts = |one: &StoredAmendment| one.amendment.start_on.min(day(one.amendment.recorded_at));
        let mut past = Self {
            created_on,
            scores: scores.into_iter().map(|fact| (day(fact.effective_at), fact)).collect(),
            amendments: amendments.into_iter().map(|one| (counts(&one), one)).collect(),
            rates,
            notice_days: accounts::notice_days(tx, workspace.id, account)?,
            templates: scorecard::store::times(tx, workspace.id)?,
            types: Vec::new(),
            archived: Vec::new(),
            targets: Vec::new(),
        };
        for event in events::of_account_kinds(tx, workspace.id, account, COURSE.map(Kind::as_str))? {
            past.learn(day(event.effective_at), &event);
        }
        Ok(past)
    }

    fn learn(&mut self, day: Date, event: &events::Event) {
        let type_of = |key: &str| event.data[key].as_i64().and_then(|number| AccountType::try_from(number).ok());
        match Kind::parse(&event.kind) {
            Some(Kind::AccountTypeChanged) => {
                self.types.extend(type_of("before").zip(type_of("after")).map(|(before, after)| (day, before, after)));
            }
            Some(Kind::AccountArchived) => self.archived.push((day, true)),
            Some(Kind::AccountRestored) => self.archived.push((day, false)),
            Some(Kind::TargetSet) => {
                let year = event.data["fiscal_year"].as_i64();
                self.targets.extend(year.map(|year| (day, year, event.data["after"].as_i64())));
            }
            _ => {}
        }
    }

    /// The first day on which there was anything to say of the account.
    fn birth(&self) -> Date {
        let firsts = [self.scores.first().map(|(day, _)| *day), self.amendments.iter().map(|(day, _)| *day).min()];
        firsts.into_iter().flatten().fold(self.created_on, Date::min)
    }

    /// The days on which a line may begin to read otherwise.
    fn turns(&self) -> impl Iterator<Item = Date> + '_ {
        let amendments = self.amendments.iter();
        let amendments = amendments
            .flat_map(|(day, one)| [Some(*day), Some(one.amendment.start_on), one.amendment.end_on])
            .flatten();
        let scores = self.scores.iter().map(|(day, _)| *day);
        let types = self.types.iter().map(|(day, _, _)| *day);
        let archived = self.archived.iter().map(|(day, _)| *day);
        let targets = self.targets.iter().map(|(day, _, _)| *day);
        amendments.chain(scores).chain(types).chain(archived).chain(targets).chain(self.template_turns())
    }

    /// The days on which another version governs, or the account grows out of a band of one.
    fn template_turns(&self) -> impl Iterator<Item = Date> + '_ {
        let since = self.amendments.iter().map(|(_, one)| one.amendment.start_on).min();
        let bands = since.into_iter().flat_map(|since| {
            self.templates.each().flat_map(move |on| on.all().flat_map(move |template| template.band_turns(since)))
        });
        self.templates.turns().chain(bands)
    }

    /// Before its creation an account is taken as it was described on that day.
    fn type_on(&self, day: Date, now: AccountType) -> AccountType {
        let day = day.max(self.created_on);
        self.types.iter().find(|(changed, _, _)| *changed > day).map_or(now, |(_, before, _)| *before)
    }

    fn archived_on(&self, day: Date) -> bool {
        let day = day.max(self.created_on);
        self.archived.iter().rev().find(|(changed, _)| *changed <= day).is_some_and(|(_, archived)| *archived)
    }

    fn target_on(&self, day: Date, fiscal_year: i64) -> Option<i64> {
        let day = day.max(self.created_on);
        let set = self.targets.iter().rev().find(|(set, year, _)| *set <= day && *year == fiscal_year);
        set.and_then(|(_, _, delta)| *delta)
    }

    fn ledger_on(&self, day: Date, fiscal_year: i64) -> Result<Vec<Amendment>, Fault> {
        let counting = self.amendments.iter().filter(|(counts, _)| *counts <= day);
        let stored: Vec<StoredAmendment> = counting.map(|(_, one)| one.clone()).collect();
        accounts::in_home_currency(&stored, &self.rates.in_year(fiscal_year))
    }
}

/// What a new writing of the history takes into account.
struct Anew<'a> {
    by: &'a By,
    now: &'a Line,
    past: &'a Past,
    written: &'a [Stretch],
}

impl Anew<'_> {
    /// The stretches from a day up to today, none longer than its month.
    fn stretches(&self, start: Date) -> Result<Vec<Stretch>, Fault> {
        let today = self.by.today();
        let mut found: Vec<Stretch> = Vec::new();
        let mut facts: BTreeMap<&str, &Latest> = BTreeMap::new();
        let mut scores = self.past.scores.iter().peekable();
        for day in self.days(start, today) {
            while let Some((_, fact)) = scores.next_if(|(of, _)| *of <= day) {
                facts.insert(&fact.metric, fact);
            }
            let line = if day == today { self.now.clone() } else { self.line_on(day, &facts)? };
            match found.last_mut() {
                Some(last) if last.line == line && last.until_on == month_after(day) => {}
                last => {
                    if let Some(last) = last {
                        last.until_on = last.until_on.min(day);
                    }
                    found.push(Stretch { from_on: day, until_on: month_after(day), line });
                }
            }
        }
        Ok(found)
    }

    fn days(&self, start: Date, today: Date) -> BTreeSet<Date> {
        let mut days: BTreeSet<Date> = self.past.turns().chain(self.written.iter().map(|old| old.from_on)).collect();
        let mut month = month_of(start);
        while month < today {
            month = month_after(month);
            days.insert(month);
        }
        days.extend([start, today]);
        days.retain(|day| (start..=today).contains(day));
        days
    }

    fn line_on(&self, day: Date, facts: &BTreeMap<&str, &Latest>) -> Result<Line, Fault> {
        let month = self.by.workspace.fiscal_year_start_month;
        let year = i64::from(fiscal_year(day, month));
        let latest: Vec<Latest> = facts.values().map(|fact| (*fact).clone()).collect();
        let base = Line {
            account_type: self.past.type_on(day, self.now.account_type),
            archived: self.past.archived_on(day),
            confidential: self.now.confidential,
            ..self.words_on(day).clone()
        };
        let books = Books {
            templates: self.past.templates.on(day),
            latest: &latest,
            ledger: &self.past.ledger_on(day, year)?,
            notice_days: &self.past.notice_days,
            target: self.past.target_on(day, year),
        };
        Ok(compute::line(&base, &books, day, month))
    }

    /// Names and the like are known from what was written at the time.
    fn words_on(&self, day: Date) -> &Line {
        let at = self.written.iter().rev().find(|old| old.from_on <= day).or(self.written.first());
        at.map_or(self.now, |old| &old.line)
    }
}
