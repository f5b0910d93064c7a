//! All rows together: what no row of accounts can tell alone.

use std::collections::HashMap;

use super::field::{Field, Mapping};
use super::problem::{CellError, ProblemCode, RowProblem, Severity};
use super::row::{RowKind, StagedRow};
use super::text::shown;

/// The rows so far, by what tells an account.
#[derive(Debug, Default)]
pub struct Together {
    ids: HashMap<String, usize>,
    /// The first row of a name, and whether it has an id.
    names: HashMap<String, (usize, bool)>,
}

impl Together {
    /// Finds out whether an earlier row speaks of the same account: the same external id, or the same name where it is
    /// all that tells the account. The second row is refused; both numbers are named.
    ///
    /// Equal names with different ids are two accounts, but worth a look.
    pub fn check(&mut self, mapping: &Mapping, row: &StagedRow) -> Option<RowProblem> {
        if row.kind != RowKind::Account {
            return None;
        }
        if let Some(id) = row.external_id.as_deref() {
            if let Some(first) = self.ids.get(id) {
                let message = format!("The id {} is in row {first} already", shown(id));
                let error = CellError::new(ProblemCode::DuplicateExternalId, message);
                return Some(RowProblem::at(mapping, row.row, Field::ExternalId, Severity::Error, error));
            }
            self.ids.insert(id.to_owned(), row.row);
        }
        let name = row.name.as_deref()?;
        // Accounts are found again by their name without regard to case.
        let key = name.to_lowercase();
        let Some((first, has_id)) = self.names.get(&key) else {
            self.names.insert(key, (row.row, row.external_id.is_some()));
            return None;
        };
        let (severity, advice) = if *has_id && row.external_id.is_some() {
            (Severity::Warning, "the ids differ, so both are kept")
        } else {
            (Severity::Error, "merge the rows, or give each an external id")
        };
        let message = format!("The name {} is in row {first} already; {advice}", shown(name));
        let error = CellError::new(ProblemCode::DuplicateName, message);
        Some(RowProblem::at(mapping, row.row, Field::Name, severity, error))
    }
}

/// Every row of a sheet, see [`Together`].
pub fn check_all(mapping: &Mapping, rows: &[StagedRow]) -> Vec<RowProblem> {
    let mut together = Together::default();
    rows.iter().filter_map(|row| together.check(mapping, row)).collect()
}
