//! One closed list of orders, and the place where a page ended.

use jiff::civil::date;
use mainstay_db::Param;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::attention::{self, Attention};
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
    /// What the weekly call speaks about first; no column.
    Attention(Attention),
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
        let attention = Attention::of(date(2000, 1, 1), true);
        let own = [Self::OwnText(Facet::default()), Self::OwnNumber(Facet::default()), Self::Attention(attention)];
        Self::ALL.into_iter().chain(Self::MORE).chain(own)
    }

    /// The parameters of its expression.
    pub(super) fn parameters(self) -> Vec<Box<dyn Param>> {
        match self {
            Self::OwnText(facet) | Self::OwnNumber(facet) => vec![Box::new(facet.as_str().to_owned())],
            Self::Since => vec![Box::new(SINCE.to_owned())],
            Self::Attention(attention) => attention.parameters().into(),
            _ => Vec::new(),
        }
    }

    /// An expression that is never NULL: what has no value comes last, whichever way the order goes.
    /// `first` is the place of its first parameter.
    pub(super) fn expression(self, descending: bool, first: usize) -> String {
        let facet = format!("${first}");
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
            Self::Attention(_) => attention::need(first),
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
