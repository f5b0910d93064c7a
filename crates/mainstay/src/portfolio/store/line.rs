//! One line of the report as it is stored and read, and the reading of single lines.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Param, Row, Tx, id_places, sql, statements};
use mainstay_rules::account::AccountType;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::filter::visible;
use super::frame::Frame;
use crate::account::store::{FieldValues, read_type};
use crate::corridor::fault::Fault;

/// One step of a line; scores are millionths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineStep {
    pub score: Option<i64>,
    pub measured: Option<i64>,
    /// Hundredths, as typed.
    pub judged: Option<i64>,
    pub judged_at: Option<Timestamp>,
    pub is_judged: bool,
    pub scored: usize,
    pub of: usize,
}

/// What a line shows beside its columns: nothing here is sorted or filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineDetails {
    /// The ARR at stake on the end date, where contracts say it.
    pub end_arr: Option<i64>,
    /// The last day on which notice of it can be given.
    pub notice_by: Option<Date>,
    /// The day on which the last of the contracts ends.
    pub last_end_on: Option<Date>,
    /// What the account has in the workspace's own fields.
    pub fields: FieldValues,
    /// The first day of its first contract.
    pub since_on: Option<Date>,
    /// The end date that was typed; a contract's end stands before it on the line.
    pub typed_end_on: Option<Date>,
}

/// One account of the progress report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub account_id: Uuid,
    pub version: i64,
    pub name: String,
    pub external_id: Option<String>,
    pub account_type: AccountType,
    pub associate_id: Option<Uuid>,
    pub associate: String,
    pub industry: Option<String>,
    pub vertical: Option<String>,
    pub geography: Option<String>,
    pub end_on: Option<Date>,
    pub confidential: bool,
    pub archived: bool,
    pub steps: Vec<LineStep>,
    pub overall: i64,
    pub scored_steps: i64,
    pub ranked: bool,
    pub gap_step: Option<i64>,
    pub gap_metric: Option<String>,
    pub fiscal_year: i64,
    pub arr_last_year: i64,
    pub arr_delta_target: Option<i64>,
    pub arr_now: i64,
    pub details: LineDetails,
    /// The sort key's value, as the next page needs it.
    pub key: String,
    pub(super) name_key: String,
}

/// As `read` wants them; what follows is column `COLUMNS`.
macro_rules! columns {
    () => {
        "l.account_id, l.version, l.name, l.external_id, l.type, l.associate_id, l.associate, l.industry, l.vertical,
         l.geography, l.end_on, l.confidential, l.archived, l.steps, l.overall, l.scored_steps, l.ranked, l.gap_step,
         l.gap_metric, l.fiscal_year, l.arr_last_year, l.arr_delta_target, l.arr_now, l.name_key,
         l.details"
    };
}

/// The same of a past day: nothing can be edited there, so there is no version to hold against.
macro_rules! past_columns {
    () => {
        "l.account_id, CAST(0 AS BIGINT), l.name, l.external_id, l.type, l.associate_id, l.associate, l.industry,
         l.vertical, l.geography, l.end_on, l.confidential, l.archived, l.steps, l.overall, l.scored_steps, l.ranked,
         l.gap_step, l.gap_metric, l.fiscal_year, l.arr_last_year, l.arr_delta_target, l.arr_now, l.name_key, l.details"
    };
}

pub(super) use {columns, past_columns};

pub(super) const COLUMNS: usize = 25;

fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> mainstay_db::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|e| mainstay_db::Error::Row { column, problem: e.to_string() })
}

pub(super) fn read(row: &Row<'_>) -> mainstay_db::Result<Line> {
    Ok(Line {
        account_id: row.get(0)?,
        version: row.get(1)?,
        name: row.get(2)?,
        external_id: row.get(3)?,
        account_type: read_type(row, 4)?,
        associate_id: row.get(5)?,
        associate: row.get(6)?,
        industry: row.get(7)?,
        vertical: row.get(8)?,
        geography: row.get(9)?,
        end_on: row.get(10)?,
        confidential: row.get(11)?,
        archived: row.get(12)?,
        steps: json(row, 13)?,
        overall: row.get(14)?,
        scored_steps: row.get(15)?,
        ranked: row.get(16)?,
        gap_step: row.get(17)?,
        gap_metric: row.get(18)?,
        fiscal_year: row.get(19)?,
        arr_last_year: row.get(20)?,
        arr_delta_target: row.get(21)?,
        arr_now: row.get(22)?,
        details: json(row, 24)?,
        key: String::new(),
        name_key: row.get(23)?,
    })
}

/// One line, whoever asks: for verbs that have checked the right already.
pub fn line(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Option<Line>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " FROM portfolio_line l WHERE l.workspace_id = $1 AND l.account_id = $2")),
        &[&workspace, &account],
        read,
    )?)
}

fn statement(frame: Frame) -> String {
    let first = 3;
    format!(
        "SELECT {} {} AND {} AND l.account_id IN ({})",
        frame.columns(),
        frame.source_of_some(first),
        visible!("$2"),
        id_places(first + frame.parameters().len())
    )
}

fn all_statements() -> Vec<String> {
    Frame::KINDS.map(statement).to_vec()
}

statements!(all_statements);

/// The lines of these accounts that the viewer may see, in their order.
pub fn lines(
    tx: &mut Tx<'_>,
    (workspace, frame): (Uuid, Frame),
    viewer: Uuid,
    accounts: &[Uuid],
) -> Result<Vec<Line>, Fault> {
    let of_frame = frame.parameters();
    let mut parameters: Vec<&dyn Param> = vec![&workspace, &viewer];
    parameters.extend(of_frame.iter().map(|value| &**value));
    let mut found = tx.rows_of(&statement(frame), &parameters, accounts, read)?;
    found.sort_by_key(|line| accounts.iter().position(|account| *account == line.account_id));
    Ok(found)
}
