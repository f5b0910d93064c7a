//! What came of an import: the counts, the rows that stayed out, and the way back.

use mainstay_rules::csv_cell::safe_cell;
use mainstay_rules::import::{DecimalMark, RowProblem, SheetKind};
use maud::{Markup, html};

use super::{counts, path_of, who};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame;
use crate::corridor::frame_form::notice_bad;
use crate::import::store::{Import, SheetRow};
use crate::portfolio::store::Line;
use crate::text::{frame as words, import as text};

fn head(caller: &Caller, import: &Import, title: &str, at: Option<jiff::Timestamp>) -> Markup {
    let when = at.map(|at| words::moment(at, &caller.workspace.zone)).unwrap_or_default();
    html! { div.page-head { div { h1 { (title) } p { (text::file_when_who(&import.file_name, &when, who(import))) } } } }
}

pub(super) fn applied(caller: &Caller, import: &Import, error: Option<&Fault>) -> Markup {
    let done = import.summary.counts;
    html! {
        (head(caller, import, text::done_title(), import.applied_at))
        @if let Some(fault) = error { (notice_bad(&fault.detail)) }
        @if done.create + done.update > 0 {
            div.notice.good role="status" {
                p { (done_words(import)) }
                form method="post" action=(format!("{}/undo", path_of(caller, import.id))) {
                    (frame::csrf(caller)) button.small { (text::undo_this()) }
                }
            }
        } @else {
            div.notice role="status" { p { (text::nothing_changed()) } }
        }
        (counts(import.kind, done))
        @if !import.summary.refused.is_empty() { (refused(caller, import)) }
        div.row {
            a.button.primary href=(caller.path("/portfolio")) { (text::open_report()) }
            a.button href=(caller.path("/import")) { (text::all_imports()) }
        }
    }
}

fn done_words(import: &Import) -> String {
    let (done, accounts) = (import.summary.counts, import.job.accounts);
    match import.kind {
        SheetKind::Accounts => text::in_the_report(done.create + done.update + done.unchanged),
        SheetKind::Contracts => text::done_contracts(done.create, accounts),
        SheetKind::Scores => text::done_scores(done.create, accounts),
    }
}

fn refused(caller: &Caller, import: &Import) -> Markup {
    html! {
        section.section aria-labelledby="refused" {
            div.row.between {
                h2 #refused { (text::refused_head()) }
                a.button.small href=(format!("{}/refused.csv", path_of(caller, import.id))) { (text::download_refused()) }
            }
            div.table-box tabindex="0" role="group" aria-label=(text::refused_label()) { table.table {
                thead { tr {
                    th scope="col" { (text::row()) } th scope="col" { (text::column()) }
                    th scope="col" { (text::what_is_wrong()) }
                } }
                tbody { @for problem in &import.summary.refused {
                    tr { th scope="row" { (problem.row) } td { (place(problem)) } td.words { (problem.message) } }
                } }
            } }
        }
    }
}

fn place(problem: &RowProblem) -> String {
    problem.column.as_ref().map(|column| format!("{} · {}", column.letter, column.header)).unwrap_or_default()
}

/// `left`: the accounts that stayed, as far as the caller may see them.
pub(super) fn undone(caller: &Caller, import: &Import, left: &[Line]) -> Markup {
    let undo = import.summary.undo.clone().unwrap_or_default();
    html! {
        (head(caller, import, text::undone_title(), import.undone_at))
        div.notice.warn role="status" { p {
            (text::as_before(import.kind == SheetKind::Accounts, undo.removed + undo.restored))
            @if !undo.left.is_empty() {
                " " (text::edited_since(undo.left.len()))
                @for (index, line) in left.iter().enumerate() {
                    (if index == 0 { ": " } else { ", " })
                    a href=(caller.path(&format!("/accounts/{}", line.account_id))) { (line.name) }
                }
                "."
            }
        } }
        div.row {
            a.button.primary href=(caller.path("/portfolio")) { (text::open_report()) }
            a.button href=(caller.path("/import")) { (text::all_imports()) }
        }
    }
}

/// The rows that stayed out, as they stood, with a last column that says why.
pub(super) fn refused_csv(import: &Import, rows: &[SheetRow]) -> Result<Vec<u8>, Fault> {
    let width = import.headers.len();
    let decimal = import.settings.decimal.unwrap_or(DecimalMark::Dot);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let headers = import.headers.iter().map(String::as_str).chain([text::problem_header()]);
    writer.write_record(headers.map(safe_cell)).map_err(Fault::internal)?;
    for row in rows {
        let problems = import.summary.refused.iter().filter(|problem| problem.row == row.number);
        let why: Vec<String> = problems.map(|problem| format!("{} ({})", problem.message, place(problem))).collect();
        let cells = (0..width).map(|index| row.cells.get(index).map(|cell| cell.written(decimal)).unwrap_or_default());
        let record = cells.map(|cell| safe_cell(&cell)).chain([safe_cell(&why.join("; "))]);
        writer.write_record(record).map_err(Fault::internal)?;
    }
    writer.into_inner().map_err(Fault::internal)
}
