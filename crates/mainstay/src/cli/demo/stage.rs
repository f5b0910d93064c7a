//! The script is played: every deed by the verb of its room, under the simulated clock, in one transaction.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use mainstay_db::{Scope, Tx};
use mainstay_rules::account::{AccountEdit, AccountType, NewAccount, NewAccountInput};
use mainstay_rules::currency::Currency;
use mainstay_rules::permission::PodRole;
use mainstay_rules::{field, ledger};
use uuid::Uuid;

use super::calendar::Calendar;
use super::founding;
use super::own;
use super::promise;
use super::scopes;
use super::scoring::Said;
use super::script::{Act, Deed, OPERATIONS};
use super::story::{Account, Contract, ContractStep, Story};
use super::telemetry;
use super::templates;
use crate::account::store::{self as accounts, AccountChange, NewAmendment, NewContract};
use crate::app::{self, App};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::pod::store as pods;
use crate::portfolio::store::{self as portfolio, SnapshotKind};
use crate::scorecard::store::{self as scores, ScoreIn};

/// Minor units in a thousand euro.
pub const THOUSAND: i64 = 100_000;
/// Leaders who observe every client of type 1 and 2.
const OBSERVERS: [&str; 2] = ["giulia", "marc"];

/// Minutes after midnight.
const PUBLISHED: i32 = 18 * 60;

/// All that the demo is made of.
pub struct Production {
    pub story: Story,
    pub calendar: Calendar,
    pub acts: Vec<Act>,
    pub password_hash: String,
}

/// What the deeds need to know while they are done.
struct Cast<'a> {
    app: &'a App,
    production: &'a Production,
    workspace: Arc<Workspace>,
    users: HashMap<String, Uuid>,
    ids: &'a [Uuid],
    /// Tasks by their place in the story.
    promised: RefCell<HashMap<usize, Uuid>>,
}

/// Plays the whole story; it is there as a whole or not at all.
pub async fn play(app: &App, production: Arc<Production>) -> Result<(), Fault> {
    let app_in = app.clone();
    let workspace = app.source.id();
    let ids: Vec<Uuid> = production.story.accounts.iter().map(|_| app.source.id()).collect();
    let start = app.source.now();
    app.db
        .write_bulk(Scope::System, move |tx| {
            app_in.source.set(start);
            let mut locks = ids.clone();
            locks.push(workspace);
            tx.lock(&locks)?;
            let (workspace, users) =
                founding::found(tx, &app_in, workspace, &production.story, &production.password_hash)?;
            let cast = Cast {
                app: &app_in,
                production: &production,
                workspace,
                users,
                ids: &ids,
                promised: RefCell::default(),
            };
            cast.perform(tx)
        })
        .await
}

