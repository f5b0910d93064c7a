//! Which templates a workspace has, and which of them governs an account.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use mainstay_db::{Tx, sql};
use mainstay_rules::scorecard::{Template, Templates};
use uuid::Uuid;

use crate::account::store as accounts;
use crate::corridor::fault::Fault;
use crate::scorecard::shipped;

/// Read templates that are remembered; when there are more, all are forgotten.
const REMEMBERED_MAX: usize = 200;

/// What a published text means. It is found by the hash of the text, and the text of a version never changes:
/// what is remembered here could always be read again, and is the same for everybody.
static READ: LazyLock<Mutex<Remembered>> = LazyLock::new(Mutex::default);

/// By the hash of the text and the number of the version.
type Remembered = HashMap<(String, u32), Arc<Template>>;

/// The published templates of a workspace, those that ship among them.
pub fn templates(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Templates, Fault> {
    let rows = tx.rows(
        sql!(
            "SELECT t.id, t.is_default, t.version, v.hash FROM scorecard_template t
             JOIN scorecard_version v ON v.template_id = t.id AND v.version = t.version
             WHERE t.workspace_id = $1 ORDER BY t.key"
        ),
        &[&workspace],
        |row| Ok((row.get::<Uuid>(0)?, row.get::<bool>(1)?, row.get::<i64>(2)?, row.get::<String>(3)?)),
    )?;
    let mut default = None;
    let mut others = Vec::new();
    for (id, is_default, version, hash) in rows {
        let template = remembered(tx, workspace, id, version, hash)?;
        if is_default { default = Some(template) } else { others.push(template) }
    }
    for ours in shipped() {
        let key = &ours.template.key;
        let is_replaced = default.iter().chain(&others).any(|template: &Arc<Template>| template.key == *key);
        if is_replaced {
            continue;
        }
        if default.is_none() {
            default = Some(Arc::clone(&ours.template));
        } else {
            others.push(Arc::clone(&ours.template));
        }
    }
    let default = default.or_else(|| others.first().cloned());
    let default = default.ok_or_else(|| Fault::internal("a workspace without a template"))?;
    others.retain(|template| template.key != default.key);
    Ok(Templates::new(default, others))
}

fn remembered(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid, version: i64, hash: String) -> Result<Arc<Template>, Fault> {
    let number = u32::try_from(version).map_err(Fault::internal)?;
    let key = (hash, number);
    if let Ok(read) = READ.lock()
        && let Some(known) = read.get(&key)
    {
        return Ok(Arc::clone(known));
    }
    let text = version_text(tx, workspace, id, version)?.ok_or_else(|| Fault::internal("a version without a text"))?;
    let template = Arc::new(parse(&text, number)?);
    if let Ok(mut read) = READ.lock() {
        if read.len() >= REMEMBERED_MAX {
            read.clear();
        }
        read.insert(key, Arc::clone(&template));
    }
    Ok(template)
}

/// The text of a published version, as it was published.
pub fn version_text(tx: &mut Tx<'_>, workspace: Uuid, id: Uuid, version: i64) -> Result<Option<String>, Fault> {
    Ok(tx.one(
        sql!("SELECT text FROM scorecard_version WHERE workspace_id = $1 AND template_id = $2 AND version = $3"),
        &[&workspace, &id, &version],
        |row| row.get(0),
    )?)
}

/// A text that was checked before it was stored.
fn parse(text: &str, version: u32) -> Result<Template, Fault> {
    let mut template = Template::parse(text).map_err(Fault::internal)?;
    template.version = version;
    Ok(template)
}

/// The template that governs an account today.
pub fn template_of(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Arc<Template>, Fault> {
    let templates = templates(tx, workspace)?;
    if templates.is_uniform() {
        return Ok(Arc::clone(templates.default()));
    }
    let account = accounts::account(tx, workspace, account, Uuid::nil())?.ok_or_else(Fault::not_found)?;
    Ok(Arc::clone(templates.governing(account.segment())))
}
