//! When things happen: in words in the list, as a form on a page of its own.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use mainstay_rules::field::FieldError;
use mainstay_rules::problem::Problem;
use mainstay_rules::schedule::{Schedule, ScheduleText};
use maud::{Markup, html};
use serde::Deserialize;

use crate::app::App;
use crate::corridor::access::{Allowed, ManageJobs};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::{Field, select};
use crate::corridor::request::Posted;
use crate::job::api::schedule::{check, of_kind};
use crate::job::api::title;
use crate::job::kind;
use crate::job::store::{self, Planned};
use crate::people::pages::settings::{self, Tab};
use crate::text::{frame as frame_text, job as text, people};

/// The fields of the form; which of them count is decided by `every`.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct ScheduleForm {
    enabled: String,
    every: String,
    monday: String,
    tuesday: String,
    wednesday: String,
    thursday: String,
    friday: String,
    saturday: String,
    sunday: String,
    weekday: String,
    day: String,
    nth: String,
    business_nth: String,
    count: String,
    from: String,
    at: String,
    zone: String,
    cutoff: String,
}

impl ScheduleForm {
    fn of(planned: &Planned) -> Self {
        let said = ScheduleText::from(&planned.schedule);
        let on =
            |day: &str| if said.weekdays.iter().any(|known| known == day) { "on".to_owned() } else { String::new() };
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let is_business = said.every == "month_business_day";
        Self {
            enabled: if planned.enabled { "on".to_owned() } else { String::new() },
            monday: on("monday"),
            tuesday: on("tuesday"),
            wednesday: on("wednesday"),
            thursday: on("thursday"),
            friday: on("friday"),
            saturday: on("saturday"),
            sunday: on("sunday"),
            weekday: said.weekdays.first().cloned().unwrap_or_default(),
            day: number(said.day),
            nth: if is_business { String::new() } else { number(said.nth) },
            business_nth: if is_business { number(said.nth) } else { String::new() },
            count: number(said.count),
            from: said.from.clone().unwrap_or_default(),
            at: said.at.clone(),
            zone: said.zone.clone().unwrap_or_default(),
            cutoff: said.cutoff.clone().unwrap_or_default(),
            every: said.every,
        }
    }

