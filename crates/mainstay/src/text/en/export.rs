//! Words of what leaves the house.

use mainstay_rules::scorecard::Template;

use crate::export::store::Column;
use crate::text::texts;

texts! {
    export = "Export";
    as_workbook = "Excel workbook (.xlsx)";
    as_csv = "CSV";
    on_paper = "Print page";
    print_title = "Progress report";
    report_sheet = "Progress report";
    about_sheet = "About";
    total = "Total";
    formula_overall = "Overall is the mean of the five steps; a step that was never scored counts 0.";
    formula_progress = "Progress is (ARR year to date - ARR of last year) / delta target; it stays empty where the target is negative or under 5 % of last year's ARR.";
    formula_totals = "The last line follows the filter of the sheet.";
    rights = "It holds the accounts that the person who exported it may see.";
    back = "Back to the report";
    print_hint = "Landscape, A4 or Letter: use your browser's print.";
    no_accounts = "No account matches.";
}

/// The heads, as the import reads them again.
pub fn column(column: Column, template: &Template) -> &str {
    match column {
        Column::Account => "Account",
        Column::ExternalId => "External id",
        Column::Associate => "Sales associate",
        Column::EndDate => "End date",
        Column::Type => "Type",
        Column::Step(index) => template.steps.get(index).map_or("", |step| step.name.as_str()),
        Column::Overall => "Overall",
        Column::ArrLastYear => "Last year ARR",
        Column::DeltaTarget => "Delta ARR target",
        Column::ArrYtd => "ARR YTD",
        Column::Progress => "Progress",
        Column::Gap => "Gap",
        Column::Industry => "Industry",
        Column::Vertical => "Vertical",
        Column::Geography => "Geography",
    }
}

pub fn of_whom(workspace: &str, day: &str) -> String {
    format!("The progress report of {workspace} as of {day}.")
}

pub fn in_currency(code: &str) -> String {
    format!("Money is in {code}.")
}

pub fn exported_by(name: &str, moment: &str) -> String {
    format!("Exported by {name}, {moment}.")
}

pub fn only_matching(words: &str) -> String {
    format!("Only accounts that match: {words}.")
}

/// `progress-report-2026-11-28.xlsx`
pub fn file_name(day: &str, ending: &str) -> String {
    format!("progress-report-{day}.{ending}")
}
