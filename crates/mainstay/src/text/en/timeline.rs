//! Words of the feed: one plain sentence for everything that can happen. The name of whoever did it stands before each.

use jiff::civil::Date;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::money::{self, Currency};
use mainstay_rules::threshold::{Measure, Side};
use maud::{Markup, html};

use super::frame::day;
use crate::text::texts;

texts! {
    took_snapshot = "took a snapshot of the report";
    feed = "Feed";
    older = "Older";
    newest = "Newest";
    nothing_yet = "Nothing has happened here yet.";
    the_system = "Mainstay";
    evidence = "Evidence";
    today = "Today";
    yesterday = "Yesterday";
    created_account = "created the account";
    archived_account = "archived the account";
    restored_account = "restored the account";
    removed_account = "undid the import that had created the account";
    withdrew_amendment = "withdrew an amendment of a contract";
    set_rate = "set an exchange rate";
    created_workspace = "created the workspace";
    changed_workspace = "changed the settings of the workspace";
    somebody = "somebody";
    a_contract = "a contract";
    a_task = "a task";
    a_scope = "a scope";
    no_fields = "changed the account";
    data_point = "recorded the data point";
    changed_signal = "changed what a signal is called";
    added_threshold = "watches another level of a signal";
    changed_threshold = "changed a level that is watched";
    removed_threshold = "no longer watches a level of a signal";
    drafted_template = "saved a draft of a scorecard";
    published_template = "published a scorecard";
}

/// "Wed 18 Nov", with the year when it is another one.
pub fn day_head(on: Date, now: Date) -> String {
    match now.since(on).map_or(i32::MAX, |span| span.get_days()) {
        0 => today().to_owned(),
        1 => yesterday().to_owned(),
        _ if on.year() == now.year() => on.strftime("%a %-d %b").to_string(),
        _ => on.strftime("%a %-d %b %Y").to_string(),
    }
}

pub fn recorded(metric: &Markup, score: &Markup, was: Option<&str>) -> Markup {
    html! { "recorded " (metric) " " (score) @if let Some(was) = was { " " (self::was(was)) } }
}

/// "saw `seats_used` at 92 (The newest value is at least 85)".
pub fn crossed(signal: &Markup, value: Decimal, (measure, days, side, level): (Measure, i64, Side, Decimal)) -> Markup {
    let what = super::signal::fires(measure, days, side, level);
    html! { "saw " (signal) " at " b { (value) } span.soft { " (" (what) ")" } }
}

pub fn imported_scores(number: i64) -> Markup {
    html! { "brought " b { (number) } " " (if number == 1 { "score" } else { "scores" }) " of earlier days" }
}

pub fn withdrew_scores(number: i64) -> Markup {
    html! { "took " b { (number) } " imported " (if number == 1 { "score" } else { "scores" }) " back" }
}

/// The same value again: somebody looked.
pub fn confirmed(metric: &Markup, score: &Markup) -> Markup {
    html! { "confirmed " (metric) " " (score) }
}

pub fn withdrew(metric: &Markup, was: Option<&str>) -> Markup {
    html! { "withdrew the score of " (metric) @if let Some(was) = was { " " (self::was(was)) } }
}

fn was(value: &str) -> Markup {
    html! { span.soft { "(was " (value) ")" } }
}

/// A fact of an earlier day.
pub fn as_of(on: Date) -> Markup {
    html! { " " span.soft { "as of " (day(on)) } }
}

pub fn in_an_import() -> Markup {
    html! { " " span.soft { "in an import" } }
}

pub fn changed_type(before: &str, after: &str) -> Markup {
    html! { "changed the type from " (before) " to " b { (after) } }
}

pub fn made_associate(name: &str) -> Markup {
    html! { "made " b { (name) } " the sales associate" }
}

pub fn no_associate() -> &'static str {
    "took the sales associate away"
}

pub fn set_end(on: Option<Date>) -> Markup {
    html! { @match on { Some(on) => { "set the end date to " b { (day(on)) } } None => "cleared the end date" } }
}

/// "changed name and industry"
pub fn changed_fields(fields: &[&str]) -> String {
    let words: Vec<String> = fields.iter().map(|field| field_words(field)).collect();
    match words.split_last() {
        None => no_fields().to_owned(),
        Some((only, [])) => format!("changed {only}"),
        Some((last, others)) => format!("changed {} and {last}", others.join(", ")),
    }
}

fn field_words(field: &str) -> String {
    let words = match field {
        "external_id" => "the external id",
        "associate" => "the sales associate",
        "end_on" => "the end date",
        "confidential" => "who may see the account",
        "name" => "the name",
        "industry" => "the industry",
        "vertical" => "the vertical",
        "geography" => "the geography",
        "parent" => "the parent account",
        own => return own.strip_prefix("field.").unwrap_or(own).replace('_', " "),
    };
    words.to_owned()
}

/// A contract's terms as an event holds them; the last day is one that still belongs to it.
pub struct Terms {
    pub arr_minor: i64,
    pub currency: Currency,
    pub from: Option<Date>,
    pub last_day: Option<Date>,
}

impl Terms {
    fn words(&self) -> Markup {
        html! {
            b title=(money::exact(self.arr_minor, self.currency)) { (money::short(self.arr_minor, self.currency)) } " a year"
            @if let Some(from) = self.from { " from " (day(from)) }
            @if let Some(last) = self.last_day { " until " (day(last)) }
        }
    }
}

pub fn added_contract(name: &str, terms: Option<&Terms>) -> Markup {
    html! { "added the contract " b { (name) } @if let Some(terms) = terms { ": " (terms.words()) } }
}

pub fn amended_contract(name: &str, terms: Option<&Terms>) -> Markup {
    html! { "amended " b { (name) } @if let Some(terms) = terms { ": " (terms.words()) } }
}