    fn weekdays(&self) -> [(&'static str, &str); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }

    /// Only what belongs to the chosen rule: the form sends all its fields.
    fn text(&self) -> ScheduleText {
        let number = |text: &str| Some(text.trim().parse().unwrap_or(0));
        let common = ScheduleText {
            every: self.every.clone(),
            at: self.at.clone(),
            zone: Some(self.zone.clone()),
            cutoff: Some(self.cutoff.clone()),
            ..ScheduleText::default()
        };
        let ticked =
            || self.weekdays().into_iter().filter(|(_, value)| !value.is_empty()).map(|(day, _)| day.to_owned());
        match self.every.as_str() {
            "week" => ScheduleText { weekdays: ticked().collect(), ..common },
            "month_day" => ScheduleText { day: number(&self.day), ..common },
            "month_weekday" => ScheduleText { nth: number(&self.nth), weekdays: vec![self.weekday.clone()], ..common },
            "month_business_day" => ScheduleText { nth: number(&self.business_nth), ..common },
            "business_days" => ScheduleText { count: number(&self.count), from: Some(self.from.clone()), ..common },
            _ => common,
        }
    }

    fn check(&self) -> Result<Schedule, Fault> {
        check(&self.text()).map_err(|fault| {
            fault.renamed(|pointer| match (self.every.as_str(), pointer) {
                ("month_business_day", "/nth") => Some("/business_nth"),
                ("month_weekday", "/weekdays") => Some("/weekday"),
                _ => None,
            })
        })
    }
}

/// The kinds and when each happens.
pub(super) fn table(app: &App, caller: &Caller, planned: &[Planned]) -> Markup {
    html! {
        div.table-box { table.table {
            thead { tr {
                th scope="col" { (text::what()) }
                th scope="col" { (text::when()) }
                th scope="col" { (text::next()) }
                th scope="col" { span.sr { (text::actions()) } }
            } }
            tbody { @for one in planned { tr {
                th scope="row" { (title(app.jobs, one.kind)) }
                td { (text::schedule(&one.schedule, &caller.workspace.zone_name)) }
                td.nowrap {
                    @match (one.next, one.enabled) {
                        (Some(due), _) => time datetime=(due.at) title=(frame_text::moment(due.at, &caller.workspace.zone)) { (text::next_moment(due.at, &caller.workspace.zone)) },
                        (None, true) => span.soft { (text::never()) },
                        (None, false) => span.tag { (text::off()) },
                    }
                }
                td.actions {
                    a.button.small href=(path(caller, one.kind)) { (text::edit()) span.sr { (people::of_whom(&title(app.jobs, one.kind))) } }
                }
            } } }
        } }
    }
}

fn path(caller: &Caller, kind: &str) -> String {
    caller.path(&format!("/settings/jobs/schedules/{kind}"))
}

/// `GET /w/{workspace}/settings/jobs/schedules/{kind}`
pub async fn show(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Path((_, name)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let planned = of_kind(&app, &caller, name).await?;
    Ok(page(&app, &caller, planned.kind, &ScheduleForm::of(&planned), None))
}

/// `POST /w/{workspace}/settings/jobs/schedules/{kind}`
pub async fn save(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Path((_, name)): Path<(String, String)>,
    Posted(form): Posted<ScheduleForm>,
) -> Result<Response, Fault> {
    let kind = kind(app.jobs, &name).filter(|kind| kind.schedule.is_some()).ok_or_else(Fault::not_found)?;
    let schedule = match form.check() {
        Ok(schedule) => schedule,
        Err(fault) if fault.problem == Problem::Invalid => {
            return Ok(page(&app, &caller, kind.name, &form, Some(&fault)));
        }
        Err(fault) => return Err(fault),
    };
    let (enabled, user) = (!form.enabled.is_empty(), Some(caller.user));
    app.verb(Arc::clone(&caller.workspace), user, move |tx, by| store::set_schedule(tx, by, kind, &schedule, enabled))
        .await?;
    Ok(see_other(&caller.path("/settings/jobs#schedules")))
}

fn page(app: &App, caller: &Caller, kind: &str, form: &ScheduleForm, fault: Option<&Fault>) -> Response {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let body = html! {
        p.crumbs { a href=(caller.path("/settings/jobs#schedules")) { (text::schedules()) } }
        h2 { (title(app.jobs, kind)) }
        form.form.schedule method="post" action=(path(caller, kind)) {
            (frame::csrf(caller))
            label.check { input type="checkbox" name="enabled" checked[!form.enabled.is_empty()]; (text::enabled()) }
            (select("every", text::every(), &text::RULES, &form.every, errors))
            (rule_fields(form, errors))
            div.pair {
                (Field::text("at", text::at(), &form.at).kind("time", "off").required().show(errors))
                (Field::text("zone", text::zone(), &form.zone).list("zones").hint(&text::zone_hint(&caller.workspace.zone_name)).show(errors))
                (select("cutoff", text::cutoff(), &text::CUTOFFS, &form.cutoff, errors))
            }
            (people::zones())
            div.row {
                button.primary { (text::save_schedule()) }
                a.button href=(caller.path("/settings/jobs#schedules")) { (frame_text::cancel()) }
            }
        }
    };
    settings::page(caller, Tab::Jobs, text::schedule_what(), fault, &body)
}

/// What each rule asks; the style sheet shows those of the chosen one.
fn rule_fields(form: &ScheduleForm, errors: &[FieldError]) -> Markup {
    let missing = errors.iter().find(|error| error.pointer == "/weekdays");
    let days: Vec<(String, String)> = text::days_of_month();
    let days: Vec<(&str, &str)> = days.iter().map(|(value, words)| (value.as_str(), words.as_str())).collect();
    let business: Vec<(String, String)> = text::business_days_of_month();
    let business: Vec<(&str, &str)> = business.iter().map(|(value, words)| (value.as_str(), words.as_str())).collect();
    html! {
        fieldset.field.for-week {
            legend { (text::on_weekdays()) }
            div.row { @for (day, value) in form.weekdays() {
                label.check { input type="checkbox" name=(day) checked[!value.is_empty()]; (text::weekday(day)) }
            } }
            @if let Some(error) = missing { p.error { (error.message) } }
        }
        div.for-month-day { (select("day", text::day_of_month(), &days, &form.day, errors)) }
        div.pair.for-month-weekday {
            (select("nth", text::which(), &text::NTHS, &form.nth, errors))
            (select("weekday", text::weekday_label(), &text::WEEKDAYS, &form.weekday, errors))
        }
        div.for-month-business-day { (select("business_nth", text::business_day(), &business, &form.business_nth, errors)) }
        div.pair.for-business-days {
            (Field::text("count", text::count(), &form.count).kind("number", "off").show(errors))
            (Field::text("from", text::from(), &form.from).kind("date", "off").show(errors))
        }
    }
}
