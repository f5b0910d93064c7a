//! One row against what we hold: which account it means, who its associate is, and what would change.

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::account::{AccountEdit, AccountType, NewAccount};
use mainstay_rules::import::{CellError, Field, ProblemCode, StagedRow};
use mainstay_rules::permission::{self, Role};
use mainstay_rules::progress::fiscal_year;
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{Scorecard, evaluate};
use uuid::Uuid;

use super::money::{self, Held, MoneyChange, When};
use super::own::{self, OwnChange};
use super::people::{Associate, People};
use crate::account::store::{self as accounts, Account, AccountChange, FieldValues};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::scorecard::store as scores;

/// Whoever imports: the rights of the rows are theirs.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    pub user: Uuid,
    pub role: Role,
}

impl Who {
    /// The owner of the data folder, at the command line: an administrator who is in no pod.
    pub fn operator() -> Self {
        Self { user: Uuid::nil(), role: Role::Admin }
    }
}

/// What a row would change of its account, or what it would make.
#[derive(Default)]
pub struct Change {
    pub edit: AccountEdit,
    pub edits_fields: bool,
    pub associate: Option<Associate>,
    /// Places of the steps, and their scores.
    pub scores: Vec<(usize, Score)>,
    pub money: MoneyChange,
    pub target: Option<i64>,
    pub own: Vec<OwnChange>,
    /// Cells that nothing can be made of, beside what we hold.
    pub refused: Vec<Remark>,
}

impl Change {
    pub fn is_empty(&self) -> bool {
        !self.edits_fields
            && self.associate.is_none()
            && self.scores.is_empty()
            && self.money.is_empty()
            && self.target.is_none()
            && self.own.is_empty()
    }

    /// The fields of an account that the row makes.
    pub fn new_account(&self) -> NewAccount {
        let edit = &self.edit;
        NewAccount {
            name: edit.name.clone().unwrap_or_default(),
            external_id: edit.external_id.clone().flatten(),
            account_type: edit.account_type.unwrap_or(AccountType::WHEN_UNTOLD),
            industry: edit.industry.clone().flatten(),
            vertical: edit.vertical.clone().flatten(),
            geography: edit.geography.clone().flatten(),
            end_on: edit.end_on.flatten(),
            confidential: false,
        }
    }
}

/// Something about a row that only our own data can tell.
pub type Remark = (Field, CellError);

fn remark(field: Field, code: ProblemCode, message: impl Into<String>) -> Remark {
    (field, CellError::new(code, message))
}

/// The account that a row means, if it is there and the importing person may change it.
pub fn account_of(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    who: Who,
    row: &StagedRow,
) -> Result<Result<Option<Account>, Remark>, Fault> {
    if let Some(id) = row.external_id.as_deref()
        && let Some(account) = accounts::account_by_external_id(tx, workspace, id, who.user)?
    {
        if permission::reads_account(account.facts()) && permission::writes_account(who.role, account.facts()) {
            return Ok(Ok(Some(account)));
        }
        let message = "The id belongs to an account that you cannot change; ask an administrator, or use another id";
        return Ok(Err(remark(Field::ExternalId, ProblemCode::NotYours, message)));
    }
    let Some(name) = row.name.as_deref() else { return Ok(Ok(None)) };
    let named = accounts::accounts_by_name(tx, workspace, name, who.user)?;
    let mut mine = named.into_iter().filter(|account| {
        let other_id = row.external_id.is_some() && account.external_id.is_some();
        !other_id && permission::reads_account(account.facts()) && permission::writes_account(who.role, account.facts())
    });
    match (mine.next(), mine.next()) {
        (Some(_), Some(_)) => {
            let message = "Several accounts have this name; give the row the external id of the one that is meant";
            Ok(Err(remark(Field::Name, ProblemCode::DuplicateName, message)))
        }
        (account, _) => Ok(Ok(account)),
    }
}

