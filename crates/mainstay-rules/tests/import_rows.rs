//! Rows of an imported sheet: every problem at its place, and rows together.

use jiff::civil::date;
use mainstay_rules::account::AccountType;
use mainstay_rules::import::{
    Conventions, DateOrder, DecimalMark, Detection, Field, Mapping, ProblemCode, RowKind, RowProblem, Severity,
    SheetKind, StagedRow, check_all, check_row, detect_mapped, guess,
};
use mainstay_rules::money::Currency;
use proptest::prelude::*;

const EUROPE: Conventions = Conventions { decimal: DecimalMark::Comma, dates: DateOrder::DayFirst };
const PLAIN: Conventions = Conventions { decimal: DecimalMark::Dot, dates: DateOrder::Iso };

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn codes(problems: &[RowProblem]) -> Vec<ProblemCode> {
    problems.iter().map(|problem| problem.code).collect()
}

const HEADERS: [&str; 16] = [
    "Account",
    "Id",
    "Sales associate",
    "End date",
    "Type",
    "Step 1",
    "Step 2",
    "Step 3",
    "Step 4",
    "Step 5",
    "Overall",
    "ARR last year (k€)",
    "Delta ARR",
    "ARR YTD",
    "Progress",
    "Notes",
];

fn mapping() -> Mapping {
    let headers = texts(&HEADERS);
    let fields: Vec<Field> = guess(SheetKind::Accounts, &headers, &[], &[]).into_iter().map(|g| g.field).collect();
    Mapping::new(SheetKind::Accounts, &headers, &fields, &[]).unwrap()
}

fn read(cells: &[&str]) -> (StagedRow, Vec<RowProblem>) {
    check_row(&mapping(), EUROPE, eur(), 7, &texts(cells))
}

#[test]
fn a_right_row_is_read_whole() {
    let (row, problems) = read(&[
        " Casavero ",
        "C-7",
        "Rui Tavares",
        "31.03.2027",
        "T1",
        "7",
        "6,5",
        "7/10",
        "70 %",
        "n/a",
        "5,4",
        "1.900",
        "250k",
        "€ 2.010.000,00",
        "44 %",
        "call\nLuc",
    ]);
    assert_eq!(problems, []);
    let expected = StagedRow {
        row: 7,
        kind: RowKind::Account,
        name: Some("Casavero".to_owned()),
        external_id: Some("C-7".to_owned()),
        associate: Some("Rui Tavares".to_owned()),
        end_on: Some(date(2027, 3, 31)),
        account_type: Some(AccountType::One),
        steps: [Some(700), Some(650), Some(700), Some(700), None],
        overall: Some(540),
        arr_last_year_minor: Some(190_000_000),
        arr_delta_target_minor: Some(25_000_000),
        arr_ytd_minor: Some(201_000_000),
        progress: Some(4_400),
        note: Some("call\nLuc".to_owned()),
        ..StagedRow::default()
    };
    assert_eq!(row, expected);
}

#[test]
fn every_problem_has_its_place() {
    let (row, problems) = read(&[
        "",
        "a\u{1}b",
        "",
        "31.02.2027",
        "5",
        "11",
        "x",
        "",
        "",
        "",
        "99",
        "-5",
        "$5",
        "1,255555",
        "soon",
        "",
        "",
        "lost",
    ]);
    let found: Vec<_> =
        problems.iter().map(|p| (p.column.as_ref().map(|c| c.letter.as_str()), p.severity, p.code)).collect();
    assert_eq!(
        found,
        [
            (Some("B"), Severity::Error, ProblemCode::ControlCharacter),
            (Some("D"), Severity::Error, ProblemCode::NotADate),
            (Some("E"), Severity::Error, ProblemCode::NotAType),
            (Some("F"), Severity::Error, ProblemCode::OutOfRange),
            (Some("G"), Severity::Error, ProblemCode::NotAScore),
            (Some("K"), Severity::Warning, ProblemCode::OutOfRange),
            (Some("L"), Severity::Error, ProblemCode::OutOfRange),
            (Some("M"), Severity::Error, ProblemCode::OtherCurrency),
            (Some("N"), Severity::Warning, ProblemCode::Rounded),
            (Some("O"), Severity::Warning, ProblemCode::NotANumber),
            (Some("A"), Severity::Error, ProblemCode::NameMissing),
            (None, Severity::Warning, ProblemCode::ExtraCells),
        ]
    );
    assert!(problems.iter().all(|problem| problem.row == 7));
    assert_eq!(problems[1].column.as_ref().unwrap().header, "End date");
    assert_eq!(row.arr_ytd_minor, Some(126));
}

