//! The check before applying: what each column is, every problem at its place, and what would happen.

use std::collections::HashMap;

use mainstay_rules::custom_field::Field as OwnField;
use mainstay_rules::import::{DateOrder, DecimalMark, EndIs, Field, RowProblem, Severity, SheetKind, column_letters};
use mainstay_rules::limits::IMPORT_PROBLEMS_SHOWN_MAX;
use maud::{Markup, html};

use super::{changes, counts, path_of};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
use crate::corridor::frame_form::{self, notice_bad};
use crate::import::api::{Look, column_names};
use crate::import::store::{Cell, Found, Import, Settings, SheetRow};
use crate::text::import as text;

/// Rows of the file that stand below the columns.
const FIRST_ROWS: usize = 6;
/// Characters of a cell that the page shows.
const CELL_CHARS_SHOWN: usize = 60;

/// Severity by row number and column letter.
type Marks = HashMap<(usize, String), Severity>;

pub(super) fn body(caller: &Caller, look: &Look, error: Option<&Fault>) -> Markup {
    let Some(found) = seen(look) else { return html! {} };
    let import = &look.import;
    let path = path_of(caller, import.id);
    let count = usize::try_from(import.row_count).unwrap_or(0);
    let title = text::rows_and_columns(&import.file_name, count, import.headers.len());
    // Of a large file only its first rows are at hand.
    let rows = if look.rows.is_empty() { &found.sample } else { &look.rows };
    html! {
        div.page-head { div {
            h1 { (text::check_title()) } p { (title) }
            @if let Some(name) = &import.settings.known_as { p { (text::recognised_as(name)) } }
        } }
        @if let Some(fault) = error { (notice_bad(&fault.detail)) }
        @else if let Some(failure) = &import.summary.failure { (notice_bad(&text::taken_back(failure))) }
        @else if let Some(message) = &found.mapping_error {
            @if import.settings.kind_unclear { (notice_bad(text::say_the_kind())) }
            (notice_bad(message))
        }
        (counts(import.kind, found.counts))
        p { (what_happens(import, &found)) }
        form.stack method="post" action=(format!("{path}/mapping")) {
            (frame::csrf(caller))
            (about(import))
            (conventions(&found, &import.settings))
            section.section aria-labelledby="cols" {
                h2 #cols { (text::columns()) }
                p.soft { (text::columns_what()) }
                (columns(import, &found, &look.own))
                div.row { button { (text::check_again()) } }
            }
            (problems(&found, rows, &column_names(&import.headers)))
            (changes::section(caller, &look.changes))
            (newcomers(&found))
            (save_as())
            (apply(import.kind, &found, &path))
        }
    }
}

/// What checking found, wherever it is kept.
fn seen(look: &Look) -> Option<Found> {
    let Some(checked) = &look.checked else { return look.import.summary.check.clone() };
    Some(Found {
        mapping_error: checked.mapping_error.clone(),
        decimal: Some(checked.conventions.decimal),
        dates: Some(checked.conventions.dates),
        decimal_unclear: checked.decimal_unclear,
        dates_unclear: checked.dates_unclear,
        counts: checked.counts(),
        problems: checked.problems.iter().take(IMPORT_PROBLEMS_SHOWN_MAX).cloned().collect(),
        problem_count: checked.problems.len(),
        new_people: checked.new_people.values().cloned().collect(),
        sample: look.rows.iter().take(FIRST_ROWS).cloned().collect(),
        ..Found::default()
    })
}

fn what_happens(import: &Import, found: &Found) -> String {
    let days = found.first_on.zip(found.last_on);
    match import.kind {
        SheetKind::Accounts => text::happens_accounts(found.counts.create, found.counts.update),
        SheetKind::Contracts => text::happens_contracts(found.counts.create, found.accounts, found.accounts_new, days),
        SheetKind::Scores => text::happens_scores(found.counts.create, found.accounts, days),
    }
}

/// What the file is about, and what a contract's end date says.
fn about(import: &Import) -> Markup {
    let kinds = SheetKind::ALL.map(|kind| {
        let chosen = kind == import.kind && !import.settings.kind_unclear;
        (kind.key(), text::kind(kind), chosen)
    });
    let end = import.settings.end_is;
    let ends = [
        ("last_day", text::end_last_day(), end == EndIs::LastDay),
        ("first_day_without", text::end_first_day_without(), end == EndIs::FirstDayWithout),
    ];
    let has_end = import.kind == SheetKind::Contracts && import.settings.fields.contains(&Field::EndOn);
    html! {
        section.section aria-labelledby="about" {
            h2 #about { (text::about()) }
            div.pair {
                (choice("kind", text::each_row_is(), &kinds))
                @if has_end { (choice("end_is", text::end_is(), &ends)) }
            }
        }
    }
}

fn save_as() -> Markup {
    html! {
        details.section {
            summary { (text::save_mapping()) }
            p.soft { (text::save_mapping_what()) }
            (frame_form::Field::text("save_as", text::save_as(), "").show(&[]))
        }
    }
}

