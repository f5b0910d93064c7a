//! The task room's table: one row for each piece of work, and who may see it.

mod list;
mod write;

pub use list::{Actions, Place, Wanted, Whose, actions, closed_since, list, of_account, open_count};
pub use write::{TaskFields, add, answer_moved, edit, expect_version, move_open, open_on, turn};

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::account::AccountType;
use mainstay_rules::permission::{AccountFacts, PodRole};
use mainstay_rules::score::Mean;
use mainstay_rules::task::{Source, Status};
use uuid::Uuid;

use crate::account::store::read_type;
use crate::corridor::fault::Fault;

/// A piece of work, with what the asking user's right to it depends on.
#[derive(Clone, Debug)]
pub struct Task {
    pub id: Uuid,
    pub account: Option<TaskAccount>,
    pub title: String,
    pub note: String,
    pub owner_id: Uuid,
    pub owner: String,
    pub due_on: Option<Date>,
    pub status: Status,
    pub source: Source,
    /// The step that it is to lift, and the sub-metric in it.
    pub step: Option<String>,
    pub metric: Option<String>,
    /// The step's score when the task was written down.
    pub score: Option<Mean>,
    /// The answer of whoever did it; none as long as nobody was asked or answered.
    pub moved: Option<bool>,
    pub version: i64,
    pub created_at: Timestamp,
    pub created_by: Option<Uuid>,
    pub creator: String,
    pub closed_at: Option<Timestamp>,
    pub closed_by: Option<Uuid>,
    pub closer: String,
}

/// The account that a task is about.
#[derive(Clone, Debug)]
pub struct TaskAccount {
    pub id: Uuid,
    pub name: String,
    pub account_type: AccountType,
    pub facts: AccountFacts,
}

/// `$2` is the viewer; `m` their place in the account's client pod.
macro_rules! columns {
    () => {
        "t.id, t.title, t.note, t.owner_id, o.name, t.due_on, t.status, t.source, t.source_step, t.source_metric,
         t.source_score, t.moved, t.version, t.created_at, t.created_by, COALESCE(c.name, ''), t.closed_at, t.closed_by,
         COALESCE(d.name, ''), t.account_id, COALESCE(a.name, ''), COALESCE(a.type, 4), a.confidential, m.role
         FROM task t
         JOIN workspace_user o ON o.id = t.owner_id
         LEFT JOIN workspace_user c ON c.id = t.created_by
         LEFT JOIN workspace_user d ON d.id = t.closed_by
         LEFT JOIN account a ON a.id = t.account_id
         LEFT JOIN pod_account p ON p.account_id = t.account_id AND p.until IS NULL
           AND EXISTS (SELECT 1 FROM pod k WHERE k.id = p.pod_id AND k.kind = 'client')
         LEFT JOIN pod_member m ON m.pod_id = p.pod_id AND m.user_id = $2 AND m.until IS NULL"
    };
}

/// `permission::reads_task`, for lists.
macro_rules! visible {
    () => {
        "((t.account_id IS NOT NULL AND (NOT a.confidential OR m.role IS NOT NULL))
          OR (t.account_id IS NULL AND (t.owner_id = $2 OR t.created_by = $2)))"
    };
}
use {columns, visible};

fn read(row: &Row<'_>) -> mainstay_db::Result<Task> {
    let account: Option<Uuid> = row.get(19)?;
    Ok(Task {
        id: row.get(0)?,
        title: row.get(1)?,
        note: row.get(2)?,
        owner_id: row.get(3)?,
        owner: row.get(4)?,
        due_on: row.get(5)?,
        status: Status::parse(&row.get::<String>(6)?).unwrap_or(Status::Open),
        source: Source::parse(&row.get::<String>(7)?).unwrap_or(Source::Manual),
        step: row.get(8)?,
        metric: row.get(9)?,
        score: row.get::<Option<i64>>(10)?.map(Mean::from_millionths),
        moved: row.get(11)?,
        version: row.get(12)?,
        created_at: row.get(13)?,
        created_by: row.get(14)?,
        creator: row.get(15)?,
        closed_at: row.get(16)?,
        closed_by: row.get(17)?,
        closer: row.get(18)?,
        account: match account {
            None => None,
            Some(id) => Some(TaskAccount {
                id,
                name: row.get(20)?,
                account_type: read_type(row, 21)?,
                facts: AccountFacts {
                    confidential: row.get::<Option<bool>>(22)?.unwrap_or(true),
                    pod_role: row.get::<Option<String>>(23)?.and_then(|role| PodRole::parse(&role)),
                },
            }),
        },
    })
}

/// The task as `user` stands to it.
pub fn task(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid, user: Uuid) -> Result<Option<Task>, Fault> {
    Ok(tx.one(
        sql!(concat!("SELECT ", columns!(), " WHERE t.workspace_id = $1 AND t.id = $3")),
        &[&workspace, &user, &id],
        read,
    )?)
}
