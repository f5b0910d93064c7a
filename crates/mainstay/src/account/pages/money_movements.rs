//! Of the money page: when contracts end, how the ARR moved, what was used, and the terms of a contract.

use jiff::civil::Date;
use mainstay_rules::currency::Currency;
use mainstay_rules::field::FieldError;
use mainstay_rules::ledger::{self, End, Movement, MovementKind};
use mainstay_rules::limits::{NAME_CHARS_MAX, NOTE_CHARS_MAX};
use mainstay_rules::money;
use maud::{Markup, html};

use super::money::{Form, View};
use super::{MoneyForm, path};
use crate::account::store::{self, Contract, ContractTerms, Judgement, StoredMovement};
use crate::corridor::frame;
use crate::corridor::frame_form::{Field, select};
use crate::text::{account as text, arr as words_of_arr, frame as words, signed};

/// Months of usage that the page lists.
const MONTHS_SHOWN: usize = 12;

impl View<'_> {
    pub(super) fn currency_of(&self, contract: &Contract) -> Currency {
        store::currency_in(&self.shown.stored, contract.id).unwrap_or(self.caller.workspace.currency)
    }

    /// The next end that matters with the money at stake and its notice, and the last end beside it.
    pub(super) fn ends(&self) -> Markup {
        let (ledger, today) = (&self.shown.ledger, self.shown.heading.today);
        let next = ledger::next_material_end(ledger, today);
        let last = ledger::last_end(ledger, today).filter(|last| Some(*last) != next);
        html! {
            div {
                dt { (text::next_end()) }
                dd {
                    @match (next, self.shown.heading.end_on) {
                        (Some(end), _) => {
                            (words::day(end.last_day())) br;
                            small { (self.money(end.arr_minor)) " " (text::at_stake()) }
                            @if let Some(by) = self.notice_of(end) { br; (notice(by, today)) }
                        }
                        (None, Some(day)) => (words::day(day)),
                        (None, None) => (text::none()),
                    }
                }
            }
            @if let Some(last) = last {
                div { dt { (text::last_end()) } dd { (words::day(last.last_day())) br; small { (self.money(last.arr_minor)) } } }
            }
        }
    }

    fn notice_of(&self, end: End) -> Option<Date> {
        let days: Vec<_> = self.shown.contracts.iter().filter_map(|one| Some((one.id, one.notice_days?))).collect();
        ledger::notice_by(&self.shown.ledger, end, &days)
    }

    pub(super) fn terms_form(&self, contract: &Contract) -> Markup {
        let place = Form::Terms(contract.id);
        let open = self.typed.form == place;
        let (typed, errors) = self.typed.of(place);
        let form = if open { typed } else { filled(&ContractTerms::of(contract)) };
        let prefix = format!("terms-{}", contract.id);
        html! {
            details.fold id=(prefix) open[open] {
                summary { (text::change_terms()) span.sr { ": " (contract.name) } }
                form.form method="post" action=(path(self.caller, &self.shown.account, &format!("/contracts/{}", contract.id))) {
                    (frame::csrf(self.caller))
                    (Field::text("name", text::contract_name(), &form.name).id(&format!("{prefix}-name")).required()
                        .max(NAME_CHARS_MAX).show(errors))
                    (self.terms_fields(&prefix, &form, errors, false))
                    div.row { button.primary { (text::save_terms()) } }
                }
            }
        }
    }

    pub(super) fn terms_fields(
        &self,
        prefix: &str,
        form: &MoneyForm,
        errors: &[FieldError],
        with_currency: bool,
    ) -> Markup {
        html! {
            div.pair {
                (Field::text("notice_days", text::notice_days(), &form.notice_days).id(&format!("{prefix}-notice")).max(4)
                    .hint(text::notice_hint()).show(errors))
                @if with_currency {
                    (Field::text("currency", text::currency(), &form.currency).id(&format!("{prefix}-currency")).max(3)
                        .hint(&text::currency_hint(self.caller.workspace.currency)).show(errors))
                }
            }
            label.check {
                input type="checkbox" name="auto_renew" value="1" checked[!form.auto_renew.is_empty()];
                span { (text::auto_renew()) }
            }
        }
    }

    pub(super) fn movements(&self) -> Markup {
        html! {
            section.section #movements aria-labelledby="movements-head" {
                h2 #movements-head { (words_of_arr::movements()) }
                @if self.shown.movements.is_empty() { p.soft { (text::no_movements()) } }
                @else {
                    div.table-box tabindex="0" role="group" aria-label=(words_of_arr::movements()) { table.table {
                        thead { tr {
                            th scope="col" { (words_of_arr::day()) }
                            th scope="col" { (words_of_arr::kind_head()) }
                            th.number scope="col" { (words_of_arr::amount()) }
                            th scope="col" { (words_of_arr::contract()) }
                            th scope="col" { (text::recorded()) }
                        } }
                        tbody { @for one in self.shown.movements.iter().rev() { (self.movement(one)) } }
                    } }
                }
            }
        }
    }

    fn movement(&self, one: &StoredMovement) -> Markup {
        let (movement, currency) = (&one.movement, one.currency);
        let is_ahead = movement.on > self.shown.heading.today;
        html! {
            tr {
                td.nowrap { (words::day(movement.on)) @if is_ahead { br; small.soft { (text::ahead()) } } }
                td { (kind_tag(movement.kind)) (self.decision(movement)) }
                td.number title=(money::exact(movement.amount_minor(), currency)) { (signed::in_currency(movement.amount_minor(), currency)) }
                td { (self.contract_name(movement)) }
                td.soft { (self.recorder(movement)) }
            }
        }
    }

    fn contract_name(&self, movement: &Movement) -> &str {
        self.shown.contracts.iter().find(|one| one.id == movement.contract).map_or("", |one| one.name.as_str())
    }

    /// Who recorded what made the ARR move: the amendment of that day, or the one whose end it is.
    fn recorder(&self, movement: &Movement) -> String {
        let own = || self.shown.stored.iter().filter(|one| one.amendment.contract == movement.contract);
        let made = own().rfind(|one| one.amendment.start_on == movement.on);
        let ended = || own().rfind(|one| one.amendment.end_on == Some(movement.on));
        made.or_else(ended).map_or_else(String::new, |one| {
            let day = words::day(self.caller.workspace.day_of(one.amendment.recorded_at));
            text::recorded_by(&one.recorder, &day)
        })
    }

    fn judgement(&self, movement: &Movement) -> Option<&Judgement> {
        let is_it = |one: &&Judgement| one.judged.contract == movement.contract && one.judged.on == movement.on;
        self.shown.judgements.iter().find(is_it)
    }

    /// What somebody decided about the kind, and the form to decide it.
    fn decision(&self, movement: &Movement) -> Markup {
        let found = self.judgement(movement);
        let place = Form::Judgement(movement.contract, movement.on);
        let open = self.typed.form == place;
        let (typed, errors) = self.typed.of(place);
        let kind = if open { typed.kind } else { found.map_or("", |one| one.judged.kind.as_str()).to_owned() };
        let reason = if open { typed.reason } else { found.map(|one| one.reason.clone()).unwrap_or_default() };
        let action = format!("/contracts/{}/movements/{}", movement.contract, movement.on);
        let as_told = text::as_told(words_of_arr::kind(movement.derived));
        let mut kinds = vec![("", as_told.as_str())];
        kinds.extend(MovementKind::ALL.iter().map(|kind| (kind.as_str(), words_of_arr::kind(*kind))));
        html! {
            @if let Some(found) = found {
                br; small.soft { (words_of_arr::decided(&found.decided_by, &found.reason)) }
            }
            @if self.writable {
                details.fold open[open] {
                    summary { (text::change_kind()) span.sr { " " (words::day(movement.on)) } }
                    form.form method="post" action=(path(self.caller, &self.shown.account, &action)) {
                        (frame::csrf(self.caller))
                        (select("kind", words_of_arr::kind_head(), &kinds, &kind, errors))
                        (Field::text("reason", text::reason(), &reason).id(&format!("reason-{}-{}", movement.contract, movement.on))
                            .max(NOTE_CHARS_MAX).show(errors))
                        div.row { button.small { (text::save_kind()) } }
                    }
                }
            }
        }
    }

    pub(super) fn usage(&self) -> Markup {
        let used = &self.shown.used;
        html! {
            section.section #usage aria-labelledby="usage-head" {
                h2 #usage-head { (text::usage()) }
                p.soft { (text::usage_what()) }
                @if let Some(minor) = used.run_rate_minor {
                    dl.facts {
                        div { dt { (text::run_rate()) } dd { (self.money(minor)) } }
                        div { dt { (text::committed()) } dd { (self.money(self.shown.heading.arr_now)) } }
                    }
                }
                @if !used.months.is_empty() {
                    div.table-box tabindex="0" role="group" aria-label=(text::usage()) { table.table {
                        thead { tr { th scope="col" { (text::month()) } th.number scope="col" { (text::revenue()) } } }
                        tbody { @for one in used.months.iter().take(MONTHS_SHOWN) { tr {
                            th scope="row" { (text::month_of(one.month)) }
                            td.number { (money::exact(one.minor, one.currency)) }
                        } } }
                    } }
                }
                @if self.writable { (self.usage_form()) }
            }
        }
    }

    fn usage_form(&self) -> Markup {
        let (form, errors) = self.typed.of(Form::Usage);
        html! {
            details.fold open[self.typed.form == Form::Usage] {
                summary { (text::record_usage()) }
                form.form method="post" action=(path(self.caller, &self.shown.account, "/usage")) {
                    (frame::csrf(self.caller))
                    div.pair {
                        (Field::text("month", text::month(), &form.month).required().max(10).hint(text::month_hint()).show(errors))
                        (Field::text("revenue", text::revenue(), &form.revenue).max(20)
                            .hint(&text::arr_hint(self.caller.workspace.currency)).show(errors))
                    }
                    div.row { button.primary { (text::save_usage()) } }
                }
            }
        }
    }
}

fn filled(terms: &ContractTerms) -> MoneyForm {
    MoneyForm {
        name: terms.name.clone(),
        notice_days: terms.notice_days.map(|days| days.to_string()).unwrap_or_default(),
        auto_renew: if terms.auto_renew { "1".to_owned() } else { String::new() },
        ..MoneyForm::default()
    }
}

/// A deadline in words; one that has passed says so.
fn notice(by: Date, today: Date) -> Markup {
    let words = text::notice_by(&words::day(by), by < today);
    html! { @if by < today { small.low { (words) } } @else { small { (words) } } }
}

/// A kind in words; its colour says the same.
pub fn kind_tag(kind: MovementKind) -> Markup {
    let class = match kind {
        MovementKind::New | MovementKind::Expansion | MovementKind::Reactivation => "tag good",
        MovementKind::Contraction => "tag warn",
        MovementKind::Churn => "tag bad",
        MovementKind::Price => "tag",
    };
    html! { span class=(class) { (words_of_arr::kind(kind)) } }
}
