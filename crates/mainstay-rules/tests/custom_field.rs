//! Fields of a workspace's own: keys, numbers and choices as they are typed.

use mainstay_rules::custom_field::{FieldInput, Kind, NewField, format_number, key_of, parse_number};
use proptest::prelude::*;

#[test]
fn keys_are_made_from_names() {
    for (name, key) in
        [("Renewal likelihood", "renewal_likelihood"), ("  Sites (live) ", "sites_live"), ("É 2", "2"), ("A–B", "a_b")]
    {
        assert_eq!(key_of(name), key, "{name}");
    }
}

#[test]
fn numbers_are_exact() {
    for (text, millionths) in
        [("12.5", 12_500_000), ("-0.000001", -1), ("3,25", 3_250_000), ("0", 0), ("1.500000000", 1_500_000)]
    {
        assert_eq!(parse_number("/n", text), Ok(millionths), "{text}");
    }
    for bad in ["", "1.", ".5", "1e3", "1.2.3", "١", "0.0000001", "1000000000001", "--1", "9999999999999999999999"] {
        assert!(parse_number("/n", bad).is_err(), "{bad}");
    }
}

#[test]
fn a_field_says_all_that_is_wrong_with_it() {
    let input = FieldInput { kind: "colour".to_owned(), ..FieldInput::default() };
    let pointers: Vec<String> =
        NewField::check(&input).expect_err("it is wrong").into_iter().map(|e| e.pointer).collect();
    assert_eq!(pointers, ["/name", "/kind"]);
    let twice = FieldInput {
        name: "Size".to_owned(),
        kind: "choice".to_owned(),
        choices: vec![(String::new(), "Big".to_owned()), (String::new(), "big".to_owned())],
        ..FieldInput::default()
    };
    assert_eq!(NewField::check(&twice).expect_err("twice")[0].pointer, "/choices");
    let year = FieldInput { choices: vec![(String::new(), "2026".to_owned())], ..twice };
    let field = NewField::check(&year).expect("a number is a good label");
    assert_eq!((field.kind, field.choices[0].key.as_str()), (Kind::Choice, "c_2026"));
}

proptest! {
    #[test]
    fn what_is_shown_is_read_again(millionths in -1_000_000_000_000_000_000_i64..=1_000_000_000_000_000_000) {
        prop_assert_eq!(parse_number("/n", &format_number(millionths)), Ok(millionths));
    }

    #[test]
    fn nothing_typed_makes_it_fall(text in "\\PC{0,40}") {
        let _ = parse_number("/n", &text);
        let key = key_of(&text);
        prop_assert!(key.len() <= 40);
    }
}
