//! The verbs that write an account.

use mainstay_db::{Param, Tx, sql};
use mainstay_rules::account::{AccountEdit, NewAccount, check_type_change};
use mainstay_rules::event::Kind;
use mainstay_rules::problem::Problem;
use serde_json::json;
use uuid::Uuid;

use super::account_type::{record_type, remove_type_changes};
use super::{Account, account};
use crate::corridor::fault::Fault;
use crate::corridor::request::Care;
use crate::corridor::verb::{By, Told};

/// The account's new fields, whole: what is not to change comes as it was.
pub struct AccountChange {
    pub fields: NewAccount,
    pub associate_id: Option<Uuid>,
    /// The account of which it is a subsidiary.
    pub parent_id: Option<Uuid>,
    /// Why the type is another one; not asked for where it stays.
    pub type_reason: String,
}

impl AccountChange {
    /// An account of these fields that stands alone.
    pub fn new(fields: NewAccount) -> Self {
        Self { fields, associate_id: None, parent_id: None, type_reason: String::new() }
    }

    /// The account as it is.
    pub fn of(account: &Account) -> Self {
        let fields = NewAccount {
            name: account.name.clone(),
            external_id: account.external_id.clone(),
            account_type: account.account_type,
            industry: account.industry.clone(),
            vertical: account.vertical.clone(),
            geography: account.geography.clone(),
            end_on: account.end_on,
            confidential: account.confidential,
        };
        Self { associate_id: account.associate_id, parent_id: account.parent_id, ..Self::new(fields) }
    }

    /// The same, with the reason for another type.
    #[must_use]
    pub fn because(self, type_reason: &str) -> Self {
        Self { type_reason: type_reason.to_owned(), ..self }
    }

    /// The account with an edit put on it.
    #[must_use]
    pub fn with(self, edit: &AccountEdit) -> Self {
        Self { fields: edit.put_on(self.fields), ..self }
    }
}

fn taken(error: mainstay_db::Error, external_id: Option<&str>) -> Fault {
    if error.is_unique("external_id") {
        let id = external_id.unwrap_or_default();
        return Fault::new(Problem::AlreadyExists, format!("Another account has the external id {id}."));
    }
    error.into()
}

/// Creates the account; its client pod is made by the pod room in the same transaction.
pub fn create_account(tx: &mut Tx<'_>, by: &By, id: Uuid, new: &AccountChange) -> Result<(), Fault> {
    create_accounts(tx, by, &[(id, new)])
}

/// Creates many accounts in a few statements.
pub fn create_accounts(tx: &mut Tx<'_>, by: &By, new: &[(Uuid, &AccountChange)]) -> Result<(), Fault> {
    let ids: Vec<Uuid> = new.iter().map(|(id, _)| *id).collect();
    tx.lock(&ids)?;
    let types: Vec<i64> = new.iter().map(|(_, new)| new.fields.account_type.number()).collect();
    let rows: Vec<Vec<&dyn Param>> = new
        .iter()
        .zip(&types)
        .map(|((id, new), number)| {
            let f = &new.fields;
            let row: [&dyn Param; 13] = [
                id,
                &by.workspace.id,
                &f.name,
                &f.external_id,
                number,
                &new.associate_id,
                &f.industry,
                &f.vertical,
                &f.geography,
                &f.end_on,
                &f.confidential,
                &by.at,
                &new.parent_id,
            ];
            row.to_vec()
        })
        .collect();
    tx.insert_many(
        "INSERT INTO account (id, workspace_id, name, external_id, type, associate_id, industry, vertical, geography,
           end_on, confidential, created_at, parent_id)",
        "",
        &rows,
    )
    .map_err(|error| match new {
        [(_, one)] => taken(error, one.fields.external_id.as_deref()),
        _ if error.is_unique("external_id") => {
            Fault::new(Problem::AlreadyExists, "Another account was given the external id of one of these meanwhile.")
        }
        _ => error.into(),
    })?;
    let told = new.iter().map(|(id, new)| Told {
        account: *id,
        kind: Kind::AccountCreated,
        subject: ("account", *id),
        data: json!({ "type": new.fields.account_type.number(), "associate_id": new.associate_id }),
    });
    by.happened_each(tx, told.collect())
}

