//! Reading the report: one closed list of orders, one filter, pages by key.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Row, Tx, sql, statements};
use mainstay_rules::account::AccountType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::store::read_type;
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
    /// The sort key's value, as the next page needs it.
    pub key: String,
    name_key: String,
}

macro_rules! columns {
    () => {
        "l.account_id, l.version, l.name, l.external_id, l.type, l.associate_id, l.associate, l.industry, l.vertical,
         l.geography, l.end_on, l.confidential, l.archived, l.steps, l.overall, l.scored_steps, l.ranked, l.gap_step,
         l.gap_metric, l.fiscal_year, l.arr_last_year, l.arr_delta_target, l.arr_now, l.name_key"
    };
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Line> {
    let steps: String = row.get(13)?;
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
        steps: serde_json::from_str(&steps)
            .map_err(|e| mainstay_db::Error::Row { column: 13, problem: e.to_string() })?,
        overall: row.get(14)?,
        scored_steps: row.get(15)?,
        ranked: row.get(16)?,
        gap_step: row.get(17)?,
        gap_metric: row.get(18)?,
        fiscal_year: row.get(19)?,
        arr_last_year: row.get(20)?,
        arr_delta_target: row.get(21)?,
        arr_now: row.get(22)?,
        key: String::new(),
        name_key: row.get(23)?,
    })
}

/// What the report can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    Name,
    Associate,
    EndOn,
    Type,
    Step(u8),
    Overall,
    ArrLastYear,
    ArrDeltaTarget,
    ArrYtd,
    Progress,
    Gap,
}

impl SortKey {
    pub const ALL: [Self; 15] = [
        Self::Name,
        Self::Associate,
        Self::EndOn,
        Self::Type,
        Self::Step(0),
        Self::Step(1),
        Self::Step(2),
        Self::Step(3),
        Self::Step(4),
        Self::Overall,
        Self::ArrLastYear,
        Self::ArrDeltaTarget,
        Self::ArrYtd,
        Self::Progress,
        Self::Gap,
    ];

    /// An expression that is never NULL: what has no value comes last, whichever way the order goes.
    fn expression(self, descending: bool) -> String {
        let last = if descending { "-9000000000000000000" } else { "9000000000000000000" };
        let number = |column: &str| format!("COALESCE({column}, {last})");
        match self {
            Self::Name => "l.name_key".to_owned(),
            Self::Associate => "l.associate".to_owned(),
            Self::EndOn => format!("COALESCE(l.end_on, '{}')", if descending { "0001-01-01" } else { "9999-12-31" }),
            Self::Type => "l.type".to_owned(),
            Self::Step(index) => number(&format!("l.step_{}", index + 1)),
            Self::Overall => "l.overall".to_owned(),
            Self::ArrLastYear => "l.arr_last_year".to_owned(),
            Self::ArrDeltaTarget => number("l.arr_delta_target"),
            Self::ArrYtd => "l.arr_now".to_owned(),
            Self::Progress => number(
                "CASE WHEN l.arr_delta_target > 0 THEN (l.arr_now - l.arr_last_year) * 10000 / l.arr_delta_target END",
            ),
            Self::Gap => number("l.gap_step"),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Name | Self::Associate => "TEXT",
            Self::EndOn => "DATE",
            _ => "BIGINT",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub key: SortKey,
    pub descending: bool,
}

/// Where a page of the report ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    pub key: String,
    pub name: String,
    pub id: Uuid,
}

impl Place {
    pub fn of(line: &Line) -> Self {
        Self { key: line.key.clone(), name: line.name_key.clone(), id: line.account_id }
    }
}

/// Which lines; what the viewer may not see is never among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    pub viewer: Uuid,
    /// Part of the account's name.
    pub text: String,
    /// Bit n set: type n is wanted; no bit set: all are.
    pub types: i64,
    pub associate: String,
    pub gap_only: bool,
    pub archived: bool,
}

