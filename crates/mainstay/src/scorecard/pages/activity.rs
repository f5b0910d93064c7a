//! The checklist of a step on the Progress tab: what is to be done before moving on, ticked where it stands.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mainstay_rules::scorecard::Step;
use maud::{Markup, html};
use serde::Deserialize;

use super::card::View;
use crate::account::Account;
use crate::account::pages::path;
use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::Writable;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::request::{CSRF_HEADER, Care, Posted};
use crate::scorecard::api::{ActivityPut, StepAddress, tick};
use crate::scorecard::store::Ticked;
use crate::text::{frame as words, scorecard as text};

/// A tick as the form sends it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TickForm {
    activity: String,
    /// Empty takes the tick back.
    done: String,
}

/// `POST /w/{workspace}/accounts/{account}/activities/{step}`
pub async fn tick_activity(
    State(app): State<App>,
    account: Writable<Account>,
    Path(address): Path<StepAddress>,
    headers: HeaderMap,
    Posted(form): Posted<TickForm>,
) -> Result<Response, Fault> {
    let (id, caller) = (account.id, &account.caller);
    let put = ActivityPut { activity: form.activity, done: !form.done.is_empty() };
    let step = address.step.clone();
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        accounts::expect_version(tx, by, id, &Care::default())?;
        tick(tx, by, id, &step, &put)
    })
    .await?;
    if headers.contains_key(CSRF_HEADER) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(see_other(&path(caller, &account, &format!("#{}", address.step))))
}

impl View<'_> {
    /// What is to be done before moving on to the next step.
    pub(super) fn activities(&self, step: &Step) -> Markup {
        let done =
            |activity: &String| self.ticked.iter().find(|tick| tick.step == step.key && tick.activity == *activity);
        let count = step.activities.iter().filter(|activity| done(activity).is_some()).count();
        html! {
            @if !step.activities.is_empty() {
                details.fold id=(format!("activities-{}", step.key)) {
                    summary {
                        (text::activities()) span.sr { (text::of(&step.name)) } " "
                        span.soft { (text::activities_done(count, step.activities.len())) }
                    }
                    ul.checks {
                        @for (place, activity) in step.activities.iter().enumerate() {
                            (self.activity(step, place, activity, done(activity)))
                        }
                    }
                }
            }
        }
    }

    fn activity(&self, step: &Step, place: usize, activity: &str, done: Option<&Ticked>) -> Markup {
        let class = if done.is_some() { "tick ticked" } else { "tick" };
        html! {
            li {
                @if self.writable {
                    form method="post" action=(path(self.caller, self.account, &format!("/activities/{}", step.key))) data-quiet {
                        (frame::csrf(self.caller))
                        input type="hidden" name="activity" value=(activity);
                        @if done.is_none() { input type="hidden" name="done" value="1"; }
                        button class=(class) id=(format!("activity-{}-{place}", step.key))
                            aria-label=(if done.is_some() { text::untick(activity) } else { text::tick(activity) }) { (mark()) }
                    }
                } @else { span class=(class) aria-hidden="true" { (mark()) } }
                span {
                    (activity)
                    @if let Some(tick) = done {
                        " " small.soft title=(words::moment(tick.done_at, &self.caller.workspace.zone)) {
                            (text::ticked_by(&words::day(self.caller.workspace.day_of(tick.done_at)), &tick.done_by))
                        }
                    }
                }
            }
        }
    }
}

/// A check mark, drawn once the box is ticked or pointed at.
fn mark() -> Markup {
    html! { svg viewBox="0 0 16 16" aria-hidden="true" { path d="M4 8.5l2.8 2.8L12 5.5" {} } }
}
