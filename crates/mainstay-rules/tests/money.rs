//! Money is exact in every currency, whatever the number of its decimals.

use mainstay_rules::field::FieldCode;
use mainstay_rules::limits::MONEY_MINOR_MAX;
use mainstay_rules::money::{AmountError, Currency, exact, format_amount, parse_amount, short};
use proptest::prelude::*;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

#[test]
fn decimals_follow_iso_4217() {
    for (code, exponent) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("CLP", 0), ("ISK", 0)] {
        assert_eq!(currency(code).exponent(), exponent, "{code}");
    }
    assert_eq!(currency(" eur ").code(), "EUR");
    for wrong in ["", "EURO", "XXX", "€", "DEM", "E R"] {
        let error = Currency::parse(wrong).unwrap_err();
        assert_eq!(error.at("/currency").code, FieldCode::UnknownCurrency, "{wrong}");
    }
}

#[test]
fn the_table_is_sorted_and_has_each_code_once() {
    let codes: Vec<_> = Currency::all().map(Currency::code).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())));
    assert!(Currency::all().all(|known| Currency::parse(known.code()) == Ok(known)));
}

#[test]
fn an_amount_on_the_wire_is_an_exact_decimal() {
    for (text, code, minor) in [
        ("1250000.00", "EUR", 125_000_000),
        ("1250000", "EUR", 125_000_000),
        ("-0.05", "EUR", -5),
        ("0.1", "EUR", 10),
        ("1250000", "JPY", 1_250_000),
        ("1250000.00", "JPY", 1_250_000),
        ("1.234", "KWD", 1_234),
        ("7", "KWD", 7_000),
        ("007.10", "EUR", 710),
    ] {
        assert_eq!(parse_amount(text, currency(code)), Ok(minor), "{text} {code}");
    }
}

#[test]
fn a_wrong_amount_says_why() {
    let eur = currency("EUR");
    for wrong in ["1,250.00", "1.2.3", ".5", "5.", "-", "1e6", "€5", "NaN", "inf", "+5", "１２", "- 5", "0x10"] {
        assert_eq!(parse_amount(wrong, eur), Err(AmountError::NotANumber), "{wrong}");
    }
    assert_eq!(parse_amount(" ", eur), Err(AmountError::Missing));
    let error = parse_amount("1.5", currency("JPY")).unwrap_err();
    assert_eq!(error.to_string(), "JPY has 0 decimals; this amount has more");
    let largest = format_amount(MONEY_MINOR_MAX, eur);
    assert_eq!(parse_amount(&largest, eur), Ok(MONEY_MINOR_MAX));
    for large in ["900000000000.01", "99999999999999999999999999", &"9".repeat(5_000)] {
        let error = parse_amount(large, eur).unwrap_err();
        assert_eq!(error.code(), FieldCode::OutOfRange);
        assert_eq!(error.to_string(), "The amount is too large; the largest is EUR 900,000,000,000.00");
    }
}

#[test]
fn a_hundred_thousand_of_the_largest_amounts_add_up() {
    assert!(MONEY_MINOR_MAX.checked_mul(100_000).is_some());
}

#[test]
fn amounts_are_short_at_a_glance_and_exact_when_asked() {
    for (minor, code, glance, whole) in [
        (125_000_000, "EUR", "EUR 1.3M", "EUR 1,250,000.00"),
        (35_000_000, "EUR", "EUR 350k", "EUR 350,000.00"),
        (90_000, "EUR", "EUR 900", "EUR 900.00"),
        (0, "EUR", "EUR 0", "EUR 0.00"),
        (-4, "EUR", "EUR 0", "EUR -0.04"),
        (-35_000_000, "EUR", "EUR -350k", "EUR -350,000.00"),
        (-125_000_000, "EUR", "EUR -1.3M", "EUR -1,250,000.00"),
        (99_949, "EUR", "EUR 999", "EUR 999.49"),
        (99_950, "EUR", "EUR 1k", "EUR 999.50"),
        (99_949_999, "EUR", "EUR 999k", "EUR 999,499.99"),
        (99_950_000, "EUR", "EUR 1.0M", "EUR 999,500.00"),
        (2_320_000_000, "EUR", "EUR 23.2M", "EUR 23,200,000.00"),
        (99_994_999_999, "EUR", "EUR 999.9M", "EUR 999,949,999.99"),
        (99_995_000_000, "EUR", "EUR 1.0B", "EUR 999,950,000.00"),
        (1_250_000, "JPY", "JPY 1.3M", "JPY 1,250,000"),
        (1_250_000, "KWD", "KWD 1k", "KWD 1,250.000"),
    ] {
        assert_eq!(short(minor, currency(code)), glance, "{minor} {code}");
        assert_eq!(exact(minor, currency(code)), whole, "{minor} {code}");
    }
    assert_eq!(short(i64::MIN, currency("JPY")), "JPY -9,223,372,036.9B");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        minor in -MONEY_MINOR_MAX..=MONEY_MINOR_MAX,
        index in any::<prop::sample::Index>(),
    ) {
        let all: Vec<_> = Currency::all().collect();
        let currency = *index.get(&all);
        prop_assert_eq!(parse_amount(&format_amount(minor, currency), currency), Ok(minor));
    }

    #[test]
    fn no_text_makes_money_panic(text in any::<String>(), figures in "[-+0-9.,]{0,40}", minor in any::<i64>()) {
        for currency in Currency::all() {
            let _ = (parse_amount(&text, currency), Currency::parse(&text));
            if let Ok(minor) = parse_amount(&figures, currency) {
                prop_assert!(minor.abs() <= MONEY_MINOR_MAX);
            }
            let _ = (short(minor, currency), exact(minor, currency), format_amount(minor, currency));
        }
    }
}