impl Filter {
    /// The name part as a pattern, its own wildcards taken literally.
    fn pattern(&self) -> String {
        if self.text.trim().is_empty() {
            return String::new();
        }
        let text = self.text.trim().to_lowercase();
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        format!("%{escaped}%")
    }

    /// 0: with or without a gap; 1: only with one.
    fn gap(&self) -> i64 {
        i64::from(self.gap_only)
    }
}

/// A confidential account is seen by its pod only (`permission::reads_account`).
macro_rules! visible {
    ($viewer:literal) => {
        concat!(
            "(NOT l.confidential OR EXISTS (SELECT 1 FROM pod_account pa
               JOIN pod p ON p.id = pa.pod_id AND p.kind = 'client'
               JOIN pod_member m ON m.pod_id = p.id AND m.until IS NULL
               WHERE pa.account_id = l.account_id AND pa.until IS NULL AND m.user_id = ",
            $viewer,
            "))"
        )
    };
}

macro_rules! matching {
    () => {
        concat!(
            "FROM portfolio_line l WHERE l.workspace_id = $1 AND l.archived = $2 AND ",
            visible!("$3"),
            " AND ($4 = '' OR l.name_key LIKE $4 ESCAPE '\\')
              AND ($5 = 0 OR (CAST($5 AS BIGINT) / (CASE l.type WHEN 1 THEN 2 WHEN 2 THEN 4 WHEN 3 THEN 8 ELSE 16 END)) % 2 = 1)
              AND ($6 = '' OR l.associate = $6)
              AND ($7 = 0 OR l.gap_step IS NOT NULL)"
        )
    };
}

fn page_statement(sort: Sort, follows: bool) -> String {
    let key = sort.key.expression(sort.descending);
    let (direction, beyond) = if sort.descending { ("DESC", "<") } else { ("ASC", ">") };
    let kind = sort.key.kind();
    // A key travels as text in the cursor; SQLite keeps dates as text anyway.
    let given = if kind == "TEXT" { "$9".to_owned() } else { format!("CAST(CAST($9 AS TEXT) AS {{{kind}}})") };
    // Ties are ordered by name; names themselves by id, in their own direction, so that one index reads both ways.
    let (ties, beyond_place) = if sort.key == SortKey::Name {
        (
            format!("l.account_id {direction}"),
            format!("CAST($9 AS TEXT) IS NOT NULL AND (l.name_key, l.account_id) {beyond} ($10, $11)"),
        )
    } else {
        let tied = format!("({key} {beyond} {given} OR ({key} = {given} AND (l.name_key, l.account_id) > ($10, $11)))");
        ("l.name_key, l.account_id".to_owned(), tied)
    };
    let after = if follows { format!(" AND {beyond_place}") } else { String::new() };
    format!(
        "SELECT {}, CAST({key} AS TEXT) {}{after} ORDER BY {key} {direction}, {ties} LIMIT $8",
        columns!(),
        matching!(),
    )
}

/// `{DATE}` and `{BIGINT}` in the words of each database.
fn worded(statement: &str, date: &str) -> String {
    statement.replace("{DATE}", date).replace("{BIGINT}", "BIGINT")
}

fn page_statements(date: &str) -> Vec<String> {
    SortKey::ALL
        .into_iter()
        .flat_map(|key| [false, true].map(|descending| Sort { key, descending }))
        .flat_map(|sort| [false, true].map(|follows| worded(&page_statement(sort, follows), date)))
        .collect()
}

fn sqlite_statements() -> Vec<String> {
    page_statements("TEXT")
}

fn postgres_statements() -> Vec<String> {
    page_statements("DATE")
}

statements!(Sqlite, sqlite_statements);
statements!(Postgres, postgres_statements);

