//! The whole file against what we hold: every problem by row and column, and what each row would do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use mainstay_db::Tx;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::import::{
    CellError, Conventions, DateOrder, DecimalMark, Field, Mapping, ProblemCode, RowKind, RowProblem, Severity,
    SheetKind, StagedRow, check_all, check_row, detect_mapped,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::match_row::{self, Change, Who};
use super::model::Settings;
use super::money::When;
use super::people::{Associate, People};
use super::sheet::{Cell, SheetRow};
use crate::account::store::Account;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;

/// What a row does, or would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Create,
    Update,
    Unchanged,
    /// It has an error.
    Refused,
    /// An empty line, or a line of totals.
    LeftOut,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::LeftOut => "left_out",
        }
    }
}

/// How many rows do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportCounts)]
pub struct Counts {
    pub create: usize,
    pub update: usize,
    pub unchanged: usize,
    /// Rows with an error.
    pub refused: usize,
    /// Empty lines and lines of totals.
    pub left_out: usize,
}

/// A row, what it means and what it would do.
pub struct PlannedRow {
    pub outcome: Outcome,
    pub staged: StagedRow,
    pub account: Option<Account>,
    pub change: Change,
}

/// The file as it would be imported now.
pub struct Checked {
    /// Why the columns as chosen cannot be read; then there are no rows.
    pub mapping_error: Option<String>,
    pub conventions: Conventions,
    /// The cells can be read in two ways.
    pub decimal_unclear: bool,
    pub dates_unclear: bool,
    pub rows: Vec<PlannedRow>,
    pub problems: Vec<RowProblem>,
    /// Names and e-mail addresses that are not among our people yet, by their lower case.
    pub new_people: BTreeMap<String, String>,
}

impl Checked {
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for row in &self.rows {
            *match row.outcome {
                Outcome::Create => &mut counts.create,
                Outcome::Update => &mut counts.update,
                Outcome::Unchanged => &mut counts.unchanged,
                Outcome::Refused => &mut counts.refused,
                Outcome::LeftOut => &mut counts.left_out,
            } += 1;
        }
        counts
    }

    pub fn asks_decimal(&self, settings: &Settings) -> bool {
        self.decimal_unclear && settings.decimal.is_none()
    }

    pub fn asks_dates(&self, settings: &Settings) -> bool {
        self.dates_unclear && settings.dates.is_none()
    }

    /// What stands between the file and its import, whatever rows are left out.
    pub fn expect_answers(&self, settings: &Settings) -> Result<(), Fault> {
        let mut errors = Vec::new();
        if let Some(message) = &self.mapping_error {
            errors.push(FieldError::new("/mapping", FieldCode::Invalid, message.clone()));
        }
        if self.asks_decimal(settings) {
            let message =
                "Numbers of the file can be read in two ways. Say whether decimals stand behind a dot or a comma.";
            errors.push(FieldError::new("/decimal", FieldCode::Required, message));
        }
        if self.asks_dates(settings) {
            let message = "Dates of the file can be read in two ways. Say whether the day or the month comes first.";
            errors.push(FieldError::new("/dates", FieldCode::Required, message));
        }
        if errors.is_empty() { Ok(()) } else { Err(Fault::invalid(errors)) }
    }
}

/// What the file is compared with, and when.
pub struct Against<'a> {
    pub workspace: &'a Workspace,
    pub who: Who,
    pub at: Timestamp,
}

impl Against<'_> {
    fn when(&self) -> When {
        When::of(self.workspace, self.at)
    }
}

/// Checks every row and compares it with what we hold; writes nothing.
pub fn check(
    tx: &mut Tx<'_>,
    against: &Against<'_>,
    headers: &[String],
    rows: &[SheetRow],
    settings: &Settings,
) -> Result<Checked, Fault> {
    let mut checked = Checked {
        mapping_error: None,
        conventions: Conventions { decimal: DecimalMark::Dot, dates: DateOrder::DayFirst },
        decimal_unclear: false,
        dates_unclear: false,
        rows: Vec::new(),
        problems: Vec::new(),
        new_people: BTreeMap::new(),
    };
    let people = People::load(tx, against.workspace.id)?;
    let mapping = match Mapping::new(SheetKind::Accounts, headers, &settings.fields, &people.own) {
        Ok(mapping) => mapping,
        Err(error) => {
            checked.mapping_error = Some(error.to_string());
            return Ok(checked);
        }
    };
    conventions(&mut checked, &mapping, rows, settings);
    let staged = read_rows(&mut checked, &mapping, against.workspace, rows);
    let mut seen: HashMap<Uuid, usize> = HashMap::new();
    let refused: BTreeSet<usize> =
        checked.problems.iter().filter(|p| p.severity == Severity::Error).map(|p| p.row).collect();
    for row in staged {
        let planned = plan_row(tx, against, &people, &mapping, row, &refused, &mut seen, &mut checked)?;
        checked.rows.push(planned);
    }
    checked.problems.sort_by_key(|p| (p.severity == Severity::Warning, p.row));
    Ok(checked)
}

