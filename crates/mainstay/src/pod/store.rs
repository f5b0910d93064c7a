//! The pod room's tables.

use jiff::civil::Date;
use mainstay_db::{Param, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::permission::PodRole;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use crate::corridor::fault::Fault;
use crate::corridor::verb::{By, Told};
use crate::people;

#[derive(Clone, Debug)]
pub struct Member {
    pub id: Uuid,
    pub user_id: Uuid,
    pub name: String,
    pub role: PodRole,
    pub function: String,
    pub since: Date,
}

/// The client pod of an account, made when it is first needed.
pub fn client_pod(tx: &mut Tx<'_>, by: &By, account: Uuid, name: &str) -> Result<Uuid, Fault> {
    if let Some(pod) = find_client_pod(tx, by.workspace.id, account)? {
        return Ok(pod);
    }
    let made = begin_client_pods(tx, by, &[NewPod { account, name, owner: None }])?;
    made.into_iter().next().ok_or_else(|| Fault::internal("a pod was not made"))
}

/// The pod of an account that has none yet.
pub struct NewPod<'a> {
    pub account: Uuid,
    pub name: &'a str,
    /// Whoever answers for the account from now on.
    pub owner: Option<Uuid>,
}

/// What whoever answers for an account does in its pod.
const ASSOCIATE: &str = "account_executive";

/// Makes the client pods of many new accounts in a few statements; gives their ids.
pub fn begin_client_pods(tx: &mut Tx<'_>, by: &By, all: &[NewPod<'_>]) -> Result<Vec<Uuid>, Fault> {
    let (workspace, today, function, role) = (by.workspace.id, by.today(), ASSOCIATE, PodRole::Owner.as_str());
    let ids: Vec<(Uuid, Uuid)> = all.iter().map(|_| (by.id(), by.id())).collect();
    let rows: Vec<Vec<&dyn Param>> = all
        .iter()
        .zip(&ids)
        .map(|(new, (pod, _))| vec![pod as &dyn Param, &workspace, &"client", &new.name, &by.at])
        .collect();
    tx.insert_many("INSERT INTO pod (id, workspace_id, kind, name, created_at)", "", &rows)?;
    let rows: Vec<Vec<&dyn Param>> =
        all.iter().zip(&ids).map(|(new, (pod, _))| vec![&workspace as &dyn Param, pod, &new.account, &today]).collect();
    tx.insert_many("INSERT INTO pod_account (workspace_id, pod_id, account_id, since)", "", &rows)?;
    let owned = all.iter().zip(&ids).filter_map(|(new, ids)| Some((new.account, ids, new.owner.as_ref()?)));
    let rows: Vec<Vec<&dyn Param>> = owned
        .clone()
        .map(|(_, (pod, member), owner)| vec![member as &dyn Param, &workspace, pod, owner, &role, &function, &today])
        .collect();
    tx.insert_many("INSERT INTO pod_member (id, workspace_id, pod_id, user_id, role, function, since)", "", &rows)?;
    let told = owned.map(|(account, _, owner)| Told {
        account,
        kind: Kind::PodMemberAdded,
        subject: ("user", *owner),
        data: json!({ "role": role, "function": ASSOCIATE }),
    });
    by.happened_each(tx, told.collect())?;
    Ok(ids.into_iter().map(|(pod, _)| pod).collect())
}

fn find_client_pod(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Option<Uuid>, Fault> {
    Ok(tx.one(
        sql!(
            "SELECT p.id FROM pod p JOIN pod_account a ON a.pod_id = p.id
             WHERE p.workspace_id = $1 AND p.kind = 'client' AND a.account_id = $2 AND a.until IS NULL"
        ),
        &[&workspace, &account],
        |row| row.get(0),
    )?)
}

/// The members of an account's client pod today: owner first, then team, then observers.
pub fn members(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Vec<Member>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT m.id, m.user_id, u.name, m.role, m.function, m.since
             FROM pod_account a
             JOIN pod p ON p.id = a.pod_id AND p.kind = 'client'
             JOIN pod_member m ON m.pod_id = p.id AND m.until IS NULL
             JOIN workspace_user u ON u.id = m.user_id
             WHERE a.workspace_id = $1 AND a.account_id = $2 AND a.until IS NULL
             ORDER BY CASE m.role WHEN 'owner' THEN 0 WHEN 'team' THEN 1 ELSE 2 END, u.name, m.id LIMIT 500"
        ),
        &[&workspace, &account],
        |row| {
            Ok(Member {
                id: row.get(0)?,
                user_id: row.get(1)?,
                name: row.get(2)?,
                role: PodRole::parse(&row.get::<String>(3)?).unwrap_or(PodRole::Observer),
                function: row.get(4)?,
                since: row.get(5)?,
            })
        },
    )?)
}

