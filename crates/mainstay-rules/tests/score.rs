//! Scores are hundredths from 0 to 10; nothing else becomes one.

use mainstay_rules::field::FieldCode;
use mainstay_rules::score::{Mean, Score};
use proptest::prelude::*;

#[test]
fn a_score_is_read_as_people_type_it() {
    for (text, hundredths, shown) in [
        ("6", 600, "6"),
        ("6.5", 650, "6.5"),
        ("6,5", 650, "6.5"),
        ("6.25", 625, "6.25"),
        ("0", 0, "0"),
        ("10", 1_000, "10"),
        ("10.00", 1_000, "10"),
        (" 07 ", 700, "7"),
        (".5", 50, "0.5"),
        ("6.05", 605, "6.05"),
        ("-0", 0, "0"),
    ] {
        let score = Score::parse(text).unwrap();
        assert_eq!(score.hundredths(), hundredths, "{text}");
        assert_eq!(score.to_string(), shown);
    }
}

#[test]
fn what_is_no_score_is_refused_with_one_sentence() {
    for wrong in ["", "x", "6.555", "6.", "6.5.5", "6,5,", "1e1", "NaN", "inf", "７", "6 5", "7/10"] {
        assert_eq!(Score::parse(wrong).unwrap_err().code(), FieldCode::NotANumber, "{wrong}");
    }
    for outside in ["10.01", "11", "-1", "-0.01", "99999999"] {
        let error = Score::parse(outside).unwrap_err();
        assert_eq!(error.code(), FieldCode::OutOfRange, "{outside}");
        assert_eq!(error.to_string(), "A score is a number from 0 to 10 with at most two decimals");
    }
    assert!(Score::from_hundredths(-1).is_err());
    assert!(Score::from_hundredths(1_001).is_err());
}

#[test]
fn a_number_of_json_must_be_exactly_some_hundredths() {
    assert_eq!(Score::from_json(6.5).unwrap().hundredths(), 650);
    assert_eq!(Score::from_json(0.07).unwrap().hundredths(), 7);
    assert_eq!(Score::from_json(-0.0).unwrap().hundredths(), 0);
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 6.555, 1e-9, 9.999_999] {
        assert_eq!(Score::from_json(wrong).unwrap_err().code(), FieldCode::NotANumber, "{wrong}");
    }
    for outside in [-0.01, 10.01, 1e300, -1e300] {
        assert_eq!(Score::from_json(outside).unwrap_err().code(), FieldCode::OutOfRange);
    }
}

#[test]
fn a_mean_is_rounded_half_away_from_zero_and_once() {
    for (millionths, one, two) in [
        (6_333_333, "6.3", 6.33),
        (6_350_000, "6.4", 6.35),
        (6_349_999, "6.3", 6.35),
        (6_345_000, "6.3", 6.35),
        (3_950_000, "4.0", 3.95),
        (10_000_000, "10.0", 10.0),
        (0, "0.0", 0.0),
    ] {
        let mean = Mean::from_millionths(millionths);
        assert_eq!(mean.one_decimal(), one, "{millionths}");
        assert!((mean.two_decimals() - two).abs() < 1e-12, "{millionths}");
    }
    assert_eq!(Mean::from(Score::parse("6.5").unwrap()).millionths(), 6_500_000);
    assert_eq!(Mean::from_millionths(6_349_999).tenths(), 63);
}

#[test]
fn every_score_comes_back_from_text_and_from_json() {
    for hundredths in 0..=1_000 {
        let score = Score::from_hundredths(hundredths).unwrap();
        assert_eq!(Score::parse(&score.to_string()), Ok(score));
        assert_eq!(Score::from_json(score.as_f64()), Ok(score));
    }
}

proptest! {
    #[test]
    fn no_text_and_no_number_makes_a_score_panic(
        text in any::<String>(), figures in "[-+0-9.,e]{0,14}", number in any::<f64>(), mean in any::<i64>(),
    ) {
        for text in [&text, &figures] {
            if let Ok(score) = Score::parse(text) {
                prop_assert!((0..=1_000).contains(&score.hundredths()));
            }
        }
        let _ = Score::from_json(number);
        let mean = Mean::from_millionths(mean);
        let _ = (mean.one_decimal(), mean.two_decimals(), mean.tenths());
    }
}
