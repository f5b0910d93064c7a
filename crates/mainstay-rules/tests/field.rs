//! Fields as people type them: what is kept, what is refused, and how it is said.

use mainstay_rules::account::{AccountEdit, AccountEditInput, AccountType, NewAccount, NewAccountInput};
use mainstay_rules::field::{FieldCode, date, email, note, optional_text, password, text, url};
use mainstay_rules::limits::NAME_CHARS_MAX;
use proptest::prelude::*;

#[test]
fn a_text_is_trimmed_and_counted_in_characters() {
    assert_eq!(text("/name", "  Piatto Pronto \u{a0}", 200).unwrap(), "Piatto Pronto");
    assert_eq!(text("/name", &"é".repeat(200), 200).unwrap().chars().count(), 200);
    let error = text("/external_id", &"x".repeat(101), 100).unwrap_err();
    assert_eq!(error.code, FieldCode::TooLong);
    assert_eq!(error.pointer, "/external_id");
    assert_eq!(error.message, "The external id has 101 characters; at most 100 are allowed");
}

#[test]
fn what_cannot_be_seen_is_no_text() {
    for empty in ["", "   ", "\u{200b}\u{feff}"] {
        assert_eq!(text("/name", empty, 200).unwrap_err().code, FieldCode::Required);
        assert_eq!(optional_text("/name", empty, 200).unwrap(), None);
    }
    for hidden in ["a\0b", "a\u{7}b", "a\nb", "a\u{85}b", "a\u{202e}b", "a\u{2066}b"] {
        let error = text("/name", hidden, 200).unwrap_err();
        assert_eq!(error.code, FieldCode::ControlCharacter, "{hidden:?}");
    }
}

#[test]
fn a_note_keeps_its_lines() {
    assert_eq!(note("/note", "one\r\n\ttwo\n").unwrap().as_deref(), Some("one\n\ttwo"));
    assert_eq!(note("/note", "a\0b").unwrap_err().code, FieldCode::ControlCharacter);
    assert_eq!(note("/note", &"x".repeat(4_001)).unwrap_err().code, FieldCode::TooLong);
    assert_eq!(note("/note", " \n ").unwrap(), None);
}

#[test]
fn addresses_are_lower_case_and_well_formed() {
    assert_eq!(email("/email", " Giulia@Snapwright.Example ").unwrap(), "giulia@snapwright.example");
    assert_eq!(email("/email", "o'brien+x@b-c.io").unwrap(), "o'brien+x@b-c.io");
    for wrong in ["a", "@b.c", "a@", "a@b@c", "a b@c.d", "a@b..c", "a@.b", "a@b.", "<a>@b.c", "a@b c"] {
        assert_eq!(email("/email", wrong).unwrap_err().code, FieldCode::Invalid, "{wrong}");
    }
    let long = format!("{}@b.c", "a".repeat(65));
    assert_eq!(email("/email", &long).unwrap_err().code, FieldCode::Invalid);
}

#[test]
fn only_web_links_are_links() {
    for right in ["https://example.com", "HTTP://example.com/a?b=c#d", "https://münchen.example/ü"] {
        assert_eq!(url("/url", right).unwrap(), right);
    }
    for wrong in [
        "javascript:alert(1)",
        "ftp://a.b",
        "example.com",
        "https://",
        "https:///x",
        "https://a b",
        "https://user:secret@a.b",
        "data:text/html,x",
        "https://a.b/\"onclick=",
        "//a.b",
    ] {
        assert_eq!(url("/url", wrong).unwrap_err().code, FieldCode::Invalid, "{wrong}");
    }
}

#[test]
fn a_password_is_long_enough_and_never_repeated() {
    assert_eq!(password("/password", " twelve chars ").unwrap(), " twelve chars ");
    let short = password("/password", "elevenchars").unwrap_err();
    assert_eq!(short.code, FieldCode::TooShort);
    assert!(!short.message.contains("elevenchars"));
    let long = "x".repeat(201);
    assert_eq!(password("/password", &long).unwrap_err().code, FieldCode::TooLong);
}

#[test]
fn a_date_is_exactly_year_month_day() {
    assert_eq!(date("/end_on", "2024-02-29").unwrap().to_string(), "2024-02-29");
    for wrong in ["2023-02-29", "2026-13-01", "31.12.2026", "2026-1-1", "2026-12-31T00:00", "+2026-12-31", "x"] {
        assert_eq!(date("/end_on", wrong).unwrap_err().code, FieldCode::NotADate, "{wrong}");
    }
    for far in ["1989-12-31", "2201-01-01", "9999-12-31"] {
        assert_eq!(date("/end_on", far).unwrap_err().code, FieldCode::OutOfRange, "{far}");
    }
    assert_eq!(date("/end_on", " ").unwrap_err().code, FieldCode::Required);
}

