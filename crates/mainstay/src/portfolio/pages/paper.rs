//! The report's table as it is printed: every column, nothing to click on, heads that repeat on each sheet.

use jiff::civil::Date;
use mainstay_rules::scorecard::Templates;
use maud::{Markup, html};

use super::View;
use super::report::in_currency;
use crate::corridor::caller::Caller;
use crate::portfolio::store::{Line, SortKey, Totals};
use crate::text::portfolio as text;

/// The table of these lines with its totals.
pub fn printed(caller: &Caller, today: Date, (lines, totals): (&[Line], &Totals), templates: &Templates) -> Markup {
    let view = View { caller, today, templates, actions: None };
    html! {
        table.sheet.on-paper aria-label=(text::title()) {
            thead { tr {
                @for key in SortKey::ALL {
                    th scope="col" {
                        (text::column(key, templates.default()))
                        @if in_currency(key) { " " small { (caller.workspace.currency.code()) } }
                    }
                }
            } }
            tbody { @for line in lines { (view.row(line)) } }
            (view.foot(totals))
        }
    }
}
