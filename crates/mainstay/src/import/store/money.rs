//! The sheet's ARR and end date against our contracts: what a sheet without contracts says becomes an opening contract.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::import::{CellError, Field, ProblemCode, StagedRow};
use mainstay_rules::ledger::{Amendment, arr_on, next_material_end};
use mainstay_rules::progress::{last_year_end, year_start};
use uuid::Uuid;

use crate::account::store::{Contract, NewAmendment};
use crate::corridor::caller::Workspace;

/// The contract that stands for what the spreadsheet knew.
pub const OPENING_CONTRACT: &str = "Opening contract";

/// What we hold of an account's money.
#[derive(Default)]
pub struct Held {
    pub ledger: Vec<Amendment>,
    pub contracts: Vec<Contract>,
    pub typed_end: Option<Date>,
}

/// The day of the comparison, and when years begin.
#[derive(Clone, Copy)]
pub struct When {
    pub at: Timestamp,
    pub today: Date,
    pub fiscal_year_start_month: i8,
}

impl When {
    pub fn of(workspace: &Workspace, at: Timestamp) -> Self {
        Self { at, today: workspace.day_of(at), fiscal_year_start_month: workspace.fiscal_year_start_month }
    }
}

/// What has to be written so that the report says what the sheet says.
#[derive(Default)]
pub struct MoneyChange {
    /// The opening contract, when there is one already.
    pub contract: Option<Uuid>,
    /// From last year on.
    pub earlier: Option<NewAmendment>,
    /// From today on.
    pub now: Option<NewAmendment>,
    /// The account's own end date, where no contract knows one.
    pub typed_end: Option<Date>,
}

impl MoneyChange {
    pub fn is_empty(&self) -> bool {
        self.earlier.is_none() && self.now.is_none() && self.typed_end.is_none()
    }
}

struct Comparison<'a> {
    when: When,
    ledger: Vec<Amendment>,
    opening: Uuid,
    /// Contracts of people's own making are theirs: the sheet changes only its opening contract.
    may_write: bool,
    held: &'a Held,
    change: MoneyChange,
    warnings: Vec<(Field, CellError)>,
}

/// Compares a row with what we hold; says what to write and what a person should look at.
pub fn compare(held: &Held, row: &StagedRow, when: When) -> (MoneyChange, Vec<(Field, CellError)>) {
    let opening = held.contracts.iter().find(|contract| contract.name == OPENING_CONTRACT).map(|contract| contract.id);
    let mut comparison = Comparison {
        when,
        ledger: held.ledger.clone(),
        opening: opening.unwrap_or_else(Uuid::nil),
        may_write: opening.is_some() || held.ledger.is_empty(),
        held,
        change: MoneyChange { contract: opening, ..MoneyChange::default() },
        warnings: Vec::new(),
    };
    if let Some(arr) = row.arr_last_year_minor {
        comparison.last_year(arr);
    }
    if let Some(arr) = row.arr_ytd_minor {
        comparison.year_to_date(arr);
    }
    if let Some(end) = row.end_on {
        comparison.end(end);
    }
    (comparison.change, comparison.warnings)
}

