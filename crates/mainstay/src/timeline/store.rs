//! Reading the timeline; it is written by the verbs of all rooms through `By`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use mainstay_db::Tx;
use mainstay_db::events::{self, Cursor, Event};
use mainstay_rules::event::Kind;
use mainstay_rules::scorecard::Template;
use uuid::Uuid;

use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::live::Readers;
use crate::{account, people, pod, scorecard, task};

/// An event with the words that its ids stand for.
pub struct Entry {
    pub event: Event,
    /// Who did it; empty when the system did.
    pub actor: String,
    /// The person or contract that it is about.
    pub about: String,
    /// What a task is called today, or the words of an activity.
    pub title: String,
    /// What was written with a score, or as the reason for another type.
    pub note: String,
    pub evidence_url: String,
    /// The step and the name of the metric that was scored; none when the account's template has it no more.
    pub metric: Option<(String, String)>,
}

/// The newest events of an account; the caller has the right to read it.
pub fn of_account(
    tx: &mut Tx<'_>,
    workspace: Uuid,
    account: Uuid,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Entry>, Fault> {
    let events = events::of_account(tx, workspace, account, before, limit)?;
    let template = scorecard::store::template_of(tx, workspace, account)?;
    let mut names = Names { workspace, template, users: HashMap::new(), contracts: HashMap::new() };
    events.into_iter().map(|event| entry(tx, &mut names, event)).collect()
}

fn entry(tx: &mut Tx<'_>, names: &mut Names, event: Event) -> Result<Entry, Fault> {
    let workspace = names.workspace;
    let actor = names.user(tx, event.actor)?;
    let about = match event.subject_kind.as_str() {
        "user" => names.user(tx, Some(event.subject))?,
        "task" => {
            let owner = event.data["owner"].as_str().and_then(|id| Uuid::parse_str(id).ok());
            names.user(tx, owner)?
        }
        "contract" => names.contract(tx, event.account, event.subject)?,
        "scope" => {
            account::store::scope(tx, workspace, event.subject)?.map(|scope| scope.fields.name).unwrap_or_default()
        }
        _ => {
            let associate = event.data["associate_id"].as_str().and_then(|id| Uuid::parse_str(id).ok());
            names.user(tx, associate)?
        }
    };
    let score = match event.subject_kind.as_str() {
        "score" => scorecard::store::recorded(tx, names.workspace, event.subject)?,
        "scope" => scope_score(tx, names.workspace, &event)?,
        _ => None,
    };
    let title = match event.subject_kind.as_str() {
        "task" => task::store::task(tx, names.workspace, event.subject, Uuid::nil())?.map(|task| task.title),
        "activity" => scorecard::store::activity(tx, names.workspace, event.subject)?,
        _ => None,
    };
    let reason = match event.subject_kind.as_str() {
        "type_change" => account::store::type_change(tx, names.workspace, event.subject)?.map(|change| change.reason),
        "merge" => account::store::merge(tx, names.workspace, event.subject)?.map(|merge| merge.reason),
        _ => None,
    };
    let (note, evidence_url) = score.map(|score| (score.note, score.evidence_url)).unwrap_or_default();
    let key = event.data["metric"].as_str().or_else(|| event.data["step"].as_str());
    let metric = key.and_then(|key| names.template.metric(key));
    let metric = metric.map(|metric| (metric.step.key.clone(), metric.name().to_owned()));
    let note = reason.unwrap_or(note);
    Ok(Entry { event, actor, about, title: title.unwrap_or_default(), note, evidence_url, metric })
}

/// The row of a scope's score that the event tells of.
fn scope_score(tx: &mut Tx<'_>, workspace: Uuid, event: &Event) -> Result<Option<scorecard::store::Recorded>, Fault> {
    let id = event.data["score_id"].as_str().and_then(|id| Uuid::parse_str(id).ok());
    id.map_or(Ok(None), |id| scorecard::store::recorded_on_scope(tx, workspace, id))
}

/// Names that several events of a page share, each read once.
struct Names {
    workspace: Uuid,
    template: Arc<Template>,
    users: HashMap<Uuid, String>,
    contracts: HashMap<Uuid, String>,
}

impl Names {
    fn user(&mut self, tx: &mut Tx<'_>, id: Option<Uuid>) -> Result<String, Fault> {
        let Some(id) = id else { return Ok(String::new()) };
        if let Some(known) = self.users.get(&id) {
            return Ok(known.clone());
        }
        let name = people::store::user(tx, self.workspace, id)?.map(|user| user.name).unwrap_or_default();
        self.users.insert(id, name.clone());
        Ok(name)
    }

    fn contract(&mut self, tx: &mut Tx<'_>, account: Option<Uuid>, id: Uuid) -> Result<String, Fault> {
        let Some(account) = account else { return Ok(String::new()) };
        if let Some(known) = self.contracts.get(&id) {
            return Ok(known.clone());
        }
        let found = account::store::contract(tx, self.workspace, account, id)?;
        let name = found.map(|contract| contract.name).unwrap_or_default();
        self.contracts.insert(id, name.clone());
        Ok(name)
    }
}

/// Events of the workspace after a cursor that the caller may see, and the cursor to go on from.
pub fn after(tx: &mut Tx<'_>, caller: &Caller, cursor: Cursor, limit: i64) -> Result<(Vec<Event>, Cursor), Fault> {
    let workspace = caller.workspace.id;
    let events = events::after(tx, Some(workspace), cursor, limit)?;
    let reached = events.last().map_or(cursor, |event| event.cursor);
    let known = account_readers(tx, &events)?;
    let mut seen = Vec::with_capacity(events.len());
    for event in events {
        if readers_of(tx, &event, &known)?.include(caller.user) {
            seen.push(event);
        }
    }
    Ok((seen, reached))
}

/// The place behind the newest event of the workspace.
pub fn head(tx: &mut Tx<'_>, workspace: Uuid) -> Result<Cursor, Fault> {
    Ok(events::head(tx, Some(workspace))?)
}

/// Who may be told of an event; who reads its account is known for the whole batch.
///
/// That an account is gone is told to everybody: whoever copied it must forget it, and the event holds no more than its id.
pub fn readers_of(tx: &mut Tx<'_>, event: &Event, known: &BTreeMap<Uuid, Readers>) -> Result<Readers, Fault> {
    if event.subject_kind == "task" && event.account.is_none() {
        // About no account: its owner and whoever wrote it down.
        let task = task::store::task(tx, event.workspace, event.subject, Uuid::nil())?;
        return Ok(Readers::Users(
            task.map_or_else(Vec::new, |task| std::iter::once(task.owner_id).chain(task.created_by).collect()),
        ));
    }
    Ok(match event.account.filter(|_| event.kind != Kind::AccountRemoved.as_str()) {
        // Of an account that is gone nobody can be asked any more, so nobody reads its past.
        Some(account) => known.get(&account).cloned().unwrap_or_else(|| Readers::Users(Vec::new())),
        None => Readers::Workspace,
    })
}

/// Who may read today of the accounts of these events: everybody, or the pod of a confidential one. One that is gone is
/// not among them.
pub fn account_readers(tx: &mut Tx<'_>, events: &[Event]) -> Result<BTreeMap<Uuid, Readers>, Fault> {
    let mut of_workspace: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for event in events {
        of_workspace.entry(event.workspace).or_default().extend(event.account);
    }
    let mut known = BTreeMap::new();
    for (workspace, accounts) in of_workspace {
        let accounts: Vec<Uuid> = accounts.into_iter().collect();
        for (id, account) in account::store::accounts_each(tx, workspace, &accounts, Uuid::nil())? {
            let readers = if account.confidential {
                let members = pod::store::members(tx, workspace, id)?;
                Readers::Users(members.into_iter().map(|member| member.user_id).collect())
            } else {
                Readers::Workspace
            };
            known.insert(id, readers);
        }
    }
    Ok(known)
}
