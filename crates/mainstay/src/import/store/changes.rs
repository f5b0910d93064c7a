//! What a small file about accounts changes, value by value: what the report says now, and what it will say.

use jiff::Timestamp;
use mainstay_db::Tx;
use mainstay_rules::account::NewAccount;
use mainstay_rules::custom_field::{Field as OwnField, Value};
use mainstay_rules::import::Field;
use mainstay_rules::ledger::{Amendment, End, arr_on, next_material_end};
use mainstay_rules::limits::IMPORT_CHANGES_SHOWN_MAX;
use mainstay_rules::progress::{fiscal_year, last_year_end};
use mainstay_rules::score::{Mean, Score};
use uuid::Uuid;

use super::check::{Checked, Outcome, PlannedRow};
use super::match_row;
use super::money::{Held, When};
use super::people::{Associate, People};
use crate::account::store::{self as accounts, Account, AccountChange};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;

/// A value of an account that the file changes.
pub struct ValueChange {
    pub row: usize,
    pub account: Uuid,
    pub name: String,
    pub field: Field,
    /// The field's name where it is one of the workspace's own.
    pub own: Option<String>,
    pub before: Option<Value>,
    pub after: Value,
}

/// The changes as far as they are shown, and how many accounts have others.
#[derive(Default)]
pub struct Changes {
    pub values: Vec<ValueChange>,
    pub more: usize,
}

/// A field, what an account has in it, and what it gets.
type Pair = (Field, Option<Value>, Option<Value>);

/// Compares what is held with what the checked file makes of it. Accounts that it makes are not listed: all of them is new.
pub fn changes(tx: &mut Tx<'_>, workspace: &Workspace, at: Timestamp, checked: &Checked) -> Result<Changes, Fault> {
    let mut changes = Changes::default();
    let mut people = None;
    for row in checked.rows.iter().filter(|row| row.outcome == Outcome::Update) {
        let Some(account) = &row.account else { continue };
        if changes.values.len() >= IMPORT_CHANGES_SHOWN_MAX {
            changes.more += 1;
            continue;
        }
        let people = match &mut people {
            Some(people) => people,
            none => none.insert(People::load(tx, workspace.id)?),
        };
        let when = When::of(workspace, at);
        let mut pairs = fields(account, row, people);
        pairs.extend(money(tx, workspace, when, account, row)?);
        pairs.extend(scores(tx, workspace, account, row)?);
        pairs.extend(target(tx, workspace, when, account, row)?);
        let told = |field, own, before, after| {
            let (account, name) = (account.id, account.name.clone());
            ValueChange { row: row.staged.row, account, name, field, own, before, after }
        };
        for (field, before, after) in pairs {
            if let Some(after) = after.filter(|after| before.as_ref() != Some(after)) {
                changes.values.push(told(field, None, before, after));
            }
        }
        for change in &row.change.own {
            let field = Field::parse(&change.field.word()).unwrap_or(Field::Ignore);
            let before = change.before.as_ref().map(|value| labelled(&change.field, value));
            let after = labelled(&change.field, &change.after);
            changes.values.push(told(field, Some(change.field.name.clone()), before, after));
        }
    }
    Ok(changes)
}

/// A choice is read by its label.
fn labelled(field: &OwnField, value: &Value) -> Value {
    match value {
        Value::Choice(key) => Value::Text(field.choice(key).map_or_else(|| key.clone(), |choice| choice.label.clone())),
        other => other.clone(),
    }
}

fn words(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::Text(text.to_owned()))
}

fn fields(account: &Account, row: &PlannedRow, people: &People) -> Vec<Pair> {
    let before = AccountChange::of(account).fields;
    let after = row.change.edit.put_on(before.clone());
    let pair = |field, of: &dyn Fn(&NewAccount) -> Option<Value>| (field, of(&before), of(&after));
    let text = |text: &Option<String>| text.as_deref().and_then(words);
    let associate = match &row.change.associate {
        Some(Associate::Known(id)) => people.user(*id).map(|user| user.name.as_str()),
        Some(Associate::New(name)) => Some(name.as_str()),
        None => None,
    };
    vec![
        pair(Field::Name, &|fields| words(&fields.name)),
        pair(Field::ExternalId, &|fields| text(&fields.external_id)),
        pair(Field::Type, &|fields| Some(Value::Number(fields.account_type.number() * 1_000_000))),
        (Field::Associate, words(&account.associate), associate.and_then(words)),
        pair(Field::Industry, &|fields| text(&fields.industry)),
        pair(Field::Vertical, &|fields| text(&fields.vertical)),
        pair(Field::Geography, &|fields| text(&fields.geography)),
    ]
}

/// What the ledger says with the row's amendments on it, not what the sheet says: contracts of people's own may differ.
fn money(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    when: When,
    account: &Account,
    row: &PlannedRow,
) -> Result<Vec<Pair>, Fault> {
    let change = &row.change.money;
    if change.is_empty() {
        return Ok(Vec::new());
    }
    let held = match_row::held(tx, workspace, account, when.today)?;
    let mut ledger = held.ledger.clone();
    ledger.extend([&change.earlier, &change.now].into_iter().flatten().map(|new| Amendment {
        contract: change.contract.unwrap_or_else(Uuid::max),
        start_on: new.start_on,
        end_on: new.end_on,
        arr_minor: new.arr_minor,
        recorded_at: when.at,
    }));
    let typed_end = change.typed_end.or(held.typed_end);
    let after = Held { ledger, contracts: Vec::new(), typed_end };
    let last_year = last_year_end(when.today, when.fiscal_year_start_month);
    let pair = |field, of: &dyn Fn(&Held) -> Option<Value>| (field, of(&held), of(&after));
    Ok(vec![
        pair(Field::ArrLastYear, &|held| Some(Value::Money(arr_on(&held.ledger, last_year)))),
        pair(Field::ArrYtd, &|held| Some(Value::Money(arr_on(&held.ledger, when.today)))),
        pair(Field::EndOn, &|held| {
            let by_contract = next_material_end(&held.ledger, when.today).map(End::last_day);
            by_contract.or(held.typed_end).map(Value::Date)
        }),
    ])
}

fn scores(tx: &mut Tx<'_>, workspace: &Workspace, account: &Account, row: &PlannedRow) -> Result<Vec<Pair>, Fault> {
    if row.change.scores.is_empty() {
        return Ok(Vec::new());
    }
    let card = match_row::card(tx, workspace.id, Some(account))?;
    let number = |hundredths: i64| Some(Value::Number(hundredths * 10_000));
    let pair = |(place, score): &(usize, Score)| {
        let shown = card.steps.get(*place).and_then(|step| step.score).map(Mean::hundredths);
        Some((*Field::STEPS.get(*place)?, shown.and_then(number), number(score.hundredths())))
    };
    Ok(row.change.scores.iter().filter_map(pair).collect())
}

fn target(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    when: When,
    account: &Account,
    row: &PlannedRow,
) -> Result<Option<Pair>, Fault> {
    let Some(target) = row.change.target else { return Ok(None) };
    let year = i64::from(fiscal_year(when.today, workspace.fiscal_year_start_month));
    let before = accounts::target(tx, workspace.id, account.id, year)?;
    Ok(Some((Field::ArrDeltaTarget, before.map(Value::Money), Some(Value::Money(target)))))
}
