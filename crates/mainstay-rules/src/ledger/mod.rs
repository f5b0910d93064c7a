//! The ledger of an account: dated contract amendments, and the ARR that follows from them.

mod bridge;
mod explain;
mod movement;
mod rate;

pub use bridge::{Bridge, Concentration, Part, Standing, bridge, concentration, fraction};
pub use explain::{behind_end, counted_on};
pub use movement::{Movement, MovementKind, Override, movements};
pub use rate::{Rate, RateError, parse_rate, run_rate};

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::field::{FieldCode, FieldError, keep, year_in_range};
use crate::limits::{MONEY_MINOR_MAX, NOTICE_DAYS_MAX};
use crate::rounding::saturate;

/// What a contract says from a day on, until the next amendment of the same contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amendment {
    pub contract: Uuid,
    pub start_on: Date,
    /// First day on which the ARR no longer counts; none is an open end.
    pub end_on: Option<Date>,
    pub arr_minor: i64,
    /// Decides between amendments of the same day: what was learned later wins.
    pub recorded_at: Timestamp,
}

/// A day on which contracts end, and the ARR at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// First day on which the ARR no longer counts.
    pub on: Date,
    pub arr_minor: i64,
}

impl End {
    /// The last day of the contract, as people say it.
    pub fn last_day(self) -> Date {
        self.on.yesterday().unwrap_or(self.on)
    }

    /// The last day on which notice can be given: so many days before the last day.
    pub fn notice_by(self, notice_days: i64) -> Date {
        let last = self.last_day();
        last.checked_sub(jiff::Span::new().days(notice_days.clamp(0, NOTICE_DAYS_MAX))).unwrap_or(last)
    }
}

/// An end is material from one tenth of the account's ARR.
const MATERIAL_SHARE: i128 = 10;

/// The account's ARR on a day: per contract the amendment in force (the latest start, then the
/// latest recorded), as long as that amendment has not ended.
///
/// An amendment takes the place of the one before as a whole, its end included: an amendment that
/// ends leaves nothing of an earlier one behind.
pub fn arr_on(amendments: &[Amendment], day: Date) -> i64 {
    let sum = in_force(amendments, day).values().map(|a| i128::from(counted(a, day))).sum();
    saturate(sum)
}

/// The first day after `day` on which the ARR of any contract changes, or none.
///
/// Contracts are compared one by one: where one ends as another begins the total may stay, but the
/// account's next end does not.
pub fn next_change_after(amendments: &[Amendment], day: Date) -> Option<Date> {
    let before = arr_by_contract(amendments, day);
    turning_days(amendments)
        .filter(|turning| *turning > day)
        .filter(|turning| arr_by_contract(amendments, *turning) != before)
        .min()
}

/// The next day on which contracts end with at least a tenth of the account's ARR of today.
pub fn next_material_end(amendments: &[Amendment], today: Date) -> Option<End> {
    let total = i128::from(arr_on(amendments, today));
    ends(amendments, today).into_iter().find(|end| i128::from(end.arr_minor) * MATERIAL_SHARE >= total)
}

/// The last day on which any contract ends; contracts with an open end do not appear.
pub fn last_end(amendments: &[Amendment], today: Date) -> Option<End> {
    ends(amendments, today).pop()
}

/// The contracts whose ARR ends on a day and is not carried on.
pub fn ending_on(amendments: &[Amendment], day: Date) -> Vec<Uuid> {
    let Ok(eve) = day.yesterday() else { return Vec::new() };
    let after = in_force(amendments, day);
    in_force(amendments, eve)
        .values()
        .filter(|a| counted(a, eve) > 0)
        .filter(|a| after.get(&a.contract).is_none_or(|next| counted(next, day) == 0))
        // Only an end: an amendment that sets the ARR to zero is a decision of its day.
        .filter(|a| a.end_on == Some(day))
        .map(|a| a.contract)
        .collect()
}

/// The last day on which notice can be given of the contracts that end then: the earliest where they differ.
/// `notice_days` has those of each contract for which some were agreed.
pub fn notice_by(amendments: &[Amendment], end: End, notice_days: &[(Uuid, i64)]) -> Option<Date> {
    let ending = ending_on(amendments, end.on);
    let days = notice_days.iter().filter(|(contract, _)| ending.contains(contract)).map(|(_, days)| *days);
    days.max().map(|days| end.notice_by(days))
}

/// Every day after `today` on which ARR ends and is not carried on, in order.
fn ends(amendments: &[Amendment], today: Date) -> Vec<End> {
    let mut days: Vec<Date> = amendments.iter().filter_map(|a| a.end_on).filter(|end| *end > today).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter()
        .filter_map(|day| {
            let eve = day.yesterday().ok()?;
            let before = in_force(amendments, eve);
            let ending = ending_on(amendments, day);
            let lost = ending.iter().filter_map(|id| before.get(id)).map(|a| i128::from(a.arr_minor)).sum();
            let arr_minor = saturate(lost);
            (arr_minor > 0).then_some(End { on: day, arr_minor })
        })
        .collect()
}

/// Checks a new amendment; every error at once.
pub fn check_amendment(start_on: Date, end_on: Option<Date>, arr_minor: i64) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    keep(year_in_range("/start_on", start_on), &mut errors);
    if let Some(end_on) = end_on {
        let in_range = keep(year_in_range("/end_on", end_on), &mut errors).is_some();
        if in_range && end_on <= start_on {
            let message = format!("The end must come after the start, {start_on}");
            errors.push(FieldError::new("/end_on", FieldCode::OutOfRange, message));
        }
    }
    if !(0..=MONEY_MINOR_MAX).contains(&arr_minor) {
        let message = if arr_minor < 0 {
            "The ARR is negative; write 0 for a contract that brings nothing"
        } else {
            "The ARR is too large; check the figures and the currency"
        };
        errors.push(FieldError::new("/arr", FieldCode::OutOfRange, message));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Per contract the amendment in force on a day, ended or not.
fn in_force(amendments: &[Amendment], day: Date) -> BTreeMap<Uuid, &Amendment> {
    let mut kept: BTreeMap<Uuid, &Amendment> = BTreeMap::new();
    for amendment in amendments.iter().filter(|a| a.start_on <= day) {
        let place = kept.entry(amendment.contract).or_insert(amendment);
        if rank(amendment) > rank(place) {
            *place = amendment;
        }
    }
    kept
}

/// The last two parts only keep the answer the same for any order of equal amendments.
fn rank(amendment: &Amendment) -> (Date, Timestamp, i64, Option<Date>) {
    (amendment.start_on, amendment.recorded_at, amendment.arr_minor, amendment.end_on)
}

fn counted(amendment: &Amendment, day: Date) -> i64 {
    if amendment.end_on.is_none_or(|end| day < end) { amendment.arr_minor } else { 0 }
}

fn arr_by_contract(amendments: &[Amendment], day: Date) -> BTreeMap<Uuid, i64> {
    let mut arr: BTreeMap<Uuid, i64> =
        in_force(amendments, day).into_iter().map(|(id, a)| (id, counted(a, day))).collect();
    arr.retain(|_, minor| *minor != 0);
    arr
}

fn turning_days(amendments: &[Amendment]) -> impl Iterator<Item = Date> + '_ {
    amendments.iter().flat_map(|a| std::iter::once(a.start_on).chain(a.end_on))
}