impl Cast<'_> {
    /// Day by day; read models are written once a day for each account that somebody touched.
    fn perform(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let mut published = false;
        let mut month_end: Option<Date> = None;
        for acts in self.production.acts.chunk_by(|one, next| one.day == next.day) {
            if !published && acts.first().is_some_and(|act| act.day > templates::DAY) {
                self.publish(tx)?;
                published = true;
            }
            let today = acts.first().map(|act| self.workspace.day_of(act.at)).unwrap_or_default();
            while let Some(over) = month_end.filter(|over| *over < today) {
                self.keep_month(tx, over)?;
                month_end = over.tomorrow().ok().map(Date::last_of_month);
            }
            month_end = Some(today.last_of_month());
            let mut last: BTreeMap<usize, By> = BTreeMap::new();
            for act in acts {
                self.app.source.set(act.at);
                let by = By::new(Arc::clone(&self.workspace), Some(self.user(&act.who)?), self.app.source.clone());
                self.act(tx, &by, act)?;
                let touched = by.touched();
                if touched.is_empty() {
                    continue;
                }
                // The last of the day writes the read models for all of them.
                if let Some(earlier) = last.remove(&act.account) {
                    for (account, day) in touched.iter().filter_map(|id| Some((*id, earlier.reach(*id)?))) {
                        by.reaches_back(account, day);
                    }
                }
                last.insert(act.account, by);
            }
            for by in last.values() {
                app::project(tx, by)?;
            }
        }
        Ok(())
    }

    /// The new versions of the scorecards; every line reads by them from then on.
    fn publish(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let at = self.production.calendar.instant(templates::DAY, PUBLISHED).map_err(Fault::internal)?;
        self.app.source.set(at);
        let by = By::new(Arc::clone(&self.workspace), Some(self.user(OPERATIONS)?), self.app.source.clone());
        templates::publish(tx, &by)?;
        app::project(tx, &by)?;
        app::project_accounts(tx, &by, self.ids)
    }

    /// The snapshot that the schedule takes when a month is over.
    fn keep_month(&self, tx: &mut Tx<'_>, last_day: Date) -> Result<(), Fault> {
        let first = last_day.tomorrow().unwrap_or(last_day).at(0, 0, 0, 0);
        let midnight = self.workspace.zone.to_ambiguous_timestamp(first).compatible();
        self.app.source.set(midnight.map_err(Fault::internal)?);
        let by = By::new(Arc::clone(&self.workspace), None, self.app.source.clone());
        let mut due = portfolio::due_lines(tx, by.workspace.id, by.today(), i64::MAX)?;
        due.extend(portfolio::due_histories(tx, by.workspace.id, by.today(), i64::MAX)?);
        app::project_accounts(tx, &by, &due)?;
        portfolio::take_snapshot(tx, &by, SnapshotKind::Monthly, last_day, "")?;
        Ok(())
    }

    fn user(&self, key: &str) -> Result<Uuid, Fault> {
        self.users.get(key).copied().ok_or_else(|| Fault::internal(format!("the story names {key}, who is nobody")))
    }

    fn act(&self, tx: &mut Tx<'_>, by: &By, act: &Act) -> Result<(), Fault> {
        let (account, id) = (&self.production.story.accounts[act.account], self.ids[act.account]);
        match &act.deed {
            Deed::CreateAccount => self.create(tx, by, account, id),
            Deed::AddContract { contract } => self.add_contract(tx, by, account, id, *contract),
            Deed::AmendContract { contract, step } => self.amend(tx, by, account, id, (*contract, *step)),
            Deed::SetTarget => {
                let delta = account.delta_target.map(|thousands| thousands * THOUSAND);
                accounts::set_target(tx, by, id, self.production.calendar.fiscal_year, delta)
            }
            Deed::RecordUsage => self.record_usage(tx, by, account, id),
            Deed::Measure(index) => templates::measure(tx, by, id, &account.measured[*index]),
            Deed::Send(index) => telemetry::send(tx, by, account, id, *index),
            Deed::FormPod => self.form_pod(tx, by, account, id),
            Deed::Describe => own::describe(tx, by, &self.production.calendar, account, id),
            Deed::ChangeType => change_type(tx, by, id, account),
            Deed::Divide => scopes::divide(tx, by, account, id, &|key| self.user(key)),
            Deed::ScoreScope { region, line } => scopes::score(tx, by, account, id, (*region, *line)),
            Deed::Archive => {
                let before = known(tx, by, id)?;
                accounts::archive_account(tx, by, &before)
            }
            Deed::Promise(index) => {
                let task = promise::make(tx, by, self.production, (id, *index), &|key| self.user(key))?;
                self.promised.borrow_mut().insert(*index, task);
                Ok(())
            }
            Deed::Keep(index) => {
                let task = self.promised.borrow().get(index).copied().ok_or_else(Fault::not_found)?;
                promise::keep(tx, by, task, self.production.story.tasks[*index].moved)
            }
            Deed::Score(said) => said.iter().try_for_each(|said| record(tx, by, id, said)),
        }
    }

    fn create(&self, tx: &mut Tx<'_>, by: &By, account: &Account, id: Uuid) -> Result<(), Fault> {
        let input = NewAccountInput {
            name: account.name.clone(),
            external_id: account.id.clone(),
            account_type: account.kind.to_string(),
            industry: account.industry.clone(),
            vertical: account.vertical.clone(),
            geography: account.geography.clone(),
            ..NewAccountInput::default()
        };
        let fields = NewAccount::check(&input).map_err(Fault::invalid)?;
        let of = |wanted: &String| self.production.story.accounts.iter().position(|one| one.id == *wanted);
        let parent_id = account.parent.as_ref().and_then(of).and_then(|place| self.ids.get(place).copied());
        let change = AccountChange {
            associate_id: Some(self.user(&account.associate)?),
            parent_id,
            ..AccountChange::new(fields)
        };
        accounts::create_account(tx, by, id, &change)
    }

    fn terms(&self, account: &Account, contract: usize, step: usize) -> Result<NewAmendment, Fault> {
        let contract = &account.contracts[contract];
        terms(&self.production.calendar, contract, &contract.steps[step])
    }

    fn add_contract(
        &self,
        tx: &mut Tx<'_>,
        by: &By,
        account: &Account,
        id: Uuid,
        contract: usize,
    ) -> Result<(), Fault> {
        let written = &account.contracts[contract];
        let new = NewContract {
            name: written.name.clone(),
            external_id: Some(contract_id(account, contract)),
            notice_days: written.notice_days,
            auto_renew: written.auto_renew,
        };
        accounts::add_contract(tx, by, id, &new, &self.terms(account, contract, 0)?)?;
        Ok(())
    }

    fn amend(
        &self,
        tx: &mut Tx<'_>,
        by: &By,
        account: &Account,
        id: Uuid,
        (contract, step): (usize, usize),
    ) -> Result<(), Fault> {
        let found = accounts::contract_by_external_id(tx, by.workspace.id, &contract_id(account, contract))?;
        let found = found.ok_or_else(Fault::not_found)?;
        accounts::amend_contract(tx, by, id, found.id, &self.terms(account, contract, step)?)?;
        Ok(())
    }

    fn record_usage(&self, tx: &mut Tx<'_>, by: &By, account: &Account, id: Uuid) -> Result<(), Fault> {
        let euro = Currency::parse("EUR").map_err(Fault::internal)?;
        let mut month = self.production.calendar.date(0).first_of_month();
        for amount in account.usage.iter().rev() {
            month = month.yesterday().map_err(Fault::internal)?.first_of_month();
            accounts::record_usage(tx, by, id, month, Some((amount * 100, euro)))?;
        }
        Ok(())
    }

    fn form_pod(&self, tx: &mut Tx<'_>, by: &By, account: &Account, id: Uuid) -> Result<(), Fault> {
        let team = account.team.iter().filter(|key| **key != account.owner).map(|key| (key.as_str(), PodRole::Team));
        let observers = OBSERVERS.iter().filter(|_| account.is_key()).map(|key| (*key, PodRole::Observer));
        for (key, role) in [(account.owner.as_str(), PodRole::Owner)].into_iter().chain(team).chain(observers) {
            let function = self.production.story.people.iter().find(|person| person.key == key);
            let function = function.map_or("other", |person| person.function.as_str());
            pods::put_member(tx, by, (id, &account.name), self.user(key)?, role, function)?;
        }
        Ok(())
    }
}

