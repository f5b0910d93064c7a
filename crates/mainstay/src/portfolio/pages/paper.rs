//! The report's table as it is printed: the chosen columns, nothing to click on, heads that repeat on each sheet.

use maud::{Markup, html};

use super::report::in_currency;
use crate::corridor::caller::Caller;
use crate::portfolio::api::{Columns, Heads};
use crate::portfolio::store::{Line, Totals};
use crate::text::portfolio as text;

/// The table of these lines with its totals.
pub fn printed(caller: &Caller, (lines, totals): (&[Line], &Totals), heads: &Heads, columns: &Columns) -> Markup {
    let view = heads.view(caller, columns);
    html! {
        table.sheet.on-paper aria-label=(text::title()) {
            thead { tr {
                @for key in columns.keys().iter().copied() {
                    th scope="col" {
                        (text::column(key, heads.templates.default()))
                        @if in_currency(key) { " " small { (heads.currency.code()) } }
                    }
                }
                @for field in columns.own() { th scope="col" { (field.name) } }
            } }
            tbody { @for line in lines { (view.row(line)) } }
            (view.foot(totals))
        }
    }
}
