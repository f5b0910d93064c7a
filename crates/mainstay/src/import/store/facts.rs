//! What the rows of a file say of one account, and writing it by the verbs of the rooms that own the values.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::account::{AccountType, NewAccount};
use mainstay_rules::currency::Currency;
use mainstay_rules::import::{ContractRow, StagedRow};
use mainstay_rules::scorecard::Templates;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::apply;
use super::check::{Outcome, PlannedRow};
use super::chunk::Trace;
use super::fresh::{self, Fresh};
use super::match_row;
use super::money::When;
use super::people::People;
use crate::account::store::{
    self as accounts, Account, AccountChange, Contract, NewAmendment, NewContract, StoredAmendment,
};
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::scorecard::store::{self as scores, Past};

/// Of one account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The account is not there yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<StagedRow>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<ContractRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<ScoreFact>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
    pub external_id: Option<String>,
}

/// A score, short because there may be a million.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScoreFact {
    #[serde(rename = "m")]
    pub metric: String,
    #[serde(rename = "v")]
    pub hundredths: i64,
    #[serde(rename = "d")]
    pub on: Date,
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(rename = "e", default, skip_serializing_if = "String::is_empty")]
    pub evidence_url: String,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Uuid>,
}

impl Named {
    fn account(&self) -> NewAccount {
        NewAccount {
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            account_type: AccountType::WHEN_UNTOLD,
            industry: None,
            vertical: None,
            geography: None,
            end_on: None,
            confidential: false,
        }
    }
}

impl Facts {
    pub fn rows(&self) -> usize {
        usize::from(self.report.is_some()) + self.contracts.len() + self.scores.len()
    }

    pub fn append(&mut self, mut later: Self) {
        self.new = self.new.take().or(later.new);
        self.report = self.report.take().or(later.report);
        self.contracts.append(&mut later.contracts);
        self.scores.append(&mut later.scores);
    }
}

/// What came of one account's rows.
#[derive(Clone, Debug, Default)]
pub struct Done {
    pub written: usize,
    pub unchanged: usize,
    /// The account is gone meanwhile.
    pub refused: usize,
    pub trace: Trace,
}

/// A contract of the file: the one that is held, or a new one under its names.
enum Place {
    Held(Uuid),
    New(NewContract),
}

/// What is not held yet of the rows of an account.
#[derive(Default)]
pub struct News {
    contracts: Vec<(Place, NewAmendment)>,
    scores: Vec<Past>,
    pub unchanged: usize,
    pub refused: usize,
    /// Rows that would give a contract another currency, and the one that it has.
    pub in_other_currency: Vec<(usize, Currency)>,
}

impl News {
    pub fn count(&self) -> usize {
        self.contracts.len() + self.scores.len()
    }
}

/// Compares with what is held; writes nothing.
pub fn news(tx: &mut Tx<'_>, by: &By, account: Uuid, facts: &Facts) -> Result<News, Fault> {
    let mut news = News::default();
    if !facts.contracts.is_empty() {
        let held = accounts::contracts(tx, by.workspace.id, account)?;
        let signed = accounts::amendments(tx, by.workspace.id, account)?;
        contract_news(&held, &signed, &facts.contracts, &mut news);
    }
    if !facts.scores.is_empty() {
        score_news(tx, by, account, &facts.scores, &mut news)?;
    }
    Ok(news)
}

