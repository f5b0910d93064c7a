//! The templates of a workspace through time: a past day is measured by the versions that governed then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mainstay_db::{Tx, sql};
use mainstay_rules::scorecard::{Template, Templates};
use uuid::Uuid;

use super::template::{parse, remembered, together};
use super::version_text;
use crate::corridor::fault::Fault;
use crate::corridor::verb::By;
use crate::scorecard::shipped;

/// From this day on governs what was there before anything was measured.
pub const BEGINNING: Date = jiff::civil::date(1990, 1, 1);

/// From which day on a version that is published now governs: before the first score of the workspace nothing was
/// measured by another one, so that a history that is brought in later is measured by it too.
pub(super) fn governs_from(tx: &mut Tx<'_>, by: &By) -> Result<Date, Fault> {
    let scored: Option<Uuid> =
        tx.one(sql!("SELECT id FROM score WHERE workspace_id = $1 LIMIT 1"), &[&by.workspace.id], |row| row.get(0))?;
    Ok(scored.map_or(BEGINNING, |_| by.today()))
}

/// A version with when it came to govern.
struct Turn {
    from: Date,
    template: Arc<Template>,
    made_default: bool,
}

/// What governed, and since which day: oldest first, the first since ever.
#[derive(Clone)]
pub struct Times(Vec<(Date, Templates)>);

impl Times {
    pub fn on(&self, day: Date) -> &Templates {
        let at = self.0.iter().rposition(|(from, _)| *from <= day).unwrap_or(0);
        &self.0[at].1
    }

    /// The days on which other versions came to govern.
    pub fn turns(&self) -> impl Iterator<Item = Date> + '_ {
        self.0.iter().skip(1).map(|(from, _)| *from)
    }

    pub fn each(&self) -> impl Iterator<Item = &Templates> {
        self.0.iter().map(|(_, templates)| templates)
    }
}

pub fn times(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Times, Fault> {
    let rows = tx.rows(
        sql!(
            "SELECT t.id, v.version, v.hash, v.governs_from, v.made_default
             FROM scorecard_version v JOIN scorecard_template t ON t.id = v.template_id
             WHERE v.workspace_id = $1 ORDER BY v.governs_from, v.published_at, v.version"
        ),
        &[&workspace],
        |row| {
            let of = (row.get::<Uuid>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?);
            Ok((of, row.get::<Date>(3)?, row.get::<bool>(4)?))
        },
    )?;
    let mut turns = Vec::with_capacity(rows.len());
    for ((id, version, hash), from, made_default) in rows {
        turns.push(Turn { from, template: remembered(tx, workspace, id, version, hash)?, made_default });
    }
    let days: BTreeSet<Date> = turns.iter().map(|turn| turn.from).chain([BEGINNING]).collect();
    let on = |day: Date| {
        let mut default = None;
        let mut newest = BTreeMap::new();
        for turn in turns.iter().filter(|turn| turn.from <= day) {
            newest.insert(turn.template.key.clone(), Arc::clone(&turn.template));
            if turn.made_default {
                default = Some(turn.template.key.clone());
            }
        }
        let published = newest.into_values().map(|template| {
            let is_default = default.as_ref() == Some(&template.key);
            (template, is_default)
        });
        together(published.collect()).map(|templates| (day, templates))
    };
    Ok(Times(days.into_iter().map(on).collect::<Result<_, _>>()?))
}

/// The texts of these templates with their versions, the default's first: what a snapshot keeps.
pub fn texts(tx: &mut Tx<'_>, workspace: Uuid, templates: &Templates) -> Result<Vec<(u32, String)>, Fault> {
    let ids =
        tx.rows(sql!("SELECT key, id FROM scorecard_template WHERE workspace_id = $1"), &[&workspace], |row| {
            Ok((row.get::<String>(0)?, row.get::<Uuid>(1)?))
        })?;
    let ids: BTreeMap<String, Uuid> = ids.into_iter().collect();
    let mut texts = Vec::new();
    for template in templates.all() {
        let published = match ids.get(&template.key) {
            Some(id) => version_text(tx, workspace, *id, i64::from(template.version))?,
            None => None,
        };
        let ours = || shipped().iter().find(|ours| ours.template.key == template.key).map(|ours| ours.text.to_owned());
        let text = published.or_else(ours).ok_or_else(|| Fault::internal("a template without a text"))?;
        texts.push((template.version, text));
    }
    Ok(texts)
}

/// The templates that these texts were.
pub fn of_texts(texts: &[(u32, String)]) -> Result<Templates, Fault> {
    let mut read = texts.iter().map(|(version, text)| parse(text, *version).map(Arc::new));
    let default = read.next().ok_or_else(|| Fault::internal("no template"))??;
    Ok(Templates::new(default, read.collect::<Result<_, _>>()?))
}