/// The name of whoever answers for the account today.
pub fn owner(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Option<String>, Fault> {
    Ok(tx.one(
        sql!(
            "SELECT u.name
             FROM pod_account a
             JOIN pod p ON p.id = a.pod_id AND p.kind = 'client'
             JOIN pod_member m ON m.pod_id = p.id AND m.role = 'owner' AND m.until IS NULL
             JOIN workspace_user u ON u.id = m.user_id
             WHERE a.workspace_id = $1 AND a.account_id = $2 AND a.until IS NULL
             ORDER BY m.since DESC, m.id LIMIT 1"
        ),
        &[&workspace, &account],
        |row| row.get(0),
    )?)
}

/// The accounts in whose client pod somebody is today, by name.
pub fn accounts_of(tx: &mut Tx<'_>, workspace: Uuid, user: Uuid, limit: i64) -> Result<Vec<(Uuid, String)>, Fault> {
    Ok(tx.rows(
        sql!(
            "SELECT a.id, a.name
             FROM pod_member m
             JOIN pod p ON p.id = m.pod_id AND p.kind = 'client'
             JOIN pod_account pa ON pa.pod_id = m.pod_id AND pa.until IS NULL
             JOIN account a ON a.id = pa.account_id AND a.archived_at IS NULL
             WHERE m.workspace_id = $1 AND m.user_id = $2 AND m.until IS NULL
             ORDER BY lower(a.name), a.id LIMIT $3"
        ),
        &[&workspace, &user, &limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Adds a user to the account's client pod, or changes the duty of one who is in it.
/// The pod has one owner: a new owner makes the old one a member of the team.
pub fn put_member(
    tx: &mut Tx<'_>,
    by: &By,
    account: (Uuid, &str),
    user: Uuid,
    role: PodRole,
    function: &str,
) -> Result<(), Fault> {
    let pod = client_pod(tx, by, account.0, account.1)?;
    let current = members(tx, by.workspace.id, account.0)?;
    let before = current.iter().find(|member| member.user_id == user);
    if before.is_some_and(|member| member.role == role && member.function == function) {
        return Ok(());
    }
    if role == PodRole::Owner
        && let Some(owner) = current.iter().find(|member| member.role == PodRole::Owner && member.user_id != user)
    {
        end_membership(tx, by, owner.id)?;
        insert_member(tx, by, pod, owner.user_id, PodRole::Team, &owner.function)?;
    }
    let kind = match before {
        Some(member) => {
            end_membership(tx, by, member.id)?;
            Kind::PodMemberChanged
        }
        None => Kind::PodMemberAdded,
    };
    insert_member(tx, by, pod, user, role, function)?;
    let data = json!({ "role": role.as_str(), "function": function });
    by.happened_to(tx, account.0, kind, ("user", user), data)?;
    Ok(())
}

/// Sees to it that these people work on the account: the first owns the pod that has no owner, the others are its team.
pub fn staff(
    tx: &mut Tx<'_>,
    by: &By,
    account: (Uuid, &str),
    associate: Option<Uuid>,
    creator: Option<Uuid>,
) -> Result<(), Fault> {
    for user in [associate, creator].into_iter().flatten() {
        let members = members(tx, by.workspace.id, account.0)?;
        if members.iter().any(|member| member.user_id == user && member.role != PodRole::Observer) {
            continue;
        }
        let owned = members.iter().any(|member| member.role == PodRole::Owner);
        let role = if owned { PodRole::Team } else { PodRole::Owner };
        if associate == Some(user) {
            put_member(tx, by, account, user, role, ASSOCIATE)?;
        } else {
            put_with_own_function(tx, by, account, user, role)?;
        }
    }
    Ok(())
}

/// Adds a user under the function that they have in the workspace.
fn put_with_own_function(
    tx: &mut Tx<'_>,
    by: &By,
    account: (Uuid, &str),
    user: Uuid,
    role: PodRole,
) -> Result<(), Fault> {
    let person = people::store::user(tx, by.workspace.id, user)?.ok_or_else(Fault::not_found)?;
    put_member(tx, by, account, user, role, &person.function)
}

fn insert_member(tx: &mut Tx<'_>, by: &By, pod: Uuid, user: Uuid, role: PodRole, function: &str) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "INSERT INTO pod_member (id, workspace_id, pod_id, user_id, role, function, since)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        &[&by.id(), &by.workspace.id, &pod, &user, &role.as_str(), &function, &by.today()],
    )?;
    Ok(())
}

fn end_membership(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE pod_member SET until = $3 WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &id, &by.today()],
    )?;
    Ok(())
}

/// Takes a user out of the account's client pod; the owner goes only when another owner comes.
pub fn remove_member(tx: &mut Tx<'_>, by: &By, account: Uuid, user: Uuid) -> Result<(), Fault> {
    let current = members(tx, by.workspace.id, account)?;
    let member = current.iter().find(|member| member.user_id == user).ok_or_else(Fault::not_found)?;
    if member.role == PodRole::Owner {
        return Err(Fault::new(Problem::Conflict, "A pod has an owner. Make somebody else owner first."));
    }
    end_membership(tx, by, member.id)?;
    by.happened_to(tx, account, Kind::PodMemberRemoved, ("user", user), json!({}))?;
    Ok(())
}

/// Takes the pod of an account away whose import is undone.
pub fn remove_pod(tx: &mut Tx<'_>, by: &By, account: Uuid) -> Result<(), Fault> {
    let Some(pod) = find_client_pod(tx, by.workspace.id, account)? else { return Ok(()) };
    let of: [&dyn mainstay_db::Param; 2] = [&by.workspace.id, &pod];
    tx.exec(sql!("DELETE FROM pod_member WHERE workspace_id = $1 AND pod_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM pod_account WHERE workspace_id = $1 AND pod_id = $2"), &of)?;
    tx.exec(sql!("DELETE FROM pod WHERE workspace_id = $1 AND id = $2"), &of)?;
    Ok(())
}