fn contract_news(held: &[Contract], signed: &[StoredAmendment], rows: &[ContractRow], news: &mut News) {
    let mut new_in: HashMap<(Option<String>, String), Currency> = HashMap::new();
    for row in rows {
        let by_id = row.contract_id.as_ref().map(|id| held.iter().find(|c| c.external_id.as_ref() == Some(id)));
        // A name tells the contract only where no id does: plans of many contracts are called alike.
        let by_name = || held.iter().find(|c| Some(&c.name) == row.contract_name.as_ref());
        let contract = by_id.unwrap_or_else(by_name);
        let same = |stored: &StoredAmendment| {
            let a = &stored.amendment;
            Some(a.contract) == contract.map(|c| c.id)
                && (a.start_on, a.end_on, a.arr_minor) == (row.start_on, row.end_on, row.arr_minor)
        };
        // A contract keeps one currency, whether it is held or made by an earlier row.
        let own = match contract {
            Some(contract) => accounts::currency_in(signed, contract.id).unwrap_or(row.currency),
            None => *new_in.entry(key(&named(row))).or_insert(row.currency),
        };
        if own != row.currency {
            news.in_other_currency.push((row.row, own));
            news.refused += 1;
            continue;
        }
        if signed.iter().any(same) {
            news.unchanged += 1;
            continue;
        }
        let amendment = NewAmendment {
            start_on: row.start_on,
            end_on: row.end_on,
            arr_minor: row.arr_minor,
            currency: Some(row.currency),
            is_price: false,
            note: row.note.clone(),
        };
        let place = match contract {
            Some(contract) => Place::Held(contract.id),
            None => Place::New(named(row)),
        };
        news.contracts.push((place, amendment));
    }
}

fn named(row: &ContractRow) -> NewContract {
    let name = row.contract_name.clone().or_else(|| row.contract_id.clone()).unwrap_or_default();
    NewContract { name, external_id: row.contract_id.clone(), ..NewContract::default() }
}

fn score_news(tx: &mut Tx<'_>, by: &By, account: Uuid, facts: &[ScoreFact], news: &mut News) -> Result<(), Fault> {
    let template = scores::template_of(tx, by.workspace.id, account)?;
    let mut known = scores::known(tx, by.workspace.id, account)?;
    for fact in facts {
        // The account's own scorecard may not have what another one has.
        let Some(metric) = template.metric(&fact.metric) else {
            news.refused += 1;
            continue;
        };
        let day = fact.on.to_zoned(by.workspace.zone.clone()).map_err(Fault::internal)?;
        let past = Past {
            metric: metric.key().to_owned(),
            hundredths: fact.hundredths,
            effective_at: day.timestamp(),
            note: fact.note.clone(),
            evidence_url: fact.evidence_url.clone(),
            by: fact.by.or(by.user),
        };
        // The same row twice in a file counts once, too.
        if known.insert((past.metric.clone(), past.effective_at, Some(past.hundredths))) {
            news.scores.push(past);
        } else {
            news.unchanged += 1;
        }
    }
    Ok(())
}

/// Makes the accounts that are not there yet, with everything that the file says of them.
pub fn make(
    tx: &mut Tx<'_>,
    by: &By,
    all: &[(Uuid, Facts, Named)],
    people: &People,
) -> Result<Vec<(Uuid, Done)>, Fault> {
    let templates = scores::templates(tx, by.workspace.id)?;
    let mut fresh: Vec<Fresh> = Vec::with_capacity(all.len());
    let mut done: Vec<(Uuid, Done)> = Vec::with_capacity(all.len());
    for (account, facts, named) in all {
        let mut of_one = Done::default();
        if let Some(new) = planned(tx, by, (*account, facts, named), people, &templates, &mut of_one)? {
            of_one.trace.made = true;
            fresh.push(new);
        }
        done.push((*account, of_one));
    }
    let signed = fresh::make(tx, by, &fresh)?;
    let made = done.iter_mut().filter(|(_, done)| done.trace.made);
    for ((_, done), amendments) in made.zip(signed) {
        done.trace.amendments = amendments;
    }
    Ok(done)
}

