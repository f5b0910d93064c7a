//! The story as a script: who did what, when, in order.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::calendar::Calendar;
use super::scoring::{self, Occasion, Said};
use super::story::{Account, Story};
use crate::scorecard::shipped;

/// The spreadsheet that was there before came in on this day.
pub const IMPORT_DAY: i32 = -540;
/// Client pods were made on this day; accounts won later get theirs a few days after.
const PODS_DAY: i32 = -400;
const POD_AFTER_DAYS: i32 = 3;
/// Since this day the clients are described in fields of our own.
const DESCRIBED_DAY: i32 = -200;
/// Revenue operations: imports, plans, archives.
pub const OPERATIONS: &str = "henrik";
/// Leads account management: forms the pods.
const PODS_BY: &str = "anouk";

/// Minutes after midnight.
const IMPORTED: i32 = 8 * 60 + 30;
const SENT: i32 = 7 * 60;
const CALLED: i32 = 9 * 60 + 30;
const TYPED: i32 = 9 * 60 + 40;
const TYPED_WITHIN: i32 = 110;
const SIGNED: i32 = 12 * 60;
const FORMED: i32 = 15 * 60;
const DESCRIBED: i32 = 15 * 60 + 30;
const MEASURED: i32 = 16 * 60;
const MEASURED_WITHIN: i32 = 90;
const PROMISED: i32 = 14 * 60;
const KEPT: i32 = 17 * 60;
const SCOPES_SCORED: i32 = 18 * 60;
/// Accounts take their turn, a minute each.
const TURN: i32 = 1;

/// One person's doing on one account at one moment.
pub struct Act {
    pub at: Timestamp,
    pub day: i32,
    /// Key of the person.
    pub who: String,
    /// Place of the account in the story.
    pub account: usize,
    pub deed: Deed,
}

pub enum Deed {
    CreateAccount,
    AddContract {
        contract: usize,
    },
    AmendContract {
        contract: usize,
        step: usize,
    },
    SetTarget,
    RecordUsage,
    /// The place of a count among those of the account.
    Measure(usize),
    /// The place of a number among those that the order system sent.
    Send(usize),
    FormPod,
    /// What is known beside the report goes into the workspace's own fields.
    Describe,
    ChangeType,
    Divide,
    /// An account manager scores the own product line.
    ScoreScope {
        region: usize,
        line: usize,
    },
    Archive,
    Score(Vec<Said>),
    /// The place of a task in the story.
    Promise(usize),
    Keep(usize),
}

struct Writer<'a> {
    calendar: &'a Calendar,
    acts: Vec<Act>,
}

impl Writer<'_> {
    fn add(&mut self, day: i32, minute: i32, who: &str, account: usize, deed: Deed) -> Result<(), String> {
        let turn = i32::try_from(account).unwrap_or(0) * TURN;
        let at = self.calendar.instant(day, minute + turn)?;
        self.acts.push(Act { at, day, who: who.to_owned(), account, deed });
        Ok(())
    }
}

/// Everything that happened, oldest first.
pub fn write(story: &Story, calendar: &Calendar) -> Result<Vec<Act>, String> {
    let mut writer = Writer { calendar, acts: Vec::new() };
    for (place, account) in story.accounts.iter().enumerate() {
        arrive(&mut writer, place, account)?;
        contracts(&mut writer, place, account)?;
        changes(&mut writer, place, account)?;
        scores(&mut writer, place, account)?;
    }
    promises(&mut writer, story)?;
    // Stable: what one account does at one moment stays in the order written above.
    writer.acts.sort_by_key(|act| act.at);
    Ok(writer.acts)
}

fn was_imported(account: &Account) -> bool {
    account.since <= IMPORT_DAY
}

fn arrive(writer: &mut Writer<'_>, place: usize, account: &Account) -> Result<(), String> {
    let (minute, who) = if was_imported(account) { (IMPORTED, OPERATIONS) } else { (SIGNED, account.seller.as_str()) };
    writer.add(account.since, minute, who, place, Deed::CreateAccount)
}

fn contracts(writer: &mut Writer<'_>, place: usize, account: &Account) -> Result<(), String> {
    for (contract, terms) in account.contracts.iter().enumerate() {
        for (step, amendment) in terms.steps.iter().enumerate() {
            let day = amendment.day.max(account.since);
            let deed = if step == 0 { Deed::AddContract { contract } } else { Deed::AmendContract { contract, step } };
            if step == 0 && was_imported(account) {
                writer.add(day, IMPORTED, OPERATIONS, place, deed)?;
            } else {
                writer.add(day, SIGNED, &account.seller, place, deed)?;
            }
        }
    }
    Ok(())
}