#[test]
fn account_types_have_their_four_meanings() {
    for (text, number) in [("1", 1), ("Type 2", 2), ("T3", 3), ("t 4", 4), ("type-1", 1), (" 2 ", 2)] {
        assert_eq!(AccountType::parse(text).unwrap().number(), number, "{text}");
    }
    for wrong in ["", "0", "5", "Type", "one", "11", "1.5"] {
        assert!(AccountType::parse(wrong).is_err(), "{wrong}");
    }
    let meanings: Vec<_> = AccountType::ALL.iter().map(|kind| kind.meaning()).collect();
    assert_eq!(meanings[0], "Signed, multi-year strategic agreement");
    assert_eq!(AccountType::try_from(4).unwrap().label(), "Type 4");
    assert!(AccountType::try_from(0).is_err());
}

fn right() -> NewAccountInput {
    NewAccountInput {
        name: " Casavero ".to_owned(),
        external_id: "C-7".to_owned(),
        account_type: "1".to_owned(),
        industry: "Homes".to_owned(),
        end_on: "2027-03-31".to_owned(),
        ..NewAccountInput::default()
    }
}

#[test]
fn a_new_account_is_checked_as_a_whole() {
    let account = NewAccount::check(&right()).unwrap();
    assert_eq!(account.name, "Casavero");
    assert_eq!(account.external_id.as_deref(), Some("C-7"));
    assert_eq!(account.account_type, AccountType::One);
    assert_eq!((account.vertical, account.geography), (None, None));
    assert_eq!(account.end_on.unwrap().to_string(), "2027-03-31");

    let wrong = NewAccountInput {
        name: "x".repeat(NAME_CHARS_MAX + 1),
        external_id: "a\0".to_owned(),
        account_type: "7".to_owned(),
        geography: "g".repeat(81),
        end_on: "soon".to_owned(),
        ..NewAccountInput::default()
    };
    let errors = NewAccount::check(&wrong).unwrap_err();
    let found: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
    assert_eq!(
        found,
        [
            ("/name", "too_long"),
            ("/external_id", "control_character"),
            ("/type", "out_of_range"),
            ("/geography", "too_long"),
            ("/end_on", "not_a_date"),
        ]
    );
}

#[test]
fn an_account_with_one_wrong_optional_field_is_refused() {
    let input = NewAccountInput { end_on: "2026-02-30".to_owned(), ..right() };
    let errors = NewAccount::check(&input).unwrap_err();
    assert_eq!(errors.len(), 1);
    let missing = NewAccountInput { account_type: String::new(), ..right() };
    assert_eq!(NewAccount::check(&missing).unwrap_err()[0].code, FieldCode::Required);
}

#[test]
fn an_edit_leaves_alone_what_it_does_not_name_and_clears_what_is_empty() {
    let input = AccountEditInput {
        end_on: Some(String::new()),
        geography: Some("Iberia".to_owned()),
        ..AccountEditInput::default()
    };
    let edit = AccountEdit::check(&input).unwrap();
    assert_eq!(edit.end_on, Some(None));
    assert_eq!(edit.geography, Some(Some("Iberia".to_owned())));
    assert_eq!((edit.name.clone(), edit.industry.clone()), (None, None));
    assert!(!edit.is_empty());
    assert!(AccountEdit::check(&AccountEditInput::default()).unwrap().is_empty());

    let nameless = AccountEditInput {
        name: Some(" ".to_owned()),
        account_type: Some(String::new()),
        ..AccountEditInput::default()
    };
    let errors = AccountEdit::check(&nameless).unwrap_err();
    assert!(errors.iter().all(|error| error.code == FieldCode::Required));
    assert_eq!(errors.len(), 2);
}

#[test]
fn every_code_is_the_word_that_json_has() {
    let error = text("/name", "", 5).unwrap_err();
    assert_eq!(error.code.as_str(), "required");
    assert_eq!(error.to_string(), "/name: The name is missing; fill it in");
}

proptest! {
    #[test]
    fn no_text_makes_a_field_panic(value in any::<String>(), max in 0_usize..50) {
        let kept = text("/x", &value, max);
        if let Ok(kept) = &kept {
            prop_assert!(kept.chars().count() <= max);
            prop_assert!(!kept.contains(char::is_control));
            let again = text("/x", kept, max);
            prop_assert_eq!(again.as_ref().ok(), Some(kept));
        }
        let _ = (note("/x", &value), email("/x", &value), url("/x", &value), date("/x", &value));
        let _ = (password("/x", &value), AccountType::parse(&value));
    }
}
