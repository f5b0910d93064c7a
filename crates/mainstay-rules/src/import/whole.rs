//! All rows together: what no row can tell alone.

use std::collections::HashMap;

use super::field::{Field, Mapping};
use super::problem::{CellError, ProblemCode, RowProblem, Severity};
use super::row::{RowKind, StagedRow};
use super::text::shown;

/// Finds rows that speak of the same account: the same external id, or the same name where it is
/// all that tells the account. The second row is refused; both numbers are named.
///
/// Equal names with different ids are two accounts, but worth a look.
pub fn check_all(mapping: &Mapping, rows: &[StagedRow]) -> Vec<RowProblem> {
    let mut problems = Vec::new();
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut names: HashMap<String, &StagedRow> = HashMap::new();
    for row in rows.iter().filter(|row| row.kind == RowKind::Account) {
        if let Some(id) = row.external_id.as_deref() {
            if let Some(first) = ids.get(id) {
                let message = format!("The id {} is in row {first} already", shown(id));
                let error = CellError::new(ProblemCode::DuplicateExternalId, message);
                let severity = Severity::Error;
                let field = Field::ExternalId;
                problems.push(RowProblem::at(mapping, row.row, field, severity, error));
                continue;
            }
            ids.insert(id, row.row);
        }
        let Some(name) = row.name.as_deref() else {
            continue;
        };
        // Accounts are found again by their name without regard to case.
        match names.get(&name.to_lowercase()) {
            Some(first) => {
                let told_apart = first.external_id.is_some() && row.external_id.is_some();
                let (severity, advice) = if told_apart {
                    (Severity::Warning, "the ids differ, so both are kept")
                } else {
                    (Severity::Error, "merge the rows, or give each an external id")
                };
                let message = format!("The name {} is in row {} already; {advice}", shown(name), first.row);
                let error = CellError::new(ProblemCode::DuplicateName, message);
                problems.push(RowProblem::at(mapping, row.row, Field::Name, severity, error));
            }
            None => {
                names.insert(name.to_lowercase(), row);
            }
        }
    }
    problems
}
