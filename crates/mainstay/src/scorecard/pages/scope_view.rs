//! What the page of a scope's scorecard shows.

use jiff::civil::Date;
use mainstay_rules::field::FieldError;
use mainstay_rules::roll_up::{Part, Reading};
use mainstay_rules::scorecard::{MetricRef, Step};
use maud::{Markup, html};
use uuid::Uuid;

use super::scope::{PREFIX, TypedScores, scores_path};
use super::{chip, exact_chip};
use crate::account::Scoped;
use crate::account::pages::path;
use crate::corridor::access::Guarded;
use crate::corridor::caller::Caller;
use crate::corridor::frame;
use crate::corridor::frame_form::{Field, notice_bad};
use crate::scorecard::api::scope::Shown;
use crate::scorecard::store::ScopeCard;
use crate::text::{frame as words, scope as text, scorecard};

pub struct View<'a> {
    pub caller: &'a Caller,
    pub scope: &'a Scoped,
    pub shown: &'a Shown,
    pub today: Date,
    pub typed: &'a TypedScores,
    pub errors: &'a [FieldError],
}

impl View<'_> {
    pub fn page(&self) -> Markup {
        let (template, card) = (&self.shown.cards.template, self.shown.cards.card(self.scope.scope.id));
        let of_scope = path(self.caller, &self.scope.account, &format!("/scopes/{}", self.scope.scope.id));
        let overall = (card.result.scored_steps > 0).then_some(card.result.overall);
        html! {
            section.stack aria-labelledby="scores-head" {
                p.crumbs {
                    a href=(path(self.caller, &self.scope.account, "/scopes")) { (text::scopes()) } " / "
                    a href=(of_scope) { (self.name(self.scope.scope.id)) } " /"
                }
                div.row.between {
                    h2 #scores-head { (text::scores_of(self.name(self.scope.scope.id))) }
                    p { (scorecard::overall()) " " (chip(overall, false)) }
                }
                p.soft { (text::scores_what()) }
                @if !self.writes() {
                    @for (index, step) in template.steps.iter().enumerate() { (self.step(&card, index, step)) }
                } @else {
                    form.stack method="post" action=(scores_path(self.caller, self.scope)) {
                        (frame::csrf(self.caller))
                        // The first button is the one that Enter in a field presses; it must not be one that withdraws.
                        button.sr tabindex="-1" aria-hidden="true" { (text::record_scores()) }
                        @for error in self.errors.iter().filter(|error| error.pointer.is_empty()) { (notice_bad(&error.message)) }
                        @for (index, step) in template.steps.iter().enumerate() { (self.step(&card, index, step)) }
                        (self.together())
                    }
                }
            }
        }
    }

    fn writes(&self) -> bool {
        self.scope.writable(self.caller) && self.scope.scope.is_living()
    }

    fn name(&self, scope: Uuid) -> &str {
        self.shown.scopes.iter().find(|one| one.id == scope).map_or("", |one| &one.fields.name)
    }

    /// What holds for all that is typed at once.
    fn together(&self) -> Markup {
        let word = |name: &str| self.typed.get(name).map_or("", String::as_str);
        let today = self.today.to_string();
        let day = if word("effective_at").is_empty() { &today } else { word("effective_at") };
        html! {
            div.form {
                div.pair {
                    (Field::text("note", scorecard::note_label(), word("note")).show(self.errors))
                    (Field::text("effective_at", scorecard::day_label(), day).kind("date", "off").show(self.errors))
                }
                (Field::text("evidence_url", scorecard::evidence_label(), word("evidence_url")).kind("url", "off").show(self.errors))
                div.row { button.primary { (text::record_scores()) } }
            }
        }
    }

    fn step(&self, card: &ScopeCard, index: usize, step: &Step) -> Markup {
        let (result, head) = (&card.result.steps[index], format!("{}-head", step.key));
        html! {
            article.step id=(step.key) aria-labelledby=(head) {
                header {
                    h3 id=(head) { (scorecard::step_title(index + 1, &step.name)) }
                    (chip(result.score, result.source == mainstay_rules::scorecard::Source::Judged))
                    span.where {
                        @if result.scored < result.of { span.tag { (scorecard::scored_of(result.scored, result.of)) } }
                    }
                }
                @for metric in step.metrics.iter().map(Some).chain([None]) {
                    (self.metric(card, MetricRef { step_index: index, step, metric }))
                }
            }
        }
    }

    fn metric(&self, card: &ScopeCard, metric: MetricRef<'_>) -> Markup {
        let reading = card.readings.get(metric.key());
        let name = if metric.metric.is_some() { metric.name() } else { text::whole_step() };
        html! {
            div.metric {
                span { (name) }
                @match reading {
                    None => (chip(None, false)),
                    Some(reading) if reading.basis.is_none() => (exact_chip(reading.score())),
                    Some(reading) => (chip(Some(reading.mean()), false)),
                }
                (self.origin(metric.key(), reading))
                (self.input(metric, name, reading))
            }
        }
    }

    /// Who gave it and when, or the scopes that it is rolled up from, the weakest first.
    fn origin(&self, key: &str, reading: Option<&Reading>) -> Markup {
        let own = self.shown.cards.own(key, self.scope.scope.id);
        html! {
            @match (reading, own) {
                (Some(reading), _) if reading.basis.is_some() => {
                    span.wide {
                        small.soft { (text::weighed(reading.basis)) ": " }
                        @for (place, part) in weakest_first(&reading.parts).into_iter().enumerate() {
                            @if place > 0 { small.soft { " · " } }
                            a href=(path(self.caller, &self.scope.account, &format!("/scopes/{}/scores", part.scope))) {
                                (self.name(part.scope))
                            }
                            " " small { (part.value.one_decimal()) }
                        }
                    }
                }
                (_, Some(own)) => {
                    span.when {
                        @if own.value.is_none() { (scorecard::withdrawn()) " " }
                        (words::day(self.caller.workspace.day_of(own.effective_at))) " · "
                        (if own.by.is_empty() { scorecard::the_system() } else { &own.by })
                    }
                    span.note {
                        (own.note)
                        @if !own.evidence_url.is_empty() { " " a href=(own.evidence_url) rel="noreferrer" { (scorecard::evidence()) } }
                    }
                }
                _ => { span.when { (scorecard::never_scored()) } span.note {} }
            }
        }
    }

    fn input(&self, metric: MetricRef<'_>, name: &str, reading: Option<&Reading>) -> Markup {
        if metric.metric.is_some_and(mainstay_rules::scorecard::Metric::is_automatic) {
            return html! { small.soft { (text::of_the_account()) } };
        }
        if !self.writes() || reading.is_some_and(|reading| reading.basis.is_some()) {
            return html! { span {} };
        }
        let field = format!("{PREFIX}{}", metric.key());
        let error = self.errors.iter().find(|error| error.pointer.trim_start_matches('/') == field);
        let error_id = format!("{}-error", field.replace('.', "-"));
        let value = self.typed.get(&field).map_or("", String::as_str);
        html! {
            span.typed-score {
                input.short name=(field) value=(value) inputmode="decimal" maxlength="6" autocomplete="off"
                    aria-label=(text::new_score(name, &metric.step.name)) aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[error.map(|_| &error_id)];
                @if reading.is_some() {
                    button.small formaction=(format!("{}/{}/withdraw", scores_path(self.caller, self.scope), metric.key()))
                        formnovalidate title=(scorecard::withdraw_what()) {
                        (scorecard::withdraw()) span.sr { (scorecard::of(name)) }
                    }
                }
                @if let Some(error) = error { span.error id=(error_id) { (error.message) } }
            }
        }
    }
}

/// The parts of a number, the weakest first.
fn weakest_first(parts: &[Part]) -> Vec<Part> {
    let mut parts = parts.to_vec();
    parts.sort_by_key(|part| part.value);
    parts
}
