//! The check before applying: what each column is, every problem at its place, and what would happen.

use std::collections::HashMap;

use mainstay_rules::import::{DateOrder, DecimalMark, Field, RowProblem, Severity, column_letters};
use mainstay_rules::limits::IMPORT_PROBLEMS_SHOWN_MAX;
use maud::{Markup, html};

use super::{counts, path_of};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
use crate::corridor::frame_form::notice_bad;
use crate::import::api::{Look, column_names};
use crate::import::store::{Cell, Checked, Settings, SheetRow};
use crate::text::import as text;

/// Rows of the file that stand below the columns.
const FIRST_ROWS: usize = 6;
/// Characters of a cell that the page shows.
const CELL_CHARS_SHOWN: usize = 60;

/// Severity by row number and column letter.
type Marks = HashMap<(usize, String), Severity>;

pub(super) fn body(caller: &Caller, look: &Look, error: Option<&Fault>) -> Markup {
    let Some(checked) = &look.checked else { return html! {} };
    let import = &look.import;
    let path = path_of(caller, import.id);
    let title = text::rows_and_columns(&import.file_name, look.rows.len(), import.headers.len());
    html! {
        div.page-head { div { h1 { (text::check_title()) } p { (title) } } }
        @if let Some(fault) = error { (notice_bad(&fault.detail)) }
        @else if let Some(message) = &checked.mapping_error { (notice_bad(message)) }
        (counts(checked.counts()))
        form.stack method="post" action=(format!("{path}/mapping")) {
            (frame::csrf(caller))
            (conventions(checked, &import.settings))
            section.section aria-labelledby="cols" {
                h2 #cols { (text::columns()) }
                p.soft { (text::columns_what()) }
                (columns(look, checked))
                div.row { button { (text::check_again()) } }
            }
            (problems(checked, &look.rows, &column_names(&import.headers)))
            (newcomers(checked))
            (apply(caller, checked, &path))
        }
    }
}

fn conventions(checked: &Checked, settings: &Settings) -> Markup {
    if !checked.decimal_unclear && !checked.dates_unclear {
        return html! {};
    }
    let dates = [
        ("day_first", text::day_first(), DateOrder::DayFirst),
        ("month_first", text::month_first(), DateOrder::MonthFirst),
    ];
    let decimals = [("dot", text::dot(), DecimalMark::Dot), ("comma", text::comma(), DecimalMark::Comma)];
    html! {
        section.section aria-labelledby="conv" {
            h2 #conv { (text::conventions()) }
            div.notice.warn { p { (text::two_ways()) } }
            div.pair {
                @if checked.dates_unclear {
                    (choice("dates", text::dates(), &dates.map(|(value, label, order)| (value, label, settings.dates == Some(order)))))
                }
                @if checked.decimal_unclear {
                    (choice("decimal", text::decimals(), &decimals.map(|(value, label, mark)| (value, label, settings.decimal == Some(mark)))))
                }
            }
        }
    }
}

fn choice(name: &str, legend: &str, options: &[(&str, &str, bool)]) -> Markup {
    html! {
        fieldset.field {
            legend { (legend) }
            div.filters {
                @for (value, label, chosen) in options {
                    label.chip { input type="radio" name=(name) value=(value) checked[*chosen]; (label) }
                }
            }
        }
    }
}

fn columns(look: &Look, checked: &Checked) -> Markup {
    let marks: Marks = checked
        .problems
        .iter()
        .rev()
        .filter_map(|problem| Some(((problem.row, problem.column.as_ref()?.letter.clone()), problem.severity)))
        .collect();
    let names = column_names(&look.import.headers);
    let fields = look.import.settings.fields.iter().copied().chain(std::iter::repeat(Field::Ignore));
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::columns_label()) {
            table.table.mapping {
                thead { tr {
                    @for (index, (name, field)) in names.iter().zip(fields).enumerate() {
                        th scope="col" { (name) (field_select(index, field)) }
                    }
                } }
                tbody { @for row in look.rows.iter().take(FIRST_ROWS) { (first_row(row, names.len(), checked, &marks)) } }
            }
        }
    }
}

