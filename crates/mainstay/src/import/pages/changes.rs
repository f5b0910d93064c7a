//! What the file changes of accounts that are here: what they have now, and what they will have.

use mainstay_rules::custom_field::Value;
use mainstay_rules::money::{Currency, exact};
use maud::{Markup, html};

use crate::corridor::caller::Caller;
use crate::import::store::{Changes, ValueChange};
use crate::text::{frame as words, import as text};

pub(super) fn section(caller: &Caller, changes: &Changes) -> Markup {
    if changes.values.is_empty() {
        return html! {};
    }
    html! {
        section.section aria-labelledby="changes" {
            h2 #changes { (text::changes()) }
            div.table-box tabindex="0" role="group" aria-label=(text::changes_label()) { table.table {
                thead { tr {
                    th scope="col" { (text::row()) } th scope="col" { (text::account()) } th scope="col" { (text::field()) }
                    th scope="col" { (text::now()) } th scope="col" { (text::becomes()) }
                } }
                tbody { @for change in &changes.values { (row(caller, change)) } }
            } }
            @if changes.more > 0 { p.soft { (text::more_changes(changes.more)) } }
        }
    }
}

fn row(caller: &Caller, change: &ValueChange) -> Markup {
    let currency = caller.workspace.currency;
    let before = change.before.as_ref().map(|value| said(value, currency));
    html! {
        tr {
            td { (change.row) }
            th scope="row" { a href=(caller.path(&format!("/accounts/{}", change.account))) { (change.name) } }
            td { (change.own.as_deref().unwrap_or_else(|| change.field.label())) }
            td { @match before {
                Some(before) => (before),
                None => span.soft { (text::nothing()) },
            } }
            td { b { (said(&change.after, currency)) } }
        }
    }
}

fn said(value: &Value, currency: Currency) -> String {
    match value {
        Value::Money(minor) => exact(*minor, currency),
        Value::Date(day) => words::day(*day),
        other => other.raw(currency),
    }
}
