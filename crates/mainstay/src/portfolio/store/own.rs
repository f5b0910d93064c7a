//! The name of a facet by which the report is ordered: short, and copied like a number.

use mainstay_rules::limits::FIELD_KEY_CHARS_MAX;

use super::facets::FOLDED;

/// Room for the key of a field and its mark.
const BYTES: usize = FIELD_KEY_CHARS_MAX + 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facet {
    bytes: [u8; BYTES],
    len: usize,
}

impl Default for Facet {
    fn default() -> Self {
        Self { bytes: [0; BYTES], len: 0 }
    }
}

impl Facet {
    /// None when the key is longer than a field's can be.
    pub fn new(key: &str) -> Option<Self> {
        let mut facet = Self { bytes: [0; BYTES], len: key.len() };
        facet.bytes.get_mut(..key.len())?.copy_from_slice(key.as_bytes());
        Some(facet)
    }

    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// The facet that holds what people read of a field, for its order.
pub fn folded(key: &str) -> String {
    format!("{key}{FOLDED}")
}
