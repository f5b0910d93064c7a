//! Changing several accounts: the choice, the preview, and what was done with its undo.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mainstay_db::Scope;
use mainstay_rules::bulk::Outcome;
use mainstay_rules::custom_field::Field as OwnField;
use mainstay_rules::field::FieldError;
use mainstay_rules::limits::{BULK_ACCOUNTS_MAX, FIELD_TEXT_CHARS_MAX, NOTE_CHARS_MAX};
use mainstay_rules::problem::Problem;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use crate::account::store as accounts;
use crate::app::App;
use crate::corridor::access::{Allowed, CreateAccount, Guarded, Readable, Writable};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu, see_other};
use crate::corridor::frame_form::{Field, notice_bad, select};
use crate::corridor::request::Posted;
use crate::people;
use crate::portfolio::api::{BulkIn, OWN, Plan, PlannedAccount, apply_bulk, chosen, matching, plan, undo_bulk};
use crate::portfolio::store::{self, BulkEdit, BulkRow, Line};
use crate::text::{bulk as text, frame as words};

/// People offered where the field is one.
const PEOPLE_OFFERED: i64 = 500;
/// How something is called.
type Words = fn() -> &'static str;
/// The fields that every account has.
const FIELDS: [(&str, Words); 5] = [
    ("associate", text::sales_associate),
    ("type", text::account_type),
    ("industry", text::industry),
    ("vertical", text::vertical),
    ("geography", text::geography),
];

/// The form's fields; `account` comes once for each account that is chosen.
type Pairs = Vec<(String, String)>;

/// What the form sent.
struct Sent {
    asked: BulkIn,
    /// The words of the report from which the choice was opened.
    query: String,
    applies: bool,
}

impl Sent {
    fn of(pairs: &Pairs) -> Self {
        let value = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        let ids = pairs.iter().filter(|(name, _)| name == "account");
        // Whoever ticks all of them chooses by the words of the report; what the preview shows is then named one by one.
        let query = value("all").map(|_| value("query").unwrap_or_default());
        Self {
            asked: BulkIn {
                accounts: query.is_none().then(|| ids.filter_map(|(_, id)| Uuid::parse_str(id).ok()).collect()),
                query,
                field: value("field").unwrap_or_default(),
                value: value("value").unwrap_or_default(),
                reason: value("reason").unwrap_or_default(),
                leave_out_refused: value("leave_out_refused").is_some_and(|value| !value.is_empty()),
                ..BulkIn::default()
            },
            query: value("query").unwrap_or_default(),
            applies: value("step").as_deref() == Some("apply"),
        }
    }
}

/// What the choice offers.
struct Offered {
    lines: Vec<Line>,
    fields: Vec<OwnField>,
    people: Vec<String>,
    lately: Vec<BulkEdit>,
}

async fn offered(app: &App, caller: &Caller, query: &str) -> Result<Offered, Fault> {
    let (asking, query, today) = (caller.clone(), query.to_owned(), caller.today(app));
    let workspace = caller.workspace.id;
    app.db
        .read(Scope::Workspace(workspace), move |tx| {
            let people = people::store::list_users(tx, workspace, ("", Uuid::nil()), PEOPLE_OFFERED)?;
            Ok(Offered {
                lines: matching(tx, &asking, &query, today)?,
                fields: accounts::live_fields(tx, workspace)?,
                people: people.into_iter().filter(|user| user.active).map(|user| user.name).collect(),
                lately: store::bulk_edits(tx, workspace)?,
            })
        })
        .await
}

/// `GET /w/{workspace}/portfolio/bulk`, with the words of the report
pub async fn choose(
    State(app): State<App>,
    caller: Allowed<CreateAccount>,
    RawQuery(query): RawQuery,
) -> Result<Markup, Fault> {
    let asked = BulkIn::default();
    choice_page(&app, &caller, &asked, &query.unwrap_or_default(), &[]).await
}

/// `POST /w/{workspace}/portfolio/bulk`: the preview, or the change itself
pub async fn change(
    State(app): State<App>,
    caller: Allowed<CreateAccount>,
    Posted(pairs): Posted<Pairs>,
) -> Result<Response, Fault> {
    let sent = Sent::of(&pairs);
    let caller = caller.into_caller();
    let done = if sent.applies { applied(&app, &caller, &sent).await } else { previewed(&app, &caller, &sent).await };
    match done {
        Err(fault) if fault.problem == Problem::Invalid => {
            let page = choice_page(&app, &caller, &sent.asked, &sent.query, &fault.errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        other => other,
    }
}

async fn applied(app: &App, caller: &Caller, sent: &Sent) -> Result<Response, Fault> {
    let (acting, asked) = (caller.clone(), sent.asked.clone());
    let verb = app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        apply_bulk(tx, by, &acting, &asked).map(|(id, _)| id)
    });
    Ok(see_other(&caller.path(&format!("/portfolio/bulk/{}", verb.await?))))
}

