//! The words that ask for the past: a day, or a snapshot.

use jiff::civil::Date;
use mainstay_rules::field::{FieldCode, FieldError};
use uuid::Uuid;

use super::Asked;
use crate::corridor::fault::Fault;
use crate::portfolio::store::Frame;

fn wrong(pointer: &str, code: FieldCode, message: String) -> Fault {
    Fault::field(FieldError::new(pointer, code, message))
}

/// A past day, as it is written in an address; today and what is not given are now.
pub fn day_frame(pointer: &str, text: &str, today: Date) -> Result<Frame, Fault> {
    let day: Date = text.parse().map_err(|_| {
        wrong(pointer, FieldCode::NotADate, format!("Write the day as year-month-day, for example {today}."))
    })?;
    if day > today {
        let message = format!("{day} is still to come. Give today, {today}, or an earlier day.");
        return Err(wrong(pointer, FieldCode::OutOfRange, message));
    }
    if day.year() < 1 {
        return Err(wrong(pointer, FieldCode::OutOfRange, "Give a day after the year 1.".to_owned()));
    }
    Ok(if day == today { Frame::Now } else { Frame::AsOf(day) })
}

impl Asked {
    /// The words of the time alone.
    #[must_use]
    pub fn past(&self) -> Self {
        Self { as_of: self.as_of.clone(), snapshot: self.snapshot.clone(), ..Self::default() }
    }

    pub fn past_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = [("as_of", &self.as_of), ("snapshot", &self.snapshot)];
        named.into_iter().filter_map(|(word, value)| value.as_deref().map(|value| (word, value)))
    }

    /// The time that is asked for.
    pub fn frame(&self, today: Date) -> Result<Frame, Fault> {
        match (self.as_of.as_deref(), self.snapshot.as_deref()) {
            (None, None) => Ok(Frame::Now),
            (Some(day), None) => day_frame("/as_of", day, today),
            (None, Some(id)) => Uuid::parse_str(id).map(Frame::Snapshot).map_err(|_| Fault::not_found()),
            (Some(_), Some(_)) => {
                let message = "A snapshot has its day already; give as_of or snapshot, not both.".to_owned();
                Err(wrong("/as_of", FieldCode::Conflict, message))
            }
        }
    }
}
