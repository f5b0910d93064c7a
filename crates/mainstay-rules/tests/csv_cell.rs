//! No text leaves as a formula, and every text comes back as it left.

use mainstay_rules::csv_cell::{read_back, safe_cell};
use proptest::prelude::*;

#[test]
fn what_a_spreadsheet_would_compute_begins_with_an_apostrophe() {
    for (text, cell) in [("=1+1", "'=1+1"), ("-5", "'-5"), ("@a", "'@a"), ("\tx", "'\tx"), ("Tern", "Tern"), ("", "")] {
        assert_eq!(safe_cell(text), cell);
    }
    assert_eq!(read_back("'t Hooft".to_owned()), "'t Hooft", "an apostrophe of its own stays");
}

proptest! {
    #[test]
    fn comes_back(text in "[=+@\\-\t\r]?[^']{0,12}") {
        let cell = safe_cell(&text);
        prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
        prop_assert_eq!(read_back(cell), text);
    }
}
