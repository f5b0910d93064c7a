//! Cells of an imported sheet: numbers, amounts, scores and dates in the many ways people write.

use jiff::civil::date;
use mainstay_rules::import::{
    DateOrder, DecimalMark, Detection, ProblemCode, detect, header_power, is_blank, parse_date, parse_money,
    parse_percent, parse_score,
};
use mainstay_rules::money::{Currency, format_amount};
use proptest::prelude::*;

use DateOrder::{DayFirst, Iso, MonthFirst};
use DecimalMark::{Comma, Dot};

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn minor(cell: &str, mark: DecimalMark) -> Option<i64> {
    let amount = parse_money(cell, mark, eur(), 0);
    amount.unwrap_or_else(|error| panic!("{cell}: {error}")).map(|amount| amount.minor)
}

fn money_error(cell: &str, mark: DecimalMark) -> ProblemCode {
    parse_money(cell, mark, eur(), 0).map(|found| panic!("{cell}: {found:?}")).unwrap_err().code
}

#[test]
fn amounts_are_read_as_people_write_them() {
    for (cell, expected) in [
        ("1250000", 125_000_000),
        ("1,250,000.00", 125_000_000),
        ("1 250 000", 125_000_000),
        ("1'250'000.5", 125_000_050),
        ("€1,250,000", 125_000_000),
        ("1,250,000 €", 125_000_000),
        ("EUR 1,250,000", 125_000_000),
        ("1250000 eur", 125_000_000),
        ("350k", 35_000_000),
        ("350 K", 35_000_000),
        ("€350k", 35_000_000),
        ("350 k€", 35_000_000),
        ("350kEUR", 35_000_000),
        ("1.25M", 125_000_000),
        ("1.25 Mio", 125_000_000),
        ("1.25 Mio. €", 125_000_000),
        ("0.5bn", 50_000_000_000),
        ("(350)", -35_000),
        ("(€350)", -35_000),
        ("€(350)", -35_000),
        ("-350", -35_000),
        ("−350", -35_000),
        ("350-", -35_000),
        ("€ -350", -35_000),
        ("-€350", -35_000),
        ("+350", 35_000),
        ("0", 0),
        (".5", 50),
        ("5.", 500),
        ("1.25E+06", 125_000_000),
        ("1250000.000000", 125_000_000),
        ("1\u{a0}250\u{202f}000", 1),
        ("12", 1_200),
    ] {
        if cell == "1\u{a0}250\u{202f}000" {
            assert_eq!(money_error(cell, Dot), ProblemCode::NotANumber, "two kinds of grouping");
        } else {
            assert_eq!(minor(cell, Dot), Some(expected), "{cell}");
        }
    }
    for (cell, expected) in [
        ("1.250.000,00", 125_000_000),
        ("6,5", 650),
        ("1.250", 125_000),
        ("1,25 Mio €", 125_000_000),
        ("1.250,5", 125_050),
        ("350 Tsd. €", 35_000_000),
        ("1,250", 125),
    ] {
        assert_eq!(minor(cell, Comma), Some(expected), "{cell}");
    }
}

#[test]
fn a_number_of_the_other_convention_is_never_silently_another_number() {
    for cell in ["6,5", "1.250.000", "1.250.000,00", "12,50", "1,25,000", "1,2345", ",5", "1250,000"] {
        assert_eq!(money_error(cell, Dot), ProblemCode::NotANumber, "{cell}");
    }
    for cell in ["6.5", "1,250,000", "1,250,000.00", "12.50", "1.2"] {
        assert_eq!(money_error(cell, Comma), ProblemCode::NotANumber, "{cell}");
    }
    let error = parse_money("6,5", Dot, eur(), 0).unwrap_err();
    assert_eq!(error.message, "“6,5” is not a number like 1,250.50 (point before the decimals)");
}

#[test]
fn what_is_no_amount_is_refused() {
    for cell in [
        "abc",
        "12 apples",
        "--5",
        "(5",
        "5)",
        "((5))",
        "-(5)",
        "€€5",
        "EUR 5 EUR",
        "5%",
        "k",
        "1e99",
        "1e",
        "NaN",
        "inf",
        "0x10",
        "１２",
        "5 5",
        "1..2",
        "€",
        "=A1",
        "#REF!",
        "#DIV/0!",
        "1/2",
    ] {
        assert_eq!(money_error(cell, Dot), ProblemCode::NotANumber, "{cell}");
    }
    for cell in ["900000000000.01", "9999999999999", "99999bn", "1000E12"] {
        assert_eq!(money_error(cell, Dot), ProblemCode::OutOfRange, "{cell}");
    }
    for cell in ["$5", "5 USD", "£5", "5 kr", "CHF 5", "¥5"] {
        assert_eq!(money_error(cell, Dot), ProblemCode::OtherCurrency, "{cell}");
    }
    let dollars = Currency::parse("AUD").unwrap();
    assert_eq!(parse_money("$5", Dot, dollars, 0).unwrap().unwrap().minor, 500);
}

