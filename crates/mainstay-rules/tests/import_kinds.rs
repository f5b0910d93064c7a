//! Rows of contracts and of scores, which kind a file is, and the mappings that are known.

use jiff::civil::date;
use mainstay_rules::import::{
    Conventions, DateOrder, DecimalMark, EndIs, Field, Mapping, MetricNames, SheetKind, Told, check_contract,
    check_score, guess, guess_kind, parse_truth, ready,
};
use mainstay_rules::money::Currency;
use proptest::prelude::*;

const CONVENTIONS: Conventions = Conventions { decimal: DecimalMark::Dot, dates: DateOrder::Iso };

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn mapping(kind: SheetKind, headers: &[&str]) -> Mapping {
    let headers = texts(headers);
    let fields: Vec<Field> = guess(kind, &headers, &[], &[]).into_iter().map(|guess| guess.field).collect();
    Mapping::new(kind, &headers, &fields, &[]).unwrap()
}

fn contracts() -> Mapping {
    mapping(SheetKind::Contracts, &["Account id", "Contract id", "Start", "End", "ARR", "MRR", "Is trial", "Currency"])
}

fn contract(cells: &[&str], end_is: EndIs) -> (Option<(Option<jiff::civil::Date>, i64)>, Vec<&'static str>) {
    let eur = Currency::parse("EUR").unwrap();
    let rated = [Currency::parse("JPY").unwrap()];
    let told = Told { currency: eur, rated: &rated, end_is };
    let (row, problems) = check_contract(&contracts(), CONVENTIONS, &told, 2, &texts(cells));
    (row.map(|row| (row.end_on, row.arr_minor)), problems.iter().map(|problem| problem.code.as_str()).collect())
}

#[test]
fn the_end_is_the_last_day_or_the_first_day_without() {
    let cells = ["A1", "C1", "2026-01-01", "2026-12-31", "1200", "", "", ""];
    assert_eq!(contract(&cells, EndIs::LastDay).0, Some((Some(date(2027, 1, 1)), 120_000)));
    assert_eq!(contract(&cells, EndIs::FirstDayWithout).0, Some((Some(date(2026, 12, 31)), 120_000)));
    let one_day = ["A1", "C1", "2026-01-01", "2026-01-01", "1200", "", "", ""];
    assert_eq!(contract(&one_day, EndIs::LastDay).0, Some((Some(date(2026, 1, 2)), 120_000)));
    assert_eq!(contract(&one_day, EndIs::FirstDayWithout), (None, vec!["no_days"]));
}

#[test]
fn a_contract_says_what_it_is_worth_and_whose_it_is() {
    let open = ["A1", "C1", "2026-01-01", "open", "", "100.50", "no", "eur"];
    assert_eq!(contract(&open, EndIs::LastDay), (Some((None, 120_600)), vec![]));
    let cases: [(&[&str], &str); 6] = [
        (&["", "C1", "2026-01-01", "", "1", "", "", ""], "account_missing"),
        (&["A1", "", "2026-01-01", "", "1", "", "", ""], "contract_missing"),
        (&["A1", "C1", "", "", "1", "", "", ""], "date_missing"),
        (&["A1", "C1", "2026-01-01", "", "", "", "", ""], "amount_missing"),
        (&["A1", "C1", "2026-01-01", "", "1", "", "perhaps", ""], "not_a_truth"),
        (&["A1", "C1", "2026-01-01", "", "1", "", "", "USD"], "other_currency"),
    ];
    for (cells, code) in cases {
        assert_eq!(contract(cells, EndIs::LastDay), (None, vec![code]), "{cells:?}");
    }
    let yen = ["A1", "C1", "2026-01-01", "", "1200", "", "", "jpy"];
    assert_eq!(
        contract(&yen, EndIs::LastDay),
        (Some((None, 1_200)), vec![]),
        "a currency with a rate, in its own units"
    );
    let trial = ["A1", "C1", "soon", "", "lots", "", "True", "USD"];
    assert_eq!(contract(&trial, EndIs::LastDay), (None, vec![]), "what is left out is not read");
}

#[test]
fn the_kind_is_told_by_the_heads_or_asked() {
    let cases: [(&[&str], Option<SheetKind>); 6] = [
        (&["Account", "Type", "ARR"], Some(SheetKind::Accounts)),
        (
            &["Account", "Effectively launched", "Generate ROI", "YTD", "Contract", "Start date"],
            Some(SheetKind::Accounts),
        ),
        (&["Customer", "Contract no", "Start", "End", "ARR"], Some(SheetKind::Contracts)),
        (&["Account id", "Step", "Score", "Date"], Some(SheetKind::Scores)),
        (&["Wer", "Was"], None),
        (&["Launched", "YTD"], None),
    ];
    for (headers, kind) in cases {
        assert_eq!(guess_kind(&texts(headers), &[]), kind, "{headers:?}");
    }
}

#[test]
fn a_known_export_takes_the_start_before_the_close() {
    let headers = texts(&["Account Name", "Opportunity ID", "Close Date", "Amount", "Start Date"]);
    let known = ready(&headers).unwrap();
    assert_eq!(known.label, "Salesforce opportunities");
    let fields = [Field::Name, Field::ContractId, Field::Ignore, Field::Arr, Field::StartOn];
    assert_eq!(known.fields(&headers), fields);
    assert_eq!(ready(&texts(&["Account", "YTD"])).map(|known| known.key), None);
}

#[test]
fn truths_are_read_as_exports_write_them() {
    for (cell, truth) in
        [("True", Some(true)), ("0", Some(false)), ("", Some(false)), ("Nein", Some(false)), ("maybe", None)]
    {
        assert_eq!(parse_truth(cell), truth, "{cell}");
    }
}

proptest! {
    #[test]
    fn no_row_panics_and_a_refused_row_says_why(cells in prop::collection::vec(".{0,40}", 0..10)) {
        let eur = Currency::parse("EUR").unwrap();
        let told = Told { currency: eur, rated: &[], end_is: EndIs::LastDay };
        let (row, problems) = check_contract(&contracts(), CONVENTIONS, &told, 2, &cells);
        prop_assert!(row.is_none_or(|row| row.end_on.is_none_or(|end| end > row.start_on) && row.arr_minor >= 0));
        prop_assert!(problems.iter().all(|problem| problem.row == 2 && !problem.message.is_empty()));
        let scores = mapping(SheetKind::Scores, &["Account id", "Step", "Score", "Date", "Note", "Evidence"]);
        let names = MetricNames::default();
        let _ = check_score(&scores, CONVENTIONS, (&names, date(2026, 11, 28)), 2, &cells);
    }
}
