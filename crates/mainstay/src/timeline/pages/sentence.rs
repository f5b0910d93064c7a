//! What an event says: its kind and its numbers as a plain sentence.

use jiff::civil::Date;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::event::Kind;
use mainstay_rules::ledger::MovementKind;
use mainstay_rules::money::{self, Currency};
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::threshold::{Measure, Side};
use maud::{Markup, html};
use serde_json::Value;

use super::View;
use crate::account::pages::path;
use crate::scorecard::pages::{exact, exact_chip};
use crate::text::account::month_of;
use crate::text::arr;
use crate::text::timeline::{self as text, Person, Terms};
use crate::timeline::store::Entry;

impl View<'_> {
    /// The sentence without its subject; a kind that this version does not know shows its word.
    pub fn sentence(&self, entry: &Entry) -> Markup {
        let Some(kind) = Kind::parse(&entry.event.kind) else { return html! { (entry.event.kind.replace('_', " ")) } };
        let data = &entry.event.data;
        html! {
            @match kind {
                Kind::ScoreRecorded | Kind::ScoreWithdrawn => { (self.score(entry)) (self.as_of(entry)) }
                Kind::AccountEdited => (edited(entry)),
                Kind::AccountTypeChanged => (text::changed_type(&number(&data["before"]), &number(&data["after"]))),
                Kind::ContractAdded => (text::added_contract(contract(entry), terms(data).as_ref())),
                Kind::ContractAmended => (text::amended_contract(contract(entry), terms(data).as_ref())),
                Kind::ContractEdited => (text::edited_contract(contract(entry))),
                Kind::MovementJudged => (judged(entry)),
                Kind::UsageRecorded => (usage(data)),
                Kind::TargetSet => (target(data)),
                Kind::DataPointRecorded => { (data_point(data)) (self.as_of(entry)) }
                Kind::ThresholdCrossed => (crossed(data)),
                Kind::ScoresImported => (text::imported_scores(data["scores"].as_i64().unwrap_or(0))),
                Kind::ScoresWithdrawn => (text::withdrew_scores(data["scores"].as_i64().unwrap_or(0))),
                Kind::PodMemberAdded => (text::added_member(person(entry), role(data))),
                Kind::PodMemberChanged => (text::changed_member(person(entry), role(data))),
                Kind::PodMemberRemoved => (text::removed_member(person(entry))),
                Kind::TaskAdded | Kind::TaskChanged | Kind::TaskDone | Kind::TaskDropped | Kind::TaskReopened => {
                    (self.task(kind, entry))
                }
                Kind::ScopeAdded | Kind::ScopeChanged | Kind::ScopeRemoved | Kind::ScopeRestored => (scope(kind, entry)),
                Kind::ScopeScoreRecorded | Kind::ScopeScoreWithdrawn => {
                    (self.score(entry)) (text::of_scope(&self.scope_link(entry))) (self.as_of(entry))
                }
                Kind::ContractScopeChanged => (text::assigned_contract(contract(entry))),
                Kind::ActivityDone | Kind::ActivityReopened => {
                    (text::ticked(&entry.title, entry.metric.as_ref().map(|(_, step)| step.as_str()), kind == Kind::ActivityDone))
                }
                Kind::AccountMerged => (self.merged(entry)),
                other => (plain(other, person(entry))),
            }
            @if entry.event.cause.is_some() && entry.event.account.is_some() { (text::in_an_import()) }
        }
    }

    fn score(&self, entry: &Entry) -> Markup {
        let data = &entry.event.data;
        let key = data["metric"].as_str().unwrap_or_default();
        let metric = if let Some((step, name)) = &entry.metric {
            let place = path(self.caller, self.account, &format!("#{step}"));
            html! { a href=(place) { (name) } }
        } else {
            // Of an older template.
            html! { (key) }
        };
        let (before, after) = (score_of(&data["before"]), score_of(&data["after"]));
        let was = before.map(exact);
        match after {
            Some(after) if before == Some(after) => text::confirmed(&metric, &exact_chip(after)),
            Some(after) => text::recorded(&metric, &exact_chip(after), was.as_deref()),
            None => text::withdrew(&metric, was.as_deref()),
        }
    }

    fn scope_link(&self, entry: &Entry) -> Markup {
        let place = path(self.caller, self.account, &format!("/scopes/{}/scores", entry.event.subject));
        html! { a href=(place) { (if entry.about.is_empty() { text::a_scope() } else { &entry.about }) } }
    }

    fn task(&self, kind: Kind, entry: &Entry) -> Markup {
        let data = &entry.event.data;
        let page = self.caller.path(&format!("/tasks/{}", entry.event.subject));
        let name = if entry.title.is_empty() { text::a_task() } else { &entry.title };
        let task = html! { a href=(page) { (name) } };
        match kind {
            Kind::TaskAdded => text::added_task(&task, person(entry), date(&data["due_on"])),
            Kind::TaskDone => text::turned_task("did", &task),
            Kind::TaskDropped => text::turned_task("dropped", &task),
            Kind::TaskReopened => text::turned_task("reopened", &task),
            _ => match data["moved"].as_bool() {
                Some(moved) => {
                    let key = data["step"].as_str().unwrap_or_default();
                    let step = entry.metric.as_ref().map_or(key, |(_, name)| name.as_str());
                    let score = |value: &Value| {
                        value.as_i64().map(|millionths| Mean::from_millionths(millionths).one_decimal())
                    };
                    text::answered_moved(&task, step, moved, (score(&data["before"]), score(&data["now"])))
                }
                None => text::changed_task(&task, &words_of(data), person(entry), date(&data["due_on"])),
            },
        }
    }

    /// The other account without its name: who reads this one may not know of that one.
    fn merged(&self, entry: &Entry) -> Markup {
        let id = |key: &str| entry.event.data[key].as_str().unwrap_or_default().to_owned();
        let (source, target) = (id("source_id"), id("target_id"));
        if source == self.account.id.to_string() {
            text::merged_away(&self.caller.path(&format!("/accounts/{target}")))
        } else {
            text::merged_here(&self.caller.path(&format!("/accounts/{source}/feed")))
        }
    }

    /// Said when the fact is of an earlier day than its record.
    fn as_of(&self, entry: &Entry) -> Markup {
        let day = |at| self.caller.workspace.day_of(at);
        let on = day(entry.event.effective_at);
        html! { @if on != day(entry.event.recorded_at) { (text::as_of(on)) } }
    }
}