fn changes(writer: &mut Writer<'_>, place: usize, account: &Account) -> Result<(), String> {
    if account.delta_target.is_some() {
        // What is won in the year is planned when it is won.
        let day = writer.calendar.planning_day().max(account.since);
        writer.add(day, SIGNED, OPERATIONS, place, Deed::SetTarget)?;
    }
    let formed = PODS_DAY.max(account.since + POD_AFTER_DAYS);
    writer.add(formed, FORMED, PODS_BY, place, Deed::FormPod)?;
    writer.add(DESCRIBED_DAY.max(account.since + POD_AFTER_DAYS), DESCRIBED, &account.owner, place, Deed::Describe)?;
    if let Some(becomes) = &account.becomes {
        writer.add(becomes.day, FORMED, PODS_BY, place, Deed::ChangeType)?;
    }
    if !account.usage.is_empty() {
        writer.add(-1, SIGNED, OPERATIONS, place, Deed::RecordUsage)?;
    }
    for (index, (day, _)) in account.failed_shoots.iter().enumerate() {
        writer.add(*day, SENT, OPERATIONS, place, Deed::Send(index))?;
    }
    for (place_in_list, counted) in account.measured.iter().enumerate() {
        writer.add(counted.day, SIGNED, OPERATIONS, place, Deed::Measure(place_in_list))?;
    }
    if let Some(day) = account.divided {
        writer.add(day, FORMED, PODS_BY, place, Deed::Divide)?;
    }
    for (region, parts) in account.regions.iter().enumerate() {
        for (line, part) in parts.lines.iter().enumerate() {
            let Some(day) = account.divided_scores else { continue };
            let minute = SCOPES_SCORED + i32::try_from(region * parts.lines.len() + line).unwrap_or(0);
            writer.add(day, minute, &part.owner, place, Deed::ScoreScope { region, line })?;
        }
    }
    if let Some(day) = account.archived {
        writer.add(day, FORMED, OPERATIONS, place, Deed::Archive)?;
    }
    Ok(())
}

/// What one person recorded on one occasion is one sitting.
fn scores(writer: &mut Writer<'_>, place: usize, account: &Account) -> Result<(), String> {
    let mut sittings: BTreeMap<(i32, Occasion, String), Vec<Said>> = BTreeMap::new();
    let courses = account.scores.courses();
    for (index, step) in shipped()[0].template.steps.iter().enumerate() {
        let course = courses.get(index).copied().unwrap_or_default();
        for said in scoring::said(step, index, course, account, place, writer.calendar) {
            let who = said.by.clone().unwrap_or_else(|| spokesperson(account, &said).to_owned());
            sittings.entry((said.day, said.occasion, who)).or_default().push(said);
        }
    }
    for ((day, occasion, who), said) in sittings {
        let minute = match occasion {
            _ if day == IMPORT_DAY => IMPORTED,
            Occasion::Call => CALLED,
            Occasion::Typed => TYPED + scattered(day, TYPED_WITHIN),
            Occasion::Measured => MEASURED + scattered(day, MEASURED_WITHIN),
        };
        writer.add(day, minute, &who, place, Deed::Score(said))?;
    }
    Ok(())
}

/// Work is given in the afternoon, and done before people go home.
fn promises(writer: &mut Writer<'_>, story: &Story) -> Result<(), String> {
    for (index, task) in story.tasks.iter().enumerate() {
        let place = story.accounts.iter().position(|account| account.id == task.account);
        let place = place.ok_or_else(|| format!("demo/tasks.toml names {}, which is no account", task.account))?;
        writer.add(task.day, PROMISED + scattered(task.day, TYPED_WITHIN), &task.by, place, Deed::Promise(index))?;
        if let Some(day) = task.done {
            writer.add(day, KEPT + scattered(day, MEASURED_WITHIN), &task.owner, place, Deed::Keep(index))?;
        }
    }
    Ok(())
}

/// People do not write at the same minute every day.
fn scattered(day: i32, within: i32) -> i32 {
    (day * 47).rem_euclid(within)
}

fn spokesperson<'a>(account: &'a Account, said: &Said) -> &'a str {
    match said.occasion {
        _ if said.day == IMPORT_DAY => OPERATIONS,
        Occasion::Measured => &account.owner,
        Occasion::Call | Occasion::Typed => &account.associate,
    }
}
