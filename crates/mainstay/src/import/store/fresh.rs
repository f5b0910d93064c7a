//! Accounts that a file makes, many at a time: each room writes its share of all of them in a few statements.

use std::collections::HashMap;
use std::sync::Arc;

use mainstay_db::Tx;
use mainstay_rules::field::FieldError;
use mainstay_rules::import::StagedRow;
use mainstay_rules::ledger::check_amendment;
use mainstay_rules::progress::fiscal_year;
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::{Segment, Template, Templates};
use uuid::Uuid;

use super::match_row::Change;
use super::money::{MoneyChange, OPENING_CONTRACT};
use super::own::{self, OwnChange};
use super::people::Associate;
use crate::account::store::{self as accounts, AccountChange, FirstContract, NewAmendment, NewContract};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::pod::store::{self as pods, NewPod};
use crate::scorecard::store::{self as scores, FirstScores};

/// A contract and everything that is signed on it.
pub type Signed = (NewContract, Vec<NewAmendment>);

/// An account to be made, and all that the file says of it.
pub struct Fresh {
    pub id: Uuid,
    pub account: AccountChange,
    pub contracts: Vec<Signed>,
    template: Arc<Template>,
    scores: Vec<(String, Score)>,
    note: String,
    own: Vec<OwnChange>,
    target: Option<i64>,
}

impl Fresh {
    pub fn new(id: Uuid, account: AccountChange, templates: &Templates) -> Self {
        let fields = &account.fields;
        let segment = Segment {
            account_type: fields.account_type,
            industry: fields.industry.as_deref(),
            vertical: fields.vertical.as_deref(),
            geography: fields.geography.as_deref(),
        };
        let template = Arc::clone(templates.governing(segment));
        Self {
            id,
            account,
            contracts: Vec::new(),
            template,
            scores: Vec::new(),
            note: String::new(),
            own: Vec::new(),
            target: None,
        }
    }

    /// What a row of a report says of an account that is not there.
    pub fn of_report(
        id: Uuid,
        (row, change): (&StagedRow, &Change),
        templates: &Templates,
        newcomers: &HashMap<String, Uuid>,
    ) -> Result<Self, Fault> {
        let associate_id = user_of(change.associate.as_ref(), newcomers);
        let account = AccountChange { associate_id, ..AccountChange::new(change.new_account()) };
        let fresh = Self::new(id, account, templates);
        let key = |place: usize| fresh.template.steps.get(place).map(|step| step.key.clone());
        let scores = change.scores.iter().filter_map(|(place, score)| Some((key(*place)?, *score))).collect();
        Ok(Self {
            scores,
            contracts: opening(&change.money, row)?.into_iter().collect(),
            note: row.note.clone().unwrap_or_default(),
            own: change.own.clone(),
            target: change.target,
            ..fresh
        })
    }
}

pub(super) fn user_of(associate: Option<&Associate>, newcomers: &HashMap<String, Uuid>) -> Option<Uuid> {
    match associate? {
        Associate::Known(id) => Some(*id),
        Associate::New(text) => newcomers.get(&text.to_lowercase()).copied(),
    }
}

/// The contract that stands for the money of a row.
fn opening(money: &MoneyChange, row: &StagedRow) -> Result<Option<Signed>, Fault> {
    let amendments: Vec<NewAmendment> = [&money.earlier, &money.now].into_iter().flatten().cloned().collect();
    amendments.iter().try_for_each(|amendment| expect_amendment(amendment, row.row))?;
    let contract = NewContract { name: OPENING_CONTRACT.to_owned(), ..NewContract::default() };
    Ok((!amendments.is_empty()).then_some((contract, amendments)))
}

/// Refuses what no contract can be worth, and says in which row it stands.
pub(super) fn expect_amendment(amendment: &NewAmendment, row: usize) -> Result<(), Fault> {
    let at = |error: FieldError| FieldError { message: format!("Row {row}: {}", error.message), ..error };
    check_amendment(amendment.start_on, amendment.end_on, amendment.arr_minor)
        .map_err(|errors| Fault::invalid(errors.into_iter().map(at).collect()))
}

/// Makes the accounts; gives the ids of each one's contracts and amendments.
pub fn make(tx: &mut Tx<'_>, by: &By, all: &[Fresh]) -> Result<Vec<Vec<(Uuid, Uuid)>>, Fault> {
    accounts::create_accounts(tx, by, &all.iter().map(|new| (new.id, &new.account)).collect::<Vec<_>>())?;
    let pods = all.iter().map(|new| NewPod {
        account: new.id,
        name: &new.account.fields.name,
        owner: new.account.associate_id,
    });
    pods::begin_client_pods(tx, by, &pods.collect::<Vec<_>>())?;
    let scored = all.iter().filter(|new| !new.scores.is_empty()).map(|new| FirstScores {
        account: new.id,
        template: Arc::clone(&new.template),
        scores: new.scores.clone(),
        note: new.note.clone(),
    });
    scores::record_first(tx, by, &scored.collect::<Vec<_>>())?;
    let signed = sign(tx, by, all)?;
    for new in all {
        own::write(tx, by, new.id, &new.own)?;
    }
    let year = i64::from(fiscal_year(by.today(), by.workspace.fiscal_year_start_month));
    let targets: Vec<(Uuid, i64)> = all.iter().filter_map(|new| Some((new.id, new.target?))).collect();
    accounts::set_first_targets(tx, by, year, &targets)?;
    Ok(signed)
}

fn sign(tx: &mut Tx<'_>, by: &By, all: &[Fresh]) -> Result<Vec<Vec<(Uuid, Uuid)>>, Fault> {
    let contracts: Vec<FirstContract<'_>> = all
        .iter()
        .flat_map(|new| {
            new.contracts.iter().map(|(contract, amendments)| FirstContract {
                account: new.id,
                new: contract,
                amendments: amendments.iter().collect(),
            })
        })
        .collect();
    let mut ids = accounts::add_contracts(tx, by, &contracts)?.into_iter();
    let count = |new: &Fresh| new.contracts.iter().map(|(_, amendments)| amendments.len()).sum();
    Ok(all.iter().map(|new| ids.by_ref().take(count(new)).collect()).collect())
}
