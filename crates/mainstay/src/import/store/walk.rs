//! Going through the rows of a large file one by one: what is wrong with each, and what it says of which account.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::import::{
    CellError, Conventions, Field, Mapping, MetricNames, ProblemCode, RowKind, RowProblem, Severity, SheetKind,
    StagedRow, Together, Told, check_contract, check_row, check_score,
};
use mainstay_rules::limits::{
    IMPORT_CONTRACTS_PER_ACCOUNT_MAX, IMPORT_PROBLEMS_SHOWN_MAX, IMPORT_SCORES_PER_ACCOUNT_MAX,
};
use uuid::Uuid;

use super::facts::{Facts, Named, ScoreFact};
use super::index::Index;
use super::model::{Found, Import};
use super::own;
use super::people::Associate;
use super::sheet::SheetRow;
use crate::account::store::FieldValues;
use crate::corridor::caller::Workspace;
use crate::corridor::source::Source;

/// Rows that stay out and are kept to be downloaded.
const REFUSED_KEPT_MAX: usize = 10_000;
/// Rows that a page shows below the columns.
const SAMPLE_ROWS: usize = 6;

pub struct Walker {
    kind: SheetKind,
    import: Import,
    mapping: Mapping,
    conventions: Conventions,
    currency: mainstay_rules::money::Currency,
    today: Date,
    metrics: MetricNames,
    index: Index,
    source: Source,
    together: Together,
    errors: Vec<RowProblem>,
    notes: Vec<RowProblem>,
    /// Rows of each account so far.
    rows_of: HashMap<Uuid, usize>,
    new_people: BTreeMap<String, String>,
    facts: HashMap<Uuid, Facts>,
    waiting: usize,
    /// Accounts that the file makes.
    made: HashMap<Uuid, bool>,
    pub refused: Vec<SheetRow>,
    pub found: Found,
}

/// What a row says: of a known account or a new one.
enum Whose {
    Known(Uuid),
    New(Uuid, Named),
}

impl Whose {
    fn id(&self) -> Uuid {
        match self {
            Self::Known(id) | Self::New(id, _) => *id,
        }
    }
}

impl Walker {
    pub fn new(
        import: Import,
        mapping: Mapping,
        conventions: Conventions,
        (workspace, at): (&Workspace, Timestamp),
        mut index: Index,
        source: Source,
    ) -> Self {
        Self {
            kind: import.kind,
            import,
            mapping,
            conventions,
            currency: workspace.currency,
            today: workspace.day_of(at),
            metrics: std::mem::take(&mut index.metrics),
            index,
            source,
            together: Together::default(),
            errors: Vec::new(),
            notes: Vec::new(),
            rows_of: HashMap::new(),
            new_people: BTreeMap::new(),
            facts: HashMap::new(),
            waiting: 0,
            made: HashMap::new(),
            refused: Vec::new(),
            found: Found::default(),
        }
    }