async fn previewed(app: &App, caller: &Caller, sent: &Sent) -> Result<Response, Fault> {
    let (asking, asked, today) = (caller.clone(), sent.asked.clone(), caller.today(app));
    let read = app.db.read(Scope::Workspace(caller.workspace.id), move |tx| {
        let ids = chosen(tx, &asking, &asked, today)?;
        Ok::<_, Fault>((plan(tx, &asking, &asked, &ids)?, accounts::live_fields(tx, asking.workspace.id)?))
    });
    let (plan, fields) = read.await?;
    Ok(preview_page(caller, sent, &plan, &fields).into_response())
}

async fn choice_page(
    app: &App,
    caller: &Caller,
    asked: &BulkIn,
    query: &str,
    errors: &[FieldError],
) -> Result<Markup, Fault> {
    let offered = offered(app, caller, query).await?;
    let body = html! {
        div.page-head { div { h1 { (text::title()) } p { (text::what()) } } a.button href=(caller.path("/portfolio")) { (text::report()) } }
        @if offered.lines.is_empty() { p { (text::none_match()) } }
        @else if offered.lines.len() > BULK_ACCOUNTS_MAX { (notice_bad(&text::too_many())) }
        @else { (choice(caller, asked, query, errors, &offered)) }
        (lately(caller, &offered))
    };
    Ok(frame::narrow_page(caller, Menu::Portfolio, text::title(), &body))
}

fn choice(caller: &Caller, asked: &BulkIn, query: &str, errors: &[FieldError], offered: &Offered) -> Markup {
    let mut fields: Vec<(String, &str)> = FIELDS.iter().map(|(word, name)| ((*word).to_owned(), name())).collect();
    fields.extend(offered.fields.iter().map(|field| (field.word(), field.name.as_str())));
    let options: Vec<(&str, &str)> = fields.iter().map(|(word, name)| (word.as_str(), *name)).collect();
    let is_chosen = |id: &Uuid| asked.accounts.as_ref().is_some_and(|ids| ids.contains(id));
    html! {
        form.form method="post" action=(caller.path("/portfolio/bulk")) {
            (frame::csrf(caller))
            input type="hidden" name="query" value=(query);
            @for error in errors.iter().filter(|error| error.pointer == "/accounts") { (notice_bad(&error.message)) }
            div.pair {
                (select("field", text::field(), &options, &asked.field, errors))
                (Field::text("value", text::value(), &asked.value).max(FIELD_TEXT_CHARS_MAX).list("bulk-people").hint(text::value_hint()).show(errors))
            }
            datalist #bulk-people { @for name in &offered.people { option value=(name) {} } }
            (Field::text("reason", text::reason(), &asked.reason).max(NOTE_CHARS_MAX).hint(text::reason_hint()).show(errors))
            fieldset.field {
                legend { (text::which()) }
                label.check {
                    input type="checkbox" name="all" value="1" checked[asked.query.is_some()];
                    b { (text::all_of(offered.lines.len())) }
                }
                ul.picks {
                    @for line in &offered.lines {
                        li { label.check {
                            input type="checkbox" name="account" value=(line.account_id) checked[is_chosen(&line.account_id)];
                            span { (line.name) " " small.soft { (line.account_type.label()) } }
                        } }
                    }
                }
            }
            div.row { button.primary { (text::preview()) } }
        }
    }
}

/// A field as people call it.
fn field_name(field: &str, own: &[OwnField]) -> String {
    let known = FIELDS.iter().find(|(word, _)| *word == field).map(|(_, name)| name().to_owned());
    let key = field.strip_prefix(OWN);
    let own = key.and_then(|key| own.iter().find(|field| field.key == key)).map(|field| field.name.clone());
    known.or(own).unwrap_or_else(|| field.to_owned())
}

fn or_empty(words: &str) -> Markup {
    html! { @if words.is_empty() { span.soft { (text::empty()) } } @else { (words) } }
}

fn preview_page(caller: &Caller, sent: &Sent, plan: &Plan, own: &[OwnField]) -> Markup {
    let (changed, refused) = (plan.changed(), plan.refused());
    let same = plan.rows.len() - changed - refused;
    let back = caller.path(&format!("/portfolio/bulk?{}", sent.query));
    let name = field_name(&sent.asked.field, own);
    let body = html! {
        div.page-head { div { h1 { (text::preview_title()) } p { (name) ": " (text::plan(changed, same, refused)) } } }
        form.form method="post" action=(caller.path("/portfolio/bulk")) {
            (frame::csrf(caller))
            @for (name, value) in [("query", &sent.query), ("field", &sent.asked.field), ("value", &sent.asked.value), ("reason", &sent.asked.reason)] {
                input type="hidden" name=(name) value=(value);
            }
            input type="hidden" name="step" value="apply";
            @if refused > 0 { input type="hidden" name="leave_out_refused" value="1"; }
            @for row in &plan.rows { input type="hidden" name="account" value=(row.account.id); }
            div.row {
                @if changed > 0 { button.primary { (text::apply(changed, refused)) } }
                a.button.quiet href=(back) { (text::back()) }
            }
        }
        div.table-box tabindex="0" role="group" aria-label=(text::preview_title()) {
            table.table {
                thead { tr {
                    th scope="col" { (text::which()) }
                    th scope="col" { (text::before()) }
                    th scope="col" { (text::after()) }
                } }
                tbody { @for row in &plan.rows { (preview_row(caller, row, &plan.after)) } }
            }
        }
    };
    frame::narrow_page(caller, Menu::Portfolio, text::preview_title(), &body)
}

