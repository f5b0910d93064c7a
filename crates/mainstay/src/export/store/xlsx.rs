//! The report as a workbook: real numbers and dates, panes that stay, and formulas that agree with what we compute.

use std::io;

use mainstay_rules::progress::Progress;
use mainstay_rules::scorecard::{Template, UnscoredStep};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet};

use super::own::own_cells;
use super::{Cell, Column, Report, not_written};
use crate::portfolio::api::{mean, progress_of};
use crate::portfolio::store::Line;
use crate::text::export as text;

/// Decimals to which a mean is rounded: more than anybody shows, fewer than steps of thirds leave open.
const MEAN_DECIMALS: u8 = 4;
/// Below this share of last year's ARR a target says nothing as a percentage (`progress`).
const SMALL_TARGET_SHARE: u8 = 20;
const STEPS: (Column, Column) = (Column::Step(0), Column::Step(4));
/// Characters.
const NAME_WIDTH: f64 = 28.0;
const TEXT_WIDTH: f64 = 18.0;
const NUMBER_WIDTH: f64 = 13.0;

/// How the cells of the book look.
struct Looks {
    head: Format,
    text: Format,
    score: Format,
    money: Format,
    percent: Format,
    day: Format,
    total: Looked,
}

/// The same for the last line.
struct Looked {
    text: Format,
    score: Format,
    money: Format,
    percent: Format,
}

impl Looks {
    fn of(report: &Report) -> Self {
        let decimals = usize::try_from(report.currency.exponent()).unwrap_or_default();
        let money = if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
        let number = |shown: &str| Format::new().set_num_format(shown);
        let total = |format: Format| format.set_bold().set_border_top(FormatBorder::Thin);
        Self {
            head: Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_text_wrap(),
            text: Format::new().set_align(FormatAlign::Left),
            score: number("0.0"),
            money: number(&money),
            percent: number("0 %"),
            day: number("yyyy-mm-dd"),
            total: Looked {
                text: total(Format::new()),
                score: total(number("0.0")),
                money: total(number(&money)),
                percent: total(number("0 %")),
            },
        }
    }
}

/// The whole file.
pub fn xlsx(report: &Report) -> io::Result<Vec<u8>> {
    let looks = Looks::of(report);
    let mut book = Workbook::new();
    book.set_properties(
        &DocProperties::new().set_title(text::print_title()).set_company(crate::text::frame::product()),
    );
    let sheet = book.add_worksheet().set_name(text::report_sheet()).map_err(not_written)?;
    heads(sheet, report, &looks).map_err(not_written)?;
    for (row, line) in (1..).zip(&report.lines) {
        for column in Column::ALL {
            write(sheet, report, &looks, row, column, line).map_err(not_written)?;
        }
        for (place, cell) in (first_own()..).zip(own_cells(line, &report.heads.fields)) {
            put(sheet, report, &looks, (row, place), cell).map_err(not_written)?;
        }
    }
    let last = u32::try_from(report.lines.len()).map_err(not_written)?;
    if last > 0 {
        totals(sheet, report, &looks, last).map_err(not_written)?;
        sheet.autofilter(0, 0, last, last_place(report)).map_err(not_written)?;
    }
    page(sheet).map_err(not_written)?;
    let about = book.add_worksheet().set_name(text::about_sheet()).map_err(not_written)?;
    about.set_column_width(0, 100.0).map_err(not_written)?;
    let sentences = report.about.iter().map(String::as_str).chain([text::formula_totals()]);
    for (row, sentence) in (0..).zip(sentences) {
        about.write_string(row, 0, sentence).map_err(not_written)?;
    }
    book.save_to_buffer().map_err(not_written)
}

type Done = Result<(), rust_xlsxwriter::XlsxError>;

