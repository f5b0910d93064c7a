//! Saved views over the wire, and the two that ship.

use axum::Json;
use axum::extract::State;
use mainstay_db::{Scope, Tx};
use mainstay_rules::field::{self, FieldCode, FieldError, keep};
use mainstay_rules::limits::{FIELD_NAME_CHARS_MAX, VIEW_QUERY_CHARS_MAX};
use mainstay_rules::permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Asked, Columns, heads};
use crate::account::api::{PersonRef, Tagged, tagged};
use crate::app::App;
use crate::corridor::access::{Allowed, Guarded, Read, Readable, Writable};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::corridor::verb::By;
use crate::portfolio::store::{self, Frame, SavedView, ViewChange};

/// The views that ship: their word, and what they ask.
pub const SHIPPED: [(&str, &str); 2] = [
    ("weekly-call", "attention=1&sort=attention&columns=report,trend"),
    // The type is the group's, and gaps are the week's work.
    (
        "board",
        "group=type&columns=associate,end_date,steps,overall,trend,since_snapshot,arr_last_year,arr_delta_target,\
         arr_ytd,progress",
    ),
];

impl Guarded for SavedView {
    const PARAMETER: &'static str = "view";
    const REFUSED: &'static str =
        "Only its owner, leaders and administrators change a shared view. Save one of your own.";

    fn load(tx: &mut Tx<'_>, caller: &Caller, id: Uuid) -> Result<Option<Self>, Fault> {
        store::view(tx, caller.workspace.id, id)
    }

    fn readable(&self, caller: &Caller) -> bool {
        permission::reads_view(self.owner_id == caller.user, self.shared)
    }

    fn writable(&self, caller: &Caller) -> bool {
        permission::changes_view(caller.role, self.owner_id == caller.user, self.shared)
    }
}

/// The words of the view that is asked for, below those that were asked themselves. From then on the words alone say
/// what is shown, so that each of them can be taken away.
pub fn viewed(tx: &mut Tx<'_>, caller: &Caller, mut asked: Asked) -> Result<Asked, Fault> {
    let Some(wanted) = asked.view.take() else { return Ok(asked) };
    asked.of = Some(wanted.clone());
    if let Some((_, query)) = SHIPPED.iter().find(|(word, _)| *word == wanted) {
        return Ok(asked.within(query));
    }
    let id = Uuid::parse_str(&wanted).map_err(|_| Fault::not_found())?;
    let view = store::view(tx, caller.workspace.id, id)?.filter(|view| view.readable(caller));
    Ok(asked.within(&view.ok_or_else(Fault::not_found)?.query))
}

/// A saved view of the report.
#[derive(Serialize, ToSchema)]
#[schema(as = View)]
pub struct ViewOut {
    pub id: Uuid,
    pub name: String,
    pub owner: PersonRef,
    /// Everybody in the workspace sees it; each sees in it the accounts that they may see.
    pub shared: bool,
    /// The words of its address, for `GET /portfolio`.
    #[schema(example = "industry=Food&sort=-arr_ytd&group=type")]
    pub query: String,
    /// Views with smaller numbers come first.
    pub position: i64,
    pub version: i64,
}