#[test]
fn decimals_beyond_the_currency_are_rounded_and_said() {
    for (cell, code, expected, rounded) in [
        ("812333.333333", "EUR", 81_233_333, true),
        ("0.005", "EUR", 1, true),
        ("-0.005", "EUR", -1, true),
        ("1.5", "JPY", 2, true),
        ("1.0", "JPY", 1, false),
        ("1.2345", "KWD", 1_235, true),
        ("1.234", "KWD", 1_234, false),
        ("0.00000000000000000000000000001", "EUR", 0, false),
    ] {
        let amount = parse_money(cell, Dot, Currency::parse(code).unwrap(), 0).unwrap().unwrap();
        assert_eq!(amount.minor, expected, "{cell} {code}");
        if cell.len() < 20 {
            assert_eq!(amount.rounded, rounded, "{cell} {code}");
        }
    }
}

#[test]
fn a_header_in_thousands_counts_unless_the_cell_says_more() {
    for (header, power) in [
        ("ARR (k€)", 3),
        ("ARR in k", 3),
        ("ARR kEUR", 3),
        ("ARR TEUR", 3),
        ("ARR EURk", 3),
        ("ARR $000", 3),
        ("ARR in thousands", 3),
        ("ARR Tsd. €", 3),
        ("ARR (€M)", 6),
        ("ARR Mio", 6),
        ("ARR MUSD", 6),
        ("ARR", 0),
        ("ARR (EUR)", 0),
        ("Last year ARR", 0),
        ("2025 ARR", 0),
        ("Step 1 (T)", 0),
        ("KES", 0),
    ] {
        assert_eq!(header_power(header), power, "{header}");
    }
    let read = |cell| parse_money(cell, Dot, eur(), 3).unwrap().unwrap().minor;
    assert_eq!((read("350"), read("350k"), read("0.35M")), (35_000_000, 35_000_000, 35_000_000));
}

#[test]
fn scores_are_read_with_what_people_put_around_them() {
    for (cell, mark, expected) in [
        ("7", Dot, 700),
        ("7.5", Dot, 750),
        ("7/10", Dot, 700),
        ("7.5 / 10", Dot, 750),
        ("7,5/10", Comma, 750),
        ("70 %", Dot, 700),
        ("70%", Comma, 700),
        ("0", Dot, 0),
        ("10", Dot, 1_000),
        ("100%", Dot, 1_000),
        ("7.0", Dot, 700),
    ] {
        let cell_score = parse_score(cell, mark).unwrap().unwrap();
        assert_eq!((cell_score.score.hundredths(), cell_score.rounded), (expected, false), "{cell}");
    }
    let rounded = parse_score("6.3333333", Dot).unwrap().unwrap();
    assert_eq!((rounded.score.hundredths(), rounded.rounded), (633, true));
    for blank in ["", " ", "-", "–", "n/a", "N/A", "#N/A", "tbd", "not scored"] {
        assert_eq!(parse_score(blank, Dot), Ok(None), "{blank:?}");
        assert!(is_blank(blank));
    }
    for (cell, code) in [
        ("11", ProblemCode::OutOfRange),
        ("-1", ProblemCode::OutOfRange),
        ("101%", ProblemCode::OutOfRange),
        ("70", ProblemCode::OutOfRange),
        ("7/5", ProblemCode::NotAScore),
        ("7/10/10", ProblemCode::NotAScore),
        ("/10", ProblemCode::NotAScore),
        ("good", ProblemCode::NotAScore),
        ("€7", ProblemCode::NotAScore),
        ("6,5", ProblemCode::NotAScore),
        ("10.01", ProblemCode::OutOfRange),
        ("7k", ProblemCode::OutOfRange),
    ] {
        assert_eq!(parse_score(cell, Dot).unwrap_err().code, code, "{cell}");
    }
}

