//! One closed list of orders, and the place where a page ended.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::facets::SINCE;
use super::line::Line;
use super::own::Facet;

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
    ExternalId,
    Industry,
    Vertical,
    Geography,
    Since,
    /// An own field that is ordered as text, or as a number.
    OwnText(Facet),
    OwnNumber(Facet),
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

    /// Columns beside those of the report, ordered all the same; the workspace's own fields come behind them.
    pub const MORE: [Self; 5] = [Self::ExternalId, Self::Industry, Self::Vertical, Self::Geography, Self::Since];

    /// Each kind of order once, for composing every statement.
    pub(super) fn kinds() -> impl Iterator<Item = Self> {
        let own = [Self::OwnText(Facet::default()), Self::OwnNumber(Facet::default())];
        Self::ALL.into_iter().chain(Self::MORE).chain(own)
    }

    /// The facet that is a parameter of the statement.
    pub(super) fn facet(self) -> Option<String> {
        match self {
            Self::OwnText(facet) | Self::OwnNumber(facet) => Some(facet.as_str().to_owned()),
            Self::Since => Some(SINCE.to_owned()),
            _ => None,
        }
    }

    /// An expression that is never NULL: what has no value comes last, whichever way the order goes.
    /// `facet` is the place of its parameter.
    pub(super) fn expression(self, descending: bool, facet: &str) -> String {
        let last = if descending { "-9000000000000000000" } else { "9000000000000000000" };
        let number = |column: &str| format!("COALESCE({column}, {last})");
        // A text before which every other one comes, or behind which: what is there begins with the other figure.
        let (there, missing) = if descending { ("1", "0") } else { ("0", "1") };
        let text = |column: &str| format!("COALESCE('{there}' || lower({column}), '{missing}')");
        match self {
            Self::ExternalId => text("l.external_id"),
            Self::Industry => text("l.industry"),
            Self::Vertical => text("l.vertical"),
            Self::Geography => text("l.geography"),
            Self::OwnText(_) | Self::Since => text(&format!("(l.facets ->> CAST({facet} AS TEXT))")),
            Self::OwnNumber(_) => number(&format!("CAST(l.facets ->> CAST({facet} AS TEXT) AS BIGINT)")),
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
            Self::EndOn => "DATE",
            Self::Name
            | Self::Associate
            | Self::ExternalId
            | Self::Industry
            | Self::Vertical
            | Self::Geography
            | Self::Since
            | Self::OwnText(_) => "TEXT",
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