fn heads(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Done {
    for column in Column::ALL {
        let width = match column {
            Column::Account => NAME_WIDTH,
            Column::Associate | Column::Gap | Column::Industry | Column::Vertical | Column::Geography => TEXT_WIDTH,
            Column::Type => NUMBER_WIDTH / 2.0,
            _ => NUMBER_WIDTH,
        };
        sheet.set_column_width(column.place(), width)?;
        sheet.write_string_with_format(
            0,
            column.place(),
            text::column(column, report.heads.templates.default()),
            &looks.head,
        )?;
    }
    for (place, field) in (first_own()..).zip(&report.heads.fields) {
        sheet.set_column_width(place, TEXT_WIDTH)?;
        sheet.write_string_with_format(0, place, &field.name, &looks.head)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

fn page(sheet: &mut Worksheet) -> Done {
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

fn write(sheet: &mut Worksheet, report: &Report, looks: &Looks, row: u32, column: Column, line: &Line) -> Done {
    let place = column.place();
    match (column, column.cell(line, &report.heads.templates)) {
        (_, Cell::Empty) => return Ok(()),
        (Column::Overall, Cell::Score(millionths)) => {
            let formula = Formula::new(format!("={}", overall(row, report.heads.templates.governing(line.segment()))))
                .set_result(score(millionths).to_string());
            sheet.write_formula_with_format(row, place, formula, &looks.score)?;
        }
        (Column::Progress, Cell::Percent(hundredths)) => {
            let formula = Formula::new(format!("={}", progress(row))).set_result(fraction(hundredths).to_string());
            sheet.write_formula_with_format(row, place, formula, &looks.percent)?;
        }
        (_, cell) => put(sheet, report, looks, (row, place), cell)?,
    }
    Ok(())
}

/// A cell that no formula stands behind.
fn put(sheet: &mut Worksheet, report: &Report, looks: &Looks, (row, place): (u32, u16), cell: Cell) -> Done {
    match cell {
        Cell::Empty => {}
        Cell::Text(words) => {
            sheet.write_string_with_format(row, place, words, &looks.text)?;
        }
        Cell::Decimal(millionths) => {
            sheet.write_number(row, place, score(millionths))?;
        }
        Cell::Whole(number) => {
            sheet.write_number(row, place, float(number))?;
        }
        Cell::Score(millionths) => {
            sheet.write_number_with_format(row, place, score(millionths), &looks.score)?;
        }
        Cell::Money(minor) => {
            sheet.write_number_with_format(row, place, units(minor, report), &looks.money)?;
        }
        Cell::Percent(hundredths) => {
            sheet.write_number_with_format(row, place, fraction(hundredths), &looks.percent)?;
        }
        Cell::Day(day) => {
            let (year, month, date) = (day.year(), day.month(), day.day());
            let day = ExcelDateTime::from_ymd(
                u16::try_from(year).unwrap_or_default(),
                u8::try_from(month).unwrap_or_default(),
                u8::try_from(date).unwrap_or_default(),
            )?;
            sheet.write_datetime_with_format(row, place, &day, &looks.day)?;
        }
    }
    Ok(())
}

/// The workspace's own fields stand behind the report's columns.
fn first_own() -> u16 {
    Column::Geography.place() + 1
}

fn last_place(report: &Report) -> u16 {
    Column::Geography.place() + u16::try_from(report.heads.fields.len()).unwrap_or_default()
}

/// The mean of the steps as the scorecard takes it.
fn overall(row: u32, template: &Template) -> String {
    let steps = format!("{}:{}", at(STEPS.0, row), at(STEPS.1, row));
    let mean = match template.unscored_step {
        UnscoredStep::Zero => format!("SUM({steps})/{}", template.steps.len()),
        UnscoredStep::Exclude => format!("IF(COUNT({steps})=0,0,AVERAGE({steps}))"),
    };
    format!("ROUND({mean},{MEAN_DECIMALS})")
}

fn progress(row: u32) -> String {
    let (before, target, now) = (at(Column::ArrLastYear, row), at(Column::DeltaTarget, row), at(Column::ArrYtd, row));
    format!("IF(OR({target}<=0,{target}*{SMALL_TARGET_SHARE}<{before}),\"\",({now}-{before})/{target})")
}

/// The last line: means and sums over the rows that the sheet's filter shows.
fn totals(sheet: &mut Worksheet, report: &Report, looks: &Looks, last: u32) -> Done {
    let (row, formats) = (last + 1, &looks.total);
    let sums = &report.totals;
    let rows = |column: Column| format!("{}:{}", at(column, 1), at(column, last));
    let average = |column: Column| format!("ROUND(SUBTOTAL(101,{}),{MEAN_DECIMALS})", rows(column));
    let sum = |column: Column| format!("SUBTOTAL(109,{})", rows(column));
    for column in Column::ALL {
        let (formula, known, format) = match column {
            Column::Account => {
                sheet.write_string_with_format(row, column.place(), text::total(), &formats.text)?;
                continue;
            }
            Column::Step(index) => (
                format!("IFERROR({},\"\")", average(column)),
                sums.steps.get(index).and_then(|(sum, count)| shown(*sum, *count)),
                &formats.score,
            ),
            Column::Overall => (average(column), shown(sums.overall, sums.accounts), &formats.score),
            Column::ArrLastYear => (sum(column), Some(units(sums.arr_last_year, report)), &formats.money),
            Column::DeltaTarget => {
                (sum(column), Some(units(sums.arr_delta_target.unwrap_or(0), report)), &formats.money)
            }
            Column::ArrYtd => (sum(column), Some(units(sums.arr_now, report)), &formats.money),
            Column::Progress => (progress(row), percentage(progress_of(sums)), &formats.percent),
            _ => {
                sheet.write_blank(row, column.place(), &formats.text)?;
                continue;
            }
        };
        let known = known.map(|value| value.to_string()).unwrap_or_default();
        let formula = Formula::new(format!("={formula}")).set_result(known);
        sheet.write_formula_with_format(row, column.place(), formula, format)?;
    }
    Ok(())
}

/// What the last line shows in programs that do not compute: the page's own totals.
fn shown(sum: i64, count: i64) -> Option<f64> {
    mean(sum, count).map(|mean| score(mean.millionths()))
}

fn percentage(progress: Progress) -> Option<f64> {
    match progress {
        Progress::Percent(hundredths) => Some(fraction(hundredths)),
        Progress::None | Progress::Money(_) => None,
    }
}

/// `F2`: rows are counted from 0 here and from 1 in a formula.
fn at(column: Column, row: u32) -> String {
    rust_xlsxwriter::utility::row_col_to_cell(row, column.place())
}

fn score(millionths: i64) -> f64 {
    float(millionths) / 1_000_000.0
}

fn fraction(hundredths: i64) -> f64 {
    float(hundredths) / 10_000.0
}

fn units(minor: i64, report: &Report) -> f64 {
    float(minor) / float(10_i64.pow(report.currency.exponent()))
}

#[expect(clippy::cast_precision_loss, reason = "the largest amount, 9e13 minor units, is exact in a double")]
fn float(number: i64) -> f64 {
    number as f64
}
