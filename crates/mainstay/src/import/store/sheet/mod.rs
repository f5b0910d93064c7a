//! The file as a sheet: which kind it is, where its header is, and its rows under the spreadsheet's own numbers.

mod delimited;
mod workbook;

use std::fs::File;
use std::io::{Read, Seek};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::import::{DecimalMark, Field, SheetKind, column_letters, guess};
use mainstay_rules::limits::{
    IMPORT_CELL_BYTES_MAX, IMPORT_COLUMNS_MAX, IMPORT_HEADER_CHARS_MAX, IMPORT_READ_SECONDS_MAX, IMPORT_ROWS_MAX,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};

use crate::corridor::fault::Fault;

/// Rows above the header that are skipped: a title, a date, a logo.
const HEADER_WITHIN: usize = 20;
/// Rows that are handed on together.
const ROWS_A_PART: usize = 500;
/// Parts that wait for whoever takes them; the reading waits when there are more.
const PARTS_AHEAD: usize = 2;
/// Characters of a file's name that are kept.
const FILE_NAME_CHARS_MAX: usize = 200;

/// A cell as the file holds it. Numbers of a workbook have no decimal mark that could be misread.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    Number(f64),
    Text(String),
}

/// By hand: what serde derives for this keeps a copy of every cell while it tries.
impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Cell;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Cell, E> {
                Ok(Cell::Text(text))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Cell, E> {
                Ok(Cell::Number(number))
            }

            #[expect(clippy::cast_precision_loss, reason = "whole numbers came from a float")]
            fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
                Ok(Cell::Number(number as f64))
            }

            #[expect(clippy::cast_precision_loss, reason = "whole numbers came from a float")]
            fn visit_u64<E>(self, number: u64) -> Result<Cell, E> {
                Ok(Cell::Number(number as f64))
            }
        }
        from.deserialize_any(Visitor)
    }
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SheetRow {
    pub number: usize,
    pub cells: Vec<Cell>,
}

/// What a file is read into, piece by piece: its header once, then its rows.
#[derive(Debug)]
pub enum Part {
    Header(Vec<String>),
    Rows(Vec<SheetRow>),
}

/// The beginning of a file that is being read, and the rest as it comes.
pub struct Sheet {
    pub file_name: String,
    pub headers: Vec<String>,
    /// As many rows as are looked at to tell what the file is.
    pub first: Vec<SheetRow>,
    rest: mpsc::Receiver<Result<Part, Fault>>,
}

impl Sheet {
    /// The next rows; none at the end of the file. What is wrong with the file comes where it is found.
    pub async fn next(&mut self) -> Result<Option<Vec<SheetRow>>, Fault> {
        if !self.first.is_empty() {
            return Ok(Some(std::mem::take(&mut self.first)));
        }
        match self.rest.recv().await {
            None => Ok(None),
            Some(Ok(Part::Rows(rows))) => Ok(Some(rows)),
            Some(Ok(Part::Header(_))) => Err(Fault::internal("a file has two headers")),
            Some(Err(fault)) => Err(fault),
        }
    }
}

/// Why a file cannot be read; the pointer names the upload's part.
pub(super) fn refused(message: impl Into<String>) -> Fault {
    Fault::field(FieldError::new("/file", FieldCode::Invalid, message))
}

/// Opens a file and reads it away from the threads that answer requests, few at a time; a reader that is far ahead waits.
pub async fn open(reading: Arc<Semaphore>, file_name: &str, path: PathBuf) -> Result<Sheet, Fault> {
    let permit = reading.acquire_owned().await.map_err(Fault::internal)?;
    let (parts, mut rest) = mpsc::channel(PARTS_AHEAD);
    let name = clean_name(file_name);
    let of = name.clone();
    tokio::task::spawn_blocking(move || {
        // Kept until the thread is really done, so that abandoned work still counts.
        let _permit = permit;
        let into = parts.clone();
        // A parser of others may panic on a hostile file; that is the file's fault.
        let read = std::panic::catch_unwind(AssertUnwindSafe(|| read(&of, &path, &into)));
        let damaged = || Err(refused("The file is damaged: it could not be read to its end. Save it again."));
        if let Err(fault) = read.unwrap_or_else(|_| damaged()) {
            let _ = parts.blocking_send(Err(fault));
        }
    });
    let mut headers = None;
    let mut first = Vec::new();
    while first.is_empty() {
        match rest.recv().await {
            Some(Ok(Part::Header(found))) => headers = Some(found),
            Some(Ok(Part::Rows(rows))) => first = rows,
            Some(Err(fault)) => return Err(fault),
            None => break,
        }
    }
    match headers {
        None => Err(refused(format!(
            "“{name}” is empty. Choose a file with a row of column names and a row for each account."
        ))),
        Some(_) if first.is_empty() => {
            Err(refused(format!("“{name}” has column names but no row below them. Nothing was imported.")))
        }
        Some(headers) => Ok(Sheet { file_name: name, headers, first, rest }),
    }
}