/// Locks the account and reads it as it is now; refuses when the client knows an older version.
pub fn expect_version(tx: &mut Tx<'_>, by: &By, id: Uuid, care: &Care) -> Result<Account, Fault> {
    tx.lock(&[id])?;
    let user = by.user.unwrap_or_else(Uuid::nil);
    let current = account(tx, by.workspace.id, id, user)?.ok_or_else(Fault::not_found)?;
    care.expect(current.version)?;
    Ok(current)
}

/// Writes the new fields; says which changed. Nothing changed, nothing happens.
pub fn edit_account(tx: &mut Tx<'_>, by: &By, before: &Account, change: &AccountChange) -> Result<(), Fault> {
    let f = &change.fields;
    let changed = changed_fields(before, change);
    if changed.is_empty() && before.account_type == f.account_type {
        return Ok(());
    }
    let imported = by.cause.is_some();
    let reason = check_type_change(before.account_type, f.account_type, &change.type_reason, imported)?;
    tx.exec(
        sql!(
            "UPDATE account SET name = $3, external_id = $4, type = $5, associate_id = $6, industry = $7, vertical = $8,
               geography = $9, end_on = $10, confidential = $11, parent_id = CASE WHEN $13 THEN parent_id ELSE $12 END
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[
            &by.workspace.id,
            &before.id,
            &f.name,
            &f.external_id,
            &f.account_type.number(),
            &change.associate_id,
            &f.industry,
            &f.vertical,
            &f.geography,
            &f.end_on,
            &f.confidential,
            &change.parent_id,
            // What one may not see is not cleared by a form that shows nothing.
            &(before.has_hidden_parent && change.parent_id.is_none()),
        ],
    )
    .map_err(|error| taken(error, f.external_id.as_deref()))?;
    let subject = ("account", before.id);
    if let Some(reason) = reason {
        record_type(tx, by, before, f.account_type, &reason)?;
    }
    if !changed.is_empty() {
        // Not the parent's id: who reads this account may not know of that one.
        let data = json!({ "fields": changed, "associate_id": change.associate_id, "end_on": f.end_on });
        by.happened_to(tx, before.id, Kind::AccountEdited, subject, data)?;
    }
    Ok(())
}

fn changed_fields(before: &Account, change: &AccountChange) -> Vec<&'static str> {
    let f = &change.fields;
    [
        ("name", before.name != f.name),
        ("external_id", before.external_id != f.external_id),
        ("associate", before.associate_id != change.associate_id),
        ("industry", before.industry != f.industry),
        ("vertical", before.vertical != f.vertical),
        ("geography", before.geography != f.geography),
        ("end_on", before.end_on != f.end_on),
        ("confidential", before.confidential != f.confidential),
        ("parent", before.parent_id != change.parent_id),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

pub fn archive_account(tx: &mut Tx<'_>, by: &By, before: &Account) -> Result<(), Fault> {
    if before.archived_at.is_some() {
        return Ok(());
    }
    tx.exec(
        sql!("UPDATE account SET archived_at = $3 WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &before.id, &by.at],
    )?;
    by.happened_to(tx, before.id, Kind::AccountArchived, ("account", before.id), json!({}))?;
    Ok(())
}

pub fn restore_account(tx: &mut Tx<'_>, by: &By, before: &Account) -> Result<(), Fault> {
    if before.archived_at.is_none() {
        return Ok(());
    }
    tx.exec(
        sql!("UPDATE account SET archived_at = NULL WHERE workspace_id = $1 AND id = $2"),
        &[&by.workspace.id, &before.id],
    )?;
    by.happened_to(tx, before.id, Kind::AccountRestored, ("account", before.id), json!({}))?;
    Ok(())
}

/// Takes the row of an account away whose import is undone; its events stay.
/// The caller has already removed what other rooms hold of it.
pub fn remove_account(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE account SET parent_id = NULL WHERE workspace_id = $1 AND parent_id = $2"),
        &[&by.workspace.id, &id],
    )?;
    remove_type_changes(tx, by, id)?;
    by.happened_to(tx, id, Kind::AccountRemoved, ("account", id), json!({}))?;
    tx.exec(sql!("DELETE FROM account WHERE workspace_id = $1 AND id = $2"), &[&by.workspace.id, &id])?;
    Ok(())
}

/// Who changes who stands above whom waits here, after the account's own lock: two changes at once could make a circle.
pub fn lock_hierarchy(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    let name = Uuid::from_u128(by.workspace.id.as_u128() ^ HIERARCHY);
    Ok(tx.lock(&[name])?)
}

/// Makes another lock of the workspace's id.
const HIERARCHY: u128 = 0x7061_7265_6e74;
