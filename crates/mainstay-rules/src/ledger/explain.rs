//! What a number of the ledger is made of: the amendments behind it, which add up to it exactly.

use jiff::civil::Date;

use super::{Amendment, End, counted, ending_on, in_force};

/// The amendments that count on a day; their ARR together is [`super::arr_on`] of that day.
pub fn counted_on(amendments: &[Amendment], day: Date) -> Vec<Amendment> {
    let counts = |a: &&&Amendment| counted(a, day) != 0;
    in_force(amendments, day).values().filter(counts).map(|a| **a).collect()
}

/// The amendments that end on a day and are not carried on; their ARR together is what the [`End`] puts at stake.
pub fn behind_end(amendments: &[Amendment], end: End) -> Vec<Amendment> {
    let Ok(eve) = end.on.yesterday() else { return Vec::new() };
    let ending = ending_on(amendments, end.on);
    in_force(amendments, eve).values().filter(|a| ending.contains(&a.contract)).map(|a| **a).collect()
}
