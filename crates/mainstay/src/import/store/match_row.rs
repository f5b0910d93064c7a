//! One row against what we hold: which account it means, who its associate is, and what would change.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::account::{AccountEdit, AccountType, NewAccount};
use mainstay_rules::field;
use mainstay_rules::import::{CellError, Field, ProblemCode, StagedRow};
use mainstay_rules::permission::{self, Role};
use mainstay_rules::progress::fiscal_year;
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::evaluate;
use uuid::Uuid;

use super::money::{self, Held, MoneyChange, When};
use crate::account::store::{self as accounts, Account, AccountChange};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::people::store::{self as people, User};
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

/// The sales associate as the row names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Associate {
    Known(Uuid),
    /// Not among our people; the text is a name or an e-mail address.
    New(String),
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
}

impl Change {
    pub fn is_empty(&self) -> bool {
        !self.edits_fields
            && self.associate.is_none()
            && self.scores.is_empty()
            && self.money.is_empty()
            && self.target.is_none()
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

/// Our people by name and by e-mail address.
#[derive(Default)]
pub struct People {
    by_name: HashMap<String, Vec<User>>,
    by_email: HashMap<String, Uuid>,
}

impl People {
    pub fn load(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Self, Fault> {
        const AT_ONCE: i64 = 1_000;
        let mut people = Self::default();
        let mut after = (String::new(), Uuid::nil());
        loop {
            let users = people::list_users(tx, workspace, (&after.0, after.1), AT_ONCE)?;
            let Some(last) = users.last() else { return Ok(people) };
            after = (last.name.clone(), last.id);
            for user in users {
                if let Some(email) = &user.email {
                    people.by_email.insert(email.clone(), user.id);
                }
                people.by_name.entry(user.name.to_lowercase()).or_default().push(user);
            }
        }
    }

    /// Nobody is called so yet.
    pub(super) fn knows_not(&self, text: &str) -> bool {
        matches!(self.find(text, None), Ok(Associate::New(_)))
    }

    /// Err: several people have this name.
    pub(super) fn find(&self, text: &str, current: Option<Uuid>) -> Result<Associate, ()> {
        if let Ok(email) = field::email("", text) {
            return Ok(self.by_email.get(&email).map_or(Associate::New(email), |id| Associate::Known(*id)));
        }
        let Some(named) = self.by_name.get(&text.to_lowercase()) else { return Ok(Associate::New(text.to_owned())) };
        if let Some(same) = named.iter().find(|user| Some(user.id) == current) {
            return Ok(Associate::Known(same.id));
        }
        let active: Vec<&User> = named.iter().filter(|user| user.active).collect();
        match (active.as_slice(), named.as_slice()) {
            ([only], _) => Ok(Associate::Known(only.id)),
            ([], [only]) => Ok(Associate::Known(only.id)),
            _ => Err(()),
        }
    }
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
    let templates = scores::templates(tx, workspace)?;
    let card = match account {
        Some(account) => evaluate(templates.governing(account.segment()), &scores::latest(tx, workspace, account.id)?),
        None => evaluate(templates.default(), &[]),
    };
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

fn held(tx: &mut Tx<'_>, workspace: &Workspace, account: &Account, today: Date) -> Result<Held, Fault> {
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
