//! The life of a template: a draft is saved, tried, and published as a version that never changes again.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Row, Tx, sql};
use mainstay_rules::event::Kind;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::TEMPLATES_MAX;
use mainstay_rules::problem::Problem;
use mainstay_rules::scorecard::{Mistake, Template};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::times::{BEGINNING, governs_from};
use crate::corridor::caller::hex;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::scorecard::{Shipped, shipped};

/// A template as the settings show it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: Uuid,
    pub key: String,
    /// 0 while there is only a draft.
    pub version: i64,
    pub is_default: bool,
    pub draft: Option<String>,
    pub draft_at: Option<Timestamp>,
    /// Who saved the draft; empty when nobody is known.
    pub draft_by: String,
}

/// A published version without its text.
#[derive(Clone, Debug)]
pub struct Version {
    pub number: i64,
    pub note: String,
    /// None: it came with Mainstay.
    pub published_at: Option<Timestamp>,
    pub published_by: String,
}

fn read(row: &Row<'_>) -> mainstay_db::Result<Stored> {
    Ok(Stored {
        id: row.get(0)?,
        key: row.get(1)?,
        version: row.get(2)?,
        is_default: row.get(3)?,
        draft: row.get(4)?,
        draft_at: row.get(5)?,
        draft_by: row.get(6)?,
    })
}

macro_rules! stored {
    () => {
        "SELECT t.id, t.key, t.version, t.is_default, t.draft, t.draft_at, COALESCE(u.name, '')
         FROM scorecard_template t LEFT JOIN workspace_user u ON u.id = t.draft_by WHERE t.workspace_id = $1"
    };
}

/// The template of that key; one that ships may have no row yet.
pub fn stored(tx: &mut Tx<'_>, workspace: Uuid, key: &str) -> Result<Option<Stored>, Fault> {
    let found = tx.one(sql!(concat!(stored!(), " AND t.key = $2")), &[&workspace, &key], read)?;
    if found.is_some() {
        return Ok(found);
    }
    let default = has_default(tx, workspace)?;
    Ok(of_ours(key).map(|(index, ours)| untouched(ours, index == 0 && !default)))
}