/// What the row would change, and what a person should look at.
pub fn compare(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    people: &People,
    when: When,
    account: Option<&Account>,
    row: &StagedRow,
) -> Result<(Change, Vec<Remark>), Fault> {
    let mut remarks = Vec::new();
    let mut change = Change { edit: edit_of(row), ..Change::default() };
    if account.is_some_and(|account| account.archived_at.is_some()) {
        remarks.push(remark(Field::Name, ProblemCode::Archived, "The account is archived and stays so"));
    }
    let own_id = account.and_then(|account| account.external_id.as_ref());
    if own_id.is_some_and(|own| row.external_id.as_ref().is_some_and(|id| id != own)) {
        // The id of an account that was merged into this one, which keeps its own.
        change.edit.external_id = None;
    }
    change.associate = associate_of(people, account, row, &mut remarks);
    change.scores = scores_of(tx, workspace.id, account, row)?;
    let held = match account {
        Some(account) => held(tx, workspace, account, when.today)?,
        None => Held::default(),
    };
    let (money, warnings) = money::compare(&held, row, when);
    remarks.extend(warnings);
    if let Some(end) = money.typed_end {
        change.edit.end_on = Some(Some(end));
    }
    change.money = money;
    change.target = target_of(tx, workspace, when, account, row)?;
    if !row.own.is_empty() {
        let held = match account {
            Some(account) => accounts::field_values(tx, workspace.id, account.id)?,
            None => FieldValues::new(),
        };
        (change.own, change.refused) = own::compare(people, &held, row);
    }
    change.edits_fields = account.is_none_or(|account| {
        AccountChange::of(account).with(&change.edit).fields != AccountChange::of(account).fields
    });
    Ok((change, remarks))
}

/// What the sheet says is put on the account; what it does not say stays.
fn edit_of(row: &StagedRow) -> AccountEdit {
    let said = |text: &Option<String>| text.clone().map(Some);
    AccountEdit {
        name: row.name.clone(),
        external_id: said(&row.external_id),
        account_type: row.account_type,
        industry: said(&row.industry),
        vertical: said(&row.vertical),
        geography: said(&row.geography),
        end_on: None,
        confidential: None,
    }
}

fn associate_of(
    people: &People,
    account: Option<&Account>,
    row: &StagedRow,
    remarks: &mut Vec<Remark>,
) -> Option<Associate> {
    let text = row.associate.as_deref()?;
    let current = account.and_then(|account| account.associate_id);
    match people.find(text, current) {
        Ok(Associate::Known(id)) if Some(id) == current => None,
        Ok(Associate::New(name)) => {
            let message = format!("Nobody here is called “{name}”; a person without sign-in is added");
            remarks.push(remark(Field::Associate, ProblemCode::NewPerson, message));
            Some(Associate::New(name))
        }
        Ok(known) => Some(known),
        Err(()) => {
            let message =
                format!("Several people are called “{text}”; the associate stays as it is. Write the e-mail address");
            remarks.push(remark(Field::Associate, ProblemCode::AmbiguousPerson, message));
            None
        }
    }
}

/// The steps whose shown score differs from the sheet's; a measured score that reads the same is left alone.
fn scores_of(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Option<&Account>,
    row: &StagedRow,
) -> Result<Vec<(usize, Score)>, Fault> {
    if row.steps.iter().all(Option::is_none) {
        return Ok(Vec::new());
    }
    let card = card(tx, workspace, account)?;
    let told = row.steps.iter().enumerate().filter_map(|(place, hundredths)| Some((place, (*hundredths)?)));
    let differs = |place: usize, hundredths: i64| {
        let shown = card.steps.get(place).and_then(|step| step.score);
        shown.map(Mean::hundredths) != Some(hundredths)
    };
    Ok(told
        .filter(|(place, hundredths)| differs(*place, *hundredths))
        .filter_map(|(place, hundredths)| Some((place, Score::from_hundredths(hundredths).ok()?)))
        .collect())
}

/// What the scorecard says of the account today; of a new one that nothing is scored.
pub(super) fn card(tx: &mut Tx<'_>, workspace: Uuid, account: Option<&Account>) -> Result<Scorecard, Fault> {
    let templates = scores::templates(tx, workspace)?;
    Ok(match account {
        Some(account) => evaluate(templates.governing(account.segment()), &scores::latest(tx, workspace, account.id)?),
        None => evaluate(templates.default(), &[]),
    })
}

pub(super) fn held(tx: &mut Tx<'_>, workspace: &Workspace, account: &Account, today: Date) -> Result<Held, Fault> {
    Ok(Held {
        ledger: accounts::ledger(tx, workspace, account.id, today)?,
        contracts: accounts::contracts(tx, workspace.id, account.id)?,
        typed_end: account.end_on,
    })
}

fn target_of(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    when: When,
    account: Option<&Account>,
    row: &StagedRow,
) -> Result<Option<i64>, Fault> {
    let Some(target) = row.arr_delta_target_minor else { return Ok(None) };
    let current = match account {
        Some(account) => {
            let year = i64::from(fiscal_year(when.today, workspace.fiscal_year_start_month));
            accounts::target(tx, workspace.id, account.id, year)?
        }
        None => None,
    };
    Ok((current != Some(target)).then_some(target))
}