impl ViewOut {
    fn of(view: &SavedView) -> Self {
        Self {
            id: view.id,
            name: view.name.clone(),
            owner: PersonRef { id: view.owner_id, name: view.owner.clone() },
            shared: view.shared,
            query: view.query.clone(),
            position: view.position,
            version: view.version,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ViewFields)]
pub struct ViewIn {
    /// Required for a new view.
    pub name: Option<String>,
    /// Which accounts, columns, order and groups, as an address says them.
    #[schema(example = "industry=Food&sort=-arr_ytd&group=type")]
    pub query: Option<String>,
    pub shared: Option<bool>,
    pub position: Option<i64>,
}

impl ViewIn {
    /// The view as it is to be; its words are read as the report reads them, so that a view never fails to open.
    pub fn check(
        &self,
        tx: &mut Tx<'_>,
        by: &By,
        caller: &Caller,
        before: Option<&SavedView>,
    ) -> Result<ViewChange, Fault> {
        let mut errors = Vec::new();
        let known = |known: fn(&SavedView) -> &str| before.map(known).unwrap_or_default();
        let name = self.name.as_deref().unwrap_or_else(|| known(|view| &view.name));
        let name = keep(field::text("/name", name, FIELD_NAME_CHARS_MAX), &mut errors);
        let query = self.query.as_deref().unwrap_or_else(|| known(|view| &view.query));
        if query.chars().count() > VIEW_QUERY_CHARS_MAX {
            let message =
                format!("A view has at most {VIEW_QUERY_CHARS_MAX} characters; leave out columns or conditions");
            errors.push(FieldError::new("/query", FieldCode::TooLong, message));
        }
        let (Some(name), true) = (name, errors.is_empty()) else { return Err(Fault::invalid(errors)) };
        Ok(ViewChange {
            name,
            query: checked_query(tx, by, caller, query)?,
            shared: self.shared.unwrap_or(before.is_some_and(|view| view.shared)),
            position: self.position.unwrap_or(before.map_or(0, |view| view.position)),
        })
    }
}

/// The words in their own order, without those that are none of the report's.
fn checked_query(tx: &mut Tx<'_>, by: &By, caller: &Caller, query: &str) -> Result<String, Fault> {
    let heads = heads(tx, &by.workspace, Frame::Now, by.today())?;
    let known = heads.known();
    let mut asked = viewed(tx, caller, Asked::of_query(query.trim_start_matches('?')))?;
    asked.tidy(known.heads);
    asked.filter(caller, &known)?;
    asked.sort(&known)?;
    Columns::chosen(asked.columns.as_deref(), known.heads, &heads.fields)?;
    if let Some(word) = &asked.group {
        known.group(word)?;
    }
    serde_urlencoded::to_string(asked.pairs()).map_err(Fault::internal)
}

/// The views that you see: your own and shared ones. `weekly-call` and `board` ship and are asked by these words.
#[utoipa::path(get, path = "/api/v1/views", tag = "portfolio", responses((status = 200, body = List<ViewOut>)))]
pub async fn list_views(State(app): State<App>, caller: Allowed<Read>) -> Result<Json<List<ViewOut>>, Fault> {
    let (workspace, user) = (caller.workspace.id, caller.user);
    let views = app.db.read(Scope::Workspace(workspace), move |tx| store::views(tx, workspace, user)).await?;
    Ok(Json(List { data: views.iter().map(ViewOut::of).collect(), next_cursor: None }))
}

/// One view.
#[utoipa::path(get, path = "/api/v1/views/{view}", tag = "portfolio", params(("view" = Uuid, Path)),
    responses((status = 200, body = ViewOut)))]
pub async fn get_view(view: Readable<SavedView>) -> Tagged<ViewOut> {
    tagged(view.version, ViewOut::of(&view))
}

fn saved(tx: &mut Tx<'_>, by: &By, id: Uuid) -> Result<(i64, ViewOut), Fault> {
    let view = store::view(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
    Ok((view.version, ViewOut::of(&view)))
}

/// Saves a view, yours alone unless it is shared.
#[utoipa::path(post, path = "/api/v1/views", tag = "portfolio", request_body = ViewIn,
    responses((status = 201, body = ViewOut)))]
pub async fn add_view(
    State(app): State<App>,
    caller: Allowed<Read>,
    Sent(sent, care): Sent<ViewIn>,
) -> Result<Answer, Fault> {
    let caller = caller.into_caller();
    writes(&caller)?;
    let acting = caller.clone();
    app.commit(&caller, care, move |tx, by| {
        let new = sent.check(tx, by, &acting, None)?;
        let id = store::add_view(tx, by, acting.user, &new)?;
        let (version, body) = saved(tx, by, id)?;
        Ok(Answer::created(format!("/api/v1/views/{id}"), &body)?.version(version))
    })
    .await
}

/// Views are everybody's, but a token that only reads saves none.
pub fn writes(caller: &Caller) -> Result<(), Fault> {
    if caller.scope() < permission::TokenScope::Write {
        return Err(Fault::not_allowed("This token may only read. Use one with the scope write."));
    }
    Ok(())
}

/// Changes what is sent of a view.
#[utoipa::path(patch, path = "/api/v1/views/{view}", tag = "portfolio", params(("view" = Uuid, Path)),
    request_body = ViewIn, responses((status = 200, body = ViewOut)))]
pub async fn change_view(
    State(app): State<App>,
    view: Writable<SavedView>,
    Sent(sent, care): Sent<ViewIn>,
) -> Result<Answer, Fault> {
    let (id, acting) = (view.id, view.caller.clone());
    app.commit(&view.caller, care.clone(), move |tx, by| {
        tx.lock(&[by.workspace.id])?;
        let before = store::view(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
        care.expect(before.version)?;
        let change = sent.check(tx, by, &acting, Some(&before))?;
        store::change_view(tx, by, &before, &change)?;
        let (version, body) = saved(tx, by, id)?;
        Ok(Answer::ok(&body)?.version(version))
    })
    .await
}

/// Deletes a view; the accounts in it are untouched.
#[utoipa::path(delete, path = "/api/v1/views/{view}", tag = "portfolio", params(("view" = Uuid, Path)),
    responses((status = 204, description = "It is gone")))]
pub async fn delete_view(State(app): State<App>, view: Writable<SavedView>, Bare(care): Bare) -> Result<Answer, Fault> {
    let id = view.id;
    app.commit(&view.caller, care.clone(), move |tx, by| {
        let before = store::view(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
        care.expect(before.version)?;
        store::delete_view(tx, by, &before)?;
        Ok(Answer::empty())
    })
    .await
}
