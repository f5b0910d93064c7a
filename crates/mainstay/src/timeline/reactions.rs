//! The tail of the log: one reader for each process, whose messages every live page of it shares.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mainstay_db::events::{self, Cursor, Event};
use mainstay_db::{Scope, Tx};
use uuid::Uuid;

use super::store;
use crate::app::App;
use crate::corridor::fault::Fault;
use crate::corridor::live::{Changed, Readers};

const BATCH_EVENTS: i64 = 500;
/// The net below the wake-up: another instance's commits are seen at the latest after this.
const POLL: Duration = Duration::from_millis(500);
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Follows the log until the server stops; a failed read is tried again, nothing is skipped.
pub async fn tail(app: App) {
    let mut woken = app.db.woken();
    let mut stopping = app.stopping.clone();
    let mut cursor = loop {
        match app.db.read(Scope::System, |tx| Ok::<_, Fault>(events::head(tx, None)?)).await {
            Ok(head) => break head,
            Err(fault) => {
                tracing::warn!(%fault, "the log cannot be read yet");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    };
    loop {
        match follow(&app, cursor).await {
            Ok(reached) if reached != cursor => {
                cursor = reached;
                continue;
            }
            Ok(_) => {}
            Err(fault) => {
                tracing::warn!(%fault, "the log could not be read; trying again");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
        tokio::select! {
            _ = woken.changed() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

async fn follow(app: &App, cursor: Cursor) -> Result<Cursor, Fault> {
    let messages = app
        .db
        .read(Scope::System, move |tx| {
            let events = events::after(tx, None, cursor, BATCH_EVENTS)?;
            let readers = store::account_readers(tx, &events)?;
            events.into_iter().map(|event| message(tx, event, &readers)).collect::<Result<Vec<_>, Fault>>()
        })
        .await?;
    let reached = messages.last().map_or(cursor, |message| message.cursor);
    for message in messages {
        // Nobody listening is no failure.
        let _ = app.live.send(Arc::new(message));
    }
    Ok(reached)
}

fn message(tx: &mut Tx<'_>, event: Event, known: &BTreeMap<Uuid, Readers>) -> Result<Changed, Fault> {
    let readers = store::readers_of(tx, &event, known)?;
    Ok(Changed {
        workspace: event.workspace,
        account: event.account,
        version: event.account_version.unwrap_or(0),
        kind: event.kind,
        cursor: event.cursor,
        readers,
    })
}