/// A workbook or delimited text, told by its first bytes and not by its name.
fn read(name: &str, path: &Path, parts: &mpsc::Sender<Result<Part, Fault>>) -> Result<(), Fault> {
    let mut file = File::open(path).map_err(Fault::internal)?;
    let mut start = [0_u8; 4];
    let filled = file.read(&mut start).map_err(Fault::internal)?;
    let start = start.get(..filled).unwrap_or_default();
    file.rewind().map_err(Fault::internal)?;
    let mut rows = Rows::new(parts);
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        let deadline = Instant::now() + Duration::from_secs(IMPORT_READ_SECONDS_MAX);
        workbook::read(name, file, deadline, &mut rows)?;
    } else if start.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(refused(format!(
            "“{name}” is a workbook of the old format or has a password. Save it as .xlsx or CSV without one."
        )));
    } else if start.starts_with(b"%PDF") || start.starts_with(b"\x89PNG") || start.starts_with(b"\xFF\xD8\xFF") {
        return Err(refused(format!(
            "“{name}” is neither CSV nor Excel. Save it as .csv or .xlsx and choose it again."
        )));
    } else {
        delimited::read(file, &mut rows)?;
    }
    rows.end()
}

fn clean_name(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect();
    if clean.trim().is_empty() { "file".to_owned() } else { clean }
}

/// Takes cells one by one, refuses what is beyond the limits as soon as it comes, and hands the rows on.
struct Rows<'a> {
    parts: &'a mpsc::Sender<Result<Part, Fault>>,
    /// The rows before the header is known, then the next ones to be handed on.
    waiting: Vec<SheetRow>,
    has_header: bool,
    count: usize,
}

impl<'a> Rows<'a> {
    fn new(parts: &'a mpsc::Sender<Result<Part, Fault>>) -> Self {
        Self { parts, waiting: Vec::new(), has_header: false, count: 0 }
    }

    fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), Fault> {
        if cell.is_blank() {
            return Ok(());
        }
        check_cell(row, column, &cell)?;
        if self.waiting.last().is_none_or(|last| last.number != row) {
            if self.waiting.last().is_some_and(|last| last.number > row) {
                return Err(refused(format!(
                    "Row {row} stands behind a later row: the file is damaged. Save it again."
                )));
            }
            self.begin(row)?;
        }
        let Some(last) = self.waiting.last_mut() else { return Ok(()) };
        if last.cells.len() <= column {
            last.cells.resize(column + 1, Cell::Text(String::new()));
        }
        last.cells[column] = cell;
        Ok(())
    }

    /// A row begins, so the ones before it are whole.
    fn begin(&mut self, row: usize) -> Result<(), Fault> {
        if self.count > IMPORT_ROWS_MAX + HEADER_WITHIN {
            return Err(too_many_rows(row));
        }
        if !self.has_header && self.waiting.len() == HEADER_WITHIN {
            self.find_header()?;
        }
        if self.has_header && self.waiting.len() >= ROWS_A_PART {
            self.hand_on()?;
        }
        self.count += 1;
        self.waiting.push(SheetRow { number: row, cells: Vec::new() });
        Ok(())
    }

    fn find_header(&mut self) -> Result<(), Fault> {
        self.has_header = true;
        let Some(at) = header_place(&self.waiting) else { return Ok(()) };
        let headers = texts(&self.waiting[at]);
        self.count = self.waiting.len() - at - 1;
        self.waiting.drain(..=at);
        self.send(Part::Header(headers.iter().map(|header| short(header)).collect()))
    }

    fn hand_on(&mut self) -> Result<(), Fault> {
        if let Some(beyond) = self.waiting.last().filter(|_| self.count > IMPORT_ROWS_MAX) {
            return Err(too_many_rows(beyond.number));
        }
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() { Ok(()) } else { self.send(Part::Rows(rows)) }
    }

    fn send(&self, part: Part) -> Result<(), Fault> {
        self.parts.blocking_send(Ok(part)).map_err(|_| Fault::internal("nobody reads the file any more"))
    }

    fn end(mut self) -> Result<(), Fault> {
        if !self.has_header {
            self.find_header()?;
        }
        self.hand_on()
    }
}

fn check_cell(row: usize, column: usize, cell: &Cell) -> Result<(), Fault> {
    if column >= IMPORT_COLUMNS_MAX {
        return Err(too_many_columns(row));
    }
    let Cell::Text(text) = cell else { return Ok(()) };
    let place = || format!("Row {row}, column {}", column_letters(column));
    if text.len() > IMPORT_CELL_BYTES_MAX {
        return Err(refused(format!("{}: the cell has more than {IMPORT_CELL_BYTES_MAX} bytes. Shorten it.", place())));
    }
    if text.contains('\0') {
        return Err(refused(format!("{}: the cell holds a NUL character. Remove it.", place())));
    }
    Ok(())
}

fn too_many_columns(row: usize) -> Fault {
    refused(format!("Row {row} has more than {IMPORT_COLUMNS_MAX} columns. Delete those that are not imported."))
}

fn too_many_rows(row: usize) -> Fault {
    refused(format!(
        "Row {row}: the file has more than {IMPORT_ROWS_MAX} rows. Split it, and import the parts one after the other."
    ))
}

fn texts(row: &SheetRow) -> Vec<String> {
    row.cells.iter().map(|cell| cell.written(DecimalMark::Dot)).collect()
}

/// The first row that names an account column, otherwise the first with two cells.
fn header_place(top: &[SheetRow]) -> Option<usize> {
    let names_account = |row: &SheetRow| {
        let guesses = guess(SheetKind::Accounts, &texts(row), &[], &[]);
        row.cells.len() > 1 && guesses.iter().any(|guess| guess.field == Field::Name)
    };
    let filled = |row: &SheetRow| row.cells.iter().filter(|cell| !cell.is_blank()).count();
    let named = top.iter().position(names_account);
    named.or_else(|| top.iter().position(|row| filled(row) > 1)).or((!top.is_empty()).then_some(0))
}

fn short(header: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    header.trim().chars().map(clean).take(IMPORT_HEADER_CHARS_MAX).collect()
}