/// Every template of the workspace by key, those that ship among them.
pub fn all_stored(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Vec<Stored>, Fault> {
    let mut all = tx.rows(sql!(concat!(stored!(), " ORDER BY t.key")), &[&workspace], read)?;
    let has_default = all.iter().any(|one| one.is_default);
    for (index, ours) in shipped().iter().enumerate() {
        if !all.iter().any(|one| one.key == ours.template.key) {
            all.push(untouched(ours, index == 0 && !has_default));
        }
    }
    all.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(all)
}

fn of_ours(key: &str) -> Option<(usize, &'static Shipped)> {
    shipped().iter().enumerate().find(|(_, ours)| ours.template.key == key)
}

fn untouched(ours: &Shipped, is_default: bool) -> Stored {
    let key = ours.template.key.clone();
    Stored { id: Uuid::nil(), key, version: 1, is_default, draft: None, draft_at: None, draft_by: String::new() }
}

fn has_default(tx: &mut Tx<'_>, workspace: Uuid) -> Result<bool, Fault> {
    let count: Option<i64> = tx.one(
        sql!("SELECT COUNT(*) FROM scorecard_template WHERE workspace_id = $1 AND is_default"),
        &[&workspace],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or(0) > 0)
}

/// The published versions, newest first.
pub fn versions(tx: &mut Tx<'_>, workspace: Uuid, template: &Stored) -> Result<Vec<Version>, Fault> {
    let is_ours = of_ours(&template.key).is_some();
    let mut versions = tx.rows(
        sql!(
            "SELECT v.version, v.note, v.published_at, COALESCE(u.name, '') FROM scorecard_version v
             LEFT JOIN workspace_user u ON u.id = v.published_by
             WHERE v.workspace_id = $1 AND v.template_id = $2 ORDER BY v.version DESC"
        ),
        &[&workspace, &template.id],
        |row| {
            let number = row.get::<i64>(0)?;
            let shipped = number == 1 && is_ours;
            let published_at = row.get::<Timestamp>(2)?;
            Ok(Version {
                number,
                note: row.get(1)?,
                published_at: (!shipped).then_some(published_at),
                published_by: row.get(3)?,
            })
        },
    )?;
    if versions.is_empty() && is_ours {
        versions.push(Version { number: 1, note: String::new(), published_at: None, published_by: String::new() });
    }
    Ok(versions)
}

/// The text of one version of a template.
pub fn text_of(tx: &mut Tx<'_>, workspace: Uuid, template: &Stored, version: i64) -> Result<Option<String>, Fault> {
    match super::version_text(tx, workspace, template.id, version)? {
        None if version == 1 && template.id.is_nil() => {
            Ok(of_ours(&template.key).map(|(_, ours)| ours.text.to_owned()))
        }
        found => Ok(found),
    }
}

/// Checks a text; every mistake is said at `/text`, with its line.
pub fn checked(text: &str) -> Result<Template, Fault> {
    Template::check(text).map_err(|mistakes| {
        let said = |mistake: &Mistake| {
            FieldError::new("/text", FieldCode::Invalid, format!("Line {}: {}.", mistake.line, mistake.error))
        };
        Fault::invalid(mistakes.iter().map(said).collect())
    })
}

/// Saves the draft of the template that its own key names. The workspace is locked here.
pub fn draft(tx: &mut Tx<'_>, by: &By, key: Option<&str>, text: &str) -> Result<Stored, Fault> {
    tx.lock(&[by.workspace.id])?;
    let template = checked(text)?;
    if let Some(key) = key.filter(|key| *key != template.key) {
        let message = format!(
            "This text is of the template “{}”, not of “{key}”. Write key = \"{key}\", or add it as a template of its own.",
            template.key
        );
        return Err(Fault::field(FieldError::new("/text", FieldCode::Conflict, message)));
    }
    let stored = match stored(tx, by.workspace.id, &template.key)? {
        Some(_) if key.is_none() => {
            let message =
                format!("There is a template “{}” already. Choose another key, or edit that one.", template.key);
            return Err(Fault::new(Problem::AlreadyExists, message));
        }
        Some(known) if !known.id.is_nil() => known,
        Some(ours) => materialise(tx, by, &ours)?,
        None => {
            room_for_one_more(tx, by)?;
            add(tx, by, &template.key, 0, false)?
        }
    };
    tx.exec(
        sql!(
            "UPDATE scorecard_template SET draft = $3, draft_at = $4, draft_by = $5 WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &stored.id, &text, &by.at, &by.user],
    )?;
    by.happened(tx, Kind::TemplateDrafted, ("scorecard_template", stored.id), json!({ "template": stored.key }))?;
    self::stored(tx, by.workspace.id, &stored.key)?.ok_or_else(Fault::not_found)
}

fn room_for_one_more(tx: &mut Tx<'_>, by: &By) -> Result<(), Fault> {
    if all_stored(tx, by.workspace.id)?.len() < TEMPLATES_MAX {
        return Ok(());
    }
    let message = format!("A workspace has at most {TEMPLATES_MAX} templates; change one of them instead.");
    Err(Fault::new(Problem::Conflict, message))
}

fn add(tx: &mut Tx<'_>, by: &By, key: &str, version: i64, is_default: bool) -> Result<Stored, Fault> {
    let id = by.id();
    tx.exec(
        sql!(
            "INSERT INTO scorecard_template (id, workspace_id, key, version, is_default, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        &[&id, &by.workspace.id, &key, &version, &is_default, &by.at],
    )?;
    let (draft, draft_at, draft_by) = (None, None, String::new());
    Ok(Stored { id, key: key.to_owned(), version, is_default, draft, draft_at, draft_by })
}

/// A template that ships gets its rows: its text stays version 1 whatever later releases ship.
fn materialise(tx: &mut Tx<'_>, by: &By, ours: &Stored) -> Result<Stored, Fault> {
    let (_, shipped) = of_ours(&ours.key).ok_or_else(Fault::not_found)?;
    let added = add(tx, by, &ours.key, 1, ours.is_default)?;
    let version =
        NewVersion { number: 1, text: shipped.text, note: "", from: BEGINNING, makes_default: ours.is_default };
    insert_version(tx, by, added.id, &version, None)?;
    Ok(added)
}

struct NewVersion<'a> {
    number: i64,
    text: &'a str,
    note: &'a str,
    /// The first day that it governs.
    from: Date,
    makes_default: bool,
}

fn insert_version(
    tx: &mut Tx<'_>,
    by: &By,
    template: Uuid,
    new: &NewVersion<'_>,
    publisher: Option<Uuid>,
) -> Result<(), Fault> {
    let hash = hex(&Sha256::digest(new.text.as_bytes()));
    tx.exec(
        sql!(
            "INSERT INTO scorecard_version (template_id, workspace_id, version, text, hash, note, published_at,
               published_by, governs_from, made_default) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        &[
            &template,
            &by.workspace.id,
            &new.number,
            &new.text,
            &hash,
            &new.note,
            &by.at,
            &publisher,
            &new.from,
            &new.makes_default,
        ],
    )?;
    Ok(())
}

/// Publishes the draft as the next version, with what changed and why; `default` makes it the one for every account
/// that no other template names. The lines of the accounts are written anew afterwards.
pub fn publish(tx: &mut Tx<'_>, by: &By, key: &str, note: &str, default: bool) -> Result<Stored, Fault> {
    tx.lock(&[by.workspace.id])?;
    let template = stored(tx, by.workspace.id, key)?.ok_or_else(Fault::not_found)?;
    let Some(text) = template.draft.clone() else {
        return Err(Fault::new(Problem::Conflict, "There is no draft to publish. Save one first."));
    };
    checked(&text)?;
    let number = template.version + 1;
    let from = governs_from(tx, by)?;
    let version = NewVersion { number, text: &text, note, from, makes_default: default };
    insert_version(tx, by, template.id, &version, by.user)?;
    tx.exec(
        sql!(
            "UPDATE scorecard_template SET version = $3, draft = NULL, draft_at = NULL, draft_by = NULL
             WHERE workspace_id = $1 AND id = $2"
        ),
        &[&by.workspace.id, &template.id, &number],
    )?;
    if default {
        make_default(tx, by, &template)?;
    }
    let data = json!({ "template": key, "version": number, "default": default });
    by.happened(tx, Kind::TemplatePublished, ("scorecard_template", template.id), data)?;
    by.every_line_changed(from);
    stored(tx, by.workspace.id, key)?.ok_or_else(Fault::not_found)
}

fn make_default(tx: &mut Tx<'_>, by: &By, template: &Stored) -> Result<(), Fault> {
    tx.exec(
        sql!("UPDATE scorecard_template SET is_default = (id = $2) WHERE workspace_id = $1"),
        &[&by.workspace.id, &template.id],
    )?;
    Ok(())
}
