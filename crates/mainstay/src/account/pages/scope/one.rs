//! The page of one scope: what it is, who answers for it, its contracts, and the forms that change it.

use mainstay_rules::money;
use maud::{Markup, html};

use super::form::{self, Around};
use super::{Shown, Typed, of_scope};
use crate::account::Scoped;
use crate::account::pages::path;
use crate::account::store::Contract;
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::frame;
use crate::corridor::frame_chip::chip;
use crate::text::{account as words, scope as text};

pub fn page(caller: &Caller, shown: &Shown, scope: &Scoped, typed: &Typed<'_>) -> Markup {
    html! {
        section.section aria-labelledby="scope-head" {
            p.crumbs { a href=(path(caller, &shown.account, "/scopes")) { (text::scopes()) } " /" }
            h2 #scope-head { (form::whole_name(&shown.scopes, &scope.scope)) }
            @if !scope.scope.is_living() { p.notice.warn { (text::is_archived()) } }
            (facts(caller, shown, scope))
            (scores(caller, shown, scope))
            (contracts(caller, shown, scope))
            @if scope.writable(caller) { (change(caller, shown, scope, typed)) }
        }
    }
}

fn facts(caller: &Caller, shown: &Shown, scope: &Scoped) -> Markup {
    let (arr, currency) = (shown.arr.of(scope.scope.id), caller.workspace.currency);
    html! {
        dl.facts {
            div { dt { (text::kind()) } dd { (text::kind_words(scope.scope.fields.kind)) } }
            div {
                dt { (words::owner()) }
                dd.nowrap {
                    @if scope.scope.owner.is_empty() { span.soft { (words::nobody_yet()) } }
                    @else { (frame::face(&scope.scope.owner)) " " (scope.scope.owner) }
                }
            }
            div { dt { (words::arr()) } dd title=(money::exact(arr, currency)) { (money::short(arr, currency)) } }
            @if let Some(count) = scope.scope.fields.expected_users {
                div { dt { (text::expected_users()) } dd { (text::count(count)) } }
            }
        }
    }
}

/// Its steps, and the way to its scores.
fn scores(caller: &Caller, shown: &Shown, scope: &Scoped) -> Markup {
    let scored = shown.scores.of.get(&scope.scope.id).cloned().unwrap_or_default();
    html! {
        h3 { (text::scores()) }
        dl.facts {
            div { dt { (words::overall()) } dd { (chip(scored.overall, false)) } }
            @for (name, step) in shown.scores.step_names.iter().zip(&scored.steps) {
                div { dt { (name) } dd { (chip(*step, false)) } }
            }
        }
        p { a href=(of_scope(caller, scope, "/scores")) {
            @if scope.writable(caller) && scope.scope.is_living() { (text::open_scores()) } @else { (text::see_scores()) }
        } }
    }
}

fn contracts(caller: &Caller, shown: &Shown, scope: &Scoped) -> Markup {
    let own: Vec<&Contract> =
        shown.contracts.iter().filter(|contract| contract.scope_id == Some(scope.scope.id)).collect();
    html! {
        @if !own.is_empty() {
            h3 { (words::contracts()) }
            ul.plain {
                @for contract in own {
                    li { a href=(path(caller, &shown.account, &format!("/money#contract-{}", contract.id))) { (contract.name) } }
                }
            }
        }
    }
}

fn change(caller: &Caller, shown: &Shown, scope: &Scoped, typed: &Typed<'_>) -> Markup {
    let steers = scope.steered_by(caller);
    let action = of_scope(caller, scope, "");
    let around = Around { action: &action, button: text::save_button(), steers, own: Some(scope.scope.id) };
    html! {
        details.fold #change-scope open[!typed.errors.is_empty()] {
            summary { (text::change()) }
            (form::show(caller, shown, typed, &around))
        }
        @if steers && scope.scope.is_living() {
            form method="post" action=(of_scope(caller, scope, "/archive")) {
                (frame::csrf(caller))
                p.soft { (text::archive_what()) }
                button.danger { (words::archive_this(&scope.scope.fields.name)) }
            }
        } @else if steers {
            form method="post" action=(of_scope(caller, scope, "/restore")) {
                (frame::csrf(caller))
                button { (words::restore()) }
            }
        }
    }
}
