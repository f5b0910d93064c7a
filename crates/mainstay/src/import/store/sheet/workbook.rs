//! Excel workbooks: guarded before they are parsed, then read cell by cell, never as a whole grid.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::time::Instant;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use mainstay_rules::limits::{IMPORT_PARTS_MAX, IMPORT_UNPACKED_BYTES_MAX, IMPORT_WORKBOOK_BYTES_MAX};
use zip::ZipArchive;

use super::{Cell, Rows, refused};
use crate::corridor::fault::Fault;

/// Cells between two looks at the clock.
const CELLS_A_LOOK: usize = 4_096;

type Workbook = Xlsx<BufReader<File>>;

pub(super) fn read(name: &str, file: File, deadline: Instant, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let bytes = file.metadata().map_err(Fault::internal)?.len();
    if usize::try_from(bytes).is_ok_and(|bytes| bytes > IMPORT_WORKBOOK_BYTES_MAX) {
        return Err(refused(format!(
            "“{name}” is a workbook of {} MiB; at most {} MiB are read. Save it as CSV and choose it again.",
            bytes >> 20,
            IMPORT_WORKBOOK_BYTES_MAX >> 20
        )));
    }
    let again = file.try_clone().map_err(Fault::internal)?;
    guard(name, again)?;
    let mut file = file;
    file.rewind().map_err(Fault::internal)?;
    let mut workbook: Workbook = Xlsx::new(BufReader::new(file)).map_err(|e| damaged(name, &e.to_string()))?;
    let mut sheets: Vec<(String, bool)> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    // What people see comes first, in their order.
    sheets.sort_by_key(|(_, visible)| !visible);
    for (sheet, _) in sheets {
        if sheet_rows(&mut workbook, name, &sheet, deadline, rows)? {
            return Ok(());
        }
    }
    Ok(())
}

fn damaged(name: &str, reason: &str) -> Fault {
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(120).collect();
    refused(format!("“{name}” is damaged or no Excel workbook ({reason}). Save it again as .xlsx or CSV."))
}

/// Unpacks every part into nothing, counting: the sizes that a directory states can lie.
fn guard(name: &str, file: File) -> Result<(), Fault> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(name, &e.to_string()))?;
    if archive.len() > IMPORT_PARTS_MAX {
        return Err(refused(format!(
            "“{name}” has {} parts; a workbook has at most {IMPORT_PARTS_MAX}.",
            archive.len()
        )));
    }
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(refused(format!(
            "“{name}” is not an Excel workbook. Save it as .xlsx or CSV and choose it again."
        )));
    }
    let mut unpacked: u64 = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|e| damaged(name, &e.to_string()))?;
        let left = IMPORT_UNPACKED_BYTES_MAX - unpacked;
        let stated = part.size();
        let read = if stated > left {
            stated
        } else {
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|e| damaged(name, &e.to_string()))?
        };
        if read > left {
            let message = format!(
                "“{name}” unpacks to more than {} MiB. Delete what is not imported, or save it as CSV.",
                IMPORT_UNPACKED_BYTES_MAX >> 20
            );
            return Err(refused(message));
        }
        unpacked += read;
    }
    Ok(())
}

/// Says whether the sheet has any cell.
fn sheet_rows(
    workbook: &mut Workbook,
    name: &str,
    sheet: &str,
    deadline: Instant,
    rows: &mut Rows<'_>,
) -> Result<bool, Fault> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|e| damaged(name, &e.to_string()))?;
    let mut count: usize = 0;
    let mut filled = false;
    while let Some(cell) = cells.next_cell().map_err(|e| damaged(name, &e.to_string()))? {
        count += 1;
        if count.is_multiple_of(CELLS_A_LOOK) && Instant::now() > deadline {
            return Err(refused(format!(
                "“{name}” takes too long to read. Delete what is not imported, or save it as CSV."
            )));
        }
        let (row, column) = cell.get_position();
        let (row, column) = (usize::try_from(row).unwrap_or(usize::MAX), usize::try_from(column).unwrap_or(usize::MAX));
        let value = value(cell.get_value());
        filled |= !value.is_blank();
        rows.put(row.saturating_add(1), column, value)?;
    }
    Ok(filled)
}

fn value(cell: &DataRef<'_>) -> Cell {
    match cell {
        #[expect(clippy::cast_precision_loss, reason = "a workbook has no integers beyond what a float holds")]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) if number.is_finite() => Cell::Number(*number),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            Cell::Text(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTime(at) => Cell::Number(at.as_f64()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(yes) => Cell::Text(yes.to_string()),
        DataRef::Error(error) => Cell::Text(error.to_string()),
        DataRef::Float(_) | DataRef::Empty => Cell::Text(String::new()),
    }
}
