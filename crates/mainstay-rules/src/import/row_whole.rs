//! What only the whole row tells: a name that is missing, cells beyond the header, an Overall that is another one.

use super::field::Field;
use super::problem::{CellError, ProblemCode, RowProblem, Severity};
use super::row::Reader;
use super::text::is_blank;
use crate::account::AccountType;
use crate::rounding::half_away;

/// The sheet's Overall may differ from ours by this much: sheets round.
pub const OVERALL_TOLERANCE_HUNDREDTHS: i64 = 10;

impl Reader<'_> {
    pub fn check_whole(&mut self, cells: &[String]) {
        if self.staged.name.is_none() && !self.has_problem_at(Field::Name) {
            let message = "The account has no name; write one, or delete the row";
            self.error(Field::Name, CellError::new(ProblemCode::NameMissing, message));
        }
        // Without a column for it, the preview says it once for the sheet.
        let asked = self.mapping.column_of(Field::Type).is_some();
        if asked && self.staged.account_type.is_none() && !self.has_problem_at(Field::Type) {
            let message = format!(
                "No type: a new account becomes {}, an existing one keeps its own",
                AccountType::WHEN_UNTOLD.label()
            );
            self.warning(Field::Type, CellError::new(ProblemCode::TypeMissing, message));
        }
        let columns = self.mapping.columns().len();
        if cells.iter().skip(columns).any(|cell| !is_blank(cell)) {
            let message = format!("The row has cells beyond the {columns} columns of the header");
            self.problems.push(RowProblem {
                row: self.staged.row,
                column: None,
                severity: Severity::Warning,
                code: ProblemCode::ExtraCells,
                message,
            });
        }
        self.compare_overall();
    }

    /// Ours is the mean of the five steps, one never scored as 0. The sheet's may be rounded, or
    /// leave out what is not scored: both are shown, ours is kept.
    fn compare_overall(&mut self) {
        let Some(theirs) = self.staged.overall else {
            return;
        };
        if self.staged.steps.iter().all(Option::is_none) {
            return;
        }
        let sum: i64 = self.staged.steps.iter().flatten().sum();
        // The difference of fifths is exact: |5 x theirs - sum| > 5 x tolerance.
        if (theirs * 5 - sum).abs() <= OVERALL_TOLERANCE_HUNDREDTHS * 5 {
            return;
        }
        let ours = half_away(i128::from(sum), 5);
        let unscored = self.staged.steps.iter().filter(|step| step.is_none()).count();
        let why = match unscored {
            0 => String::new(),
            1 => " (1 step is not scored and counts as 0)".to_owned(),
            many => format!(" ({many} steps are not scored and count as 0)"),
        };
        let message = format!(
            "The sheet says {}.{:02}, the steps make {}.{:02}{why}; the second is kept",
            theirs / 100,
            theirs % 100,
            ours / 100,
            ours % 100
        );
        self.warning(Field::Overall, CellError::new(ProblemCode::OverallDiffers, message));
    }
}
