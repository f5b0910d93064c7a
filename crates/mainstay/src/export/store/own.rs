//! The workspace's own fields as cells, behind the report's columns.

use mainstay_rules::custom_field::{Field, Value};

use super::Cell;
use crate::portfolio::store::Line;

/// A cell for each field, in their order.
pub(super) fn own_cells(line: &Line, fields: &[Field]) -> Vec<Cell> {
    fields
        .iter()
        .map(|field| line.details.fields.get(&field.key).map_or(Cell::Empty, |value| cell(field, value)))
        .collect()
}

fn cell(field: &Field, value: &Value) -> Cell {
    match value {
        Value::Text(text) => Cell::Text(text.clone()),
        Value::Number(millionths) => Cell::Decimal(*millionths),
        Value::Date(day) => Cell::Day(*day),
        Value::Choice(key) => Cell::Text(field.choice(key).map_or_else(|| key.clone(), |choice| choice.label.clone())),
        Value::Person { name, .. } => Cell::Text(name.clone()),
        Value::Money(minor) => Cell::Money(*minor),
    }
}
