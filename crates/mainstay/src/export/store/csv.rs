//! The report as CSV: exact values, and no cell that a spreadsheet would execute.

use std::io::{self, Write};

use mainstay_rules::csv_cell::safe_cell;
use mainstay_rules::custom_field;
use mainstay_rules::money;
use mainstay_rules::score::Mean;

use super::own::own_cells;
use super::{Cell, Column, Report, not_written};
use crate::text::export as text;

/// Writes the report; gives the number of its accounts.
pub fn csv(report: &Report, out: impl Write) -> io::Result<usize> {
    let mut writer = csv::Writer::from_writer(out);
    let heads = &report.heads;
    let names = Column::ALL.map(|column| text::column(column, heads.templates.default()).to_owned());
    let own = heads.fields.iter().map(|field| safe_cell(&field.name));
    writer.write_record(names.into_iter().chain(own)).map_err(not_written)?;
    for line in &report.lines {
        let cells = Column::ALL.map(|column| column.cell(line, &heads.templates));
        let cells = cells.into_iter().chain(own_cells(line, &heads.fields));
        writer.write_record(cells.map(|cell| written(report, &cell))).map_err(not_written)?;
    }
    writer.flush()?;
    Ok(report.lines.len())
}

fn written(report: &Report, cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => safe_cell(text),
        Cell::Whole(number) => number.to_string(),
        Cell::Decimal(millionths) => custom_field::format_number(*millionths),
        Cell::Score(millionths) => Mean::from_millionths(*millionths).two_decimals().to_string(),
        Cell::Money(minor) => money::format_amount(*minor, report.currency),
        Cell::Percent(hundredths) => percent(*hundredths),
        Cell::Day(day) => day.to_string(),
    }
}

fn percent(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}%", hundredths.abs() / 100, hundredths.abs() % 100)
}
