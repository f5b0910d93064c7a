//! The columns of an exported report, in its order, and what each holds of a line.

use jiff::civil::Date;
use mainstay_rules::progress::Progress;
use mainstay_rules::scorecard::Templates;

use crate::portfolio::store::Line;

/// The columns, from left to right; the steps stand left of the Overall, as in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Account,
    ExternalId,
    Associate,
    EndDate,
    Type,
    Step(usize),
    Overall,
    ArrLastYear,
    DeltaTarget,
    ArrYtd,
    Progress,
    Gap,
    Industry,
    Vertical,
    Geography,
}

/// A value, not yet in the form of any file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Whole(i64),
    /// An exact number, in millionths.
    Decimal(i64),
    /// Millionths.
    Score(i64),
    /// Minor units of the report's currency.
    Money(i64),
    /// Hundredths of a percent.
    Percent(i64),
    Day(Date),
}

impl Column {
    pub const ALL: [Self; 19] = [
        Self::Account,
        Self::ExternalId,
        Self::Associate,
        Self::EndDate,
        Self::Type,
        Self::Step(0),
        Self::Step(1),
        Self::Step(2),
        Self::Step(3),
        Self::Step(4),
        Self::Overall,
        Self::ArrLastYear,
        Self::DeltaTarget,
        Self::ArrYtd,
        Self::Progress,
        Self::Gap,
        Self::Industry,
        Self::Vertical,
        Self::Geography,
    ];

    /// The first column that holds what a sheet adds up.
    pub fn place(self) -> u16 {
        let place = Self::ALL.iter().position(|column| *column == self);
        place.and_then(|place| u16::try_from(place).ok()).unwrap_or_default()
    }

    pub fn cell(self, line: &Line, templates: &Templates) -> Cell {
        let text = |value: &Option<String>| value.clone().map_or(Cell::Empty, Cell::Text);
        match self {
            Self::Account => Cell::Text(line.name.clone()),
            Self::ExternalId => text(&line.external_id),
            Self::Associate if line.associate.is_empty() => Cell::Empty,
            Self::Associate => Cell::Text(line.associate.clone()),
            Self::EndDate => line.end_on.map_or(Cell::Empty, Cell::Day),
            Self::Type => Cell::Whole(line.account_type.number()),
            Self::Step(index) => line.step_score(index).map_or(Cell::Empty, |mean| Cell::Score(mean.millionths())),
            Self::Overall => Cell::Score(line.overall),
            Self::ArrLastYear => Cell::Money(line.arr_last_year),
            Self::DeltaTarget => line.arr_delta_target.map_or(Cell::Empty, Cell::Money),
            Self::ArrYtd => Cell::Money(line.arr_now),
            Self::Progress => match line.progress() {
                Progress::Percent(hundredths) => Cell::Percent(hundredths),
                Progress::None | Progress::Money(_) => Cell::Empty,
            },
            Self::Gap => gap(line, templates).map_or(Cell::Empty, Cell::Text),
            Self::Industry => text(&line.industry),
            Self::Vertical => text(&line.vertical),
            Self::Geography => text(&line.geography),
        }
    }
}

fn gap(line: &Line, templates: &Templates) -> Option<String> {
    let place = usize::try_from(line.gap_step?).ok()?;
    templates.governing(line.segment()).steps.get(place).map(|step| step.name.clone())
}