fn field_select(index: usize, chosen: Field) -> Markup {
    html! {
        select name=(format!("column_{index}")) aria-label=(text::column_is(&column_letters(index))) {
            option value=(Field::Ignore.key()) { (text::ignore()) }
            @for field in Field::ALL.iter().filter(|field| **field != Field::Ignore) {
                option value=(field.key()) selected[*field == chosen] { (field.label()) }
            }
        }
    }
}

fn first_row(row: &SheetRow, width: usize, checked: &Checked, marks: &Marks) -> Markup {
    let class = |index: usize| match marks.get(&(row.number, column_letters(index))) {
        Some(Severity::Error) => Some("bad"),
        Some(Severity::Warning) => Some("warn"),
        None => None,
    };
    html! {
        tr { @for index in 0..width { td class=[class(index)] { (shown(row.cells.get(index), checked)) } } }
    }
}

fn shown(cell: Option<&Cell>, checked: &Checked) -> String {
    let text = cell.map(|cell| cell.written(checked.conventions.decimal)).unwrap_or_default();
    let mut short: String = text.chars().take(CELL_CHARS_SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn problems(checked: &Checked, rows: &[SheetRow], names: &[String]) -> Markup {
    if checked.problems.is_empty() {
        return html! { p.soft { (text::no_problems()) } };
    }
    let more = checked.problems.len().saturating_sub(IMPORT_PROBLEMS_SHOWN_MAX);
    html! {
        section.section aria-labelledby="problems" {
            h2 #problems { (text::problems()) }
            div.table-box tabindex="0" role="group" aria-label=(text::problems_label()) { table.table {
                thead { tr {
                    th scope="col" { (text::row()) } th scope="col" { (text::column()) } th scope="col" { (text::value()) }
                    th scope="col" { (text::what_is_wrong()) } th scope="col" { (text::then()) }
                } }
                tbody {
                    @for problem in checked.problems.iter().take(IMPORT_PROBLEMS_SHOWN_MAX) {
                        (problem_row(problem, checked, rows, names))
                    }
                }
            } }
            @if more > 0 { p.soft { (text::more_problems(more)) } }
        }
    }
}

fn problem_row(problem: &RowProblem, checked: &Checked, rows: &[SheetRow], names: &[String]) -> Markup {
    let letter = problem.column.as_ref().map(|column| column.letter.as_str());
    let index = letter.and_then(|letter| (0..names.len()).find(|index| column_letters(*index) == letter));
    // Rows come in the order of their numbers.
    let row = rows.binary_search_by_key(&problem.row, |row| row.number).ok().and_then(|at| rows.get(at));
    let value = shown(row.and_then(|row| row.cells.get(index?)), checked);
    html! {
        tr {
            th scope="row" { (problem.row) }
            td { (index.and_then(|index| names.get(index)).map_or("", String::as_str)) }
            td { @if !value.is_empty() { code { (value) } } }
            td.words { (problem.message) }
            td { @match problem.severity {
                Severity::Error => span.tag.bad { (text::row_refused()) },
                Severity::Warning => span.tag.warn { (text::worth_a_look()) },
            } }
        }
    }
}

fn newcomers(checked: &Checked) -> Markup {
    if checked.new_people.is_empty() {
        return html! {};
    }
    html! {
        section.section aria-labelledby="people" {
            h2 #people { (text::people_added()) }
            ul { @for name in checked.new_people.values() { li { (name) } } }
        }
    }
}

fn apply(caller: &Caller, checked: &Checked, path: &str) -> Markup {
    let counts = checked.counts();
    let usable = counts.create + counts.update + counts.unchanged;
    html! {
        @if counts.create + counts.update == 0 && counts.refused == 0 && checked.mapping_error.is_none() {
            div.notice { p { (text::unchanged_all()) } }
        }
        @if counts.refused > 0 {
            p { label.chip { input type="checkbox" name="leave_out" value="1"; (text::leave_out(counts.refused)) } }
        }
        div.row {
            @if usable > 0 {
                button.primary formaction=(format!("{path}/apply")) { (text::import_rows(usable)) }
            }
            a.button.quiet href=(caller.path("/import")) { (text::cancel()) }
            @if counts.left_out > 0 { span.soft { (text::left_out(counts.left_out)) } }
        }
    }
}
