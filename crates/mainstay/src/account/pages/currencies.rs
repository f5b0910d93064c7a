//! The settings page of currencies: what others are worth in each fiscal year.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mainstay_db::Scope;
use mainstay_rules::currency::Currency;
use mainstay_rules::field::{FieldCode, FieldError};
use mainstay_rules::permission::Deed;
use mainstay_rules::problem::Problem;
use mainstay_rules::progress::fiscal_year;
use maud::{Markup, html};
use serde::Deserialize;

use crate::account::api::RateIn;
use crate::account::store::{self, StoredRate};
use crate::app::App;
use crate::corridor::access::{Allowed, ManageWorkspace, Read};
use crate::corridor::caller::Caller;
use crate::corridor::fault::Fault;
use crate::corridor::frame::{self, see_other};
use crate::corridor::frame_form::Field;
use crate::corridor::request::Posted;
use crate::people::api::workspace::refresh_numbers;
use crate::people::pages::settings::{self, Tab};
use crate::text::currency as text;

const PATH: &str = "/settings/currencies";
/// Characters of a rate as typed.
const RATE_CHARS_MAX: usize = 20;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RateForm {
    fiscal_year: String,
    currency: String,
    rate: String,
}

impl RateForm {
    fn sent(&self) -> Result<RateIn, Fault> {
        let fiscal_year = self.fiscal_year.trim().parse().map_err(|_| {
            let message = "Write the fiscal year in figures, for example 2026";
            Fault::field(FieldError::new("/fiscal_year", FieldCode::NotANumber, message))
        })?;
        let rate = Some(self.rate.trim().to_owned()).filter(|rate| !rate.is_empty());
        Ok(RateIn { fiscal_year: Some(fiscal_year), currency: self.currency.clone(), rate })
    }
}

/// `GET /w/{workspace}/settings/currencies`
pub async fn show(State(app): State<App>, caller: Allowed<Read>) -> Result<Response, Fault> {
    let year = fiscal_year(caller.today(&app), caller.workspace.fiscal_year_start_month);
    page(&app, &caller, &RateForm { fiscal_year: year.to_string(), ..RateForm::default() }, None).await
}

async fn page(app: &App, caller: &Caller, form: &RateForm, fault: Option<&Fault>) -> Result<Response, Fault> {
    let workspace = Arc::clone(&caller.workspace);
    let rates = app.db.read(Scope::Workspace(workspace.id), move |tx| store::exchange_rates(tx, &workspace)).await?;
    let home = caller.workspace.currency;
    let body = html! {
        @if rates.is_empty() { div.empty { h2 { (text::none_title(home)) } p { (text::none_what(home)) } } }
        @else { (table(caller, &rates)) }
        @if caller.may(Deed::ManageWorkspace) { (rate_form(caller, form, fault)) }
        @else { p.soft { (text::closed()) } }
    };
    Ok(settings::page(caller, Tab::Currencies, &text::what(home), fault, &body))
}

fn table(caller: &Caller, rates: &[StoredRate]) -> Markup {
    let home = caller.workspace.currency;
    html! {
        div.table-box tabindex="0" role="group" aria-label=(text::rates()) { table.table {
            thead { tr {
                th scope="col" { (text::currency()) }
                th scope="col" { (text::fiscal_year()) }
                th.number scope="col" { (text::worth(home)) }
            } }
            tbody { @for one in rates { tr {
                th scope="row" { (one.rate.from.code()) }
                td { (one.fiscal_year) }
                td.number { (one.rate.decimal()) }
            } } }
        } }
    }
}

fn rate_form(caller: &Caller, form: &RateForm, fault: Option<&Fault>) -> Markup {
    let errors = fault.map_or(&[][..], |fault| &fault.errors);
    let home = caller.workspace.currency;
    html! {
        section.section aria-labelledby="rate-head" {
            h2 #rate-head { (text::set()) }
            form.form method="post" action=(caller.path(PATH)) {
                (frame::csrf(caller))
                div.pair {
                    (Field::text("currency", text::currency(), &form.currency).required().max(3).list("currencies")
                        .hint(text::currency_hint()).show(errors))
                    (Field::text("fiscal_year", text::fiscal_year(), &form.fiscal_year).required().max(4)
                        .hint(text::year_hint()).show(errors))
                    (Field::text("rate", &text::worth(home), &form.rate).max(RATE_CHARS_MAX)
                        .hint(text::rate_hint()).show(errors))
                }
                datalist #currencies { @for one in Currency::all().filter(|one| *one != home) { option value=(one.code()) {} } }
                div.row { button.primary { (text::save()) } }
            }
        }
    }
}

/// `POST /w/{workspace}/settings/currencies`
pub async fn save(
    State(app): State<App>,
    caller: Allowed<ManageWorkspace>,
    Posted(form): Posted<RateForm>,
) -> Result<Response, Fault> {
    let today = caller.today(&app);
    let saved = match form.sent().and_then(|sent| sent.check(&caller.workspace, today)) {
        Ok(rate) => {
            app.verb(Arc::clone(&caller.workspace), Some(caller.user), move |tx, by| {
                store::set_exchange_rate(tx, by, rate.fiscal_year, rate.currency, rate.millionths)
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    match saved {
        Ok(()) => {
            refresh_numbers(&app);
            Ok(see_other(&caller.path(PATH)))
        }
        Err(fault) if fault.problem == Problem::Invalid => page(&app, &caller, &form, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}