/// A page of lines in the wanted order; one more than `limit` tells that another page follows.
pub fn page(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    filter: &Filter,
    sort: Sort,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let date = tx.by("TEXT", "DATE");
    let statement = worded(&page_statement(sort, after.is_some()), date);
    let (pattern, gap) = (filter.pattern(), filter.gap());
    let mut parameters: Vec<&dyn mainstay_db::Param> =
        vec![&workspace, &filter.archived, &filter.viewer, &pattern, &filter.types, &filter.associate, &gap, &limit];
    if let Some(place) = after {
        parameters.extend::<[&dyn mainstay_db::Param; 3]>([&place.key, &place.name, &place.id]);
    }
    Ok(tx.rows(&statement, &parameters, |row| Ok(Line { key: row.get(24)?, ..read(row)? }))?)
}

/// The totals of all lines that match, over what the viewer may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub accounts: i64,
    pub arr_last_year: i64,
    /// None when no account has a target.
    pub arr_delta_target: Option<i64>,
    pub arr_now: i64,
    /// Sums of millionths and how many accounts are scored, for each step.
    pub steps: [(i64, i64); 5],
    pub overall: i64,
    pub with_gap: i64,
}

pub fn totals(tx: &mut Tx<'_>, workspace: Uuid, filter: &Filter) -> Result<Totals, Fault> {
    let (pattern, gap) = (filter.pattern(), filter.gap());
    let found = tx.one(
        sql!(concat!(
            "SELECT COUNT(*), COALESCE(CAST(SUM(l.arr_last_year) AS BIGINT), 0), CAST(SUM(l.arr_delta_target) AS BIGINT),
               COALESCE(CAST(SUM(l.arr_now) AS BIGINT), 0), COALESCE(CAST(SUM(l.overall) AS BIGINT), 0), COUNT(l.gap_step),
               COALESCE(CAST(SUM(l.step_1) AS BIGINT), 0), COUNT(l.step_1),
               COALESCE(CAST(SUM(l.step_2) AS BIGINT), 0), COUNT(l.step_2),
               COALESCE(CAST(SUM(l.step_3) AS BIGINT), 0), COUNT(l.step_3),
               COALESCE(CAST(SUM(l.step_4) AS BIGINT), 0), COUNT(l.step_4),
               COALESCE(CAST(SUM(l.step_5) AS BIGINT), 0), COUNT(l.step_5) ",
            matching!()
        )),
        &[&workspace, &filter.archived, &filter.viewer, &pattern, &filter.types, &filter.associate, &gap],
        |row| {
            Ok(Totals {
                accounts: row.get(0)?,
                arr_last_year: row.get(1)?,
                arr_delta_target: row.get(2)?,
                arr_now: row.get(3)?,
                overall: row.get(4)?,
                with_gap: row.get(5)?,
                steps: [
                    (row.get(6)?, row.get(7)?),
                    (row.get(8)?, row.get(9)?),
                    (row.get(10)?, row.get(11)?),
                    (row.get(12)?, row.get(13)?),
                    (row.get(14)?, row.get(15)?),
                ],
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// One line, whoever asks: for verbs that have checked the right already.
pub fn line(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Option<Line>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " FROM portfolio_line l WHERE l.workspace_id = $1 AND l.account_id = $2")),
        &[&workspace, &account],
        read,
    )?)
}

/// The lines of these accounts that the viewer may see.
pub fn lines(tx: &mut Tx<'_>, workspace: Uuid, viewer: Uuid, accounts: &[Uuid]) -> Result<Vec<Line>, Fault> {
    let mut found = Vec::with_capacity(accounts.len());
    for account in accounts {
        let line = tx.one(
            sql!(concat!(
                "SELECT ",
                columns!(),
                " FROM portfolio_line l WHERE l.workspace_id = $1 AND l.account_id = $2 AND ",
                visible!("$3")
            )),
            &[&workspace, account, &viewer],
            read,
        )?;
        found.extend(line);
    }
    Ok(found)
}