    /// Rows whose facts wait to be taken.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    pub fn take(&mut self) -> HashMap<Uuid, Facts> {
        self.waiting = 0;
        std::mem::take(&mut self.facts)
    }

    pub fn row(&mut self, row: SheetRow) {
        let before = self.found.counts.refused;
        let cells: Vec<String> = row.cells.iter().map(|cell| cell.written(self.conventions.decimal)).collect();
        match self.kind {
            SheetKind::Accounts => self.account_row(row.number, &cells),
            SheetKind::Contracts => self.contract_row(row.number, &cells),
            SheetKind::Scores => self.score_row(row.number, &cells),
        }
        let is_refused = self.found.counts.refused > before;
        if self.found.sample.len() < SAMPLE_ROWS {
            self.found.sample.push(row.clone());
        }
        if is_refused && self.refused.len() < REFUSED_KEPT_MAX {
            self.refused.push(row);
        }
    }

    /// What was found, with the problems that are shown.
    pub fn finish(&mut self) -> Found {
        let mut found = std::mem::take(&mut self.found);
        found.problems = std::mem::take(&mut self.errors);
        found.problems.append(&mut self.notes);
        found.problems.truncate(IMPORT_PROBLEMS_SHOWN_MAX);
        found.new_people = self.new_people.values().cloned().collect();
        found.accounts = self.rows_of.len();
        found.accounts_new = self.made.len();
        found
    }

    /// Keeps the problems; says whether the row has an error.
    fn tell(&mut self, problems: Vec<RowProblem>) -> bool {
        let mut is_refused = false;
        for problem in problems {
            self.found.problem_count += 1;
            let of_its_kind = match problem.severity {
                Severity::Error => {
                    is_refused = true;
                    &mut self.errors
                }
                Severity::Warning => &mut self.notes,
            };
            if of_its_kind.len() < IMPORT_PROBLEMS_SHOWN_MAX {
                of_its_kind.push(problem);
            }
        }
        if is_refused {
            self.found.counts.refused += 1;
        }
        is_refused
    }

    fn refuse(&mut self, row: usize, (field, error): (Field, CellError)) {
        let problem = RowProblem::at(&self.mapping, row, field, Severity::Error, error);
        self.tell(vec![problem]);
    }

    fn dated(&mut self, on: Date) {
        self.found.first_on = Some(self.found.first_on.map_or(on, |first| first.min(on)));
        self.found.last_on = Some(self.found.last_on.map_or(on, |last| last.max(on)));
    }

    /// Puts a row to what is known of its account, unless there are too many of it.
    fn put(&mut self, row: usize, whose: Whose, put: impl FnOnce(&mut Facts)) -> bool {
        let most = match self.kind {
            SheetKind::Accounts => 1,
            SheetKind::Contracts => IMPORT_CONTRACTS_PER_ACCOUNT_MAX,
            SheetKind::Scores => IMPORT_SCORES_PER_ACCOUNT_MAX,
        };
        let id = whose.id();
        let so_far = self.rows_of.get(&id).copied().unwrap_or(0);
        if so_far >= most {
            let message = match self.kind {
                SheetKind::Accounts => {
                    "Another row is about the same account; merge the rows, or give each its own external id".to_owned()
                }
                _ => format!("The account has more than {most} rows; import the rest in another file"),
            };
            let code = if self.kind == SheetKind::Accounts { ProblemCode::SameAccount } else { ProblemCode::TooMany };
            self.refuse(row, (Field::Name, CellError::new(code, message)));
            return false;
        }
        self.rows_of.insert(id, so_far + 1);
        let facts = self.facts.entry(id).or_default();
        if let Whose::New(_, named) = whose {
            self.index.add(id, &named.name, named.external_id.as_deref());
            self.made.insert(id, true);
            facts.new = Some(named);
        }
        put(facts);
        self.waiting += 1;
        true
    }

    fn account_row(&mut self, number: usize, cells: &[String]) {
        let (staged, mut problems) = check_row(&self.mapping, self.conventions, self.currency, number, cells);
        problems.extend(self.together.check(&self.mapping, &staged));
        if staged.kind != RowKind::Account {
            self.found.counts.left_out += 1;
            return;
        }
        if self.tell(problems) {
            return;
        }
        let whose = match self.index.account(staged.name.as_deref(), staged.external_id.as_deref()) {
            Err(remark) => return self.refuse(number, remark),
            Ok(Some(id)) => Whose::Known(id),
            Ok(None) => {
                let name = staged.name.clone().unwrap_or_default();
                Whose::New(self.source.id(), Named { name, external_id: staged.external_id.clone() })
            }
        };
        if self.refuses_own(&whose, &staged) {
            return;
        }
        if let Some(text) = staged.associate.as_deref() {
            self.associate(number, text);
        }
        let is_new = matches!(whose, Whose::New(..));
        if self.put(number, whose, |facts| facts.report = Some(Box::new(staged))) {
            let counts = &mut self.found.counts;
            *(if is_new { &mut counts.create } else { &mut counts.update }) += 1;
        }
    }

    fn refuses_own(&mut self, whose: &Whose, row: &StagedRow) -> bool {
        let nothing = FieldValues::new();
        let held = self.index.held.get(&whose.id()).unwrap_or(&nothing);
        let (_, wrong) = own::compare(&self.index.people, held, row);
        let at = |(field, error)| RowProblem::at(&self.mapping, row.row, field, Severity::Error, error);
        self.tell(wrong.into_iter().map(at).collect())
    }

    fn associate(&mut self, number: usize, text: &str) {
        let remark = match self.index.people.find(text, None) {
            Ok(Associate::Known(_)) => return,
            Ok(Associate::New(name)) => {
                if self.new_people.insert(name.to_lowercase(), name.clone()).is_some() {
                    return;
                }
                let message = format!("Nobody here is called “{name}”; a person without sign-in is added");
                CellError::new(ProblemCode::NewPerson, message)
            }
            Err(()) => {
                let message = format!(
                    "Several people are called “{text}”; the associate stays as it is. Write the e-mail address"
                );
                CellError::new(ProblemCode::AmbiguousPerson, message)
            }
        };
        self.tell(vec![RowProblem::at(&self.mapping, number, Field::Associate, Severity::Warning, remark)]);
    }

    fn contract_row(&mut self, number: usize, cells: &[String]) {
        let told = Told { currency: self.currency, rated: &self.index.rated, end_is: self.import.settings.end_is };
        let (read, problems) = check_contract(&self.mapping, self.conventions, &told, number, cells);
        if self.tell(problems) {
            return;
        }
        let Some(row) = read else {
            self.found.counts.left_out += 1;
            return;
        };
        let whose = match self.index.account(row.name.as_deref(), row.external_id.as_deref()) {
            Err(remark) => return self.refuse(number, remark),
            Ok(Some(id)) => Whose::Known(id),
            Ok(None) => match &row.name {
                Some(name) => {
                    let named = Named { name: name.clone(), external_id: row.external_id.clone() };
                    Whose::New(self.source.id(), named)
                }
                None => return self.refuse(number, unknown(row.external_id.as_deref())),
            },
        };
        if let Some(Err(remark)) = row.contract_id.as_deref().map(|id| self.index.claim(id, whose.id())) {
            return self.refuse(number, remark);
        }
        self.dated(row.start_on);
        if self.put(number, whose, |facts| facts.contracts.push(row)) {
            self.found.counts.create += 1;
        }
    }

    fn score_row(&mut self, number: usize, cells: &[String]) {
        let told = (&self.metrics, self.today);
        let (read, problems) = check_score(&self.mapping, self.conventions, told, number, cells);
        if self.tell(problems) {
            return;
        }
        let Some(row) = read else {
            self.found.counts.left_out += 1;
            return;
        };
        let id = match self.index.account(row.name.as_deref(), row.external_id.as_deref()) {
            Err(remark) => return self.refuse(number, remark),
            Ok(Some(id)) => id,
            Ok(None) => return self.refuse(number, unknown(row.external_id.as_deref().or(row.name.as_deref()))),
        };
        let by = row.by.as_deref().and_then(|text| self.scorer(number, text));
        self.dated(row.on);
        let fact = ScoreFact {
            metric: row.metric,
            hundredths: row.hundredths,
            on: row.on,
            note: row.note,
            evidence_url: row.evidence_url,
            by,
        };
        if self.put(number, Whose::Known(id), |facts| facts.scores.push(fact)) {
            self.found.counts.create += 1;
        }
    }

    /// Whoever is not among our people is named once; the score then counts as the importing person's.
    fn scorer(&mut self, number: usize, text: &str) -> Option<Uuid> {
        if let Ok(Associate::Known(id)) = self.index.people.find(text, None) {
            return Some(id);
        }
        if self.is_unnoted(text) {
            let message = format!("“{text}” is nobody or several here; the score counts as yours");
            let error = CellError::new(ProblemCode::AmbiguousPerson, message);
            self.tell(vec![RowProblem::at(&self.mapping, number, Field::By, Severity::Warning, error)]);
        }
        None
    }

    fn is_unnoted(&self, text: &str) -> bool {
        let shown = format!("“{text}” ");
        !self.notes.iter().any(|note| note.code == ProblemCode::AmbiguousPerson && note.message.starts_with(&shown))
    }
}

fn unknown(id: Option<&str>) -> (Field, CellError) {
    let shown: String = id.unwrap_or_default().chars().take(60).collect();
    let message = format!("No account “{shown}” is here; import the accounts first, or mend the cell");
    (Field::ExternalId, CellError::new(ProblemCode::AccountUnknown, message))
}
