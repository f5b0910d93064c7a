//! Explaining a number of the report that is about money: the contracts behind it, their rates, and who recorded what.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::currency::Currency;
use mainstay_rules::ledger::{Amendment, End, Rate, behind_end, counted_on, next_material_end, notice_by};
use mainstay_rules::progress::{Progress, fiscal_year, last_year_end, pace, progress};
use uuid::Uuid;

use super::last_day;
use crate::account::Account;
use crate::account::store::{self, Contract, Rates, StoredAmendment};
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;

/// A number of the report that follows from contracts and targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyFigure {
    ArrNow,
    ArrLastYear,
    DeltaTarget,
    Progress,
    EndDate,
}

impl MoneyFigure {
    pub const ALL: [Self; 5] = [Self::ArrNow, Self::ArrLastYear, Self::DeltaTarget, Self::Progress, Self::EndDate];

    /// As its column is called on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::ArrNow => "arr_ytd",
            Self::ArrLastYear => "arr_last_year",
            Self::DeltaTarget => "arr_delta_target",
            Self::Progress => "progress",
            Self::EndDate => "end_date",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.word() == word)
    }
}

/// What the number reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyValue {
    Minor(i64),
    /// Hundredths of a percent.
    Percent(i64),
    Day(Date),
    Nothing,
}

impl MoneyValue {
    fn of(progress: Progress) -> Self {
        match progress {
            Progress::None => Self::Nothing,
            Progress::Percent(hundredths) => Self::Percent(hundredths),
            Progress::Money(minor) => Self::Minor(minor),
        }
    }
}

/// One input of the number.
#[derive(Clone, Debug)]
pub enum MoneyPart {
    /// What a contract brings to it.
    Contract {
        contract: Uuid,
        name: String,
        amendment: StoredAmendment,
        rate: Rate,
        /// The fiscal year whose rate counts; none where no rate is needed.
        rate_year: Option<i64>,
        /// In the workspace's currency.
        minor: i64,
    },
    /// Another number that can be opened in turn.
    Figure { figure: MoneyFigure, minor: Option<i64> },
    /// What somebody typed, when that is known.
    Typed { minor: Option<i64>, day: Option<Date>, at: Option<Timestamp>, by: String },
}

/// Everything that an explanation is told from.
#[derive(Debug)]
pub struct MoneyExplained {
    pub figure: MoneyFigure,
    pub value: MoneyValue,
    /// The day of which it is.
    pub on: Date,
    pub fiscal_year: i64,
    pub parts: Vec<MoneyPart>,
    pub arr_now: i64,
    pub arr_last_year: i64,
    pub delta_target: Option<i64>,
    /// Of progress: 10,000 is exactly on time.
    pub pace: Option<i64>,
    /// Of an end: the ARR at stake.
    pub end: Option<End>,
    pub notice_by: Option<Date>,
}

/// What the explanation is read from.
struct Books<'a> {
    workspace: &'a Workspace,
    account: &'a Account,
    today: Date,
    contracts: Vec<Contract>,
    stored: Vec<StoredAmendment>,
    rates: Rates,
    ledger: Vec<Amendment>,
    target: Option<i64>,
    year: i64,
}

/// Reads what the explanation needs: the account's contracts and its target.
pub fn explain_money(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: &Account,
    figure: MoneyFigure,
    today: Date,
) -> Result<MoneyExplained, Fault> {
    let stored = store::amendments(tx, workspace.id, account.id)?;
    let rates = store::rates_for(tx, workspace, &stored, today)?;
    let year = i64::from(fiscal_year(today, workspace.fiscal_year_start_month));
    let books = Books {
        contracts: store::contracts(tx, workspace.id, account.id)?,
        ledger: store::in_home_currency(&stored, &rates)?,
        target: store::target(tx, workspace.id, account.id, year)?,
        workspace,
        account,
        today,
        stored,
        rates,
        year,
    };
    let mut explained = books.explain(figure)?;
    if figure == MoneyFigure::DeltaTarget && books.target.is_some() {
        let (at, by) = store::target_set(tx, workspace.id, account.id, year)?.unzip();
        let typed = MoneyPart::Typed { minor: books.target, day: None, at, by: by.unwrap_or_default() };
        explained.parts.push(typed);
    }
    Ok(explained)
}

