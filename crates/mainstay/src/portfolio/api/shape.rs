//! The report's JSON shapes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::custom_field::Field;
use mainstay_rules::money::Currency;
use mainstay_rules::progress::{self, Progress};
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::Templates;
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::GroupOut;
use super::trend::TrendPointOut;
use crate::account::api::fields_out;
pub use crate::account::api::{MoneyOut, PersonRef};
use crate::portfolio::store::{Line, LineStep, Totals};

#[derive(Serialize, ToSchema)]
pub struct AccountRef {
    pub id: Uuid,
    pub name: String,
    pub external_id: Option<String>,
}

/// Of so many sub-metrics of a step, so many are scored.
#[derive(Serialize, ToSchema)]
pub struct Coverage {
    pub scored: usize,
    pub of: usize,
}

#[derive(Serialize, ToSchema)]
pub struct StepOut {
    #[schema(example = "launched")]
    pub key: String,
    /// What counts: 0 to 10, null when the step was never scored.
    pub score: Option<f64>,
    pub coverage: Coverage,
    /// The mean of the sub-metrics.
    pub measured: Option<f64>,
    /// The score that was typed for the step as a whole.
    pub judged: Option<f64>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub judged_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
pub struct GapOut {
    /// The step furthest to the left that is under 4 or unscored.
    pub step: String,
    /// Its sub-metric that weighs most.
    pub metric: Option<String>,
}

/// A line of the progress report.
#[derive(Serialize, ToSchema)]
#[schema(as = PortfolioRow)]
pub struct RowOut {
    pub account: AccountRef,
    pub r#type: i64,
    pub associate: Option<PersonRef>,
    /// The next end that concerns at least a tenth of the account's ARR, or the date that was typed.
    #[schema(value_type = Option<String>, format = Date)]
    pub end_date: Option<Date>,
    /// The ARR that ends on the end date, where contracts say it.
    pub end_arr: Option<MoneyOut>,
    /// The last day on which notice of it can be given.
    #[schema(value_type = Option<String>, format = Date)]
    pub notice_by: Option<Date>,
    pub steps: Vec<StepOut>,
    /// The mean of the five steps; a step never scored counts 0.
    pub overall: f64,
    /// At least four of the five steps are scored.
    pub ranked: bool,
    pub arr_last_year: MoneyOut,
    pub arr_delta_target: Option<MoneyOut>,
    pub arr_ytd: MoneyOut,
    /// (ARR now - ARR at year start) / delta target; null without a target, or when it is under 5 % of ARR or negative.
    pub progress: Option<f64>,
    pub gap: Option<GapOut>,
    /// What the account has in the workspace's own fields, by key; see `GET /accounts/{account}`.
    #[schema(value_type = Object, example = json!({"renewal_likelihood": "likely"}))]
    pub fields: BTreeMap<String, Json>,
    /// With `columns=trend`: the Overall at the end of each of the last twelve weeks and of the report's day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trend: Option<Vec<TrendPointOut>>,
    pub version: i64,
}

impl RowOut {
    pub fn of(line: &Line, currency: Currency, templates: &Templates, fields: &[Field]) -> Self {
        let heads = &templates.default().steps;
        let gap_step = line.gap_step.and_then(|step| usize::try_from(step).ok()).and_then(|i| heads.get(i));
        Self {
            account: AccountRef { id: line.account_id, name: line.name.clone(), external_id: line.external_id.clone() },
            r#type: line.account_type.number(),
            associate: line.associate_id.map(|id| PersonRef { id, name: line.associate.clone() }),
            end_date: line.end_on,
            end_arr: line.details.end_arr.map(|minor| MoneyOut::of(minor, currency)),
            notice_by: line.details.notice_by,
            steps: heads.iter().zip(&line.steps).map(|(step, at)| step_of(&step.key, at)).collect(),
            overall: Mean::from_millionths(line.overall).two_decimals(),
            ranked: line.ranked,
            arr_last_year: MoneyOut::of(line.arr_last_year, currency),
            arr_delta_target: line.arr_delta_target.map(|minor| MoneyOut::of(minor, currency)),
            arr_ytd: MoneyOut::of(line.arr_now, currency),
            progress: fraction(line.progress()),
            gap: gap_step.map(|step| GapOut { step: step.key.clone(), metric: line.gap_metric.clone() }),
            fields: fields_out(&line.details.fields, fields, currency),
            trend: None,
            version: line.version,
        }
    }
}

fn step_of(key: &str, step: &LineStep) -> StepOut {
    let decimal = |millionths: i64| Mean::from_millionths(millionths).two_decimals();
    StepOut {
        key: key.to_owned(),
        score: step.score.map(decimal),
        coverage: Coverage { scored: step.scored, of: step.of },
        measured: step.measured.map(decimal),
        judged: step.judged.map(|hundredths| decimal(hundredths * 10_000)),
        judged_at: step.judged_at,
    }
}

/// Hundredths of a percent as a fraction with four decimals.
fn fraction(progress: Progress) -> Option<f64> {
    match progress {
        #[expect(clippy::cast_precision_loss, reason = "percentages are small numbers")]
        Progress::Percent(hundredths) => Some(hundredths as f64 / 10_000.0),
        Progress::None | Progress::Money(_) => None,
    }
}

/// Sums over every account that matches and that the caller may see, not only over this page.
#[derive(Serialize, ToSchema)]
#[schema(as = PortfolioTotals)]
pub struct TotalsOut {
    pub accounts: i64,
    pub with_gap: i64,
    /// The mean of the accounts' overall scores.
    pub overall: Option<f64>,
    /// The mean of each of the five steps over the accounts in which it is scored.
    pub steps: Vec<Option<f64>>,
    pub arr_last_year: MoneyOut,
    pub arr_delta_target: Option<MoneyOut>,
    pub arr_ytd: MoneyOut,
    /// Sum of the gains / sum of the targets, new accounts included.
    pub progress: Option<f64>,
}

impl TotalsOut {
    pub fn of(totals: &Totals, currency: Currency) -> Self {
        Self {
            accounts: totals.accounts,
            with_gap: totals.with_gap,
            overall: mean(totals.overall, totals.accounts).map(Mean::two_decimals),
            steps: totals.steps.iter().map(|(sum, count)| mean(*sum, *count).map(Mean::two_decimals)).collect(),
            arr_last_year: MoneyOut::of(totals.arr_last_year, currency),
            arr_delta_target: totals.arr_delta_target.map(|minor| MoneyOut::of(minor, currency)),
            arr_ytd: MoneyOut::of(totals.arr_now, currency),
            progress: fraction(progress_of(totals)),
        }
    }
}

pub fn progress_of(totals: &Totals) -> Progress {
    progress::progress(totals.arr_now, totals.arr_last_year, totals.arr_delta_target)
}

/// The mean of a sum of millionths.
pub fn mean(sum: i64, count: i64) -> Option<Mean> {
    (count > 0).then(|| Mean::from_millionths((sum + count / 2) / count))
}

#[derive(Serialize, ToSchema)]
#[schema(as = Portfolio)]
pub struct PortfolioOut {
    /// The day at whose end the rows are shown: today, unless `as_of` or `snapshot` asks for another.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Uuid>,
    pub data: Vec<RowOut>,
    pub next_cursor: Option<String>,
    pub totals: TotalsOut,
    /// With `group`: the groups of everything that matches, each with its totals. The sums of the groups are the totals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<GroupOut>>,
    /// With `group`: there are smaller groups, which are left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more_groups: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PortfolioRows)]
pub struct RowsOut {
    pub data: Vec<RowOut>,
}