#[test]
fn the_sheets_overall_is_compared_and_both_are_named() {
    let with = |steps: [&str; 5], overall: &str| {
        let mut cells = vec!["Casavero", "", "", "", "2"];
        cells.extend(steps);
        cells.push(overall);
        read(&cells).1
    };
    assert_eq!(with(["7", "6", "6", "5", "4"], "5,6"), []);
    assert_eq!(with(["7", "6", "6", "5", "4"], "5,7"), []);
    assert_eq!(with(["7", "6", "6", "5", "4"], ""), []);
    assert_eq!(with(["", "", "", "", ""], "5"), [], "nothing to compare with");
    let differs = with(["7", "6", "6", "5", "4"], "5,71");
    assert_eq!(codes(&differs), [ProblemCode::OverallDiffers]);
    assert_eq!(differs[0].message, "The sheet says 5.71, the steps make 5.60; the second is kept");
    assert_eq!(differs[0].severity, Severity::Warning);
    let left_out = with(["8", "8", "8", "8", ""], "8");
    assert_eq!(
        left_out[0].message,
        "The sheet says 8.00, the steps make 6.40 (1 step is not scored and counts as 0); the second is kept"
    );
}

#[test]
fn blank_lines_and_totals_are_left_out_but_a_customer_called_total_is_not() {
    assert_eq!(read(&["", " ", "-", "n/a"]).0.kind, RowKind::Blank);
    assert_eq!(read(&[]), (StagedRow { row: 7, kind: RowKind::Blank, ..StagedRow::default() }, vec![]));
    let (total, problems) = read(&["Grand total:", "", "", "", "", "", "", "", "", "", "6,1", "23.200"]);
    assert_eq!((total.kind, problems.len()), (RowKind::Total, 0));
    assert_eq!(read(&["Total", "", "Elisa Conti", "", "2"]).0.kind, RowKind::Account);
}

#[test]
fn a_missing_type_and_a_huge_cell_are_said() {
    let (_, problems) = read(&["Casavero"]);
    assert_eq!(codes(&problems), [ProblemCode::TypeMissing]);
    let huge = "x".repeat(5_000_000);
    let (row, problems) = read(&[&huge, "", "", "", "1"]);
    assert_eq!((row.name, codes(&problems)), (None, vec![ProblemCode::TooLong]));
    assert!(problems[0].message.len() < 100);
    let (_, long) = read(&[&"x".repeat(201), "", "", "", "1.0"]);
    assert_eq!(codes(&long), [ProblemCode::TooLong]);
}

#[test]
fn conventions_come_from_the_mapped_columns_only() {
    let rows = [texts(&["A 1.5", "1.5.2026", "Rui", "03/04/2026", "1", "7", "", "", "", "", "", "1.250"])];
    let detected = detect_mapped(&mapping(), &rows);
    assert_eq!((detected.decimal, detected.dates), (Detection::Ambiguous, Detection::Ambiguous));
}

#[test]
fn rows_of_the_same_account_are_found() {
    let row = |row, id: &str, name: &str| StagedRow {
        row,
        external_id: (!id.is_empty()).then(|| id.to_owned()),
        name: Some(name.to_owned()),
        ..StagedRow::default()
    };
    let rows = [
        row(2, "C-1", "Casavero"),
        row(3, "C-1", "Casavero Group"),
        row(4, "C-2", "CASAVERO"),
        row(5, "", "casavero"),
        row(6, "c-1", "Domus"),
        StagedRow { kind: RowKind::Total, ..row(7, "C-1", "Casavero") },
    ];
    let problems = check_all(&mapping(), &rows);
    let found: Vec<_> = problems.iter().map(|p| (p.row, p.severity, p.code)).collect();
    assert_eq!(
        found,
        [
            (3, Severity::Error, ProblemCode::DuplicateExternalId),
            (4, Severity::Warning, ProblemCode::DuplicateName),
            (5, Severity::Error, ProblemCode::DuplicateName),
        ]
    );
    assert_eq!(problems[0].message, "The id “C-1” is in row 2 already");
    assert_eq!(problems[0].column.as_ref().unwrap().letter, "B");
}

proptest! {
    #[test]
    fn no_row_makes_the_check_panic(
        cells in prop::collection::vec(prop_oneof![any::<String>(), "[-0-9.,€k%/ ]{0,12}"], 0..20),
        comma in any::<bool>(),
    ) {
        let conventions = if comma { EUROPE } else { PLAIN };
        let (row, problems) = check_row(&mapping(), conventions, eur(), 3, &cells);
        prop_assert_eq!(row.row, 3);
        prop_assert!(problems.iter().all(|p| p.message.chars().count() < 300 && !p.message.contains(char::is_control)));
        let refused = problems.iter().any(|p| p.severity == Severity::Error);
        prop_assert!(refused || row.kind != RowKind::Account || row.name.is_some());
        prop_assert!(row.steps.iter().flatten().all(|score| (0..=1_000).contains(score)));
        prop_assert!([row.arr_last_year_minor, row.arr_ytd_minor].into_iter().flatten().all(|arr| arr >= 0));
        let _ = (check_all(&mapping(), &[row.clone(), row]), detect_mapped(&mapping(), &[cells]));
    }
}
