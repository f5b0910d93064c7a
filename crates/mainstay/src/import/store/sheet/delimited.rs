//! Delimited text (CSV and its relatives): encoding, delimiter and quotes are found out, every refusal names the row.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use mainstay_rules::limits::{IMPORT_CELL_BYTES_MAX, IMPORT_COLUMNS_MAX};

use super::{Cell, Rows, SheetRow, refused, too_many_columns};
use crate::corridor::fault::Fault;

const DELIMITERS: [char; 4] = [';', ',', '\t', '|'];
/// Records that are looked at to tell the delimiter.
const SAMPLE_RECORDS: usize = 30;
/// Signs that a spreadsheet takes for the beginning of a formula; our export puts an apostrophe before them.
const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

pub(super) fn rows(bytes: &[u8]) -> Result<Vec<SheetRow>, Fault> {
    let text = decode(bytes)?;
    let (text, said, skipped) = separator_line(&text);
    let delimiter = said.unwrap_or_else(|| guess_delimiter(text));
    let mut rows = Rows::default();
    let mut records = Records::new(text, delimiter);
    while let Some(record) = records.next_record()? {
        let number = records.number + skipped;
        for (column, cell) in record.into_iter().enumerate() {
            rows.put(number, column, Cell::Text(harmless(cell)))?;
        }
    }
    Ok(rows.rows)
}

/// A text as a cell of CSV that no spreadsheet takes for a formula.
pub fn safe_cell(text: &str) -> String {
    if text.starts_with(FORMULA_SIGNS) { format!("'{text}") } else { text.to_owned() }
}

/// Takes back what an export did so that a spreadsheet shows `=1+1` instead of computing it.
fn harmless(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_SIGNS) => rest.to_owned(),
        _ => cell,
    }
}

fn decode(bytes: &[u8]) -> Result<String, Fault> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => decode_as(encoding, &bytes[length..])?,
        None => match (std::str::from_utf8(bytes), bytes) {
            // UTF-16 without its mark: every other byte of Western text is zero.
            (_, [_, 0, _, 0, ..]) => decode_as(UTF_16LE, bytes)?,
            (_, [0, _, 0, _, ..]) => decode_as(UTF_16BE, bytes)?,
            (Ok(text), _) => text.to_owned(),
            (Err(_), _) => decode_as(WINDOWS_1252, bytes)?,
        },
    };
    if let Some(at) = text.find('\0') {
        let line = text[..at].matches('\n').count() + 1;
        return Err(refused(format!(
            "Line {line} holds a NUL character, so this is no text. Save it as CSV (UTF-8) or .xlsx."
        )));
    }
    Ok(text)
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Fault> {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken {
        let line = text.find('\u{fffd}').map_or(1, |at| text[..at].matches('\n').count() + 1);
        let name = encoding.name();
        return Err(refused(format!(
            "Line {line} is not valid {name}. Save the file as CSV (UTF-8) and choose it again."
        )));
    }
    Ok(text.into_owned())
}

/// Spreadsheets may say the delimiter in a line of its own: `sep=;`
fn separator_line(text: &str) -> (&str, Option<char>, usize) {
    let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP=")) else { return (text, None, 0) };
    let mut signs = rest.chars();
    match (signs.next(), rest.find('\n')) {
        (Some(sign), Some(end)) if rest[..end].trim_end_matches('\r').chars().count() == 1 => {
            (&rest[end + 1..], Some(sign), 1)
        }
        _ => (text, None, 0),
    }
}

/// The delimiter under which most records have the same number of columns, and more than one.
fn guess_delimiter(text: &str) -> char {
    let evenness = |delimiter: &char| {
        let mut records = Records::new(text, *delimiter);
        let mut widths = Vec::new();
        while widths.len() < SAMPLE_RECORDS {
            match records.next_record() {
                Ok(None) => break,
                Ok(Some(record)) if record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(Some(_)) => widths.push(records.width),
                // It will be refused, but under the delimiter that it has.
                Err(_) => {
                    widths.push(records.width);
                    break;
                }
            }
        }
        let even =
            |width: &usize| widths.iter().filter(|other| *other == width).count() * width.saturating_sub(1).min(40);
        widths.iter().map(even).max().unwrap_or(0)
    };
    // The last of equals wins in max_by_key, so the likeliest stands last.
    DELIMITERS.into_iter().rev().max_by_key(evenness).unwrap_or(',')
}

/// Reads records one by one; blank lines count, as they do in a spreadsheet.
struct Records<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    delimiter: char,
    number: usize,
    /// Cells of the record that was read last, kept or not.
    width: usize,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, delimiter: char) -> Self {
        Self { rest: text.chars().peekable(), delimiter, number: 0, width: 0 }
    }

    fn next_record(&mut self) -> Result<Option<Vec<String>>, Fault> {
        if self.rest.peek().is_none() {
            return Ok(None);
        }
        self.number += 1;
        self.width = 0;
        let mut record = Vec::new();
        loop {
            let (cell, ended) = self.next_cell()?;
            self.width += 1;
            // Ten million commas are ten million cells: what is blank and too far right is never kept.
            if record.len() < IMPORT_COLUMNS_MAX {
                record.push(cell);
            } else if !cell.trim().is_empty() {
                return Err(too_many_columns(self.number));
            }
            if ended {
                return Ok(Some(record));
            }
        }
    }

    /// A cell, and whether the record ends behind it.
    fn next_cell(&mut self) -> Result<(String, bool), Fault> {
        let mut cell = String::new();
        let mut quoted = self.rest.next_if_eq(&'"').is_some();
        loop {
            if cell.len() > IMPORT_CELL_BYTES_MAX {
                let row = self.number;
                let message = format!(
                    "Row {row}: a cell has more than {IMPORT_CELL_BYTES_MAX} bytes. Shorten it, or close its quote."
                );
                return Err(refused(message));
            }
            match self.rest.next() {
                None | Some('\n') if !quoted => return Ok((cell, true)),
                None => {
                    return Err(refused(format!("Row {}: a quote is opened and never closed. Close it.", self.number)));
                }
                Some('"') if quoted => match self.rest.next_if_eq(&'"') {
                    Some(quote) => cell.push(quote),
                    None => quoted = false,
                },
                Some(sign) if !quoted && sign == self.delimiter => return Ok((cell, false)),
                Some('\r') if !quoted => {
                    self.rest.next_if_eq(&'\n');
                    return Ok((cell, true));
                }
                Some(sign) => cell.push(sign),
            }
        }
    }
}