fn score_of(value: &Value) -> Option<Score> {
    value.as_i64().and_then(|hundredths| Score::from_hundredths(hundredths).ok())
}

fn number(value: &Value) -> String {
    value.as_i64().map(|number| number.to_string()).unwrap_or_default()
}

fn date(value: &Value) -> Option<Date> {
    value.as_str().and_then(|text| text.parse().ok())
}

fn currency(data: &Value) -> Option<Currency> {
    Currency::parse(data["currency"].as_str()?).ok()
}

fn person(entry: &Entry) -> &str {
    if entry.about.is_empty() { text::somebody() } else { &entry.about }
}

fn contract(entry: &Entry) -> &str {
    if entry.about.is_empty() { text::a_contract() } else { &entry.about }
}

fn scope(kind: Kind, entry: &Entry) -> Markup {
    let name = if entry.about.is_empty() { text::a_scope() } else { &entry.about };
    match kind {
        Kind::ScopeAdded => text::added_scope(name),
        Kind::ScopeRemoved => text::archived_scope(name),
        Kind::ScopeRestored => text::restored_scope(name),
        _ => text::changed_scope(name, &words_of(&entry.event.data)),
    }
}

fn role(data: &Value) -> &str {
    text::role(data["role"].as_str().unwrap_or_default())
}