fn conventions(found: &Found, settings: &Settings) -> Markup {
    if !found.decimal_unclear && !found.dates_unclear {
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
                @if found.dates_unclear {
                    (choice("dates", text::dates(), &dates.map(|(value, label, order)| (value, label, settings.dates == Some(order)))))
                }
                @if found.decimal_unclear {
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

fn columns(import: &Import, found: &Found, own: &[OwnField]) -> Markup {
    let marks: Marks = found
        .problems
        .iter()
        .rev()
        .filter_map(|problem| Some(((problem.row, problem.column.as_ref()?.letter.clone()), problem.severity)))
        .collect();
    let names = column_names(&import.headers);
    let fields = import.settings.fields.iter().copied().chain(std::iter::repeat(Field::Ignore));
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::columns_label()) {
            table.table.mapping {
                thead { tr {
                    @for (index, (name, field)) in names.iter().zip(fields).enumerate() {
                        th scope="col" { (name) (field_select((import.kind, own), index, field)) }
                    }
                } }
                tbody { @for row in found.sample.iter().take(FIRST_ROWS) { (first_row(row, names.len(), found, &marks)) } }
            }
        }
    }
}

fn field_select((kind, own): (SheetKind, &[OwnField]), index: usize, chosen: Field) -> Markup {
    let chosen = chosen.key();

    html! {
        select name=(format!("column_{index}")) aria-label=(text::column_is(&column_letters(index))) {
            option value=(Field::Ignore.key()) { (text::ignore()) }
            @for field in kind.fields() {
                option value=(field.key()) selected[field.key() == chosen] { (field.label()) }
            }
            @if kind.takes_own() && !own.is_empty() {
                optgroup label=(text::your_fields()) {
                    @for field in own { option value=(field.word()) selected[field.word() == chosen] { (field.name) } }
                }
            }
        }
    }
}

fn first_row(row: &SheetRow, width: usize, found: &Found, marks: &Marks) -> Markup {
    let class = |index: usize| match marks.get(&(row.number, column_letters(index))) {
        Some(Severity::Error) => Some("bad"),
        Some(Severity::Warning) => Some("warn"),
        None => None,
    };
    html! {
        tr { @for index in 0..width { td class=[class(index)] { (shown(row.cells.get(index), found)) } } }
    }
}

fn shown(cell: Option<&Cell>, found: &Found) -> String {
    let decimal = found.decimal.unwrap_or(DecimalMark::Dot);
    let text = cell.map(|cell| cell.written(decimal)).unwrap_or_default();
    let mut short: String = text.chars().take(CELL_CHARS_SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn problems(found: &Found, rows: &[SheetRow], names: &[String]) -> Markup {
    if found.problems.is_empty() {
        return html! { p.soft { (text::no_problems()) } };
    }
    let more = found.problem_count.saturating_sub(found.problems.len());
    html! {
        section.section aria-labelledby="problems" {
            h2 #problems { (text::problems()) }
            div.table-box tabindex="0" role="group" aria-label=(text::problems_label()) { table.table {
                thead { tr {
                    th scope="col" { (text::row()) } th scope="col" { (text::column()) } th scope="col" { (text::value()) }
                    th scope="col" { (text::what_is_wrong()) } th scope="col" { (text::then()) }
                } }
                tbody {
                    @for problem in &found.problems {
                        (problem_row(problem, found, rows, names))
                    }
                }
            } }
            @if more > 0 { p.soft { (text::more_problems(more)) } }
        }
    }
}

fn problem_row(problem: &RowProblem, found: &Found, rows: &[SheetRow], names: &[String]) -> Markup {
    let letter = problem.column.as_ref().map(|column| column.letter.as_str());
    let index = letter.and_then(|letter| (0..names.len()).find(|index| column_letters(*index) == letter));
    // Rows come in the order of their numbers.
    let row = rows.binary_search_by_key(&problem.row, |row| row.number).ok().and_then(|at| rows.get(at));
    let value = shown(row.and_then(|row| row.cells.get(index?)), found);
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

fn newcomers(found: &Found) -> Markup {
    if found.new_people.is_empty() {
        return html! {};
    }
    html! {
        section.section aria-labelledby="people" {
            h2 #people { (text::people_added()) }
            ul { @for name in &found.new_people { li { (name) } } }
        }
    }
}

fn apply(kind: SheetKind, found: &Found, path: &str) -> Markup {
    let counts = found.counts;
    let usable = counts.create + counts.update + counts.unchanged;
    html! {
        @if counts.create + counts.update == 0 && counts.refused == 0 && found.mapping_error.is_none() {
            div.notice { p { (text::unchanged_all()) } }
        }
        @if counts.refused > 0 {
            p { label.chip { input type="checkbox" name="leave_out" value="1"; (text::leave_out(counts.refused)) } }
        }
        div.row {
            @if usable > 0 {
                button.primary formaction=(format!("{path}/apply")) { (text::import_rows(usable)) }
            }
            button.quiet formaction=(format!("{path}/cancel")) formnovalidate { (text::discard()) }
            @if counts.left_out > 0 { span.soft { (text::left_out(kind, counts.left_out)) } }
        }
    }
}
