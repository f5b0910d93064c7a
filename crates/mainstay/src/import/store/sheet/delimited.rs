//! Delimited text (CSV and its relatives): encoding, delimiter and quotes are found out, every refusal names the row.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use mainstay_rules::csv_cell::read_back;
use mainstay_rules::limits::{IMPORT_CELL_BYTES_MAX, IMPORT_COLUMNS_MAX};

use super::{Cell, Rows, refused, too_many_columns};
use crate::corridor::fault::Fault;

/// Bytes that are read and decoded at once.
const BLOCK_BYTES: usize = 64 * 1024;
const DELIMITERS: [char; 4] = [';', ',', '\t', '|'];
/// Records that are looked at to tell the delimiter.
const SAMPLE_RECORDS: usize = 30;

pub(super) fn read(mut file: File, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let (encoding, bom) = encoding_of(&mut file)?;
    file.seek(SeekFrom::Start(bom)).map_err(Fault::internal)?;
    let mut signs = Signs::new(file, encoding);
    signs.fill()?;
    let (said, skipped) = signs.separator_line();
    let delimiter = said.unwrap_or_else(|| guess_delimiter(signs.ahead()));
    let mut records = Records::new(signs, delimiter);
    while let Some(record) = records.next_record()? {
        let number = records.number + skipped;
        for (column, cell) in record.into_iter().enumerate() {
            rows.put(number, column, Cell::Text(read_back(cell)))?;
        }
    }
    Ok(())
}

/// The encoding of a file and the length of its mark: UTF-8 where every byte fits, UTF-16 where it says so or looks so,
/// otherwise the one of Western Windows.
fn encoding_of(file: &mut File) -> Result<(&'static Encoding, u64), Fault> {
    let mut block = vec![0_u8; BLOCK_BYTES];
    let mut kept = 0;
    let mut is_first = true;
    loop {
        let read = file.read(&mut block[kept..]).map_err(Fault::internal)?;
        let bytes = &block[..kept + read];
        if is_first {
            if let Some((encoding, length)) = Encoding::for_bom(bytes) {
                return Ok((encoding, u64::try_from(length).unwrap_or(0)));
            }
            match bytes {
                // UTF-16 without its mark: every other byte of Western text is zero.
                [_, 0, _, 0, ..] => return Ok((UTF_16LE, 0)),
                [0, _, 0, _, ..] => return Ok((UTF_16BE, 0)),
                _ => is_first = false,
            }
        }
        match std::str::from_utf8(bytes) {
            Ok(_) if read == 0 => return Ok((UTF_8, 0)),
            Ok(_) => kept = 0,
            Err(error) if error.error_len().is_some() || read == 0 => return Ok((WINDOWS_1252, 0)),
            // A sign goes on in the next block.
            Err(error) => {
                let valid = error.valid_up_to();
                let end = bytes.len();
                kept = end - valid;
                block.copy_within(valid..end, 0);
            }
        }
    }
}

/// The file as signs, decoded block by block.
struct Signs<R> {
    from: R,
    decoder: Decoder,
    name: &'static str,
    text: String,
    place: usize,
    lines: usize,
    ended: bool,
}

impl<R: Read> Signs<R> {
    fn new(from: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { from, decoder, name: encoding.name(), text: String::new(), place: 0, lines: 0, ended: false }
    }

    /// Decodes the next block behind what was taken.
    fn fill(&mut self) -> Result<(), Fault> {
        self.lines += self.text[..self.place].bytes().filter(|byte| *byte == b'\n').count();
        self.text.drain(..self.place);
        self.place = 0;
        let mut block = vec![0_u8; BLOCK_BYTES];
        let read = self.from.read(&mut block).map_err(Fault::internal)?;
        self.ended = read == 0;
        let wanted = self.decoder.max_utf8_buffer_length(read).unwrap_or(BLOCK_BYTES * 3);
        self.text.reserve(wanted);
        let before = self.text.len();
        let (_, _, broken) = self.decoder.decode_to_string(&block[..read], &mut self.text, self.ended);
        let decoded = &self.text[before..];
        let line = |at: usize| self.lines + self.text[..before + at].matches('\n').count() + 1;
        if broken {
            let line = decoded.find('\u{fffd}').map_or(1, line);
            let name = self.name;
            return Err(refused(format!(
                "Line {line} is not valid {name}. Save the file as CSV (UTF-8) and choose it again."
            )));
        }
        if let Some(at) = decoded.find('\0') {
            let line = line(at);
            return Err(refused(format!(
                "Line {line} holds a NUL character, so this is no text. Save it as CSV (UTF-8) or .xlsx."
            )));
        }
        Ok(())
    }

    fn ahead(&self) -> &str {
        &self.text[self.place..]
    }

    fn peek(&mut self) -> Result<Option<char>, Fault> {
        loop {
            if let Some(sign) = self.text[self.place..].chars().next() {
                return Ok(Some(sign));
            }
            if self.ended {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn take(&mut self) -> Result<Option<char>, Fault> {
        let sign = self.peek()?;
        self.place += sign.map_or(0, char::len_utf8);
        Ok(sign)
    }

    fn take_if(&mut self, wanted: char) -> Result<bool, Fault> {
        let is_next = self.peek()? == Some(wanted);
        if is_next {
            self.place += wanted.len_utf8();
        }
        Ok(is_next)
    }

    /// Spreadsheets may say the delimiter in a line of its own: `sep=;`
    fn separator_line(&mut self) -> (Option<char>, usize) {
        let text = self.ahead();
        let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP=")) else { return (None, 0) };
        match (rest.chars().next(), rest.find('\n')) {
            (Some(sign), Some(end)) if rest[..end].trim_end_matches('\r').chars().count() == 1 => {
                self.place += "sep=".len() + end + 1;
                (Some(sign), 1)
            }
            _ => (None, 0),
        }
    }
}

/// The delimiter under which most records have the same number of columns, and more than one.
fn guess_delimiter(text: &str) -> char {
    let evenness = |delimiter: &char| {
        let mut records = Records::new(Signs::new(text.as_bytes(), UTF_8), *delimiter);
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
struct Records<R> {
    signs: Signs<R>,
    delimiter: char,
    number: usize,
    /// Cells of the record that was read last, kept or not.
    width: usize,
}

impl<R: Read> Records<R> {
    fn new(signs: Signs<R>, delimiter: char) -> Self {
        Self { signs, delimiter, number: 0, width: 0 }
    }

    fn next_record(&mut self) -> Result<Option<Vec<String>>, Fault> {
        if self.signs.peek()?.is_none() {
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
        let mut quoted = self.signs.take_if('"')?;
        loop {
            if cell.len() > IMPORT_CELL_BYTES_MAX {
                let row = self.number;
                let message = format!(
                    "Row {row}: a cell has more than {IMPORT_CELL_BYTES_MAX} bytes. Shorten it, or close its quote."
                );
                return Err(refused(message));
            }
            match self.signs.take()? {
                None | Some('\n') if !quoted => return Ok((cell, true)),
                None => {
                    return Err(refused(format!("Row {}: a quote is opened and never closed. Close it.", self.number)));
                }
                Some('"') if quoted => {
                    if self.signs.take_if('"')? {
                        cell.push('"');
                    } else {
                        quoted = false;
                    }
                }
                Some(sign) if !quoted && sign == self.delimiter => return Ok((cell, false)),
                Some('\r') if !quoted => {
                    self.signs.take_if('\n')?;
                    return Ok((cell, true));
                }
                Some(sign) => cell.push(sign),
            }
        }
    }
}
