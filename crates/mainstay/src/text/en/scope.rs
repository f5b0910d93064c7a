//! Words of an account's scopes: the tree, a scope's page, and its form.

use mainstay_rules::money::{self, Currency};
use mainstay_rules::roll_up::Basis;
use mainstay_rules::scope::ScopeKind;

use crate::text::texts;

texts! {
    scopes = "Scopes";
    scope = "Scope";
    name = "Name";
    kind = "Kind";
    parent = "Stands under";
    the_account = "The account itself";
    whole_account = "Whole account";
    expected_users = "Expected users or sites";
    expected_users_short = "Expected users";
    expected_users_hint = "How many are to be reached. The first step is rolled up by it, so that a new division weighs something. Empty: not known.";
    none_yet = "This account has no scopes. Divide it when several people answer for its regions, product lines or sites: each then has an owner, scores of its own, and a share of the ARR.";
    unassigned = "Contracts without a scope";
    add = "Add a scope";
    add_button = "Add scope";
    change = "Change this scope";
    save_button = "Save scope";
    archive_what = "The scope no longer counts and its contracts count where it stood. Nothing is deleted.";
    is_archived = "This scope is archived: it does not count. Its history is kept.";
    changed_meanwhile = "Somebody changed this scope while you were editing. What you typed is kept: save again to put it in place.";
    contract_scope = "Belongs to";
    assign_button = "Save";
    scores = "Scores";
    open_scores = "Open or record its scores";
    see_scores = "Open its scores";
    scores_what = "Type what you know; what is left empty stays as it is. A scope over scored ones reads theirs, and the account follows from all of them.";
    record_scores = "Record scores";
    whole_step = "The whole step, as typed";
    of_the_account = "of the account";
    rolled_up_from = "The scopes that it is rolled up from";
    share = "Share";
    weakest_first = "The weakest first.";
}

pub fn kind_words(kind: ScopeKind) -> &'static str {
    match kind {
        ScopeKind::Division => "Division",
        ScopeKind::Region => "Region",
        ScopeKind::ProductLine => "Product line",
        ScopeKind::Site => "Site",
    }
}

/// "Scores of Nordics"
pub fn scores_of(name: &str) -> String {
    format!("Scores of {name}")
}

/// By what the parts of a number were weighed; it stands before them.
pub fn weighed(basis: Option<Basis>) -> &'static str {
    match basis {
        Some(Basis::Arr) => "By ARR",
        Some(Basis::ExpectedUsers) => "By expected users",
        Some(Basis::Equal) => "Weighed alike",
        None => "Its own",
    }
}

/// "EUR 2.6M", "1,400 users", "1"
pub fn weight(basis: Option<Basis>, weight: i64, currency: Currency) -> String {
    match basis {
        Some(Basis::Arr) => money::short(weight, currency),
        Some(Basis::ExpectedUsers) => format!("{} users", count(weight)),
        _ => weight.to_string(),
    }
}

/// What an input is for, said to screen readers.
pub fn new_score(metric: &str, step: &str) -> String {
    format!("New score, 0 to 10: {metric} ({step})")
}

/// "16 scopes, 12 owners"
pub fn summary(scopes: usize, owners: usize) -> String {
    let some = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    format!("{}, {}", some(scopes, "scope"), some(owners, "owner"))
}

/// "1 archived scope"
pub fn archived(count: usize) -> String {
    if count == 1 { "1 archived scope".to_owned() } else { format!("{count} archived scopes") }
}

/// "12,400"
pub fn count(number: i64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
