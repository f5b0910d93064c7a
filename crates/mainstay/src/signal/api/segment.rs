//! The wire of Segment's HTTP tracking API: existing client libraries send here when their host is this server. The
//! write key is a token of ours; a group's id is the external id of an account.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{HeaderValue, header};
use jiff::Timestamp;
use mainstay_db::{Scope, Tx};
use mainstay_rules::limits::{JSON_BYTES_MAX, SIGNALS_AT_ONCE_MAX};
use mainstay_rules::problem::Problem;
use mainstay_rules::segment::{self, Call, CallKind};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::sent::{Draft, PointSent, digest};
use crate::account::store::{self as accounts, Addressed};
use crate::app::{self, App};
use crate::corridor::access::{Allowed, SendSignals};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::request::{body_of, check_csrf, parse_json};
use crate::corridor::verb::By;
use crate::signal::store::{self, Arrived};

/// What the clients expect.
#[derive(Serialize, ToSchema)]
#[schema(as = SegmentAnswer)]
pub struct Success {
    success: bool,
}

/// Many calls at once, in the wire format of Segment's `batch`; a call that was sent before is known by its `messageId`.
#[utoipa::path(post, path = "/v1/batch", tag = "signal",
    request_body(content = Object, description = "`batch`: a list of calls, each with its `type`"),
    responses((status = 200, body = Success)))]
pub async fn batch(State(app): State<App>, request: Request<Body>) -> Result<Json<Success>, Fault> {
    let (caller, body) = received(&app, request).await?;
    let Some(batch) = body["batch"].as_array() else {
        return Err(Fault::new(Problem::Malformed, "The body has a list of calls in `batch`."));
    };
    let calls = batch.iter().filter_map(|call| segment::read(None, call)).collect();
    take(&app, &caller, calls).await
}

/// One call, in the wire format of Segment: `track`, `identify`, `group`, `page`, `screen` or `alias`.
#[utoipa::path(post, path = "/v1/{call}", tag = "signal", params(("call" = String, Path)),
    request_body(content = Object, description = "The call"), responses((status = 200, body = Success)))]
pub async fn call(
    State(app): State<App>,
    Path(word): Path<String>,
    request: Request<Body>,
) -> Result<Json<Success>, Fault> {
    let (caller, body) = received(&app, request).await?;
    let kind = CallKind::parse(&word).ok_or_else(Fault::not_found)?;
    take(&app, &caller, segment::read(Some(kind), &body).into_iter().collect()).await
}

/// Who sends, and what. Newer clients write the key into the body instead of the header.
async fn received(app: &App, request: Request<Body>) -> Result<(Caller, Value), Fault> {
    let (mut parts, body) = request.into_parts();
    let bytes = body_of(Request::from_parts(parts.clone(), body), JSON_BYTES_MAX).await?;
    let body: Value = parse_json(&bytes)?;
    let key = body["writeKey"].as_str().and_then(|key| HeaderValue::from_str(&format!("Bearer {key}")).ok());
    if let (None, Some(key)) = (parts.headers.get(header::AUTHORIZATION), key) {
        parts.headers.insert(header::AUTHORIZATION, key);
    }
    let caller = Allowed::<SendSignals>::from_request_parts(&mut parts, app).await?.into_caller();
    // A browser's session may send too, with its proof, as everywhere.
    check_csrf(&caller, parts.headers.get(crate::corridor::request::CSRF_HEADER).and_then(|v| v.to_str().ok()))?;
    Ok((caller, body))
}

/// What the calls come to.
struct Read {
    arrived: Vec<Arrived>,
    people: BTreeMap<Uuid, Uuid>,
    unmatched: BTreeMap<String, i64>,
    scored: BTreeSet<String>,
}

async fn take(app: &App, caller: &Caller, calls: Vec<Call>) -> Result<Json<Success>, Fault> {
    let (acting, now) = (caller.clone(), app.source.now());
    let read = app.db.read(Scope::Workspace(caller.workspace.id), move |tx| read(tx, &acting, &calls, now)).await?;
    app.verb_bulk(Arc::clone(&caller.workspace), Some(caller.user), None, move |tx, by| write(tx, by, &read)).await?;
    app.ring_signals();
    Ok(Json(Success { success: true }))
}

