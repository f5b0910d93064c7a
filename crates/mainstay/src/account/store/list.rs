//! Reading accounts with the figures of their line: one by id, or a list by key in a closed set of orders.

use jiff::civil::Date;
use mainstay_db::{Row, Tx, sql, statements};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Account, FieldValues, fields, joined, read};
use crate::corridor::fault::Fault;

/// An account with what the progress report's line says of its money, so that both say the same.
#[derive(Clone, Debug)]
pub struct Listed {
    pub account: Account,
    pub arr_now: i64,
    pub arr_last_year: i64,
    pub delta_target: Option<i64>,
    /// The next end of a contract that matters, else the date that was typed.
    pub ends_on: Option<Date>,
    pub ends: Ends,
    /// What it has in the workspace's own fields.
    pub fields: FieldValues,
    /// Where a list that ends here goes on.
    pub place: Place,
}

/// What the line says of ends in its details.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ends {
    /// The ARR at stake on the next end.
    pub end_arr: Option<i64>,
    pub notice_by: Option<Date>,
    pub last_end_on: Option<Date>,
}

/// Where a page of the list ended.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    key: String,
    name: String,
    id: Uuid,
}

macro_rules! listed {
    () => {
        concat!(fields!(), ", l.arr_now, l.arr_last_year, l.arr_delta_target, l.end_on, l.name_key, l.details")
    };
}

macro_rules! with_line {
    () => {
        concat!(joined!(), " JOIN portfolio_line l ON l.workspace_id = a.workspace_id AND l.account_id = a.id")
    };
}

pub(super) use with_line;

/// The part of a line's details that is the account's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    fields: FieldValues,
}

fn read_listed(row: &Row<'_>) -> mainstay_db::Result<Listed> {
    let account = read(row)?;
    let text: String = row.get(23)?;
    let problem = |e: serde_json::Error| mainstay_db::Error::Row { column: 23, problem: e.to_string() };
    let ends = serde_json::from_str(&text).map_err(problem)?;
    let details: Details = serde_json::from_str(&text).map_err(problem)?;
    let place = Place { key: String::new(), name: row.get(22)?, id: account.id };
    Ok(Listed {
        account,
        arr_now: row.get(18)?,
        arr_last_year: row.get(19)?,
        delta_target: row.get(20)?,
        ends_on: row.get(21)?,
        ends,
        fields: details.fields,
        place,
    })
}

/// One account, as `user` stands to it; whether they may see it was asked before.
pub fn listed(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid, user: Uuid) -> Result<Option<Listed>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", listed!(), with_line!(), " WHERE a.workspace_id = $1 AND a.id = $3")),
        &[&workspace, &user, &id],
        read_listed,
    )?)
}

/// What the list can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Name,
    Type,
    Associate,
    Arr,
}

impl Order {
    pub const ALL: [Self; 4] = [Self::Name, Self::Type, Self::Associate, Self::Arr];

    /// The word of the order on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Type => "type",
            Self::Associate => "associate",
            Self::Arr => "arr",
        }
    }

    /// The column, never NULL, and what a key of a cursor becomes before it is compared with it.
    fn column(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("l.name_key", "$8"),
            Self::Associate => ("l.associate", "$8"),
            Self::Type => ("l.type", "CAST(CAST($8 AS TEXT) AS BIGINT)"),
            Self::Arr => ("l.arr_now", "CAST(CAST($8 AS TEXT) AS BIGINT)"),
        }
    }
}

/// Which accounts; what the viewer may not see is never among them.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub viewer: Uuid,
    /// Part of the name or of the external id.
    pub text: String,
    /// Bit n set: type n is wanted; no bit set: all are.
    pub types: i64,
    /// A sales associate's name; empty for every one.
    pub associate: String,
    pub archived: bool,
}

impl Wanted {
    /// The text as a pattern, its own wildcards taken literally.
    fn pattern(&self) -> String {
        let text = self.text.trim().to_lowercase();
        if text.is_empty() {
            return text;
        }
        format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
    }
}

