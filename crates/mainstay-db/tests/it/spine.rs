//! Events: what append stores, and what the readers answer.

use jiff::Timestamp;
use mainstay_db::events::{self, Cursor, NewEvent};
use mainstay_db::{Error, Scope};
use serde_json::json;
use uuid::Uuid;

use crate::home::{Home, eventually, id, on_both};

pub fn event(number: u128, workspace: Uuid, account: Option<Uuid>) -> NewEvent {
    let at: Timestamp = "2026-11-02T09:00:00Z".parse().expect("a time");
    NewEvent {
        id: id(number),
        workspace,
        account,
        kind: "score_recorded",
        v: 1,
        effective_at: at,
        recorded_at: at,
        actor: Some(id(7)),
        cause: None,
        subject_kind: "score",
        subject: id(8),
        data: json!({ "step": 3, "score": 450 }),
    }
}

on_both! { appended_events_are_read_in_order }

async fn appended_events_are_read_in_order(home: Home) {
    let home = home.with("").await;
    let (workspace, account) = (id(1), id(2));
    for number in 100..110 {
        let version: Option<i64> = home
            .db
            .write::<_, Error>(Scope::Workspace(workspace), move |tx| {
                tx.lock(&[account])?;
                events::append(tx, &event(number, workspace, Some(account)))
            })
            .await
            .expect("an event");
        assert_eq!(version, i64::try_from(number - 99).ok());
    }
    let all =
        || home.db.read(Scope::Workspace(workspace), move |tx| events::after(tx, Some(workspace), Cursor::START, 100));
    // any transaction that still runs on the same server holds the visible mark back for a moment
    eventually("all ten are visible", async || all().await.expect("events").len() == 10).await;
    let read = all().await.expect("events");
    assert_eq!(read.iter().map(|one| one.id).collect::<Vec<_>>(), (100..110).map(id).collect::<Vec<_>>());
    assert_eq!(read.iter().filter_map(|one| one.account_version).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    let sent = event(100, workspace, Some(account));
    let first = &read[0];
    assert_eq!((first.effective_at, &first.data, first.actor), (sent.effective_at, &sent.data, sent.actor));
}

on_both! { many_events_go_on_counting_each_account }

async fn many_events_go_on_counting_each_account(home: Home) {
    let home = home.with("").await;
    let (workspace, one, other) = (id(1), id(2), id(3));
    let scope = Scope::Workspace(workspace);
    let append = move |number: u128, account: Uuid| event(number, workspace, Some(account));
    home.db
        .write::<_, Error>(scope, move |tx| {
            tx.lock(&[one, other])?;
            events::append(tx, &append(100, one))?;
            events::append_all(tx, &[append(101, other), append(102, one), append(103, one)])?;
            events::append(tx, &append(104, other)).map(drop)
        })
        .await
        .expect("five events");
    let versions = home.db.read(scope, move |tx| events::versions(tx, workspace, &[one, other, id(4)])).await;
    assert_eq!(versions.expect("versions"), [(one, 3), (other, 2)].into());
    let of_one = home.db.read(scope, move |tx| events::of_account(tx, workspace, one, None, 10)).await.expect("events");
    let told: Vec<_> = of_one.iter().map(|event| (event.id, event.account_version)).collect();
    assert_eq!(told, [(id(103), Some(3)), (id(102), Some(2)), (id(100), Some(1))]);
    let unlocked = home.db.write::<_, Error>(scope, move |tx| events::append_all(tx, &[append(105, one)])).await;
    assert!(unlocked.is_err_and(|error| error.to_string().contains("tx.lock")));
    let elsewhere = NewEvent { workspace: id(9), ..append(106, one) };
    let mixed = home.db.write::<_, Error>(scope, move |tx| {
        tx.lock(&[one])?;
        events::append_all(tx, &[append(107, one), elsewhere.clone()])
    });
    assert!(mixed.await.is_err());
}

#[test]
fn cursors_are_tokens_in_order() {
    let cursors = [(0, 0), (0, 5), (1, 2), (1, 300), (i64::MAX, i64::MAX)].map(|(x, seq)| Cursor { x, seq });
    assert!(cursors.is_sorted());
    for cursor in cursors {
        let token = cursor.to_string();
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{token}");
        assert_eq!(token.parse::<Cursor>(), Ok(cursor));
    }
    for wrong in ["", "-", "1", "1-", "-1", "1-2-3", "x-1", "+1-2", "1-10000000000000000", "1--2", "１-2"] {
        assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
    }
}

on_both! { a_timeline_is_paged_newest_first }

async fn a_timeline_is_paged_newest_first(home: Home) {
    let home = home.with("").await;
    let (workspace, account) = (id(1), id(2));
    for number in 0..25_u128 {
        let whose = if number % 5 == 0 { id(3) } else { account };
        let wrote = home.db.write(Scope::Workspace(workspace), move |tx| {
            tx.lock(&[whose])?;
            events::append(tx, &event(100 + number, workspace, Some(whose)))
        });
        wrote.await.expect("an event");
    }
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page =
            home.db.read(Scope::Workspace(workspace), move |tx| events::of_account(tx, workspace, account, before, 7));
        let page = page.await.expect("a page");
        let Some(last) = page.last() else { break };
        before = Some(last.cursor);
        found.extend(page.iter().filter_map(|one| one.account_version));
    }
    assert_eq!(found, (1..=20).rev().collect::<Vec<_>>());
    let elsewhere = home.db.read(Scope::Workspace(id(9)), move |tx| events::of_account(tx, id(9), account, None, 10));
    assert_eq!(elsewhere.await, Ok(vec![]));
    let large = home.db.write(Scope::Workspace(workspace), move |tx| {
        tx.lock(&[account])?;
        let mut event = event(900, workspace, Some(account));
        event.data = json!({ "text": "x".repeat(events::MAX_DATA_BYTES) });
        events::append(tx, &event)
    });
    assert!(matches!(large.await, Err(Error::TooLong(_))));
}