fn conventions(checked: &mut Checked, mapping: &Mapping, rows: &[SheetRow], settings: &Settings) {
    let typed: Vec<Vec<String>> = rows.iter().map(|row| row.cells.iter().map(Cell::typed).collect()).collect();
    let detected = detect_mapped(mapping, &typed);
    checked.decimal_unclear = detected.decimal.certain().is_none();
    checked.dates_unclear = detected.dates.certain().is_none();
    let conventions = &mut checked.conventions;
    conventions.decimal = settings.decimal.or(detected.decimal.certain()).unwrap_or(conventions.decimal);
    conventions.dates = settings.dates.or(detected.dates.certain()).unwrap_or(conventions.dates);
}

fn read_rows(checked: &mut Checked, mapping: &Mapping, workspace: &Workspace, rows: &[SheetRow]) -> Vec<StagedRow> {
    let mut staged = Vec::with_capacity(rows.len());
    for row in rows {
        let cells: Vec<String> = row.cells.iter().map(|cell| cell.written(checked.conventions.decimal)).collect();
        let (row, problems) = check_row(mapping, checked.conventions, workspace.currency, row.number, &cells);
        checked.problems.extend(problems);
        staged.push(row);
    }
    checked.problems.extend(check_all(mapping, &staged));
    staged
}

#[expect(clippy::too_many_arguments, reason = "one step of a loop, cut out so that both fit a screen")]
fn plan_row(
    tx: &mut Tx<'_>,
    against: &Against<'_>,
    people: &People,
    mapping: &Mapping,
    staged: StagedRow,
    refused: &BTreeSet<usize>,
    seen: &mut HashMap<Uuid, usize>,
    checked: &mut Checked,
) -> Result<PlannedRow, Fault> {
    let without =
        |outcome: Outcome, staged: StagedRow| PlannedRow { outcome, staged, account: None, change: Change::default() };
    if staged.kind != RowKind::Account {
        return Ok(without(Outcome::LeftOut, staged));
    }
    if refused.contains(&staged.row) {
        return Ok(without(Outcome::Refused, staged));
    }
    let mut refuse = |field: Field, error: CellError| {
        checked.problems.push(RowProblem::at(mapping, staged.row, field, Severity::Error, error));
    };
    let account = match match_row::account_of(tx, against.workspace.id, against.who, &staged)? {
        Ok(account) => account,
        Err((field, error)) => {
            refuse(field, error);
            return Ok(without(Outcome::Refused, staged));
        }
    };
    if let Some(first) = account.as_ref().and_then(|account| seen.insert(account.id, staged.row)) {
        let message =
            format!("Row {first} is about the same account; merge the rows, or give each its own external id");
        refuse(Field::Name, CellError::new(ProblemCode::SameAccount, message));
        return Ok(without(Outcome::Refused, staged));
    }
    let (change, remarks) =
        match_row::compare(tx, against.workspace, people, against.when(), account.as_ref(), &staged)?;
    if !change.refused.is_empty() {
        let wrong = change.refused.into_iter();
        checked
            .problems
            .extend(wrong.map(|(field, error)| RowProblem::at(mapping, staged.row, field, Severity::Error, error)));
        return Ok(without(Outcome::Refused, staged));
    }
    let newcomer = match &change.associate {
        Some(Associate::New(name)) => checked.new_people.insert(name.to_lowercase(), name.clone()),
        _ => None,
    };
    // Somebody with thirty accounts is named once.
    let repeated = |error: &CellError| newcomer.is_some() && error.code == ProblemCode::NewPerson;
    for (field, error) in remarks.into_iter().filter(|(_, error)| !repeated(error)) {
        checked.problems.push(RowProblem::at(mapping, staged.row, field, Severity::Warning, error));
    }
    let outcome = match &account {
        None => Outcome::Create,
        Some(_) if change.is_empty() => Outcome::Unchanged,
        Some(_) => Outcome::Update,
    };
    Ok(PlannedRow { outcome, staged, account, change })
}
