//! Reading several tasks: the list, an account's work, what was closed lately, and the next action of each account.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use mainstay_db::{Param, Tx, sql, statements};
use mainstay_rules::limits::TASKS_SHOWN_MAX;
use mainstay_rules::task::Status;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Task, columns, read, visible};
use crate::corridor::fault::Fault;

/// Where tasks without a date stand in the order; no due date can be as late.
const NO_DATE: Date = date(9999, 12, 31);

/// Which tasks; what the viewer may not see is never among them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub owner: Option<Uuid>,
    pub account: Option<Uuid>,
    pub status: Option<Status>,
    /// Due earlier than this day.
    pub due_before: Option<Date>,
}

/// Where a page of the list ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    due: Date,
    id: Uuid,
}

impl Place {
    pub fn of(task: &Task) -> Self {
        Self { due: task.due_on.unwrap_or(NO_DATE), id: task.id }
    }
}

/// One text for each set of filters, so that every one is answered from its index.
fn list_statement([owner, account, status, due_before, follows]: [bool; 5]) -> String {
    let mut text = format!("SELECT {} WHERE t.workspace_id = $1 AND {}", columns!(), visible!());
    let mut number = 3;
    let mut next = |text: &mut String, condition: &str| {
        number += 1;
        // Writing to a String cannot fail.
        let _ = write!(text, " AND {}", condition.replace('?', &format!("${number}")));
    };
    let filters = [
        (owner, "t.owner_id = ?"),
        (account, "t.account_id = ?"),
        (status, "t.status = ?"),
        (due_before, "t.due_on < ?"),
    ];
    for (_, condition) in filters.into_iter().filter(|(is_asked, _)| *is_asked) {
        next(&mut text, condition);
    }
    if follows {
        next(&mut text, "(COALESCE(t.due_on, '9999-12-31'), t.id) > (?, ");
        number += 1;
        let _ = write!(text, "${number})");
    }
    text + " ORDER BY COALESCE(t.due_on, '9999-12-31'), t.id LIMIT $3"
}

fn list_statements() -> Vec<String> {
    (0..32_u8).map(|bits| list_statement([1, 2, 4, 8, 16].map(|bit| bits & bit > 0))).collect()
}

statements!(list_statements);

/// A page of the list by date, what has none last; one more than `limit` tells that another page follows.
pub fn list(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    viewer: Uuid,
    wanted: &Wanted,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Task>, Fault> {
    let status = wanted.status.map(Status::as_str);
    let mut parameters: Vec<&dyn Param> = vec![&workspace, &viewer, &limit];
    parameters.extend(wanted.owner.as_ref().map(|owner| owner as &dyn Param));
    parameters.extend(wanted.account.as_ref().map(|account| account as &dyn Param));
    parameters.extend(status.as_ref().map(|status| status as &dyn Param));
    parameters.extend(wanted.due_before.as_ref().map(|day| day as &dyn Param));
    if let Some(place) = after {
        parameters.extend::<[&dyn Param; 2]>([&place.due, &place.id]);
    }
    let statement = list_statement([
        wanted.owner.is_some(),
        wanted.account.is_some(),
        wanted.status.is_some(),
        wanted.due_before.is_some(),
        after.is_some(),
    ]);
    Ok(tx.rows(&statement, &parameters, read)?)
}

/// The open tasks of an account, by date.
pub fn of_account(tx: &mut Tx<'_>, workspace: Uuid, viewer: Uuid, account: Uuid) -> Result<Vec<Task>, Fault> {
    let wanted = Wanted { account: Some(account), status: Some(Status::Open), ..Wanted::default() };
    list(tx, workspace, viewer, &wanted, None, TASKS_SHOWN_MAX)
}

/// Whose closed work.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    Owner(Uuid),
    Account(Uuid),
    /// Everybody's, on accounts only.
    Everybody,
}

/// Tasks that were done since a time, the newest first.
pub fn closed_since(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    viewer: Uuid,
    whose: Whose,
    since: Timestamp,
) -> Result<Vec<Task>, Fault> {
    let (owner, account, of_all) = match whose {
        Whose::Owner(owner) => (owner, Uuid::nil(), 0_i64),
        Whose::Account(account) => (Uuid::nil(), account, 0),
        Whose::Everybody => (Uuid::nil(), Uuid::nil(), 1),
    };
    Ok(tx.rows(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " WHERE t.workspace_id = $1 AND ",
            visible!(),
            " AND t.status = 'done' AND t.closed_at >= $3
              AND (t.owner_id = $4 OR t.account_id = $5 OR ($6 = 1 AND t.account_id IS NOT NULL))
              ORDER BY t.closed_at DESC, t.id LIMIT $7"
        )),
        &[&workspace, &viewer, &since, &owner, &account, &of_all, &TASKS_SHOWN_MAX],
        read,
    )?)
}

/// How many open tasks somebody has.
pub fn open_count(tx: &mut Tx<'_>, workspace: Uuid, owner: Uuid) -> Result<i64, Fault> {
    let found = tx.one(
        sql!("SELECT COUNT(*) FROM task WHERE workspace_id = $1 AND owner_id = $2 AND status = 'open'"),
        &[&workspace, &owner],
        |row| row.get(0),
    )?;
    Ok(found.unwrap_or(0))
}

/// What is being done about an account: how much, and who is next with what.
#[derive(Clone, Debug)]
pub struct Actions {
    pub count: usize,
    pub next: Uuid,
    pub owner: String,
    pub due_on: Option<Date>,
}

/// Accounts that one statement asks about.
const ACCOUNTS_ASKED: usize = 100;

fn actions_statement() -> String {
    let places: Vec<String> = (2..ACCOUNTS_ASKED + 2).map(|number| format!("${number}")).collect();
    format!(
        "SELECT t.account_id, t.id, o.name, t.due_on FROM task t JOIN workspace_user o ON o.id = t.owner_id
         WHERE t.workspace_id = $1 AND t.status = 'open' AND t.account_id IN ({})
         ORDER BY t.account_id, COALESCE(t.due_on, '9999-12-31'), t.id",
        places.join(", ")
    )
}

fn actions_statements() -> Vec<String> {
    vec![actions_statement()]
}

statements!(actions_statements);

/// The open tasks of each of these accounts, which the viewer has the right to read.
pub fn actions(tx: &mut Tx<'_>, workspace: Uuid, accounts: &[Uuid]) -> Result<HashMap<Uuid, Actions>, Fault> {
    let mut found: HashMap<Uuid, Actions> = HashMap::new();
    let statement = actions_statement();
    for asked in accounts.chunks(ACCOUNTS_ASKED) {
        let mut ids = asked.to_vec();
        // No account has the nil id: a short page asks with the same text.
        ids.resize(ACCOUNTS_ASKED, Uuid::nil());
        let mut parameters: Vec<&dyn Param> = vec![&workspace];
        parameters.extend(ids.iter().map(|id| id as &dyn Param));
        let rows = tx.rows(&statement, &parameters, |row| {
            let next = Actions { count: 1, next: row.get(1)?, owner: row.get(2)?, due_on: row.get(3)? };
            Ok((row.get::<Uuid>(0)?, next))
        })?;
        for (account, next) in rows {
            found.entry(account).and_modify(|first| first.count += 1).or_insert(next);
        }
    }
    Ok(found)
}