impl Books<'_> {
    fn explain(&self, figure: MoneyFigure) -> Result<MoneyExplained, Fault> {
        let turn = last_year_end(self.today, self.workspace.fiscal_year_start_month);
        let arr = |day| mainstay_rules::ledger::arr_on(&self.ledger, day);
        let (now, before) = (arr(self.today), arr(turn));
        let reached = progress(now, before, self.target);
        let end = next_material_end(&self.ledger, self.today);
        let parts = match figure {
            MoneyFigure::ArrNow => self.contracts(&counted_on(&self.ledger, self.today))?,
            MoneyFigure::ArrLastYear => self.contracts(&counted_on(&self.ledger, turn))?,
            MoneyFigure::DeltaTarget => Vec::new(),
            MoneyFigure::Progress => vec![
                MoneyPart::Figure { figure: MoneyFigure::ArrNow, minor: Some(now) },
                MoneyPart::Figure { figure: MoneyFigure::ArrLastYear, minor: Some(before) },
                MoneyPart::Figure { figure: MoneyFigure::DeltaTarget, minor: self.target },
            ],
            MoneyFigure::EndDate => match end {
                Some(end) => self.contracts(&behind_end(&self.ledger, end))?,
                None => self.typed_end(),
            },
        };
        let value = match figure {
            MoneyFigure::ArrNow => MoneyValue::Minor(now),
            MoneyFigure::ArrLastYear => MoneyValue::Minor(before),
            MoneyFigure::DeltaTarget => self.target.map_or(MoneyValue::Nothing, MoneyValue::Minor),
            MoneyFigure::Progress => MoneyValue::of(reached),
            MoneyFigure::EndDate => {
                end.map(End::last_day).or(self.account.end_on).map_or(MoneyValue::Nothing, MoneyValue::Day)
            }
        };
        Ok(MoneyExplained {
            figure,
            value,
            on: if figure == MoneyFigure::ArrLastYear { turn } else { self.today },
            fiscal_year: self.year,
            parts,
            arr_now: now,
            arr_last_year: before,
            delta_target: self.target,
            pace: pace(reached, self.today, self.workspace.fiscal_year_start_month),
            end,
            notice_by: end.and_then(|end| notice_by(&self.ledger, end, &self.notice_days())),
        })
    }

    fn notice_days(&self) -> Vec<(Uuid, i64)> {
        self.contracts.iter().filter_map(|one| Some((one.id, one.notice_days?))).collect()
    }

    /// The date that stands where no contract ends.
    fn typed_end(&self) -> Vec<MoneyPart> {
        let typed = |day| MoneyPart::Typed { minor: None, day: Some(day), at: None, by: String::new() };
        self.account.end_on.map(typed).into_iter().collect()
    }

    fn contracts(&self, counted: &[Amendment]) -> Result<Vec<MoneyPart>, Fault> {
        let mut parts = Vec::with_capacity(counted.len());
        let mut told = BTreeSet::new();
        for (converted, one) in self.ledger.iter().zip(&self.stored).filter(|(row, _)| counted.contains(row)) {
            // One amendment of a contract counts, though an import may have brought the same twice.
            if !told.insert(converted.contract) {
                continue;
            }
            let home = one.currency == self.workspace.currency;
            parts.push(MoneyPart::Contract {
                contract: converted.contract,
                name: self.name_of(converted.contract),
                rate: self.rates.rate(one.currency)?,
                rate_year: if home { None } else { self.rates.find(one.currency).map(|found| found.fiscal_year) },
                minor: converted.arr_minor,
                amendment: one.clone(),
            });
        }
        // The largest first: it is what the number is mostly about.
        parts.sort_by_key(|part| match part {
            MoneyPart::Contract { minor, .. } => -minor,
            MoneyPart::Figure { .. } | MoneyPart::Typed { .. } => 0,
        });
        Ok(parts)
    }

    fn name_of(&self, contract: Uuid) -> String {
        self.contracts.iter().find(|one| one.id == contract).map(|one| one.name.clone()).unwrap_or_default()
    }
}

impl MoneyPart {
    /// What it adds to the number, in the workspace's currency.
    pub fn minor(&self) -> Option<i64> {
        match self {
            Self::Contract { minor, .. } => Some(*minor),
            Self::Figure { minor, .. } | Self::Typed { minor, .. } => *minor,
        }
    }

    /// The last day on which a contract's amendment counts.
    pub fn until(&self) -> Option<Date> {
        match self {
            Self::Contract { amendment, .. } => amendment.amendment.end_on.map(last_day),
            Self::Figure { .. } | Self::Typed { .. } => None,
        }
    }

    /// The amount as the contract says it, where that is in another currency.
    pub fn original(&self, home: Currency) -> Option<(i64, Currency)> {
        match self {
            Self::Contract { amendment, .. } if amendment.currency != home => {
                Some((amendment.amendment.arr_minor, amendment.currency))
            }
            _ => None,
        }
    }
}
