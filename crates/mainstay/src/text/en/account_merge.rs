//! Words of merging two accounts.

use crate::text::texts;

texts! {
    title = "Merge into another account";
    what = "For one client that is here twice. What it brings goes to the other account; its own history stays where it is, and its address leads to the other from then on. A merge cannot be undone.";
    open = "Merge…";
    into = "The account that stays";
    choose = "Choose an account";
    preview = "See what happens";
    reason = "Why";
    reason_hint = "It stands in the feeds of both.";
}

pub fn heading(name: &str) -> String {
    format!("Merge {name} into another account")
}

pub fn preview_title(source: &str, target: &str) -> String {
    format!("{source} becomes part of {target}")
}

pub fn contracts(count: i64, target: &str) -> String {
    match count {
        0 => format!("It has no contracts, so the ARR of {target} stays what it is."),
        n => format!(
            "Contracts that go to {target}, with amendments, targets and usage: {n}. No sum of ARR changes on any day."
        ),
    }
}

pub fn scopes(count: i64, target: &str) -> String {
    format!("Scopes that go under {target}, with their owners: {count}.")
}

pub fn subsidiaries(count: i64, target: &str) -> String {
    format!("Subsidiaries that stand under {target} from then on: {count}.")
}

pub fn open_tasks(count: i64, target: &str) -> String {
    format!("Open actions that are about {target} from then on: {count}.")
}

pub fn joining(names: &[String], target: &str) -> String {
    format!("People who join the pod of {target}: {}.", names.join(", "))
}

pub fn stays(source: &str) -> String {
    format!(
        "Scores, data points and the feed of {source} stay with it and can be read there. They do not change the other's scores."
    )
}

pub fn leads(source: &str, target: &str) -> String {
    format!("{source} leaves the report and the lists. Links to it, its id and its external id lead to {target}.")
}

pub fn merge(source: &str, target: &str) -> String {
    format!("Merge {source} into {target}")
}
