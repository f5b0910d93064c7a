//! The report in groups: the totals of each, over what matches and what the viewer may see.

use jiff::ToSpan;
use jiff::civil::Date;
use mainstay_db::{Param, Tx, statements};
use uuid::Uuid;

use super::facets::SINCE;
use super::filter::{Filter, MATCHES};
use super::frame::Frame;
use super::term::{Shape, conditions};
use super::totals::{SUMS, Totals, read_sums};
use crate::corridor::fault::Fault;

/// What the report can be grouped by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupBy {
    Type,
    Associate,
    Industry,
    Vertical,
    Geography,
    /// Under 4, under 7, 7 and more.
    Overall,
    /// The same of one of the five steps.
    Step(u8),
    Gap,
    /// Quarter of the calendar in which it ends.
    EndQuarter,
    /// How long it has been a client.
    Tenure,
    /// Type and tenure together.
    Heat,
    /// An own field by its value; a date by its year.
    Own {
        key: String,
        by_year: bool,
    },
}

/// Lines with the same value; None is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub key: Option<String>,
    pub totals: Totals,
}

/// Groups of one answer; the largest are kept.
pub const GROUPS_MAX: usize = 200;
/// Months after which a tenure band ends; the last one is open.
pub const TENURE_MONTHS: [i32; 3] = [6, 12, 24];

impl GroupBy {
    fn form(&self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Associate => "associate",
            Self::Industry => "industry",
            Self::Vertical => "vertical",
            Self::Geography => "geography",
            Self::Overall => "overall",
            Self::Step(0) => "step_1",
            Self::Step(1) => "step_2",
            Self::Step(2) => "step_3",
            Self::Step(3) => "step_4",
            Self::Step(_) => "step_5",
            Self::Gap => "gap",
            Self::EndQuarter => "end_quarter",
            Self::Tenure => "tenure",
            Self::Heat => "heat",
            Self::Own { by_year: true, .. } => "own_year",
            Self::Own { by_year: false, .. } => "own",
        }
    }

    fn key(&self) -> &str {
        match self {
            Self::Own { key, .. } => key,
            _ => SINCE,
        }
    }
}

fn band(score: &str) -> String {
    format!(
        "CASE WHEN {score} < 4000000 THEN '0' WHEN {score} < 7000000 THEN '4' WHEN {score} IS NOT NULL THEN '7' END"
    )
}

/// `$8` is the form, `$9` the facet, `$10` to `$12` the days before which a band of tenure begins.
fn statement(frame: Frame, shape: Shape) -> String {
    let facet = "(l.facets ->> CAST($9 AS TEXT))";
    // Most clients are old ones: asked first, the facet is read once for them.
    let tenure = format!(
        "CASE WHEN {facet} <= CAST($12 AS TEXT) THEN '24' WHEN {facet} <= CAST($11 AS TEXT) THEN '12'
           WHEN {facet} <= CAST($10 AS TEXT) THEN '6' WHEN {facet} IS NOT NULL THEN '0' END"
    );
    let day = "CAST(l.end_on AS TEXT)";
    format!(
        "SELECT CASE CAST($8 AS TEXT)
           WHEN 'own' THEN {facet}
           WHEN 'own_year' THEN substr({facet}, 1, 4)
           WHEN 'type' THEN CAST(l.type AS TEXT)
           WHEN 'associate' THEN l.associate
           WHEN 'industry' THEN l.industry
           WHEN 'vertical' THEN l.vertical
           WHEN 'geography' THEN l.geography
           WHEN 'overall' THEN {}
           WHEN 'step_1' THEN {} WHEN 'step_2' THEN {} WHEN 'step_3' THEN {} WHEN 'step_4' THEN {} WHEN 'step_5' THEN {}
           WHEN 'gap' THEN CAST(l.gap_step AS TEXT)
           WHEN 'end_quarter'
             THEN substr({day}, 1, 4) || '-Q' || CAST((CAST(substr({day}, 6, 2) AS BIGINT) + 2) / 3 AS TEXT)
           WHEN 'tenure' THEN {tenure}
           WHEN 'heat' THEN CAST(l.type AS TEXT) || '/' || COALESCE({tenure}, '')
         END, {SUMS}
         {} AND {MATCHES}{} GROUP BY 1 ORDER BY 2 DESC LIMIT {}",
        band("l.overall"),
        band("l.step_1"),
        band("l.step_2"),
        band("l.step_3"),
        band("l.step_4"),
        band("l.step_5"),
        frame.source(13 + shape.parameters()),
        conditions(shape, 13),
        GROUPS_MAX + 1,
    )
}

fn all_statements() -> Vec<String> {
    Frame::KINDS.into_iter().flat_map(|frame| Shape::KINDS.map(|shape| statement(frame, shape))).collect()
}

statements!(all_statements);

/// The groups of what matches, the largest first; one more than [`GROUPS_MAX`] tells that there are others.
/// `day` is the day of the report: tenure ends with it.
pub fn groups(
    tx: &mut Tx<'_>,
    (workspace, frame): (Uuid, Frame),
    filter: &Filter,
    by: &GroupBy,
    day: Date,
) -> Result<Vec<Group>, Fault> {
    let mut parameters = filter.parameters(workspace);
    parameters.push(Box::new(by.form().to_owned()));
    parameters.push(Box::new(by.key().to_owned()));
    for months in TENURE_MONTHS {
        parameters.push(Box::new(day.saturating_sub(months.months()).to_string()));
    }
    parameters.extend(filter.further());
    parameters.extend(frame.parameters());
    let parameters: Vec<&dyn Param> = parameters.iter().map(|parameter| &**parameter).collect();
    Ok(tx.rows(&statement(frame, filter.shape()), &parameters, |row| {
        let key: Option<String> = row.get(0)?;
        Ok(Group { key: key.filter(|key| !key.is_empty()), totals: read_sums(row, 1)? })
    })?)
}