/// The account that rows make; none when nothing can be made of them any more.
fn planned(
    tx: &mut Tx<'_>,
    by: &By,
    (account, facts, named): (Uuid, &Facts, &Named),
    people: &People,
    templates: &Templates,
    done: &mut Done,
) -> Result<Option<Fresh>, Fault> {
    if let Some(row) = &facts.report {
        let when = When::of(&by.workspace, by.at);
        let (change, _) = match_row::compare(tx, &by.workspace, people, when, None, row)?;
        if !change.refused.is_empty() {
            // A choice or a person that was there when the file was checked.
            done.refused = 1;
            return Ok(None);
        }
        done.written = 1;
        return Ok(Some(Fresh::of_report(account, (row, &change), templates, &HashMap::new())?));
    }
    let mut news = News::default();
    contract_news(&[], &[], &facts.contracts, &mut news);
    (done.unchanged, done.refused, done.written) = (news.unchanged, news.refused, news.count());
    let mut new = Fresh::new(account, AccountChange::new(named.account()), templates);
    for (place, amendment) in news.contracts {
        let Place::New(contract) = place else { continue };
        // Several rows may amend a contract that the first of them makes.
        match new.contracts.iter_mut().find(|(known, _)| key(known) == key(&contract)) {
            Some((_, amendments)) => amendments.push(amendment),
            None => new.contracts.push((contract, vec![amendment])),
        }
    }
    Ok(Some(new))
}

/// Writes everything that the file says of one account that is there; its lock is held.
pub fn write(
    tx: &mut Tx<'_>,
    by: &By,
    import: Uuid,
    account: Uuid,
    facts: &Facts,
    people: &People,
) -> Result<Done, Fault> {
    let Some(held) = accounts::account(tx, by.workspace.id, account, Uuid::nil())? else {
        return Ok(Done { refused: facts.rows(), ..Done::default() });
    };
    if let Some(row) = &facts.report {
        return report(tx, by, &held, row, people);
    }
    let mut done = Done::default();
    let news = news(tx, by, account, facts)?;
    (done.unchanged, done.refused) = (news.unchanged, news.refused);
    done.written = news.count();
    write_contracts(tx, by, account, news.contracts, &mut done.trace)?;
    if !news.scores.is_empty() {
        done.trace.metrics = scores::record_past(tx, by, account, import, &news.scores)?;
    }
    Ok(done)
}

fn write_contracts(
    tx: &mut Tx<'_>,
    by: &By,
    account: Uuid,
    amendments: Vec<(Place, NewAmendment)>,
    trace: &mut Trace,
) -> Result<(), Fault> {
    // Several rows may amend a contract that the first of them makes.
    let mut made: HashMap<(Option<String>, String), Uuid> = HashMap::new();
    for (place, amendment) in amendments {
        let contract = match &place {
            Place::Held(id) => Some(*id),
            Place::New(new) => made.get(&key(new)).copied(),
        };
        let pair = match (contract, place) {
            (Some(id), _) => (id, accounts::amend_contract(tx, by, account, id, &amendment)?),
            (None, Place::New(new)) => {
                let pair = accounts::add_contract(tx, by, account, &new, &amendment)?;
                made.insert(key(&new), pair.0);
                pair
            }
            (None, Place::Held(_)) => continue,
        };
        trace.amendments.push(pair);
    }
    Ok(())
}

fn key(new: &NewContract) -> (Option<String>, String) {
    // Where there is an id it alone counts, as when a held contract is looked for.
    (new.external_id.clone(), if new.external_id.is_some() { String::new() } else { new.name.clone() })
}

/// A row about the account itself, compared anew with what is held now.
fn report(tx: &mut Tx<'_>, by: &By, held: &Account, row: &StagedRow, people: &People) -> Result<Done, Fault> {
    let when = When::of(&by.workspace, by.at);
    let (change, _) = match_row::compare(tx, &by.workspace, people, when, Some(held), row)?;
    if !change.refused.is_empty() {
        // A choice or a person that was there when the file was checked.
        return Ok(Done { refused: 1, ..Done::default() });
    }
    if change.is_empty() {
        return Ok(Done { unchanged: 1, ..Done::default() });
    }
    let planned = PlannedRow { outcome: Outcome::Update, staged: row.clone(), account: Some(held.clone()), change };
    let applied = apply::update(tx, by, held, &planned, &HashMap::new())?;
    let trace = Trace { before: applied.before, ..Trace::default() };
    Ok(Done { written: 1, trace, ..Done::default() })
}
