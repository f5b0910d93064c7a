//! The report's table as it is printed: the chosen columns, nothing to click on, heads that repeat on each sheet.

use maud::{Markup, html};

use super::View;
use super::report::in_currency;
use crate::corridor::caller::Caller;
use crate::portfolio::api::{Columns, Courses, Heads};
use crate::portfolio::store::{Line, SortKey, Totals};
use crate::text::portfolio as text;

/// The table of these lines with its totals.
pub fn printed(
    caller: &Caller,
    (lines, totals): (&[Line], &Totals),
    heads: &Heads,
    (columns, courses): (&Columns, &Courses),
) -> Markup {
    let view = View { courses: Some(courses), ..heads.view(caller, columns) };
    html! {
        (view.since_on_paper(totals))
        table.sheet.on-paper aria-label=(text::title()) {
            thead { tr {
                @let (left, right) = columns.sides();
                @for key in left { (head(*key, heads)) }
                @for course in columns.courses() { (view.course_head(*course)) }
                @for key in right { (head(*key, heads)) }
                @for field in columns.own() { th scope="col" { (field.name) } }
            } }
            tbody { @for line in lines { (view.row(line)) } }
            (view.foot(totals))
        }
    }
}

fn head(key: SortKey, heads: &Heads) -> Markup {
    html! {
        th scope="col" {
            (text::column(key, heads.templates.default()))
            @if in_currency(key) { " " small { (heads.currency.code()) } }
        }
    }
}