impl Comparison<'_> {
    fn warn(&mut self, field: Field, code: ProblemCode, message: &str) {
        self.warnings.push((field, CellError::new(code, message)));
    }

    /// The opening contract's amendment in force on a day.
    fn in_force(&self, day: Date) -> Option<Amendment> {
        let own = self.ledger.iter().filter(|a| a.contract == self.opening && a.start_on <= day);
        own.max_by_key(|a| (a.start_on, a.recorded_at)).copied()
    }

    /// What the opening contract must be worth on a day so that the account is worth `arr`.
    fn own_share(&mut self, field: Field, arr: i64, day: Date) -> Option<i64> {
        let own: Vec<Amendment> = self.ledger.iter().filter(|a| a.contract == self.opening).copied().collect();
        let share = arr - (arr_on(&self.ledger, day) - arr_on(&own, day));
        if self.may_write && share >= 0 {
            return Some(share);
        }
        let message = "The account's contracts say otherwise and are kept; amend them on its Money tab";
        self.warn(field, ProblemCode::KeptByContracts, message);
        None
    }

    fn put(&mut self, amendment: &NewAmendment) {
        self.ledger.push(Amendment {
            contract: self.opening,
            start_on: amendment.start_on,
            end_on: amendment.end_on,
            arr_minor: amendment.arr_minor,
            recorded_at: self.when.at,
        });
    }

    fn last_year(&mut self, arr: i64) {
        let day = last_year_end(self.when.today, self.when.fiscal_year_start_month);
        if arr == arr_on(&self.ledger, day) {
            return;
        }
        let Some(arr_minor) = self.own_share(Field::ArrLastYear, arr, day) else { return };
        let before = self.in_force(day);
        let start_on = before.map_or_else(|| year_start(day, self.when.fiscal_year_start_month), |a| a.start_on);
        let end_on = before.and_then(|a| a.end_on).filter(|end| *end > day);
        let amendment = NewAmendment { start_on, end_on, arr_minor, ..NewAmendment::default() };
        self.put(&amendment);
        self.change.earlier = Some(amendment);
    }

    fn year_to_date(&mut self, arr: i64) {
        let today = self.when.today;
        if arr == arr_on(&self.ledger, today) {
            return;
        }
        let Some(arr_minor) = self.own_share(Field::ArrYtd, arr, today) else { return };
        let end_on = self.in_force(today).and_then(|a| a.end_on).filter(|end| *end > today);
        let amendment = NewAmendment { start_on: today, end_on, arr_minor, ..NewAmendment::default() };
        self.put(&amendment);
        self.change.now = Some(amendment);
    }

    /// The report shows the next end of a contract, otherwise the date that was typed.
    fn end(&mut self, end: Date) {
        let today = self.when.today;
        let by_contract = next_material_end(&self.ledger, today).map(mainstay_rules::ledger::End::last_day);
        if by_contract.or(self.held.typed_end) == Some(end) {
            return;
        }
        let running = self.in_force(today).filter(|a| a.arr_minor > 0 && a.end_on.is_none_or(|end| end > today));
        match running.zip(end.tomorrow().ok()) {
            Some((running, end_on)) if end >= today && self.may_write => self.end_of_contract(end, end_on, running),
            _ if by_contract.is_some() => {
                let message = "A contract ends on another day and is kept; amend it on the account's Money tab";
                self.warn(Field::EndOn, ProblemCode::KeptByContracts, message);
            }
            _ => self.change.typed_end = Some(end),
        }
        if end < today && self.change.typed_end.is_some() && arr_on(&self.ledger, today) > 0 {
            let message = "The end date has passed and the row still has ARR; the ARR goes on until someone ends it";
            self.warn(Field::EndOn, ProblemCode::EndPassed, message);
        }
    }

    fn end_of_contract(&mut self, last_day: Date, end_on: Date, running: Amendment) {
        let (kept_ledger, today) = (self.ledger.clone(), self.when.today);
        // Of the opening contract only what was written before this row counts as signed.
        self.ledger.retain(|a| a.contract != self.opening || a.recorded_at != self.when.at || a.start_on < today);
        let end_now = NewAmendment {
            start_on: today,
            end_on: Some(end_on),
            arr_minor: running.arr_minor,
            ..NewAmendment::default()
        };
        self.put(&end_now);
        let shown = next_material_end(&self.ledger, today).map(mainstay_rules::ledger::End::last_day);
        if shown != Some(last_day) {
            self.ledger = kept_ledger;
            let message = "Another contract ends earlier and is kept; amend it on the account's Money tab";
            self.warn(Field::EndOn, ProblemCode::KeptByContracts, message);
            return;
        }
        let begins_here = self.held.ledger.iter().all(|a| a.contract != self.opening);
        match &mut self.change {
            // A contract that this row begins is signed with its end.
            MoneyChange { earlier: Some(earlier), now: None, .. } if begins_here => earlier.end_on = Some(end_on),
            change => change.now = Some(end_now),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::*;

    fn by_start(change: &MoneyChange) -> BTreeMap<Date, (i64, Option<Date>)> {
        let both = [&change.earlier, &change.now].into_iter().flatten();
        both.map(|a| (a.start_on, (a.arr_minor, a.end_on))).collect()
    }

    const WHEN: When =
        When { at: Timestamp::constant(1_795_298_400, 0), today: date(2026, 11, 21), fiscal_year_start_month: 1 };

    fn row(last_year: Option<i64>, now: Option<i64>, end_on: Option<Date>) -> StagedRow {
        StagedRow { arr_last_year_minor: last_year, arr_ytd_minor: now, end_on, ..StagedRow::default() }
    }

    /// What the account holds after the change was written at `WHEN`.
    fn after(held: &Held, change: &MoneyChange) -> Held {
        let id = change.contract.unwrap_or_else(Uuid::max);
        let mut ledger = held.ledger.clone();
        for a in [&change.earlier, &change.now].into_iter().flatten() {
            ledger.push(Amendment {
                contract: id,
                start_on: a.start_on,
                end_on: a.end_on,
                arr_minor: a.arr_minor,
                recorded_at: WHEN.at,
            });
        }
        let contract = Contract {
            id,
            account_id: Uuid::nil(),
            name: OPENING_CONTRACT.to_owned(),
            external_id: None,
            notice_days: None,
            auto_renew: false,
            scope_id: None,
        };
        let contracts = if ledger.is_empty() { Vec::new() } else { vec![contract] };
        Held { ledger, contracts, typed_end: change.typed_end.or(held.typed_end) }
    }

    #[test]
    fn a_new_account_gets_an_opening_contract_of_last_year_and_an_amendment_of_today() {
        let (change, warnings) = compare(&Held::default(), &row(Some(100), Some(120), Some(date(2027, 3, 31))), WHEN);
        let end = Some(date(2027, 4, 1));
        let expected = BTreeMap::from([(date(2025, 1, 1), (100, None)), (date(2026, 11, 21), (120, end))]);
        assert_eq!((by_start(&change), warnings.len()), (expected, 0));
        let (change, _) = compare(&Held::default(), &row(Some(100), None, Some(date(2027, 3, 31))), WHEN);
        assert_eq!(by_start(&change), BTreeMap::from([(date(2025, 1, 1), (100, end))]));
    }

    #[test]
    fn whatever_a_row_says_the_same_row_again_says_nothing_new() {
        let ends =
            [None, Some(date(2020, 1, 1)), Some(date(2026, 11, 20)), Some(date(2026, 11, 21)), Some(date(2027, 3, 31))];
        let amounts = [None, Some(0), Some(100), Some(250)];
        for before in amounts {
            for (last_year, now) in amounts.into_iter().flat_map(|l| amounts.map(|n| (l, n))) {
                for end in ends {
                    let first =
                        after(&Held::default(), &compare(&Held::default(), &row(before, None, ends[4]), WHEN).0);
                    // Later than the first import, so that what was learned later wins.
                    let later = When { at: WHEN.at + jiff::SignedDuration::from_secs(60), ..WHEN };
                    let told = row(last_year, now, end);
                    let (change, _) = compare(&first, &told, later);
                    let mut second = after(&first, &change);
                    second.ledger.iter_mut().skip(first.ledger.len()).for_each(|a| a.recorded_at = later.at);
                    let (again, _) =
                        compare(&second, &told, When { at: later.at + jiff::SignedDuration::from_secs(60), ..WHEN });
                    assert!(again.is_empty(), "{before:?} then {last_year:?} {now:?} {end:?}");
                    let last_day = date(2025, 12, 31);
                    assert!(last_year.is_none_or(|arr| arr_on(&second.ledger, last_day) == arr));
                    assert!(now.is_none_or(|arr| arr_on(&second.ledger, WHEN.today) == arr));
                }
            }
        }
    }

    #[test]
    fn contracts_of_peoples_own_making_are_left_alone() {
        let own = Contract {
            id: Uuid::max(),
            account_id: Uuid::nil(),
            name: "Frame".to_owned(),
            external_id: None,
            notice_days: None,
            auto_renew: false,
            scope_id: None,
        };
        let signed = Amendment {
            contract: own.id,
            start_on: date(2025, 1, 1),
            end_on: None,
            arr_minor: 500,
            recorded_at: WHEN.at,
        };
        let held = Held { ledger: vec![signed], contracts: vec![own], typed_end: None };
        let (change, warnings) = compare(&held, &row(Some(400), Some(600), None), WHEN);
        assert!(change.is_empty());
        assert_eq!(warnings.len(), 2);
        let (change, warnings) = compare(&held, &row(Some(500), Some(500), None), WHEN);
        assert!(change.is_empty() && warnings.is_empty());
    }
}