fn preview_row(caller: &Caller, row: &PlannedAccount, after: &str) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(caller.path(&format!("/accounts/{}", row.account.id))) { (row.account.name) } }
            td { (or_empty(&row.before)) }
            td.words { @match &row.outcome {
                Outcome::Change => b { (or_empty(after)) },
                Outcome::Same => span.soft { (text::same()) },
                Outcome::Refused(why) => { span.tag.bad { (text::refused()) } " " (why) }
            } }
        }
    }
}

/// The undo needs no words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Nothing {}

/// `GET /w/{workspace}/portfolio/bulk/{bulk_edit}`
pub async fn show(State(app): State<App>, edit: Readable<BulkEdit>) -> Result<Markup, Fault> {
    let (workspace, viewer, id) = (edit.caller.workspace.id, edit.caller.user, edit.id);
    let (rows, own) = app
        .db
        .read(Scope::Workspace(workspace), move |tx| {
            Ok::<_, Fault>((store::bulk_rows(tx, workspace, id, viewer)?, accounts::live_fields(tx, workspace)?))
        })
        .await?;
    Ok(done_page(&edit.caller, &edit, &rows, &own))
}

/// `POST /w/{workspace}/portfolio/bulk/{bulk_edit}/undo`
pub async fn undo(
    State(app): State<App>,
    edit: Writable<BulkEdit>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    let (id, acting, caller) = (edit.id, edit.caller.clone(), &edit.caller);
    app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
        undo_bulk(tx, by, &acting, id).map(|_| ())
    })
    .await?;
    Ok(see_other(&caller.path(&format!("/portfolio/bulk/{id}"))))
}

fn done_page(caller: &Caller, edit: &BulkEdit, rows: &[BulkRow], own: &[OwnField]) -> Markup {
    let title = text::done(&field_name(&edit.field, own), rows.len(), &edit.value);
    let day = |at| words::day(caller.workspace.day_of(at));
    let left: Vec<&str> = rows.iter().filter(|row| !row.undone).map(|row| row.name.as_str()).collect();
    let body = html! {
        div.page-head {
            div {
                h1 { (title) }
                p { (day(edit.created_at)) ", " (edit.by) @if !edit.reason.is_empty() { ": " (edit.reason) } }
            }
            a.button href=(caller.path("/portfolio")) { (text::report()) }
        }
        @match edit.undone_at {
            Some(at) => {
                div.notice.good role="status" { p {
                    (text::undone_by(&day(at), &edit.undone_by)) "."
                    @if !left.is_empty() { " " (text::left(&left)) }
                } }
            }
            None => @if edit.writable(caller) {
                form.row method="post" action=(caller.path(&format!("/portfolio/bulk/{}/undo", edit.id))) {
                    (frame::csrf(caller))
                    button { (text::undo()) }
                }
            }
        }
        div.table-box tabindex="0" role="group" aria-label=(title) {
            table.table {
                thead { tr { th scope="col" { (text::which()) } th scope="col" { (text::before()) } th scope="col" { (text::after()) } } }
                tbody { @for row in rows { tr {
                    th scope="row" { a href=(caller.path(&format!("/accounts/{}", row.account))) { (row.name) } }
                    td { (or_empty(&row.before_words)) }
                    td { @if row.undone { span.soft { (text::undone()) } } @else { b { (or_empty(&edit.value)) } } }
                } } }
            }
        }
    };
    frame::narrow_page(caller, Menu::Portfolio, &title, &body)
}

fn lately(caller: &Caller, offered: &Offered) -> Markup {
    html! {
        @if !offered.lately.is_empty() {
            section.section aria-labelledby="lately-head" {
                h2 #lately-head { (text::lately()) }
                div.table-box tabindex="0" role="group" aria-labelledby="lately-head" {
                    table.table {
                        thead { tr { th scope="col" { (text::when()) } th scope="col" { (text::field()) } th scope="col" { (text::value()) } th scope="col" { (text::who()) } } }
                        tbody { @for edit in &offered.lately { tr {
                            th.nowrap scope="row" {
                                a href=(caller.path(&format!("/portfolio/bulk/{}", edit.id))) { (words::moment(edit.created_at, &caller.workspace.zone)) }
                            }
                            td { (field_name(&edit.field, &offered.fields)) }
                            td { (or_empty(&edit.value)) @if edit.undone_at.is_some() { " " span.tag { (text::undone()) } } }
                            td { (edit.by) }
                        } } }
                    }
                }
            }
        }
    }
}
