//! One closed list of orders, and the place where a page ended.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::line::Line;

/// What the report can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    Name,
    Associate,
    EndOn,
    Type,
    Step(u8),
    Overall,
    ArrLastYear,
    ArrDeltaTarget,
    ArrYtd,
    Progress,
    Gap,
}

impl SortKey {
    pub const ALL: [Self; 15] = [
        Self::Name,
        Self::Associate,
        Self::EndOn,
        Self::Type,
        Self::Step(0),
        Self::Step(1),
        Self::Step(2),
        Self::Step(3),
        Self::Step(4),
        Self::Overall,
        Self::ArrLastYear,
        Self::ArrDeltaTarget,
        Self::ArrYtd,
        Self::Progress,
        Self::Gap,
    ];

    /// An expression that is never NULL: what has no value comes last, whichever way the order goes.
    pub(super) fn expression(self, descending: bool) -> String {
        let last = if descending { "-9000000000000000000" } else { "9000000000000000000" };
        let number = |column: &str| format!("COALESCE({column}, {last})");
        match self {
            Self::Name => "l.name_key".to_owned(),
            Self::Associate => "l.associate".to_owned(),
            Self::EndOn => format!("COALESCE(l.end_on, '{}')", if descending { "0001-01-01" } else { "9999-12-31" }),
            Self::Type => "l.type".to_owned(),
            Self::Step(index) => number(&format!("l.step_{}", index + 1)),
            Self::Overall => "l.overall".to_owned(),
            Self::ArrLastYear => "l.arr_last_year".to_owned(),
            Self::ArrDeltaTarget => number("l.arr_delta_target"),
            Self::ArrYtd => "l.arr_now".to_owned(),
            Self::Progress => number(
                "CASE WHEN l.arr_delta_target > 0 THEN (l.arr_now - l.arr_last_year) * 10000 / l.arr_delta_target END",
            ),
            Self::Gap => number("l.gap_step"),
        }
    }

    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Name | Self::Associate => "TEXT",
            Self::EndOn => "DATE",
            _ => "BIGINT",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub key: SortKey,
    pub descending: bool,
}

/// Where a page of the report ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    pub key: String,
    pub name: String,
    pub id: Uuid,
}

impl Place {
    pub fn of(line: &Line) -> Self {
        Self { key: line.key.clone(), name: line.name_key.clone(), id: line.account_id }
    }
}