/// What a contract says from one of its steps on.
pub fn terms(calendar: &Calendar, contract: &Contract, step: &ContractStep) -> Result<NewAmendment, Fault> {
    // The story names the last day; a contract's end is the first day after it.
    let end_on = step.ends.or(contract.ends).map(|last_day| calendar.date(last_day + 1));
    let (start_on, arr_minor) = (calendar.contract_start(step.day), step.arr * THOUSAND);
    ledger::check_amendment(start_on, end_on, arr_minor).map_err(Fault::invalid)?;
    let currency = match &contract.currency {
        Some(code) => Some(Currency::parse(code).map_err(Fault::internal)?),
        None => None,
    };
    Ok(NewAmendment { start_on, end_on, arr_minor, note: step.note.clone(), currency, is_price: step.is_price })
}

/// Contracts are numbered as they were signed.
pub fn contract_id(account: &Account, contract: usize) -> String {
    format!("{}-{}", account.id, contract + 1)
}

fn known(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<accounts::Account, Fault> {
    accounts::account(tx, by.workspace.id, id, by.user.unwrap_or_else(Uuid::nil))?.ok_or_else(Fault::not_found)
}

fn change_type(tx: &mut Tx<'_>, by: &By, id: Uuid, account: &Account) -> Result<(), Fault> {
    let Some(becomes) = &account.becomes else { return Ok(()) };
    let before = known(tx, by, id)?;
    let edit = AccountEdit {
        account_type: Some(AccountType::try_from(becomes.kind).map_err(Fault::internal)?),
        ..AccountEdit::default()
    };
    accounts::edit_account(tx, by, &before, &AccountChange::of(&before).with(&edit).because(&becomes.reason))
}

fn record(tx: &mut Tx<'_>, by: &By, id: Uuid, said: &Said) -> Result<(), Fault> {
    let note = field::note("/note", &said.note).map_err(Fault::field)?.unwrap_or_default();
    let new = ScoreIn {
        metric: said.metric.clone(),
        value: Some(said.value),
        // A reason with the same value is news: somebody looked again.
        confirms: !note.is_empty(),
        note,
        evidence_url: String::new(),
        effective_at: None,
    };
    scores::record(tx, by, id, &new)
}
