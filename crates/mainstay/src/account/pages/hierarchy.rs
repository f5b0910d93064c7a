//! The hierarchy: parents with their subsidiaries, and the scopes of divided accounts, with what each brings.

use axum::extract::State;
use mainstay_db::Scope;
use mainstay_rules::hierarchy::Row;
use mainstay_rules::money;
use mainstay_rules::scope::line_up;
use maud::{Markup, html};
use uuid::Uuid;

use crate::account::api::{HierarchyShown, read_hierarchy};
use crate::account::store::{AccountScope, Related, ScopeArr, living_parents};
use crate::app::App;
use crate::corridor::access::{Allowed, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, Menu};
use crate::corridor::frame_chip::chip;
use crate::text::{account as words, hierarchy as text, scope as scopes};

/// Deeper levels are shown like this one, so that the names stay readable.
const INDENTED_MAX: usize = 8;

/// `GET /w/{workspace}/accounts/hierarchy`
pub async fn hierarchy(State(app): State<App>, caller: Allowed<Read>) -> Result<Markup, Fault> {
    let who = caller.into_caller();
    let (asking, today) = (who.clone(), who.today(&app));
    let shown = app.db.read(Scope::Workspace(who.workspace.id), move |tx| read_hierarchy(tx, &asking, today)).await?;
    Ok(frame::page(&who, Menu::Accounts, text::hierarchy(), &page(&who, &shown)))
}

fn page(caller: &Caller, shown: &HierarchyShown) -> Markup {
    html! {
        p.crumbs { a href=(caller.path("/accounts")) { (words::accounts()) } " /" }
        div.page-head { div { h1 { (text::hierarchy()) } p.soft { (text::what()) } } }
        @if shown.rows.is_empty() {
            section.empty aria-labelledby="none-head" {
                h2 #none-head { (text::none_yet()) }
                p { (text::none_what()) }
                a.button href=(caller.path("/accounts")) { (words::accounts()) }
            }
        } @else {
            @if !shown.is_whole { p.notice { (text::not_all(shown.accounts.len())) } }
            (table(caller, shown))
        }
    }
}

fn table(caller: &Caller, shown: &HierarchyShown) -> Markup {
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::hierarchy()) {
            table.table.scopes {
                thead { tr {
                    th scope="col" { (text::account_or_scope()) }
                    th.number scope="col" { (text::with_below()) }
                    th.number scope="col" { (text::own()) }
                    th.number scope="col" { (words::overall()) }
                    th scope="col" { (text::answers()) }
                } }
                tbody { @for row in &shown.rows { (account(caller, shown, row)) } }
            }
        }
    }
}

fn account(caller: &Caller, shown: &HierarchyShown, row: &Row) -> Markup {
    let one: &Related = &shown.accounts[row.member];
    let id = one.member.id;
    html! {
        tr {
            th scope="row" class=(depth(row.level)) {
                a href=(caller.path(&format!("/accounts/{id}"))) { (one.member.name) }
                " " small.soft { (one.account_type.label()) }
            }
            (amount(caller, row.arr_with_below))
            (amount(caller, one.member.arr_minor))
            td.number { (chip(one.overall, false)) }
            td { @if one.associate.is_empty() { span.soft { (words::nobody_yet()) } } @else { (one.associate) } }
        }
        @if let Some((all, arr)) = shown.scopes.get(&id) {
            @for (level, scope) in in_order(all, arr) { (part(caller, (id, row.level + level + 1), scope, arr)) }
        }
    }
}

fn part(caller: &Caller, (account, level): (Uuid, usize), scope: &AccountScope, arr: &ScopeArr) -> Markup {
    html! {
        tr.part {
            th scope="row" class=(depth(level)) {
                a href=(caller.path(&format!("/accounts/{account}/scopes/{}", scope.id))) { (scope.fields.name) }
                " " small.soft { (scopes::kind_words(scope.fields.kind)) }
            }
            td {}
            (amount(caller, arr.of(scope.id)))
            td {}
            td { @if scope.owner.is_empty() { span.soft { (words::nobody_yet()) } } @else { (scope.owner) } }
        }
    }
}

fn depth(level: usize) -> String {
    format!("depth-{}", level.min(INDENTED_MAX))
}

fn amount(caller: &Caller, minor: i64) -> Markup {
    let currency = caller.workspace.currency;
    html! {
        td.number title=(money::exact(minor, currency)) {
            @if minor == 0 { span.soft { "–" } } @else { (money::short(minor, currency)) }
        }
    }
}

/// The living scopes from the top down, each with how deep it stands; the one that brings most first.
fn in_order<'a>(all: &'a [AccountScope], arr: &ScopeArr) -> Vec<(usize, &'a AccountScope)> {
    let parents = living_parents(all);
    let place = |id: Uuid| {
        let name = all.iter().find(|scope| scope.id == id).map_or("", |scope| scope.fields.name.as_str());
        (std::cmp::Reverse(arr.of(id)), name, id)
    };
    let living = all.iter().filter(|scope| scope.is_living());
    let mut rows: Vec<_> = living
        .map(|scope| {
            let mut line: Vec<_> = line_up(&parents, scope.id).into_iter().map(place).collect();
            line.reverse();
            (line, scope)
        })
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows.into_iter().map(|(line, scope)| (line.len() - 1, scope)).collect()
}
