//! What thresholds compare: a signal of many accounts over the last days, read from the roll-ups.

use std::collections::HashMap;

use jiff::civil::Date;
use mainstay_db::{Row, Tx, id_places, only, statements};
use mainstay_rules::decimal::Decimal;
use mainstay_rules::limits::SIGNAL_SUM_MAX;
use mainstay_rules::threshold::Measure;
use uuid::Uuid;

use crate::corridor::fault::Fault;

/// What is measured: of which signal, over how many days up to today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windowed {
    pub signal: String,
    pub measure: Measure,
    pub days: i64,
}

/// The newest number up to a day.
fn last_statement() -> String {
    format!(
        "SELECT d.account_id, d.last FROM signal_day d
         WHERE {} AND d.name = $2 AND d.subject_id = d.account_id AND d.account_id IN ({})
           AND d.day = (SELECT MAX(n.day) FROM signal_day n WHERE n.account_id = d.account_id
             AND n.subject_id = d.account_id AND n.name = d.name AND n.day <= $3)",
        only("d.workspace_id", "$1"),
        id_places(4)
    )
}

/// As floating-point numbers: the sum of many days may be more than an integer holds.
fn sum_statement() -> String {
    format!(
        "SELECT d.account_id, SUM(CAST(d.total AS DOUBLE PRECISION)), CAST(SUM(d.points) AS BIGINT) FROM signal_day d
         WHERE {} AND d.name = $2 AND d.day <= $3 AND d.day > $4 AND d.subject_id = d.account_id AND d.account_id IN ({})
         GROUP BY d.account_id",
        only("d.workspace_id", "$1"),
        id_places(5)
    )
}

fn distinct_statement() -> String {
    format!(
        "SELECT a.account_id, COUNT(DISTINCT a.actor) FROM signal_actor a
         WHERE {} AND a.name = $2 AND a.day <= $3 AND a.day > $4 AND a.subject_id = a.account_id AND a.account_id IN ({})
         GROUP BY a.account_id",
        only("a.workspace_id", "$1"),
        id_places(5)
    )
}

fn statements_of_many() -> Vec<String> {
    vec![last_statement(), sum_statement(), distinct_statement()]
}

statements!(statements_of_many);

/// Where nothing arrived in the days, nothing arrived: that is a number too.
fn zero(accounts: &[Uuid]) -> HashMap<Uuid, Decimal> {
    accounts.iter().map(|account| (*account, Decimal::ZERO)).collect()
}

fn whole(count: i64) -> Decimal {
    Decimal::from_millionths(count.saturating_mul(1_000_000))
}

/// Millionths that were added up as floating-point numbers.
fn millionths(sum: f64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "the bound is a round number")]
    let bound = SIGNAL_SUM_MAX as f64;
    #[expect(clippy::cast_possible_truncation, reason = "it was brought within the bound")]
    let whole = sum.clamp(-bound, bound).round() as i64;
    whole
}

impl Windowed {
    /// What it reads of these accounts; none where nothing can be said.
    pub(super) fn each(
        &self,
        tx: &mut Tx<'_>,
        workspace: Uuid,
        accounts: &[Uuid],
        today: Date,
    ) -> Result<HashMap<Uuid, Decimal>, Fault> {
        let before = today.saturating_sub(jiff::Span::new().days(self.days));
        match self.measure {
            Measure::Last => self.last(tx, workspace, accounts, today),
            Measure::Change => {
                let mut now = self.last(tx, workspace, accounts, today)?;
                let then = self.last(tx, workspace, accounts, before)?;
                now.retain(|account, _| then.contains_key(account));
                for (account, value) in &mut now {
                    let was = then.get(account).map_or(0, |was| was.millionths());
                    *value = Decimal::from_millionths(value.millionths().saturating_sub(was));
                }
                Ok(now)
            }
            Measure::Sum | Measure::Count | Measure::Mean => self.added(tx, workspace, accounts, (before, today)),
            Measure::Distinct => {
                let mut read = zero(accounts);
                let found = tx.rows_of(
                    &distinct_statement(),
                    &[&workspace, &self.signal, &today, &before],
                    accounts,
                    |row: &Row<'_>| Ok((row.get::<Uuid>(0)?, row.get::<i64>(1)?)),
                )?;
                read.extend(found.into_iter().map(|(account, count)| (account, whole(count))));
                Ok(read)
            }
        }
    }

    /// What is added up of the days after the first one.
    fn added(
        &self,
        tx: &mut Tx<'_>,
        workspace: Uuid,
        accounts: &[Uuid],
        (before, today): (Date, Date),
    ) -> Result<HashMap<Uuid, Decimal>, Fault> {
        let mut read = if self.measure == Measure::Mean { HashMap::new() } else { zero(accounts) };
        let sums =
            tx.rows_of(&sum_statement(), &[&workspace, &self.signal, &today, &before], accounts, |row: &Row<'_>| {
                Ok((row.get::<Uuid>(0)?, row.get::<f64>(1)?, row.get::<i64>(2)?))
            })?;
        for (account, sum, count) in sums {
            #[expect(clippy::cast_precision_loss, reason = "a count of points is far below 2^53")]
            let mean = sum / count.max(1) as f64;
            let value = match self.measure {
                Measure::Count => whole(count),
                Measure::Mean => Decimal::from_millionths(millionths(mean)),
                _ => Decimal::from_millionths(millionths(sum)),
            };
            read.insert(account, value);
        }
        Ok(read)
    }

    fn last(
        &self,
        tx: &mut Tx<'_>,
        workspace: Uuid,
        accounts: &[Uuid],
        until: Date,
    ) -> Result<HashMap<Uuid, Decimal>, Fault> {
        let found = tx.rows_of(&last_statement(), &[&workspace, &self.signal, &until], accounts, |row: &Row<'_>| {
            Ok((row.get::<Uuid>(0)?, Decimal::from_millionths(row.get(1)?)))
        })?;
        Ok(found.into_iter().collect())
    }
}