fn write(tx: &mut Tx<'_>, by: &By, read: &Read) -> Result<(), Fault> {
    store::put_people(tx, by, &read.people)?;
    store::count_unmatched(tx, by, &read.unmatched)?;
    for some in read.arrived.chunks(SIGNALS_AT_ONCE_MAX) {
        store::take(tx, by, some, &read.scored)?;
    }
    Ok(())
}

/// Finds the account of each call, in the order of the calls: a group call tells who works for whom from then on.
fn read(tx: &mut Tx<'_>, caller: &Caller, calls: &[Call], now: Timestamp) -> Result<Read, Fault> {
    let workspace = caller.workspace.id;
    let groups: BTreeSet<&String> = calls.iter().filter_map(|call| call.group.as_ref()).collect();
    let groups: Vec<String> = groups.into_iter().cloned().collect();
    let (_, by_group) = accounts::addressed(tx, caller, &[], &groups)?;
    let known: BTreeSet<Uuid> = calls
        .iter()
        .flat_map(|call| [&call.person, &call.previous])
        .flatten()
        .map(|person| person_id(workspace, person))
        .collect();
    let known: Vec<Uuid> = known.into_iter().collect();
    let mut seen = store::accounts_of_people(tx, workspace, &known)?;
    let of_people: BTreeSet<Uuid> = seen.values().copied().collect();
    let of_people: Vec<Uuid> = of_people.into_iter().collect();
    let (mut by_id, _) = accounts::addressed(tx, caller, &of_people, &[])?;
    by_id.extend(by_group.values().map(|account| (account.id, *account)));
    let mut read = Read {
        arrived: Vec::new(),
        people: BTreeMap::new(),
        unmatched: BTreeMap::new(),
        scored: app::points_scored(tx, workspace)?,
    };
    for call in calls {
        let account = account_of(workspace, call, &by_group, &by_id, &mut seen);
        let person = call.person.as_ref().map(|person| person_id(workspace, person));
        let Some(account) = account.filter(|account| account.writable) else {
            *read.unmatched.entry(call.group.clone().unwrap_or_default()).or_default() += 1;
            continue;
        };
        if let Some(person) = person.filter(|person| call.group.is_some() && seen.get(person) != Some(&account.id)) {
            seen.insert(person, account.id);
            read.people.insert(person, account.id);
        }
        if let (CallKind::Alias, Some(person)) = (call.kind, person) {
            read.people.insert(person, account.id);
        }
        read.arrived.extend(points(call, account.id, workspace, now, read.arrived.len()));
    }
    Ok(read)
}

fn account_of<'a>(
    workspace: Uuid,
    call: &Call,
    by_group: &'a HashMap<String, Addressed>,
    by_id: &'a HashMap<Uuid, Addressed>,
    seen: &mut HashMap<Uuid, Uuid>,
) -> Option<&'a Addressed> {
    if let Some(group) = &call.group {
        return by_group.get(group);
    }
    let person = call.person.as_ref().map(|person| person_id(workspace, person))?;
    if let Some(previous) = &call.previous
        && let Some(account) = seen.get(&person_id(workspace, previous)).copied()
    {
        seen.entry(person).or_insert(account);
    }
    by_id.get(seen.get(&person)?)
}

fn person_id(workspace: Uuid, person: &str) -> Uuid {
    digest(&[b"actor", workspace.as_bytes(), person.as_bytes()])
}

/// The points of a call; what does not read well is left out, as the wire has no way to say so.
fn points(call: &Call, account: Uuid, workspace: Uuid, now: Timestamp, first: usize) -> Vec<Arrived> {
    let sent = |(name, value): &(String, f64)| PointSent {
        account: Some(account),
        name: name.clone(),
        value: *value,
        at: call.at.clone(),
        id: call.message_id.clone(),
        actor: if call.kind == CallKind::Group { None } else { call.person.clone() },
        source: Some(SOURCE.to_owned()),
        ..PointSent::default()
    };
    let drafts = call.numbers.iter().enumerate();
    drafts
        .filter_map(|(n, number)| Draft::check(first + n, sent(number), now).ok())
        .map(|draft| draft.arrived(workspace, account))
        .collect()
}

/// Where such points come from, in words.
const SOURCE: &str = "segment";
