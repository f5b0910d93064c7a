//! Which templates a workspace has, and which of them governs an account.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::{LOW, STEPS, Template, Templates};
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
    let mut published = Vec::with_capacity(rows.len());
    for (id, is_default, version, hash) in rows {
        published.push((remembered(tx, workspace, id, version, hash)?, is_default));
    }
    together(published)
}

/// What was published, each with whether it is the default, and what ships beside it.
pub(super) fn together(published: Vec<(Arc<Template>, bool)>) -> Result<Templates, Fault> {
    let mut default = None;
    let mut others = Vec::new();
    for (template, is_default) in published {
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

pub(super) fn remembered(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    id: Uuid,
    version: i64,
    hash: String,
) -> Result<Arc<Template>, Fault> {
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
pub(super) fn parse(text: &str, version: u32) -> Result<Template, Fault> {
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

/// Below which score each step is low for the account: by its type, and by how long it has been a client.
pub fn low_of(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    template: &Template,
    today: Date,
) -> Result<[Mean; STEPS], Fault> {
    if template.bands.is_empty() {
        return Ok([LOW; STEPS]);
    }
    let found = accounts::account(tx, workspace, account, Uuid::nil())?.ok_or_else(Fault::not_found)?;
    Ok(template.low_on(found.account_type, client_since(tx, workspace, account)?, today))
}

/// The first day of its first contract.
fn client_since(tx: &mut Tx<'_>, workspace: Uuid, account: Uuid) -> Result<Option<Date>, Fault> {
    let signed = accounts::amendments(tx, workspace, account)?;
    Ok(signed.iter().map(|stored| stored.amendment.start_on).min())
}

/// Versions of a template around a stretch of time.
#[derive(Default)]
pub struct Between {
    /// The one that governed when it began; none when it is the oldest that is known.
    pub before: Option<Arc<Template>>,
    /// Those that were published in it, oldest first.
    pub after: Vec<PublishedIn>,
}

/// A version that was published in that time.
pub struct PublishedIn {
    pub template: Arc<Template>,
    pub at: Timestamp,
    pub by: String,
    pub note: String,
}

/// The versions of a template that governed between two times.
pub fn versions_between(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    template: &Template,
    start: Timestamp,
    end: Timestamp,
) -> Result<Between, Fault> {
    let rows = tx.rows(
        sql!(
            "SELECT t.id, v.version, v.hash, v.published_at, v.note, COALESCE(u.name, '')
             FROM scorecard_template t JOIN scorecard_version v ON v.template_id = t.id
             LEFT JOIN workspace_user u ON u.id = v.published_by
             WHERE t.workspace_id = $1 AND t.key = $2 AND v.published_at <= $3 ORDER BY v.version"
        ),
        &[&workspace, &template.key, &end],
        |row| {
            let ids = (row.get::<Uuid>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?);
            let published = (row.get::<Timestamp>(3)?, row.get::<String>(4)?);
            Ok((ids, published, row.get::<String>(5)?))
        },
    )?;
    let mut found = Between::default();
    let is_ours = shipped().iter().any(|ours| ours.template.key == template.key);
    for ((id, version, hash), (at, note), by) in rows {
        let template = remembered(tx, workspace, id, version, hash)?;
        // What came with Mainstay has governed since the beginning, whenever its row was written.
        if at <= start || (version == 1 && is_ours) {
            found.before = Some(template);
        } else {
            found.after.push(PublishedIn { template, at, by, note });
        }
    }
    Ok(found)
}
