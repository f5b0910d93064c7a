//! The Scopes tab: the account and its parts in one table, and the form that adds one.

use mainstay_rules::money;
use mainstay_rules::scope::line_up;
use mainstay_rules::score::Mean;
use maud::{Markup, html};
use uuid::Uuid;

use super::form::{self, Around};
use super::{Scored, Shown, Typed};
use crate::account::pages::path;
use crate::account::store::{AccountScope, living_parents};
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::frame;
use crate::corridor::frame_chip::chip;
use crate::text::{account as words, scope as text};

pub fn page(caller: &Caller, shown: &Shown, typed: &Typed<'_>) -> Markup {
    let living: Vec<&AccountScope> = shown.scopes.iter().filter(|scope| scope.is_living()).collect();
    html! {
        section.section aria-labelledby="scopes-head" {
            h2 #scopes-head { (text::scopes()) }
            @if living.is_empty() { p { (text::none_yet()) } }
            @else {
                p.soft { (text::summary(living.len(), owners(&living))) @if shown.scores.any() { ". " (text::weakest_first()) } }
                (table(caller, shown))
            }
            (add_form(caller, shown, typed))
            (archived(caller, shown))
        }
    }
}

fn owners(living: &[&AccountScope]) -> usize {
    let mut owners: Vec<Uuid> = living.iter().filter_map(|scope| scope.owner_id).collect();
    owners.sort_unstable();
    owners.dedup();
    owners.len()
}

fn table(caller: &Caller, shown: &Shown) -> Markup {
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::scopes()) {
            table.table.scopes {
                thead { tr {
                    th scope="col" { (text::scope()) }
                    th.number scope="col" { (words::overall()) }
                    @for (index, name) in shown.scores.step_names.iter().enumerate() {
                        th.number.narrow scope="col" title=(name) { (index + 1) span.sr { " " (name) } }
                    }
                    th scope="col" { (words::owner()) }
                    th.number scope="col" { (text::expected_users_short()) }
                    th.number scope="col" { (words::arr()) }
                } }
                tbody {
                    tr.whole {
                        th scope="row" { (shown.account.name) " " small.soft { (text::whole_account()) } }
                        (scores(Some(&shown.scores.account), shown))
                        td { (shown.heading.owner.as_deref().unwrap_or(words::nobody_yet())) }
                        td {}
                        (amount(caller, shown.heading.arr_now))
                    }
                    @for (depth, scope) in in_order(shown) { (row(caller, shown, scope, depth)) }
                    @if shown.arr.unassigned != 0 {
                        tr { th scope="row" { span.soft { (text::unassigned()) } } (scores(None, shown)) td {} td {} (amount(caller, shown.arr.unassigned)) }
                    }
                }
            }
        }
    }
}

fn amount(caller: &Caller, minor: i64) -> Markup {
    let currency = caller.workspace.currency;
    html! {
        td.number title=(money::exact(minor, currency)) {
            @if minor == 0 { span.soft { "–" } } @else { (money::short(minor, currency)) }
        }
    }
}

/// Overall and the five steps; dashes where nothing is scored.
fn scores(scored: Option<&Scored>, shown: &Shown) -> Markup {
    let step = |index: usize| scored.and_then(|scored| scored.steps.get(index).copied().flatten());
    html! {
        td.number { (chip(scored.and_then(|scored| scored.overall), false)) }
        @for index in 0..shown.scores.step_names.len() { td.number.narrow { (chip(step(index), false)) } }
    }
}

fn row(caller: &Caller, shown: &Shown, scope: &AccountScope, depth: usize) -> Markup {
    html! {
        tr id=(format!("scope-{}", scope.id)) {
            th scope="row" class=(format!("depth-{depth}")) {
                a href=(path(caller, &shown.account, &format!("/scopes/{}", scope.id))) { (scope.fields.name) }
                " " small.soft { (text::kind_words(scope.fields.kind)) }
            }
            (scores(shown.scores.of.get(&scope.id), shown))
            td { @if scope.owner.is_empty() { span.soft { (words::nobody_yet()) } } @else { (scope.owner) } }
            td.number { @if let Some(count) = scope.fields.expected_users { (text::count(count)) } }
            (amount(caller, shown.arr.of(scope.id)))
        }
    }
}

/// Where a scope comes among its neighbours: by its score, then by its name.
type Place<'a> = ((bool, Option<Mean>), &'a str, Uuid);

/// The living scopes from the top down, each under what it stands under, with how deep that is.
fn in_order(shown: &Shown) -> Vec<(usize, &AccountScope)> {
    let parents = living_parents(&shown.scopes);
    // The weakest first; what is not scored comes after what is.
    let score = |id: Uuid| {
        let overall = shown.scores.of.get(&id).and_then(|scored| scored.overall);
        (overall.is_none(), overall)
    };
    let name = |id: Uuid| shown.scopes.iter().find(|scope| scope.id == id).map_or("", |scope| &scope.fields.name);
    let mut rows: Vec<(Vec<Place<'_>>, &AccountScope)> = shown
        .scopes
        .iter()
        .filter(|scope| scope.is_living())
        .map(|scope| {
            let mut line: Vec<Place<'_>> =
                line_up(&parents, scope.id).into_iter().map(|above| (score(above), name(above), above)).collect();
            line.reverse();
            (line, scope)
        })
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows.into_iter().map(|(line, scope)| (line.len() - 1, scope)).collect()
}

fn add_form(caller: &Caller, shown: &Shown, typed: &Typed<'_>) -> Markup {
    let owns = shown.scopes.iter().any(|scope| scope.owner_id == Some(caller.user) && scope.is_living());
    let action = path(caller, &shown.account, "/scopes");
    let around = Around { action: &action, button: text::add_button(), steers: true, own: None };
    html! {
        @if shown.account.writable(caller) || owns {
            details.fold #add-scope open[!typed.errors.is_empty()] {
                summary { (text::add()) }
                (form::show(caller, shown, typed, &around))
            }
        }
    }
}

fn archived(caller: &Caller, shown: &Shown) -> Markup {
    let away: Vec<&AccountScope> = shown.scopes.iter().filter(|scope| !scope.is_living()).collect();
    html! {
        @if !away.is_empty() {
            details.fold {
                summary { (text::archived(away.len())) }
                ul.plain {
                    @for scope in away {
                        li.row {
                            a href=(path(caller, &shown.account, &format!("/scopes/{}", scope.id))) { (form::whole_name(&shown.scopes, scope)) }
                            @if shown.account.writable(caller) {
                                form method="post" action=(path(caller, &shown.account, &format!("/scopes/{}/restore", scope.id))) {
                                    (frame::csrf(caller))
                                    button.small { (words::restore()) span.sr { " " (scope.fields.name) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
