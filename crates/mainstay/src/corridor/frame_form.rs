//! The parts that forms are made of: a label, a field, its hint and its error.

use mainstay_rules::field::FieldError;
use maud::{Markup, html};

/// One labelled input. `errors` are those of the whole form; the field finds its own by its name.
pub struct Field<'a> {
    pub name: &'a str,
    /// Differs from the name where a page has the same form several times.
    pub id: &'a str,
    pub label: &'a str,
    pub kind: &'a str,
    pub value: &'a str,
    pub hint: &'a str,
    pub required: bool,
    pub max: usize,
    pub autocomplete: &'a str,
    pub list: &'a str,
    pub readonly: bool,
}

impl<'a> Field<'a> {
    pub fn text(name: &'a str, label: &'a str, value: &'a str) -> Self {
        Self {
            name,
            id: name,
            label,
            kind: "text",
            value,
            hint: "",
            required: false,
            max: 200,
            autocomplete: "off",
            list: "",
            readonly: false,
        }
    }

    #[must_use]
    pub fn kind(self, kind: &'a str, autocomplete: &'a str) -> Self {
        Self { kind, autocomplete, ..self }
    }

    #[must_use]
    pub fn id(self, id: &'a str) -> Self {
        Self { id, ..self }
    }

    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    #[must_use]
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    #[must_use]
    pub fn max(self, max: usize) -> Self {
        Self { max, ..self }
    }

    #[must_use]
    pub fn list(self, list: &'a str) -> Self {
        Self { list, ..self }
    }

    #[must_use]
    pub fn readonly(self) -> Self {
        Self { readonly: true, ..self }
    }

    pub fn show(&self, errors: &[FieldError]) -> Markup {
        let error = error_of(self.name, errors);
        let (hint_id, error_id) = (format!("{}-hint", self.id), format!("{}-error", self.id));
        let described = match (error, self.hint.is_empty()) {
            (Some(_), _) => Some(&error_id),
            (None, false) => Some(&hint_id),
            (None, true) => None,
        };
        html! {
            div.field {
                label for=(self.id) { (self.label) }
                input id=(self.id) name=(self.name) type=(self.kind) value=(self.value) required[self.required]
                    maxlength=(self.max) autocomplete=(self.autocomplete) list=[(!self.list.is_empty()).then_some(self.list)]
                    readonly[self.readonly] aria-describedby=[described] aria-invalid=[error.map(|_| "true")];
                @if let Some(error) = error { p.error id=(error_id) { (error.message) } }
                @else if !self.hint.is_empty() { p.hint id=(hint_id) { (self.hint) } }
            }
        }
    }
}

fn error_of<'e>(name: &str, errors: &'e [FieldError]) -> Option<&'e FieldError> {
    errors.iter().find(|error| error.pointer.trim_start_matches('/') == name)
}

/// A labelled choice; `options` are value and words.
pub fn select(name: &str, label: &str, options: &[(&str, &str)], chosen: &str, errors: &[FieldError]) -> Markup {
    let error = error_of(name, errors);
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) aria-invalid=[error.map(|_| "true")] {
                @for (value, words) in options { option value=(value) selected[*value == chosen] { (words) } }
            }
            @if let Some(error) = error { p.error { (error.message) } }
        }
    }
}

/// What went wrong with the form as a whole.
pub fn notice_bad(message: &str) -> Markup {
    html! { div.notice.bad role="alert" { p { (message) } } }
}
