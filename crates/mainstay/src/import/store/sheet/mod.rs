//! The file as a sheet: which kind it is, where its header is, and its rows under the spreadsheet's own numbers.

mod delimited;
mod workbook;

pub use delimited::safe_cell;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::import::{DecimalMark, Field, column_letters, guess};
use mainstay_rules::limits::{
    IMPORT_BYTES_MAX, IMPORT_CELL_BYTES_MAX, IMPORT_COLUMNS_MAX, IMPORT_HEADER_CHARS_MAX, IMPORT_READ_SECONDS_MAX,
    IMPORT_ROWS_MAX,
};
use mainstay_rules::problem::Problem;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::corridor::fault::Fault;

/// Rows above the header that are skipped: a title, a date, a logo.
const HEADER_WITHIN: usize = 20;
/// Characters of a file's name that are kept.
const FILE_NAME_CHARS_MAX: usize = 200;

/// A cell as the file holds it. Numbers of a workbook have no decimal mark that could be misread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    Number(f64),
    Text(String),
}

impl Cell {
    /// The cell as text, a number written with the mark that the sheet's texts use.
    pub fn written(&self, decimal: DecimalMark) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => {
                // Nine places are more than any score or amount has, and hide the noise of binary fractions.
                let text = format!("{number:.9}");
                let text = text.trim_end_matches('0').trim_end_matches('.');
                if decimal == DecimalMark::Comma { text.replace('.', ",") } else { text.to_owned() }
            }
        }
    }

    /// What tells how the sheet writes numbers: texts only.
    pub fn typed(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(_) => String::new(),
        }
    }

    fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

/// A row and its number as the spreadsheet shows it.
#[derive(Clone, Debug)]
pub struct SheetRow {
    pub number: usize,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug)]
pub struct Sheet {
    pub file_name: String,
    pub headers: Vec<String>,
    pub rows: Vec<SheetRow>,
}

/// Why a file cannot be read; the pointer names the upload's part.
pub(super) fn refused(message: impl Into<String>) -> Fault {
    Fault::field(FieldError::new("/file", FieldCode::Invalid, message))
}

/// Reads a file away from the threads that answer requests, few at a time, within a limit of time.
pub async fn read(reading: Arc<Semaphore>, file_name: String, bytes: Vec<u8>) -> Result<Sheet, Fault> {
    let late = || refused(format!("The file could not be read within {IMPORT_READ_SECONDS_MAX} seconds. Split it."));
    let permit = reading.acquire_owned().await.map_err(Fault::internal)?;
    let task = tokio::task::spawn_blocking(move || {
        // Kept until the thread is really done, so that abandoned work still counts.
        let _permit = permit;
        parse(&file_name, &bytes)
    });
    let limit = Duration::from_secs(IMPORT_READ_SECONDS_MAX + 1);
    let joined = tokio::time::timeout(limit, task).await.map_err(|_| late())?;
    // A parser of others may panic on a hostile file; that is the file's fault.
    joined.unwrap_or_else(|_| Err(refused("The file is damaged: it could not be read to its end. Save it again.")))
}

/// The sheet in a file: a workbook or delimited text, told by its first bytes and not by its name.
pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Sheet, Fault> {
    if bytes.len() > IMPORT_BYTES_MAX {
        let message = format!("The file has {} bytes; at most {IMPORT_BYTES_MAX} are read. Split it.", bytes.len());
        return Err(Fault::new(Problem::TooLarge, message));
    }
    let name = clean_name(file_name);
    let deadline = Instant::now() + Duration::from_secs(IMPORT_READ_SECONDS_MAX);
    let rows = if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        workbook::rows(&name, bytes, deadline)?
    } else if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(refused(format!(
            "“{name}” is a workbook of the old format or has a password. Save it as .xlsx or CSV without one."
        )));
    } else if bytes.starts_with(b"%PDF") || bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xFF\xD8\xFF") {
        return Err(refused(format!(
            "“{name}” is neither CSV nor Excel. Save it as .csv or .xlsx and choose it again."
        )));
    } else {
        delimited::rows(bytes)?
    };
    with_header(name, rows)
}

