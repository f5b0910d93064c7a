//! What a line is filtered, ordered and grouped by beside its columns, as one flat JSON object.

use std::collections::HashMap;

use mainstay_rules::custom_field::Value;
use serde_json::{Map, Value as Json, json};

use super::line::LineDetails;

/// Stands behind a key for what its text is searched and ordered by; no key of a field holds it.
pub(super) const FOLDED: char = '~';
/// The first day of the first contract.
pub(super) const SINCE: &str = "~since";
/// The last day of notice.
pub(super) const NOTICE: &str = "~notice";

/// The place of each choice among those of its field.
pub(super) type Places = HashMap<(String, String), i64>;

/// The facets of a line: each field's value as SQL compares it, and the folded form of what people read.
pub(super) fn facets(details: &LineDetails, choice_places: &Places) -> Json {
    let mut facets = Map::new();
    if let Some(since) = details.since_on {
        facets.insert(SINCE.to_owned(), json!(since));
    }
    if let Some(notice) = details.notice_by {
        facets.insert(NOTICE.to_owned(), json!(notice));
    }
    for (key, value) in &details.fields {
        let plain = match value {
            Value::Text(text) => json!(text),
            Value::Number(number) | Value::Money(number) => json!(number),
            Value::Date(day) => json!(day),
            Value::Choice(choice) => json!(choice),
            Value::Person { id, .. } => json!(id),
        };
        if let Value::Text(read) | Value::Person { name: read, .. } = value {
            facets.insert(format!("{key}{FOLDED}"), json!(read.to_lowercase()));
        }
        if let Value::Choice(choice) = value
            && let Some(place) = choice_places.get(&(key.clone(), choice.clone()))
        {
            facets.insert(format!("{key}{FOLDED}"), json!(format!("{place:04}")));
        }
        facets.insert(key.clone(), plain);
    }
    Json::Object(facets)
}
