//! Holidays over the wire.

use axum::extract::{Path, State};
use jiff::civil::Date;
use mainstay_db::Scope;
use mainstay_rules::field;
use mainstay_rules::limits::NAME_CHARS_MAX;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::corridor::access::{Allowed, ManageJobs};
use crate::corridor::answer::Answer;
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::list::List;
use crate::corridor::request::{Bare, Sent};
use crate::job::store::{self, Holiday};

#[derive(Serialize, ToSchema)]
#[schema(as = Holiday)]
pub struct HolidayOut {
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    #[schema(example = "Epiphany")]
    pub name: String,
}

impl HolidayOut {
    fn of(holiday: &Holiday) -> Self {
        Self { day: holiday.day, name: holiday.name.clone() }
    }
}

/// The workspace's holidays, oldest first.
pub async fn of_all(app: &App, caller: &Caller) -> Result<Vec<Holiday>, Fault> {
    let workspace = caller.workspace.id;
    app.db.read(Scope::Workspace(workspace), move |tx| store::list_holidays(tx, workspace)).await
}

/// A holiday to add, checked.
pub fn check(day: &str, name: &str) -> Result<Holiday, Fault> {
    let mut errors = Vec::new();
    let day = field::keep(field::date("/day", day), &mut errors);
    let name = field::keep(field::text("/name", name, NAME_CHARS_MAX), &mut errors);
    match (day, name) {
        (Some(day), Some(name)) => Ok(Holiday { day, name }),
        _ => Err(Fault::invalid(errors)),
    }
}

/// The day of a path; what is no day is not there.
pub fn day_of(text: &str) -> Result<Date, Fault> {
    field::date("/day", text).map_err(|_| Fault::not_found())
}

/// Days on which the company does not work; business days of schedules leave them out. All of them fit one page.
#[utoipa::path(get, path = "/api/v1/holidays", tag = "job", responses((status = 200, body = List<HolidayOut>)))]
pub async fn list(State(app): State<App>, caller: Allowed<ManageJobs>) -> Result<Answer, Fault> {
    let holidays = of_all(&app, &caller).await?;
    Answer::ok(&List { data: holidays.iter().map(HolidayOut::of).collect(), next_cursor: None })
}

/// One holiday.
#[utoipa::path(get, path = "/api/v1/holidays/{day}", tag = "job", params(("day" = String, Path)),
    responses((status = 200, body = HolidayOut)))]
pub async fn show(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Path(day): Path<String>,
) -> Result<Answer, Fault> {
    let day = day_of(&day)?;
    let found = of_all(&app, &caller).await?.into_iter().find(|holiday| holiday.day == day);
    Answer::ok(&HolidayOut::of(&found.ok_or_else(Fault::not_found)?))
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHoliday)]
pub struct HolidayIn {
    #[schema(example = "Epiphany")]
    pub name: String,
}

/// Adds a holiday, or gives it another name.
#[utoipa::path(put, path = "/api/v1/holidays/{day}", tag = "job", params(("day" = String, Path)),
    request_body = HolidayIn, responses((status = 200, body = HolidayOut)))]
pub async fn put(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Path(day): Path<String>,
    Sent(sent, care): Sent<HolidayIn>,
) -> Result<Answer, Fault> {
    let holiday = check(&day, &sent.name)?;
    app.commit(&caller, care, move |tx, by| {
        store::add_holiday(tx, by, &holiday)?;
        Answer::ok(&HolidayOut::of(&holiday))
    })
    .await
}

/// Removes a holiday; the day is a business day again.
#[utoipa::path(delete, path = "/api/v1/holidays/{day}", tag = "job", params(("day" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<App>,
    caller: Allowed<ManageJobs>,
    Path(day): Path<String>,
    Bare(care): Bare,
) -> Result<Answer, Fault> {
    let day = day_of(&day)?;
    app.commit(&caller, care, move |tx, by| {
        store::remove_holiday(tx, by, day)?;
        Ok(Answer::empty())
    })
    .await
}