fn words_of(data: &Value) -> Vec<&str> {
    data["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn edited(entry: &Entry) -> Markup {
    let data = &entry.event.data;
    match words_of(data).as_slice() {
        ["associate"] if data["associate_id"].is_null() => html! { (text::no_associate()) },
        ["associate"] => text::made_associate(person(entry)),
        ["end_on"] => text::set_end(date(&data["end_on"])),
        fields => html! { (text::changed_fields(fields)) },
    }
}

fn terms(data: &Value) -> Option<Terms> {
    Some(Terms {
        arr_minor: data["arr_minor"].as_i64()?,
        currency: currency(data)?,
        from: date(&data["start_on"]),
        // Stored is the first day without it; people say the last day with it.
        last_day: date(&data["end_on"]).and_then(|end| end.yesterday().ok()),
    })
}

fn target(data: &Value) -> Markup {
    let Some(currency) = currency(data) else { return text::set_target(&number(&data["fiscal_year"]), None, None) };
    let amount = |value: &Value| value.as_i64().map(|minor| money::exact(minor, currency));
    let (after, before) = (amount(&data["after"]), amount(&data["before"]));
    text::set_target(&number(&data["fiscal_year"]), after.as_deref(), before.as_deref())
}

fn judged(entry: &Entry) -> Markup {
    let data = &entry.event.data;
    let kind = MovementKind::parse(data["after"].as_str().unwrap_or_default()).map_or("", arr::kind);
    text::judged_movement(contract(entry), date(&data["moved_on"]), kind, data["decided"] == true)
}

fn usage(data: &Value) -> Markup {
    let after = &data["after"];
    let amount = after["minor"].as_i64().zip(currency(after)).map(|(minor, currency)| money::exact(minor, currency));
    text::recorded_usage(&date(&data["month"]).map(month_of).unwrap_or_default(), amount.as_deref())
}

fn data_point(data: &Value) -> Markup {
    let value = data["value"].as_i64().map(Decimal::from_millionths);
    html! {
        (text::data_point()) " " code { (data["name"].as_str().unwrap_or_default()) }
        @if let Some(value) = value { ": " (value) }
    }
}

fn crossed(data: &Value) -> Markup {
    let number = |key: &str| data[key].as_i64().map_or(Decimal::ZERO, Decimal::from_millionths);
    let measure = Measure::parse(data["measure"].as_str().unwrap_or_default()).unwrap_or(Measure::Last);
    let side = Side::parse(data["side"].as_str().unwrap_or_default()).unwrap_or(Side::AtLeast);
    let signal = html! { code { (data["signal"].as_str().unwrap_or_default()) } };
    let watched = (measure, data["days"].as_i64().unwrap_or(1), side, number("level"));
    text::crossed(&signal, number("value"), watched)
}

/// What needs no numbers.
fn plain(kind: Kind, about: &str) -> Markup {
    let of_person = |what| text::person_changed(text::person(what), about);
    let words = match kind {
        Kind::UserAdded => return of_person(Person::Added),
        Kind::UserInvited => return of_person(Person::Invited),
        Kind::UserJoined => return of_person(Person::Joined),
        Kind::UserChanged => return of_person(Person::Changed),
        Kind::UserDeactivated => return of_person(Person::Deactivated),
        Kind::UserReactivated => return of_person(Person::Reactivated),
        Kind::AccountCreated => text::created_account(),
        Kind::AccountArchived => text::archived_account(),
        Kind::AccountRestored => text::restored_account(),
        Kind::AccountRemoved => text::removed_account(),
        Kind::ExchangeRateSet => text::set_rate(),
        Kind::AmendmentWithdrawn => text::withdrew_amendment(),
        Kind::WorkspaceCreated => text::created_workspace(),
        Kind::WorkspaceChanged => text::changed_workspace(),
        Kind::TokenCreated => text::token(true),
        Kind::TokenRevoked => text::token(false),
        Kind::SignalChanged => text::changed_signal(),
        Kind::ThresholdAdded => text::added_threshold(),
        Kind::ThresholdChanged => text::changed_threshold(),
        Kind::ThresholdRemoved => text::removed_threshold(),
        Kind::TemplateDrafted => text::drafted_template(),
        Kind::TemplatePublished => text::published_template(),
        Kind::SnapshotTaken => text::took_snapshot(),
        Kind::ImportApplied => text::import(true),
        Kind::ImportUndone => text::import(false),
        other => return html! { (other.as_str().replace('_', " ")) },
    };
    html! { (words) }
}
