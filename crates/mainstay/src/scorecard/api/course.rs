//! How a number of the scorecard went between two days, with the days on which its template became another version.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_db::Tx;
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::{Latest, Template, evaluate};
use uuid::Uuid;

use super::end_of;
use super::explain::What;
use crate::corridor::caller::Workspace;
use crate::corridor::fault::Fault;
use crate::scorecard::store;

/// From a day on, the number read so; none means that nothing was scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub on: Date,
    pub value: Option<Mean>,
}

/// The template became another version.
#[derive(Clone, Debug)]
pub struct VersionMark {
    pub on: Date,
    pub at: Timestamp,
    pub template: String,
    pub version: u32,
    pub note: String,
    pub by: String,
}

/// The number's course.
#[derive(Debug)]
pub struct Course {
    pub from: Date,
    pub to: Date,
    /// In order, one a day: how the number read at that day's end.
    pub turns: Vec<Turn>,
    pub versions: Vec<VersionMark>,
}

/// Works the number out anew after every score and every version in between, each under the version of its day.
pub fn course(
    tx: &mut Tx<'_>,
    workspace: &Workspace,
    account: Uuid,
    what: &What,
    (from, to): (Date, Date),
) -> Result<Course, Fault> {
    let (start, end) = (end_of(from, &workspace.zone), end_of(to, &workspace.zone));
    let governing = store::template_of(tx, workspace.id, account)?;
    let versions = store::versions_between(tx, workspace.id, &governing, start, end)?;
    let mut template = versions.before.clone().unwrap_or_else(|| Arc::clone(&governing));
    let mut facts: BTreeMap<String, Latest> =
        store::as_of(tx, workspace.id, account, start)?.into_iter().map(|fact| (fact.metric.clone(), fact)).collect();
    let mut scores = store::recorded_between(tx, workspace.id, account, (start, end))?.into_iter().peekable();
    let mut later = versions.after.iter().peekable();
    let mut turns = vec![Turn { on: from, value: read(what, &template, &facts) }];
    loop {
        let next = [scores.peek().map(|score| score.effective_at), later.peek().map(|version| version.at)];
        let Some(at) = next.into_iter().flatten().min() else { break };
        let on = workspace.day_of(at);
        let until = end_of(on, &workspace.zone);
        while let Some(score) = scores.next_if(|score| score.effective_at <= until) {
            let fact = Latest { metric: score.metric.clone(), value: score.value, effective_at: score.effective_at };
            facts.insert(score.metric, fact);
        }
        while let Some(version) = later.next_if(|version| version.at <= until) {
            template = Arc::clone(&version.template);
        }
        let value = read(what, &template, &facts);
        if turns.last().is_none_or(|last| last.value != value) {
            turns.push(Turn { on, value });
        }
    }
    let mark = |version: &store::PublishedIn| VersionMark {
        on: workspace.day_of(version.at),
        at: version.at,
        template: version.template.key.clone(),
        version: version.template.version,
        note: version.note.clone(),
        by: version.by.clone(),
    };
    Ok(Course { from, to, turns, versions: versions.after.iter().map(mark).collect() })
}

fn read(what: &What, template: &Template, facts: &BTreeMap<String, Latest>) -> Option<Mean> {
    match what {
        What::Metric(key) => facts.get(key).and_then(|fact| fact.value).map(Mean::from),
        what => {
            let known: Vec<Latest> = facts.values().cloned().collect();
            what.figure().and_then(|figure| figure.of(&evaluate(template, &known)))
        }
    }
}
