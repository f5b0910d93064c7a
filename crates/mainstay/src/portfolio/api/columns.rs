//! The closed catalogue of the report's columns: page, file and print choose from it, and its order is theirs.

use mainstay_rules::custom_field::Field;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::scorecard::Template;

use super::{sort_word, words::OWN};
use crate::corridor::fault::Fault;
use crate::portfolio::store::{Facet, SortKey, folded};

/// Which columns a reader sees.
#[derive(Clone, Debug)]
pub struct Columns {
    keys: Vec<SortKey>,
    own: Vec<Field>,
    /// Nobody has chosen: the columns of the progress report.
    pub is_default: bool,
}

impl Columns {
    /// `words` as in an address, separated by commas; the account's name is always among them.
    pub fn chosen(words: Option<&str>, heads: &Template, fields: &[Field]) -> Result<Self, Fault> {
        let Some(words) = words.filter(|words| !words.is_empty()) else {
            return Ok(Self { keys: SortKey::ALL.to_vec(), own: Vec::new(), is_default: true });
        };
        let wanted: Vec<&str> = words.split(',').map(str::trim).collect();
        let mut known: Vec<String> = all().map(|key| sort_word(key, heads).to_owned()).collect();
        known.extend(fields.iter().map(Field::word));
        if let Some(unknown) = wanted.iter().find(|word| !known.iter().any(|known| known == *word)) {
            let short: String = unknown.chars().take(40).collect();
            let message = format!("{short} is no column; the columns are {}", known.join(", "));
            return Err(Fault::field(FieldError::new("/columns", FieldCode::Unknown, message)));
        }
        let is_wanted = |key: &SortKey| *key == SortKey::Name || wanted.contains(&sort_word(*key, heads));
        let own = fields.iter().filter(|field| wanted.contains(&field.word().as_str())).cloned().collect();
        Ok(Self { keys: all().filter(is_wanted).collect(), own, is_default: false })
    }

    pub fn shows(&self, key: SortKey) -> bool {
        self.keys.contains(&key)
    }

    pub fn keys(&self) -> &[SortKey] {
        &self.keys
    }

    pub fn own(&self) -> &[Field] {
        &self.own
    }

    pub fn shows_own(&self, field: &Field) -> bool {
        self.own.iter().any(|shown| shown.id == field.id)
    }
}

/// Every column that is not an own field, in the report's order.
pub fn all() -> impl Iterator<Item = SortKey> {
    SortKey::ALL.into_iter().chain(SortKey::MORE)
}

/// The order by an own field.
pub fn own_sort(word: &str, fields: &[Field]) -> Option<SortKey> {
    let key = word.strip_prefix(OWN)?;
    let field = fields.iter().find(|field| field.key == key)?;
    if field.kind.is_number() {
        return Facet::new(key).map(SortKey::OwnNumber);
    }
    let by_day = field.kind == mainstay_rules::custom_field::Kind::Date;
    Facet::new(&if by_day { key.to_owned() } else { folded(key) }).map(SortKey::OwnText)
}