fn clean_name(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect();
    if clean.trim().is_empty() { "file".to_owned() } else { clean }
}

/// Takes cells one by one and refuses what is beyond the limits as soon as it comes.
#[derive(Default)]
struct Rows {
    rows: Vec<SheetRow>,
}

impl Rows {
    fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), Fault> {
        if cell.is_blank() {
            return Ok(());
        }
        if column >= IMPORT_COLUMNS_MAX {
            return Err(too_many_columns(row));
        }
        if matches!(&cell, Cell::Text(text) if text.len() > IMPORT_CELL_BYTES_MAX) {
            let place = format!("Row {row}, column {}", column_letters(column));
            return Err(refused(format!("{place}: the cell has more than {IMPORT_CELL_BYTES_MAX} bytes. Shorten it.")));
        }
        if matches!(&cell, Cell::Text(text) if text.contains('\0')) {
            let place = format!("Row {row}, column {}", column_letters(column));
            return Err(refused(format!("{place}: the cell holds a NUL character. Remove it.")));
        }
        if self.rows.last().is_none_or(|last| last.number != row) {
            if self.rows.last().is_some_and(|last| last.number > row) {
                return Err(refused(format!(
                    "Row {row} stands behind a later row: the file is damaged. Save it again."
                )));
            }
            if self.rows.len() > IMPORT_ROWS_MAX + HEADER_WITHIN {
                return Err(too_many_rows(row));
            }
            self.rows.push(SheetRow { number: row, cells: Vec::new() });
        }
        let Some(last) = self.rows.last_mut() else { return Ok(()) };
        if last.cells.len() <= column {
            last.cells.resize(column + 1, Cell::Text(String::new()));
        }
        last.cells[column] = cell;
        Ok(())
    }
}

fn too_many_columns(row: usize) -> Fault {
    refused(format!("Row {row} has more than {IMPORT_COLUMNS_MAX} columns. Delete those that are not imported."))
}

fn too_many_rows(row: usize) -> Fault {
    refused(format!(
        "Row {row}: the file has more than {IMPORT_ROWS_MAX} rows. Split it, and import the parts one after the other."
    ))
}

/// Finds the header: the first row that names an account column, otherwise the first with two cells.
fn with_header(file_name: String, mut rows: Vec<SheetRow>) -> Result<Sheet, Fault> {
    let texts =
        |row: &SheetRow| -> Vec<String> { row.cells.iter().map(|cell| cell.written(DecimalMark::Dot)).collect() };
    let top = &rows[..rows.len().min(HEADER_WITHIN)];
    let named = top
        .iter()
        .position(|row| row.cells.len() > 1 && guess(&texts(row), &[]).iter().any(|g| g.field == Field::Name));
    let filled = |row: &SheetRow| row.cells.iter().filter(|cell| !cell.is_blank()).count();
    let Some(at) = named.or_else(|| top.iter().position(|row| filled(row) > 1)).or((!top.is_empty()).then_some(0))
    else {
        return Err(refused(format!(
            "“{file_name}” is empty. Choose a file with a row of column names and a row for each account."
        )));
    };
    let headers = texts(&rows[at]);
    let rows = rows.split_off(at + 1);
    if rows.is_empty() {
        return Err(refused(format!("“{file_name}” has column names but no row below them. Nothing was imported.")));
    }
    if let Some(beyond) = rows.get(IMPORT_ROWS_MAX) {
        return Err(too_many_rows(beyond.number));
    }
    Ok(Sheet { file_name, headers: headers.iter().map(|header| short(header)).collect(), rows })
}

fn short(header: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    header.trim().chars().map(clean).take(IMPORT_HEADER_CHARS_MAX).collect()
}