// A confidential account is seen by its pod only (`permission::reads_account`); `m` is the viewer's place in it.
macro_rules! matching {
    () => {
        " WHERE a.workspace_id = $1 AND l.archived = $3 AND (NOT l.confidential OR m.role IS NOT NULL)
            AND ($4 = '' OR l.name_key LIKE $4 ESCAPE '\\' OR lower(COALESCE(l.external_id, '')) LIKE $4 ESCAPE '\\')
            AND ($5 = 0
              OR (CAST($5 AS BIGINT) / (CASE l.type WHEN 1 THEN 2 WHEN 2 THEN 4 WHEN 3 THEN 8 ELSE 16 END)) % 2 = 1)
            AND ($6 = '' OR l.associate = $6)"
    };
}

fn page_statement(order: Order, descending: bool, follows: bool) -> String {
    let (column, key) = order.column();
    let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
    let after = if follows {
        format!(" AND ({column} {beyond} {key} OR ({column} = {key} AND (l.name_key, a.id) > ($9, $10)))")
    } else {
        String::new()
    };
    format!(
        "SELECT {}, CAST({column} AS TEXT){}{}{after} ORDER BY {column} {direction}, l.name_key, a.id LIMIT $7",
        listed!(),
        with_line!(),
        matching!(),
    )
}

fn page_statements() -> Vec<String> {
    Order::ALL
        .into_iter()
        .flat_map(|order| [(false, false), (false, true), (true, false), (true, true)].map(|way| (order, way)))
        .map(|(order, (descending, follows))| page_statement(order, descending, follows))
        .collect()
}

statements!(page_statements);

/// A page of the list; one more than `limit` tells that another page follows.
pub fn page(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    wanted: &Wanted,
    sort: (Order, bool),
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Listed>, Fault> {
    let pattern = wanted.pattern();
    let mut parameters: Vec<&dyn mainstay_db::Param> =
        vec![&workspace, &wanted.viewer, &wanted.archived, &pattern, &wanted.types, &wanted.associate, &limit];
    if let Some(place) = after {
        parameters.extend::<[&dyn mainstay_db::Param; 3]>([&place.key, &place.name, &place.id]);
    }
    Ok(tx.rows(&page_statement(sort.0, sort.1, after.is_some()), &parameters, |row| {
        let mut listed = read_listed(row)?;
        listed.place.key = row.get(24)?;
        Ok(listed)
    })?)
}

/// How many accounts match, whatever page is shown.
pub fn count(tx: &mut Tx<'_>, workspace: Uuid, wanted: &Wanted) -> Result<i64, Fault> {
    let found = tx.one(
        sql!(concat!("SELECT COUNT(*)", with_line!(), matching!())),
        &[&workspace, &wanted.viewer, &wanted.archived, &wanted.pattern(), &wanted.types, &wanted.associate],
        |row| row.get(0),
    )?;
    Ok(found.unwrap_or(0))
}

/// Who changed which details of an account since a version: what a form that was open meanwhile has to know.
pub struct Edited {
    pub by: String,
    /// Names of fields, as `account_edited` says them, and `type`.
    pub fields: Vec<String>,
}

pub fn edited_since(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid, version: i64) -> Result<Option<Edited>, Fault> {
    let edits = tx.rows(
        sql!(
            "SELECT e.kind, e.data, COALESCE(u.name, '') FROM event e
             LEFT JOIN workspace_user u ON u.id = e.actor_id
             WHERE e.workspace_id = $1 AND e.account_id = $2 AND e.account_version > $3
               AND e.kind IN ('account_edited', 'account_type_changed')
             ORDER BY e.account_version LIMIT 500"
        ),
        &[&workspace, &id, &version],
        |row| Ok((row.get::<String>(0)?, row.get::<serde_json::Value>(1)?, row.get::<String>(2)?)),
    )?;
    let Some((_, _, by)) = edits.last() else { return Ok(None) };
    let mut fields: Vec<String> = Vec::new();
    for (kind, data, _) in &edits {
        if kind == "account_type_changed" {
            fields.push("type".to_owned());
        }
        let named = data["fields"].as_array().into_iter().flatten();
        fields.extend(named.filter_map(|field| field.as_str().map(str::to_owned)));
    }
    Ok(Some(Edited { by: by.clone(), fields }))
}
