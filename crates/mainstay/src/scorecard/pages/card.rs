//! The Progress tab: five steps with their sub-metrics, the forms that record, and the gap.

use jiff::Timestamp;
use jiff::civil::Date;
use mainstay_rules::field::FieldError;
use mainstay_rules::score::Mean;
use mainstay_rules::scorecard::{Gap, Metric, Source, Step, StepResult};
use maud::{Markup, html};

use super::form::{self, ScoreForm};
use super::{chip, exact, exact_chip};
use crate::account::Account;
use crate::account::pages::path;
use crate::corridor::caller::Caller;
use crate::corridor::frame;
use crate::scorecard::api::Card;
use crate::scorecard::store::{Recorded, Ticked};
use crate::task::Task;
use crate::text::{explain, frame as words, people, scorecard as text};

/// Scores that the short history of a step shows.
const STEP_HISTORY: usize = 8;
/// Days for which "3 days ago" says more than a date.
const RELATIVE_DAYS: i32 = 7;

/// What was typed into a form that was refused.
pub struct Draft {
    pub metric: String,
    pub form: ScoreForm,
    pub errors: Vec<FieldError>,
}

/// Who looks at which account's scorecard.
pub struct View<'a> {
    pub caller: &'a Caller,
    pub account: &'a Account,
    pub writable: bool,
    pub today: Date,
    pub card: &'a Card,
    pub recent: &'a [Recorded],
    /// The activities that were done.
    pub ticked: &'a [Ticked],
    /// What is being done about the account.
    pub tasks: &'a [Task],
    pub draft: Option<&'a Draft>,
}

