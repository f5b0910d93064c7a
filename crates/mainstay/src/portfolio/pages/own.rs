//! Cells of the columns that a reader adds: the account's segment, and the workspace's own fields.

use mainstay_rules::custom_field::{Field, Kind, Value};
use mainstay_rules::money;
use maud::{Markup, html};

use super::View;
use crate::portfolio::store::{Line, SortKey};
use crate::text::{field as field_text, frame as words, portfolio as text};

impl View<'_> {
    /// Behind the report's own columns.
    pub(super) fn further_cells(&self, line: &Line) -> Markup {
        html! {
            @for key in SortKey::MORE.into_iter().filter(|key| self.columns.shows(*key)) {
                @match key {
                    SortKey::ExternalId => (plain("external_id", line.external_id.as_deref())),
                    SortKey::Industry => (plain("industry", line.industry.as_deref())),
                    SortKey::Vertical => (plain("vertical", line.vertical.as_deref())),
                    SortKey::Geography => (plain("geography", line.geography.as_deref())),
                    _ => td.n data-field="since" data-value=[line.details.since_on.map(|day| day.to_string())] {
                        @if let Some(day) = line.details.since_on { (words::day(day)) }
                    },
                }
            }
            @for field in self.columns.own() { (self.own_cell(field, line.details.fields.get(&field.key))) }
        }
    }

    fn own_cell(&self, field: &Field, value: Option<&Value>) -> Markup {
        let currency = self.heads.currency;
        let raw = value.map(|value| value.raw(currency)).unwrap_or_default();
        let edit = match field.kind {
            Kind::Person => "person",
            Kind::Date => "date",
            Kind::Money | Kind::Number => "money",
            Kind::Text => "text",
            Kind::Choice => "choice",
        };
        let class = matches!(field.kind, Kind::Date | Kind::Money | Kind::Number).then_some("n");
        let list = (field.kind == Kind::Choice).then(|| format!("choices-{}", field.key));
        let exact = match value {
            Some(Value::Money(minor)) => Some(money::exact(*minor, currency)),
            _ => None,
        };
        html! {
            td class=[class] data-field=(field.word()) data-value=(raw) data-edit=[self.editable(edit)] data-list=[list] title=[exact] {
                @match value {
                    Some(Value::Money(minor)) => (text::short_amount(*minor, currency)),
                    Some(Value::Date(day)) => (words::day(*day)),
                    Some(Value::Choice(key)) => (choice(field, key)),
                    Some(_) => (raw),
                    None => {},
                }
            }
        }
    }

    /// What is offered while a choice is typed.
    pub(super) fn offered_choices(&self) -> Markup {
        html! {
            @for field in self.columns.own().iter().filter(|field| field.kind == Kind::Choice) {
                datalist id=(format!("choices-{}", field.key)) {
                    @for choice in field.choices.iter().filter(|choice| !choice.removed) { option value=(choice.label) {} }
                }
            }
        }
    }
}

fn plain(field: &str, value: Option<&str>) -> Markup {
    html! { td data-field=(field) data-value=[value] { @if let Some(value) = value { (value) } } }
}

fn choice(field: &Field, key: &str) -> String {
    match field.choice(key) {
        Some(choice) if choice.removed => field_text::removed(&choice.label),
        Some(choice) => choice.label.clone(),
        None => key.to_owned(),
    }
}
