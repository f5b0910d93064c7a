//! Saved views above the report: chosen by a link, saved and changed by forms.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mainstay_rules::limits::FIELD_NAME_CHARS_MAX;
use maud::{Markup, html};
use serde::Deserialize;

use super::View;
use crate::app::App;
use crate::corridor::access::{Allowed, Guarded, Read, Writable};
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::request::Posted;
use crate::portfolio::api::{Asked, ViewIn, writes};
use crate::portfolio::store::{self, SavedView};
use crate::text::portfolio_view as text;

impl View<'_> {
    /// The views as links, the current one marked, and what can be done with what is shown.
    pub(super) fn views(&self, asked: &Asked, saved: &[SavedView]) -> Markup {
        let past = asked.past();
        let path = |view: &str| self.address("/portfolio", &past, &[("view", Some(view))]);
        let now = asked.of.as_deref();
        let mark = |view: &str| (now == Some(view)).then_some("page");
        let current = saved.iter().find(|view| now == Some(view.id.to_string().as_str()));
        html! {
            div.tools {
                nav.views aria-label=(text::views()) {
                    a href=(self.address("/portfolio", &past, &[])) aria-current=[now.is_none().then_some("page")] { (text::all_accounts()) }
                    a href=(path("weekly-call")) aria-current=[mark("weekly-call")] { (text::weekly_call()) }
                    a href=(path("board")) aria-current=[mark("board")] { (text::board()) }
                    @for view in saved {
                        @let id = view.id.to_string();
                        a href=(path(&id)) aria-current=[mark(&id)] {
                            (view.name)
                            @if !view.shared { " " small { (text::private()) } }
                            @else if view.owner_id != self.caller.user { " " small { (text::of_person(&view.owner)) } }
                        }
                    }
                }
                @match current.filter(|view| view.writable(self.caller)) {
                    Some(view) => (self.change_form(asked, view)),
                    None => (self.save_form(asked)),
                }
            }
        }
    }

    fn query_of(asked: &Asked) -> String {
        serde_urlencoded::to_string(asked.pairs()).unwrap_or_default()
    }

    fn save_form(&self, asked: &Asked) -> Markup {
        html! {
            details.tool {
                summary { (text::save_view()) }
                form.tool-box method="post" action=(self.caller.path("/portfolio/views")) {
                    (frame::csrf(self.caller))
                    input type="hidden" name="query" value=(Self::query_of(asked));
                    (name_field(""))
                    (shared_field(false))
                    div.row { button.primary { (text::save_button()) } }
                }
            }
        }
    }

    fn change_form(&self, asked: &Asked, view: &SavedView) -> Markup {
        let path = self.caller.path(&format!("/portfolio/views/{}", view.id));
        html! {
            details.tool {
                summary { (text::view_settings()) }
                form.tool-box method="post" action=(path) {
                        (frame::csrf(self.caller))
                        input type="hidden" name="query" value=(Self::query_of(asked));
                        (name_field(&view.name))
                        (shared_field(view.shared))
                        label.check { input type="checkbox" name="replace" value="1"; span { (text::replace_query()) } }
                        div.row {
                            button.primary { (text::rename()) }
                            button.danger name="delete" value="1" formnovalidate { (text::delete_view()) }
                        }
                }
            }
        }
    }
}

fn name_field(name: &str) -> Markup {
    html! {
        div.field {
            label for="view-name" { (text::view_name()) }
            input #view-name name="name" required maxlength=(FIELD_NAME_CHARS_MAX) autocomplete="off" value=(name) aria-describedby="view-hint";
            p.hint #view-hint { (text::view_name_hint()) }
        }
    }
}

fn shared_field(shared: bool) -> Markup {
    html! { label.check { input type="checkbox" name="shared" value="1" checked[shared]; span { (text::shared()) } } }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ViewForm {
    name: String,
    query: String,
    shared: String,
    replace: String,
    delete: String,
}

/// `POST /w/{workspace}/portfolio/views`
pub async fn add(
    State(app): State<App>,
    caller: Allowed<Read>,
    Posted(form): Posted<ViewForm>,
) -> Result<Response, Fault> {
    let caller = caller.into_caller();
    writes(&caller)?;
    let acting = caller.clone();
    let sent = ViewIn {
        name: Some(form.name),
        query: Some(form.query),
        shared: Some(!form.shared.is_empty()),
        position: None,
    };
    let id = app
        .verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
            let new = sent.check(tx, by, &acting, None)?;
            store::add_view(tx, by, acting.user, &new)
        })
        .await?;
    Ok(see_other(&caller.path(&format!("/portfolio?view={id}"))))
}

/// `POST /w/{workspace}/portfolio/views/{view}`: changes the view, or deletes it.
pub async fn change(
    State(app): State<App>,
    view: Writable<SavedView>,
    Posted(form): Posted<ViewForm>,
) -> Result<Response, Fault> {
    let (id, acting) = (view.id, view.caller.clone());
    if !form.delete.is_empty() {
        return delete(&app, &view).await;
    }
    let query = (!form.replace.is_empty()).then_some(form.query);
    let sent = ViewIn { name: Some(form.name), query, shared: Some(!form.shared.is_empty()), position: None };
    app.verb(Arc::clone(&acting.workspace), Some(acting.user), move |tx, by| {
        let before = store::view(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
        let change = sent.check(tx, by, &acting, Some(&before))?;
        store::change_view(tx, by, &before, &change)
    })
    .await?;
    Ok(see_other(&view.caller.path(&format!("/portfolio?view={id}"))))
}

async fn delete(app: &App, view: &Writable<SavedView>) -> Result<Response, Fault> {
    let (id, caller) = (view.id, &view.caller);
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        let before = store::view(tx, by.workspace.id, id)?.ok_or_else(Fault::not_found)?;
        store::delete_view(tx, by, &before)
    })
    .await?;
    Ok(see_other(&caller.path("/portfolio")))
}