impl View<'_> {
    pub fn tab(&self) -> Markup {
        html! {
            div.stack data-live-fragment=(path(self.caller, self.account, "/fragment/progress")) data-account=(self.account.id) {
                (self.fragment())
            }
        }
    }

    /// What a live page fetches again.
    pub fn fragment(&self) -> Markup {
        let (scored, of) =
            self.card.result.steps.iter().fold((0, 0), |sum, step| (sum.0 + step.scored, sum.1 + step.of));
        html! {
            div.row.between {
                h2 { (text::scorecard()) }
                p.soft { (text::coverage(scored, of, &self.card.template.name, self.card.template.version)) }
            }
            @if let Some(gap) = &self.card.result.gap { (self.gap_notice(gap)) }
            (self.actions())
            @for (index, (step, result)) in self.card.template.steps.iter().zip(&self.card.result.steps).enumerate() {
                (self.step(index, step, result))
            }
        }
    }

    fn gap_notice(&self, gap: &Gap) -> Markup {
        let Some(step) = self.card.template.steps.get(gap.step) else { return html! {} };
        let metric = gap.metric.as_deref().and_then(|key| self.card.template.metric(key));
        html! {
            div.notice.warn {
                p {
                    b { a.plain href=(self.why("gap")) title=(explain::explain()) { (text::gap()) } ": " } a href=(format!("#{}", step.key)) { (step.name) } " " (text::gap_reason(gap.reason)) ". "
                    @if let Some(metric) = metric { (text::start_with(metric.name())) }
                }
            }
        }
    }

    fn step(&self, index: usize, step: &Step, result: &StepResult) -> Markup {
        let head = format!("{}-head", step.key);
        let gap = self.card.result.gap.as_ref().filter(|gap| gap.step == index);
        html! {
            article.step id=(step.key) aria-labelledby=(head) {
                header {
                    h3 id=(head) { (text::step_title(index + 1, &step.name)) }
                    a.plain href=(self.why(&step.key)) title=(explain::explain()) {
                        (chip(result.score, result.source == Source::Judged)) span.sr { " " (explain::title(&step.name)) }
                    }
                    span.where {
                        (self.origin(step, result)) " "
                        @if result.scored < result.of { span.tag { (text::scored_of(result.scored, result.of)) } " " }
                        @if let Some(gap) = gap { span.tag.bad title=(text::gap_reason(gap.reason)) { (text::gap()) } }
                    }
                }
                @for metric in &step.metrics {
                    (self.metric(step, metric, gap.is_some_and(|gap| gap.metric.as_ref() == Some(&metric.key))))
                }
                (self.activities(step))
                (self.folds(step))
            }
        }
    }

    /// Where a step's score comes from.
    fn origin(&self, step: &Step, result: &StepResult) -> Markup {
        let day = |at| self.caller.workspace.day_of(at);
        let measured = result.measured.map(Mean::one_decimal);
        html! {
            @match (result.source, result.judged) {
                (Source::Judged, Some((_, at))) => {
                    (text::typed_by(self.newest(&step.key).map_or("", |score| score.by.as_str()), day(at)))
                    @match &measured {
                        Some(measured) => (text::sub_metrics_measure(measured)),
                        None => (text::nothing_measured()),
                    }
                }
                (Source::None, _) | (Source::Judged, None) => (text::never_scored()),
                (Source::Measured, judged) => {
                    (text::measured_from(result.scored, result.of))
                    @if let Some((score, at)) = judged { (text::typed_before(&exact(score), day(at))) }
                }
            }
        }
    }

    fn why(&self, what: &str) -> String {
        path(self.caller, self.account, &format!("/explain/{what}"))
    }

    fn newest(&self, key: &str) -> Option<&Recorded> {
        self.card.newest.iter().find(|score| score.metric == key)
    }

    fn metric(&self, step: &Step, metric: &Metric, costs_most: bool) -> Markup {
        let newest = self.newest(&metric.key);
        html! {
            div.metric {
                span {
                    (metric.name)
                    @if metric.weight == 0 { " " small.soft { (text::weighs_nothing()) } }
                    @if let Some(function) = &metric.owner_function { " " small.soft { (people::function_word(function)) } }
                    @if costs_most { " " span.tag.bad { (text::costs_most()) } }
                }
                @match newest.and_then(|score| score.value) {
                    Some(value) => (exact_chip(value)),
                    None => (chip(None, false)),
                }
                span.when {
                    (self.when(newest))
                    @if self.is_stale(step, metric, newest) { " " span.tag.bad { (explain::stale()) } }
                }
                span.note {
                    @if let Some(score) = newest { (note(score, &metric.name)) }
                }
                (self.record_fold(metric))
            }
        }
    }

    /// Whether its score is older than such a score may be before somebody looks again.
    fn is_stale(&self, step: &Step, metric: &Metric, newest: Option<&Recorded>) -> bool {
        let days = step.refresh_days_of(Some(metric));
        newest.filter(|score| score.value.is_some()).zip(days).is_some_and(|(score, days)| {
            let age = self.today - self.caller.workspace.day_of(score.effective_at);
            i64::from(age.get_days()) > days
        })
    }

    fn when(&self, newest: Option<&Recorded>) -> Markup {
        html! {
            @match newest {
                None => (text::never_scored()),
                Some(score) => {
                    @if score.value.is_none() { (text::withdrawn()) " " }
                    (self.time(score.effective_at)) " · "
                    (if score.by.is_empty() { text::the_system() } else { &score.by })
                }
            }
        }
    }

    /// A day; of the last days the script says how long ago.
    fn time(&self, at: Timestamp) -> Markup {
        let day = self.caller.workspace.day_of(at);
        let is_recent = (self.today - day).get_days() < RELATIVE_DAYS;
        html! {
            time datetime=(at) title=(words::moment(at, &self.caller.workspace.zone)) data-relative[is_recent] { (words::day(day)) }
        }
    }

    fn record_fold(&self, metric: &Metric) -> Markup {
        let id = form_id(&metric.key);
        html! {
            @if metric.is_automatic() {
                a href=(self.why(&metric.key)) { (text::worked_out()) span.sr { (text::of(&metric.name)) } }
            } @else if self.card.rolled_up.contains(&metric.key) {
                a href=(self.why(&metric.key)) { (text::rolled_up()) span.sr { (text::of(&metric.name)) } }
            } @else if self.writable {
                details.fold id=(format!("record-{id}")) open[self.draft_of(&metric.key).is_some()] {
                    summary { (text::record()) span.sr { " " (metric.name) } }
                    div.opened {
                        @if let Some(help) = &metric.help { p.soft { (help) } }
                        (self.form(&metric.key, &metric.name, &id))
                    }
                }
            } @else { (self.history_link(&metric.key, &metric.name)) }
        }
    }

    fn draft_of(&self, key: &str) -> Option<&Draft> {
        self.draft.filter(|draft| draft.metric == key)
    }

    fn form(&self, key: &str, name: &str, id: &str) -> Markup {
        let empty = ScoreForm::default();
        let (form, errors) = self.draft_of(key).map_or((&empty, &[][..]), |draft| (&draft.form, &draft.errors));
        let action = path(self.caller, self.account, &format!("/scores/{key}"));
        let is_scored = self.newest(key).is_some_and(|score| score.value.is_some());
        html! {
            form.form method="post" action=(action) {
                (frame::csrf(self.caller))
                (form::fields(id, form, errors, self.today))
                div.row {
                    button.primary { (text::record_score()) }
                    @if is_scored {
                        // Without the fields' own checks: a withdrawal needs no value.
                        button.danger formaction=(format!("{action}/withdraw")) formnovalidate title=(text::withdraw_what()) {
                            (text::withdraw()) span.sr { (text::of(name)) }
                        }
                    }
                    (self.history_link(key, name))
                }
            }
        }
    }

    fn history_link(&self, key: &str, name: &str) -> Markup {
        html! {
            a href=(path(self.caller, self.account, &format!("/scores/{key}"))) { (text::history()) span.sr { (text::of(name)) } }
        }
    }

    fn folds(&self, step: &Step) -> Markup {
        html! {
            div.folds {
                @if self.writable && !self.card.rolled_up.contains(&step.key) {
                    details.fold id=(format!("type-{}", step.key)) open[self.draft_of(&step.key).is_some()] {
                        summary { (text::type_whole_step()) span.sr { " " (step.name) } }
                        p.soft { @if let Some(help) = &step.help { (help) " " } (text::whole_step_what()) }
                        (self.form(&step.key, &step.name, &format!("whole-{}", step.key)))
                    }
                }
                details.fold id=(format!("history-{}", step.key)) {
                    summary { (text::history()) span.sr { (text::of(&step.name)) } }
                    (self.step_history(step))
                }
            }
        }
    }

    /// The newest scores of a step and its sub-metrics; each has its whole history on a page of its own.
    fn step_history(&self, step: &Step) -> Markup {
        let belongs = |score: &&Recorded| {
            self.card.template.metric(&score.metric).is_some_and(|metric| metric.step.key == step.key)
        };
        let scores: Vec<&Recorded> = self.recent.iter().filter(belongs).take(STEP_HISTORY).collect();
        html! {
            @if scores.is_empty() { p.soft { (text::no_history()) } }
            @else {
                div.table-box.bare tabindex="0" role="group" aria-label=(text::history_of(&step.name)) {
                    table.table {
                        thead { tr {
                            th scope="col" { (text::when()) }
                            th scope="col" { (text::what()) }
                            th.number scope="col" { (text::score()) }
                            th scope="col" { (text::who()) }
                            th scope="col" { (text::note()) }
                        } }
                        tbody { @for score in scores { (self.history_row(score)) } }
                    }
                }
            }
        }
    }

    fn history_row(&self, score: &Recorded) -> Markup {
        let name = self.card.template.metric(&score.metric).map_or("", |metric| metric.name());
        html! {
            tr {
                td.nowrap { (self.time(score.effective_at)) }
                td { a href=(path(self.caller, self.account, &format!("/scores/{}", score.metric))) { (name) } }
                td.number { (value_of(score)) }
                td { (if score.by.is_empty() { text::the_system() } else { &score.by }) }
                td.words { (note(score, name)) }
            }
        }
    }
}

/// The recorded value in words.
pub fn value_of(score: &Recorded) -> String {
    score.value.map_or_else(|| text::withdrawn().to_owned(), exact)
}

/// Keys hold a point, which a style or a script would have to escape.
fn form_id(key: &str) -> String {
    key.replace('.', "-")
}

/// What was written with a score, and the link to its evidence.
fn note(score: &Recorded, name: &str) -> Markup {
    html! {
        (score.note)
        @if !score.evidence_url.is_empty() {
            " " a href=(score.evidence_url) rel="noreferrer" { (text::evidence()) span.sr { (text::evidence_for(name)) } }
        }
    }
}
