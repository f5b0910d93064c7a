//! Reading the timeline; it is written by the verbs of all rooms through `By`.

use std::collections::HashMap;

use mainstay_db::Tx;
use mainstay_db::events::{self, Cursor, Event};
use uuid::Uuid;

use crate::account;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;

/// An event with the name of whoever did it.
pub struct Entry {
    pub event: Event,
    pub actor: String,
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
    named(tx, workspace, events)
}

/// Events of the workspace after a cursor that the caller may see, and the cursor to go on from.
pub fn after(tx: &mut Tx<'_>, caller: &Caller, cursor: Cursor, limit: i64) -> Result<(Vec<Event>, Cursor), Fault> {
    let workspace = caller.workspace.id;
    let events = events::after(tx, Some(workspace), cursor, limit)?;
    let reached = events.last().map_or(cursor, |event| event.cursor);
    let mut hidden: HashMap<Uuid, bool> = HashMap::new();
    let mut seen = Vec::with_capacity(events.len());
    for event in events {
        let is_hidden = match event.account {
            None => false,
            Some(id) => match hidden.get(&id) {
                Some(known) => *known,
                None => {
                    let is_hidden = account::store::hidden_from(tx, workspace, id, caller.user)?;
                    hidden.insert(id, is_hidden);
                    is_hidden
                }
            },
        };
        if !is_hidden {
            seen.push(event);
        }
    }
    Ok((seen, reached))
}

fn named(tx: &mut Tx<'_>, workspace: Uuid, events: Vec<Event>) -> Result<Vec<Entry>, Fault> {
    let mut names: HashMap<Uuid, String> = HashMap::new();
    let mut entries = Vec::with_capacity(events.len());
    for event in events {
        let actor = match event.actor {
            None => String::new(),
            Some(id) => match names.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = crate::people::store::user(tx, workspace, id)?.map(|user| user.name).unwrap_or_default();
                    names.insert(id, name.clone());
                    name
                }
            },
        };
        entries.push(Entry { event, actor });
    }
    Ok(entries)
}
