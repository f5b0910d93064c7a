//! Texts as cells of CSV that no spreadsheet takes for a formula, and such cells read back.

/// Whatever begins with one of these may be computed when a spreadsheet opens the file.
const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// `=1+1` leaves as `'=1+1`: it is shown, not computed.
pub fn safe_cell(text: &str) -> String {
    if text.starts_with(FORMULA_SIGNS) { format!("'{text}") } else { text.to_owned() }
}

/// Takes back what [`safe_cell`] did.
pub fn read_back(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_SIGNS) => rest.to_owned(),
        _ => cell,
    }
}
