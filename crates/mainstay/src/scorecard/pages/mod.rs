//! Pages of the scorecard: an account's Progress tab, recording a score on it, and the history of a metric.

mod actions;
mod activity;
mod card;
mod chart;
mod explain;
mod form;
mod history;
mod scope;
mod scope_view;
pub mod template;
mod trend;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mainstay_db::Scope;
use mainstay_rules::problem::Problem;
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{MetricRef, Template};
use maud::{Markup, html};

pub use activity::tick_activity;
pub use explain::explain;
pub use form::ScoreForm;
pub use history::history;
pub use scope::{record_scope_scores, scope_scores, withdraw_scope_score};
pub use trend::trend;

use self::card::{Draft, View};
use super::api::{Address, Card, read_card, withdrawal};
use super::store::{self, Recorded, Ticked};
use crate::account::Account;
use crate::account::pages::{self as account_pages, Heading, Tab};
use crate::app::{self, App};
use crate::corridor::access::{Guarded, Readable, Writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
pub use crate::corridor::frame_chip::chip;
use crate::corridor::frame_chip::chip_class;
use crate::corridor::request::{CSRF_HEADER, Posted};
use crate::task::{self, Task};

/// Scores from which the short histories of the steps are taken.
const RECENT_SCORES: i64 = 200;

/// What the tab shows.
struct Shown {
    heading: Heading,
    card: Card,
    recent: Vec<Recorded>,
    ticked: Vec<Ticked>,
    tasks: Vec<Task>,
}

async fn read(app: &App, caller: &Caller, account: &Account) -> Result<Shown, Fault> {
    let (workspace, id, today) = (caller.workspace.id, account.id, caller.today(app));
    let (asking, now) = (caller.clone(), app.source.now());
    app.db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok(Shown {
                heading: app::heading(tx, workspace, id, today)?,
                card: read_card(tx, workspace, id, today)?,
                recent: store::recent(tx, workspace, id, RECENT_SCORES)?,
                ticked: store::ticked(tx, workspace, id)?,
                tasks: task::pages::tasks_of(tx, &asking, id, now)?,
            })
        })
        .await
}

/// The template that governs the account now.
async fn governing(app: &App, account: &Writable<Account>) -> Result<Arc<Template>, Fault> {
    let (workspace, id) = (account.caller.workspace.id, account.id);
    app.db.read(Scope::Workspace(workspace), move |tx| store::template_of(tx, workspace, id)).await
}

fn view<'a>(caller: &'a Caller, account: &'a Account, shown: &'a Shown, draft: Option<&'a Draft>) -> View<'a> {
    View {
        caller,
        account,
        writable: account.writable(caller),
        today: shown.heading.today,
        card: &shown.card,
        recent: &shown.recent,
        ticked: &shown.ticked,
        tasks: &shown.tasks,
        draft,
    }
}

/// `GET /w/{workspace}/accounts/{account}`
pub async fn show(State(app): State<App>, account: Readable<Account>) -> Result<Markup, Fault> {
    let shown = read(&app, &account.caller, &account).await?;
    let body = view(&account.caller, &account, &shown, None).tab();
    Ok(account_pages::frame(&account.caller, &account, &shown.heading, Tab::Progress, &body))
}

/// `GET /w/{workspace}/accounts/{account}/fragment/progress`
pub async fn fragment(State(app): State<App>, account: Readable<Account>) -> Result<Markup, Fault> {
    let shown = read(&app, &account.caller, &account).await?;
    Ok(view(&account.caller, &account, &shown, None).fragment())
}

/// `GET /w/{workspace}/accounts/{account}/fragment/overall`
pub async fn overall(State(app): State<App>, account: Readable<Account>) -> Result<Markup, Fault> {
    let (workspace, id, today) = (account.caller.workspace.id, account.id, account.caller.today(&app));
    let heading = app.db.read(Scope::Workspace(workspace), move |tx| app::heading(tx, workspace, id, today)).await?;
    Ok(account_pages::overall(&account.caller, &account, &heading))
}

/// `POST /w/{workspace}/accounts/{account}/scores/{metric}`
pub async fn record(
    State(app): State<App>,
    account: Writable<Account>,
    Path(address): Path<Address>,
    headers: HeaderMap,
    Posted(form): Posted<ScoreForm>,
) -> Result<Response, Fault> {
    let id = account.id;
    let template = governing(&app, &account).await?;
    let metric = address.metric(&template)?;
    let (asked, typed) = (address.clone(), form.clone());
    let done = app
        .verb(account.caller.workspace.clone(), Some(account.caller.user), move |tx, by| {
            tx.lock(&[id])?;
            let template = store::template_of(tx, by.workspace.id, id)?;
            store::record(tx, by, id, &typed.check(asked.metric(&template)?, &by.workspace.zone, by.at)?)
        })
        .await;
    let draft = match done {
        Ok(()) => None,
        Err(fault) if fault.problem == Problem::Invalid => {
            Some(Draft { metric: metric.key().to_owned(), form, errors: fault.errors })
        }
        Err(fault) => return Err(fault),
    };
    answer(&app, &account, metric, &headers, draft.as_ref()).await
}

/// `POST /w/{workspace}/accounts/{account}/scores/{metric}/withdraw`
pub async fn withdraw(
    State(app): State<App>,
    account: Writable<Account>,
    Path(address): Path<Address>,
    headers: HeaderMap,
    Posted(_): Posted<ScoreForm>,
) -> Result<Response, Fault> {
    let id = account.id;
    let template = governing(&app, &account).await?;
    let metric = address.metric(&template)?;
    let asked = address.clone();
    app.verb(account.caller.workspace.clone(), Some(account.caller.user), move |tx, by| {
        tx.lock(&[id])?;
        let template = store::template_of(tx, by.workspace.id, id)?;
        store::record(tx, by, id, &withdrawal(asked.metric(&template)?))
    })
    .await?;
    answer(&app, &account, metric, &headers, None).await
}

/// Scripts get the tab's content; browsers read the page anew, or get the form again with what was typed.
async fn answer(
    app: &App,
    account: &Writable<Account>,
    metric: MetricRef<'_>,
    headers: &HeaderMap,
    draft: Option<&Draft>,
) -> Result<Response, Fault> {
    let caller = &account.caller;
    let status = if draft.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let by_script = headers.contains_key(CSRF_HEADER);
    if !by_script && draft.is_none() {
        return Ok(frame::see_other(&account_pages::path(caller, account, &format!("#{}", metric.step.key))));
    }
    let shown = read(app, caller, account).await?;
    let view = view(caller, account, &shown, draft);
    let page = if by_script {
        view.fragment()
    } else {
        account_pages::frame(caller, account, &shown.heading, Tab::Progress, &view.tab())
    };
    Ok((status, page).into_response())
}

/// A recorded score as exactly as it was recorded: `6.0`, `6.2`, `6.25`.
pub fn exact_chip(score: Score) -> Markup {
    html! { b class=(chip_class(score.into(), false)) { (exact(score)) } }
}

pub fn exact(score: Score) -> String {
    if score.hundredths() % 10 == 0 { Mean::from(score).one_decimal() } else { score.to_string() }
}
