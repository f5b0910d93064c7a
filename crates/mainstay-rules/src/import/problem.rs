//! What can be wrong with an imported cell or row, said with its place.

use serde::{Deserialize, Serialize};

use super::field::{Field, Mapping, column_letters};

/// A problem of one row, at one column where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The row's number as the spreadsheet shows it.
    pub row: usize,
    pub column: Option<ProblemColumn>,
    pub severity: Severity,
    pub code: ProblemCode,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemColumn {
    /// As the spreadsheet shows it: A, B, … AA.
    pub letter: String,
    pub header: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row cannot be imported as it is.
    Error,
    /// The row can be imported; a person should have a look.
    Warning,
}

/// The closed list of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    NameMissing,
    TooLong,
    ControlCharacter,
    NotANumber,
    NotADate,
    NotAType,
    NotAScore,
    /// The field does not offer it.
    NotAChoice,
    /// A field of the workspace's own names somebody who is not here.
    PersonUnknown,
    OutOfRange,
    OtherCurrency,
    AmbiguousDate,
    Rounded,
    TypeMissing,
    ExtraCells,
    OverallDiffers,
    DuplicateExternalId,
    DuplicateName,
    /// Two rows lead to the same account of ours.
    SameAccount,
    /// The external id belongs to an account that the importing person may not change.
    NotYours,
    /// Nobody has this name yet; a person without sign-in is added.
    NewPerson,
    /// Several people have this name.
    AmbiguousPerson,
    /// Other contracts than the imported one decide this number or date.
    KeptByContracts,
    /// The end date lies in the past while the ARR runs on.
    EndPassed,
    Archived,
    /// Neither a name nor an id says whose row it is.
    AccountMissing,
    /// Nobody has this id, and no name stands beside it.
    AccountUnknown,
    /// Neither an id nor a name says which contract it is.
    ContractMissing,
    /// The contract belongs to another account.
    OtherAccount,
    DateMissing,
    AmountMissing,
    /// It ends before it has begun, so it was never worth anything; left out.
    NoDays,
    MetricMissing,
    MetricUnknown,
    InFuture,
    /// Neither yes nor no.
    NotATruth,
    NotALink,
    /// More rows of one account than are read at once.
    TooMany,
}

impl ProblemCode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NameMissing => "name_missing",
            Self::TooLong => "too_long",
            Self::ControlCharacter => "control_character",
            Self::NotANumber => "not_a_number",
            Self::NotADate => "not_a_date",
            Self::NotAType => "not_a_type",
            Self::NotAScore => "not_a_score",
            Self::NotAChoice => "not_a_choice",
            Self::PersonUnknown => "person_unknown",
            Self::OutOfRange => "out_of_range",
            Self::OtherCurrency => "other_currency",
            Self::AmbiguousDate => "ambiguous_date",
            Self::Rounded => "rounded",
            Self::TypeMissing => "type_missing",
            Self::ExtraCells => "extra_cells",
            Self::OverallDiffers => "overall_differs",
            Self::DuplicateExternalId => "duplicate_external_id",
            Self::DuplicateName => "duplicate_name",
            Self::SameAccount => "same_account",
            Self::NotYours => "not_yours",
            Self::NewPerson => "new_person",
            Self::AmbiguousPerson => "ambiguous_person",
            Self::KeptByContracts => "kept_by_contracts",
            Self::EndPassed => "end_passed",
            Self::Archived => "archived",
            Self::AccountMissing => "account_missing",
            Self::AccountUnknown => "account_unknown",
            Self::ContractMissing => "contract_missing",
            Self::OtherAccount => "other_account",
            Self::DateMissing => "date_missing",
            Self::AmountMissing => "amount_missing",
            Self::NoDays => "no_days",
            Self::MetricMissing => "metric_missing",
            Self::MetricUnknown => "metric_unknown",
            Self::InFuture => "in_future",
            Self::NotATruth => "not_a_truth",
            Self::NotALink => "not_a_link",
            Self::TooMany => "too_many",
        }
    }
}

/// Why a cell cannot be read; it becomes a [`RowProblem`] at its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CellError {
    pub code: ProblemCode,
    pub message: String,
}

impl CellError {
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl RowProblem {
    /// The problem at the column that holds `field`, where there is one.
    pub fn at(mapping: &Mapping, row: usize, field: Field, severity: Severity, error: CellError) -> Self {
        let column = mapping.column_of(field).map(|index| ProblemColumn {
            letter: column_letters(index),
            header: mapping.columns()[index].header.clone(),
        });
        Self { row, column, severity, code: error.code, message: error.message }
    }
}