#[test]
fn percentages_are_hundredths_of_a_percent() {
    assert_eq!(parse_percent("70 %", Dot), Ok(Some(7_000)));
    assert_eq!(parse_percent("-12,5%", Comma), Ok(Some(-1_250)));
    assert_eq!(parse_percent("0.7", Dot), Ok(Some(7_000)));
    assert_eq!(parse_percent("n/a", Dot), Ok(None));
    assert!(parse_percent("soon", Dot).is_err());
}

#[test]
fn dates_are_read_in_many_spellings() {
    let end = date(2026, 12, 31);
    for cell in [
        "2026-12-31",
        "2026/12/31",
        "2026.12.31",
        "2026-12-31T00:00:00",
        "2026-12-31 00:00:00",
        "31 Dec 2026",
        "31-Dec-26",
        "31 December 2026",
        "Dec 31, 2026",
        "December 31st, 2026",
        "31. Dezember 2026",
        "31 décembre 2026",
        "31 de diciembre de 2026",
        "31 dic 2026",
        "Dec-26",
        "Dec 2026",
        "December 26",
        "12/2026",
        "2026-12",
        "2026 Dec",
        "Q4 2026",
        "Q4/26",
        "2026-12-31T23:59:59Z",
        "31dec2026",
    ] {
        assert_eq!(parse_date(cell, DayFirst), Ok(Some(end)), "{cell}");
        assert_eq!(parse_date(cell, Iso), Ok(Some(end)), "{cell}");
    }
    assert_eq!(parse_date("Feb-28", Iso), Ok(Some(date(2028, 2, 29))));
    for (cell, order, expected) in [
        ("31/12/2026", DayFirst, end),
        ("12/31/2026", MonthFirst, end),
        ("31.12.26", DayFirst, end),
        ("31.12.2026", Iso, end),
        ("31/12/2026", Iso, end),
        ("12/31/2026", Iso, end),
        ("03/04/2026", DayFirst, date(2026, 4, 3)),
        ("03/04/2026", MonthFirst, date(2026, 3, 4)),
        ("3.4.2026", Iso, date(2026, 4, 3)),
        ("5/5/2026", Iso, date(2026, 5, 5)),
        ("31/12/2026 10:30", DayFirst, end),
    ] {
        assert_eq!(parse_date(cell, order), Ok(Some(expected)), "{cell} {order:?}");
    }
    for open in ["", "-", "open", "Evergreen", "n/a"] {
        assert_eq!(parse_date(open, Iso), Ok(None), "{open}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for (cell, order, code) in [
        ("12/31/2026", DayFirst, ProblemCode::NotADate),
        ("31/12/2026", MonthFirst, ProblemCode::NotADate),
        ("03/04/2026", Iso, ProblemCode::AmbiguousDate),
        ("2026-02-30", Iso, ProblemCode::NotADate),
        ("46387", Iso, ProblemCode::NotADate),
        ("soon", Iso, ProblemCode::NotADate),
        ("2026", Iso, ProblemCode::NotADate),
        ("31 Jui 2026", Iso, ProblemCode::NotADate),
        ("31 Dec", Iso, ProblemCode::NotADate),
        ("1 Jan 1900", Iso, ProblemCode::OutOfRange),
        ("9999-12-31", Iso, ProblemCode::OutOfRange),
        ("0000-00-00", Iso, ProblemCode::NotADate),
        ("2026-13", Iso, ProblemCode::NotADate),
        ("Q5 2026", Iso, ProblemCode::NotADate),
        ("31 Dec 126", Iso, ProblemCode::NotADate),
        ("2026-12-31-1", Iso, ProblemCode::NotADate),
    ] {
        assert_eq!(parse_date(cell, order).unwrap_err().code, code, "{cell} {order:?}");
    }
}

#[test]
fn conventions_are_told_from_the_cells_or_asked() {
    use Detection::{Ambiguous, Certain};
    for (cells, decimal) in [
        (&["6.5"][..], Certain(Dot)),
        (&["6,5"], Certain(Comma)),
        (&["1.250.000"], Certain(Comma)),
        (&["1,250,000"], Certain(Dot)),
        (&["1.250,00"], Certain(Comma)),
        (&["1,250.00"], Certain(Dot)),
        (&["1,250"], Ambiguous),
        (&["€ 1.250"], Ambiguous),
        (&["1,250", "6.5"], Certain(Dot)),
        (&["1.250k", "7,5/10"], Certain(Comma)),
        (&["6.5", "6,5"], Ambiguous),
        (&["0,125"], Certain(Comma)),
        (&["1250,125"], Certain(Comma)),
        (&["812333.333"], Certain(Dot)),
        (&["7", "1250000", "", "n/a"], Certain(Dot)),
        (&["31.12.2026", "01.02.26", "Casavero, S.A. of Lyon"], Certain(Dot)),
        (&["(1.250.000)"], Certain(Comma)),
    ] {
        assert_eq!(detect(cells.iter().copied()).decimal, decimal, "{cells:?}");
    }
    for (cells, dates) in [
        (&["31/12/2026"][..], Certain(DayFirst)),
        (&["12/31/2026"], Certain(MonthFirst)),
        (&["03/04/2026"], Ambiguous),
        (&["03/04/2026", "13/04/2026"], Certain(DayFirst)),
        (&["13/04/2026", "04/13/2026"], Ambiguous),
        (&["2026-12-31", "31 Dec 2026"], Certain(Iso)),
        (&["05/05/2026"], Certain(Iso)),
        (&["03.04.2026"], Certain(DayFirst)),
        (&["99/99/2026", "6.5", "text"], Certain(Iso)),
        (&[], Certain(Iso)),
    ] {
        assert_eq!(detect(cells.iter().copied()).dates, dates, "{cells:?}");
    }
    assert_eq!(detect(["1,250"]).decimal.certain(), None);
}

proptest! {
    #[test]
    fn no_cell_makes_a_parser_panic(
        text in any::<String>(),
        figures in "[-+(]?[€$]?[0-9.,' ]{0,30}([kM%)]|e[+-]?[0-9]{1,3}| EUR| Mio)?",
        dated in "[0-9A-Za-zé]{0,5}[-/. :,T]?[0-9A-Za-z]{0,9}[-/. :,T]?[0-9]{0,5}[ T]?[0-9:]{0,8}Z?",
    ) {
        for cell in [&text, &figures, &dated] {
            for mark in [Dot, Comma] {
                for currency in Currency::all().step_by(40) {
                    let _ = parse_money(cell, mark, currency, header_power(cell));
                }
                let _ = (parse_score(cell, mark), parse_percent(cell, mark));
            }
            for order in [DayFirst, MonthFirst, Iso] {
                if let Ok(Some(found)) = parse_date(cell, order) {
                    prop_assert!((1990..=2200).contains(&found.year()));
                }
            }
            let _ = detect([cell.as_str()]);
        }
    }

    #[test]
    fn an_amount_written_in_either_convention_is_read_as_itself(minor in -1_000_000_000_i64..1_000_000_000) {
        let plain = format_amount(minor, eur());
        let amount = |cell: &str, mark| parse_money(cell, mark, eur(), 0).unwrap().unwrap().minor;
        prop_assert_eq!(amount(&plain, Dot), minor);
        prop_assert_eq!(amount(&plain.replace('.', ","), Comma), minor);
        let grouped = mainstay_rules::money::exact(minor, eur());
        prop_assert_eq!(amount(&grouped, Dot), minor);
        let swapped: String = grouped.chars().map(|c| match c { '.' => ',', ',' => '.', c => c }).collect();
        prop_assert_eq!(amount(&swapped, Comma), minor);
    }

    #[test]
    fn what_one_convention_reads_the_other_never_reads_as_another_number_unless_it_was_asked(
        whole in 0_u32..2_000_000, decimals in "[0-9]{0,4}", comma in any::<bool>(),
    ) {
        let cell = if decimals.is_empty() { whole.to_string() }
            else { format!("{whole}{}{decimals}", if comma { ',' } else { '.' }) };
        let read = |mark| parse_money(&cell, mark, eur(), 0).ok().flatten().map(|a| a.minor);
        if let (Some(dot), Some(other)) = (read(Dot), read(Comma)) && dot != other {
            prop_assert_eq!(detect([cell.as_str()]).decimal, Detection::Ambiguous, "{}", cell);
        }
    }

    #[test]
    fn a_date_in_any_spelling_is_itself(days in 0_i32..70_000) {
        let day = date(2000, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let (y, m, d) = (day.year(), day.month(), day.day());
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let name = names[usize::try_from(m - 1).unwrap()];
        for cell in [format!("{day}"), format!("{d} {name} {y}"), format!("{name} {d}, {y}"), format!("{d}.{m}.{y}")] {
            prop_assert_eq!(parse_date(&cell, Iso), Ok(Some(day)), "{}", cell);
        }
        prop_assert_eq!(parse_date(&format!("{d}/{m}/{y}"), DayFirst), Ok(Some(day)));
        prop_assert_eq!(parse_date(&format!("{m}/{d}/{y}"), MonthFirst), Ok(Some(day)));
    }
}