pub fn edited_contract(name: &str) -> Markup {
    html! { "changed name, notice or renewal of " b { (name) } }
}

/// "decided that the movement of Frame on 1 Feb 2026 is price"
pub fn judged_movement(contract: &str, on: Option<Date>, kind: &str, is_decided: bool) -> Markup {
    html! {
        @if is_decided { "decided that the movement of " } @else { "gave back its own kind to the movement of " }
        b { (contract) } @if let Some(on) = on { " on " (day(on)) }
        @if is_decided { " is " b { (kind.to_lowercase()) } } @else { ": " (kind.to_lowercase()) }
    }
}

pub fn recorded_usage(month: &str, amount: Option<&str>) -> Markup {
    html! {
        @match amount {
            Some(amount) => { "recorded usage revenue of " b { (amount) } " for " (month) }
            None => { "took back the usage revenue of " (month) }
        }
    }
}

pub fn assigned_contract(name: &str) -> Markup {
    html! { "said to which scope " b { (name) } " belongs" }
}

/// "... of Nordics"
pub fn of_scope(scope: &Markup) -> Markup {
    html! { " of the scope " (scope) }
}

pub fn added_scope(name: &str) -> Markup {
    html! { "added the scope " b { (name) } }
}

pub fn archived_scope(name: &str) -> Markup {
    html! { "archived the scope " b { (name) } }
}

pub fn restored_scope(name: &str) -> Markup {
    html! { "restored the scope " b { (name) } }
}

/// "changed owner and place of the scope Nordics"
pub fn changed_scope(name: &str, fields: &[&str]) -> Markup {
    let words: Vec<&str> = fields.iter().map(|field| scope_field(field)).collect();
    html! { "changed " (words.join(", ")) " of the scope " b { (name) } }
}

fn scope_field(field: &str) -> &str {
    match field {
        "parent" => "the place",
        "owner" => "the owner",
        "name" => "the name",
        "kind" => "the kind",
        "expected_users" => "the expected users",
        other => other,
    }
}

pub fn set_target(year: &str, after: Option<&str>, before: Option<&str>) -> Markup {
    html! {
        @match after {
            Some(after) => { "set the target of " (year) " to " b { (after) } }
            None => { "cleared the target of " (year) }
        }
        @if let Some(before) = before { " " (was(before)) }
    }
}

pub fn added_member(name: &str, role: &str) -> Markup {
    html! { "added " b { (name) } " to the pod as " (role) }
}

pub fn changed_member(name: &str, role: &str) -> Markup {
    html! { "made " b { (name) } " " (role) " of this account" }
}

pub fn removed_member(name: &str) -> Markup {
    html! { "removed " b { (name) } " from the pod" }
}

/// A duty in the pod, as a sentence needs it.
pub fn role(word: &str) -> &str {
    match word {
        "team" => "a team member",
        "observer" => "an observer",
        other => other,
    }
}

pub fn person_changed(what: &str, name: &str) -> Markup {
    html! { (what) " " b { (name) } }
}

pub fn person(kind: Person) -> &'static str {
    match kind {
        Person::Added => "added",
        Person::Invited => "invited",
        Person::Joined => "signed in for the first time as",
        Person::Changed => "changed the role or name of",
        Person::Deactivated => "deactivated",
        Person::Reactivated => "reactivated",
    }
}

/// What can happen to a person of the workspace.
#[derive(Clone, Copy)]
pub enum Person {
    Added,
    Invited,
    Joined,
    Changed,
    Deactivated,
    Reactivated,
}

pub fn token(created: bool) -> &'static str {
    if created { "made an API token" } else { "revoked an API token" }
}

pub fn import(applied: bool) -> &'static str {
    if applied { "applied an import" } else { "undid an import" }
}

/// "gave Rui Tavares the task …, due 4 Dec 2026"
pub fn added_task(task: &Markup, owner: &str, due: Option<Date>) -> Markup {
    html! { "added the action " (task) " for " b { (owner) } @if let Some(due) = due { ", due " (day(due)) } }
}

pub fn turned_task(did: &str, task: &Markup) -> Markup {
    html! { (did) " the action " (task) }
}

/// "did “Train the front desk” of Effectively launched"
pub fn ticked(activity: &str, step: Option<&str>, done: bool) -> Markup {
    html! {
        @if done { "did " } @else { "took back the tick of " }
        b { (activity) } @if let Some(step) = step { " of " (step) }
    }
}

pub fn merged_away(target: &str) -> Markup {
    html! { "merged this account into " a href=(target) { "another one" } }
}

pub fn merged_here(history: &str) -> Markup {
    html! { "merged another account into this one; " a href=(history) { "its history" } " is kept" }
}

pub fn changed_task(task: &Markup, fields: &[&str], owner: &str, due: Option<Date>) -> Markup {
    html! {
        @match fields {
            ["due_on"] => {
                @match due { Some(due) => { "moved the action " (task) " to " b { (day(due)) } } None => { "took the date off the action " (task) } }
            }
            ["owner"] => { "gave the action " (task) " to " b { (owner) } }
            _ => { "changed the action " (task) }
        }
    }
}

/// "said of …: Launched has moved from 3.2 to 5.0"
pub fn answered_moved(task: &Markup, step: &str, moved: bool, scores: (Option<String>, Option<String>)) -> Markup {
    html! {
        "said of the action " (task) " that " b { (step) }
        @match (moved, scores) {
            (true, (Some(before), Some(now))) if before != now => { " has moved from " (before) " to " b { (now) } }
            (true, _) => " has moved",
            (false, (_, Some(now))) => { " has not moved: " b { (now) } }
            (false, _) => " has not moved",
        }
    }
}
