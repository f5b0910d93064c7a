//! What the reader chooses of the report: conditions as chips, columns, groups. Everything is an address.

use mainstay_rules::custom_field::{Field, Kind};
use maud::{Markup, html};

use super::View;
use crate::portfolio::api::{Asked, CONDITION_WORDS, Columns, Course, GROUP_WORDS, OWN, all_columns, sort_word};
use crate::portfolio::store::SortKey;
use crate::text::{portfolio as report_text, portfolio_course as course_text, portfolio_view as text};

impl View<'_> {
    /// The tools beside the filters, and the chips of what is filtered.
    pub(super) fn choices(&self, asked: &Asked, columns: &Columns) -> Markup {
        html! {
            div.tools {
                (self.add_filter(asked))
                (self.group_choice(asked))
                (self.column_choice(asked, columns))
                @if !self.heads.is_past() {
                    a.button href=(self.address("/portfolio/bulk", asked, &[("cursor", None)])) { (crate::text::bulk::open()) }
                }
                (self.time("/portfolio", asked, self.today))
                (self.chips(asked))
            }
        }
    }

    /// Whatever the address says that the form does not ask.
    pub(super) fn carried(asked: &Asked, but: &[&str]) -> Markup {
        html! {
            @for (word, value) in asked.pairs().into_iter().chain(asked.past_pairs()).chain(asked.of.as_deref().map(|view| ("of", view))) {
                @if !but.contains(&word) { input type="hidden" name=(word) value=(value); }
            }
        }
    }

    fn chips(&self, asked: &Asked) -> Markup {
        let chips: Vec<(String, Asked)> = self.conditions(asked);
        html! {
            @if !chips.is_empty() {
                ul.chips aria-label=(text::active_filters()) {
                    @for (words, without) in &chips {
                        li.chip.on { (words) a href=(self.address("/portfolio", without, &[("cursor", None)])) aria-label=(text::remove_filter(words)) { "×" } }
                    }
                }
            }
        }
    }

    /// Each condition in words, and the report without it.
    fn conditions(&self, asked: &Asked) -> Vec<(String, Asked)> {
        let mut chips = Vec::new();
        for (index, (word, value)) in asked.conditions.iter().enumerate() {
            let mut without = asked.clone();
            without.conditions.remove(index);
            chips.push((text::chip(&self.field_name(word), &self.value_words(word, value)), without));
        }
        if asked.attention.is_some() {
            chips.push((text::attention().to_owned(), Asked { attention: None, ..asked.clone() }));
        }
        if asked.archived.is_some() {
            chips.push((crate::text::account::archived_chip().to_owned(), Asked { archived: None, ..asked.clone() }));
        }
        chips
    }

    /// The name of a field of the report by its word.
    pub(super) fn field_name(&self, word: &str) -> String {
        if let Some(field) = self.heads.fields.iter().find(|field| field.word() == word) {
            return field.name.clone();
        }
        match word {
            "tenure" => return text::tenure_word().to_owned(),
            "gap_step" => return text::gap_step().to_owned(),
            "end_quarter" => return text::end_quarter().to_owned(),
            _ => {}
        }
        let heads = self.heads.templates.default();
        let numbered =
            word.strip_prefix("step_").and_then(|n| n.parse::<u8>().ok()).map(|n| SortKey::Step(n.saturating_sub(1)));
        let key = numbered.or_else(|| all_columns().find(|key| sort_word(*key, heads) == word));
        key.map_or_else(|| word.to_owned(), |key| report_text::column(key, heads).to_owned())
    }

    fn value_words(&self, word: &str, value: &str) -> String {
        if let Some(field) = self.heads.fields.iter().find(|field| field.word() == word) {
            if let Some(choice) = field.choice(value) {
                return choice.label.clone();
            }
            if field.kind == Kind::Person {
                return self
                    .people
                    .iter()
                    .find(|(id, _)| id == value)
                    .map_or_else(|| text::condition(value), |(_, name)| name.clone());
            }
        }
        if word == "gap_step" && value != "-" {
            return self.field_name(value);
        }
        if word == "tenure" {
            return text::tenure(value.split('-').next().unwrap_or_default()).to_owned();
        }
        text::condition(value)
    }

    fn add_filter(&self, asked: &Asked) -> Markup {
        let steps = self.heads.templates.default().steps.iter().map(|step| step.key.as_str());
        let words = CONDITION_WORDS.into_iter().chain(steps);
        html! {
            details.tool {
                summary { (text::add_filter()) }
                form.tool-box method="get" action=(self.caller.path("/portfolio")) {
                    (Self::carried(asked, &[]))
                    div.field {
                        label for="add-field" { (text::field()) }
                        select #add-field name="add" {
                            @for field in &self.heads.fields { option value=(field.word()) { (field.name) } }
                            @for word in words { option value=(word) { (self.field_name(word)) } }
                        }
                    }
                    div.field {
                        label for="add-value" { (text::value()) }
                        input #add-value name="is" required maxlength="200" autocomplete="off" list="add-values" aria-describedby="add-hint";
                        (self.offered())
                        p.hint #add-hint { (text::value_hint()) }
                    }
                    div.row { button.primary { (text::add()) } }
                }
            }
        }
    }

    /// Labels of choices, offered while a value is typed.
    fn offered(&self) -> Markup {
        let labels = self.heads.fields.iter().flat_map(|field| field.choices.iter().filter(|choice| !choice.removed));
        html! { datalist #add-values { @for choice in labels { option value=(choice.label) {} } } }
    }

    fn group_choice(&self, asked: &Asked) -> Markup {
        let own = self.heads.fields.iter().filter(|field| !field.kind.is_number()).map(Field::word);
        let steps = self.heads.templates.default().steps.iter().map(|step| step.key.clone());
        let words: Vec<String> = GROUP_WORDS.map(str::to_owned).into_iter().chain(steps).chain(own).collect();
        let now = asked.group.as_deref().unwrap_or_default();
        html! {
            form.row.group-by method="get" action=(self.caller.path("/portfolio")) data-autosubmit {
                (Self::carried(asked, &["group"]))
                label.sr for="group-by" { (text::group_by()) }
                select #group-by name="group" {
                    option value="" { @if now.is_empty() { (text::group_by()) } @else { (text::no_groups()) } }
                    @for word in &words { option value=(word) selected[word == now] { (self.field_name(word)) } }
                }
                button.quiet { (text::group()) }
            }
        }
    }

    fn column_choice(&self, asked: &Asked, columns: &Columns) -> Markup {
        let heads = self.heads.templates.default();
        let box_of = |word: &str, words: &str, on: bool| {
            html! { label.check { input type="checkbox" name="columns" value=(word) checked[on]; span { (words) } } }
        };
        html! {
            details.tool {
                summary { (text::columns()) }
                form.tool-box method="get" action=(self.caller.path("/portfolio")) {
                    (Self::carried(asked, &["columns"]))
                    // Nothing ticked is a choice too: the account alone.
                    input type="hidden" name="columns" value="name";
                    fieldset {
                        legend.sr { (text::columns()) }
                        @for key in all_columns().filter(|key| *key != SortKey::Name) {
                            (box_of(sort_word(key, heads), report_text::column(key, heads), columns.shows(key)))
                        }
                        @for course in Course::ALL { (box_of(course.word(), course_text::column(course), columns.tells(course))) }
                        @for field in &self.heads.fields { (box_of(&format!("{OWN}{}", field.key), &field.name, columns.shows_own(field))) }
                    }
                    p.hint { (text::columns_what()) }
                    div.row {
                        button.primary { (text::show_columns()) }
                        @if !columns.is_default {
                            a.button.quiet href=(self.address("/portfolio", asked, &[("columns", None)])) { (text::default_columns()) }
                        }
                    }
                }
            }
        }
    }
}
