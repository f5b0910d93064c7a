//! The form that records a score, and what it sends.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::limits::{NOTE_CHARS_MAX, URL_CHARS_MAX};
use mainstay_rules::score::Score;
use mainstay_rules::scorecard::MetricRef;
use maud::{Markup, html};
use serde::Deserialize;

use crate::corridor::fault::Fault;
use crate::scorecard::api::Typed;
use crate::scorecard::store::ScoreIn;
use crate::text::scorecard as text;

/// Characters of a score as a person types it.
const VALUE_CHARS_MAX: usize = 6;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ScoreForm {
    pub value: String,
    pub note: String,
    pub evidence_url: String,
    pub effective_at: String,
}

impl ScoreForm {
    pub fn check(&self, metric: MetricRef<'_>, zone: &TimeZone, now: Timestamp) -> Result<ScoreIn, Fault> {
        let (value, errors) = match self.score() {
            Ok(score) => (Some(score), Vec::new()),
            Err(error) => (None, vec![error]),
        };
        let typed = Typed {
            note: self.note.clone(),
            evidence_url: self.evidence_url.clone(),
            effective_at: self.effective_at.clone(),
        };
        typed.check(metric, value, errors, zone, now)
    }

    /// An empty field is an oversight here; the button beside it withdraws.
    fn score(&self) -> Result<Score, FieldError> {
        if self.value.trim().is_empty() {
            return Err(FieldError::new("/value", FieldCode::Required, text::value_missing()));
        }
        Score::parse(&self.value).map_err(|error| error.at("/value"))
    }
}

/// One of the form's fields: its name, its label and what an input of it needs.
struct Line<'a> {
    name: &'a str,
    label: &'a str,
    optional: bool,
}

/// The fields; `id` keeps them apart from those of the other forms of the page.
pub fn fields(id: &str, form: &ScoreForm, errors: &[FieldError], today: Date) -> Markup {
    let value = Line { name: "value", label: text::value_label(), optional: false };
    let on = Line { name: "effective_at", label: text::day_label(), optional: false };
    let note = Line { name: "note", label: text::note_label(), optional: true };
    let evidence = Line { name: "evidence_url", label: text::evidence_label(), optional: true };
    let day = if form.effective_at.is_empty() { today.to_string() } else { form.effective_at.clone() };
    html! {
        div.pair {
            (value.show(id, errors, |id, described, invalid| html! {
                input id=(id) name=(value.name) value=(form.value) inputmode="decimal" required maxlength=(VALUE_CHARS_MAX)
                    autocomplete="off" aria-describedby=[described] aria-invalid=[invalid];
            }))
            (on.show(id, errors, |id, described, invalid| html! {
                input id=(id) name=(on.name) type="date" value=(day) max=(today) aria-describedby=[described] aria-invalid=[invalid];
            }))
        }
        (note.show(id, errors, |id, described, invalid| html! {
            textarea id=(id) name=(note.name) maxlength=(NOTE_CHARS_MAX) rows="2" aria-describedby=[described]
                aria-invalid=[invalid] { (form.note) }
        }))
        (evidence.show(id, errors, |id, described, invalid| html! {
            input id=(id) name=(evidence.name) type="url" value=(form.evidence_url) maxlength=(URL_CHARS_MAX)
                placeholder="https://" aria-describedby=[described] aria-invalid=[invalid];
        }))
    }
}

impl Line<'_> {
    /// Label, input and, when there is one, its error.
    fn show(
        &self,
        form: &str,
        errors: &[FieldError],
        input: impl Fn(&str, Option<&str>, Option<&str>) -> Markup,
    ) -> Markup {
        let error = errors.iter().find(|error| error.pointer.trim_start_matches('/') == self.name);
        let id = format!("{form}-{}", self.name);
        let error_id = format!("{id}-error");
        html! {
            div.field {
                label for=(id) { (self.label) @if self.optional { " " small { (text::optional()) } } }
                (input(&id, error.map(|_| error_id.as_str()), error.map(|_| "true")))
                @if let Some(error) = error { p.error id=(error_id) { (error.message) } }
            }
        }
    }
}
